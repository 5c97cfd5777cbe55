// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Detection

@Suite struct MovementTests {
    private func event(_ minute: Int64, rows: UInt64 = 1, endpoint: UInt16 = 2, operation: Operation = .sync) -> AccessEvent {
        AccessEvent(
            time: EventTime(milliseconds: 1_780_272_000_000 + minute * 60_000), rows: rows, bytes: 0, offset: 0, rowKey: 0,
            account: AccountID(rawValue: 1), stream: 0, endpoint: ValueID(rawValue: endpoint), object: .unknown, network: .unknown,
            status: 200, operation: operation, presence: [.rows, .movement])
    }

    private func movement(_ random: inout SeededRandom) -> DataMovement {
        var movement = DataMovement()
        movement.flow.dataClass = DataClass.allCases.randomElement(using: &random) ?? .unknown
        movement.flow.to = ValueID(rawValue: UInt16.random(in: 2..<60, using: &random))
        movement.flow.toEnvironment = DataEnvironment.allCases.randomElement(using: &random) ?? .unknown
        movement.environment = DataEnvironment.allCases.randomElement(using: &random) ?? .unknown
        movement.synthetic = [.unstated, .yes, .no].randomElement(using: &random) ?? .unstated
        movement.disclosed = [.unstated, .yes, .no].randomElement(using: &random) ?? .unstated
        movement.transport = TransportSecurity.allCases.randomElement(using: &random) ?? .unknown
        movement.traits = DataMovement.Traits(rawValue: UInt16.random(in: 0...0x3FFF, using: &random))
        movement.provenance = UInt64.random(in: 0..<200, using: &random)
        movement.session = UInt64.random(in: 0..<20, using: &random)
        movement.personal.count = UInt16.random(in: 0..<3, using: &random)
        for _ in 0..<Int.random(in: 0..<4, using: &random) { movement.identifiers.insert(.random(in: 0..<900, using: &random)) }
        return movement
    }

    private func bytes(_ tally: MovementTally) -> [UInt8] {
        var writer = StateWriter()
        tally.encode(into: &writer)
        return writer.bytes
    }

