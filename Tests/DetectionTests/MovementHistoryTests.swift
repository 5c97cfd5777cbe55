// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Detection

/// What is remembered of flows, of jobs and of the makers of content.
@Suite struct MovementHistoryTests {
    private func history(_ days: [UInt64]) -> FlowHistory {
        var history = FlowHistory()
        for records in days { history.learn(records) }
        return history
    }

    @Test func `a flow's limit is four times the median, whatever two days of fourteen say`() throws {
        let plain = try #require(history(Array(repeating: 10_000, count: 14)).limit)
        #expect(abs(Double(plain) / 40_000 - 1) < 0.02)
        let odd = try #require(history(Array(repeating: 10_000, count: 12) + [900_000, 3]).limit)
        #expect(abs(Double(odd) / 40_000 - 1) < 0.02)
        #expect(history(Array(repeating: 10_000, count: 6)).limit == nil, "six days are too few")
        #expect(history(Array(repeating: 20, count: 9)).limit == FlowHistory.fewest)
        let wide = try #require(history([1000, 9000, 2000, 16_000, 4000, 8000, 1500, 12_000, 3000, 6000, 2500]).limit)
        #expect(wide > 60_000, "days that differ much allow more")
    }

    @Test func `days without records are passed by, and a day beyond the limit is learnt as the limit`() {
        var history = history(Array(repeating: 10_000, count: 8) + [0, 0])
        #expect(history.count == 8 && abs(history.usual / 10_000 - 1) < 0.01)
        for _ in 0..<6 { history.learn(.max) }
        #expect(history.count == FlowHistory.days && abs(history.usual / 10_000 - 1) < 0.01)
        var limits: [UInt64] = []
        for _ in 0..<4 {
            history.learn(.max)
            limits.append(history.limit ?? 0)
        }
        #expect(limits.allSatisfy { $0 < 30_000_000 }, "\(limits)")
    }

    @Test func `a ledger's day is judged by the days before it`() {
        var ledger = FlowLedger()
        var edge = MovementTally.Edge(
            key: FlowKey(dataClass: .synthetic, toEnvironment: .training), isDeclared: true, firstTime: EventTime(milliseconds: 0),
            route: RouteKey(rawValue: 1))
        for day in 0..<8 as Range<Int64> {
            edge.records = 500 + UInt64(day)
            for part in 0..<2 as Range<Int64> {
                ledger.note(edge)
                ledger.countNoted(bucket: (20_000 + day) * Int64(BucketGrid.perDay) + part)
            }
        }
        let known = ledger.records[edge.key]
        #expect(known?.asOf(day: 20_007).records == 1014 && known?.asOf(day: 20_007).history.count == 7)
        #expect(known?.asOf(day: 20_008).records == 0 && known?.asOf(day: 20_008).history.count == 8)
    }

    private func jobs(_ trails: [JobTrail]) -> SmallestSet<JobTrail> {
        var set = SmallestSet<JobTrail>(limit: 16)
        for trail in trails { set.change(trail.job, orAdd: trail) { _ in } }
        return set
    }

    @Test func `a job is due half an hour after its last records, once, unless an audit named it meanwhile`() throws {
        var memory = TrailMemory()
        for bucket in stride(from: 100, to: 160, by: 10) as StrideTo<Int64> {
            memory.learn(jobs([JobTrail(job: UInt64(bucket), records: 5, isAudited: true)]), bucket: bucket)
        }
        memory.learn(jobs([JobTrail(job: 7, records: 5), JobTrail(job: 8, records: 5)]), bucket: 200)
        #expect(memory.audited == 6 && memory.isUsual)
        memory.learn(jobs([JobTrail(job: 8, isAudited: true)]), bucket: 201)
        #expect(memory.due(201, nil).isEmpty && memory.due(202, nil).map(\.job) == [7] && memory.due(203, nil).isEmpty)
        var tally = MovementTally()
        tally.noteAudit(of: 7)
        #expect(memory.due(202, tally).isEmpty, "the audit came in the last minute")
        var writer = StateWriter()
        memory.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try TrailMemory(from: &reader) == memory)
        memory.learn(jobs([JobTrail(job: 9, records: 1)]), bucket: 240)
        #expect(memory.unaudited == 0 && memory.audited == 7, "what was told of is not learnt as usual")
    }

    @Test func `jobs that were never audited make none of them news`() {
        var memory = TrailMemory()
        for bucket in 0..<40 as Range<Int64> {
            memory.learn(
                jobs([JobTrail(job: UInt64(bucket), records: 5, isAudited: bucket % 3 == 0)]), bucket: 1000 + bucket * 5)
        }
        #expect(memory.audited >= 12 && memory.unaudited >= 20 && !memory.isUsual)
    }

    @Test func `of hashes beyond the registry's sample nobody says that they are unknown`() {
        var random = SeededRandom(seed: 21)
        var registry = ProvenanceRegistry()
        let made = MovementTally.HashLabel.synthetic | MovementTally.HashLabel.made
        let all = (0..<20_000).map { _ in random.next() }.sorted()
        registry.note(all.map { MovementTally.HashLabel(hash: $0, said: made, route: RouteKey(rawValue: 0)) })
        registry.countNoted()
        func origins(_ hashes: [UInt64], traits: DataMovement.Traits = [], parent: UInt64 = 0) -> MovementMemory.Share.Counts {
            var tally = MovementTally()
            for hash in hashes {
                var movement = DataMovement()
                (movement.synthetic, movement.provenance, movement.parent, movement.traits) = (.yes, hash, parent, traits)
                _ = tally.add(
                    movement,
                    AccessEvent(
                        time: EventTime(milliseconds: 1_780_272_000_000), rows: 1, bytes: 0, offset: 0, rowKey: 0,
                        account: AccountID(rawValue: 1), stream: 0, endpoint: ValueID(rawValue: 2), object: .unknown, network: .unknown,
                        status: 200, operation: traits.contains(.write) ? .write : .read, presence: [.rows, .movement]))
            }
            return tally.share(.origin, registry)
        }
        #expect(origins([all[3], all[9]]) == .init(with: 2, without: 0))
        #expect(origins([all[3] + 1, all[9]]) == .init(with: 1, without: 1))
        #expect(origins([all[19_000] + 1]) == .init(with: 0, without: 0))
        #expect(origins([all[3] + 1], traits: [.write, .generator]) == .init(with: 1, without: 0))
        #expect(origins([all[3] + 1], traits: .write, parent: 5) == .init(with: 1, without: 0))
        #expect(origins([all[3] + 1], traits: .write) == .init(with: 0, without: 1))
    }
}
