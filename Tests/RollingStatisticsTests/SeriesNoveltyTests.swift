// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import TestSupport
import Testing

@testable import RollingStatistics

/// The series detector against the scores of the reference in Python, and against what it promises.
@Suite struct SeriesNoveltyTests {
    private struct Row {
        var slot: WeekSlot
        var value: Double
        var score: Double
    }

    /// Nine days of quarter hours with a spike, a silence and a step; scores by `shared/nab/series_novelty_reference.py`.
    private static func fixture() throws -> [Row] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/series-novelty.csv")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").dropFirst()
        return try lines.enumerated().map { index, line in
            let fields = line.split(separator: ",")
            let time = EventTime(milliseconds: 1_780_272_000_000 + Int64(index) * 900_000)
            return Row(slot: WeekSlot(time), value: try #require(Double(fields[1])), score: try #require(Double(fields[2])))
        }
    }

    private static func slot(_ row: Int) -> WeekSlot { WeekSlot(EventTime(milliseconds: 1_780_272_000_000 + Int64(row) * 900_000)) }

    private static func bytes(_ novelty: SeriesNovelty) -> [UInt8] {
        var writer = StateWriter()
        novelty.encode(into: &writer)
        return writer.bytes
    }

    @Test func `every row's score is the reference's to the ninth digit`() throws {
        var novelty = SeriesNovelty()
        var reported = 0
        for (number, row) in try SeriesNoveltyTests.fixture().enumerated() {
            let score = novelty.take(row.value, at: row.slot).score
            #expect(abs(score - row.score) <= 1e-9 * row.score, "row \(number)")
            reported += row.score > 0 ? 1 : 0
        }
        #expect(reported >= 10)
    }

    @Test(arguments: [0, 1, 2, 6, 57, 58, 499, 640, 780, 899])
    func `a series that goes on from its saved state scores as though it had never stopped`(cut: Int) throws {
        let rows = try SeriesNoveltyTests.fixture()
        var whole = SeriesNovelty()
        for row in rows[..<cut] { _ = whole.take(row.value, at: row.slot) }
        var reader = StateReader(SeriesNoveltyTests.bytes(whole))
        var restored = try SeriesNovelty(from: &reader)
        #expect(reader.isAtEnd)
        for row in rows[cut...] { #expect(restored.take(row.value, at: row.slot) == whole.take(row.value, at: row.slot)) }
        #expect(SeriesNoveltyTests.bytes(restored) == SeriesNoveltyTests.bytes(whole))
    }

    @Test func `a state that is cut anywhere is refused`() throws {
        var novelty = SeriesNovelty()
        for row in try SeriesNoveltyTests.fixture() { _ = novelty.take(row.value, at: row.slot) }
        let bytes = SeriesNoveltyTests.bytes(novelty)
        #expect(bytes.count < 25_000)
        for count in stride(from: 0, to: bytes.count, by: 97) {
            var reader = StateReader(Array(bytes[..<count]))
            #expect(throws: StateError.self) { try SeriesNovelty(from: &reader) }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a state with wrong bytes is refused or scores on, and never traps`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var novelty = SeriesNovelty()
        for row in try SeriesNoveltyTests.fixture()[..<300] { _ = novelty.take(row.value, at: row.slot) }
        let bytes = SeriesNoveltyTests.bytes(novelty)
        var refused = 0
        for _ in 0..<40 {
            var wrong = bytes
            wrong[Int.random(in: 0..<wrong.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            var reader = StateReader(wrong)
            do {
                var restored = try SeriesNovelty(from: &reader)
                for row in 0..<9 { _ = restored.take(Double(row), at: SeriesNoveltyTests.slot(row)) }
            } catch {
                refused += 1
            }
        }
        #expect(refused <= 40, "seed \(seed)")
    }

    @Test(arguments: [0, 0.1, -42, 1e9])
    func `a series that never changes is hardly ever new, and never new by its values`(value: Double) {
        var novelty = SeriesNovelty()
        for row in 0..<2000 {
            let reading = novelty.take(value, at: SeriesNoveltyTests.slot(row))
            for group in [NoveltyGroup.level, .rhythm, .jump, .trend] { #expect(reading[group].margin == 0, "row \(row)") }
            // The table of hours settles slowly: its first fills count as new, a little.
            #expect(row < 300 || reading.score < 0.05, "row \(row)")
        }
    }

    @Test func `the first 57 rows are silent whatever they are`() {
        var random = SeededRandom(seed: 4)
        var novelty = SeriesNovelty()
        for row in 0..<57 {
            let value = row % 9 == 8 ? 1e9 : Double.random(in: 0...5, using: &random)
            #expect(novelty.take(value, at: SeriesNoveltyTests.slot(row)).score == 0)
        }
    }

    @Test func `a level that was never reached is reported once, and explained by its level first`() throws {
        var random = SeededRandom(seed: 11)
        var novelty = SeriesNovelty()
        for row in 0..<3000 { _ = novelty.take(Double.random(in: 90...110, using: &random), at: SeriesNoveltyTests.slot(row)) }
        let reading = novelty.take(400, at: SeriesNoveltyTests.slot(3000))
        #expect(reading.score > 10)
        #expect(reading.score == reading.strength)
        let first = try #require(reading.found.first { $0.group == .level })
        #expect(first.channel == 1 || first.channel == 0)
        #expect((10...25).contains(first.margin))
        #expect(reading.found.map(\.margin) == reading.found.map(\.margin).sorted(by: >))
        let again = novelty.take(390, at: SeriesNoveltyTests.slot(3001))
        #expect(again.strength > 0 && again.score == 0)
    }

    @Test(arguments: [1e300, -1e300, .infinity, -.infinity, .greatestFiniteMagnitude])
    func `scores stay finite for any value`(value: Double) {
        var novelty = SeriesNovelty()
        for row in 0..<200 {
            let reading = novelty.take(row % 50 == 49 ? value : Double(row % 7), at: SeriesNoveltyTests.slot(row))
            #expect(reading.strength.isFinite)
        }
        #expect(SeriesNoveltyTests.bytes(novelty).count > 100)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `the logarithm of one plus and the inverse hyperbolic sine agree with the library's to 1e-13`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let value = exponential(Double.random(in: -60...300, using: &random))
            #expect(abs(logOnePlus(value) - log1p(value)) <= 1e-13 * log1p(value), "seed \(seed): \(value)")
            #expect(abs(inverseHyperbolicSine(value) - asinh(value)) <= 1e-13 * asinh(value), "seed \(seed): \(value)")
            #expect(inverseHyperbolicSine(-value) == -inverseHyperbolicSine(value))
        }
        #expect(logOnePlus(0) == 0 && inverseHyperbolicSine(0) == 0)
    }
}
