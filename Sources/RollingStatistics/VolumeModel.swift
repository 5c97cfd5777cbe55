// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What one measure of one account usually does, and how unusual a bucket is.
///
/// Four spans, judged together: see ``VolumeSpan``. Test first, learn afterwards: ``read(_:at:fleet:into:)`` sees the
/// past only. State: about 650 bytes. Complexity: O(4) a bucket, three logarithms to judge it.
///
/// Source: design/statistics.md section 2, changed where the exfiltration benchmark and other series showed it weak: short spans against
/// the account's level of the last day, long spans on clipped log ratios of single buckets, spreads shrunk to the fleet's, all spans in
/// one score.
public struct VolumeModel: Sendable {
    public var baseline = SeasonalBaseline()
    public var channels = InlineArray<4, VolumeChannel>(repeating: VolumeChannel())
    /// Spread of the quarter hour's deviation by hour of the day, as codes of ``CompactMean``: a batch account is regular at night and idle
    /// by day.
    var hourlyVariance = InlineArray<24, UInt16>(repeating: 0)
    /// The decayed hour, actual and expected before the fleet's factor: what the factor itself is measured against.
    var actualHour: Float = 0
    var expectedHour: Float = 0
    /// The decayed last day, actual (winsorised) and expected, and the factor for expectations that follows from it.
    var actualDay: Float = 0
    var expectedDay: Float = 0
    var locality: Float = 1
    /// Decayed sums of weighted deviations, and of their weights, over the long spans.
    var deviationSums = InlineArray<2, Float>(repeating: 0)
    var weightSums = InlineArray<2, Float>(repeating: 0)

    public init() {}

    /// Judges a bucket that holds `amount`. Does not learn.
    public func read(_ amount: Double, at standing: SlotStanding, fleet: FleetMeasure) -> VolumeReading {
        var reading = VolumeReading()
        var model = self
        model.read(amount, at: standing, fleet: fleet, into: &reading)
        return reading
    }

    /// The same in place. Changes nothing; `mutating` only so that the model is not copied: it is judged for every account and bucket.
    public mutating func read(_ amount: Double, at standing: SlotStanding, fleet: FleetMeasure, into reading: inout VolumeReading) {
        reading.amount = amount
        reading.baseline = baseline.expectation(standing) * standing.share
        let expectation = reading.baseline * fleet.factor
        reading.bucketExpectation = expectation
        measure(amount, expectation: expectation, fleet: fleet, into: &reading)
        var deviations = naturalLog((reading.actual + reading.floors) / (reading.expected + reading.floors)) / reading.leverage
        reading.bucketDeviation = min(max(deviations[2], -VolumeModel.deviationFloor), VolumeModel.deviationCap)
        for long in 0..<2 {
            let kept = VolumeSpan.remainders[long + 2]
            let sum = Double(deviationSums[long]) * kept + reading.weight * reading.bucketDeviation
            deviations[long + 2] = sum / (Double(weightSums[long]) * kept + reading.weight + 0.3)
        }
        showLong(amount, expectation, into: &reading)
        standardise(deviations, standing, fleet: fleet, into: &reading)
    }

    /// A bucket's own log ratio counts at least and at most this much in the long spans: silence must not widen their spread, and a burst
    /// must not pass for days of it.
    static let deviationFloor = 0.35
    static let deviationCap = 1.6

    /// Sums, floors and leverage: the short spans in lanes 0 and 1, the bucket itself in lane 2.
    @inline(__always)
    private mutating func measure(_ amount: Double, expectation: Double, fleet: FleetMeasure, into reading: inout VolumeReading) {
        let level = Double(baseline.level)
        let local = expectation * Double(locality)
        let kept = VolumeSpan.remainders[1]
        reading.actual = SIMD4(amount, Double(channels[1].actual) * kept + amount, amount, 1)
        reading.expected = SIMD4(local, Double(channels[1].expected) * kept + local, expectation, 1)
        reading.floors = SIMD4(0.2 * level + 5, 3.2 * level + 5, 0.3 * level + 5, 1)
        reading.leverage = (reading.expected + reading.floors * SIMD4(repeating: 0.5)) / (reading.expected + reading.floors)
        // Busy buckets speak, quiet ones hardly: the share of the expectation to the power of 1¼.
        let share = expectation / (expectation + level * fleet.factor + 1e-9)
        reading.weight = share * share.squareRoot().squareRoot()
    }

