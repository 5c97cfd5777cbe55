// weir
// SPDX-License-Identifier: Apache-2.0

/// The range in which a channel has been so far; both ends relax slowly towards its mean, so that an old extreme is forgotten.
///
/// State: 24 bytes. Complexity: O(1). Source: design/statistics.md section 6.
struct RelaxingEnvelope: Equatable, Sendable {
    private(set) var low = 0.0
    private(set) var high = 0.0
    private(set) var mean = 0.0

    init() {}

    /// How far a value lies outside, in widths of the range; negative inside.
    @inline(__always)
    func margin(of value: Double) -> Double {
        let outside = max(value - high, low - value)
        // A channel that never moved has no width: a billionth of its mean stands in for it.
        return outside / max(high - low, 1e-9 * mean.magnitude + 1e-12)
    }

    /// Learns a row's value.
    @inline(__always)
    mutating func learn(_ value: Double, gain: NoveltyGain) {
        if gain.isFirst {
            low = value
            high = value
            mean = value
        }
        mean += (value - mean) * gain(NoveltyGain.memory)
        high = max(value, high - (high - mean) / NoveltyGain.memory)
        low = min(value, low + (mean - low) / NoveltyGain.memory)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(low)
        writer.write(high)
        writer.write(mean)
    }

    init(from reader: inout StateReader) throws(StateError) {
        low = try reader.readFinite("envelope")
        high = try reader.readFinite("envelope")
        mean = try reader.readFinite("envelope")
    }
}

/// The weight of a new row in a mean: that of a plain mean until the span is full, of an exponential one afterwards.
struct NoveltyGain {
    /// Rows that the slowest averages and tables remember: 208 days of quarter hours. Source: design/statistics.md section 6.
    static let memory = 20_000.0

    private let plain: Double

    /// - Parameter row: how many rows there were, this one included. Precondition: at least 1.
    @inline(__always)
    init(row: Int64) { plain = 1 / Double(row) }

    var isFirst: Bool { plain == 1 }

    @inline(__always)
    func callAsFunction(_ span: Double) -> Double { max(plain, 1 / span) }
}

extension StateReader {
    /// A number that may not be infinite or NaN. Throws ``StateError`` with the name of what it belongs to.
    mutating func readFinite(_ name: String) throws(StateError) -> Double {
        let value = try readDouble()
        guard value.isFinite else { throw StateError.implausible(name) }
        return value
    }
}
