// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Daemon
import EventModel

/// How a replay's alerts stand to the incidents that are known, for people and for programs.
struct ScoreReport {
    let score: IncidentScore

    /// Three tables: all of it, by detector, by class of incident.
    var text: String {
        let weeks = NumberText.decimal(score.accountWeeks, places: 1)
        var text =
            "score against the labels, over \(weeks) account-weeks; alerts above low count, those of an account within a day as one case\n"
        text += ScoreReport.table(
            ["", "precision", "recall", "rows gone", "false/account-week", "time to alert", "right", "false"], [cells(score.total)])
        let rows = score.detectors.map { row in
            [
                row.name, ScoreReport.share(row.precision), ScoreReport.share(row.recall), ScoreReport.found(row),
                ScoreReport.rate(score.wrongPerAccountWeek(row)), ScoreReport.delay(row), "\(row.right)", "\(row.wrong)",
            ]
        }
        text += ScoreReport.table(
            ["detector", "precision", "recall", "own found", "false/account-week", "time to alert", "right", "false"], rows)
        let classes = score.classes.map { row in
            row.isHarmless
                ? [row.name + " (harmless)", "", "", "", "", "\(row.wrong)"]
                : [
                    row.name, ScoreReport.found(row), ScoreReport.share(row.recall), ScoreReport.share(row.meanGone),
                    ScoreReport.delay(row), "",
                ]
        }
        text += ScoreReport.table(["class", "found", "recall", "rows gone", "time to alert", "false"], classes)
        if score.uncounted > 0 {
            text += "  not counted, being low, in the warm-up, or to be expected: \(NumberText.count(score.uncounted, "alert"))\n"
        }
        return text
    }

    private func cells(_ row: IncidentScore.Row) -> [String] {
        [
            row.name, ScoreReport.share(row.precision), ScoreReport.share(row.recall), ScoreReport.share(row.meanGone),
            ScoreReport.rate(score.wrongPerAccountWeek(row)), ScoreReport.delay(row), "\(row.right)", "\(row.wrong)",
        ]
    }

    private static func share(_ value: Double?) -> String { value.map { NumberText.decimal($0, places: 2) } ?? "-" }
    private static func rate(_ value: Double) -> String { NumberText.decimal(value, places: 4) }
    private static func delay(_ row: IncidentScore.Row) -> String { row.medianDelay.map { NumberText.span($0) } ?? "-" }
    private static func found(_ row: IncidentScore.Row) -> String { row.incidents == 0 ? "-" : "\(row.found) of \(row.incidents)" }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        let shown = [head] + rows.map { $0.map { DisplayText.safe($0, limit: 60) } }
        let widths = head.indices.map { column in shown.map { $0[column].count }.max() ?? 0 }
        return shown.map { cells in
            let padded = cells.enumerated().map { column, cell in
                let spaces = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + spaces : spaces + cell
            }
            return "  " + padded.joined(separator: "  ") + "\n"
        }.joined()
    }

    /// The field `score` of a summary.
    func write(into text: inout JSONText) {
        text.beginObject("score")
        text.field("account_weeks", score.accountWeeks, places: 3)
        text.field("not_counted", Int64(score.uncounted))
        write(score.total, nil, into: &text, key: "all")
        text.beginArray("detectors")
        for row in score.detectors { write(row, "detector", into: &text) }
        text.endArray()
        text.beginArray("classes")
        for row in score.classes { write(row, "class", into: &text) }
        text.endArray()
        text.endObject()
    }

    private func write(_ row: IncidentScore.Row, _ kind: String?, into text: inout JSONText, key: String? = nil) {
        text.beginObject(key)
        if let kind { text.field(kind, row.name) }
        if row.isHarmless { text.field("harmless", true) }
        text.field("incidents", Int64(row.incidents))
        text.field("found", Int64(row.found))
        text.field("right", Int64(row.right))
        text.field("false", Int64(row.wrong))
        write("precision", row.precision, into: &text)
        write("recall", row.recall, into: &text)
        if kind != "detector" { write("rows_gone", row.meanGone, into: &text) }
        if kind != "class" { text.field("false_an_account_week", score.wrongPerAccountWeek(row), places: 5) }
        write("median_seconds_to_alert", row.medianDelay.map { Double($0.milliseconds) / 1000 }, into: &text)
        text.endObject()
    }

    private func write(_ key: String, _ value: Double?, into text: inout JSONText) {
        if let value { text.field(key, value, places: 4) } else { text.null(key) }
    }
}
