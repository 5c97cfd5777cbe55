// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// Lines inside of JSON objects, as shippers, collectors and clouds write them.
extension WrapperTests {
    private static func line(_ account: String) -> String {
        #"10.0.4.7 - \#(account) [01/Jun/2026:02:05:00 +0000] "GET /api/contacts HTTP/1.1" 200 512 "-" "sync/2.1""#
    }
    /// The line of an account as a JSON text.
    private static func text(_ account: String) -> String { "\"" + escaped(line(account)[...]) + "\"" }

    /// `A` and `B` stand for the lines of two accounts, as texts.
    private static func filled(_ shape: String) -> String { shape.replacing("A", with: text("svc-a")).replacing("B", with: text("svc-b")) }

    static let objects: [(String, String)] = [
        ("rsyslog", #"{"timestamp":"t","host":"gw","msg":A}"# + "\n" + #"{"msg":B}"#),
        ("a collector's events", #"{"time":1780279500.1,"host":"gw","event":A}{"event":B,"fields":{}}"#),
        ("Graylog", #"{"version":"1.1","short_message":"cut","full_message":A}"# + "\n" + #"{"short_message":B,"level":6}"#),
        ("Elastic's schema", #"{"event":{"original":A,"message":"x"}}"# + "\n" + #"{"log":{"original":B,"offset":7}}"#),
        ("CloudWatch by Firehose", #"{"messageType":"data","logEvents":[{"id":"1","timestamp":1,"message":A},{"message":B}]}"#),
        (
            "CloudWatch by Firehose, one behind the other",
            #"{"logGroup":"g","logEvents":[{"id":"1","message":A}]}{"logGroup":"g","logEvents":[{"id":"2","message":B}]}"#
        ),
        (
            "CloudWatch's API",
            "{\n    \"events\": [\n        {\n            \"timestamp\": 1,\n            \"message\": A\n        },\n        {\n"
                + "            \"message\": B\n        }\n    ],\n    \"searchedLogStreams\": []\n}\n"
        ),
        ("an answer with two lists", #"{"records":[{"msg":A}],"count":1,"events":[{"msg":B}]}"#),
        ("Azure", #"{"records":[{"time":"t","resultDescription":A},{"time":"t","properties":{"log":B}}]}"#),
        (
            "OpenTelemetry",
            #"{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"body":{"stringValue":A}}]}]},"#
                + #"{"scopeLogs":[{"logRecords":[{"body":{"stringValue":B}}],"schemaUrl":""}]}]}"#
        ),
        (
            "Elasticsearch's answer",
            #"{"took":1,"hits":{"total":{"value":2},"hits":[{"_index":"a","_source":{"message":A}},{"_source":{"message":B}}]}}"#
        ),
        ("an array", "[" + #"{"RawData":A,"Type":"x"},"# + "\n" + #"{"RawData":B}"# + "]\n"),
        ("Fluent Bit's files", #"web.access: [1780279500.123, {"log":A}]"# + "\n" + #"web: [[1780279500.1, {}], {"log":B}]"# + "\n"),
        ("Fluentd's files", "2026-06-01T02:05:00+00:00\tweb\t" + #"{"log":A}"# + "\n2026-06-01T02:05:01+00:00\tweb\t" + #"{"message":B}"#),
        ("a syslog daemon", #"Jun  1 02:05:00 gw app[7]: {"message":A}"# + "\n" + #"<13>Jun  1 02:05:00 gw app: {"log":B}"# + "\n"),
        ("Compose", #"app-1  | {"message":A}"# + "\n" + #"app-1  | {"message":B}"#),
    ]

    @Test(arguments: objects) func `lines are found in the objects that tools write, however they arrive`(tool: String, shape: String)
        throws
    {
        let bytes = Array(Self.filled(shape).utf8)
        let whole = decode(try Self.wrapped("combined", .json), pieces: [bytes])
        #expect(whole.accounts == ["svc-a", "svc-b"] && whole.malformed.isEmpty && whole.left == 0)
        for size in [1, 7, 64, 333] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(decode(try Self.wrapped("combined", .json), pieces: pieces) == whole, "pieces of \(size)")
        }
        let best = try #require(FormatDetection(Array((Self.filled(shape) + "\n").utf8), isWhole: true).best)
        #expect(best.format == "combined" && best.options.wrapper == .json && best.events == 2)
    }

    @Test(arguments: [
        // A text goes before a list, wherever it stands, and one under a key for lines before others.
        (#"{"events":[{"message":B}],"message":A}"#, ["svc-a"]), (#"{"msg":"x","event":B,"message":A}"#, ["svc-a"]),
        (#"{"msg":"x","properties":{"log":A}}"#, ["svc-a"]), (#"{"short_message":B,"full_message":A}"#, ["svc-a"]),
        // An empty text is one if there is no other, and no line.
        (#"{"message":"","event":A}"#, ["svc-a"]), (#"{"message":"","events":[{"message":A}]}"#, ["svc-a"]),
        // What only a list of that name may hold is not looked for elsewhere, nor in a list of texts.
        (#"{"records":["A"],"msg":A}"#.replacing("\"A\"", with: "1"), ["svc-a"]), (#"{"x":{"message":B},"msg":A}"#, ["svc-a"]),
    ]) func `a text is the line, and of several the one that is surest`(shape: String, accounts: [String]) throws {
        let seen = try Self.seen("combined", .json, Self.filled(shape) + "\n")
        #expect(seen.accounts == accounts && seen.malformed.isEmpty)
    }

    @Test func `a line end at the end of a text is none of the line's, an escaped backslash is`() throws {
        let tail = #"{"log":"{\"ts\":1780279500,\"account\":\"a\"}\n"}"# + "\n" + #"{"log":"ts=1780279501 account=b\\n"}"# + "\n"
        #expect(try Self.seen("json", .json, String(tail.prefix { $0 != "\n" })).accounts == ["a"])
        #expect(try Self.seen("logfmt", .json, tail).accounts == [#"b\n"#])
    }

    @Test func `a broken object costs itself, and one too long the rest of its line`() throws {
        let good = Self.filled(#"{"message":A}"#)
        let broken = good + "\n{\"message\":\"cut\n" + Self.filled(#"{"message":B}"#) + "\n{\"x\":[1,}\n{\"msg\":1}\n" + good
        let seen = try Self.seen("combined", .json, broken)
        #expect(seen.accounts == ["svc-a", "svc-b", "svc-a"] && seen.reasons == [.syntax, .syntax, .syntax])
        let long = "{\"x\":\"" + String(repeating: "x", count: 1_100_000) + "\",\"message\":\"forged\"}" + good + "\n" + good + "\n"
        let whole = try Self.seen("combined", .json, long)
        #expect(whole.accounts == ["svc-a"] && whole.reasons == [.lineTooLong])
        let bytes = Array(long.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 300_000).map { Array(bytes[$0..<min($0 + 300_000, bytes.count)]) }
        #expect(decode(try Self.wrapped("combined", .json), pieces: pieces) == whole)
    }

    @Test func `a list longer than a record may be is read to its end`() throws {
        let count = 9000
        let answer = "{\"events\":[" + Array(repeating: Self.filled(#"{"message":A}"#), count: count).joined(separator: ",") + "],\"x\":1}"
        #expect(answer.utf8.count > 1_048_576)
        let bytes = Array(answer.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 262_144).map { Array(bytes[$0..<min($0 + 262_144, bytes.count)]) }
        let seen = decode(try Self.wrapped("combined", .json), pieces: pieces)
        #expect(seen.accounts.count == count && seen.malformed.isEmpty && seen.ignored == 1)
    }

    @Test func `a reader that resumes in the middle of a list or of what is left out goes on as it would have`() throws {
        let text = Self.filled(#"{"logEvents":[{"message":A},{"message":B}]}"# + "\n")
        let all = try Self.seen("combined", .json, text)
        let offset = all.lines[1].offset
        let rest = decode(try Self.wrapped("combined", .json), pieces: [Array(text.utf8)[offset...].map { $0 }], offset: offset)
        #expect(rest.lines == Array(all.lines[1...]))
        var format = try Self.wrapped("combined", .json)
        format.resume(from: [1])
        #expect(decode(format, pieces: [Array((Self.filled(#"{"message":A}"# + "\n" + #"{"message":B}"#)).utf8)]).accounts == ["svc-b"])
        format = try Self.wrapped("combined", .json)
        format.resume(from: [2])
        #expect(format.resumeState.isEmpty)
    }
}
