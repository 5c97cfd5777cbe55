// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What the whole fleet says about one measure.
///
/// The factor is the common rise: a sale lifts every account, and what everybody does is not an incident. The neutral factor is 1. Accounts
/// differ in how far they rise, and come back at different times: ``dispersion`` says how much, beyond what they differ every day.
public struct FleetMeasure: Equatable, Sendable {
    public var factor: Double
    /// How far the accounts' log ratios lie apart in a common rise, beyond what is everyday: added to each account's own spread.
    public var dispersion: Double
    /// The variance of the accounts' log ratios in a bucket without a common rise; 0 until one was seen.
    public var everydayVariance = 0.0
    /// The median variance and mean excess of the accounts, for each ``VolumeSpan``: what an account without history of its own has.
    public var variances = SIMD4<Float>(repeating: 0.09)
    public var meanExcesses = SIMD4<Float>(repeating: 1.5)

    /// How far people have declared that accounts rise now; 1 for not at all. No result of learning: it is set anew for each bucket.
    public var declared = 1.0

    /// What accounts are judged by: the larger of what they all do and of what was declared. Beyond it everything is still judged.
    public var rise: Double { max(factor, declared) }

    /// The dispersion; accounts do not rise alike where a rise was declared either.
    var spread: Double { declared > factor ? max(dispersion, FleetMeasure.smallestShare * naturalLog(declared)) : dispersion }

    public static let neutral = FleetMeasure(factor: 1, dispersion: 0)

    public init(factor: Double, dispersion: Double) {
        self.factor = factor
        self.dispersion = dispersion
    }

    /// A median below this is everyday variation; above the largest something is broken, and accounts are judged for themselves.
    public static let smallest = 1.15
    public static let largest = 8.0
    /// A rise of a single bucket below this waits for the hour to confirm it.
    public static let smallestAtOnce = 1.3
    /// Quarter hours over which the everyday variance is averaged: two days.
    private static let everydaySpan = 192.0

    /// The accounts' log ratios of a single bucket to what was expected before any common rise.
    public struct Pulse: Equatable, Sendable {
        public var median: Double
        /// The median is above this by more than chance.
        public var low: Double
        /// The deviation that their quartiles suggest.
        public var spread: Double

        /// The accounts that these numbers rest on.
        public var count: Int

        public init(low: Double, median: Double, spread: Double, count: Int) {
            self.count = count
            self.low = low
            self.median = median
            self.spread = spread
        }
    }

    /// What the accounts of a bucket are judged by: a common rise that the bucket itself shows is believed at once.
    ///
    /// - Parameter pulse: nil from too few accounts to tell.
    public func raised(by pulse: Pulse?) -> FleetMeasure {
        guard let pulse else { return self }
        var raised = self
        let ratio = exponential(pulse.median)
        // Of few accounts the median may be high by chance.
        guard ratio >= FleetMeasure.smallestAtOnce, pulse.low > 0 else { return self }
        raised.factor = max(factor, min(ratio, FleetMeasure.largest))
        // In a rise that is known the spread is known too, over several buckets; a part of a bucket says little of it.
        if factor == 1 { raised.dispersion = max(dispersion, beyondEveryday(pulse, factor: raised.factor).squareRoot()) }
        return raised
    }

    /// The variance beyond the everyday one: not less than a tenth of the rise itself explains, because accounts never rise alike, and no
    /// more than half of it, so that a few wild accounts do not blind weir to all others. Of few accounts both are less: what they show
    /// beyond their own spreads is noise.
    private func beyondEveryday(_ pulse: Pulse, factor: Double) -> Double {
        let trust = Double(pulse.count) / (Double(pulse.count) + FleetMeasure.spreadWeight)
        let rise = naturalLog(factor) * trust
        let (least, most) = (FleetMeasure.smallestShare * rise, FleetMeasure.largestShare * rise)
        return min(max((pulse.spread * pulse.spread - everydayVariance) * trust, least * least), most * most)
    }

    private static let smallestShare = 0.1
    private static let largestShare = 0.5
    /// Accounts whose quartiles count half.
    private static let spreadWeight = 20.0

    /// What is known after a bucket in which half of the fleet was above `ratio` times what it expected of the last hour.
    ///
    /// Source: design/statistics.md section 2 for the factor; the dispersion is the peer-relative evidence of D36 in design/detectors.md.
    public func next(medianRatio ratio: Double, pulse: Pulse?) -> FleetMeasure {
        var next = self
        next.factor = ratio < FleetMeasure.smallest ? 1 : min(ratio, FleetMeasure.largest)
        if next.factor > 1, let pulse {
            next.dispersion = max(beyondEveryday(pulse, factor: next.factor).squareRoot(), 0.9 * dispersion)
        } else {
            // When a sale ends, accounts come back at different times.
            next.dispersion = 0.9 * dispersion
        }
        if next.factor == 1, let pulse, exponential(pulse.median) < FleetMeasure.smallest {
            let variance = pulse.spread * pulse.spread
            next.everydayVariance =
                everydayVariance == 0 ? variance : everydayVariance + (variance - everydayVariance) / FleetMeasure.everydaySpan
        }
        return next
    }
}

/// The same for each measure: a sale may double the calls and hardly move the rows.
public struct FleetMeasures: Equatable, Sendable {
    // Three fields and no array: to read one of an inline array the compiler copies all of them first.
    private var rows = FleetMeasure.neutral
    private var bytes = FleetMeasure.neutral
    private var calls = FleetMeasure.neutral

    public static let neutral = FleetMeasures()

    public init() {}

    @inline(__always)
    public subscript(_ measure: Measure) -> FleetMeasure {
        get {
            switch measure {
            case .rows: rows
            case .bytes: bytes
            case .calls: calls
            }
        }
        set {
            switch measure {
            case .rows: rows = newValue
            case .bytes: bytes = newValue
            case .calls: calls = newValue
            }
        }
    }
}
