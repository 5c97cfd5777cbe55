// weir
// SPDX-License-Identifier: Apache-2.0

/// Natural logarithm of a positive finite number, from IEEE additions, multiplications and divisions only.
///
/// The C library's `log` differs in its last bit between versions and processors; alerts must not. Relative error below 1e-13.
/// Precondition: `value` > 0 and finite. Source: argument reduction to [√½, √2] and the series of 2·artanh((m−1)/(m+1)).
@inline(__always)
public func naturalLog(_ value: Double) -> Double {
    var bits = value.bitPattern
    var shift: Int64 = 1023
    if bits < 0x0010_0000_0000_0000 {
        // A subnormal number: scale it into the normal range first.
        bits = (value * 18_014_398_509_481_984).bitPattern
        shift += 54
    }
    var exponent = Double(Int64(bits >> 52) - shift)
    var mantissa = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
    if mantissa > 1.4142135623730951 {
        mantissa *= 0.5
        exponent += 1
    }
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    var series = 1.0 / 19
    series = series * square + 1.0 / 17
    series = series * square + 1.0 / 15
    series = series * square + 1.0 / 13
    series = series * square + 1.0 / 11
    series = series * square + 1.0 / 9
    series = series * square + 1.0 / 7
    series = series * square + 1.0 / 5
    series = series * square + 1.0 / 3
    series = series * square + 1
    return exponent * 0.6931471805599453 + 2 * ratio * series
}

/// e to the power of `value`, from IEEE operations only; saturates outside ±700.
///
/// Relative error below 1e-13. Source: reduction by ln 2 (split in two parts, after Cody and Waite 1980) and the Taylor series to degree
/// 13.
@inline(__always)
public func exponential(_ value: Double) -> Double {
    let clamped = min(max(value, -700), 700)
    let power = Double(Int64(clamped * 1.4426950408889634 + (clamped < 0 ? -0.5 : 0.5)))
    let rest = (clamped - power * 0.693147180369123816490) - power * 1.90821492927058770002e-10
    var series = 1.0 / 6_227_020_800
    series = series * rest + 1.0 / 479_001_600
    series = series * rest + 1.0 / 39_916_800
    series = series * rest + 1.0 / 3_628_800
    series = series * rest + 1.0 / 362_880
    series = series * rest + 1.0 / 40_320
    series = series * rest + 1.0 / 5_040
    series = series * rest + 1.0 / 720
    series = series * rest + 1.0 / 120
    series = series * rest + 1.0 / 24
    series = series * rest + 1.0 / 6
    series = series * rest + 0.5
    series = series * rest + 1
    series = series * rest + 1
    return series * Double(bitPattern: UInt64(bitPattern: Int64(power) + 1023) << 52)
}

/// Logarithm to base ten. Precondition: `value` > 0 and finite.
@inline(__always)
public func decimalLog(_ value: Double) -> Double { naturalLog(value) * 0.4342944819032518 }

/// ln(1 + `value`), exact also where `value` is so small that the sum would lose it. Relative error below 1e-13.
///
/// Precondition: `value` ≥ 0 and finite. Source: W. Kahan's correction, ln(u) · x/(u−1) in its additive form, with u = 1 + x rounded.
@inline(__always)
public func logOnePlus(_ value: Double) -> Double {
    let sum = 1 + value
    return sum == 1 ? value : naturalLog(sum) - ((sum - 1) - value) / sum
}

/// The inverse hyperbolic sine: nearly linear around zero, logarithmic far from it. Relative error below 1e-13; ±∞ is not expected.
@inline(__always)
public func inverseHyperbolicSine(_ value: Double) -> Double {
    let size = value.magnitude
    // From 2^28 on the one under the root is lost anyhow, and the square may not overflow.
    let result =
        size > 268_435_456
        ? naturalLog(size) + 0.6931471805599453 : logOnePlus(size + size * size / (1 + (size * size + 1).squareRoot()))
    return value < 0 ? -result : result
}
