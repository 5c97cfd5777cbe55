// weir
// SPDX-License-Identifier: Apache-2.0

/// A non-negative mean in 16 bits, on a logarithmic scale.
///
/// Code 0 is 0; code c > 0 is 2^(c/1489) − 1, up to 2^44: rows of a large fleet and bytes of a fast network fit, each within 0.024 % of the
/// exact value, which is far below the noise of any account. A half-precision float would overflow at 65,504.
public struct CompactMean: Equatable, Sendable {
    public let code: UInt16

    @inline(__always)
    public init(code: UInt16) { self.code = code }

    private static let stepsPerOctave = 1489.0
    private static let perNaturalUnit = stepsPerOctave / 0.6931471805599453

    /// Values below 0 become 0, values beyond 2^44 the largest code.
    @inline(__always)
    public init(_ value: Double) {
        guard value > 0 else {
            code = 0
            return
        }
        code = UInt16(min(naturalLog(value + 1) * CompactMean.perNaturalUnit + 0.5, 65_535))
    }

    @inline(__always)
    public var value: Double { code == 0 ? 0 : exponential(Double(code) / CompactMean.perNaturalUnit) - 1 }
}
