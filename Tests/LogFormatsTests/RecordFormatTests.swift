// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// What formats of JSON records make of hand-made records, in every shape and however they arrive.
struct RecordFormatTests {
    static let names = RecordFixture.all.map(\.format)

    static func fixture(_ name: String) throws -> RecordFixture { try #require(RecordFixture.named(name)) }

    @Test(arguments: names) func `every record becomes the line that stands beside it`(name: String) throws {
        let fixture = try Self.fixture(name)
        let seen = try RecordSight(name, fixture.records.joined(separator: "\n"))
        #expect(seen.refused.isEmpty)
        #expect(seen.ignored == 0)
        try #require(seen.lines.count == fixture.lines.count)
        for (line, expected) in zip(seen.lines, fixture.lines) { #expect(line == expected) }
    }

    @Test(arguments: names) func `records mean the same one a line, in an array, in an answer, and one behind the other`(name: String)
        throws
    {
        let fixture = try Self.fixture(name)
        var shapes = [
            "[" + fixture.records.joined(separator: ",") + "]",
            "[\n  " + fixture.records.map(RecordFixture.spread).joined(separator: ",\n  ") + "\n]\n",
            fixture.records.joined(), "\u{FEFF}" + fixture.records.joined(separator: "\r\n") + "\r\n",
        ]
        if let envelope = fixture.envelope {
            shapes.append("{\"\(envelope)\":[" + fixture.records.joined(separator: ",") + "]}")
            shapes.append("{\n  \"\(envelope)\" : [\n" + fixture.records.joined(separator: ",\n") + "\n  ]\n}")
        }
        for shape in shapes {
            let seen = try RecordSight(name, shape)
            #expect(seen.lines == fixture.lines)
            #expect(seen.refused.isEmpty && seen.ignored == 0 && seen.left == 0)
        }
    }

    @Test(arguments: names) func `what is none of the format's business is counted, and not refused`(name: String) throws {
        for record in try Self.fixture(name).ignored {
            let seen = try RecordSight(name, record)
            #expect(seen.ignored == 1 && seen.lines.isEmpty && seen.refused.isEmpty, "\(record)")
        }
    }

    @Test(arguments: names) func `a broken record is refused for the reason that stands beside it`(name: String) throws {
        for (record, reason) in try Self.fixture(name).refused {
            let seen = try RecordSight(name, record)
            #expect(seen.reasons == [reason.name: 1], "\(record)")
        }
    }

    @Test(arguments: names) func `a field map is looked at before the usual places`(name: String) throws {
        let record = String(try Self.fixture(name).records[0].dropLast()) + #","my":{"who":["svc-mapped"],"rows":7,"env":"training"}}"#
        let fields = ["account": "my.who", "rows": "my.rows", "env": "my.env"]
        let seen = try RecordSight(name, record, fields: fields)
        let line = try #require(seen.lines.first)
        #expect(line.contains(" svc-mapped ") && line.contains(" rows 7") && line.contains(" env=training"), "\(line)")
    }

    @Test(arguments: names) func `a path that is none is refused with its key`(name: String) throws {
        for path in ["a..b", "", "a[", "a[x].b.c", "a[x=1]", "a.b.c.d.e.f.g.h.i"] {
            #expect(throws: FormatOptionsError.self, "\(path)") { try format(name, fields: ["rows": path]) }
        }
    }

    @Test(arguments: names) func `mutated records give the same lines in any pieces, and nothing is left behind`(name: String) throws {
        let seed: UInt64 = 4711
        var random = SeededRandom(seed: seed)
        let fixture = try Self.fixture(name)
        for round in 0..<25 {
            let bytes = Self.mutated(fixture, using: &random)
            let whole = try RecordSight(name, pieces: [bytes])
            #expect(whole.left == 0, "seed \(seed), round \(round)")
            #expect(try RecordSight(name, pieces: pieces(of: bytes, using: &random)) == whole, "seed \(seed), round \(round)")
            #expect(try RecordSight(name, pieces: bytes.map { [$0] }) == whole, "seed \(seed), round \(round), byte by byte")
        }
    }

    @Test(arguments: names) func `a mutated record costs no other record on a line of its own`(name: String) throws {
        let seed: UInt64 = 4712
        var random = SeededRandom(seed: seed)
        let fixture = try Self.fixture(name)
        for round in 0..<60 {
            let broken = String(decoding: Self.changed(Array(fixture.records[0].utf8), using: &random), as: UTF8.self)
            let flat = broken.replacing("\n", with: " ")
            let good = fixture.records.dropFirst().joined(separator: "\n")
            let seen = try RecordSight(name, good + "\n" + flat + "\n" + good + "\n")
            let others = Array(fixture.lines.dropFirst())
            #expect(seen.lines.starts(with: others), "seed \(seed), round \(round)")
            #expect(Array(seen.lines.suffix(others.count)) == others, "seed \(seed), round \(round): \(flat)")
        }
    }

    /// Two records and what stands between them, with bytes changed.
    private static func mutated(_ fixture: RecordFixture, using random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<3 {
            let record = fixture.records.randomElement(using: &random) ?? ""
            let text = Bool.random(using: &random) ? RecordFixture.spread(record) : record
            bytes += Array(text.utf8) + Array((["\n", ",", "]\n[", "", "\r\n"].randomElement(using: &random) ?? "").utf8)
        }
        for _ in 0..<Int.random(in: 1...6, using: &random) { bytes = changed(bytes, using: &random) }
        return bytes
    }

    private static func changed(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        guard !bytes.isEmpty else { return bytes }
        let telling = Array("\"\\,{}[]:\n\r- 0ntf\u{0}é".utf8)
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let byte = telling.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        case 2: bytes.removeSubrange(place..<min(place + Int.random(in: 1...30, using: &random), bytes.count))
        default: bytes.insert(contentsOf: bytes[place..<min(place + Int.random(in: 1...60, using: &random), bytes.count)], at: place)
        }
        return bytes
    }
}
