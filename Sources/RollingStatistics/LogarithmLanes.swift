// weir
// SPDX-License-Identifier: Apache-2.0

/// Natural logarithm of four positive, finite, normal numbers at once: the windows of a measure in one go.
///
/// The same IEEE operations in every lane as on any machine, so that the result does not depend on the width of its registers. Relative
/// error below 1e-12. Complexity: little more than one scalar call, because the lanes do not wait for each other.
///
/// Source: argument reduction to [√½, √2) by integer arithmetic on the bit pattern (after ARM optimized routines, log.c) and the series of
/// 2·artanh((m−1)/(m+1)).
@inline(__always)
func naturalLog(_ values: SIMD4<Double>) -> SIMD4<Double> {
    let bits = unsafe unsafeBitCast(values, to: SIMD4<UInt64>.self)
    // 0x3FE6A09E667F3BCD is √½; the added 2^62 keeps the exponent positive, so that a logical shift serves.
    let shifted = bits &- SIMD4<UInt64>(repeating: 0x3FE6_A09E_667F_3BCD) &+ SIMD4<UInt64>(repeating: 0x4000_0000_0000_0000)
    let exponentBits = shifted & SIMD4<UInt64>(repeating: 0xFFF0_0000_0000_0000)
    let mantissaBits = bits &- exponentBits &+ SIMD4<UInt64>(repeating: 0x4000_0000_0000_0000)
    let mantissa = unsafe unsafeBitCast(mantissaBits, to: SIMD4<Double>.self)
    // The exponent plus 1024 in the low bits of 2^52, as a double.
    let exponentAsDouble = (exponentBits &>> SIMD4<UInt64>(repeating: 52)) | SIMD4<UInt64>(repeating: 0x4330_0000_0000_0000)
    let exponent = unsafe unsafeBitCast(exponentAsDouble, to: SIMD4<Double>.self) - SIMD4<Double>(repeating: 4_503_599_627_371_520)
    let one = SIMD4<Double>(repeating: 1)
    let ratio = (mantissa - one) / (mantissa + one)
    let square = ratio * ratio
    var series = SIMD4<Double>(repeating: 1.0 / 17)
    series = series * square + SIMD4<Double>(repeating: 1.0 / 15)
    series = series * square + SIMD4<Double>(repeating: 1.0 / 13)
    series = series * square + SIMD4<Double>(repeating: 1.0 / 11)
    series = series * square + SIMD4<Double>(repeating: 1.0 / 9)
    series = series * square + SIMD4<Double>(repeating: 1.0 / 7)
    series = series * square + SIMD4<Double>(repeating: 1.0 / 5)
    series = series * square + SIMD4<Double>(repeating: 1.0 / 3)
    series = series * square + one
    return exponent * SIMD4<Double>(repeating: 0.6931471805599453) + (ratio + ratio) * series
}
