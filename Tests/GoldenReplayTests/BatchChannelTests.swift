// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventModel
import Pipeline
import TestSupport
import Testing

@testable import Daemon

/// The hand-off between a reader's thread and the detection thread: nothing lost, nothing out of order, and nobody who sleeps for ever.
@Suite struct BatchChannelTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `every batch arrives, in order, whichever side is the slower one`(seed: UInt64) {
        let count = 20_000
        let arrivals = DispatchSemaphore(value: 0)
        let channel = BatchChannel(arrivals: arrivals)
        DispatchQueue(label: "weir.test.writer").async {
            var random = SeededRandom(seed: seed)
            var writer = channel.writer()
            for number in 0..<count {
                var batch = writer.blank()
                batch.bytes = UInt64(number)
                writer.send(batch)
                // Now and then what a reader does that has nothing more: it says so before it waits.
                if Int.random(in: 0..<20, using: &random) == 0 { writer.tell() }
                if seed % 3 == 0 { BatchChannelTests.work(Int.random(in: 0..<2000, using: &random)) }
            }
            writer.close()
        }
        var random = SeededRandom(seed: seed + 100)
        var reader = channel.reader()
        var next = 0
        while true {
            // A thread that nobody wakes would hang the test for ever.
            guard arrivals.wait(timeout: .now() + 20) == .success else { break }
            while let batch = reader.receive() {
                #expect(batch.bytes == UInt64(next))
                next += 1
                reader.giveBack(batch)
                if seed % 3 == 1 { BatchChannelTests.work(Int.random(in: 0..<2000, using: &random)) }
            }
            if reader.isDrained() { break }
        }
        #expect(next == count)
    }

    @inline(never)
    private static func work(_ steps: Int) {
        var sum: UInt64 = 1
        for step in 0..<UInt64(steps) { sum = sum &* 31 ^ step }
        precondition(sum != 0x5EED_0DD5)
    }
}
