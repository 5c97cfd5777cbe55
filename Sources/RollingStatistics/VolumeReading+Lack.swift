// weir
// SPDX-License-Identifier: Apache-2.0

/// What a span of a reading lacks to be worth acting on.
public enum VolumeLack: Sendable {
    /// Its part of the score.
    case part
    /// An amount above the expectation.
    case excess
    /// A ratio to the expectation.
    case ratio
}

extension VolumeReading {
    /// The first thing that a span lacks of a part of the score, an excess over the expectation and a ratio to it; nil when it has all.
    /// All three grow with the amount. Complexity: O(1).
    @inline(__always)
    public func lack(_ span: VolumeSpan, part: Double, excess: Double, ratio: Double) -> VolumeLack? {
        guard Double(parts[span.rawValue]) >= part else { return .part }
        let (sum, expectation) = (Double(actual[span.rawValue]), Double(expected[span.rawValue]))
        guard sum - expectation >= excess else { return .excess }
        return sum >= ratio * max(expectation, 1) ? nil : .ratio
    }
}

extension VolumeModel {
    /// How many times the expectation the account's last day makes the short spans expect.
    public var dayFactor: Double { Double(locality) }
}
