// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What one measure of one account usually does, and how unusual a bucket is.
///
/// State: about 600 bytes. Complexity: O(5) a bucket. Test first, learn afterwards: ``read(_:slot:visits:fleet:)`` sees the past only.
public struct VolumeModel: Sendable {
    public var baseline = SeasonalBaseline()
    public var windows = InlineArray<5, VolumeWindow>(repeating: VolumeWindow())
    /// The decayed hour of what the baseline expects before the fleet's factor: what the factor itself is measured against.
    public var unscaledHour: Float = 0

    public init() {}

    /// The last hour's actual to expected amount, before the fleet's factor, as a logarithm; nil where too little is usual at this hour.
    ///
    /// Source: design/statistics.md section 2: accounts with a level over one a bucket, in hours with over a fifth of their level.
    public var hourLogRatio: Double? {
        let level = Double(baseline.level)
        let expected = Double(unscaledHour)
        guard level > 1, expected > 0.2 * level * Double(VolumeSpan.hour.buckets) else { return nil }
        return naturalLog((Double(windows[VolumeSpan.hour.rawValue].actual) + 0.1) / (expected + 0.1))
    }

    /// Judges a bucket that holds `amount`. Does not learn.
    public func read(_ amount: Double, slot: HourOfWeek, visits: SlotVisits, fleet: FleetFactor) -> VolumeReading {
        var reading = VolumeReading()
        var model = self
        model.read(amount, slot: slot, visits: visits, fleet: fleet, into: &reading)
        return reading
    }

    /// The same in place, into a fresh reading. Changes nothing; `mutating` only so that the model is not copied: it is judged for every
    /// account and bucket.
    public mutating func read(
        _ amount: Double, slot: HourOfWeek, visits: SlotVisits, fleet: FleetFactor, into best: inout VolumeReading
    ) {
        let unscaled = baseline.expectation(slot, visits: visits)
        let expectation = unscaled * fleet.factor
        let level = Double(baseline.level)
        best.amount = amount
        best.baseline = unscaled
        best.bucketExpectation = expectation
        let actual = lanes({ Double(windows[$0].actual) }, padding: 0) * VolumeSpan.remainders + SIMD8<Double>(repeating: amount)
        let expected = lanes({ Double(windows[$0].expected) }, padding: 0) * VolumeSpan.remainders + SIMD8<Double>(repeating: expectation)
        let offset = VolumeSpan.lengths * SIMD8<Double>(repeating: 0.2 * level) + SIMD8<Double>(repeating: 5)
        let leverage = (expected + offset * SIMD8<Double>(repeating: VolumeWindow.quietLeverage)) / (expected + offset)
        let ratios = naturalLog((actual + offset) / (expected + offset)) / leverage
        let variances = lanes({ Double(windows[$0].ratio.variance) }, padding: 1)
        for index in 0..<5 { best.deviations[index] = max(variances[index].squareRoot(), VolumeWindow.smallestDeviation) }
        let usual = lanes({ best.deviations[$0] }, padding: 1)
        let deviations = usual + SIMD8<Double>(repeating: 0.4 * fleet.logFactor)
        let z = (ratios - lanes({ windows[$0].usualRatio }, padding: 0)) / deviations
        let excessSums = lanes({ Double(windows[$0].excessSum) }, padding: 1) + SIMD8<Double>(repeating: VolumeWindow.priorExcessSum)
        let clusters = lanes({ Double(windows[$0].clusterCount) }, padding: 1) + SIMD8<Double>(repeating: VolumeWindow.fleetWeight)
        let excess = excessSums / clusters
        let usualExcess = lanes({ max(excess[$0], VolumeWindow.smallestExcess) }, padding: 1)
        let depths = (z - lanes({ Double(windows[$0].quantile) }, padding: 0)) / usualExcess
        for span in VolumeSpan.allCases {
            let index = span.rawValue
            best.logRatios[index] = ratios[index]
            let score = TailProbability.negativeDecimalLog(depths[index]) + span.bonus
            if span == .quarterHour || score > best.score {
                best.standing = VolumeReading.Standing(
                    span: span, score: score, z: z[index], depth: depths[index], deviation: deviations[index])
            }
        }
        describe(&best)
    }

