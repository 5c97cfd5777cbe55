// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D02: an account has moved a little more than it usually does for many days.
///
/// Sees: what D01's baseline would learn: a rise that is kept up, or grows by a per cent a day. Misses: a rise of less than a quarter of a
/// per cent a day; a theft that is as large as the account's own days differ. Warm-up: 28 days. Judged at the end of each day (UTC).
public struct SlowDrainDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D02", name: "slow-drain", family: "volume",
        sees: "an account that has moved more than its slow reference for many days, though no single day is unusual",
        misses: "a rise of under 0.25 % a day; what is no larger than the account's own days differ",
        warmUp: "28 whole days of the account's history",
        options: [
            DetectorOption(
                name: "cusum", defaultValue: 8, range: 3...100,
                reason: "standard deviations above the allowance, added up over days; four days at three deviations are nine"),
            DetectorOption(
                name: "minimum_excess", defaultValue: 1000, range: 0...1e15,
                reason: "rows (or KiB) above the expectation since the drift began below which nobody would act"),
        ],
        nextSteps: [
            "Ask the account's owner whether its job has grown: new customers, new fields, a shorter interval.",
            "If not: look at which objects and destinations the growth is in, from the day the drift began.",
        ],
        quietBuckets: 200)

    /// Below this share of the threshold an open alert resolves.
    private static let hold = 0.6

    private let threshold: Double
    private let minimumExcess: Double

    public init(options: DetectorOptions) {
        threshold = options["cusum"]
        minimumExcess = options["minimum_excess"]
    }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard bucket.isClosed, bucket.slot.quarterOfDay == 95, let measure = account.slow.measure,
            let day = account.slow.day(endingWith: Double(bucket.sums[measure]), at: bucket.slot, fleet: bucket.fleet.dayRatio),
            day.sum >= threshold * SlowDrainDetector.hold
        else { return nil }
        let excess = day.driftActual - day.driftExpected
        guard excess >= minimumExcess * (measure == .bytes ? 1024 : 1) else { return nil }
        let start = BucketGrid.start(of: bucket.number - Int64(day.driftDays * BucketGrid.perDay - 1))
        let ratio = day.driftActual / max(day.driftExpected, 1)
        let percent = NumberText.grouped((ratio - 1) * 100)
        let phrase =
            "has exported \(NumberText.amount(day.driftActual, of: measure)) in \(day.driftDays) days, since \(CivilTime(start).rfc3339.prefix(10)), where "
            + "\(NumberText.amount(day.driftExpected, of: measure)) are usual for those days: \(percent) % more, though no single day need "
            + "stand out (CUSUM \(NumberText.decimal(day.sum, places: 1)))."
        var finding = Finding(
            measure: measure, severity: .low, score: day.sum, observed: day.driftActual, expected: day.driftExpected, low: 0,
            high: day.driftExpected, ratio: ratio, z: day.z, probability: exponential(-day.sum), windowStart: start, windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
        finding.opens = day.sum >= threshold
        return finding
    }
}
