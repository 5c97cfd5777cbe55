// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Detection

@Suite struct IdentifierTests {
    private static let week = Int64(BucketGrid.perDay) * IdentifierFilter.generationDays

    private func bytes(_ filter: IdentifierFilter) -> [UInt8] {
        var writer = StateWriter()
        filter.encode(into: &writer)
        return writer.bytes
    }

    @Test func `when both generations are full every identifier is known, and a stranger is not more often than is said`() {
        var random = SeededRandom(seed: 11)
        var filter = IdentifierFilter()
        var kept: [UInt64] = []
        for generation in 0..<2 as Range<Int64> {
            filter.advance(to: (100 + generation) * IdentifierTests.week)
            for number in 0..<IdentifierFilter.capacity {
                let hash = random.next()
                filter.insert(hash)
                if number % 50 == 0 { kept.append(hash) }
            }
        }
        #expect(filter.earlyRotations == 0 && filter.count == 2 * IdentifierFilter.capacity)
        #expect(kept.allSatisfy { filter.contains($0) })
        let strangers = 400_000
        let mistaken = (0..<strangers).count { _ in filter.contains(random.next()) }
        // 0.4 are allowed for; four or more would come by chance once in a thousand seeds.
        #expect(mistaken < 4, "\(mistaken) of \(strangers)")
    }

    @Test func `the smallest hashes, which tallies keep, fill all pages alike`() {
        var random = SeededRandom(seed: 12)
        var filter = IdentifierFilter()
        filter.advance(to: 100 * IdentifierTests.week)
        for _ in 0..<60_000 { filter.insert(random.next() >> 10) }
        #expect(filter.count == 60_000, "none is taken for another")
        #expect(filter.takeChanged().count == IdentifierFilter.pages)
        #expect((0..<60_000).count { _ in filter.contains(random.next() >> 10) } == 0)
    }

    @Test func `an identifier is known for a week at least and two at most`() {
        var filter = IdentifierFilter()
        filter.advance(to: 100 * IdentifierTests.week + 5)
        filter.insert(77)
        filter.advance(to: 102 * IdentifierTests.week - 1)
        #expect(filter.contains(77))
        filter.advance(to: 102 * IdentifierTests.week)
        #expect(!filter.contains(77) && filter.count == 0)
    }

    @Test func `a full generation makes room before its time, and that is counted`() {
        var filter = IdentifierFilter()
        filter.advance(to: 100 * IdentifierTests.week)
        var random = SeededRandom(seed: 4)
        let hashes = (0...2 * IdentifierFilter.capacity).map { _ in random.next() }
        for hash in hashes { filter.insert(hash) }
        #expect(filter.earlyRotations == 2 && filter.count == IdentifierFilter.capacity + 1)
        #expect(!filter.contains(hashes[5]), "it was among the first")
        #expect(filter.contains(hashes[2 * IdentifierFilter.capacity]))
    }

    @Test func `only pages that changed are written, and they bring the filter back`() throws {
        var random = SeededRandom(seed: 3)
        var filter = IdentifierFilter()
        filter.advance(to: 100 * IdentifierTests.week)
        let first = (0..<40).map { _ in random.next() }
        for hash in first { filter.insert(hash) }
        var pages: [UInt16: [UInt8]] = [:]
        for page in filter.takeChanged() { pages[page.number] = page.bits }
        #expect(pages.count <= 40 && pages.count > 20 && filter.takeChanged().isEmpty)
        filter.insert(first[0])
        #expect(filter.takeChanged().isEmpty, "it was in")
        filter.insert(random.next())
        let second = filter.takeChanged()
        #expect(second.count == 1)
        for page in second { pages[page.number] = page.bits }
        var reader = StateReader(bytes(filter))
        var restored = try IdentifierFilter(from: &reader)
        for (number, bits) in pages { try restored.restore(number, bits: bits) }
        #expect(first.allSatisfy { restored.contains($0) } && bytes(restored) == bytes(filter))
        #expect(throws: StateError.self) { try restored.restore(700, bits: second[0].bits) }
        #expect(throws: StateError.self) { try restored.restore(0, bits: [1]) }
        restored.advance(to: 101 * IdentifierTests.week)
        restored.advance(to: 102 * IdentifierTests.week)
        let emptied = restored.takeChanged()
        #expect(emptied.count == pages.count && emptied.allSatisfy { $0.bits.isEmpty })
    }

    private func tally(real: [UInt64] = [], madeUp: [UInt64] = [], at seconds: Int64 = 0) -> MovementTally {
        var tally = MovementTally()
        add(real, isReal: true, at: seconds, to: &tally)
        add(madeUp, isReal: false, at: seconds, to: &tally)
        return tally
    }

    private func add(_ hashes: [UInt64], isReal: Bool, at seconds: Int64, to tally: inout MovementTally) {
        for hash in hashes {
            var movement = DataMovement()
            movement.flow.dataClass = isReal ? .customer : .synthetic
            movement.identifiers.insert(hash)
            _ = tally.add(
                movement,
                AccessEvent(
                    time: EventTime(milliseconds: 1_780_272_000_000 + seconds * 1000), rows: 1, bytes: 0, offset: 0, rowKey: 0,
                    account: AccountID(rawValue: 1), stream: 0, endpoint: ValueID(rawValue: 2), object: .unknown, network: .unknown,
                    status: 200, operation: .read, presence: [.rows, .movement]))
        }
    }