    /// The reading of the window that scores highest among those with enough excess and ratio, the winner of `reading` or another; nil
    /// where there is none. Precondition: `reading` is this model's, which has learnt nothing since.
    ///
    /// A window that passes goes on passing when the amount grows, but it may be overtaken by one that does not pass: whoever took only the
    /// winner would take back at the close what was found before it.
    public func strongest(_ reading: VolumeReading, excess: Double, ratio minimumRatio: Double, fleet: FleetFactor) -> VolumeReading? {
        var best: VolumeReading?
        for span in VolumeSpan.allCases {
            var candidate = reading
            candidate.standing = standing(reading.logRatios[span.rawValue], span: span, fleet: fleet)
            describe(&candidate)
            guard candidate.observed - candidate.expected >= excess, candidate.observed >= minimumRatio * max(candidate.expected, 1) else {
                continue
            }
            if let known = best, known.score >= candidate.score { continue }
            best = candidate
        }
        return best
    }

    /// Where a log ratio stands in its window's own history.
    @inline(__always)
    private func standing(_ ratio: Double, span: VolumeSpan, fleet: FleetFactor) -> VolumeReading.Standing {
        let deviation = windows[span.rawValue].deviation + 0.4 * fleet.logFactor
        let z = (ratio - windows[span.rawValue].usualRatio) / deviation
        let depth = (z - Double(windows[span.rawValue].quantile)) / windows[span.rawValue].meanExcess
        return VolumeReading.Standing(
            span: span, score: TailProbability.negativeDecimalLog(depth) + span.bonus, z: z, depth: depth, deviation: deviation)
    }

    /// Adds the numbers of the standing's window.
    @inline(__always)
    private func describe(_ reading: inout VolumeReading) {
        let span = reading.span
        let window = windows[span.rawValue]
        reading.observed = window.sum(window.actual, reading.amount, span.buckets)
        reading.expected = window.sum(window.expected, reading.bucketExpectation, span.buckets)
        reading.bandOffset = VolumeWindow.offset(span: span.buckets, level: Double(baseline.level))
        reading.ratioMean = window.usualRatio
    }

    /// The smallest amount at which some window reaches the score, the excess over its expectation, and the ratio to it; nil if no amount
    /// below 2^53 does.
    ///
    /// All three grow with the amount, so a running sum that reaches this level stays beyond it until the close.
    public func amount(
        reaching score: Double, excess: Double, ratio minimumRatio: Double, slot: HourOfWeek, visits: SlotVisits, fleet: FleetFactor
    ) -> Double? {
        let expectation = baseline.expectation(slot, visits: visits) * fleet.factor
        let level = Double(baseline.level)
        var smallest = Double.infinity
        for span in VolumeSpan.allCases {
            let index = span.rawValue
            let depth = TailProbability.depth(ofNegativeDecimalLog: score - span.bonus)
            let z = Double(windows[index].quantile) + depth * windows[index].meanExcess
            let ratio = windows[index].usualRatio + z * (windows[index].deviation + 0.4 * fleet.logFactor)
            let offset = VolumeWindow.offset(span: span.buckets, level: level)
            let expected = windows[index].sum(windows[index].expected, expectation, span.buckets)
            let logarithm = ratio * VolumeWindow.leverage(expected: expected, offset: offset)
            guard logarithm < 60 else { continue }
            // Exponential and logarithm are each other's inverse to 1e-13 only: a hair more than the exact amount reaches the score surely.
            let scored = exponential(logarithm) * (expected + offset) * (1 + 1e-12) - offset
            let total = max(scored, expected + excess, minimumRatio * max(expected, 1))
            smallest = min(smallest, total - windows[index].sum(windows[index].actual, 0, span.buckets))
        }
        guard smallest < 9_007_199_254_740_992 else { return nil }
        return max(smallest.rounded(.up), 0)
    }

    /// Learns the closed bucket that `reading` judged. `age` counts the account's buckets, this one included; `visits` does not yet.
    public mutating func learn(_ reading: VolumeReading, slot: HourOfWeek, visits: SlotVisits, age: Int, fleet: FleetFactor) {
        let level = Double(baseline.level)
        for span in VolumeSpan.allCases {
            windows[span.rawValue].learn(
                span: span.buckets, amount: reading.amount, expectation: reading.bucketExpectation,
                logRatio: reading.logRatios[span.rawValue], deviation: reading.deviations[span.rawValue], age: age)
        }
        unscaledHour += Float(reading.baseline - Double(unscaledHour) / Double(VolumeSpan.hour.buckets))
        var taught = reading.amount / fleet.factor
        // After a week a single bucket may no longer drag the baseline: at most six times the expected amount and level.
        if age > 672 { taught = min(taught, 6 * (reading.baseline + level) + 10) }
        baseline.learn(taught, slot: slot, visits: visits, age: age)
    }
}