    /// Mean excesses more that are asked of the long spans where few buckets speak for three days, as of an account with one job a night: a
    /// week then holds few values, and its tail rests on fewer than their number in buckets says.
    @inline(__always)
    private var caution: SIMD4<Double> {
        let buckets = Double(weightSums[1]) + 1
        // Most accounts: no logarithm for them.
        guard buckets < VolumeModel.plentyOfBuckets else { return .zero }
        return SIMD4(0, 0, 1.5, 1.5) * SIMD4(repeating: naturalLog(VolumeModel.plentyOfBuckets / buckets))
    }

    /// Buckets with their full weight in the last three days, from which on nothing more is asked.
    private static let plentyOfBuckets = 20.0

    /// The sums of the long spans, which people see and nothing is computed from.
    @inline(__always)
    private mutating func showLong(_ amount: Double, _ expectation: Double, into reading: inout VolumeReading) {
        for lane in 2..<4 {
            let kept = VolumeSpan.remainders[lane]
            reading.actual[lane] = Double(channels[lane].actual) * kept + amount
            reading.expected[lane] = Double(channels[lane].expected) * kept + expectation
            reading.floors[lane] = 0.2 * Double(baseline.level) * VolumeSpan.lengths[lane] + 5
        }
    }

    @inline(__always)
    private mutating func standardise(
        _ deviations: SIMD4<Double>, _ standing: SlotStanding, fleet: FleetMeasure, into reading: inout VolumeReading
    ) {
        var counts = SIMD4<Double>.zero
        var variances = SIMD4<Double>.zero
        var usual = SIMD4<Double>.zero
        var excessSums = SIMD4<Double>.zero
        var clusterCounts = SIMD4<Double>.zero
        var quantiles = SIMD4<Double>.zero
        for lane in 0..<4 {
            counts[lane] = Double(channels[lane].count)
            variances[lane] = Double(channels[lane].variance)
            usual[lane] = channels[lane].usual
            excessSums[lane] = Double(channels[lane].excessSum)
            clusterCounts[lane] = Double(channels[lane].clusterCount)
            quantiles[lane] = Double(channels[lane].quantile)
        }
        let weight = SIMD4<Double>(repeating: VolumeChannel.spreadWeight)
        variances = (counts * variances + weight * fleet.variances) / (counts + weight)
        let seen = standing.dayVisits
        variances[0] = (8 * variances[0] + seen * CompactMean(code: hourlyVariance[standing.slot.hourOfDay]).value) / (8 + seen)
        let floor = SIMD4<Double>(repeating: VolumeChannel.smallestDeviation)
        reading.deviations = deviations
        let own = larger(variances.squareRoot(), floor)
        reading.spreads = (own * own + SIMD4(repeating: fleet.dispersion * fleet.dispersion)).squareRoot()
        reading.z = (deviations - usual) / reading.spreads
        let clusters = SIMD4<Double>(repeating: VolumeChannel.excessWeight)
        let excesses = (excessSums + clusters * fleet.meanExcesses) / (clusterCounts + clusters)
        reading.meanExcesses = larger(excesses, SIMD4(repeating: VolumeChannel.smallestExcess))
        reading.depths = (reading.z - quantiles) / reading.meanExcesses - caution
        reading.parts = larger((reading.depths + VolumeSpan.scoreOffsets) / VolumeSpan.scoreUnits, .zero)
        let squares = reading.parts * reading.parts
        reading.score = (squares * squares).sum().squareRoot().squareRoot()
    }

    /// The numbers of one span of a reading, which must be this model's.
    public func window(_ span: VolumeSpan, of reading: VolumeReading) -> VolumeReading.Window {
        reading.window(span, usual: channels[span.rawValue].usual)
    }