    @Test(arguments: 0..<12 as Range<UInt64>) func `a bucket's tally does not depend on the order of its events`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var events = (0..<400).map { _ in
            (
                movement(&random),
                event(
                    .random(in: 0..<15, using: &random), rows: .random(in: 0..<50, using: &random),
                    endpoint: .random(in: 2..<40, using: &random),
                    operation: [.sync, .write, .export, .webhook, .read].randomElement(using: &random) ?? .sync)
            )
        }
        var one = MovementTally()
        for (movement, event) in events { _ = one.add(movement, event) }
        events.shuffle(using: &random)
        var other = MovementTally()
        for (movement, event) in events { _ = other.add(movement, event) }
        #expect(bytes(one) == bytes(other), "seed \(seed)")
        var reader = StateReader(bytes(one))
        #expect(bytes(try MovementTally(from: &reader)) == bytes(one))
        #expect(one.edges.count <= 32 && one.weak.count <= 8 && one.sessions.count <= 8 && one.labels.count <= 64)
        #expect(one.madeUp.count > 50 && one.real.count > 5, "the law would be about nothing")
    }

    @Test(arguments: 1..<6 as Range<UInt64>) func `a set of the smallest is that of a sorted list, whatever comes first`(seed: UInt64)
        throws
    {
        var random = SeededRandom(seed: seed)
        let added = (0..<300).map { _ in UInt64.random(in: 0..<60, using: &random) }
        var set = SmallestSet<MovementTally.SessionViews>(limit: 8)
        for key in added { set.change(key, orAdd: .init(session: key)) { $0.real += 1 } }
        let smallest = Set(added).sorted().prefix(8)
        #expect(set.map(\.session) == Array(smallest), "seed \(seed)")
        #expect(set.map(\.real) == smallest.map { key in UInt32(added.count { $0 == key }) }, "seed \(seed)")
        #expect(set.change(59, orAdd: .init(session: 59)) { _ in } == .noRoom && set.count == 8)
    }

    @Test func `an edge counts what bore a label, and what went over plain HTTP or older TLS`() throws {
        var tally = MovementTally()
        var movement = DataMovement()
        movement.flow.to = ValueID(rawValue: 2)
        movement.synthetic = .no
        movement.transport = .tls10
        movement.traits = .weakTransport
        _ = tally.add(movement, event(0))
        movement.synthetic = .unstated
        movement.transport = .plain
        _ = tally.add(movement, event(1))
        movement.transport = .tls13
        movement.traits = []
        _ = tally.add(movement, event(2))
        var ledger = FlowLedger()
        for edge in tally.edges { ledger.note(edge) }
        ledger.countNoted(bucket: 1_978_080)
        let total = try #require(ledger.records.values.first).total
        #expect(total.calls == 3 && total.labelled == 1 && total.weak == 1 && total.plain == 1)
    }

    @Test func `the ledger keeps so many edges and counts the others`() throws {
        var ledger = FlowLedger()
        for number in 0..<6000 {
            var tally = MovementTally()
            var movement = DataMovement()
            movement.flow.to = ValueID(rawValue: UInt16(number + 2))
            _ = tally.add(movement, event(0))
            for edge in tally.edges { ledger.note(edge) }
            if number % 50 == 49 { ledger.countNoted(bucket: 1_978_080 + Int64(number / 50)) }
        }
        #expect(ledger.records.count == FlowLedger.limit && ledger.refused == 6000 - UInt64(FlowLedger.limit))
        #expect(ledger.takeChanged().count == FlowLedger.limit && ledger.takeChanged().isEmpty)
        var writer = StateWriter()
        ledger.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try FlowLedger(from: &reader).records == ledger.records)
    }

    @Test func `the registry keeps the same sample whatever came first, and finds what it keeps`() {
        var random = SeededRandom(seed: 5)
        let all = (0..<60_000).map { _ in MovementTally.HashLabel(hash: random.next(), said: 1, route: RouteKey(rawValue: 0)) }
        var forward = ProvenanceRegistry()
        var backward = ProvenanceRegistry()
        for start in stride(from: 0, to: all.count, by: 1000) {
            forward.note(Array(all[start..<start + 1000]))
            forward.countNoted()
            backward.note(Array(all.reversed()[start..<start + 1000]))
            backward.countNoted()
        }
        #expect(forward.count == ProvenanceRegistry.limit && backward.count == ProvenanceRegistry.limit)
        let kept = all.map(\.hash).sorted().prefix(ProvenanceRegistry.limit)
        #expect(kept.allSatisfy { forward.said(of: $0) == 1 && backward.said(of: $0) == 1 })
        let dropped = all.map(\.hash).sorted().dropFirst(ProvenanceRegistry.limit)
        #expect(dropped.allSatisfy { forward.said(of: $0) == 0 })
    }

    @Test func `what is said of a hash adds up, and hashes without room are counted`() {
        let seed: UInt64 = 6
        var random = SeededRandom(seed: seed)
        var registry = ProvenanceRegistry()
        var model: [UInt64: UInt8] = [:]
        var left = 0
        for round in 0..<400 {
            let noted = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                MovementTally.HashLabel(
                    hash: UInt64.random(in: 0..<60_000, using: &random), said: 1 << UInt8.random(in: 0..<4, using: &random),
                    route: RouteKey(rawValue: 0))
            }
            registry.note(noted)
            registry.countNoted()
            for label in noted { model[label.hash, default: 0] |= label.said }
            for hash in model.keys.sorted().dropFirst(ProvenanceRegistry.limit) {
                model[hash] = nil
                left += 1
            }
            guard round % 40 == 39 else { continue }
            #expect(registry.count == model.count && registry.left == UInt64(left), "seed \(seed), round \(round)")
            #expect((0..<60_000 as Range<UInt64>).allSatisfy { registry.said(of: $0) == model[$0] ?? 0 }, "seed \(seed), round \(round)")
        }
        #expect(left > 1000)
    }

    @Test func `a share is unusual by what chance explains, and forgets what was told of`() {
        typealias Counts = MovementMemory.Share.Counts
        var share = MovementMemory.Share()
        for bucket in 0..<20 as Range<Int64> { share.learn(bucket, Counts(with: 10), isAlerted: false) }
        #expect(!Lack.label.isUnusual(Counts(with: 10, without: 1), share, bucket: 20))
        #expect(Lack.label.isUnusual(Counts(without: 12), share, bucket: 20))
        #expect(!Lack.label.isUnusual(Counts(without: 12), share, bucket: 40), "the hour before was silent, twelve are too few")
        share.learn(20, Counts(without: 5000), isAlerted: true)
        #expect(share.usual == 0)
        #expect(abs(LackRule.wilson(50, of: 100) - 0.3563) < 0.001 && LackRule.wilson(0, of: 10) < 1e-9 && LackRule.wilson(0, of: 0) == 0)
    }
}
