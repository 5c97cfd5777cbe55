// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// The simulation's generator: eight bytes of state, so that every account has its own, and the same numbers on every machine.
///
/// An incident draws from a generator of its own: the ordinary events around it are the same with and without it.
/// Source: Sebastiano Vigna, "splitmix64" (public domain); Marsaglia and Bray, "A Convenient Method for Generating Normal Variables", 1964.
struct SimulationRandom: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The generator of one part of a simulation; different parts of one seed are independent.
    init(seed: UInt64, part: UInt64) {
        self.init(seed: seed)
        let mixed = next() ^ (part &* 0xD1B5_4A32_D192_ED03)
        state = mixed
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in 0 ..< 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0 ..< `count`. The bias of the multiplication is below 2^-32. Precondition: `count` > 0.
    mutating func below(_ count: Int) -> Int { Int(((next() >> 32) &* UInt64(count)) >> 32) }

    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// Exponential with mean 1.
    mutating func waiting() -> Double { -naturalLog(1 - unit()) }

    /// Normal with mean 0 and deviation 1.
    mutating func normal() -> Double {
        while true {
            let x = 2 * unit() - 1
            let y = 2 * unit() - 1
            let square = x * x + y * y
            if square < 1 && square > 0 { return x * (-2 * naturalLog(square) / square).squareRoot() }
        }
    }

    /// Log-normal with median 1 and the given deviation of its logarithm.
    mutating func logNormal(_ deviation: Double) -> Double { exponential(deviation * normal()) }

    /// Pareto with minimum 1 and the given exponent, cut at `limit`.
    mutating func pareto(_ exponent: Double, limit: Double) -> Double { min(exponential(waiting() / exponent), limit) }
}
