// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// The order in which several streams become one lane.
@Suite struct LaneReaderTests {
    @Test func `streams side by side are merged by event time, the older one first`() throws {
        let files = [
            MemorySource.File("a", line(at: 0, account: "a0") + line(at: 2000, account: "a2") + line(at: 5000, account: "a5")),
            MemorySource.File("b", line(at: 1000, account: "b1") + line(at: 2000, account: "b2") + line(at: 3000, account: "b3")),
        ]
        #expect(try order(files) == ["a0", "b1", "a2", "b2", "b3", "a5"])
    }

    @Test func `a stream that runs backwards keeps the place it has reached`() throws {
        let files = [
            MemorySource.File("a", line(at: 4000, account: "a4") + line(at: 1000, account: "a1")),
            MemorySource.File("b", line(at: 2000, account: "b2") + line(at: 5000, account: "b5")),
        ]
        #expect(try order(files) == ["b2", "a4", "a1", "b5"])
    }

    @Test func `rotated files that follow each other are read one after the other`() throws {
        var files: [MemorySource.File] = []
        for number in 0..<6 { files.append(MemorySource.File("\(number)", line(at: Int64(number) * 1000, account: "x\(number)"))) }
        #expect(try order(files) == (0..<6).map { "x\($0)" })
    }

    @Test func `one misdated line does not hold up its stream`() throws {
        var first: [UInt8] = []
        var second: [UInt8] = []
        for second2 in 0..<40 {
            first += line(at: Int64(second2) * 2000, account: "a\(second2)")
            second += line(at: Int64(second2) * 2000 + 1000, account: "b\(second2)")
            if second2 == 7 { first += line(at: 86_400_000 * 400, account: "wrong") }
        }
        let names = try order([MemorySource.File("a", first), MemorySource.File("b", second)])
        #expect(names.filter { $0 != "wrong" } == (0..<40).flatMap { ["a\($0)", "b\($0)"] })
    }

    @Test func `a stream that was away for a week waits for the others to come that far`() throws {
        let week: Int64 = 7 * 86_400_000
        var first = line(at: 0, account: "a")
        for second in 0..<40 { first += line(at: week + Int64(second) * 1000, account: "late") }
        var second: [UInt8] = []
        for hour in 0..<100 { second += line(at: Int64(hour) * 3_600_000, account: "b") }
        for largest in [50, 100_000] {
            let names = try order([MemorySource.File("a", first), MemorySource.File("b", second)], largestRead: largest)
            #expect(names.suffix(40).allSatisfy { $0 == "late" })
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `stopped after every batch, streams are merged in the same order`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var files: [MemorySource.File] = []
        var first: Int64 = 0
        for file in 0..<Int.random(in: 2...6, using: &random) {
            // Overlapping or not, in the order of their first lines; later lines may run backwards.
            first += Int64.random(in: 0...30_000, using: &random)
            var time = first
            var text: [UInt8] = []
            for number in 0..<Int.random(in: 1...25, using: &random) {
                // Whole seconds, so that streams often stand at the same time.
                text += line(at: max(time, first) / 1000 * 1000, account: "\(file).\(number)")
                time += Int64.random(in: -4000...9000, using: &random)
            }
            files.append(MemorySource.File("\(file)", text))
        }
        let whole = try order(files)
        #expect(try order(files, largestRead: 90, isStopped: true) == whole, "seed \(seed)")
    }

    /// The accounts of the events, in lane order.
    private func order(_ files: [MemorySource.File], largestRead: Int = 1000, isStopped: Bool = false) throws -> [String] {
        let format = try JSONFormat(options: FormatOptions())
        func reader(_ positions: [StreamPosition], _ names: [String]) -> LaneReader<MemorySource> {
            var attribution = Attribution(pseudonymKey: [], hashKey: 0)
            attribution.resume(accountNames: names, valueNames: [], gate: AdmissionGate())
            let source = MemorySource(files, largestRead: largestRead, seed: 5, resume: positions)
            return LaneReader(source: source, attribution: attribution, batchLimit: 3) { format }
        }
        var names = [Attribution.overflowName]
        var positions: [UInt32: StreamPosition] = [:]
        var lane = reader([], names)
        var result: [String] = []
        var batch = EventBatch()
        while !batch.isLast {
            batch.removeAll()
            _ = lane.fill(&batch)
            names += batch.newAccounts
            result += batch.events.map { names[Int($0.account.rawValue)] }
            for position in batch.positions { positions[position.stream] = position }
            if isStopped && !batch.isLast { lane = reader(positions.values.sorted { $0.stream < $1.stream }, names) }
        }
        return result
    }
}
