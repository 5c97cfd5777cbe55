// weir
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import RollingStatistics

/// State bytes: fixed, little-endian, and not trusted.
@Suite struct StateCodingTests {
    @Test func `numbers are little-endian and of fixed width`() {
        var writer = StateWriter()
        writer.write(UInt32(0x0102_0304))
        writer.write(Int16(-2))
        writer.write(true)
        writer.write("é")
        #expect(writer.bytes == [4, 3, 2, 1, 0xFE, 0xFF, 1, 2, 0, 0, 0, 0xC3, 0xA9])
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `whatever is written is read back, and every cut is refused`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let number = Int64(bitPattern: random.next())
        let double = Double(bitPattern: random.next())
        var writer = StateWriter()
        writer.write(number)
        writer.write(double)
        writer.write(Float(1.5))
        writer.write(bytes)
        writer.write(Int8.min)
        writer.write("name")
        func readAll(_ bytes: [UInt8]) throws -> (Int64, UInt64, Float, [UInt8], Int8, String) {
            var reader = StateReader(bytes)
            let result = (
                try reader.read(Int64.self), try reader.readDouble().bitPattern, try reader.readFloat(), try reader.readBytes(),
                try reader.read(Int8.self), try reader.readString()
            )
            #expect(reader.isAtEnd)
            return result
        }
        #expect(try readAll(writer.bytes) == (number, double.bitPattern, 1.5, bytes, Int8.min, "name"), "seed \(seed)")
        for count in 0..<writer.bytes.count {
            #expect(throws: StateError.truncated, "seed \(seed)") { _ = try readAll(Array(writer.bytes.prefix(count))) }
        }
    }

    @Test func `another version is refused by its number`() {
        var reader = StateReader([7])
        #expect(throws: StateError.version(found: 7)) { try reader.expectVersion(1) }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a minute ring gives back its minutes after a restart`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let ring = MinuteRing()
        var sums: [Int: (UInt64, UInt64, UInt64)] = [:]
        var newest = -1
        for _ in 0..<500 {
            let minute = max(29_000_000, newest) + Int.random(in: -70...4, using: &random)
            let rows = UInt64.random(in: 0...1_000_000, using: &random)
            let isHeld = newest < 0 || minute > newest - 60
            #expect(ring.add(minute: minute, rows: rows, bytes: rows * 9) == isHeld, "seed \(seed)")
            guard isHeld else { continue }
            newest = max(newest, minute)
            let known = sums[minute] ?? (0, 0, 0)
            sums[minute] = (known.0 + rows, known.1 + rows * 9, known.2 + 1)
        }
        let expected = sums.filter { $0.key > newest - 60 }.sorted { $0.key < $1.key }
            .map { MinuteRing.Minute(number: $0.key, rows: $0.value.0, bytes: $0.value.1, calls: $0.value.2) }
        #expect(ring.minutes() == expected, "seed \(seed)")
        let restored = MinuteRing()
        for held in ring.minutes() { restored.restore(minute: held.number, rows: held.rows, bytes: held.bytes, calls: held.calls) }
        #expect(restored.minutes() == expected, "seed \(seed)")
    }

    @Test func `the rings of many accounts are each their own, also beyond the first room and when one is replaced`() {
        let rings = MinuteRings()
        let shared = MinuteRing()
        for _ in 0..<200 { rings.append(shared) }
        for index in 0..<200 { rings[index] = MinuteRing() }
        for index in 0..<200 {
            #expect(rings.add(to: index, minute: 29_000_000, rows: UInt64(index), bytes: 7))
            #expect(!rings.add(to: index, minute: 28_999_940, rows: 1, bytes: 1))
        }
        #expect(rings.count == 200)
        #expect(shared.minutes().isEmpty)
        rings[7] = shared
        for index in 0..<200 {
            let minute = MinuteRing.Minute(number: 29_000_000, rows: UInt64(index), bytes: 7, calls: 1)
            #expect(rings[index].minutes() == (index == 7 ? [] : [minute]), "\(index)")
        }
    }
}
