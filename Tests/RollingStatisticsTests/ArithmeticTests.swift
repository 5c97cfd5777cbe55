// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import RollingStatistics

/// Our own arithmetic against the C library's and against slow definitions.
@Suite struct ArithmeticTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the logarithm agrees with the library's to a relative error of 1e-13`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        // Every exponent, subnormal numbers included; and the neighbourhood of one, where the logarithm is small.
        var values = (0..<30_000).map { _ in Double(bitPattern: random.next() & 0x7FFF_FFFF_FFFF_FFFF) }.filter { $0.isFinite && $0 > 0 }
        values += (0..<10_000).map { _ in Double.random(in: 0.5...2, using: &random) }
        let wrong = values.first { abs(naturalLog($0) - log($0)) > 1e-13 * abs(log($0)) }
        #expect(wrong == nil, "seed \(seed)")
        #expect(naturalLog(1 as Double) == 0)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the exponential agrees with the library's to a relative error of 1e-13, and saturates`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let values = (0..<30_000).map { _ in Double.random(in: -700...700, using: &random) }
        let wrong = values.first { abs(exponential($0) - exp($0)) > 1e-13 * exp($0) }
        #expect(wrong == nil, "seed \(seed)")
        #expect(exponential(0) == 1)
        #expect(exponential(1e9) == exponential(700))
        #expect(exponential(-.infinity) == exponential(-700))
        #expect(exponential(700).isFinite)
    }

    @Test func `every code of a compact mean is the code of its own value`() {
        let wrong = (UInt16.min...UInt16.max).first { CompactMean(CompactMean(code: $0).value).code != $0 }
        #expect(wrong == nil)
    }

    @Test func `a compact mean lies within 0.05 % of any value, and codes are in the order of their values`() {
        var worst = 0.0
        for code in UInt16(1)..<65_535 {
            let low = CompactMean(code: code).value
            let high = CompactMean(code: code + 1).value
            #expect(low < high)
            for value in [(low + high) / 2, low + 0.4 * (high - low), low + 0.6 * (high - low)] {
                worst = max(worst, abs(CompactMean(value).value - value) / value)
            }
        }
        #expect(worst <= 0.0005)
        #expect(CompactMean(code: 1).value < 1e-5 && CompactMean(code: .max).value > 1.4e14)
    }

    @Test func `a compact mean saturates and never traps`() {
        #expect(CompactMean(-5).code == 0)
        #expect(CompactMean(.nan).code == 0)
        #expect(CompactMean(.infinity).code == .max)
        #expect(CompactMean(1e300).code == .max)
        #expect(CompactMean(.leastNonzeroMagnitude).code == 0)
    }

    @Test(arguments: [7, 8] as [UInt64])
    func `four logarithms at once are each what the C library says`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<5000 {
            // Near one, where a deviation is small, as well as far from it.
            let range: ClosedRange<Float> = round % 2 == 0 ? -0.5...0.5 : -60...60
            var values = SIMD4<Float>.zero
            for lane in 0..<4 { values[lane] = exp(Float.random(in: range, using: &random)) }
            let logarithms = naturalLog(values)
            for lane in 0..<4 {
                let exact = log(Double(values[lane]))
                #expect(abs(Double(logarithms[lane]) - exact) <= 3e-7 * max(abs(exact), 1), "seed \(seed), \(values[lane])")
            }
            #expect(naturalLog(values[0]) == logarithms[0])
        }
        #expect(naturalLog(1 as Float) == 0)
    }

    @Test func `the exponential near zero is what the C library says`() {
        for step in -600...600 {
            let value = Float(step) / 1000
            #expect(abs(Double(exponentialNearZero(value)) / exp(Double(value)) - 1) <= 1e-6, "\(value)")
        }
    }

    @Test func `roots and larger and smaller lanes are each what the library says`() {
        let (one, other) = (SIMD4<Float>(0, 1e-12, 2, 9e20), SIMD4<Float>(3, 1e-13, 2, 1))
        for lane in 0..<4 {
            #expect(squareRoots(one)[lane] == one[lane].squareRoot())
            #expect(squareRoot(one[lane]) == one[lane].squareRoot())
            #expect(larger(one, other)[lane] == max(one[lane], other[lane]))
            #expect(smaller(one, other)[lane] == min(one[lane], other[lane]))
        }
    }

    @Test func `a gain starts as a plain mean's and never falls below the span's`() {
        #expect(gain(count: 0, span: 50) == 1)
        #expect(gain(count: 1, span: 50) == 1)
        #expect(gain(count: 4, span: 50) == 0.25)
        #expect(gain(count: .max, span: 50) == 0.02)
    }
}
