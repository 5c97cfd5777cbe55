// weir
// SPDX-License-Identifier: Apache-2.0

/// The gain of an exponentially weighted mean that starts as a plain mean: max(1/n, 1/N), where n counts the value being added.
@inline(__always)
public func gain(count: Int, span: Int) -> Double { 1 / Double(min(max(count, 1), span)) }

/// An exponentially weighted moving average and variance (EWMA, EWMV), one pass.
///
/// State: 8 bytes. Complexity: O(1). Source: Tony Finch, "Incremental calculation of weighted mean and variance", 2009, section 9.
public struct ExponentialMean: Equatable, Sendable {
    public var mean: Float
    public var variance: Float

    @inline(__always)
    public init(mean: Float = 0, variance: Float = 0) {
        self.mean = mean
        self.variance = variance
    }

    /// Adds a value with the given gain.
    @inline(__always)
    public mutating func add(_ value: Double, gain: Double) {
        let difference = value - Double(mean)
        let increment = gain * difference
        mean = Float(Double(mean) + increment)
        variance = Float((1 - gain) * (Double(variance) + difference * increment))
    }

    /// The standard deviation, in the unit of the values.
    @inline(__always)
    public var deviation: Double { Double(variance).squareRoot() }
}
