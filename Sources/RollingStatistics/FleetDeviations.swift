// weir
// SPDX-License-Identifier: Apache-2.0

/// How far the accounts of a fleet are beyond their own usual at once, each clipped to three of its own spreads: counts in fixed bins, so
/// that shards add up to the same whole in any order. State: 484 bytes while it is made.
public struct FleetDeviations: Sendable {
    private static let step = 0.05
    private static let limit = 3.0
    private var bins = InlineArray<121, UInt32>(repeating: 0)
    public private(set) var count = 0

    public init() {}

    @inline(__always)
    public mutating func add(_ z: Double) {
        let clipped = FleetDeviations.clipped(z)
        bins[Int((clipped + FleetDeviations.limit) / FleetDeviations.step + 0.5)] += 1
        count += 1
    }

    @inline(__always)
    public static func clipped(_ z: Double) -> Double { min(max(z, -limit), limit) }

    private static func value(_ bin: Int) -> Double { Double(bin) * step - limit }

    public var median: Double {
        var seen = 0
        // Through a span: to read one element of an `InlineArray` the compiler copies all of it first.
        let bins = self.bins.span
        for bin in 0..<121 {
            seen += Int(bins[bin])
            if seen >= (count + 1) / 2 { return FleetDeviations.value(bin) }
        }
        return 0
    }

    /// What the accounts have beyond one spread above the median, as a mean over all of them, and how many have any.
    ///
    /// Source: design/statistics.md section 2, fan-out: mean of max(clip(z, ±3) − median − 1, 0).
    public func excess() -> (mean: Double, accounts: Int) {
        let level = median + 1
        let bins = self.bins.span
        var sum = 0.0
        var accounts = 0
        for bin in 0..<121 where FleetDeviations.value(bin) > level + 1e-9 {
            sum += Double(bins[bin]) * (FleetDeviations.value(bin) - level)
            accounts += Int(bins[bin])
        }
        return (count > 0 ? sum / Double(count) : 0, accounts)
    }
}
