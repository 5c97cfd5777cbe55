// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Daemon
import EventModel
import LogFormats
import Pipeline

/// What a replay came to, for people and for programs.
struct ReplaySummary {
    let outcomes: [Replay.Outcome]
    /// Against labels, where there are any.
    var score: ScoreReport?

    /// A paragraph for each lane, and the score.
    var text: String { outcomes.map(ReplaySummary.paragraph).joined() + (score?.text ?? "") }

    /// The sentence that makes the command exit 1, or nil.
    var badNews: String? {
        for outcome in outcomes {
            if outcome.counters.isIncomplete { return "the result is incomplete: some input was missing or broken, as listed above." }
            if outcome.counters.events == 0 && outcome.counters.malformedTotal > 0 {
                return "no line was understood: choose another --format, or give a field map in the settings."
            }
            if outcome.counters.events == 0 && outcome.counters.ignored > 0 {
                return "every line was ignored: none of them names an account, or all are of a kind that moves no data."
            }
        }
        return nil
    }

    private static func paragraph(_ outcome: Replay.Outcome) -> String {
        let counters = outcome.counters
        let seconds = Double(outcome.elapsed.milliseconds) / 1000
        var text = "\(outcome.lane): \(NumberText.count(counters.events, "event")) of \(NumberText.count(outcome.accounts, "account"))"
        text += " in \(NumberText.bytes(Double(counters.bytes)))"
        if let first = outcome.firstEvent, let last = outcome.newestEvent {
            text += ", \(CivilTime(first).rfc3339) to \(CivilTime(last).rfc3339)"
        }
        text += ", in \(NumberText.decimal(seconds, places: 1)) s"
        text += " (\(NumberText.grouped(Double(counters.events) / max(seconds, 0.001))) events a second)\n"
        text += "  alerts: \(NumberText.count(outcome.alerts, "transition")), \(outcome.openAlerts) still open at the end\n"
        if !outcome.opened.isEmpty { text += "  opened: \(opened(outcome))\n" }
        let tails = outcome.tails.filter { $0.due >= 1 }.map {
            "\(NumberText.decimal($0.level * 100, places: 3)) %: \(NumberText.ratio(Double($0.seen) / $0.due))"
        }
        if !tails.isEmpty { text += "  calibration of D01, tails seen over predicted: \(tails.joined(separator: ", "))\n" }
        let left = [
            ("late", counters.late), ("duplicate", counters.duplicates),
            ("ignored", counters.ignored), ("second rows of exports", counters.joined),
        ]
        let named = left.filter { $0.1 > 0 }.map { "\(NumberText.grouped(Double($0.1))) \($0.0)" }
        if !named.isEmpty { text += "  not counted: \(named.joined(separator: ", "))\n" }
        let misdated = [("dated ahead", counters.future), ("late", counters.moved)].filter { $0.1 > 0 }
        let told = misdated.map { "\(NumberText.grouped(Double($0.1))) \($0.0)" }
        if !told.isEmpty { text += "  counted when they came, not at their dates: \(told.joined(separator: ", "))\n" }
        for reason in MalformedReason.allCases where counters.malformed[Int(reason.rawValue)] > 0 {
            text += "  refused: \(NumberText.count(counters.malformed[Int(reason.rawValue)], "line")), \(reason.name)"
            if let example = outcome.examples[reason.rawValue], !example.isEmpty { text += ", such as: \(example)" }
            text += "\n"
        }
        return text + messages(outcome)
    }

    /// What stood in the way, a line each. What comes again and again must not push out what comes once.
    static func messages(_ outcome: Replay.Outcome) -> String {
        var text = ""
        var order: [String] = []
        var times: [String: Int] = [:]
        for message in outcome.messages {
            let line = "\(message.counter): \(DisplayText.safe(message.message, limit: 400))"
            if times[line, default: 0] == 0 { order.append(line) }
            times[line, default: 0] += 1
        }
        for line in order.prefix(20) { text += "  \(line)\(times[line, default: 1] > 1 ? " (\(times[line, default: 1]) times)" : "")\n" }
        if order.count > 20 { text += "  … and \(NumberText.count(order.count - 20, "more message"))\n" }
        return text
    }

    /// How many alerts opened, what that is a week, and by which detectors.
    private static func opened(_ outcome: Replay.Outcome) -> String {
        let all = outcome.opened.values.reduce(0, +)
        var text = NumberText.grouped(Double(all))
        if let first = outcome.firstEvent, let last = outcome.newestEvent, last - first >= .days(7) {
            let weeks = Double((last - first).milliseconds) / Double(EventDuration.days(7).milliseconds)
            text += ", \(NumberText.decimal(Double(all) / weeks, places: 1)) a week"
        }
        return text + ": " + outcome.opened.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    /// One object for each lane.
    var json: String {
        var text = JSONText()
        text.beginObject()
        text.field("schema", "weir.replay/1")
        text.beginArray("lanes")
        for outcome in outcomes { ReplaySummary.write(outcome, into: &text) }
        text.endArray()
        score?.write(into: &text)
        text.endObject()
        return text.text
    }

    private static func write(_ outcome: Replay.Outcome, into text: inout JSONText) {
        let counters = outcome.counters
        text.beginObject()
        text.field("lane", outcome.lane)
        text.field("events", counters.events)
        text.field("bytes", counters.bytes)
        text.field("accounts", Int64(outcome.accounts))
        text.field("alert_transitions", Int64(outcome.alerts))
        text.field("alerts_open", Int64(outcome.openAlerts))
        text.beginObject("alerts_opened")
        for (detector, count) in outcome.opened.sorted(by: { $0.key < $1.key }) { text.field(detector, Int64(count)) }
        text.endObject()
        if let first = outcome.firstEvent { text.field("first_event", CivilTime(first).rfc3339) }
        if let last = outcome.newestEvent { text.field("last_event", CivilTime(last).rfc3339) }
        text.field("elapsed_seconds", Double(outcome.elapsed.milliseconds) / 1000, places: 3)
        text.field("late", counters.late)
        text.field("future", counters.future)
        text.field("moved", counters.moved)
        text.field("duplicates", counters.duplicates)
        text.field("joined", counters.joined)
        text.field("ignored", counters.ignored)
        text.field("incomplete", counters.isIncomplete)
        text.beginArray("calibration")
        for tail in outcome.tails where tail.due > 0 {
            text.beginObject()
            text.field("probability", tail.level, places: 6)
            text.field("predicted", tail.due, places: 1)
            text.field("observed", tail.seen)
            text.endObject()
        }
        text.endArray()
        text.beginObject("malformed")
        for reason in MalformedReason.allCases where counters.malformed[Int(reason.rawValue)] > 0 {
            text.field(reason.name, counters.malformed[Int(reason.rawValue)])
        }
        text.endObject()
        text.beginArray("messages")
        for message in outcome.messages {
            text.beginObject()
            text.field("counter", message.counter)
            text.field("message", message.message)
            text.endObject()
        }
        text.endArray()
        text.endObject()
    }
}
