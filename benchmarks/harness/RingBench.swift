// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventModel
import RingBuffers
import RollingStatistics

/// The hand-off ring between two threads, and the snapshot ring with and without a reader.
enum RingBench {
    static func run() {
        let count = 5_000_000
        let seconds = Stopwatch.best(of: 5) { handOver(count) }
        Stopwatch.report("ring_hand_off", seconds / Double(count) * 1e9, "ns/element")
        let ring = MinuteRing()
        let alone = Stopwatch.best(of: 5) { for index in 0..<count { _ = ring.add(minute: index / 1000, rows: 1, bytes: 1) } }
        Stopwatch.report("snapshot_ring_add", alone / Double(count) * 1e9, "ns/event")
        let read = Stopwatch.best(of: 5) { for _ in 0..<10_000 { _ = ring.minutes() } }
        Stopwatch.report("snapshot_ring_read_all", read / 10_000 * 1e9, "ns")
    }

    private static func handOver(_ count: Int) {
        var ends = SPSCRing<UInt64>.make(capacity: 1024)
        let producer = Handover(ends.takeProducer())
        let done = DispatchSemaphore(value: 0)
        var consumer = ends.takeConsumer()
        DispatchQueue.global().async {
            var producer = producer.take()
            for value in 0..<UInt64(count) {
                var pending: UInt64? = value
                while let next = pending { pending = producer.push(next) }
            }
            producer.close()
            done.signal()
        }
        var sum: UInt64 = 0
        while !consumer.isDrained() { while let value = consumer.pop() { sum &+= value } }
        done.wait()
        precondition(sum == UInt64(count) * UInt64(count - 1) / 2, "every element arrives once")
    }
}
