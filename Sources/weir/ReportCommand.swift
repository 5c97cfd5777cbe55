// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import Pipeline

/// `weir report`: what the logs prove.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Reports from logs.", subcommands: [CoverageCommand.self])
}

/// `weir report coverage`: which controls the present logs can prove.
struct CoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage", abstract: "Which controls the logs can prove, which not, and which field to add to which log.",
        discussion: """
            Reads archives as `weir replay` does. A control is proven where at least one event in twenty states each field that it needs,
            partial where some do, blind where none does. Exits 1 when input is missing or no event was read, and, with --strict, when a control
            is blind.
            Example: weir report coverage --settings /etc/weir/weir.yaml
            """)

    @OptionGroup var archives: ArchiveArguments
    @Flag(help: "One JSON object a source and control.") var json = false
    @Flag(help: "Exit 1 when a control is blind.") var strict = false

    func run() throws {
        var isBlind = false
        var outcomes: [Replay.Outcome] = []
        for lane in try archives.lanes() {
            let meter = ProgressMeter()
            let outcome = Replay(lane: lane).run(alert: { _ in }, progress: { meter.show($0) })
            meter.clear()
            System.write(ReplaySummary.messages(outcome), to: 2)
            outcomes.append(outcome)
            // Without an event nothing is proven, and nothing is known to be missing.
            guard outcome.counters.events > 0 else { continue }
            let report = CoverageReport(outcome)
            System.write(json ? report.json : report.text, to: 1)
            isBlind = isBlind || report.rows.contains { $0.standing == .blind }
        }
        if let news = ReplaySummary(outcomes: outcomes).badNews { throw CommandFailure.badNews(news) }
        if let empty = outcomes.first(where: { $0.counters.events == 0 }) {
            throw CommandFailure.badNews("\(empty.lane): no event was read, so that nothing can be said of it: check its paths and format.")
        }
        if strict && isBlind { throw CommandFailure.badNews("the logs cannot prove every control; see the report.") }
    }
}

/// The controls of one source.
struct CoverageReport {
    /// Share of events from which on a field counts as there.
    private static let enough = 0.05

    enum Standing: String {
        case proven, partial, blind
    }

    struct Row {
        var control: ControlNeeds.Control
        var standing: Standing
        /// The fields that are missing, and those that are rare.
        var missing: [String]
        var rare: [String]
    }

    let lane: String
    let format: String
    let events: UInt64
    let shares: [(field: LogField, share: Double)]
    let rows: [Row]

    init(_ outcome: Replay.Outcome) {
        lane = outcome.lane
        format = outcome.format
        events = outcome.counters.events
        let total = Double(max(events, 1))
        func share(_ field: LogField) -> Double { Double(outcome.counters.fields[field]) / total }
        shares = LogField.allCases.map { ($0, share($0)) }
        rows = ControlNeeds.all.map { control in
            func best(_ group: [LogField]) -> Double { group.map(share).max() ?? 0 }
            func words(_ groups: [[LogField]]) -> [String] { groups.map { $0.map(\.keys).joined(separator: " or ") } }
            let missing = control.needs.filter { best($0) == 0 }
            let rare = control.needs.filter { best($0) > 0 && best($0) < CoverageReport.enough }
            let hasPart = !control.inPart.isEmpty && control.inPart.allSatisfy { best($0) >= CoverageReport.enough }
            let standing: Standing = missing.isEmpty ? rare.isEmpty ? .proven : .partial : hasPart ? .partial : .blind
            return Row(control: control, standing: standing, missing: words(missing), rare: words(rare))
        }
    }

    var text: String {
        var text = "\(lane) (\(format)): \(NumberText.count(events, "event"))\n"
        for row in rows {
            let name = row.standing.rawValue
            text += "  \(name)\(String(repeating: " ", count: 8 - name.count)) \(row.control.detector)  \(row.control.control)"
            var advice: [String] = []
            if !row.missing.isEmpty { advice.append("add \(row.missing.joined(separator: ", and "))") }
            if !row.rare.isEmpty { advice.append("state \(row.rare.joined(separator: ", and ")) more often") }
            if !advice.isEmpty { text += ": \(advice.joined(separator: "; "))" }
            text += "\n"
        }
        text += "  fields stated: "
        text += shares.filter { $0.share > 0 }.map { "\($0.field.keys) \(NumberText.decimal(100 * $0.share, places: 1)) %" }.joined(
            separator: ", ")
        return text + "\n"
    }

    var json: String {
        rows.map { row in
            var json = JSONText()
            json.beginObject()
            json.field("source", lane)
            json.field("detector", row.control.detector)
            json.field("control", row.control.control)
            json.field("standing", row.standing.rawValue)
            json.beginArray("missing")
            for field in row.missing { json.field(nil, field) }
            json.endArray()
            json.beginArray("rare")
            for field in row.rare { json.field(nil, field) }
            json.endArray()
            json.endObject()
            return json.text + "\n"
        }.joined()
    }
}
