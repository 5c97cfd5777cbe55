// weir
// SPDX-License-Identifier: Apache-2.0

/// SipHash-2-4: 64 bits of a text under a key that cannot be found from them, for what is hashed too often for ``HMACSHA256``, which takes
/// some microseconds.
///
/// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. Complexity: linear, eight bytes a step.
package struct SipHash: Sendable {
    private let low: UInt64
    private let high: UInt64

    /// - Parameter key: its first 16 bytes are used. Precondition: it has them.
    package init(key: [UInt8]) {
        precondition(key.count >= 16, "a key of SipHash has 16 bytes")
        low = SipHash.word(key, at: 0, count: 8)
        high = SipHash.word(key, at: 8, count: 8)
    }

    /// The hash of some bytes.
    package func hash(_ bytes: [UInt8]) -> UInt64 {
        var state = State(low: low, high: high)
        var place = 0
        while bytes.count - place >= 8 {
            state.take(SipHash.word(bytes, at: place, count: 8))
            place += 8
        }
        state.take(SipHash.word(bytes, at: place, count: bytes.count - place) | UInt64(truncatingIfNeeded: bytes.count) << 56)
        return state.end()
    }

    /// Bytes as a number, the first one lowest.
    private static func word(_ bytes: [UInt8], at place: Int, count: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(bytes[place + index]) << UInt64(8 * index) }
        return word
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        init(low: UInt64, high: UInt64) {
            v0 = low ^ 0x736F_6D65_7073_6575
            v1 = high ^ 0x646F_7261_6E64_6F6D
            v2 = low ^ 0x6C79_6765_6E65_7261
            v3 = high ^ 0x7465_6462_7974_6573
        }

        mutating func take(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func end() -> UInt64 {
            v2 ^= 0xFF
            for _ in 0..<4 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        private mutating func round() {
            v0 = v0 &+ v1
            v2 = v2 &+ v3
            v1 = State.turned(v1, 13) ^ v0
            v3 = State.turned(v3, 16) ^ v2
            v0 = State.turned(v0, 32)
            v2 = v2 &+ v1
            v0 = v0 &+ v3
            v1 = State.turned(v1, 17) ^ v2
            v3 = State.turned(v3, 21) ^ v0
            v2 = State.turned(v2, 32)
        }

        private static func turned(_ word: UInt64, _ count: UInt64) -> UInt64 { (word << count) | (word >> (64 - count)) }
    }
}
