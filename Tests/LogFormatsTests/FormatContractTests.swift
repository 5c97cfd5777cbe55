// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// What every format of the catalogue owes, whatever it reads.
struct FormatContractTests {
    static let names = FormatCatalog.names

    static func corpus(_ name: String) throws -> [UInt8] {
        Array(try #require(Corpus.all[name], "add a corpus for \(name) to Corpus.swift").utf8)
    }

    /// A format that can read its corpus.
    static func fresh(_ name: String) throws -> any LineFormat { try format(name, fields: Corpus.fields[name] ?? [:]) }

    @Test(arguments: names) func `the corpus has lines and refused lines, and nothing is left behind`(name: String) throws {
        let seen = decode(try Self.fresh(name), pieces: [try Self.corpus(name)])
        #expect(seen.lines.count >= 5)
        #expect(seen.malformed.count >= 4)
        #expect(seen.left == 0)
    }

    @Test(arguments: names) func `a stream cut in two anywhere gives the same lines`(name: String) throws {
        let bytes = try Self.corpus(name)
        let whole = decode(try Self.fresh(name), pieces: [bytes])
        for cut in 0...bytes.count {
            let split = decode(try Self.fresh(name), pieces: [Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(split == whole, "cut at \(cut)")
        }
    }

    @Test(arguments: names) func `a stream that arrives byte by byte gives the same lines`(name: String) throws {
        let bytes = try Self.corpus(name)
        #expect(decode(try Self.fresh(name), pieces: bytes.map { [$0] }) == decode(try Self.fresh(name), pieces: [bytes]))
    }

    @Test(arguments: names) func `garbage gives the same lines however it arrives, and is consumed to its end`(name: String) throws {
        let seed: UInt64 = 2026
        var random = SeededRandom(seed: seed)
        for round in 0..<150 {
            let bytes = Self.mutated(try Self.corpus(name), using: &random)
            let whole = decode(try Self.fresh(name), pieces: [bytes])
            #expect(whole.left == 0, "seed \(seed), round \(round)")
            let split = decode(try Self.fresh(name), pieces: pieces(of: bytes, using: &random))
            #expect(split == whole, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: names) func `a decode of a long chunk with line ends makes progress`(name: String) throws {
        var random = SeededRandom(seed: 7)
        for alphabet in ["\n", "\"\n", "{\"\n", "a\n", "\"\",\n", "[] -\"\n"].map({ Array($0.utf8) }) {
            let chunk = (0..<300_000).map { _ in alphabet.randomElement(using: &random) ?? 0x0A }
            var format = try Self.fresh(name)
            var lines = DecodedLines()
            let consumed = ChunkBuffer(chunk).withBytes { format.decode($0, from: 0, isFinal: false, into: &lines) }
            #expect(consumed > 0)
        }
    }

    @Test(arguments: names) func `a stream that resumes at any of its lines goes on as if it had never stopped`(name: String) throws {
        let bytes = try Self.corpus(name)
        let whole = decode(try Self.fresh(name), pieces: [bytes])
        var reading = try Self.fresh(name)
        var lines = DecodedLines()
        var position = 0
        while position < bytes.count {
            lines.removeAll()
            let start = position
            position = ChunkBuffer(bytes).withBytes { reading.decode($0, from: start, isFinal: true, into: &lines) }
            // A reader may stop in front of any line that one decode handed over; the state is the one after that decode.
            for place in lines.lines.map({ Int($0.start) }) + [position] where place <= bytes.count {
                var resumed = try Self.fresh(name)
                resumed.resume(from: reading.resumeState)
                let rest = decode(resumed, pieces: [Array(bytes[place...])], offset: place)
                #expect(rest.lines == whole.lines.filter { $0.offset >= place }, "resumed at \(place)")
            }
            guard position > start else { break }
        }
    }

    @Test(arguments: names) func `a state that makes no sense is survived`(name: String) throws {
        var random = SeededRandom(seed: 11)
        let bytes = try Self.corpus(name)
        for length in [1, 2, 10, 500] {
            var format = try Self.fresh(name)
            format.resume(from: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
            #expect(decode(format, pieces: [bytes]).left == 0)
        }
    }

    @Test(arguments: names) func `an unknown option is refused by name`(name: String) throws {
        #expect(throws: FormatOptionsError.self) { try format(name, fields: ["no_such_key": "x"]) }
    }

    @Test(arguments: names) func `the example of the manual decodes`(name: String) throws {
        let type = try #require(FormatCatalog.format(named: name))
        let seen = decode(try Self.fresh(name), pieces: [Array(((Corpus.headers[name] ?? "") + type.descriptor.example).utf8)])
        #expect(seen.lines.count == 1)
        #expect(seen.malformed.isEmpty)
    }

    @Test(arguments: names, [0x01, 0x02, 0x20, 0x40] as [UInt8])
    func `a line with one bit changed reads as though no line had come before it`(name: String, bit: UInt8) throws {
        let type = try #require(FormatCatalog.format(named: name))
        let header = Array((Corpus.headers[name] ?? "").utf8)
        let line = Array((type.descriptor.example + "\n").utf8)
        let before = decode(try Self.fresh(name), pieces: [header + line + line])
        for place in line.indices.dropLast() {
            var changed = line
            changed[place] ^= bit
            let alone = decode(try Self.fresh(name), pieces: [header + changed])
            let behind = decode(try Self.fresh(name), pieces: [header + line + line + changed])
            #expect(behind.reasons == before.reasons + alone.reasons, "byte \(place)")
            #expect(behind.lines.dropFirst(2).map(\.withoutOffset) == alone.lines.map(\.withoutOffset), "byte \(place)")
        }
    }

    @Test func `names in the catalogue are distinct`() {
        #expect(Set(FormatCatalog.names).count == FormatCatalog.all.count)
        #expect(FormatCatalog.format(named: "no-such-format") == nil)
    }

    @Test func `names of reasons are distinct`() {
        #expect(Set(MalformedReason.allCases.map(\.name)).count == MalformedReason.allCases.count)
    }

    /// A stream with bytes changed, dropped, doubled and inserted.
    static func mutated(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        var result = bytes
        let telling = Array("\"\\,{}[]:\n\r- 0\u{0}é".utf8)
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            guard !result.isEmpty else { break }
            let place = Int.random(in: 0..<result.count, using: &random)
            let byte = Bool.random(using: &random) ? telling.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: result[place] = byte
            case 1: result.insert(byte, at: place)
            case 2: result.removeSubrange(place..<min(place + Int.random(in: 1...40, using: &random), result.count))
            default:
                let copy = Array(result[place..<min(place + Int.random(in: 1...80, using: &random), result.count)])
                result.insert(contentsOf: copy, at: Int.random(in: 0...result.count, using: &random))
            }
        }
        return result
    }
}
