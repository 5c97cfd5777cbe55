// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Journal
import Pipeline

/// All that the state holds of one alert.
struct AlertPage {
    /// In order; at least one.
    let transitions: [AlertEntry]
    let last: AlertEntry
    let content: AlertContent
    /// The last transitions of alerts of the account that were open with it.
    let related: [AlertRecord]
    /// Alerts of the account and the detector before it, and what was last said of each.
    let similar: [(alert: AlertContent.Similar, decision: WrittenDecision?)]
    let decisions: [WrittenDecision]
    let deliveries: [AlertDelivery]

    /// Nil when there is no such alert.
    init?(of id: String, in view: JournalView) throws(JournalFailure) {
        transitions = try view.transitions(of: id)
        guard let last = transitions.last else { return nil }
        self.last = last
        content = try AlertContent(of: last.record)
        var related: [AlertRecord] = []
        for other in content.related { if let entry = try view.transitions(of: other).last { related.append(entry.record) } }
        self.related = related
        var similar: [(AlertContent.Similar, WrittenDecision?)] = []
        for other in content.similar ?? [] { similar.append((other, try view.decisions(alert: other.id).last)) }
        self.similar = similar
        decisions = try view.decisions(alert: id)
        deliveries = try view.deliveries(of: id)
    }

    /// `2026-06-03T02:05:00Z open critical D01 A-…: svc-orders-sync exported …`
    static func line(_ record: AlertRecord) -> String {
        "\(CivilTime(record.time).rfc3339) \(record.status.name) \(record.severity.name) \(record.detector) \(record.id): \(record.summary)"
    }

    // MARK: For people

    var text: String {
        let record = last.record
        var lines = [
            "\(record.severity.name.uppercased()) \(content.urgency.map { "\($0), " } ?? "")\(record.detector) \(record.name): "
                + "\(DisplayText.safe(record.account)) in \(DisplayText.safe(last.lane))",
            "\(record.id), opened \(CivilTime(record.opened).rfc3339), "
                + (record.status == .resolved ? "resolved " : "not resolved, last told ") + CivilTime(record.time).rfc3339,
            record.summary, "",
        ]
        func add(_ name: String, _ texts: [String]) {
            for (index, text) in texts.enumerated() {
                let heading = index == 0 ? name : ""
                lines.append(heading + String(repeating: " ", count: 10 - heading.count) + text)
            }
        }
        add("in all", total)
        add("made of", parts)
        add("lines", content.evidence.map(AlertPage.words))
        add("sure", [certainty])
        add("risk", risk)
        add("beside", related.map { "\($0.id) \($0.detector) \($0.name), \($0.status.name): \($0.summary)" })
        add("before", similar.map { "\($0.alert.id), opened \($0.alert.opened): \($0.decision.map(AlertPage.words) ?? "nobody said")" })
        add("next", content.next.enumerated().map { "\($0.offset + 1). \(DisplayText.safe($0.element, limit: 400))" })
        add("sent", sent)
        add("judged", decisions.map(AlertPage.words))
        if decisions.isEmpty { add("judge it", ["weir label \(record.id) benign|incident|unknown --reason \"…\""]) }
        return lines.joined(separator: "\n")
    }

    /// What the sentence of a resolved one says.
    private var total: [String] {
        guard last.record.status != .resolved else { return [] }
        guard let total = content.total, let measure = Measure.allCases.first(where: { $0.name == content.measure }) else { return [] }
        return [
            "\(NumberText.amount(total.observed, of: measure)) in the unusual quarter hours from \(total.start) to \(total.end); "
                + "\(NumberText.amount(total.expected, of: measure)) are usual there"
        ]
    }

    /// `route POST /jobs/query 98.8 %, GET /contacts 1.2 %`, a line for each kind.
    private var parts: [String] { AlertPage.parts(content.contributions.map { ($0.kind, $0.value, $0.share) }) }

    static func parts(_ parts: [(kind: String, value: String, share: Double)]) -> [String] {
        grouped(parts, by: \.kind).map { kind, parts in
            let values = parts.map { "\(DisplayText.safe($0.value)) \(NumberText.decimal($0.share * 100, places: 1)) %" }
            return "\(DisplayText.safe(kind)) \(values.joined(separator: ", "))"
        }
    }