/// The common rise of the whole fleet in a bucket: a sale lifts every account, and what everybody does is not an incident.
///
/// The neutral factor is 1. ``logFactor`` decays more slowly than the factor itself: when a sale ends, accounts come back at different
/// times.
public struct FleetFactor: Equatable, Sendable {
    public var factor: Double
    public var logFactor: Double

    public static let neutral = FleetFactor(factor: 1, logFactor: 0)

    public init(factor: Double, logFactor: Double) {
        self.factor = factor
        self.logFactor = logFactor
    }

    /// A median below this is everyday variation; above the largest something is broken, and accounts are judged for themselves.
    public static let smallest = 1.15
    public static let largest = 8.0

    /// The factor after a bucket in which half of the fleet was above `ratio` times what it expected.
    ///
    /// Source: design/statistics.md section 2.
    public func next(medianRatio ratio: Double) -> FleetFactor {
        let next = ratio < FleetFactor.smallest ? 1 : min(ratio, FleetFactor.largest)
        return FleetFactor(factor: next, logFactor: max(naturalLog(next), 0.9 * logFactor))
    }
}

/// One factor for each measure: a sale may double the calls and hardly move the rows.
public struct FleetFactors: Equatable, Sendable {
    private var factors = InlineArray<3, FleetFactor>(repeating: .neutral)

    public static let neutral = FleetFactors()

    public init() {}

    @inline(__always)
    public subscript(_ measure: Measure) -> FleetFactor {
        get { factors[measure.rawValue] }
        set { factors[measure.rawValue] = newValue }
    }

    public static func == (left: FleetFactors, right: FleetFactors) -> Bool {
        Measure.allCases.allSatisfy { left[$0] == right[$0] }
    }
}

/// What a model says about one bucket: the window that stands out most, and the numbers a person wants to see.
///
/// Units: amounts of the measure; z in standard deviations.
public struct VolumeReading: Sendable {
    public var amount = 0.0
    public var bucketExpectation = 0.0
    /// The expectation before the fleet's factor.
    var baseline = 0.0
    /// The log ratio of each window, kept so that learning need not compute it again.
    var logRatios = InlineArray<5, Double>(repeating: 0)
    /// The usual deviation of each window's log ratio, likewise.
    var deviations = InlineArray<5, Double>(repeating: 0)
    /// The window that is told of, and where its ratio stands.
    var standing = Standing(span: .quarterHour, score: 0, z: 0, depth: 0, deviation: 0)
    /// Decayed sums over the window.
    public var observed = 0.0
    public var expected = 0.0
    var bandOffset = 0.0
    var ratioMean = 0.0

    public init() {}

    struct Standing: Sendable {
        var span: VolumeSpan
        var score: Double
        var z: Double
        var depth: Double
        var deviation: Double
    }

    public var span: VolumeSpan { standing.span }

    /// −log10 of the tail probability with the window's bonus: what the threshold is set on.
    public var score: Double { standing.score }

    public var z: Double { standing.z }

    /// How many mean excesses z lies beyond the account's own 99 % quantile.
    public var depth: Double { standing.depth }

    /// The probability of a bucket at least as unusual in this window.
    public var probability: Double { TailProbability.beyond(depth) }

    /// How many times the expected amount; the expectation counts as at least one.
    public var ratio: Double { observed / max(expected, 1) }

    /// The same with the floor of the window added to the expectation, for accounts and hours of which hardly anything is expected.
    public var ratioAboveFloor: Double { observed / (expected + bandOffset) }

    /// The band that holds nine of ten of the account's windows.
    public var band: (low: Double, high: Double) { (bandEdge(-1.645), bandEdge(1.645)) }

    private func bandEdge(_ z: Double) -> Double {
        let logarithm = (ratioMean + z * standing.deviation) * VolumeWindow.leverage(expected: expected, offset: bandOffset)
        return max(exponential(logarithm) * (expected + bandOffset) - bandOffset, 0)
    }
}

/// The account's own tail: a hundredth beyond its 99 % quantile, exponential from there.
public enum TailProbability {
    /// The probability of lying `depth` mean excesses or more beyond the 99 % quantile. Below the quantile it grows to at most 1.
    @inline(__always)
    public static func beyond(_ depth: Double) -> Double { min(0.01 * exponential(-depth), 1) }

    /// −log10 of ``beyond(_:)``.
    @inline(__always)
    public static func negativeDecimalLog(_ depth: Double) -> Double { max(2 + depth * 0.4342944819032518, 0) }

    /// The depth whose probability has the given negative decimal logarithm.
    @inline(__always)
    public static func depth(ofNegativeDecimalLog value: Double) -> Double { (value - 2) * 2.302585092994046 }
}
