// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import Journal
import LogSources
import Pipeline
import Settings

/// `weir status`: what the state says, whether the daemon runs or not.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the daemon has read, learnt, found and sent, as of its last checkpoint.",
        discussion: """
            Exits 1 when there is no state yet, or weir cannot store it. Example: weir status --settings /etc/weir/weir.yaml
            """)

    @OptionGroup var place: StateArguments
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        do {
            let directory = try place.directory()
            let view = try JournalView.open(directory: directory)
            let lanes = try view.lanes()
            let received = lanes.map { ReceiverCounters.read(ReceiverSettings.spool(of: $0.name, in: directory)) }
            let holder = StateHolder.of(directory: directory)
            let report = StatusReport(
                summary: try view.summary(), holder: holder, lanes: lanes, received: received, alerts: try view.alerts(.open(limit: 100)),
                queues: try view.queues())
            System.write((json ? report.json : report.text) + "\n", to: 1)
            if let trouble = holder?.trouble { throw CommandFailure.badNews("the state is not stored: \(trouble.message)") }
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}

/// The state as a page, for people and for programs.
struct StatusReport {
    let summary: JournalSummary
    let holder: StateHolder?
    let lanes: [LaneStatus]
    /// Of each lane, what its receiver counted, if it has one.
    let received: [ReceiverCounters?]
    let alerts: [AlertEntry]
    let queues: [QueueStatus]

    var text: String {
        var text = "state     \(summary.path), \(NumberText.bytes(Double(summary.bytes)))"
        if let time = summary.lastCommit { text += ", stored \(CivilTime(time).rfc3339)" }
        if let holder { text += StatusReport.daemon(holder) }
        for (lane, counters) in zip(lanes, received) {
            text += "\n\nsource    \(lane.name): \(NumberText.count(lane.counter("events") ?? 0, "event"))"
            text += " of \(NumberText.count(lane.counter("accounts") ?? 0, "account"))"
            if let newest = lane.counter("newest_event_ms"), newest >= 0 {
                text += ", up to \(CivilTime(EventTime(milliseconds: newest)).rfc3339)"
            }
            text += StatusReport.budget(lane)
            for counter in counters?.named ?? [] where counter.value > 0 || counter.name == "received_lines" {
                text += "\n          \(counter.name) \(NumberText.grouped(Double(counter.value)))"
            }
            for counter in lane.counters where counter.value > 0 && StatusReport.isRemarkable(counter.name) {
                text += "\n          \(counter.name) \(NumberText.grouped(Double(counter.value)))"
            }
        }
        for queue in queues {
            text += "\n\nsink      \(queue.sink): \(queue.delivered) delivered, \(queue.pending) waiting, \(queue.dead) given up"
            if queue.dead > 0 { text += " (weir resend \(queue.sink))" }
            if queue.pending + queue.dead > 0, let reason = queue.lastReason {
                text += "\n          \(DisplayText.safe(reason, limit: 200))"
            }
        }
        text += "\n\nalerts    \(NumberText.count(summary.alerts, "transition")) stored, \(NumberText.count(alerts.count, "alert")) open"
        for alert in alerts {
            text += "\n          \(CivilTime(alert.record.opened).rfc3339) \(alert.record.severity.name) \(alert.record.detector)"
            text += " \(alert.record.summary)"
        }
        return text
    }

    private static func daemon(_ holder: StateHolder) -> String {
        let process = holder.process.map { " (process \($0))" } ?? ""
        let words = holder.isRunning ? "runs\(process)" : "does not run"
        guard let trouble = holder.trouble else { return "\ndaemon    \(words)" }
        let (had, since) = (holder.isRunning ? "has" : "had", CivilTime(trouble.since).rfc3339)
        return "\ndaemon    \(words); it \(had) stored nothing since \(since): \(trouble.message)"
    }

