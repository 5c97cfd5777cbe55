// weir
// SPDX-License-Identifier: Apache-2.0

/// Mean and spread of a number, plain while there are few and with a horizon from then on.
///
/// State: 10 bytes. Complexity: O(1).
public struct RunningMean: Equatable, Sendable {
    private var first: Float = 0
    private var second: Float = 0
    public private(set) var count: UInt16 = 0

    public init() {}

    public var mean: Double { Double(first) }

    /// The standard deviation; 0 of fewer than two numbers.
    public var deviation: Double { count < 2 ? 0 : max(Double(second) - mean * mean, 0).squareRoot() }

    /// Learns a number. `horizon`: numbers after which an old one weighs a third of a new one.
    public mutating func learn(_ value: Double, horizon: Int) {
        if count < .max { count += 1 }
        let gain = Float(gain(count: Int(count), span: horizon))
        first += gain * (Float(value) - first)
        second += gain * (Float(value * value) - second)
    }

    public func encode(into writer: inout StateWriter) {
        writer.write(first)
        writer.write(second)
        writer.write(count)
    }

    public init(from reader: inout StateReader) throws(StateError) {
        first = try reader.readFloat()
        second = try reader.readFloat()
        count = try reader.read()
        guard first.isFinite, second.isFinite else { throw StateError.implausible("running mean") }
    }
}