    /// The span with the largest part among those that hold enough to act on: an excess over the expectation, a ratio to it, and a part of
    /// at least `part`. All three grow with the amount, so what is found in a part of a bucket is found at its close.
    public func strongest(_ reading: VolumeReading, part: Double, excess: Double, ratio: Double) -> VolumeReading.Window? {
        var best: VolumeReading.Window?
        for span in VolumeSpan.allCases where reading.lack(span, part: part, excess: excess, ratio: ratio) == nil {
            if let known = best, known.part >= reading.parts[span.rawValue] { continue }
            best = window(span, of: reading)
        }
        return best
    }

    /// An amount below which nothing of this score, excess and ratio is possible, and not far above which it is; nil when none is.
    ///
    /// Some part must be √½ of the score, because there are four: the smallest amount that brings one of them there. Cheap: it is asked for
    /// every active account and bucket, and only where it is crossed does somebody look closely. `mutating` only so that the model is not
    /// copied.
    public mutating func leastAmount(
        reaching score: Double, excess: Double, ratio: Double, at standing: SlotStanding, fleet: FleetMeasure
    ) -> Double? {
        var empty = VolumeReading()
        read(0, at: standing, fleet: fleet, into: &empty)
        var enough = Double.infinity
        for lane in 0..<4 {
            let total = max(empty.expected[lane] + excess, ratio * max(empty.expected[lane], 1))
            enough = min(enough, total - empty.actual[lane])
        }
        let depths = SIMD4<Double>(repeating: score * 0.70710678) * VolumeSpan.scoreUnits - VolumeSpan.scoreOffsets
        let z = (depths + caution) * empty.meanExcesses + lanes { Double(channels[$0].quantile) }
        let deviations = z * empty.spreads + lanes { channels[$0].usual }
        var least = Double.infinity
        let local = empty.bucketExpectation * Double(locality)
        let floor = 0.2 * Double(baseline.level) + 5
        least = min(least, VolumeModel.amount(deviations[0], expected: local, floor: floor))
        let past = empty.actual[1]
        least = min(least, VolumeModel.amount(deviations[1], expected: empty.expected[1], floor: empty.floors[1]) - past)
        for long in 0..<2 where empty.weight > 0 {
            let kept = VolumeSpan.remainders[long + 2]
            let weights = Double(weightSums[long]) * kept + empty.weight + 0.3
            let needed = (deviations[long + 2] * weights - Double(deviationSums[long]) * kept) / empty.weight
            guard needed <= VolumeModel.deviationCap else { continue }
            let own = 0.3 * Double(baseline.level) + 5
            least = min(least, VolumeModel.amount(needed, expected: empty.bucketExpectation, floor: own))
        }
        least = max(least * (1 - 1e-9), enough)
        return least < 9_007_199_254_740_992 ? max(least, 0) : nil
    }

    /// The sum whose log ratio to the expectation is `deviation`.
    @inline(__always)
    private static func amount(_ deviation: Double, expected: Double, floor: Double) -> Double {
        let leverage = (expected + 0.5 * floor) / (expected + floor)
        let logarithm = deviation * leverage
        return logarithm > 60 ? .infinity : exponential(logarithm) * (expected + floor) - floor
    }

    /// Learns the closed bucket that `reading` judged. `age` counts the account's buckets, this one included; the visits do not yet.
    /// `reading` is `inout` only so that it is not copied.
    public mutating func learn(
        _ reading: inout VolumeReading, at standing: SlotStanding, age: Int, fleet: FleetMeasure, as teaching: Teaching
    ) {
        let level = Double(baseline.level)
        // One by one, so that what follows from a span's length is known when this is compiled.
        let distance = learn(.quarterHour, &reading, age: age, fleet: fleet, as: teaching)
        if let distance { learnHour(distance * distance, standing) }
        _ = learn(.fourHours, &reading, age: age, fleet: fleet, as: teaching)
        _ = learn(.day, &reading, age: age, fleet: fleet, as: teaching)
        _ = learn(.threeDays, &reading, age: age, fleet: fleet, as: teaching)
        for long in 0..<2 {
            let kept = VolumeSpan.remainders[long + 2]
            deviationSums[long] = Float(Double(deviationSums[long]) * kept + reading.weight * reading.bucketDeviation)
            weightSums[long] = Float(Double(weightSums[long]) * kept + reading.weight)
        }
        actualHour = Float(Double(actualHour) * 0.75 + reading.amount)
        expectedHour = Float(Double(expectedHour) * 0.75 + reading.baseline)
        learnLocality(reading.amount, expectation: reading.bucketExpectation, level: level, age: age, as: teaching)
        let taught = VolumeModel.taught(
            reading.amount / fleet.factor, expected: reading.baseline, level: level, age: age, as: teaching)
        baseline.learn(taught, at: standing, age: age)
    }

