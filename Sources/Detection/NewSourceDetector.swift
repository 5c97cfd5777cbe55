// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D13: a service account calls from a network it never used.
///
/// Sees: the first event from an unknown /24 or /48. Misses: an attacker inside the usual network; accounts that change networks all the
/// time, which are left alone. Warm-up: fourteen days.
public struct NewSourceDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D13", name: "new-source", family: "access",
        sees: "the first call of a service account from a /24 or /48 network it never used",
        misses: "an attacker inside the usual network; accounts whose networks change all the time",
        warmUp: "14 days of the account's history",
        options: [
            DetectorOption(
                name: "minimum_age_days", defaultValue: 14, range: 1...365, reason: "two weeks show weekly jobs and their hosts twice"),
            DetectorOption(
                name: "novelty_rate_max", defaultValue: 0.1, range: 0.001...10,
                reason: "new networks a day above which the account is known to wander, and one more says nothing"),
        ],
        nextSteps: [
            "Ask the account's owner whether its host or provider changed.",
            "If not: treat its credential as stolen, revoke it, and look at what it read since.",
        ])

    private let minimumAge: Double
    private let noveltyRateMax: Double

    public init(options: DetectorOptions) {
        minimumAge = options["minimum_age_days"] * Double(BucketGrid.perDay)
        noveltyRateMax = options["novelty_rate_max"]
    }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard let novelty = bucket.newNetwork, Double(account.age) >= minimumAge, !account.networks.isEmpty else { return nil }
        let days = Double(account.age) / Double(BucketGrid.perDay)
        let rate = Double(account.networks.noveltyCount) / days
        guard rate <= noveltyRateMax else { return nil }
        let known = account.networks.recent.prefix(3).map(\.text).joined(separator: ", ")
        let probability = (Double(account.networks.noveltyCount) + 0.5) / (days + 1) / Double(BucketGrid.perDay)
        let span = bucket.isClosed ? "In that quarter hour" : "So far in this quarter hour"
        let phrase =
            "called from \(novelty.network.text) for the first time in \(NumberText.grouped(days)) days; it usually comes from \(known). "
            + "\(span): \(NumberText.amount(Double(bucket.sums.rows), of: .rows)), "
            + "\(NumberText.amount(Double(bucket.sums.calls), of: .calls))."
        return Finding(
            measure: nil, severity: .medium, score: -decimalLog(probability), observed: 1, expected: probability, low: 0, high: 0,
            ratio: 1 / probability, z: 0, probability: probability, windowStart: bucket.start, windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
    }
}
