// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What one measure of one account usually does, and how unusual a bucket is.
///
/// State: about 600 bytes. Complexity: O(5) a bucket. Test first, learn afterwards: ``read(_:slot:visits:fleet:)`` sees the past only.
public struct VolumeModel: Sendable {
    public var baseline = SeasonalBaseline()
    public var windows = InlineArray<5, VolumeWindow>(repeating: VolumeWindow())

    public init() {}

    /// Judges a bucket that holds `amount`. Does not learn.
    public func read(_ amount: Double, slot: HourOfWeek, visits: SlotVisits, fleet: FleetFactor) -> VolumeReading {
        let expectation = baseline.expectation(slot, visits: visits) * fleet.factor
        let level = Double(baseline.level)
        var best = VolumeReading()
        for span in VolumeSpan.allCases {
            let window = windows[span.rawValue]
            let buckets = span.buckets
            let ratio = window.logRatio(span: buckets, amount: amount, expectation: expectation, level: level)
            let z = (ratio - Double(window.ratio.mean)) / (window.deviation + 0.4 * fleet.logFactor)
            let depth = (z - Double(window.quantile)) / window.meanExcess
            let score = VolumeModel.score(depth: depth, buckets: buckets)
            if span == .quarterHour || score > best.score {
                best.score = score
                best.span = span
                best.z = z
                best.depth = depth
            }
        }
        let window = windows[best.span.rawValue]
        best.amount = amount
        best.bucketExpectation = expectation
        best.observed = window.sum(window.actual, amount, best.span.buckets)
        best.expected = window.sum(window.expected, expectation, best.span.buckets)
        best.bandOffset = VolumeWindow.offset(span: best.span.buckets, level: level)
        best.ratioMean = Double(window.ratio.mean)
        best.ratioDeviation = window.deviation + 0.4 * fleet.logFactor
        return best
    }

    /// −log10 of the tail probability, plus a bonus for long windows, which are tested as often but hold fewer independent values.
    @inline(__always)
    static func score(depth: Double, buckets: Int) -> Double {
        -decimalLog(TailProbability.beyond(depth)) + 0.7 * decimalLog(Double(buckets))
    }

    /// The smallest amount at which this bucket's score reaches `score` in some window; nil if no amount below 2^53 does.
    ///
    /// The score grows with the amount, so a running sum that reaches this level is certain to be judged at least `score` at the close.
    public func amount(reaching score: Double, slot: HourOfWeek, visits: SlotVisits, fleet: FleetFactor) -> Double? {
        let expectation = baseline.expectation(slot, visits: visits) * fleet.factor
        let level = Double(baseline.level)
        var smallest = Double.infinity
        for span in VolumeSpan.allCases {
            let window = windows[span.rawValue]
            let buckets = span.buckets
            let depth = TailProbability.depth(ofNegativeDecimalLog: score - 0.7 * decimalLog(Double(buckets)))
            let z = Double(window.quantile) + depth * window.meanExcess
            let ratio = Double(window.ratio.mean) + z * (window.deviation + 0.4 * fleet.logFactor)
            guard ratio < 60 else { continue }
            let offset = VolumeWindow.offset(span: buckets, level: level)
            let total = exponential(ratio) * (window.sum(window.expected, expectation, buckets) + offset) - offset
            smallest = min(smallest, total - window.sum(window.actual, 0, buckets))
        }
        guard smallest < 9_007_199_254_740_992 else { return nil }
        return max(smallest.rounded(.up), 0)
    }

    /// Learns a closed bucket. `age` counts the account's buckets, this one included; `visits` does not yet count it.
    public mutating func learn(_ amount: Double, slot: HourOfWeek, visits: SlotVisits, age: Int, fleet: FleetFactor) {
        let expectation = baseline.expectation(slot, visits: visits)
        let level = Double(baseline.level)
        for span in VolumeSpan.allCases {
            windows[span.rawValue].learn(
                span: span.buckets, amount: amount, expectation: expectation * fleet.factor, level: level, age: age)
        }
        var taught = amount / fleet.factor
        // After a week a single bucket may no longer drag the baseline: at most six times the expected amount and level.
        if age > 672 { taught = min(taught, 6 * (expectation + level) + 10) }
        baseline.learn(taught, slot: slot, visits: visits, age: age)
    }
}

/// The common rise of the whole fleet in a bucket: a sale lifts every account, and what everybody does is not an incident.
///
/// The neutral factor is 1; the fleet stage of the core is the place that computes it.
public struct FleetFactor: Equatable, Sendable {
    public var factor: Double
    public var logFactor: Double

    public static let neutral = FleetFactor(factor: 1, logFactor: 0)

    public init(factor: Double, logFactor: Double) {
        self.factor = factor
        self.logFactor = logFactor
    }
}

/// What a model says about one bucket: the window that stands out most, and the numbers a person wants to see.
///
/// Units: amounts of the measure; z in standard deviations.
public struct VolumeReading: Equatable, Sendable {
    public var amount = 0.0
    public var bucketExpectation = 0.0
    public var span = VolumeSpan.quarterHour
    /// −log10 of the tail probability with the window's bonus: what the threshold is set on.
    public var score = 0.0
    public var z = 0.0
    /// How many mean excesses z lies beyond the account's own 99 % quantile.
    public var depth = 0.0
    /// Decayed sums over the window.
    public var observed = 0.0
    public var expected = 0.0
    var bandOffset = 0.0
    var ratioMean = 0.0
    var ratioDeviation = 0.0

    public init() {}

    /// The probability of a bucket at least as unusual in this window.
    public var probability: Double { TailProbability.beyond(depth) }

    /// How many times the expected amount; the expectation counts as at least one.
    public var ratio: Double { observed / max(expected, 1) }

    /// The band that holds nine of ten of the account's windows.
    public var band: (low: Double, high: Double) { (bandEdge(-1.645), bandEdge(1.645)) }

    private func bandEdge(_ z: Double) -> Double {
        max(exponential(ratioMean + z * ratioDeviation) * (expected + bandOffset) - bandOffset, 0)
    }
}

/// The account's own tail: a hundredth beyond its 99 % quantile, exponential from there.
public enum TailProbability {
    /// The probability of lying `depth` mean excesses or more beyond the 99 % quantile. Below the quantile it grows to at most 1.
    @inline(__always)
    public static func beyond(_ depth: Double) -> Double { min(0.01 * exponential(-depth), 1) }

    /// The depth whose probability has the given negative decimal logarithm.
    @inline(__always)
    public static func depth(ofNegativeDecimalLog value: Double) -> Double { (value - 2) * 2.302585092994046 }
}
