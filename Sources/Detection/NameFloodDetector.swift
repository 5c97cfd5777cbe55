// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// H01: names come that get no account of their own.
///
/// Sees: events under `(other accounts)`, because names come faster than a fleet grows, or because all places are taken. Misses: names that
/// come slowly enough to get accounts. Warm-up: none.
public struct NameFloodDetector: HealthDetector {
    public static let descriptor = DetectorDescriptor(
        id: "H01", name: "name-flood", family: "health",
        sees: "events of names that get no account of their own: names come faster than a fleet grows, or all places are taken",
        misses: "names that come slowly enough to be taken up",
        warmUp: "none",
        options: [
            DetectorOption(
                name: "minimum_events", defaultValue: 1, range: 1...1e12,
                reason: "events in a quarter hour under (other accounts); from the first on, somebody is judged together with strangers")
        ],
        nextSteps: [
            "Look at the newest account names in the log: is somebody making them up, or is a field taken for the account that is none? Stop it.",
            "If they are real, nothing is to be done: each gets an account when it returns in another quarter hour.",
            "If `weir status` shows 199,999 accounts, all places are taken: give the sources that hold people a setting of their own.",
        ],
        quietBuckets: 96)

    public static let concern = HealthConcern.refusedNames

    private let minimum: Double

    public init(options: DetectorOptions) { minimum = options["minimum_events"] }

    public func judge(_ lane: LaneBucket) -> Finding? {
        guard Double(lane.refusedCalls) >= minimum else { return nil }
        let (calls, rows) = (Double(lane.refused.calls), Double(lane.refused.rows))
        let phrase =
            "\(lane.name) names accounts faster than they can be taken up: \(NumberText.count(calls, "event")) with "
            + "\(NumberText.amount(rows, of: .rows)) since \(CivilTime(BucketGrid.start(of: lane.refusedSince)).rfc3339) came under names "
            + "that have no account of their own. They are judged together, as (other accounts). "
            + "Accounts with a week of history (\(NumberText.grouped(Double(lane.accounts)))) keep it and are judged as always."
        return finding(lane, severity: .medium, observed: calls, since: lane.refusedSince, phrase: phrase)
    }

    public func explain(_ lane: LaneBucket) -> Verdict {
        let calls = Double(lane.refusedCalls)
        let isFired = calls >= minimum
        let reason =
            "\(NumberText.grouped(calls)) events of names without an account, \(NumberText.grouped(minimum)) needed (minimum_events)"
        return Verdict("names", gate: isFired ? .fired : .excess, reason: reason)
    }
}
