// weir
// SPDX-License-Identifier: Apache-2.0

/// A non-negative number in 16 bits: a binary floating-point number without a sign, six bits of exponent, ten of fraction.
///
/// Code 0 is 0; the smallest other value is 2^-17, the largest about 2^47: rows of a large fleet, bytes of a fast network and variances of
/// logarithms fit, each within 0.05 % of the exact value, which is far below the noise of any account. A half-precision float would
/// overflow at 65,504. Both ways are a few integer operations: a slot is read and written for every account and bucket.
public struct CompactMean: Equatable, Sendable {
    public let code: UInt16

    @inline(__always)
    public init(code: UInt16) { self.code = code }

    /// The exponent field of a single-precision float that the smallest codes have.
    private static let bias: UInt32 = 110

    /// Values of 2^-17 and below (and what is no number) become 0, values beyond the largest the largest.
    @inline(__always)
    public init(_ value: Double) { self.init(single: Float(value)) }

    /// The same.
    @inline(__always)
    public init(single value: Float) {
        // Half of the last bit kept is added, so that the cut rounds; a carry goes into the exponent, as it should.
        let bits = value.bitPattern &+ 0x1000
        guard value >= 0x1.004p-17 else {
            code = 0
            return
        }
        code = UInt16(truncatingIfNeeded: min((bits &>> 13) &- (CompactMean.bias &<< 10), 65_535))
    }

    @inline(__always)
    public var value: Double { Double(single) }

    /// The value in the precision that it has.
    @inline(__always)
    public var single: Float {
        code == 0 ? 0 : Float(bitPattern: (UInt32(code) &+ (CompactMean.bias &<< 10)) &<< 13)
    }
}