    /// Elements by what they have in common, in the order in which each group begins.
    private static func grouped<Element>(_ elements: [Element], by key: (Element) -> String) -> [(key: String, elements: [Element])] {
        var groups: [(key: String, elements: [Element])] = []
        for element in elements {
            if let place = groups.firstIndex(where: { $0.key == key(element) }) {
                groups[place].elements.append(element)
            } else {
                groups.append((key(element), [element]))
            }
        }
        return groups
    }

    private var certainty: String {
        let completeness = content.completeness
        return
            "\(completeness.learning ? "no baseline of its own yet" : "own baseline"); "
            + "\(NumberText.decimal(completeness.lagSeconds, places: 0)) s behind the newest event, "
            + "\(NumberText.count(completeness.late, "event")) late and \(NumberText.count(completeness.malformed, "line")) "
            + "refused so far; model \(DisplayText.safe(content.model.name)) \(DisplayText.safe(content.model.hash, limit: 12))"
    }

    private var risk: [String] {
        guard let risk = content.risk, risk.points > 0 else { return [] }
        let families = risk.families.map { DisplayText.safe($0) }.joined(separator: ", ")
        return ["\(NumberText.decimal(risk.points, places: 1)) points of the account\(families.isEmpty ? "" : ", from \(families)")"]
    }

    /// One line a sink.
    private var sent: [String] {
        AlertPage.grouped(deliveries, by: \.sink).map { sink, all in
            let delivered = all.filter { $0.state == .delivered }
            var text = "\(DisplayText.safe(sink)): \(delivered.count) of \(transitions.count) transitions"
            if let latest = delivered.map(\.changed).max() { text += ", the last at \(CivilTime(latest).rfc3339)" }
            for delivery in all where delivery.state != .delivered {
                text += "; number \(delivery.sequence + 1) \(delivery.state == .waiting ? "waits" : "was given up") after "
                text += NumberText.count(delivery.attempts, "attempt")
                if !delivery.reason.isEmpty { text += " (\(DisplayText.safe(delivery.reason, limit: 200)))" }
            }
            return text
        }
    }

    private static func words(_ evidence: AlertContent.Evidence) -> String {
        "\(DisplayText.safe(evidence.source)) \(DisplayText.safe(evidence.file, limit: 400)) at byte "
            + "\(evidence.offset), \(DisplayText.safe(evidence.time))"
    }

    /// `benign by mara at 2026-…: "yearly export"`
    private static func words(_ decision: WrittenDecision) -> String {
        "\(decision.verdict.name) by \(DisplayText.safe(decision.author)) at \(CivilTime(decision.written).rfc3339): "
            + "\"\(DisplayText.safe(decision.reason, limit: 400))\""
    }

    // MARK: For programs

    var json: String {
        var text = JSONText()
        text.beginObject()
        text.field("schema", "weir.alert-file/1")
        text.field("id", last.record.id)
        text.field("source", last.lane)
        text.beginArray("transitions")
        for transition in transitions {
            text.beginObject()
            text.field("stored", CivilTime(transition.committed).rfc3339)
            text.verbatim("record", transition.record.json)
            text.endObject()
        }
        text.endArray()
        text.beginArray("deliveries")
        for delivery in deliveries {
            text.beginObject()
            text.field("sequence", UInt64(delivery.sequence))
            text.field("sink", delivery.sink)
            text.field("state", delivery.state.name)
            text.field("attempts", delivery.attempts)
            text.field("changed", CivilTime(delivery.changed).rfc3339)
            text.field("reason", delivery.reason)
            text.endObject()
        }
        text.endArray()
        text.beginArray("judgements")
        for decision in decisions {
            text.beginObject()
            text.field("verdict", decision.verdict.name)
            text.field("author", decision.author)
            text.field("reason", decision.reason)
            text.field("written", CivilTime(decision.written).rfc3339)
            text.beginObject("applied")
            for (lane, time) in decision.applied.sorted(by: { $0.key < $1.key }) { text.field(lane, CivilTime(time).rfc3339) }
            text.endObject()
            text.endObject()
        }
        text.endArray()
        text.endObject()
        return text.text
    }
}
