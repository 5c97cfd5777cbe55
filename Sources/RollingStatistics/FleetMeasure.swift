// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What the whole fleet says about one measure, as of the last closed bucket.
///
/// The factor is the common rise: a sale lifts every account, and what everybody does is not an incident. The neutral factor is 1.
/// ``logFactor`` decays more slowly than the factor itself: when a sale ends, accounts come back at different times.
public struct FleetMeasure: Equatable, Sendable {
    public var factor: Double
    public var logFactor: Double
    /// The median variance and mean excess of the accounts, for each ``VolumeSpan``: what an account without history of its own has.
    public var variances = SIMD4<Double>(repeating: 0.09)
    public var meanExcesses = SIMD4<Double>(repeating: 1.5)

    public static let neutral = FleetMeasure(factor: 1, logFactor: 0)

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
    public func next(medianRatio ratio: Double) -> FleetMeasure {
        var next = self
        next.factor = ratio < FleetMeasure.smallest ? 1 : min(ratio, FleetMeasure.largest)
        next.logFactor = max(naturalLog(next.factor), 0.9 * logFactor)
        return next
    }
}

/// The same for each measure: a sale may double the calls and hardly move the rows.
public struct FleetMeasures: Equatable, Sendable {
    private var measures = InlineArray<3, FleetMeasure>(repeating: .neutral)

    public static let neutral = FleetMeasures()

    public init() {}

    @inline(__always)
    public subscript(_ measure: Measure) -> FleetMeasure {
        get { measures[measure.rawValue] }
        set { measures[measure.rawValue] = newValue }
    }

    public static func == (left: FleetMeasures, right: FleetMeasures) -> Bool {
        Measure.allCases.allSatisfy { left[$0] == right[$0] }
    }
}
