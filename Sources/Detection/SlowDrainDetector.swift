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

    /// So many times the threshold are no matter for the record any more, but for a ticket, and for one before others.
    private static let mediumAt = 3.0
    private static let highAt = 10.0

    /// Below this share of the threshold an open alert resolves.
    private static let hold = 0.6

    private let threshold: Double
    private let minimumExcess: Double

    public init(options: DetectorOptions) {
        threshold = options["cusum"]
        minimumExcess = options["minimum_excess"]
    }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard SlowDrainDetector.isDayEnd(bucket), let measure = account.slow.measure,
            let day = account.slow.day(endingWith: Double(bucket.sums[measure]), at: bucket.slot, fleet: bucket.fleet.dayRatio),
            gate(day, measure, share: SlowDrainDetector.hold) == .fired
        else { return nil }
        let start = BucketGrid.start(of: bucket.number - Int64(day.driftDays * BucketGrid.perDay - 1))
        let ratio = day.driftActual / max(day.driftExpected, 1)
        let percent = NumberText.grouped((ratio - 1) * 100)
        let phrase =
            "has exported \(NumberText.amount(day.driftActual, of: measure)) in \(NumberText.count(Double(day.driftDays), "day")), since \(CivilTime(start).rfc3339.prefix(10)), where "
            + "\(NumberText.usual(NumberText.amount(day.driftExpected, of: measure))) for those days: \(percent) % more, though no single day need "
            + "stand out (CUSUM \(NumberText.decimal(day.sum, places: 1)))."
        var finding = Finding(
            measure: measure, severity: severity(day.sum), score: day.sum, observed: day.driftActual, expected: day.driftExpected, low: 0,
            high: day.driftExpected, ratio: ratio, z: day.z, probability: exponential(-day.sum), windowStart: start, windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
        finding.opens = gate(day, measure, share: 1) == .fired
        return finding
    }

    private func severity(_ sum: Double) -> Severity {
        sum >= threshold * SlowDrainDetector.highAt ? .high : sum >= threshold * SlowDrainDetector.mediumAt ? .medium : .low
    }

    private static func isDayEnd(_ bucket: ClosedBucket) -> Bool { bucket.isClosed && bucket.slot.quarterOfDay == 95 }

    /// What stops a whole day, where `share` of the threshold is asked for.
    private func gate(_ day: SlowReference.Day, _ measure: Measure, share: Double) -> Gate {
        guard day.sum >= threshold * share else { return .score }
        return day.driftActual - day.driftExpected >= minimumExcess * SlowDrainDetector.unit(measure) ? .fired : .excess
    }

    /// What one of the excess that is asked for stands for.
    private static func unit(_ measure: Measure) -> Double { measure == .bytes ? 1024 : 1 }
}

// MARK: - Why

extension SlowDrainDetector {
    /// The day that ends with the bucket; inside a day, where the sum stood after the last whole one.
    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        let slow = account.slow
        guard let measure = slow.measure, Int(slow.days) >= SlowReference.warmUp else { return Explanation([learning(Int(slow.days))]) }
        guard SlowDrainDetector.isDayEnd(bucket) else { return Explanation([unfinished(slow, measure)]) }
        func day(_ amount: Double) -> SlowReference.Day? { slow.day(endingWith: amount, at: bucket.slot, fleet: bucket.fleet.dayRatio) }
        guard let today = day(Double(bucket.sums[measure])) else {
            return Explanation([Verdict(measure.name, measure: measure, gate: .learning, reason: "not all of this day was seen")])
        }
        let gate = gate(today, measure, share: 1)
        let excess = NumberText.amount(max(today.driftActual - today.driftExpected, 0), of: measure)
        var reason = sentence(today.sum)
        if gate == .excess {
            let least = NumberText.amount(minimumExcess * SlowDrainDetector.unit(measure), of: measure)
            reason += ", but only \(excess) above the expectation; from \(least) on anybody would act (minimum_excess)"
        }
        var verdict = Verdict(measure.name, measure: measure, gate: gate, reason: reason)
        verdict.observed = today.driftActual
        verdict.expected = today.driftExpected
        verdict.score = today.sum
        verdict.needed = threshold
        verdict.facts = [
            SlowDrainDetector.drift(today.driftDays),
            Verdict.Fact("z", today.z, "z-score of this day \(NumberText.decimal(today.z, places: 1))"),
        ]
        verdict.leastFiring = Verdict.leastAmount { amount in day(amount).map { self.gate($0, measure, share: 1) == .fired } ?? false }
        return Explanation([verdict])
    }

    private func learning(_ days: Int) -> Verdict {
        let left = max(SlowReference.warmUp - days, 1)
        let reason = "learning: judged after \(SlowReference.warmUp) whole days, in \(left) day\(left == 1 ? "" : "s")"
        return Verdict("days", gate: .learning, reason: reason)
    }

    private func unfinished(_ slow: SlowReference, _ measure: Measure) -> Verdict {
        let reason = "judged at the end of each day (UTC); after the last one \(sentence(Double(slow.sum)))"
        var verdict = Verdict(measure.name, measure: measure, gate: .openDay, reason: reason)
        verdict.observed = Double(slow.driftActual)
        verdict.expected = Double(slow.driftExpected)
        verdict.score = Double(slow.sum)
        verdict.needed = threshold
        verdict.facts = [SlowDrainDetector.drift(Int(slow.driftDays))]
        return verdict
    }

    private func sentence(_ sum: Double) -> String {
        "CUSUM \(NumberText.decimal(sum, places: 1)) of \(NumberText.decimal(threshold, places: 1)) needed"
    }

    private static func drift(_ days: Int) -> Verdict.Fact {
        Verdict.Fact("drift_days", Double(days), days == 0 ? "no drift" : "drifting for \(days) day\(days == 1 ? "" : "s")")
    }
}