    @Test func `an identifier belongs to the side that showed it first`() {
        var register = IdentifierRegister()
        register.note(tally(real: [1, 2], madeUp: [3]))
        register.countNoted(bucket: 1000)
        #expect(register.matches(tally(madeUp: [1, 2, 3])).map(\.hash) == [1, 2])
        #expect(
            register.matches(tally(real: [1, 2, 3])) == register.matches(tally(real: [3])) && !register.matches(tally(real: [3])).isEmpty)
        register.note(tally(madeUp: [1, 2, 3]))
        register.countNoted(bucket: 1001)
        #expect(register.matches(tally(real: [1, 2])).isEmpty, "the next order of the same customer is no overlap")
        register.note(tally(real: [9]))
        register.note(tally(madeUp: [9]))
        register.countNoted(bucket: 1002)
        #expect(register.matches(tally(madeUp: [9])).count == 1 && register.matches(tally(real: [9])).isEmpty)
    }

    @Test func `what both sides show in one quarter hour is the later side's overlap, whoever is noted first`() {
        let early = tally(real: [1, 2], madeUp: [3, 4], at: 10)
        let late = tally(real: [3, 5], madeUp: [1, 6], at: 700)
        for order in [[early, late], [late, early]] {
            var register = IdentifierRegister()
            for tally in order { register.note(tally) }
            #expect(register.matches(late).isEmpty, "nothing was compared yet")
            register.compareNoted()
            let matches = register.matches(late)
            #expect(matches.map(\.hash) == [1, 3] && matches.map(\.isLeak) == [true, false])
            #expect(matches.allSatisfy(\.isTogether) && register.matches(early).isEmpty)
            register.countNoted(bucket: 1000)
            #expect(register.matches(tally(madeUp: [1, 2, 3, 4])).map(\.hash) == [1, 2], "from then on they are the first side's")
            #expect(register.matches(tally(real: [1, 2, 3, 4])).map(\.hash) == [3, 4])
        }
    }

    @Test func `an identifier that an account shows twice was shown at the earlier time, in either order`() {
        for times in [[30, 500], [500, 30]] as [[Int64]] {
            var twice = MovementTally()
            for second in times { add([9], isReal: true, at: second, to: &twice) }
            #expect(twice.real.map(\.time.milliseconds) == [1_780_272_030_000])
        }
    }

    @Test func `who showed an identifier weeks ago goes before who showed it first in the quarter hour`() {
        var register = IdentifierRegister()
        register.note(tally(real: [7]))
        register.countNoted(bucket: 1000)
        let (synthetic, order) = (tally(madeUp: [7], at: 5), tally(real: [7], at: 60))
        register.note(synthetic)
        register.note(order)
        register.compareNoted()
        #expect(register.matches(order).isEmpty && register.matches(synthetic).map(\.isLeak) == [true])
        #expect(register.matches(synthetic).map(\.isTogether) == [false])
    }

    @Test func `what was noted of an open bucket is nobody's once it is forgotten`() {
        var register = IdentifierRegister()
        register.note(tally(real: [1], madeUp: [1]))
        register.compareNoted()
        register.forgetNoted()
        register.countNoted(bucket: 1000)
        #expect(register.count == 0 && register.matches(tally(real: [1], madeUp: [1])).isEmpty)
    }

    @Test(arguments: 0..<6 as Range<UInt64>) func `what the register keeps does not depend on who noted it first`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var tallies = (0..<30).map { _ in
            tally(
                real: (0..<8).map { _ in .random(in: 0..<90, using: &random) },
                madeUp: (0..<8).map { _ in .random(in: 0..<90, using: &random) }, at: .random(in: 0..<900, using: &random))
        }
        var (one, other) = (IdentifierRegister(), IdentifierRegister())
        for tally in tallies { one.note(tally) }
        one.compareNoted()
        tallies.shuffle(using: &random)
        for tally in tallies { other.note(tally) }
        other.compareNoted()
        for tally in tallies { #expect(one.matches(tally) == other.matches(tally), "seed \(seed)") }
        one.countNoted(bucket: 5000)
        other.countNoted(bucket: 5000)
        #expect(one.takeChangedPages() == other.takeChangedPages(), "seed \(seed)")
    }

    @Test func `content of unclear class or of another environment counts for no side`() {
        var movement = DataMovement()
        for dataClass in [DataClass.unknown, .mixed, .product, .other] {
            movement.flow.dataClass = dataClass
            #expect(movement.side == nil, "\(dataClass)")
        }
        movement.flow.dataClass = .customer
        movement.environment = .staging
        #expect(movement.side == nil)
        movement.environment = .production
        #expect(movement.side == .real)
        movement.flow.dataClass = .aiContent
        #expect(movement.side == .madeUp)
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func `of a text's identifiers the four smallest are kept, in order`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let all = (0..<Int.random(in: 0..<12, using: &random)).map { _ in UInt64.random(in: 0..<20, using: &random) }
        var hashes = IdentifierHashes()
        for hash in all { hashes.insert(hash) }
        #expect((0..<hashes.count).map { hashes[$0] } == Array(Set(all).sorted().prefix(4)), "seed \(seed)")
    }

    @Test func `a day's overlaps are counted once each, the newest where there is no room`() throws {
        func match(_ hash: UInt64) -> IdentifierRegister.Match {
            IdentifierRegister.Match(hash: hash, place: ContentPlace(rawValue: 0), isLeak: true)
        }
        var memory = OverlapMemory()
        memory.learn([match(1), match(2), match(1)], bucket: 100)
        memory.learn([match(2), match(3)], bucket: 150)
        #expect(memory.recent(151) == [1, 2, 3] && memory.recent(100 + 96) == [2, 3] && memory.recent(150 + 96) == [])
        memory.learn((10..<100).map { match($0) }, bucket: 160)
        #expect(memory.recent(160).count == OverlapMemory.limit)
        var writer = StateWriter()
        memory.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try OverlapMemory(from: &reader) == memory)
    }
}
