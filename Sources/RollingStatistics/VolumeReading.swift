// weir
// SPDX-License-Identifier: Apache-2.0

/// What a model says about one bucket. Units: amounts of the measure; z in standard deviations. One lane for each ``VolumeSpan``.
public struct VolumeReading: Sendable {
    public var amount = 0.0
    /// The expectation of the bucket, before and after the fleet's factor.
    public var baseline = 0.0
    public var bucketExpectation = 0.0
    /// How much more came than was expected of the bucket.
    public var excess: Double { max(amount - bucketExpectation, 0) }
    /// Decayed sums.
    var actual = SIMD4<Float>.zero
    var expected = SIMD4<Float>.zero
    /// The floor of each span, and one over how far a rise of the expected amount alone moves the log ratio above that floor.
    var floors = SIMD4<Float>(repeating: 1)
    var lifts = SIMD4<Float>(repeating: 1)
    /// The clipped log ratio of the bucket itself, and the weight that it has in the long spans.
    var bucketDeviation: Float = 0
    var weight: Float = 0
    /// The account's variances, before what the hour of the day and the fleet add to them.
    var variances = SIMD4<Float>(repeating: 1)
    /// The deviation of each span, less what its peers share of it.
    var deviations = SIMD4<Float>.zero
    var spreads = SIMD4<Float>(repeating: 1)
    var z = SIMD4<Float>.zero
    var meanExcesses = SIMD4<Float>(repeating: 1)
    /// How many mean excesses z lies beyond the account's own 99 % quantile.
    var depths = SIMD4<Float>.zero
    /// The parts of the score.
    var parts = SIMD4<Float>.zero
    /// How unusual the bucket is, all spans together: the fourth root of the sum of fourth powers of the parts. It grows with the amount.
    public var score = 0.0

    public init() {}

    /// Whether any span is beyond its own 99 % quantile.
    @inline(__always)
    public var isInTail: Bool { depths.max() >= 0 }

    /// Spans that lie so many mean excesses or more beyond their quantile.
    public func count(depth: Double) -> Int { (0..<4).count { Double(depths[$0]) >= depth } }

    /// How many of its own spreads the account's last four hours are from what is usual of them.
    @inline(__always)
    public var fourHourZ: Double { Double(z[VolumeSpan.fourHours.rawValue]) }

    /// ``fourHourZ`` where chance leaves more open than the account's own spread says.
    ///
    /// The spread is one for all hours, and at a quiet hour, with three calls instead of thirty, chance alone moves an account by twice or
    /// three times of it: accounts that have nothing to do with each other then seem to rise together. Sums of so many calls stray by
    /// √(2/calls) of themselves, where rows differ between calls as much as they are (Poisson's count of exponential amounts). Believed up
    /// to twice what the own spread says of such an hour, so that of accounts that keep to a plan a small rise stays one.
    ///
    /// - Parameters:
    ///   - calls: the reading of the account's calls in the same bucket.
    ///   - level: what is usual in a quarter hour, of this measure and of calls.
    @inline(__always)
    public func fourHourZ(calls: VolumeReading, level: Float, callLevel: Float) -> Double {
        let span = VolumeSpan.fourHours.rawValue
        let (expectation, halfFloor, spread) = (expected[span], 0.5 * floors[span], spreads[span])
        let usual = level * Float(VolumeSpan.fourHours.buckets)
        guard expectation > 0, usual > 0 else { return fourHourZ }
        // How far the deviation moves with the sum: the floor holds it.
        let held = expectation / (expectation + halfFloor)
        let due = max(calls.expected[span], 1e-6)
        let chance = held * squareRoot(2 / due)
        let quieter = squareRoot(callLevel * Float(VolumeSpan.fourHours.buckets) / due)
        let own = 2 * spread * quieter * held / (usual / (usual + halfFloor))
        return Double(z[span] * spread / max(spread, min(chance, own)))
    }

    /// One span of a reading, with the numbers a person wants to see.
    public struct Window: Sendable {
        public var span: VolumeSpan
        /// Decayed sums over the span.
        public var observed: Double
        public var expected: Double
        public var z: Double
        /// The deviation in natural log units, and its usual spread.
        public var deviation: Double
        public var spread: Double
        public var depth: Double
        public var part: Double
        /// The same ratio with the floor of the span added to the expectation, for hours of which hardly anything is expected.
        public var ratioAboveFloor: Double
        /// The band that holds nine of ten of the account's windows.
        public var band: (low: Double, high: Double)

        /// The probability of a bucket at least as unusual in this span.
        public var probability: Double { TailProbability.beyond(depth) }

        /// How many times the expected amount; the expectation counts as at least one.
        public var ratio: Double { observed / max(expected, 1) }
    }

    /// The numbers of one span, whose deviation is usually `usual`.
    func window(_ span: VolumeSpan, usual: Double) -> Window {
        let lane = span.rawValue
        // What an alert says of the bucket itself is exact: it is evidence.
        let sum = span == .quarterHour ? amount : Double(actual[lane])
        let (expectation, floor) = (Double(expected[lane]), Double(floors[lane]))
        let (spread, lift) = (Double(spreads[lane]), Double(lifts[lane]))
        func edge(_ z: Double) -> Double {
            let deviation = usual + z * spread
            if span.isLong { return expectation * exponential(min(deviation, 60)) }
            return max(exponential(min(deviation / lift, 60)) * (expectation + floor) - floor, 0)
        }
        return Window(
            span: span, observed: sum, expected: expectation, z: Double(z[lane]), deviation: Double(deviations[lane]), spread: spread,
            depth: Double(depths[lane]), part: Double(parts[lane]),
            ratioAboveFloor: sum / (expectation + floor),
            // What is usual of the deviations need not be nothing: what is expected is in the band all the same.
            band: (min(edge(-1.645), expectation), max(edge(1.645), expectation)))
    }
}

/// The account's own tail: a hundredth beyond its 99 % quantile, exponential from there.
public enum TailProbability {
    /// The probability of lying `depth` mean excesses or more beyond the 99 % quantile. Below the quantile it grows to at most 1.
    @inline(__always)
    public static func beyond(_ depth: Double) -> Double { min(0.01 * exponential(-depth), 1) }
}
