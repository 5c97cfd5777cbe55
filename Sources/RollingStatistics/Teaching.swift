// weir
// SPDX-License-Identifier: Apache-2.0

/// How far a closed bucket is believed when a volume model learns it.
public enum Teaching: Sendable {
    /// An ordinary bucket.
    case usual
    /// A bucket under an open alert: what it has above the usual counts an eighth, and its peaks no more than two ordinary ones, so that a
    /// theft that comes again is found again. A job that comes again is learnt that way too, after dozens of times instead of three.
    case alerted
    /// A bucket that stood under an alert and for which a person vouches: its peaks count in full, whatever came before.
    case vouched

    /// The weight of what lies above the usual. One eighth: a theft of five times the usual every other day still alerts after six weeks
    /// (`QuarantineTests`), and an account that has changed for good is taken over in months without anybody's word.
    @inline(__always)
    var weight: Float { self == .alerted ? 0.125 : 1 }

    /// The largest peak that a tail learns, in mean excesses.
    @inline(__always)
    var largestPeak: Float {
        switch self {
        case .usual: 10
        case .alerted: 2
        case .vouched: .infinity
        }
    }

    /// What an amount, clipped already, teaches where `expected` is usual.
    @inline(__always)
    public func weighed(_ amount: Double, expected: Double) -> Double {
        self == .alerted && amount > expected ? expected + (amount - expected) * Double(weight) : amount
    }
}
