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
    public var channels = VolumeChannels()
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
    var deviationSums = SIMD2<Float>.zero
    var weightSums = SIMD2<Float>.zero

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
        let expectation = reading.baseline * fleet.rise
        reading.bucketExpectation = expectation
        var deviations = measure(Float(amount), expectation: Float(expectation), fleet: fleet, into: &reading)
        reading.bucketDeviation = min(max(deviations[2], -VolumeModel.deviationFloor), VolumeModel.deviationCap)
        let kept = VolumeSpan.remainders.highHalf
        let sums = deviationSums * kept + reading.weight * reading.bucketDeviation
        deviations.highHalf = sums / (weightSums * kept + reading.weight + VolumeModel.priorWeight)
        standardise(deviations, standing, fleet: fleet, into: &reading)
    }

    /// A bucket's own log ratio counts at least and at most this much in the long spans: silence must not widen their spread, and a burst
    /// must not pass for days of it.
    static let deviationFloor: Float = 0.35
    static let deviationCap: Float = 1.6
    /// What is added to the weights of the long spans: a few busy buckets are no days.
    static let priorWeight: Float = 0.3

    /// Sums and floors, and the deviations: of the short spans in lanes 0 and 1, of the bucket itself in lane 2.
    @inline(__always)
    private mutating func measure(
        _ amount: Float, expectation: Float, fleet: FleetMeasure, into reading: inout VolumeReading
    ) -> SIMD4<Float> {
        let level = baseline.level
        let local = expectation * locality
        // The long spans' sums are for people to see: nothing is computed from them.
        reading.actual = channels.actual * VolumeSpan.remainders + amount
        reading.expected = channels.expected * VolumeSpan.remainders + SIMD4(local, local, expectation, expectation)
        reading.floors = level * SIMD4(0.2, 3.2, 19.2, 57.6) + 5
        // Busy buckets speak, quiet ones hardly: the share of the expectation to the power of 1¼. Divided in the fourth lane.
        let both = expectation + level * Float(fleet.rise) + 1e-9
        let floors = SIMD4(reading.floors[0], reading.floors[1], 0.3 * level + 5, 0)
        let whole = SIMD4(reading.expected[0], reading.expected[1], expectation, both) + floors
        let ratios = (SIMD4(reading.actual[0], reading.actual[1], amount, expectation) + floors) / whole
        reading.lifts = whole / (whole - floors * 0.5)
        reading.weight = ratios[3] * squareRoot(squareRoot(ratios[3]))
        return naturalLog(ratios) * reading.lifts
    }

    /// Mean excesses more that are asked of the long spans where few buckets speak for three days, as of an account with one job a night: a
    /// week then holds few values, and its tail rests on fewer than their number in buckets says.
    @inline(__always)
    private var caution: SIMD4<Float> {
        let buckets = weightSums[1] + 1
        // Most accounts: no logarithm for them.
        guard buckets < VolumeModel.plentyOfBuckets else { return .zero }
        return SIMD4(0, 0, 1.5, 1.5) * naturalLog(VolumeModel.plentyOfBuckets / buckets)
    }

    /// Buckets with their full weight in the last three days, from which on nothing more is asked.
    private static let plentyOfBuckets: Float = 20

    @inline(__always)
    private mutating func standardise(
        _ deviations: SIMD4<Float>, _ standing: SlotStanding, fleet: FleetMeasure, into reading: inout VolumeReading
    ) {
        reading.variances = channels.variances(fleet: fleet.variances)
        var own = reading.variances
        own[0] += standing.spreadWeight * (CompactMean(code: hourlyVariance[standing.slot.hourOfDay]).single - own[0])
        let common = Float(fleet.spread)
        reading.deviations = deviations
        reading.spreads = squareRoots(larger(own, VolumeChannels.smallestVariance) + common * common)
        reading.z = (deviations - channels.usual) / reading.spreads
        reading.meanExcesses = channels.meanExcesses(fleet: fleet.meanExcesses)
        reading.depths = (reading.z - channels.quantile) / reading.meanExcesses - caution
        reading.parts = larger((reading.depths + VolumeSpan.scoreOffsets) * VolumeSpan.scoreFactors, .zero)
        let squares = reading.parts * reading.parts
        let sum = (squares * squares).sum()
        // Most buckets: nothing of any span.
        reading.score = sum > 0 ? Double(squareRoot(squareRoot(sum))) : 0
    }

    /// The numbers of one span of a reading, which must be this model's.
    public func window(_ span: VolumeSpan, of reading: VolumeReading) -> VolumeReading.Window {
        reading.window(span, usual: Double(channels.usual[span.rawValue]))
    }

    /// The span with the largest part among those that hold enough to act on: an excess over the expectation, a ratio to it, and a part of
    /// at least `part`. All three grow with the amount, so what is found in a part of a bucket is found at its close.
    public func strongest(_ reading: VolumeReading, part: Double, excess: Double, ratio: Double) -> VolumeReading.Window? {
        var best: VolumeReading.Window?
        for span in VolumeSpan.allCases where reading.lack(span, part: part, excess: excess, ratio: ratio) == nil {
            if let known = best, known.part >= Double(reading.parts[span.rawValue]) { continue }
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
        let (actual, expected) = (SIMD4<Double>(empty.actual), SIMD4<Double>(empty.expected))
        var enough = Double.infinity
        for lane in 0..<4 {
            let total = max(expected[lane] + excess, ratio * max(expected[lane], 1))
            enough = min(enough, total * (1 - 1e-6) - actual[lane])
        }
        let depths = SIMD4(repeating: Float(score * 0.70710678)) * VolumeSpan.scoreUnits - VolumeSpan.scoreOffsets
        let z = (depths + caution) * empty.meanExcesses + channels.quantile
        let deviations = SIMD4<Double>(z * empty.spreads + channels.usual)
        let floors = SIMD4<Double>(empty.floors)
        var least = VolumeModel.amount(deviations[0], expected: expected[0], floor: floors[0])
        least = min(least, VolumeModel.amount(deviations[1], expected: expected[1], floor: floors[1]) - actual[1])
        let weight = Double(empty.weight)
        for long in 0..<2 where weight > 0 {
            let kept = Double(VolumeSpan.remainders[long + 2])
            let weights = Double(weightSums[long]) * kept + weight + Double(VolumeModel.priorWeight)
            let needed = (deviations[long + 2] * weights - Double(deviationSums[long]) * kept) / weight
            guard needed <= Double(VolumeModel.deviationCap) else { continue }
            let own = 0.3 * Double(baseline.level) + 5
            least = min(least, VolumeModel.amount(needed, expected: empty.bucketExpectation, floor: own))
        }
        least = max(least * (1 - VolumeModel.precision), enough)
        return least < 9_007_199_254_740_992 ? max(least, 0) : nil
    }

    /// How exactly the amount of a score is known, as a share of it: a reading is single precision.
    static let precision = 3e-5

    /// The sum whose log ratio to the expectation is `deviation`.
    @inline(__always)
    private static func amount(_ deviation: Double, expected: Double, floor: Double) -> Double {
        let leverage = (expected + 0.5 * floor) / (expected + floor)
        let logarithm = deviation * leverage
        return logarithm > 60 ? .infinity : exponential(logarithm) * (expected + floor) - floor
    }

    /// Learns the closed bucket that `reading` judged. `age` counts the account's buckets, this one included; the visits do not yet.
    /// `reading` is `inout` only so that it is not copied. Returns how many times its level it took the bucket for; nil without a level.
    @discardableResult
    public mutating func learn(
        _ reading: inout VolumeReading, at standing: SlotStanding, age: Int, fleet: FleetMeasure, as teaching: Teaching
    ) -> Double? {
        let level = Double(baseline.level)
        channels.actual = reading.actual
        channels.expected = reading.expected
        if age > VolumeChannels.firstAge {
            let distance = channels.learn(&reading, age: age, as: teaching)
            learnHour(distance * distance, standing)
        }
        let kept = VolumeSpan.remainders.highHalf
        deviationSums = deviationSums * kept + reading.weight * reading.bucketDeviation
        weightSums = weightSums * kept + reading.weight
        actualHour = actualHour * 0.75 + Float(reading.amount)
        expectedHour = expectedHour * 0.75 + Float(reading.baseline)
        // What a declared rise explains teaches nothing, whether it comes or not.
        let expectation = reading.baseline * fleet.factor
        let explained =
            fleet.declared > fleet.factor ? min(max(reading.amount / max(expectation, 1e-9), 1), fleet.declared / fleet.factor) : 1
        let amount = reading.amount / explained
        learnLocality(amount, expectation: expectation, level: level, age: age, as: teaching)
        let taught = VolumeModel.taught(
            amount / fleet.factor, expected: reading.baseline, level: level, age: age, as: teaching)
        baseline.learn(taught, at: standing, age: age)
        return level > 0 ? taught / level : nil
    }

    /// What the account's last hour says of the whole fleet; see ``FleetMeasure``. `mutating` only so that the model is not copied.
    ///
    /// ln(1 + level), and the log ratio of the last hour's actual to expected amount before the fleet's factor; nil where too little is
    /// usual at this hour. Source: design/statistics.md section 2: accounts with a level over one a bucket, in hours with over a fifth of
    /// their level.
    @inline(__always)
    public mutating func standing() -> (levelLog: Double, logRatio: Double?) {
        let level = baseline.level
        let logs = naturalLog(SIMD4(1 + level, (actualHour + 0.1) / (expectedHour + 0.1), 1, 1))
        return (Double(logs[0]), level > 1 && expectedHour > 0.2 * level * 4 ? Double(logs[1]) : nil)
    }

    /// What a bucket says of the whole fleet: its log ratio to the expectation before any common rise; nil where too little is usual
    /// at this hour, as in ``standing()``. `mutating` only so that the model is not copied.
    @inline(__always)
    public mutating func logRatio(_ amount: Double, at standing: SlotStanding) -> Double? {
        let level = Double(baseline.level)
        guard level > 1 else { return nil }
        let expected = baseline.expectation(standing) * standing.share
        return expected > 0.2 * level ? Double(naturalLog(Float((amount + 0.1) / (expected + 0.1)))) : nil
    }

    /// What a bucket teaches the baseline: without the fleet's rise, and after a week at most four times the expected amount and level.
    @inline(__always)
    private static func taught(_ amount: Double, expected: Double, level: Double, age: Int, as teaching: Teaching) -> Double {
        teaching.weighed(age > 672 ? min(amount, 4 * (expected + level) + 10) : amount, expected: expected)
    }

    @inline(__always)
    private mutating func learnHour(_ square: Float, _ standing: SlotStanding) {
        let hour = standing.slot.hourOfDay
        let mean = CompactMean(code: hourlyVariance[hour]).single
        hourlyVariance[hour] = CompactMean(single: mean + standing.spreadGain * (square - mean)).code
    }

    /// A third of how far the account's last day lay above or below what was expected of it is expected to go on.
    @inline(__always)
    private mutating func learnLocality(_ moved: Double, expectation: Double, level: Double, age: Int, as teaching: Teaching) {
        let kept = VolumeSpan.remainders[2]
        let amount = teaching.weighed(min(moved, 3 * (expectation + level) + 10), expected: expectation)
        actualDay = actualDay * kept + Float(amount)
        expectedDay = expectedDay * kept + Float(expectation)
        guard age > 96 else { return }
        let floor = 19.2 * baseline.level + 5
        let logarithm = naturalLog((actualDay + floor) / (expectedDay + floor))
        locality = exponentialNearZero(0.35 * min(max(logarithm, -1.5), 1.5))
    }
}