    @inline(__always)
    private mutating func learn(
        _ span: VolumeSpan, _ reading: inout VolumeReading, age: Int, fleet: FleetMeasure, as teaching: Teaching
    ) -> Double? {
        let lane = span.rawValue
        channels[lane].actual = Float(reading.actual[lane])
        channels[lane].expected = Float(reading.expected[lane])
        return channels[lane].learn(
            reading.deviations[lane], z: reading.z[lane], excess: reading.meanExcesses[lane], span: span.buckets, age: age,
            fleetVariance: fleet.variances[lane], as: teaching)
    }

    /// What the account's last hour says of the whole fleet; see ``FleetMeasure``. `mutating` only so that the model is not copied.
    ///
    /// The log ratio is the last hour's actual to expected amount before the fleet's factor; nil where too little is usual at this hour.
    /// Source: design/statistics.md section 2: accounts with a level over one a bucket, in hours with over a fifth of their level.
    public mutating func standing() -> (level: Double, logRatio: Double?) {
        let level = Double(baseline.level)
        let expected = Double(expectedHour)
        guard level > 1, expected > 0.2 * level * 4 else { return (level, nil) }
        return (level, naturalLog((Double(actualHour) + 0.1) / (expected + 0.1)))
    }

    /// What a bucket says of the whole fleet: its log ratio to the expectation before any common rise; nil where too little is usual
    /// at this hour, as in ``standing()``. `mutating` only so that the model is not copied.
    @inline(__always)
    public mutating func logRatio(_ amount: Double, at standing: SlotStanding) -> Double? {
        let level = Double(baseline.level)
        guard level > 1 else { return nil }
        let expected = baseline.expectation(standing) * standing.share
        return expected > 0.2 * level ? naturalLog((amount + 0.1) / (expected + 0.1)) : nil
    }

    /// What a bucket teaches the baseline: without the fleet's rise, and after a week at most four times the expected amount and level.
    @inline(__always)
    public static func taught(_ amount: Double, expected: Double, level: Double, age: Int, as teaching: Teaching) -> Double {
        teaching.weighed(age > 672 ? min(amount, 4 * (expected + level) + 10) : amount, expected: expected)
    }

    @inline(__always)
    private mutating func learnHour(_ square: Double, _ standing: SlotStanding) {
        let hour = standing.slot.hourOfDay
        let gain = max(1 / max(standing.dayVisits - 24, 1), 0.02)
        let mean = CompactMean(code: hourlyVariance[hour]).value
        hourlyVariance[hour] = CompactMean(mean + gain * (square - mean)).code
    }

    /// A third of how far the account's last day lay above or below what was expected of it is expected to go on.
    @inline(__always)
    private mutating func learnLocality(_ moved: Double, expectation: Double, level: Double, age: Int, as teaching: Teaching) {
        let kept = VolumeSpan.remainders[2]
        let amount = teaching.weighed(min(moved, 3 * (expectation + level) + 10), expected: expectation)
        actualDay = Float(Double(actualDay) * kept + amount)
        expectedDay = Float(Double(expectedDay) * kept + expectation)
        guard age > 96 else { return }
        let floor = 19.2 * level + 5
        let logarithm = naturalLog((Double(actualDay) + floor) / (Double(expectedDay) + floor))
        locality = Float(exponential(0.35 * min(max(logarithm, -1.5), 1.5)))
    }
}
