// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import Detection
import EventModel
import Pipeline

/// `weir selftest`: whether every detector still sees what it must, and keeps quiet where it must.
struct SelfTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest", abstract: "Runs every detector's built-in positive and near miss through the core.",
        discussion: "Needs no settings and no state. Exits 1 when a detector misbehaves. Example: weir selftest --json")

    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let report = SelfTestReport.made()
        System.write(json ? report.json + "\n" : report.text, to: 1)
        if let badNews = report.badNews { throw CommandFailure.badNews(badNews) }
    }
}

/// What the self-tests came to, for people and for programs.
struct SelfTestReport {
    /// One case, and what became of it.
    struct Row {
        let selfTest: SelfTestRunner.Case
        let verdict: SelfTestRunner.Verdict
        let elapsed: EventDuration

        var isPassed: Bool { selfTest.isPassed(by: verdict) }
    }

    let rows: [Row]

    /// Runs all of them.
    static func made() -> SelfTestReport {
        SelfTestReport(
            rows: SelfTestRunner.cases.map { selfTest in
                let begun = System.monotonic()
                let verdict = SelfTestRunner.run(selfTest)
                return Row(selfTest: selfTest, verdict: verdict, elapsed: System.monotonic() - begun)
            })
    }

    private var failures: Int { rows.count { !$0.isPassed } }
    private var elapsed: EventDuration { rows.reduce(.seconds(0)) { $0 + $1.elapsed } }

    /// The sentence that makes the command exit 1, or nil.
    var badNews: String? {
        guard failures > 0 else { return nil }
        return "\(failures) of \(rows.count) self-tests failed: do not trust the alerts of these detectors; install this release of weir "
            + "again, and report the table above if it still fails."
    }

    /// A table.
    var text: String {
        let width = rows.map { $0.selfTest.test.name.count }.max() ?? 0
        var text = "\(SelfTestReport.line("", "detector", "case", "expected", "got", "ms", width: width))\n"
        for row in rows {
            let detector = "\(row.selfTest.detector.id) \(row.selfTest.detector.name)"
            text += SelfTestReport.line(
                row.isPassed ? "ok" : "FAIL", detector, row.selfTest.test.name, row.selfTest.expected.words, row.verdict.words,
                "\(row.elapsed.milliseconds)", width: width)
            text += "\n"
        }
        return text + "\(rows.count - failures) of \(rows.count) passed in \(elapsed.milliseconds) ms\n"
    }

    private static func line(
        _ mark: String, _ detector: String, _ name: String, _ expected: String, _ got: String, _ time: String, width: Int
    ) -> String {
        let cells = [(mark, 4), (detector, 18), (name, width), (expected, 8), (got, 12)]
        let left = cells.map { text, width in text + String(repeating: " ", count: max(width - text.count, 0)) }
        return (left + [String(repeating: " ", count: max(5 - time.count, 0)) + time]).joined(separator: "  ")
    }

    /// One object with a list of cases.
    var json: String {
        var text = JSONText()
        text.beginObject()
        text.field("schema", "weir.selftest/1")
        text.field("passed", Int64(rows.count - failures))
        text.field("failed", Int64(failures))
        text.field("elapsed_ms", elapsed.milliseconds)
        text.beginArray("cases")
        for row in rows {
            text.beginObject()
            text.field("detector", row.selfTest.detector.id)
            text.field("name", row.selfTest.detector.name)
            text.field("case", row.selfTest.test.name)
            text.field("expected", row.selfTest.expected.words)
            text.field("got", row.verdict.words)
            text.field("passed", row.isPassed)
            text.field("elapsed_ms", row.elapsed.milliseconds)
            text.endObject()
        }
        text.endArray()
        text.endObject()
        return text.text
    }
}
