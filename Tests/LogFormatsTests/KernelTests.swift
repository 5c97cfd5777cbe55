// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import LogFormats

/// The kernels that look at many bytes at once, against loops that look at one.
struct KernelTests {
    /// Bytes of few kinds, in which whatever is searched is neither rare nor everywhere, followed by what must not be seen.
    private func sample(_ random: inout SeededRandom, hiding hidden: [UInt8]) -> ChunkBuffer {
        let count = Int.random(in: 0...150, using: &random)
        let kinds: [UInt8] =
            Bool.random(using: &random)
            ? [0x61, 0x62, 0xFF, 0x20]
            : [[0x61, 0x0A, 0x22, 0x5C, 0x7F, 0x1F, 0x80, 0x00, 0x20], [0x22, 0x2C, 0x22, 0x61]].randomElement(using: &random) ?? []
        let bytes = (0..<count).map { _ in kinds.randomElement(using: &random) ?? 0x61 }
        var buffer = ChunkBuffer(capacity: count + 64)
        buffer.append(bytes + (0..<64).map { hidden[$0 % hidden.count] })
        let visible = buffer.withBytes { $0.copy(0..<count) }
        var result = ChunkBuffer(capacity: count + 64)
        result.append(bytes + (0..<64).map { hidden[$0 % hidden.count] })
        result.removeAll()
        result.append(visible)
        return result
    }

    private func range(_ count: Int, _ random: inout SeededRandom) -> (Int, Int) {
        let start = Int.random(in: 0...count, using: &random)
        return (start, Int.random(in: start...count, using: &random))
    }

    @Test func `searching finds the first of one or two bytes inside the range, or its end`() {
        let seed: UInt64 = 401
        var random = SeededRandom(seed: seed)
        for round in 0..<4000 {
            sample(&random, hiding: [0x22, 0x5C, 0x0A]).withBytes { bytes in
                let (start, end) = range(bytes.count, &random)
                let one = (start..<end).first { bytes[$0] == 0x22 } ?? end
                let two = (start..<end).first { bytes[$0] == 0x22 || bytes[$0] == 0x5C } ?? end
                #expect(bytes.firstIndex(of: 0x22, from: start, to: end) == one, "seed \(seed), round \(round)")
                #expect(bytes.firstIndex(of: 0x22, or: 0x5C, from: start, to: end) == two, "seed \(seed), round \(round)")
            }
        }
    }

    /// The kernels that this processor can run.
    private var widths: [Int32] { [128, 256, 512].filter { $0 <= PaddedBytes.vectorBits } }

    /// What a kernel finds: where the borders and the line feeds stand.
    private func quotedRows(_ bytes: PaddedBytes, _ start: Int, _ width: Int32, most: (Int, Int) = (400, 100)) -> ([Int], [Int]) {
        var borders = [Int32](repeating: -1, count: most.0 + PaddedBytes.quotedRowsRoom)
        var ends = [Int32](repeating: -1, count: most.1 + PaddedBytes.quotedRowsRoom)
        let found = bytes.quotedRows(from: start, separator: 0x2C, borders: &borders, ends: &ends, vectorBits: width)
        return (borders.prefix(found.borders).map(Int.init), ends.prefix(found.rows).map(Int.init))
    }

    /// Where the borders stand, a byte at a time.
    private func chain(_ bytes: PaddedBytes, _ start: Int) -> [Int] {
        guard bytes[start] == 0x22 else { return [] }
        var borders = [start - 2]
        for index in start..<bytes.count where bytes[index] == 0x22 || bytes[index] == 0x0A {
            let isBorder =
                index + 2 < bytes.count && bytes[index] == 0x22 && bytes[index + 2] == 0x22
                && (bytes[index + 1] == 0x2C || bytes[index + 1] == 0x0A)
            let distance = index - (borders.last ?? 0)
            if distance == 1 && bytes[index] == 0x0A || distance == 2 && bytes[index] == 0x22 && !isBorder { continue }
            guard isBorder, distance > 2 else { break }
            borders.append(index)
        }
        return borders
    }

