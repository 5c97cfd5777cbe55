// weir
// SPDX-License-Identifier: Apache-2.0

/// How many different values there were, up to about a hundred: a bit each of 64. Commutative.
///
/// State: 8 bytes. Complexity: O(1). Source: linear counting (Whang, Vander-Zanden and Taylor 1990).
public struct DistinctBits: Equatable, Sendable {
    public var bits: UInt64 = 0

    public init(bits: UInt64 = 0) { self.bits = bits }

    /// Adds a value by its hash, whose bits must be evenly spread.
    @inline(__always)
    public mutating func insert(_ hash: UInt64) { bits |= 1 &<< (hash &>> 58) }

    public var estimate: Double {
        let empty = 64 - bits.nonzeroBitCount
        return empty == 0 ? 64 * naturalLog(64) : 64 * naturalLog(64 / Double(empty))
    }
}

/// How many different values there were: HyperLogLog with 256 registers, about 6.5 % off; small numbers by linear counting. Commutative.
///
/// State: 256 bytes once something is in it. Complexity: O(1) to add, O(256) to read. Source: Flajolet, Fusy, Gandouet and Meunier 2007.
public struct DistinctSketch: Equatable, Sendable {
    private static let registers = 256
    /// Standard deviation of an estimate as a share of it: 1.04 over the root of the registers.
    public static let relativeError = 0.065
    private var ranks: [UInt8] = []

    public init() {}

    public var isEmpty: Bool { ranks.isEmpty }

    /// Adds a value by its hash, whose bits must be evenly spread.
    public mutating func insert(_ hash: UInt64) {
        if ranks.isEmpty { ranks = Array(repeating: 0, count: DistinctSketch.registers) }
        let register = Int(truncatingIfNeeded: hash &>> 56)
        let rank = UInt8(min((hash &<< 8).leadingZeroBitCount, 56) + 1)
        if rank > ranks[register] { ranks[register] = rank }
    }

    /// Adds everything that is in another.
    public mutating func formUnion(_ other: DistinctSketch) {
        guard !other.ranks.isEmpty else { return }
        if ranks.isEmpty { ranks = Array(repeating: 0, count: DistinctSketch.registers) }
        for register in ranks.indices where other.ranks[register] > ranks[register] { ranks[register] = other.ranks[register] }
    }

    public var estimate: Double {
        guard !ranks.isEmpty else { return 0 }
        var sum = 0.0
        var empty = 0
        for rank in ranks {
            sum += 1 / Double(UInt64(1) << UInt64(rank))
            if rank == 0 { empty += 1 }
        }
        let count = Double(DistinctSketch.registers)
        let estimate = (0.7213 / (1 + 1.079 / count)) * count * count / sum
        return estimate <= 2.5 * count && empty > 0 ? count * naturalLog(count / Double(empty)) : estimate
    }

    public func encode(into writer: inout StateWriter) { writer.write(ranks) }

    public init(from reader: inout StateReader) throws(StateError) {
        ranks = try reader.readBytes()
        guard ranks.isEmpty || (ranks.count == DistinctSketch.registers && ranks.allSatisfy { $0 <= 57 }) else {
            throw StateError.implausible("distinct sketch")
        }
    }
}
