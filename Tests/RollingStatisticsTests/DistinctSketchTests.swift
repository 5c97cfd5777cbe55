// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics
import TestSupport
import Testing

@Suite struct DistinctSketchTests {
    @Test(arguments: [1, 5, 40, 300, 3000, 100_000])
    func `the estimate is within a fifth of the number of different values, however often each comes`(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        let values = (0..<count).map { _ in random.next() as UInt64 }
        var sketch = DistinctSketch()
        for value in values + values { sketch.insert(value) }
        #expect(abs(sketch.estimate - Double(count)) <= max(0.2 * Double(count), 0.6), "\(sketch.estimate) for \(count)")
    }

    @Test func `parts in any order make the same whole, and it survives its encoding`() throws {
        var random = SeededRandom(seed: 3)
        let values = (0..<2000).map { _ in random.next() as UInt64 }
        var (whole, first, second) = (DistinctSketch(), DistinctSketch(), DistinctSketch())
        for value in values { whole.insert(value) }
        for value in values.prefix(1200) { first.insert(value) }
        for value in values.dropFirst(800).reversed() { second.insert(value) }
        second.formUnion(first)
        #expect(second == whole)
        var writer = StateWriter()
        whole.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try DistinctSketch(from: &reader) == whole)
    }

    @Test func `sixty-four bits tell few different values from many`() {
        var random = SeededRandom(seed: 4)
        var bits = DistinctBits()
        #expect(bits.estimate == 0)
        for _ in 0..<3 { bits.insert(random.next()) }
        #expect((1...3.3).contains(bits.estimate))
        for _ in 0..<60 { bits.insert(random.next()) }
        #expect((40...90).contains(bits.estimate))
    }
}
