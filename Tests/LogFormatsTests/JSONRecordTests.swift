// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogFormats
import TestSupport
import Testing

/// The reader of records: paths, shapes, limits, and what an independent reader says.
struct JSONRecordTests {
    private static func account(_ record: String, at path: String, format: String = "ecs") throws -> String? {
        let seen = try decode(format, #"{"@timestamp":1780279500,"time":1780279500,\#(record)}"#, fields: ["account": path])
        return seen.lines.first?.account
    }

    @Test(arguments: [
        ("a.b.c", #""a":{"x":{"b":1},"b":{"b":1,"c":"found"}}"#), ("a", #""a":["found","other"]"#), ("a[1]", #""a":["other","found"]"#),
        ("a[2].b", #""a":[{"b":1},{"b":2},{"b":"found"}]"#), ("a.b", #""a":[{"b":"found"},{"b":"other"}]"#),
        ("a[Name=X].Value", #""a":[{"Name":"Y","Value":"other"},{"Value":"found","Name":"X"}]"#),
        ("a.b.c", #""a.b.c":"found""#), ("a.b.c", #""a":{"b.c":"found"}"#), ("a", #""b":{"a":"other"},"a":"found""#),
        ("a", #""\u0061":"other","a":"found""#), ("a", #""a":null,"b":[[["}"]]],"a":"found""#), ("a", #""a":"f\u006fund""#),
    ]) func `a path finds its place`(path: String, record: String) throws {
        #expect(try Self.account(record, at: path) == "found", "\(path) in \(record)")
    }

    @Test(arguments: ["rowsProcessed", "ROWS_PROCESSED", "rows_processed_d", "Rows Processed", "rows_processed"])
    func `keys of one field in any spelling are one key`(key: String) throws {
        let record = #"{"EventDate":"2026-06-01T02:05:00Z","UserId":"u","attributes":{"type":"RestApi"},"\#(key)":7}"#
        #expect(try decode("salesforce_event", record).lines.first?.rows == 7)
    }

    @Test func `keys are compared exactly where a product spells them one way`() throws {
        #expect(try decode("cloudtrail", #"{"EventTime":"2026-06-01T02:05:00Z","eventName":"X"}"#).reasons == [.missingTime])
    }

    /// Nests a place as deep as is asked, and its array's elements beside it.
    @Test func `a record may be nested 32 deep and no deeper`() throws {
        for (depth, isRead) in [(31, true), (32, false), (5000, false)] {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let seen = try decode("ecs", #"{"@timestamp":1780279500,"x":\#(nested),"user":{"id":"u"}}"#)
            #expect(seen.accounts == (isRead ? ["u"] : []), "\(depth)")
            #expect(seen.reasons == (isRead ? [] : [.nestingTooDeep]), "\(depth)")
        }
    }

    @Test func `a record of a mebibyte is read, and a longer one refused without losing the next line`() throws {
        func record(_ length: Int) -> String {
            let frame = #"{"@timestamp":1780279500,"user":{"id":"u"},"x":""}"#
            return frame.replacing(#""x":""#, with: #""x":""# + String(repeating: "y", count: length - frame.utf8.count))
        }
        let small = record(100)
        for (length, reasons) in [(1_048_576, []), (1_048_577, [MalformedReason.lineTooLong]), (2_500_000, [.lineTooLong])] {
            let bytes = Array((record(length) + "\n" + small + "\n").utf8)
            let whole = decode(try format("ecs"), pieces: [bytes])
            #expect(whole.reasons == reasons, "\(length)")
            #expect(whole.lines.count == (reasons.isEmpty ? 2 : 1) && whole.left == 0)
            for size in [65_536, 1_048_576] {
                let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
                #expect(decode(try format("ecs"), pieces: pieces) == whole, "\(length) in pieces of \(size)")
            }
        }
    }

    @Test func `an array in an unknown wrapping is read line by line, however long it is`() throws {
        let record = #"{"@timestamp":1780279500,"user":{"id":"u"}}"#
        let count = 40_000
        let text = "{\"things\": [\n" + String(repeating: record + ",\n", count: count) + record + "\n]}\n"
        let seen = try decode("ecs", text)
        #expect(seen.lines.count == count + 1)
        #expect(seen.reasons == [.syntax])
    }

    /// A byte is looked at a bounded number of times, whatever is written to have it looked at more often.
    @Test(arguments: ["{\n", "{\"a\":[\n", "{\"a\":{\n", "[{\"a\":1,\n", "\"a\":[\n", "{\"a\":\n", "\"\n", "{\"a\":[1,\n"])
    func `what is broken on purpose costs no more than other bytes`(unit: String) throws {
        let bytes = Array(String(repeating: unit, count: 32_000).utf8)
        let clock = ContinuousClock()
        let time = try clock.measure { _ = decode(try format("ecs"), pieces: [bytes]) }
        // A fifth of a second; with every line read to the end of all it took minutes. The machine is not ours alone.
        #expect(time < .seconds(30), "\(time)")
    }

    @Test func `whatever Foundation reads as an object is read, with the values that Foundation finds`() throws {
        let seed: UInt64 = 31
        var random = SeededRandom(seed: seed)
        var found = 0
        for round in 0..<1500 {
            let text = Self.object(0, using: &random)
            let record = #"{"@timestamp":1780279500,"user":{"id":"u"},"x":\#(text)}"#
            let object = try #require(try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Any])
            let seen = try decode("ecs", record, fields: ["object": "x.a.b", "endpoint": "x.c", "ip": "x.b[1].a"])
            #expect(seen.reasons.isEmpty || seen.reasons == [.duplicateKey], "seed \(seed), round \(round): \(record)")
            guard seen.reasons.isEmpty, let line = seen.lines.first else { continue }
            let x = object["x"] as? [String: Any]
            let a = x?["a"] as? [String: Any]
            if let a { #expect(line.object == Self.text(a["b"]) ?? line.object, "seed \(seed), round \(round): \(record)") }
            let list = x?["b"] as? [Any]
            let second = (list?.count ?? 0) > 1 ? list?[1] as? [String: Any] : nil
            if let second { #expect(line.address == Self.text(second["a"]) ?? line.address, "seed \(seed), round \(round): \(record)") }
            if !(x?["c"] is [Any]) {
                #expect(line.endpoint == Self.text(x?["c"]) ?? line.endpoint, "seed \(seed), round \(round): \(record)")
            }
            found += (line.object.isEmpty ? 0 : 1) + (line.endpoint.isEmpty ? 0 : 1)
        }
        #expect(found > 100)
    }

    /// A text or nothing; nil for what is no text, which is not compared.
    private static func text(_ value: Any?) -> String? { value == nil || value is NSNull ? "" : value as? String }

    @Test func `what Foundation refuses is refused, but for what is let pass on purpose`() throws {
        let seed: UInt64 = 32
        var random = SeededRandom(seed: seed)
        var refusals = 0
        for round in 0..<2500 {
            var bytes = Array((#"{"@timestamp":1780279500,"x":"# + Self.object(0, using: &random) + "}").utf8)
            let place = Int.random(in: 30..<bytes.count, using: &random)
            bytes[place] = Array("\"{}[],:0ae ".utf8).randomElement(using: &random) ?? 0
            let isObject: Bool
            do { isObject = try JSONSerialization.jsonObject(with: Data(bytes)) is [String: Any] } catch { isObject = false }
            let seen = decode(try format("ecs"), pieces: [bytes])
            let isRead = seen.reasons.isEmpty || seen.reasons == [.duplicateKey]
            if isObject { #expect(isRead, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))") }
            if !isObject && !isRead { refusals += 1 }
            // A comma before a bracket, a number like `1-2` and a zero before digits are let pass.
            if !isObject && isRead {
                #expect(Self.isLetPass(bytes), "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
            }
        }
        #expect(refusals > 500)
    }

    private static func isLetPass(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return [
            /,\s*[}\]]/, /[-+.eE0][-+.eE0]/, /[:\[,]\s*[-]?0[0-9]/, /\d[eE.+-]+[,}\]\s]/, /[:\[,]\s*[-+.eE]+[\d,}\]\s]/, /\\[^"\\\/bfnrtu]/,
        ]
        .contains { text.firstMatch(of: $0) != nil } || text.contains("\\u")
    }

    private static func object(_ depth: Int, using random: inout SeededRandom) -> String {
        let count = Int.random(in: 0...4, using: &random)
        var names = ["a", "b", "c", "d.e", "x y"]
        names.shuffle(using: &random)
        return "{" + names.prefix(count).map { "\"\($0)\": " + value(depth + 1, using: &random) }.joined(separator: ",") + "}"
    }

    private static func value(_ depth: Int, using random: inout SeededRandom) -> String {
        switch Int.random(in: 0..<(depth > 4 ? 4 : 7), using: &random) {
        case 0: return "\"" + (["", "p", "q\\\"r", "}{", "é😀", "a, b"].randomElement(using: &random) ?? "") + "\""
        case 1: return String(Int.random(in: -9...9999, using: &random))
        case 2: return ["true", "false", "null", "0.5", "1e3"].randomElement(using: &random) ?? "0"
        case 3: return "\"text\""
        case 4:
            return "[" + (0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth + 1, using: &random) }.joined(separator: " , ")
                + "]"
        default: return object(depth, using: &random)
        }
    }
}
