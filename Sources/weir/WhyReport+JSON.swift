// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Pipeline
import RollingStatistics

extension WhyReport {
    /// The reports of all sources in schema `weir.why/1`, one line.
    static func json(_ reports: [WhyReport]) -> String {
        var text = JSONText()
        text.beginObject()
        text.field("schema", "weir.why/1")
        text.beginArray("sources")
        for report in reports { report.write(into: &text) }
        text.endArray()
        text.endObject()
        return text.text
    }

    private func write(into text: inout JSONText) {
        let bucket = explanation.bucket
        text.beginObject()
        text.field("source", source)
        text.field("account", explanation.account)
        text.field("answer", headline.joined(separator: " "))
        text.field("fired", explanation.hasOpened)
        text.beginObject("window")
        text.field("start", CivilTime(bucket.start).rfc3339)
        text.field("end", CivilTime(bucket.end).rfc3339)
        text.endObject()
        text.field("closed", bucket.isClosed)
        text.field("source_silent", explanation.isMissing)
        text.field("first_seen", CivilTime(explanation.firstSeen).rfc3339)
        if let seen = explanation.lastSeenBefore {
            text.field("last_seen_before", CivilTime(seen).rfc3339)
        } else {
            text.null("last_seen_before")
        }
        text.field("buckets_learnt", Int64(explanation.age))
        for measure in Measure.allCases { text.field(measure.name, bucket.sums[measure]) }
        if let made = explanation.contributions {
            text.field("contributions_of", made.measure.name)
        } else {
            text.null("contributions_of")
        }
        AlertRecord.write(explanation.contributions?.parts ?? [], into: &text)
        text.beginArray("detectors")
        for entry in explanation.detectors { WhyReport.write(entry, bucket, into: &text) }
        text.endArray()
        text.endObject()
    }

    private static func write(_ entry: LaneExplanation.Entry, _ bucket: ClosedBucket, into text: inout JSONText) {
        text.beginObject()
        text.field("detector", entry.descriptor.id)
        text.field("name", entry.descriptor.name)
        text.field("fired", entry.explanation.hasFired)
        for (key, alert) in [("alert", entry.alert), ("source_alert", entry.sourceAlert)] {
            if let alert { write(alert, key, into: &text) } else { text.null(key) }
        }
        text.beginArray("series_alerts")
        for (_, alert) in entry.seriesAlerts.sorted(by: { $0.key < $1.key }) { write(alert, nil, into: &text) }
        text.endArray()
        AlertRecord.write(entry.similar, into: &text)
        text.beginArray("verdicts")
        for verdict in entry.explanation.verdicts { write(verdict, bucket, into: &text) }
        text.endArray()
        text.endObject()
    }

    private static func write(_ alert: LaneExplanation.Alert, _ key: String?, into text: inout JSONText) {
        text.beginObject(key)
        text.field("id", alert.id)
        text.field("opened", CivilTime(alert.opened).rfc3339)
        text.field("severity", alert.severity.name)
        text.field("opened_here", alert.isNew)
        text.field("resolved_here", alert.hasResolved)
        text.field("phrase", alert.phrase)
        text.endObject()
    }

    private static func write(_ verdict: Verdict, _ bucket: ClosedBucket, into text: inout JSONText) {
        text.beginObject()
        text.field("subject", verdict.subject)
        text.field("gate", verdict.gate.rawValue)
        text.field("reason", verdict.reason)
        text.field("observed", verdict.observed, places: 4)
        text.field("expected", verdict.expected, places: 4)
        if let score = verdict.score { text.field("score", score, places: 4) } else { text.null("score") }
        if let needed = verdict.needed { text.field("needed", needed, places: 4) } else { text.null("needed") }
        if let least = verdict.leastFiring { text.field("least_firing", least) } else { text.null("least_firing") }
        if let distance = distance(verdict, in: bucket) { text.field("distance", distance) } else { text.null("distance") }
        text.beginObject("facts")
        for fact in verdict.facts { text.field(fact.key, fact.value, places: 4) }
        text.endObject()
        text.beginArray("spans")
        for window in verdict.windows { write(window, into: &text) }
        text.endArray()
        text.endObject()
    }

    private static func write(_ window: VolumeReading.Window, into text: inout JSONText) {
        text.beginObject()
        text.field("span", window.span.words)
        text.field("observed", window.observed, places: 2)
        text.field("expected", window.expected, places: 2)
        text.field("low", window.band.low, places: 2)
        text.field("high", window.band.high, places: 2)
        text.field("ratio", window.ratio, places: 4)
        text.field("z", window.z, places: 4)
        text.field("tail_depth", window.depth, places: 4)
        text.probability("p", window.probability)
        text.field("part", window.part, places: 4)
        text.endObject()
    }
}