    @Test func `borders and line feeds of quoted rows are found up to the first thing that does not fit`() {
        let seed: UInt64 = 402
        var random = SeededRandom(seed: seed)
        var longest = 0
        for round in 0..<5000 {
            var text: [UInt8] = [0x22]
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                text += (0..<[0, 1, 5, 80][Int.random(in: 0...3, using: &random)]).map { _ in
                    [0x61, 0x2C, 0x0D][Int.random(in: 0...2, using: &random)]
                }
                text += [[0x22, 0x2C, 0x22], [0x22, 0x0A, 0x22]][Int.random(in: 0...1, using: &random)]
            }
            if round % 2 == 0 {
                text[Int.random(in: 0..<text.count, using: &random)] = [0x22, 0x0A, 0x61].randomElement(using: &random) ?? 0
            }
            ChunkBuffer([0x61] + text).withBytes { bytes in
                let expected = chain(bytes, 1)
                longest = max(longest, expected.count)
                for width in widths {
                    let (borders, ends) = quotedRows(bytes, 1, width)
                    #expect(borders == expected, "seed \(seed), round \(round), width \(width): \(text)")
                    let feeds = borders.dropFirst().map { $0 + 1 }.filter { bytes[$0] == 0x0A }
                    #expect(ends == feeds || ends.dropLast() == feeds[...], "seed \(seed), round \(round), width \(width): \(text)")
                }
            }
        }
        #expect(longest > 50)
    }

    @Test func `a chain of quoted rows is noted whole, and never outside its room`() {
        let row = "\"a\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"bcd\"\n"
        ChunkBuffer(Array(String(repeating: row, count: 30).utf8)).withBytes { bytes in
            for width in widths {
                let (borders, ends) = quotedRows(bytes, 0, width, most: (700, 100))
                #expect(borders.count == 30 * 21 && ends.count >= 29)
                #expect(borders == chain(bytes, 0))
                for most in [(1, 100), (40, 100), (700, 1), (700, 5)] {
                    let (some, few) = quotedRows(bytes, 0, width, most: most)
                    #expect(!some.isEmpty && borders.starts(with: some) && ends.starts(with: few))
                    #expect(some.count < most.0 + PaddedBytes.quotedRowsRoom && few.count < most.1 + PaddedBytes.quotedRowsRoom)
                }
            }
        }
    }

    @Test func `control characters are found inside the range and nowhere else`() {
        var random = SeededRandom(seed: 403)
        for _ in 0..<4000 {
            sample(&random, hiding: [0x01, 0x7F]).withBytes { bytes in
                let (start, end) = range(bytes.count, &random)
                #expect(bytes.hasControl(from: start, to: end) == (start..<end).contains { bytes[$0] < 0x20 || bytes[$0] == 0x7F })
            }
        }
    }

    @Test func `an identity covers every byte of its range and none behind it`() {
        var random = SeededRandom(seed: 404)
        var seen: [UInt64: [UInt8]] = [:]
        for length in 0...140 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let identity = ChunkBuffer(bytes).withBytes { $0.identity(from: 0, count: length) }
            #expect(seen.updateValue(bytes, forKey: identity) == nil)
            for noise: UInt8 in [0x00, 0xFF] {
                let longer = [noise] + bytes + Array(repeating: noise, count: 40)
                #expect(ChunkBuffer(longer).withBytes { $0.identity(from: 1, count: length) } == identity)
            }
            for place in 0..<length {
                var changed = bytes
                changed[place] ^= 1 << UInt8(place % 8)
                #expect(ChunkBuffer(changed).withBytes { $0.identity(from: 0, count: length) } != identity)
            }
        }
    }

    @Test func `an identity is the same in every process`() {
        // Kept in checkpoints: changing it forgets what has been counted.
        let text = Array("\"RestApi\",\"20260601020500.123\",\"4mV9xk\"".utf8)
        #expect(ChunkBuffer(text).withBytes { $0.identity(from: 0, count: text.count) } == Self.knownIdentity)
        #expect(ChunkBuffer([]).withBytes { $0.identity(from: 0, count: 0) } != 0)
    }

    private static let knownIdentity: UInt64 = 592_636_417_440_315_727

    @Test func `an identity of a long row is the same with vectors of any width, and in every process`() {
        var random = SeededRandom(seed: 406)
        for length in 65...400 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let identities = ChunkBuffer(bytes + [0xFF]).withBytes { bytes in
                widths.map { bytes.longIdentity(from: 0, count: length, vectorBits: $0) }
            }
            #expect(Set(identities).count == 1)
        }
        let text = Array(String(repeating: "\"RestApi\",\"20260601020500.123\",\"4mV9xk\",", count: 9).utf8)
        #expect(ChunkBuffer(text).withBytes { $0.identity(from: 0, count: text.count) } == 9_953_503_429_893_047_704)
    }

    @Test func `rows whose words changed places have other identities`() {
        let words = (0..<40).map { "word\($0 + 1000)" }
        func identity(_ words: [String]) -> UInt64 {
            let bytes = Array(words.joined().utf8)
            return ChunkBuffer(bytes).withBytes { $0.identity(from: 0, count: bytes.count) }
        }
        var seen: Set<UInt64> = [identity(words)]
        for first in words.indices {
            for second in words.indices where second > first {
                var others = words
                others.swapAt(first, second)
                #expect(seen.insert(identity(others)).inserted)
            }
        }
    }

    @Test func `a word that equals the state does not wipe out what came before`() {
        // With a plain multiply-and-fold a lane becomes zero when a word equals it: rows could then be made to look alike.
        let lane: UInt64 = 0x1319_8A2E_0370_7344
        let word = (0..<8).map { UInt8(truncatingIfNeeded: lane >> UInt64($0 * 8)) }
        let first = Array(repeating: UInt8(1), count: 8) + word + Array(repeating: 0, count: 16)
        let second = Array(repeating: UInt8(2), count: 8) + word + Array(repeating: 0, count: 16)
        let identities = [first, second].map { row in ChunkBuffer(row).withBytes { $0.identity(from: 0, count: row.count) } }
        #expect(identities[0] != identities[1])
    }

    @Test func `digits are read up to the range's end, however many follow it`() {
        var random = SeededRandom(seed: 405)
        for _ in 0..<3000 {
            let count = Int.random(in: 0...15, using: &random)
            let digits = (0..<count).map { _ in UInt8.random(in: 0x30...0x39, using: &random) }
            let behind: [UInt8] =
                Bool.random(using: &random) ? [0x37, 0x37] : [[0x2F, 0x3A, 0x22, 0xB5, 0xFF].randomElement(using: &random) ?? 0]
            let expected = digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
            let found = ChunkBuffer(digits + behind).withBytes { NumberParser.digits($0, from: 0, to: count) }
            #expect(found.value == expected)
            #expect(found.count == count)
        }
    }

    @Test(
        arguments: [
            ("", NumberParser.Outcome.unknown), ("0", .value(0)), ("007", .value(7)), ("999999999999999", .value(999_999_999_999_999)),
            ("1000000000000000", .malformed), ("00000000000000000001", .value(1)), ("-1", .unknown), ("-", .unknown), ("N/A", .unknown),
            ("--", .malformed), ("1.9", .value(1)), ("2,000", .value(2000)), ("12,345,678.9", .value(12_345_678)), ("1,2", .malformed),
            ("1,0000", .malformed), (",000", .malformed), ("1234,000", .malformed), ("1,,000", .malformed), ("-1,000", .malformed),
            ("1,000e2", .malformed), ("1e2,000", .malformed),
            ("1000364.0", .value(1_000_364)), ("1.5e3", .value(1500)), ("1e99", .malformed), ("+3", .value(3)), ("12 ", .malformed),
            ("nan", .malformed), ("inf", .malformed), ("0x1", .malformed), ("1e", .malformed),
            ("000000000000000000000000000000000", .malformed),
        ] as [(String, NumberParser.Outcome)])
    func `a field is a number, unknown, or malformed`(text: String, outcome: NumberParser.Outcome) {
        let bytes = Array(text.utf8)
        #expect(ChunkBuffer(bytes + [0x35]).withBytes { NumberParser.whole($0, from: 0, to: bytes.count) } == outcome)
    }

    @Test(arguments: [
        ("POST", "/api/export", "export"), ("POST", "/Exports/7", "export"), ("PUT", "/contacts/download", "export"),
        ("POST", "/downloads", "export"),
        ("POST", "/crm/v3/objects/contacts/search", "query"), ("POST", "/v1/queries", "query"), ("PATCH", "/query", "query"),
        ("POST", "/graphql", "query"), ("POST", "/_bulk", "bulk"), ("POST", "/analytics/reports/run", "report"),
        ("POST", "/exporter", "write"), ("POST", "/reporting", "write"), ("POST", "/searchable", "write"), ("POST", "/contacts", "write"),
        ("POST", "/a?x=export", "write"), ("GET", "/export", "read"), ("HEAD", "/", "read"), ("DELETE", "/query", "delete"),
        ("PROPFIND", "/dav", "read"), ("QUERY", "/contacts", "query"), ("OPTIONS", "/", "unknown"), ("get", "/", "unknown"),
        ("POST", "/" + String(repeating: "a", count: 300) + "/export", "write"),
    ])
    func `a request's operation follows its method and the words of its path`(method: String, path: String, name: String) throws {
        let line = "1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] \"\(method) \(path) HTTP/1.1\" 200 5\n"
        #expect(try decode("combined", line).lines.map { $0.operation.name } == [name])
    }

    @Test func `a part of a window is a span of the same bytes`() {
        let buffer = ChunkBuffer(Array("0123456789".utf8))
        let part = buffer.withBytes { $0.withSpan(2..<5) { span in [span[0], span[1], span[2], UInt8(span.count)] } }
        #expect(part == [0x32, 0x33, 0x34, 3])
        #expect(buffer.withBytes { $0.withSpan(10..<10) { $0.isEmpty } })
    }
}
