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

    @Test func `a compact mean lies within 0.024 % of any value, plus that of one`() {
        var worst = 0.0
        for code in UInt16(0)..<65_535 {
            // The worst value between two codes is the one in the middle of their logarithms.
            let low = CompactMean(code: code).value
            let high = CompactMean(code: code + 1).value
            for value in [((low + 1) * (high + 1)).squareRoot() - 1, low + 0.4 * (high - low), low + 0.6 * (high - low)] {
                worst = max(worst, abs(CompactMean(value).value - value) / (value + 1))
            }
        }
        #expect(worst <= 0.00024)
    }

    @Test func `a compact mean saturates and never traps`() {
        #expect(CompactMean(-5).code == 0)
        #expect(CompactMean(.nan).code == 0)
        #expect(CompactMean(.infinity).code == .max)
        #expect(CompactMean(1e300).code == .max)
        #expect(CompactMean(.leastNonzeroMagnitude).code == 0)
    }

    @Test(arguments: [5, 6] as [UInt64])
    func `the moving average and variance agree with a weighted two-pass mean and variance`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var mean = ExponentialMean()
        var values: [Double] = []
        var weights: [Double] = []
        for count in 1...600 {
            let value = Double.random(in: -3...9, using: &random)
            let gain = gain(count: count, span: 100)
            mean.add(value, gain: gain)
            weights = weights.map { $0 * (1 - gain) } + [gain]
            values.append(value)
            let exactMean = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
            let exactVariance = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - exactMean) * ($1.0 - exactMean) }
            #expect(abs(Double(mean.mean) - exactMean) < 1e-4, "seed \(seed), count \(count)")
            #expect(abs(Double(mean.variance) - exactVariance) < 1e-3, "seed \(seed), count \(count)")
        }
    }

    @Test func `a gain starts as a plain mean's and never falls below the span's`() {
        #expect(gain(count: 0, span: 50) == 1)
        #expect(gain(count: 1, span: 50) == 1)
        #expect(gain(count: 4, span: 50) == 0.25)
        #expect(gain(count: .max, span: 50) == 0.02)
    }
}
