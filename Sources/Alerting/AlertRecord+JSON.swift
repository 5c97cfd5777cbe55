// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

extension AlertRecord {
    /// Renders one transition in schema `weir.alert/1`.
    ///
    /// The order of the keys is the order in which a person decides: what and who, how much, compared with what, made of what, where to
    /// look, how sure, what next.
    package init(
        _ transition: AlertLifecycle.Transition, account: String, descriptor: DetectorDescriptor, details: AlertDetails, model: ModelStamp
    ) {
        let alert = transition.alert
        let finding = alert.finding
        let summary = AlertRecord.sentence(transition, account: account)
        var json = JSONText()
        json.beginObject()
        json.field("schema", "weir.alert/1")
        json.field("id", alert.id)
        json.field("status", transition.status.name)
        json.field("severity", alert.severity.name)
        json.field("urgency", alert.urgency)
        if let withheld = alert.withheld { withheld.write(into: &json) } else { json.null("page_withheld") }
        json.field("detector", descriptor.id)
        json.field("name", descriptor.name)
        json.field("family", descriptor.family)
        json.field("account", account)
        if let measure = finding.measure { json.field("measure", measure.name) } else { json.null("measure") }
        json.field("opened", CivilTime(alert.opened).rfc3339)
        json.field("last", CivilTime(transition.time).rfc3339)
        // A bucket is whole when its source's lateness has passed.
        json.field("found", CivilTime(transition.time + details.completeness.lag).rfc3339)
        AlertRecord.write(transition.change, into: &json)
        AlertRecord.write(finding, into: &json)
        AlertRecord.write(alert.total, finding.measure, into: &json)
        AlertRecord.write(details, into: &json)
        AlertRecord.write(transition.similar, into: &json)
        json.beginArray("next")
        for step in descriptor.nextSteps { json.field(nil, step) }
        json.endArray()
        json.field("summary", summary)
        json.beginObject("model")
        json.field("name", model.name)
        json.field("hash", model.hash)
        json.endObject()
        json.endObject()
        self.init(
            id: alert.id, status: transition.status, severity: alert.severity, detector: descriptor.id, name: descriptor.name,
            account: account, opened: alert.opened, time: transition.time, sequence: alert.sequence, summary: summary, json: json.text)
    }

    /// An account is called by its name; `*` is the whole source, whose name begins the phrase.
    private static func sentence(_ transition: AlertLifecycle.Transition, account: String) -> String {
        let isSource = account == "*"
        let name = isSource ? "Source" : DisplayText.safe(account)
        let alert = transition.alert
        let isOver = transition.status == .resolved
        let sentence =
            "\(name) \(DisplayText.safe(alert.finding.phrase, limit: 2000))" + (alert.withheld?.words(isOver: isOver) ?? "")
        guard isOver else { return (transition.change.map { $0.words(alert) + " " } ?? "") + sentence }
        let span = NumberText.span(transition.time - alert.opened)
        let end = totalWords(alert) + "The alert was: \(sentence)"
        if transition.isAccepted { return "\(name) was accepted as usual after \(span). \(end)" }
        if let since = transition.unheardSince {
            let waited = NumberText.span(transition.time - since)
            return "\(name) has not called since \(CivilTime(since).rfc3339), and is waited for no longer after \(waited). \(end)"
        }
        return "\(isSource ? "The source" : name) is back to usual after \(span). \(end)"
    }

    /// What was taken in all, for who has to say so afterwards.
    private static func totalWords(_ alert: OpenAlert) -> String {
        guard let measure = alert.finding.measure, let total = alert.total.of(measure) else { return "" }
        let span = "\(CivilTime(total.start).rfc3339) to \(CivilTime(total.end).rfc3339)"
        return "In all \(NumberText.amount(total.moved, of: measure)) in the unusual quarter hours from \(span), where "
            + "\(NumberText.usual(NumberText.amount(total.usual, of: measure))). "
    }

    private static func write(_ change: AlertChange?, into json: inout JSONText) {
        guard let change else { return json.null("change") }
        json.beginObject("change")
        json.beginArray("reasons")
        for reason in change.reasons { json.field(nil, reason.rawValue) }
        json.endArray()
        json.field("severity_before", change.severityBefore.name)
        json.field("observed_before", change.observedBefore, places: 0)
        json.endObject()
    }

    private static func write(_ total: AlertTotal, _ measure: Measure?, into json: inout JSONText) {
        guard let measure, let total = total.of(measure) else { return json.null("total") }
        json.beginObject("total")
        json.field("start", CivilTime(total.start).rfc3339)
        json.field("end", CivilTime(total.end).rfc3339)
        json.field("observed", total.moved, places: 0)
        json.field("expected", total.usual, places: 2)
        json.endObject()
    }

    package static func write(_ similar: [PastAlert], into json: inout JSONText) {
        json.beginArray("similar")
        for alert in similar {
            json.beginObject()
            json.field("id", alert.id)
            json.field("opened", CivilTime(alert.opened).rfc3339)
            if let label = alert.label { json.field("label", label.name) } else { json.null("label") }
            json.endObject()
        }
        json.endArray()
    }

    private static func write(_ finding: Finding, into json: inout JSONText) {
        json.beginObject("window")
        json.field("start", CivilTime(finding.windowStart).rfc3339)
        json.field("end", CivilTime(finding.windowEnd).rfc3339)
        json.endObject()
        json.field("observed", finding.observed, places: 0)
        json.field("expected", finding.expected, places: 2)
        json.field("low", finding.low, places: 2)
        json.field("high", finding.high, places: 2)
        json.field("ratio", finding.ratio, places: 2)
        json.field("z", finding.z, places: 2)
        json.probability("p", finding.probability)
        json.beginObject("sample")
        json.field("buckets", Int64(finding.sampleBuckets))
        json.field("since", CivilTime(finding.since).rfc3339)
        json.endObject()
        guard let peers = finding.peers else {
            json.null("peers")
            return
        }
        json.beginObject("peers")
        json.field("count", Int64(peers.count))
        json.field("ratio", peers.ratio, places: 2)
        json.endObject()
    }

    package static func write(_ contributions: [AlertDetails.Contribution], into json: inout JSONText) {
        json.beginArray("contributions")
        for part in contributions {
            json.beginObject()
            json.field("kind", part.kind)
            json.field("value", part.value)
            json.field("share", part.share, places: 4)
            json.endObject()
        }
        json.endArray()
    }

    private static func write(_ details: AlertDetails, into json: inout JSONText) {
        write(details.contributions, into: &json)
        json.beginObject("risk")
        json.field("points", details.standing.points, places: 1)
        json.beginArray("families")
        for family in details.standing.families { json.field(nil, family) }
        json.endArray()
        json.endObject()
        json.beginArray("evidence")
        for item in details.evidence.prefix(5) {
            json.beginObject()
            json.field("source", item.source)
            json.field("file", item.file)
            json.field("offset", item.offset)
            json.field("time", CivilTime(item.time).rfc3339)
            json.endObject()
        }
        json.endArray()
        json.beginObject("completeness")
        json.field("lag_seconds", Double(details.completeness.lag.milliseconds) / 1000, places: 3)
        json.field("late", details.completeness.late)
        json.field("malformed", details.completeness.malformed)
        json.field("learning", details.completeness.isLearning)
        json.endObject()
        json.beginArray("related")
        for id in details.related { json.field(nil, id) }
        json.endArray()
    }
}
