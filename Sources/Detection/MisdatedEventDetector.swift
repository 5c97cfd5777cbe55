// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// H05: events whose dates cannot be right.
///
/// Sees: events that came so late, and so many at a time, that they count nowhere, and events dated far ahead of all others, which count
/// when they came. Misses: dates that are wrong by less than the lateness of the source, and a clock that all of a source share. Warm-up:
/// none.
public struct MisdatedEventDetector: HealthDetector {
    public static let descriptor = DetectorDescriptor(
        id: "H05", name: "misdated-events", family: "health",
        sees: "events that come too late to be counted, and events dated far ahead of the others: a clock, a stalled forwarder, or hiding",
        misses: "dates that are wrong by less than the source's lateness, or all alike",
        warmUp: "none",
        options: [
            DetectorOption(
                name: "minimum_events", defaultValue: 8, range: 1...1e12,
                reason: "events in a quarter hour that are late or ahead; a few are slow calls, or one host's moment without a clock")
        ],
        nextSteps: [
            "See which host or file writes them: its clock, its zone (a time without one is read as UTC), its forwarder's queue.",
            "If the log comes in pieces that are that old, set lateness_seconds of the source to more than the delay that is named.",
            "What was left out because its file came late can be judged afterwards: a replay merges files by the times in them.",
        ],
        quietBuckets: 96)

    public static let concern = HealthConcern.misdatedEvents

    private let minimum: Double

    public init(options: DetectorOptions) { minimum = options["minimum_events"] }

    public func judge(_ lane: LaneBucket) -> Finding? {
        guard let events = lane.misdated, worst(events) >= minimum else { return nil }
        var parts: [String] = []
        if events.late > 0 {
            let rows = events.rows > 0 ? ", with \(NumberText.amount(Double(events.rows), of: .rows))" : ""
            let repeats = events.repeated > 0 ? "; rows of this log may come twice, and then they were counted before" : ""
            parts.append(
                "\(NumberText.grouped(Double(events.late))) came too late to be counted\(rows), the latest "
                    + "\(NumberText.span(events.latest)) behind the newest\(repeats)")
        }
        if events.ahead > 0 {
            parts.append(
                "\(NumberText.grouped(Double(events.ahead))) \(events.ahead == 1 ? "was" : "were") dated ahead of all others, by up to "
                    + "\(NumberText.span(events.farthest)), and counted when \(events.ahead == 1 ? "it" : "they") came")
        }
        let phrase =
            "\(lane.name) has events whose dates cannot be right: since \(CivilTime(BucketGrid.start(of: events.since)).rfc3339), "
            + parts.joined(separator: ", and ") + "."
        let isHarmless = events.late == events.repeated
        return finding(
            lane, severity: isHarmless ? .low : .medium, observed: Double(events.late &+ events.ahead), since: events.since, phrase: phrase)
    }

    public func explain(_ lane: LaneBucket) -> Verdict {
        let count = lane.misdated.map(worst) ?? 0
        let reason =
            "\(NumberText.grouped(count)) events that are too late or dated ahead, \(NumberText.grouped(minimum)) needed (minimum_events)"
        return Verdict("events", gate: count >= minimum ? .fired : .excess, reason: reason)
    }

    private func worst(_ events: LaneBucket.MisdatedEvents) -> Double { Double(max(events.lateInBucket, events.aheadInBucket)) }
}
