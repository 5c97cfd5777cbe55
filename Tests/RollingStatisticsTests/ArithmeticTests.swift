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
        #expect(naturalLog(1) == 0)
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
        for _ in 0..<5000 {
            let values = lanes { _ in exp(Double.random(in: -600...600, using: &random)) }
            let logarithms = naturalLog(values)
            for lane in 0..<4 {
                #expect(abs(logarithms[lane] - log(values[lane])) <= 1e-12 * max(abs(log(values[lane])), 1), "seed \(seed)")
            }
        }
    }

    @Test func `a gain starts as a plain mean's and never falls below the span's`() {
        #expect(gain(count: 0, span: 50) == 1)
        #expect(gain(count: 1, span: 50) == 1)
        #expect(gain(count: 4, span: 50) == 0.25)
        #expect(gain(count: .max, span: 50) == 0.02)
    }
}
