// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import Detection
import EventModel
import Journal
import Pipeline
import Settings

/// `weir flows`: where records were seen to go.
struct FlowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows", abstract: "Where records went: what the daemon has seen, and a proposal for estate.flows.",
        subcommands: [FlowsListCommand.self, FlowsLearnCommand.self], defaultSubcommand: FlowsListCommand.self)
}

/// `weir flows list`: the table of flows of a state.
struct FlowsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every flow of the state, day by day or summed up.",
        discussion: "Exits 1 when there is no state yet. Example: weir flows list --settings /etc/weir/weir.yaml")

    @OptionGroup var place: StateArguments
    @Flag(help: "A line a day instead of one for all days.") var daily = false
    @Flag(help: "One JSON object a line.") var json = false

    func run() throws {
        do {
            let view = try JournalView.open(directory: try place.directory())
            var flows = try view.flows()
            if !daily { flows = FlowLines.summed(flows) }
            for (lane, flow) in flows { System.write(json ? FlowLines.json(lane, flow) : FlowLines.text(lane, flow, daily: daily), to: 1) }
            if flows.isEmpty && !json { System.write("no flows yet: no event named where its records went.\n", to: 1) }
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}

/// `weir flows learn`: archives in, a block for the settings out.
struct FlowsLearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn", abstract: "Proposes estate.flows from what archives show, for a person to approve.",
        discussion: """
            Reads archives as `weir replay` does and writes a block of settings to standard output: one entry for each flow that is not
            declared yet, with how much moved; writes whose source no log names cannot be declared and are left out. Strike out what
            should not be; name an owner for the rest.
            Example: weir flows learn --settings weir.yaml >> proposal.yaml
            """)

    @OptionGroup var archives: ArchiveArguments

    func run() throws {
        var entries: [String: FlowDay] = [:]
        for lane in try archives.lanes() {
            let meter = ProgressMeter()
            let outcome = Replay(lane: lane).run(alert: { _ in }, progress: { meter.show($0) })
            meter.clear()
            for flow in outcome.flows where !flow.isDeclared && flow.from.isNamed {
                let key = "\(flow.dataClass)\u{0}\(flow.from.name)\u{0}\(flow.to.name)"
                if entries[key] == nil { entries[key] = flow } else { entries[key]?.counts.add(flow.counts) }
            }
        }
        var text = "# What moved without a declaration. Approve each: strike it out, or name its owner and the day on which it ends.\n"
        text += "estate:\n  flows:\n"
        for (_, flow) in entries.sorted(by: { $0.key < $1.key }) { text += FlowLines.proposal(flow) }
        System.write(entries.isEmpty ? "# every flow that the archives show is declared, or they show none\n" : text, to: 1)
    }
}

/// Flows in words.
enum FlowLines {
    /// One for all days of each edge, in the order in which they first came.
    static func summed(_ flows: [(lane: String, flow: FlowDay)]) -> [(lane: String, flow: FlowDay)] {
        var result: [(lane: String, flow: FlowDay)] = []
        var places: [String: Int] = [:]
        for (lane, flow) in flows {
            let key = [
                lane, flow.dataClass, flow.from.environment, flow.from.system, flow.from.region, flow.to.environment, flow.to.system,
                flow.to.region,
            ].joined(separator: "\u{0}")
            if let place = places[key] {
                result[place].flow.counts.add(flow.counts)
                result[place].flow.day = flow.day
                result[place].flow.isDeclared = flow.isDeclared
            } else {
                places[key] = result.count
                result.append((lane, flow))
            }
        }
        return result
    }

    private static func end(_ end: FlowDay.End) -> String {
        let facts = [end.system.isEmpty ? "" : end.environment, end.region].filter { !$0.isEmpty }
        let name = DisplayText.safe(end.name, limit: 80)
        return facts.isEmpty || facts == [end.name] ? name : "\(name) (\(DisplayText.safe(facts.joined(separator: ", "), limit: 80)))"
    }

    private static func day(_ flow: FlowDay) -> String {
        String(CivilTime(EventTime(milliseconds: flow.day * 86_400_000)).rfc3339.prefix(10))
    }

    static func text(_ lane: String, _ flow: FlowDay, daily: Bool) -> String {
        // What an account brings with it has no source to declare it by.
        let standing = flow.isDeclared ? "declared  " : flow.from.isNamed ? "UNDECLARED" : "write     "
        var text = "\(standing) \(daily ? day(flow) : "until \(day(flow))")  \(lane)  "
        text +=
            "\(flow.dataClass): \(flow.from.isNamed ? "\(end(flow.from)) " : "")-> \(end(flow.to)): "
        text += "\(NumberText.count(flow.counts.records, "record")) in \(NumberText.count(flow.counts.calls, "call"))"
        if flow.counts.personal > 0 { text += ", \(flow.counts.personal) with personal data" }
        if flow.counts.labelled > 0 { text += ", \(flow.counts.labelled) labelled" }
        if flow.counts.weak > 0 { text += ", \(flow.counts.weak) over older TLS" }
        if flow.counts.plain > 0 { text += ", \(flow.counts.plain) over plain HTTP" }
        return text + "\n"
    }

    static func json(_ lane: String, _ flow: FlowDay) -> String {
        var json = JSONText()
        json.beginObject()
        json.field("source", lane)
        json.field("day", day(flow))
        json.field("class", flow.dataClass)
        for (key, end) in [("from", flow.from), ("to", flow.to)] {
            json.beginObject(key)
            json.field("system", end.system)
            json.field("environment", end.environment)
            json.field("region", end.region)
            json.endObject()
        }
        json.field("declared", flow.isDeclared)
        let counts = [
            ("calls", flow.counts.calls), ("records", flow.counts.records), ("undisclosed", flow.counts.undisclosed),
            ("personal", flow.counts.personal), ("plain", flow.counts.plain), ("labelled", flow.counts.labelled),
            ("weak", flow.counts.weak),
        ]
        for (key, count) in counts { json.field(key, count) }
        json.endObject()
        return json.text + "\n"
    }

    /// An entry for `estate.flows`. Names come from logs: they are quoted as JSON, which YAML reads.
    static func proposal(_ flow: FlowDay) -> String {
        let dataClass = flow.dataClass == "unknown" ? "" : "class: \(flow.dataClass), "
        return
            "    # \(NumberText.count(flow.counts.records, "record")) in \(NumberText.count(flow.counts.calls, "call")), "
            + "until \(day(flow))\n"
            + "    - { \(dataClass)from: \(JSONText.quoted(flow.from.name)), to: \(JSONText.quoted(flow.to.name)), owner: \"\" }\n"
    }
}
