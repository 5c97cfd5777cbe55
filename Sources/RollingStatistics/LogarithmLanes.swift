// weir
// SPDX-License-Identifier: Apache-2.0

import CVectorMath

// Arithmetic of the volume models, four spans at once and in single precision: the state is single, the noise of any account is a thousand
// times what is lost, and a vector of four fits any processor's register. The same IEEE operations in every lane as on any machine.

/// Natural logarithm of four positive, finite, normal numbers. Absolute error below 3e-7 where the result is below 1, relative error below
/// 3e-7 beyond. A lane that is none of these gives a number of no meaning, and no trap.
///
/// Source: argument reduction to [√½, √2) by integer arithmetic on the bit pattern (after ARM optimized routines, log.c) and the series of
/// 2·artanh((m−1)/(m+1)).
@inline(__always)
func naturalLog(_ values: SIMD4<Float>) -> SIMD4<Float> {
    let bits = unsafe unsafeBitCast(values, to: SIMD4<UInt32>.self)
    // 0x3F3504F3 is √½; the added 2^30 keeps the exponent positive, so that a logical shift serves.
    let shifted = bits &- SIMD4<UInt32>(repeating: 0x3F35_04F3) &+ SIMD4<UInt32>(repeating: 0x4000_0000)
    let exponentBits = shifted & SIMD4<UInt32>(repeating: 0xFF80_0000)
    let mantissa = unsafe unsafeBitCast(bits &- exponentBits &+ SIMD4<UInt32>(repeating: 0x4000_0000), to: SIMD4<Float>.self)
    // The exponent plus 128 in the low bits of 2^23, as a number.
    let exponentAsNumber = (exponentBits &>> SIMD4<UInt32>(repeating: 23)) | SIMD4<UInt32>(repeating: 0x4B00_0000)
    let exponent = unsafe unsafeBitCast(exponentAsNumber, to: SIMD4<Float>.self) - SIMD4<Float>(repeating: 8_388_608 + 128)
    let one = SIMD4<Float>(repeating: 1)
    let ratio = (mantissa - one) / (mantissa + one)
    let square = ratio * ratio
    var series = SIMD4<Float>(repeating: 1.0 / 9)
    series = series * square + SIMD4<Float>(repeating: 1.0 / 7)
    series = series * square + SIMD4<Float>(repeating: 1.0 / 5)
    series = series * square + SIMD4<Float>(repeating: 1.0 / 3)
    series = series * square + one
    return exponent * SIMD4<Float>(repeating: 0.69314718) + (ratio + ratio) * series
}

/// The same of one number.
@inline(__always)
func naturalLog(_ value: Float) -> Float { naturalLog(SIMD4(value, 1, 1, 1))[0] }

/// e to the power of a number between −0.6 and 0.6. Relative error below 1e-6. Source: the Taylor series to degree 7.
@inline(__always)
func exponentialNearZero(_ value: Float) -> Float {
    var series: Float = 1.0 / 5_040
    series = series * value + 1.0 / 720
    series = series * value + 1.0 / 120
    series = series * value + 1.0 / 24
    series = series * value + 1.0 / 6
    series = series * value + 0.5
    series = series * value + 1
    return series * value + 1
}

/// Square roots of four numbers that are not negative.
@inline(__always)
func squareRoots(_ values: SIMD4<Float>) -> SIMD4<Float> { weir_square_roots(values) }

/// The square root of a number that is not negative.
@inline(__always)
func squareRoot(_ value: Float) -> Float { weir_square_roots(SIMD4(value, 1, 1, 1))[0] }

/// The larger of each pair of lanes, none of them NaN: the library's `pointwiseMax` looks for that, lane by lane.
@inline(__always)
func larger(_ one: SIMD4<Float>, _ other: SIMD4<Float>) -> SIMD4<Float> { one.replacing(with: other, where: one .< other) }

/// The smaller of each pair.
@inline(__always)
func smaller(_ one: SIMD4<Float>, _ other: SIMD4<Float>) -> SIMD4<Float> { one.replacing(with: other, where: other .< one) }
