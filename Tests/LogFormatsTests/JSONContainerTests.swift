// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// What `json` reads besides one object a line.
struct JSONContainerTests {
    private static let records = (0..<6).map {
        #"{"ts":"2026-06-01T02:05:0\#($0)Z","account":"svc-\#($0)","rows":\#($0),"more":{"a":[1,{"b":"}],{"}]},"object":"x\\u0041"}"#
    }

    /// Files in which the records stand, in order.
    static let shapes: [(name: String, text: String)] = {
        let spread = records.map { RecordFixture.spread($0) }
        return [
            ("a list on one line", "[" + records.joined(separator: ",") + "]"),
            ("a list with blanks", "[ " + records.joined(separator: " , ") + " ]\n"),
            ("a list, one a line", "[\n" + records.joined(separator: ",\n") + "\n]\n"),
            ("a list over many lines", "[\n  " + spread.joined(separator: ",\n  ") + "\n]\r\n"),
            ("objects over many lines", spread.joined(separator: "\n")),
            ("objects over many lines with commas", spread.joined(separator: ",\n")),
            ("one behind the other", records.joined()),
            ("one behind the other, with blanks", records.joined(separator: " \t")),
            ("several a line", records[..<3].joined(separator: ",") + "\r\n" + records[3...].joined() + "\n"),
            ("lists one behind the other", "[" + records[..<3].joined(separator: ",") + "][" + records[3...].joined(separator: ",") + "]"),
            ("a list behind plain lines", records[..<4].joined(separator: "\n") + "\n[" + records[4...].joined(separator: ",\n") + "]"),
            ("a byte order mark", "\u{FEFF}[" + records.joined(separator: ",") + "]"),
            ("an answer", "{\"results\":[" + records.joined(separator: ",") + "]}"),
            (
                "an answer with members around",
                "{\"n\":6,\"q\":{\"ts\":1},\"data\":[" + records.joined(separator: ",") + "],\"p\":{\"a\":[1]}}\n"
            ),
            (
                "an answer over many lines",
                "{\n \"value\" : [\n" + spread.joined(separator: ",\n") + "\n ],\n \"next\": null,\n \"n\": 6\n}\n"
            ),
            (
                "answers of a line each",
                "{\"items\":[" + records[..<3].joined(separator: ",") + "]}\n{\"items\":[" + records[3...].joined(separator: ",") + "]}\n"
            ),
            ("empty answers", "{\"results\":[]}\n" + records.joined(separator: "\n") + "\n{\"n\":0,\"results\": [ ],\"p\":{}}\n"),
        ]
    }()

    /// Answers are counted as ignored, besides the records in them.
    private static func answers(_ name: String) -> Int {
        [
            "an answer": 1, "an answer with members around": 1, "an answer over many lines": 1, "answers of a line each": 2,
            "empty answers": 2,
        ][name] ?? 0
    }

