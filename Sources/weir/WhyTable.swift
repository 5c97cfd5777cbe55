// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Pipeline
import RollingStatistics

/// One detector's part of a ``WhyReport``.
struct WhyTable {
    let explanation: LaneExplanation
    let entry: LaneExplanation.Entry
    let source: String

    var lines: [String] {
        let descriptor = entry.descriptor
        let verdicts = entry.explanation.verdicts
        let state = entry.explanation.hasFired ? "fired" : "not fired"
        let lone = verdicts.count == 1 ? verdicts.first : nil
        var title = "\(descriptor.id) \(descriptor.name)"
        if verdicts.contains(where: \.isOfSource) { title += ", the totals of \(DisplayText.safe(source))" }
        title += ": \(state)"
        if let lone { title += "; \(lone.reason)" }
        if let alert = entry.alert { title += " [\(alert.severity.name) alert \(alert.id), since \(WhyReport.minute(alert.opened))]" }
        var lines = [title]
        for verdict in verdicts {
            lines += verdict.windows.isEmpty ? short(verdict, isLone: lone != nil) : volume(verdict)
        }
        return lines
    }

    private func short(_ verdict: Verdict, isLone: Bool) -> [String] {
        var parts: [String] = []
        if let measure = verdict.measure, verdict.score != nil || verdict.expected > 0 {
            let span = verdict.span.map { "in \($0.words) " } ?? ""
            parts.append("\(span)observed \(NumberText.amount(verdict.observed, of: measure))")
            parts.append("expected \(NumberText.amount(verdict.expected, of: measure))")
        }
        if verdict.isOfSource, let score = verdict.score, let needed = verdict.needed {
            parts.append("score \(NumberText.decimal(score, places: 2)) of \(NumberText.decimal(needed, places: 2)) needed")
        }
        parts += verdict.facts.map(\.text).filter { !$0.isEmpty }
        if let distance = WhyReport.distance(verdict, in: explanation.bucket) { parts.append(distance) }
        let body = parts.joined(separator: " · ")
        if isLone { return body.isEmpty ? [] : ["  \(body)"] }
        return ["  \(verdict.subject): \(verdict.reason)", "    \(body)"]
    }

    /// A measure of D01: what stopped it, what its expectation is made of, and its spans.
    private func volume(_ verdict: Verdict) -> [String] {
        guard let measure = verdict.measure else { return [] }
        if verdict.windows.allSatisfy({ $0.observed == 0 && $0.expected == 0 }) { return ["  \(verdict.subject): none so far"] }
        var first = "  \(verdict.subject): \(verdict.reason)"
        if let share = verdict.nearness, verdict.gate == .score { first += ", \(WhyReport.percent(share))" }
        if let distance = WhyReport.distance(verdict, in: explanation.bucket) { first += "; \(distance)" }
        let words = verdict.facts.map(\.text).filter { !$0.isEmpty }
        return [first, "    \(words.joined(separator: " · "))"] + WhyTable.aligned(rows(verdict.windows, measure)).map { "    \($0)" }
    }

    private func rows(_ windows: [VolumeReading.Window], _ measure: Measure) -> [[String]] {
        func amount(_ value: Double) -> String {
            if measure == .bytes { return NumberText.bytes(value) }
            return value < 10 ? NumberText.decimal(value, places: 1) : NumberText.grouped(value)
        }
        let head = ["span", "observed", "expected", "90 % band", "z-score", "tail p", "part of score"]
        return [head]
            + windows.map { window in
                [
                    window.span.words, amount(window.observed), amount(window.expected),
                    "\(amount(window.band.low)) to \(amount(window.band.high))", NumberText.decimal(window.z, places: 1),
                    // The tail is learnt beyond its 99 % quantile only.
                    window.depth < 0 ? "over 0.01" : JSONText.probabilityText(window.probability),
                    NumberText.decimal(window.part, places: 2),
                ]
            }
    }

    /// Columns of equal width: the first to the left, the others to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        guard let head = rows.first else { return [] }
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }.joined(separator: "  ")
        }
    }
}
