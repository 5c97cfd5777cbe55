// weir
// SPDX-License-Identifier: Apache-2.0

/// The four time spans over which volume is judged.
///
/// The short two compare decayed sums with what is expected at the account's level of the last day: they see bursts. The long two average
/// the log ratio of single buckets, each clipped: they see what goes on, and a burst says little to them.
public enum VolumeSpan: Int, CaseIterable, Sendable {
    case quarterHour = 0
    case fourHours, day, threeDays

    /// Its length in 15-minute buckets.
    @inline(__always)
    public var buckets: Int {
        switch self {
        case .quarterHour: 1
        case .fourHours: 16
        case .day: 96
        case .threeDays: 288
        }
    }

    public var isLong: Bool { rawValue >= VolumeSpan.day.rawValue }

    /// What is left of a decayed sum after one bucket: 1 − 1/length.
    ///
    /// Computed, as the others below: a stored constant of a type would be asked for by a call whether it is there yet.
    @inline(__always) static var remainders: SIMD4<Float> { SIMD4(0, 1 - 1.0 / 16, 1 - 1.0 / 96, 1 - 1.0 / 288) }

    /// What a tail depth is shifted and divided by to become the part of a span in the score. Chosen together on seeds 1 to 9 of the
    /// exfiltration benchmark and on other base series, with one false alert an account in twenty weeks allowed.
    @inline(__always) static var scoreOffsets: SIMD4<Float> { SIMD4(2, 2, 2.8, 2.2) }
    @inline(__always) static var scoreUnits: SIMD4<Float> { SIMD4(9.3, 5.5, 3, 2.5) }
    /// One over the units: they divide what every bucket of every account comes to.
    @inline(__always) static var scoreFactors: SIMD4<Float> { SIMD4(1 / 9.3, 1 / 5.5, 1.0 / 3, 1 / 2.5) }

    /// For the alert's sentence.
    public var words: String {
        switch self {
        case .quarterHour: "15 min"
        case .fourHours: "about 4 hours"
        case .day: "about a day"
        case .threeDays: "about 3 days"
        }
    }
}
