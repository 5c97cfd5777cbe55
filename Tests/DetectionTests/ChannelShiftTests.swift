// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import RollingStatistics
import TestSupport
import Testing

@testable import Detection

/// By which channels rows leave (D06): shares, days, and what is remembered of them.
@Suite struct ChannelShiftTests {
    private static let first = TestAccount.firstBucket

    /// A bucket in which an account moved so much by each channel.
    private func bucket(_ number: Int64, _ amounts: [AccessChannel: UInt64], areBytes: Bool = false, isClosed: Bool = true) -> ClosedBucket
    {
        let bucket = ClosedBucket(number: number, end: BucketGrid.start(of: number + 1), fleet: FleetView(), values: ValueTable())
        bucket.isClosed = isClosed
        bucket.access.channels.areBytes = areBytes
        for (channel, amount) in amounts {
            bucket.access.channels.add(rows: areBytes ? 0 : amount, bytes: areBytes ? amount : 0, by: channel)
        }
        bucket.sums = MeasureSums(rows: areBytes ? 0 : amounts.values.reduce(0, +), bytes: 0, calls: 1)
        return bucket
    }

    private func memory(days: Int, _ amounts: [AccessChannel: UInt64], areBytes: Bool = false) -> ChannelMemory {
        var memory = ChannelMemory()
        for number in 0..<Int64(days * 96) { memory.learn(bucket(ChannelShiftTests.first + number, amounts, areBytes: areBytes)) }
        return memory
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the divergence is that of the two shares, by the textbook's formula`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func amounts() -> [AccessChannel: UInt64] {
            Dictionary(
                uniqueKeysWithValues: AccessChannel.allCases.map {
                    ($0, UInt64.random(in: 0...1 << UInt64.random(in: 0...20, using: &random), using: &random))
                })
        }
        let (usual, now) = (amounts(), amounts())
        let memory = memory(days: 30, usual)
        // Ten days later nothing of the days before is left in the last day.
        let late = bucket(ChannelShiftTests.first + 40 * 96 + 10_000, now)
        guard let shift = memory.shift(endingWith: late) else { return }
        func shares(_ amounts: [AccessChannel: UInt64]) -> [Double] {
            let total = amounts.values.reduce(0.0) { $0 + Double($1) }
            return AccessChannel.allCases.map { Double(amounts[$0] ?? 0) / max(total, 1) }
        }
        func entropy(_ shares: [Double]) -> Double { shares.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 } }
        let (p, q) = (shares(usual), shares(now))
        let expected = entropy(zip(p, q).map { ($0 + $1) / 2 }) - (entropy(p) + entropy(q)) / 2
        #expect(abs(shift.divergence - expected) < 0.002, "seed \(seed): \(shift.divergence) and \(expected)")
        #expect((0...1).contains(shift.divergence))
    }

    @Test func `what is tested is no part of the days that it is held against`() throws {
        let memory = memory(days: 20, [.reads: 40])
        let (few, many) = (
            bucket(ChannelShiftTests.first + 1920, [.bulk: 5000]), bucket(ChannelShiftTests.first + 1920, [.bulk: 5_000_000])
        )
        let (one, other) = (try #require(memory.shift(endingWith: few)), try #require(memory.shift(endingWith: many)))
        #expect(one.usualFrom == other.usualFrom && one.usualTo == 0 && other.usualTo == 0)
    }

    @Test func `a job of every midnight is no day of its own`() throws {
        var memory = ChannelMemory()
        var most = 0.0
        for number in 0..<Int64(30 * 96) {
            let amounts: [AccessChannel: UInt64] = number % 96 == 0 ? [.bulk: 1000] : [.reads: 30]
            let next = bucket(ChannelShiftTests.first + number, amounts)
            if number >= 14 * 96 { most = max(most, memory.shift(endingWith: next)?.divergence ?? 0) }
            memory.learn(next)
        }
        #expect(most < 0.1, "\(most)")
    }

    @Test func `a channel of a month ago is known, one of six weeks ago is not, and little makes nothing known`() throws {
        for (pause, amount, isKnown) in [(30, 5000, true), (42, 5000, false), (30, 500, false)] as [(Int64, UInt64, Bool)] {
            var memory = memory(days: 15, [.reads: 1])
            memory.learn(bucket(ChannelShiftTests.first + 1440, [.bulk: amount]))
            for number in 1...(pause * 96) { memory.learn(bucket(ChannelShiftTests.first + 1440 + number, [.reads: 1])) }
            let shift = try #require(memory.shift(endingWith: bucket(ChannelShiftTests.first + 1441 + pause * 96, [.bulk: 5000])))
            #expect(shift.isKnown == isKnown && shift.to == .bulk, "\(pause) days, \(amount) rows")
        }
    }

    @Test func `a log that begins to state rows is another log, and a bucket without rows teaches none`() throws {
        var memory = memory(days: 20, [.reads: 40], areBytes: true)
        #expect(memory.areBytes && memory.days == 19)
        memory.learn(bucket(ChannelShiftTests.first + 1920, [.bulk: 5000]))
        #expect(!memory.areBytes && memory.days == 0)
        let before = memory
        memory.learn(bucket(ChannelShiftTests.first + 1921, [.exports: 1 << 40], areBytes: true))
        #expect(memory == before)
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>) func `what is remembered survives being written and read, within 100 bytes`(seed: UInt64)
        throws
    {
        var random = SeededRandom(seed: seed)
        var memory = ChannelMemory()
        for number in 0..<Int64(400) {
            let channel = try #require(AccessChannel.allCases.randomElement(using: &random))
            memory.learn(
                bucket(ChannelShiftTests.first + number * 7, [channel: random.next() >> UInt64.random(in: 0...63, using: &random)]))
        }
        var writer = StateWriter(reserving: 100)
        memory.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try ChannelMemory(from: &reader) == memory && reader.isAtEnd, "seed \(seed)")
        #expect(writer.bytes.count <= 100, "\(writer.bytes.count)")
        #expect(MemoryLayout<ChannelMemory>.size <= 104)
    }

    @Test func `the endpoint says the channel where the operation only says that something is fetched`() {
        let values = ValueTable()
        func channel(_ endpoint: String, _ operation: EventModel.Operation) -> AccessChannel? {
            values.append(endpoint)
            return values.channel(RouteKey(rawValue: UInt64(values.names.count + 1) | UInt64(operation.rawValue) << 32))
        }
        #expect(channel("/services/data/v61.0/jobs/query/{id}/results", .read) == .bulk)
        #expect(channel("/services/async/61.0/job/{id}", .unknown) == .bulk)
        #expect(channel("/api/v2/invoices/export", .query) == .exports)
        #expect(channel("/analytics/reports/{id}", .read) == .reports)
        #expect(channel("/services/data/v61.0/sobjects/Contact/{id}", .read) == .reads)
        #expect(channel("/bulk/v1/leads", .export) == .exports)
        #expect(channel("/jobs", .write) == nil && channel("/contacts", .unknown) == nil)
    }

    @Test func `part of a bucket is not judged, and the sentence has both shares`() throws {
        var account = TestAccount(seed: 1)
        let reads = bucket(0, [.reads: 40])
        func next(_ like: ClosedBucket) -> ClosedBucket {
            let next = account.bucket(like.sums)
            (next.access.channels, next.access.few[0], next.access.fewCount) = (like.access.channels, RouteKey(rawValue: 2), 1)
            return next
        }
        for _ in 0..<(20 * 96) {
            account.profile.learn(next(reads))
            account.skip()
        }
        let detector = make(ChannelShiftDetector.self)
        let bulk = next(bucket(0, [.bulk: 24_000]))
        let finding = try #require(detector.judge(bulk, of: account.profile))
        #expect(
            finding.phrase.hasPrefix("moved from REST reads (100 %) to Bulk API (86 %) today: about 24,000 rows of "), "\(finding.phrase)")
        #expect(finding.severity == .medium && finding.score.isFinite)
        let part = bulk.copy()
        part.isClosed = false
        #expect(detector.judge(part, of: account.profile) == nil)
    }
}
