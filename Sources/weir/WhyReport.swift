// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Pipeline
import RollingStatistics

/// What the detectors of one source say of one account in one quarter hour: the answer first, then the numbers.
struct WhyReport {
    let source: String
    let explanation: LaneExplanation

    var text: String {
        var lines = headline
        lines += ["", standing] + parts + before
        for entry in explanation.detectors {
            lines.append("")
            lines += WhyTable(explanation: explanation, entry: entry, source: source).lines
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: The answer

    private var account: String { DisplayText.safe(explanation.account) }

    /// `2026-06-03 14:00–14:15 UTC`
    var span: String {
        let start = CivilTime(explanation.bucket.start).rfc3339
        return
            "\(start.prefix(10)) \(start.dropFirst(11).prefix(5))–\(WhyReport.clock(BucketGrid.start(of: explanation.bucket.number + 1))) UTC"
    }

    static func clock(_ time: EventTime) -> String { String(CivilTime(time).rfc3339.dropFirst(11).prefix(5)) }

    /// What happened, in as many sentences as things did.
    var headline: [String] {
        var lines = explanation.isMissing ? [missing] : ownHeadline
        for (detector, alert) in explanation.sourceAlerts {
            let state = alert.isNew ? "fired at \(WhyReport.clock(alert.opened))" : "open since \(WhyReport.minute(alert.opened))"
            lines.append("The source itself: \(detector.id) \(state) (\(alert.id)): \(DisplayText.safe(alert.phrase, limit: 2000))")
        }
        return lines
    }

    private var missing: String {
        "Nobody was judged in \(span): \(DisplayText.safe(source)) sent nothing at all, so the quarter hour says nothing of "
            + "\(account). A silent source is D32's."
    }

    private var ownHeadline: [String] {
        let alerts = explanation.detectors.compactMap { entry in entry.alert.map { (entry, $0) } }
        let new = alerts.filter { $0.1.isNew }
        guard new.isEmpty else {
            return new.map { entry, alert in
                "\(entry.descriptor.id) fired at \(WhyReport.clock(alert.opened)): \(account) \(DisplayText.safe(alert.phrase, limit: 2000))"
            }
        }
        guard alerts.isEmpty else { return alerts.map { old($0.0, $0.1) } }
        return ["Nothing fired for \(account) in \(span)\(nearest)"]
    }

    private func old(_ entry: LaneExplanation.Entry, _ alert: LaneExplanation.Alert) -> String {
        let now =
            alert.hasResolved
            ? "ended with this quarter hour"
            : entry.explanation.hasFired ? "this quarter hour alone would have opened it" : "this quarter hour would not have opened it"
        return "No new alert for \(account) in \(span): \(entry.descriptor.id) alert \(alert.id) is open since "
            + "\(WhyReport.minute(alert.opened)); \(now). The alert: \(account) \(DisplayText.safe(alert.phrase, limit: 2000))"
    }

    static func minute(_ time: EventTime) -> String {
        let text = CivilTime(time).rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }

    /// The end of the sentence that says that nothing fired: what came closest, and what was lacking.
    private var nearest: String {
        guard let (entry, verdict) = explanation.nearest, let share = verdict.nearness else {
            let reason = explanation.detectors.first?.explanation.verdicts.first?.reason
            return reason.map { "; \(explanation.detectors[0].descriptor.id) is \($0)." } ?? "."
        }
        guard share >= 0.005 else { return "; nothing was near: all scores are 0." }
        var text = "; closest was \(entry.descriptor.id) \(verdict.subject)"
        if let window = verdict.strongestWindow { text += " over \(window.span.words)" }
        if verdict.gate == .score || verdict.gate == .newAccountLevel {
            text += ", at \(WhyReport.percent(share)) of what is needed"
        } else {
            text += ": \(verdict.reason)"
        }
        return text + (WhyReport.distance(verdict, in: explanation.bucket).map { ": \($0)." } ?? ".")
    }

    static func percent(_ share: Double) -> String { "\(NumberText.grouped((share * 100).rounded(.down))) %" }

    /// How far from firing: `1,960 more rows in this bucket would have fired`; nil where no amount is judged.
    static func distance(_ verdict: Verdict, in bucket: ClosedBucket) -> String? {
        guard let measure = verdict.measure, verdict.score != nil, !verdict.isOfSource,
            !verdict.windows.isEmpty || verdict.leastFiring != nil
        else { return nil }
        guard let least = verdict.leastFiring else { return "no amount in this bucket would have fired" }
        let held = bucket.sums[measure]
        if verdict.gate == .fired {
            return least == 0
                ? "it fires whatever this bucket holds, by what came before"
                : "it fires from \(NumberText.amount(Double(least), of: measure)) in this bucket on"
        }
        guard least > held else { return nil }
        let more = Double(least - held)
        switch measure {
        case .bytes: return "\(NumberText.bytes(more)) more in this bucket would have fired"
        case .rows, .calls:
            let noun = measure == .rows ? "row" : "call"
            return "\(NumberText.grouped(more)) more \(noun)\(more == 1 ? "" : "s") in this bucket would have fired"
        }
    }

    // MARK: The account

    /// Who this is, what it did, and how the others did.
    private var standing: String {
        let bucket = explanation.bucket
        let sums = bucket.sums
        var text = "\(account) at \(DisplayText.safe(source)), known for \(NumberText.span(bucket.end - explanation.firstSeen))"
        if let seen = explanation.lastSeenBefore {
            text += " (and before that until \(CivilTime(seen).rfc3339.prefix(10)), then forgotten)"
        }
        text += ": "
        text += "\(NumberText.amount(Double(sums.rows), of: .rows)), \(NumberText.amount(Double(sums.bytes), of: .bytes)), "
        text += "\(NumberText.amount(Double(sums.calls), of: .calls)) on \(CivilTime.weekdayName(bucket.start)) \(span)"
        if !bucket.isClosed { text += " (so far: the data end before this quarter hour does)" }
        let fleet = bucket.fleet
        guard fleet.matureCount > 1 else { return text + "." }
        return text + "; the \(fleet.matureCount) known accounts are at \(NumberText.ratio(fleet.medianRatio[0])) of their usual rows."
    }

    /// What the account's quarter hour is made of, a line for each kind of part.
    private var parts: [String] {
        guard let made = explanation.contributions else { return [] }
        let lines = AlertPage.parts(made.parts.map { ($0.kind, $0.value, $0.share) })
        return ["", "The \(made.measure.name) are made of"] + lines.map { "  \($0)" }
    }

    /// Alerts of the account before this quarter hour, and what people said of them.
    private var before: [String] {
        let lines = explanation.detectors.flatMap { entry in
            entry.similar.map { past in
                "  \(entry.descriptor.id) \(past.id), opened \(CivilTime(past.opened).rfc3339): \(past.label?.name ?? "nobody said")"
            }
        }
        return lines.isEmpty ? [] : ["", "Alerts of \(account) before"] + lines
    }
}
