// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import RingBuffers
import Synchronization
import TestSupport
import Testing

/// The ring between two threads against an array, exhaustively where the space is small.
@Suite struct SPSCRingTests {
    @Test(arguments: [1, 2, 4])
    func `every sequence of twelve pushes and pops agrees with an array`(capacity: Int) {
        for length in 0...12 {
            for choices in 0..<(1 << length) {
                guard let difference = difference(choices: choices, length: length, capacity: capacity) else { continue }
                Issue.record("capacity \(capacity), length \(length), choices \(choices): \(difference)")
            }
        }
        #expect(difference(choices: 0b1011, length: 4, capacity: capacity) == nil)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `random pushes, pops and closings agree with an array`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let capacity = 1 << Int.random(in: 0...6, using: &random)
        var ends = SPSCRing<Int>.make(capacity: capacity)
        var producer = ends.takeProducer()
        var consumer = ends.takeConsumer()
        var model: [Int] = []
        for step in 0..<20_000 {
            // Long runs of either kind, so that the ring is often full and often empty.
            if (step / 97) % 2 == Int.random(in: 0..<6, using: &random) / 5 {
                let refused = producer.push(step)
                #expect((refused == nil) == (model.count < capacity), "seed \(seed), step \(step)")
                if refused == nil { model.append(step) }
            } else {
                let popped = consumer.pop()
                #expect(popped == model.first, "seed \(seed), step \(step)")
                if !model.isEmpty { model.removeFirst() }
            }
        }
        let isDrainedOpen = consumer.isDrained()
        #expect(!isDrainedOpen)
        producer.close()
        let isDrainedAtClose = consumer.isDrained()
        #expect(isDrainedAtClose == model.isEmpty)
        while let next = model.first {
            let popped = consumer.pop()
            #expect(popped == next)
            model.removeFirst()
        }
        let isDrainedAtEnd = consumer.isDrained()
        #expect(isDrainedAtEnd)
    }

    @Test func `two threads pass a million numbers in order`() {
        var ends = SPSCRing<Int>.make(capacity: 64)
        let producer = Mutex<RingProducer<Int>?>(ends.takeProducer())
        var consumer = ends.takeConsumer()
        DispatchQueue(label: "producer").async {
            guard var producer = producer.withLock({ $0.take() }) else { return }
            for number in 0..<1_000_000 {
                while producer.push(number) != nil { sched_yield() }
            }
            producer.close()
        }
        var expected = 0
        var wrong: Int?
        while !consumer.isDrained() {
            guard let number = consumer.pop() else {
                sched_yield()
                continue
            }
            if number != expected && wrong == nil { wrong = number }
            expected += 1
        }
        #expect(wrong == nil)
        #expect(expected == 1_000_000)
    }

    @Test func `an element that waits when the ring is closed is still delivered`() {
        var ends = SPSCRing<Int>.make(capacity: 2)
        var producer = ends.takeProducer()
        var consumer = ends.takeConsumer()
        let refused = producer.push(7)
        #expect(refused == nil)
        producer.close()
        let isDrainedEarly = consumer.isDrained()
        #expect(!isDrainedEarly)
        let waiting = consumer.pop()
        #expect(waiting == 7)
        let isDrained = consumer.isDrained()
        #expect(isDrained)
        let nothing = consumer.pop()
        #expect(nothing == nil)
    }

    @Test(arguments: [4, 5] as [UInt64])
    func `every noncopyable element is destroyed exactly once, wherever it was`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let census = Census()
        var made = 0
        do {
            var ends = SPSCRing<Counted>.make(capacity: 8)
            var producer = ends.takeProducer()
            var consumer = ends.takeConsumer()
            for _ in 0..<2000 {
                if Bool.random(using: &random) {
                    made += 1
                    // A refused element comes back and is destroyed here.
                    _ = producer.push(Counted(census))
                } else {
                    _ = consumer.pop()
                }
            }
            for _ in 0..<5 {
                made += 1
                _ = producer.push(Counted(census))
            }
            #expect(census.destroyed.load(ordering: .relaxed) < made, "some still wait in the ring; seed \(seed)")
        }
        #expect(census.destroyed.load(ordering: .relaxed) == made, "seed \(seed)")
    }

    /// What differs from an array when bit by bit 1 pushes and 0 pops; nil when nothing does.
    private func difference(choices: Int, length: Int, capacity: Int) -> String? {
        var ends = SPSCRing<Int>.make(capacity: capacity)
        var producer = ends.takeProducer()
        var consumer = ends.takeConsumer()
        var model: [Int] = []
        for step in 0..<length {
            if choices >> step & 1 == 1 {
                let refused = producer.push(step)
                if refused != (model.count < capacity ? nil : step) { return "push \(step)" }
                if refused == nil { model.append(step) }
            } else {
                let popped = consumer.pop()
                if popped != model.first { return "pop at \(step)" }
                if !model.isEmpty { model.removeFirst() }
            }
            if consumer.isDrained() { return "drained before the close" }
        }
        producer.close()
        return consumer.isDrained() == model.isEmpty ? nil : "drained after the close"
    }
}

private final class Census: Sendable {
    let destroyed = Atomic<Int>(0)
}

private struct Counted: ~Copyable, Sendable {
    private let census: Census
    init(_ census: Census) { self.census = census }
    deinit { census.destroyed.add(1, ordering: .relaxed) }
}