    /// What is used of the alert budget, and what the volume detector asks for to keep to it.
    private static func budget(_ lane: LaneStatus) -> String {
        func count(_ name: String) -> String { NumberText.grouped(Double(lane.counter(name) ?? 0)) }
        func permille(_ name: String) -> String? { lane.counter(name).map { NumberText.decimal(Double($0) / 1000, places: 2) } }
        guard let pages = permille("budget_pages_per_day_permille"), let tickets = permille("budget_tickets_per_week_permille") else {
            return ""
        }
        var withheld = ""
        if let number = lane.counter("pages_withheld_last_day"), number > 0 {
            withheld = "\n                    \(number) more \(number == 1 ? "alert" : "alerts") would have been "
            withheld += number == 1 ? "a page and waits with the tickets" : "pages and wait with the tickets"
        }
        if let free = lane.counter("page_free_ms") {
            withheld += "\n                    no page but a critical alert until \(CivilTime(EventTime(milliseconds: free)).rfc3339)"
        }
        return
            "\n          budget    \(count("pages_last_day")) of \(pages) pages in the last day, \(count("tickets_last_week")) of \(tickets) "
            + "tickets in the last week" + withheld
            + "\n                    D01 asks for \(permille("volume_level_permille") ?? "1")× its threshold: "
            + "\(permille("volume_alerts_due_permille") ?? "0") alerts a week are due"
            + StatusReport.tails(lane)
    }

    /// Predicted beside observed: how often the volume model's tail probabilities came true.
    private static func tails(_ lane: LaneStatus) -> String {
        let parts = [("1 %", "10000"), ("0.1 %", "1000"), ("0.01 %", "100"), ("0.001 %", "10")].compactMap { level, name -> String? in
            guard let due = lane.counter("tail_\(name)ppm_due"), let seen = lane.counter("tail_\(name)ppm_seen"), due > 0 else {
                return nil
            }
            return "\(level): \(NumberText.ratio(Double(seen) / Double(due)))"
        }
        return parts.isEmpty ? "" : "\n                    tails seen over tails predicted: \(parts.joined(separator: ", "))"
    }

    private static func isRemarkable(_ name: String) -> Bool {
        name.hasPrefix("malformed_") || name.hasPrefix("trouble_")
            || ["late", "future", "moved", "duplicates", "joined", "overflow", "lost_bytes", "ignored"].contains(name)
    }

    var json: String {
        var text = JSONText()
        text.beginObject()
        text.field("schema", "weir.status/1")
        text.field("state", summary.path)
        text.field("state_bytes", summary.bytes)
        if let time = summary.lastCommit { text.field("last_commit", CivilTime(time).rfc3339) }
        if let holder {
            text.field("running", holder.isRunning)
            if let process = holder.process { text.field("process", Int64(process)) }
            if let trouble = holder.trouble {
                text.field("not_stored_since", CivilTime(trouble.since).rfc3339)
                text.field("not_stored_reason", trouble.message)
            }
        }
        text.beginArray("sources")
        for (lane, counters) in zip(lanes, received) {
            text.beginObject()
            text.field("name", lane.name)
            for counter in lane.counters { text.field(counter.name, counter.value) }
            for counter in counters?.named ?? [] { text.field(counter.name, Int64(clamping: counter.value)) }
            text.endObject()
        }
        text.endArray()
        text.beginArray("sinks")
        for queue in queues {
            text.beginObject()
            text.field("name", queue.sink)
            text.field("delivered", Int64(queue.delivered))
            text.field("pending", Int64(queue.pending))
            text.field("dead", Int64(queue.dead))
            text.endObject()
        }
        text.endArray()
        text.field("alert_transitions", Int64(summary.alerts))
        text.beginArray("open_alerts")
        for alert in alerts {
            text.beginObject()
            text.field("id", alert.record.id)
            text.field("severity", alert.record.severity.name)
            text.field("urgency", alert.record.urgency.rawValue)
            text.field("summary", alert.record.summary)
            text.endObject()
        }
        text.endArray()
        text.endObject()
        return text.text
    }
}
