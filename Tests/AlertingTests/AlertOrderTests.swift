// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import Alerting

@Suite struct AlertOrderTests {
    private func record(_ minute: Int64, _ id: String, _ sequence: UInt32) -> AlertRecord {
        let time = EventTime(milliseconds: minute * 60_000)
        return AlertRecord(
            id: id, status: .update, severity: .high, detector: "D01", name: "export-volume", account: "a", opened: time, time: time,
            sequence: sequence, summary: "", json: "")
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `records come in one order, however they were found and released`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let all = (0..<200).map { record(Int64($0 / 3), "A-\($0 % 7)", UInt32($0 % 2)) }
        let wanted = AlertOrder.sorted(all)
        var order = AlertOrder()
        var told: [AlertRecord] = []
        // What is found now is at most ten minutes behind what has been released.
        for block in stride(from: 0, to: all.count, by: 30) {
            for record in all[block..<min(block + 30, all.count)].shuffled(using: &random) { order.add(record) }
            told += order.release(before: EventTime(milliseconds: Int64(block / 3) * 60_000))
        }
        told += order.releaseAll()
        #expect(told == wanted, "seed \(seed)")
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.time <= $1.time })
    }
}