    @Test(arguments: shapes.map(\.name)) func `records mean the same in every shape, however it arrives`(name: String) throws {
        let text = try #require(Self.shapes.first { $0.name == name }).text
        let plain = try RecordSight("json", Self.records.joined(separator: "\n"))
        try #require(plain.lines.count == Self.records.count)
        let seen = try RecordSight("json", text)
        #expect(seen.lines == plain.lines && seen.refused.isEmpty && seen.ignored == Self.answers(name) && seen.left == 0)
        let bytes = Array(text.utf8)
        #expect(try RecordSight("json", pieces: bytes.map { [$0] }) == seen)
        for cut in 0...bytes.count { #expect(try RecordSight("json", pieces: [Array(bytes[..<cut]), Array(bytes[cut...])]) == seen) }
    }

    @Test(arguments: shapes.map(\.name)) func `a reader that resumes at a record goes on with it`(name: String) throws {
        let bytes = Array(try #require(Self.shapes.first { $0.name == name }).text.utf8)
        let seen = try RecordSight("json", pieces: [bytes])
        for (index, offset) in seen.offsets.enumerated() {
            #expect(try RecordSight("json", pieces: [Array(bytes[offset...])]).lines == Array(seen.lines[index...]))
        }
    }

    @Test func `mutated shapes give the same lines in any pieces, and nothing is left behind`() throws {
        let seed: UInt64 = 4713
        var random = SeededRandom(seed: seed)
        for round in 0..<150 {
            let shape = try #require(Self.shapes.randomElement(using: &random))
            let bytes = FormatContractTests.mutated(Array(shape.text.utf8), using: &random)
            let whole = try RecordSight("json", pieces: [bytes])
            #expect(whole.left == 0, "seed \(seed), round \(round)")
            #expect(try RecordSight("json", pieces: pieces(of: bytes, using: &random)) == whole, "seed \(seed), round \(round)")
            #expect(try RecordSight("json", pieces: bytes.map { [$0] }) == whole, "seed \(seed), round \(round), byte by byte")
        }
    }

    @Test func `a record that cannot be read costs no other of its list`() throws {
        for (broken, reason) in [
            (#"{"ts":"yesterday","account":"a"}"#, "bad_time"), (#"{"account":"a"}"#, "missing_time"),
            (#"{"ts":1780279500,"account":"a","rows":"many"}"#, "bad_number"),
        ] {
            for text in ["[\(Self.records[0]),\(broken),\(Self.records[1])]", "\(Self.records[0])\(broken)\(Self.records[1])\n"] {
                let seen = try RecordSight("json", text)
                #expect(seen.lines.count == 2 && seen.reasons == [reason: 1], "\(text)")
            }
        }
    }

    @Test func `an object with a list and an event's keys before it is an event`() throws {
        let list = "[" + Self.records[0] + "]"
        for text in [
            #"{"ts":"2026-06-01T02:05:00Z","account":"a","data":\#(list)}"#,
            #"{"account":"a","data":\#(list),"ts":"2026-06-01T02:05:00Z"}"#,
            #"{"data":[{"ts":"2026-06-01T02:05:00Z"}],"ts":"2026-06-01T02:05:00Z","account":"a"}"#,
            #"{"other":\#(list),"ts":"2026-06-01T02:05:00Z","account":"a"}"#, #"{"data":[1],"ts":"2026-06-01T02:05:00Z","account":"a"}"#,
        ] {
            let seen = try RecordSight("json", text + "\n" + text)
            #expect(seen.lines.count == 2 && seen.reasons.isEmpty && seen.ignored == 0, "\(text)")
        }
    }

    /// Lines of a log that quote a list, `R` in it.
    static let quoting = [
        #"{"items":[R],"ts":1780279500}"#, #"{"items":[R],"level":"info","account":"gateway"}"#, #"{"ts":"never","results":[R]}"#,
        #"{"data":{"items":[R]},"x":1}"#, #"{"body":{"items":[R]},"ts":1780279500}"#,
        #"{"n":1 "items":[R]}"#,
    ]

    @Test(arguments: quoting) func `nothing is read out of what a line quotes, be the line itself refused`(text: String) throws {
        let seen = try RecordSight("json", text.replacing("R", with: Self.records[0]) + "\n" + Self.records[1] + "\n")
        #expect(seen.lines.count == 1 && seen.refused.count == 1 && seen.ignored == 0)
    }

    @Test func `behind a list so many members are looked at and no more, or lines that close lists would each look at all others`() throws {
        let text = { "{\"results\":[\(Self.records[0])]\(String(repeating: ",\"k\":1", count: $0))}\n" }
        let (few, many) = (try RecordSight("json", text(32)), try RecordSight("json", text(33)))
        #expect(few.lines.count == 1 && few.refused.isEmpty)
        #expect(many.lines.count == 1 && many.refused.count == 1)
    }

    @Test func `an answer whose key was an ordinary one before is stepped into as well`() throws {
        let plain = #"{"data":"x","ts":"2026-06-01T02:05:00Z","account":"a","rows":1}"# + "\n"
        let seen = try RecordSight(
            "json", String(repeating: plain, count: 5) + "{\"data\":[" + Self.records.joined(separator: ",") + "]}\n" + plain)
        #expect(seen.lines.count == 6 + Self.records.count && seen.reasons.isEmpty && seen.ignored == 1)
    }

    @Test func `an object that may be an event or an answer is an event, whatever came before`() throws {
        let plain = #"{"data":"x","ts":"2026-06-01T02:05:00Z","account":"a","rows":1}"# + "\n"
        let either = #"{"data":[\#(Self.records[1])],"ts":"2026-06-01T02:05:00Z","account":"a","rows":1}"# + "\n"
        let alone = try RecordSight("json", either)
        let behind = try RecordSight("json", String(repeating: plain, count: 5) + either)
        #expect(alone.lines.count == 1 && alone.ignored == 0)
        #expect(behind.lines.count == 6 && behind.ignored == 0 && behind.lines.last == alone.lines.first)
        let nested = #"{"data":[],"m":{"ts":"2026-06-01T02:05:00Z","who":"a"}}"#
        var format: any LineFormat = try JSONFormat(options: FormatOptions(fields: ["ts": "m.ts", "account": "m.who"]))
        var lines = DecodedLines()
        _ = ChunkBuffer(Array(nested.utf8)).withBytes { format.decode($0, from: 0, isFinal: true, into: &lines) }
        #expect(lines.lines.count == 1 && lines.ignored == 0)
    }

    @Test func `what stands beside a list of events does not hide it`() throws {
        let list = Self.records.joined(separator: ",")
        for (text, count) in [
            ("{\"objects\":[],\"results\":[\(list)]}", 6), ("{\"results\":[\(list)],\"n\":1,\"events\":[\(list)],\"p\":{}}", 12),
            ("{\"status\":200,\"rows\":\"many\",\"results\":[\(list)]}", 6),
            ("{\"status\":\"ok\",\"results\":[\(list)],\"events\":[1]}", 6),
            ("{\"values\":[1,2],\"items\":[{\"kind\":\"x\"},\(list)]}", 6),
            ("{\"objects\":[{\"id\":1},{\"id\":2}],\"n\":{},\"entries\":[],\"results\":[\(list)],\"data\":[{\"id\":3}]}", 6),
            ("{\"events\":[],\"objects\":[{\"id\":1}]}", 0),
        ] {
            let seen = try RecordSight("json", text + "\n" + Self.records[0] + "\n")
            #expect(seen.lines.count == count + 1 && seen.ignored == 1, "\(text)")
            #expect(seen.refused.count == (text.contains("kind") ? 1 : 0), "\(text)")
            #expect(try RecordSight("json", pieces: Array((text + "\n" + Self.records[0] + "\n").utf8).map { [$0] }) == seen, "\(text)")
        }
    }

    @Test func `an answer that breaks off costs the record that it breaks off in`() throws {
        let seen = try RecordSight(
            "json", "{\"results\":[" + Self.records[0] + "," + Self.records[1].prefix(40) + "\n" + Self.records[2] + "\n")
        #expect(seen.lines.count == 2 && seen.reasons == ["syntax": 1])
    }

    @Test func `an object that breaks off on a later line is refused once, with what is left of it`() throws {
        let broken = "{\n  \"ts\": 1780279500,\n  \"account\": \"cut\n  \"rows\": 5,\n  \"x\": 1\n}\n"
        let seen = try RecordSight("json", Self.records[0] + "\n" + broken + Self.records[1] + "\n")
        #expect(seen.lines.count == 2 && seen.reasons == ["syntax": 1])
        for cut in [#"{"ts":1780279500,"#, #"{"ts":1780279500,"account":"a""#, #"{"ts":"#, "{", #"{"ts":1780279500,"account":"c"#] {
            let seen = try RecordSight("json", cut + "\n" + Self.records[0] + "\n" + Self.records[1] + "\n" + cut)
            #expect(seen.lines.count == 2 && seen.reasons == ["syntax": 2], "\(cut)")
        }
    }
}
