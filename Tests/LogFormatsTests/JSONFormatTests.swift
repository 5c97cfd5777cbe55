// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

struct JSONFormatTests {
    private let line =
        #"{"ts":"2026-06-01T02:05:00Z","account":"svc-orders-sync","action":"export","object":"Contact","rows":2000,"ip":"10.0.4.7"}"#

    private func only(_ line: String, fields: [String: String] = [:]) throws -> SeenLine {
        let seen = try decode("json", line + "\n", fields: fields)
        #expect(seen.malformed.isEmpty)
        return try #require(seen.lines.first)
    }

    private func withMembers(_ members: String) -> String { #"{"ts":"2026-06-01T02:05:00Z","account":"svc","# + members + "}" }

    @Test func `every key of weir's own event is read`() throws {
        let seen = try only(
            #"{"ts":"2026-06-01T02:05:00Z","account":"svc","kind":"service","action":"export","method":"GET","endpoint":"/a/b","object":"Contact","#
                + #""status":200,"rows":2000,"bytes":51200,"ip":"10.0.4.7"}"#)
        #expect(seen.time == 1_780_279_500_000)
        #expect(seen.account == "svc")
        #expect(seen.kind == .service)
        #expect(seen.operation == .export)
        #expect(seen.endpoint == "/a/b")
        #expect(seen.object == "Contact")
        #expect(seen.status == 200)
        #expect(seen.rows == 2000)
        #expect(seen.bytes == 51_200)
        #expect(seen.address == "10.0.4.7")
        #expect(seen.rowKey == 0)
    }

    @Test(arguments: Operation.allCases) func `every action has its operation`(operation: Operation) throws {
        #expect(try only(withMembers(#""action":"\#(operation.name)""#)).operation == operation)
        #expect(try only(withMembers(#""action":"\#(operation.name)x""#)).operation == .unknown)
    }

    @Test(arguments: [("service", AccountKind.service), ("human", .human), ("app", .app), ("robot", .unknown), ("servicex", .unknown)])
    func `every kind is known`(text: String, kind: AccountKind) throws {
        #expect(try only(withMembers(#""kind":"\#(text)""#)).kind == kind)
    }

    @Test(arguments: [("GET", Operation.read), ("HEAD", .read), ("DELETE", .delete), ("POST", .unknown), ("PUT", .unknown)])
    func `without an action the method tells what it can`(method: String, operation: Operation) throws {
        #expect(try only(withMembers(#""method":"\#(method)""#)).operation == operation)
        #expect(try only(withMembers(#""method":"\#(method)","action":"report""#)).operation == .report)
        #expect(try only(withMembers(#""action":"report","method":"\#(method)""#)).operation == .report)
    }

    @Test func `a missing number is unknown, and a stated nothing is nothing`() throws {
        let none = try only(withMembers(#""x":1"#))
        #expect(none.rows == nil && none.bytes == nil && none.status == 0)
        for unknown in [
            "null", "-1", "-0.5", "\"\"", "\"-1\"", "true", "[]", "{}", "{\"rows\":7}", "\"-\"", "\"N/A\"", #""N\/A""#, "\"null\"",
        ] {
            #expect(try only(withMembers(#""rows":\#(unknown)"#)).rows == nil, "\(unknown)")
            #expect(try only(withMembers(#""status":\#(unknown),"bytes":\#(unknown),"rows":3"#)).rows == 3, "\(unknown)")
        }
        #expect(try only(withMembers(#""rows":0"#)).rows == 0)
    }

    /// What formats of columns and of records make of numbers that nobody knew, and of what is no number.
    @Test(arguments: ["-", "", "N/A", "n/a", "NULL", "NOT_SET", "many", "-x", "N/"])
    func `a number that the writer did not know refuses no event`(text: String) throws {
        for (format, log) in [
            ("csv", "ts,account,rows,bytes,status\n1780279500,a,\(text),\(text),\(text)\n"),
            ("logfmt", #"ts=1780279500 account=a rows="\#(text)" bytes="\#(text)""#),
            ("nginx_json", #"{"time_iso8601":"2026-06-01T02:05:00Z","remote_user":"a","status":"\#(text)","bytes_sent":"\#(text)"}"#),
        ] {
            let seen = try decode(format, log)
            if ["many", "-x", "N/"].contains(text) {
                #expect(seen.reasons == [.badNumber], "\(format)")
            } else {
                let line = try #require(seen.lines.first)
                #expect(line.rows == nil && line.bytes == nil && line.status == 0 && seen.malformed.isEmpty, "\(format)")
            }
        }
    }

    @Test(
        arguments: [
            ("7", 7), ("\"7\"", 7), ("7.9", 7), ("1.5e3", 1500), ("1E2", 100), ("999999999999999", 999_999_999_999_999), ("\"1.5\"", 1),
        ] as [(String, UInt64)]) func `numbers of every spelling are read`(text: String, value: UInt64) throws
    {
        #expect(try only(withMembers(#""rows":\#(text)"#)).rows == value)
        #expect(try only(withMembers(#""rows":\#(text) ,"x":1"#)).rows == value)
    }

    @Test func `a status beyond its field is clamped`() throws {
        #expect(try only(withMembers(#""status":70000"#)).status == 65_535)
        #expect(try only(withMembers(#""status":"404""#)).status == 404)
    }

    @Test(arguments: [
        "1780279500", "1780279500.000", "1780279500000", "1780279500000000", "\"1780279500\"", "\"2026-06-01 04:05:00+02:00\"",
    ])
    func `the time may be RFC 3339 or an epoch, in quotes or without`(text: String) throws {
        #expect(try only(#"{"ts":\#(text),"account":"svc"}"#).time == 1_780_279_500_000)
    }

    @Test(arguments: [
        ("https://crm.example.com/api/v2/contacts/9?x=1", "/api/v2/contacts/9?x=1"), ("HTTP://h:8080/a", "/a"), ("wss://h/s", "/s"),
        (#"https:\/\/h\/a\u0062"#, "/ab"), ("https://h", "https://h"), ("https://h?u=/a", "https://h?u=/a"), ("https:/h/a", "https:/h/a"),
        ("http", "http"), ("https://", "https://"), ("httpd/status", "httpd/status"), ("/go?to=https://h/a", "/go?to=https://h/a"),
        ("urn:x://a/b", "urn:x://a/b"), ("Contact.query", "Contact.query"),
    ]) func `of an absolute URL the endpoint is the path`(text: String, path: String) throws {
        let line = withMembers(#""endpoint":"\#(text)""#) + "\n"
        // The second line is read the way of those whose keys are known.
        #expect(try decode("json", line + line).lines.map(\.endpoint) == [path, path])
        let plain = text.replacing("\\/", with: "/").replacing("\\u0062", with: "b")
        #expect(try decode("csv", "ts,account,endpoint\n1780279500,a,\(plain)\n").lines.map(\.endpoint) == [path])
        let record = #"{"time_iso8601":"2026-06-01T02:05:00Z","remote_user":"a","request_method":"GET","request_uri":"\#(text)"}"#
        #expect(try decode("nginx_json", record).lines.map(\.endpoint) == [path])
    }

    @Test func `a host that is named like an export makes none`() throws {
        for method in ["POST", "PUT"] {
            let members = #""request_method":"\#(method)","request_uri":"https://export.example.com/a""#
            let seen = try decode("nginx_json", #"{"time_iso8601":"2026-06-01T02:05:00Z","remote_user":"a",\#(members)}"#)
            #expect(seen.lines.map(\.operation) == [.write])
        }
    }

    @Test func `an account may be a number`() throws {
        #expect(try only(#"{"ts":1780279500,"account":4711}"#).account == "4711")
    }

    @Test(arguments: [
        (#"a\"b"#, "a\"b"), (#"a\\b"#, "a\\b"), (#"a\/b"#, "a/b"), (#"\u00e9"#, "é"), (#"\ud83d\ude00"#, "😀"), (#"\ud83dx"#, "\u{FFFD}x"),
        (#"\ude00"#, "\u{FFFD}"), ("größe", "größe"), (#"\ud83d\u0041"#, "\u{FFFD}A"),
    ]) func `escapes in names are resolved`(escaped: String, text: String) throws {
        #expect(try only(#"{"ts":1780279500,"account":"\#(escaped)","object":"\#(escaped)"}"#).account == text)
        #expect(try only(#"{"ts":1780279500,"account":"x","endpoint":"\#(escaped)"}"#).endpoint == text)
    }

    @Test(
        arguments: [
            ("not json", MalformedReason.syntax), ("[2026]", .syntax), ("{", .syntax), (#"{"ts":1780279500}x"#, .syntax),
            (#"{"ts":1780279500,}"#, .syntax),
            (#"{"a" 1}"#, .syntax),
            (#"{"a":tru}"#, .syntax), (#"{"a":"b}"#, .syntax), (#"{"account":"\q","ts":1}"#, .syntax),
            (#"{"account":"\u12","ts":1}"#, .syntax),
            (#"{"ts":1780279500,"account":"a" "b":1}"#, .syntax), (#"{"ts":1780279500,"account":"a"}}"#, .syntax), (#"{"a":1 2}"#, .syntax),
            (#"{a:1}"#, .syntax),
            (#"{"account":"a"}"#, .missingTime), (#"{"ts":null,"account":"a"}"#, .missingTime), (#"{}"#, .missingTime),
            (#"{"ts":"yesterday","account":"a"}"#, .badTime), (#"{"ts":-5,"account":"a"}"#, .badTime),
            (#"{"ts":5,"account":"a"}"#, .badTime), (#"{"ts":"20260601","account":"a"}"#, .badTime),
            (#"{"ts":"2026\u002d06-01T02:05:00Z","account":"a"}"#, .badTime),
            (#"{"ts":1780279500}"#, .missingAccount), (#"{"ts":1780279500,"account":""}"#, .missingAccount),
            (#"{"ts":1780279500,"account":null}"#, .missingAccount),
            (#"{"ts":1780279500,"account":"a","rows":"many"}"#, .badNumber), (#"{"ts":1780279500,"account":"a","rows":"--"}"#, .badNumber),
            (#"{"ts":1780279500,"account":"a","rows":-}"#, .badNumber), (#"{"ts":1780279500,"account":"a","rows":"7-"}"#, .badNumber),
            (#"{"ts":1780279500,"account":"a","rows":1000000000000000}"#, .badNumber),
            (#"{"ts":1780279500,"account":"a","bytes":1e400}"#, .badNumber),
            (#"{"ts":1780279500,"account":"a","rows":"1\u0030"}"#, .badNumber),
            ("{\"ts\":1780279500,\"account\":\"a\u{1}\"}", .controlCharacterInName),
            (#"{"ts":1780279500,"account":"a\n"}"#, .controlCharacterInName),
            ("{\"x\":" + String(repeating: "[", count: 33) + String(repeating: "]", count: 33) + "}", .nestingTooDeep),
        ] as [(String, MalformedReason)]) func `what cannot be read is refused with its reason`(line: String, reason: MalformedReason)
        throws
    {
        let seen = try decode("json", line + "\n" + self.line + "\n")
        #expect(seen.reasons == [reason])
        #expect(seen.accounts == ["svc-orders-sync"])
        #expect(seen.lines.first?.offset == line.utf8.count + 1)
    }

    @Test func `a key that comes twice counts the first time and is noted`() throws {
        let seen = try decode("json", #"{"ts":1780279500,"account":"svc","rows":5,"rows":0,"account":"other"}"# + "\n")
        #expect(seen.lines.map(\.rows) == [5])
        #expect(seen.accounts == ["svc"])
        #expect(seen.reasons == [.duplicateKey])
    }

    @Test func `a key that comes twice in every line is noted in every line`() throws {
        for twice in [
            #""account":"svc","account":"other","rows":5"#, #""account":"svc","rows":5,"rows":0"#, #""account":"svc","rows":5,"rows":"0""#,
        ] {
            let seen = try decode("json", String(repeating: #"{"ts":1780279500,"# + twice + "}\n", count: 4))
            #expect(seen.lines.map(\.rows) == [5, 5, 5, 5])
            #expect(Set(seen.accounts) == ["svc"])
            #expect(seen.reasons == [.duplicateKey, .duplicateKey, .duplicateKey, .duplicateKey])
        }
    }

    @Test func `UTF-16 is called by its name`() throws {
        #expect(decode(try format("json"), pieces: [[0xFF, 0xFE, 0x7B, 0x00, 0x0A]]).reasons == [.utf16])
        #expect(decode(try format("json"), pieces: [[0xFE, 0xFF, 0x00, 0x7B, 0x0A]]).reasons == [.utf16])
    }

    @Test func `a byte order mark is stepped over wherever files were put together`() throws {
        let seen = try decode("json", "\u{FEFF}\(line)\n\u{FEFF}\(line)\n")
        #expect(seen.lines.count == 2)
        #expect(seen.malformed.isEmpty)
    }

    @Test func `holes of zero bytes that a crash left are stepped over`() throws {
        #expect(try decode("json", "\0\0\0\(line)\n").lines.count == 1)
    }

    // MARK: Maps

    @Test func `dotted paths reach into nested objects, and keys of other objects do not count`() throws {
        let fields = [
            "account": "consumer.username", "endpoint": "request.uri", "status": "response.status", "bytes": "response.size",
            "ts": "started_at",
        ]
        let seen = try only(
            #"{"started_at":1780279500000,"request":{"uri":"/a","size":9,"headers":{"uri":"/no","x":[{"uri":"/no"}]}},"account":"no","#
                + #""response":{"status":200,"size":77},"consumer":{"id":1,"username":"svc"},"status":500}"#, fields: fields)
        #expect(seen.account == "svc")
        #expect(seen.endpoint == "/a")
        #expect(seen.status == 200)
        #expect(seen.bytes == 77)
    }

    @Test func `a path and a path inside it can both be read`() throws {
        let fields = ["account": "user", "object": "user.group"]
        #expect(try only(#"{"ts":1780279500,"user":"svc"}"#, fields: fields).account == "svc")
        #expect(try decode("json", #"{"ts":1780279500,"user":{"group":"g"}}"# + "\n", fields: fields).reasons == [.missingAccount])
    }

    @Test func `a name that the map gives to one key is not read for another`() throws {
        let seen = try only(#"{"ts":1780279500,"account":"svc","bytes":5}"#, fields: ["rows": "bytes"])
        #expect(seen.rows == 5)
        #expect(seen.bytes == nil)
    }

    @Test(arguments: [
        ["nope": "x"], ["account": ""], ["account": "a..b"], ["account": "a.b.c.d.e.f.g.h.i"], ["rows": "n", "bytes": "n"],
        ["ip": "account"], ["ip": "ts"],
    ]) func `a map that cannot work is refused with a sentence for each problem`(fields: [String: String]) throws {
        let error = #expect(throws: FormatOptionsError.self) { try format("json", fields: fields) }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.allSatisfy { $0.hasPrefix("fields.") } == true)
    }

    // MARK: The order of keys

    @Test func `changing orders, gaps, spaces and lengths of keys change nothing`() throws {
        let variants = [
            #"{"ts":"2026-06-01T02:05:00Z","account":"svc","rows":1}"#, #"{"account":"svc","ts":"2026-06-01T02:05:00Z","rows":2}"#,
            #"{"ts": "2026-06-01T02:05:00Z", "account": "svc", "rows": 3}"#,
            #"{"ts":"2026-06-01T02:05:00Z","a_rather_long_key":1,"account":"svc","rows":4}"#,
            #"{"ts":"2026-06-01T02:05:00Z","accounts":"no","account":"svc","rowsrows":9,"rows":5}"#,
            #"{"ts":"2026-06-01T02:05:00Z","account":"svc","rows":"6"}"#,
            #"{"ts":"2026-06-01T02:05:00Z","account":"svc","x":{"rows":1},"rows":7}"#,
            #"{"ts" :"2026-06-01T02:05:00Z","account":"svc","latency":0.123,"rows":8}"#,
            #"{"ts":"2026-06-01T02:05:00Z","acc\u006funt":"no","account":"svc","rows":9}"#,
            #"{"ts":"2026-06-01T02:05:00Z","account":"svc","ok":true,"no":null,"rows":10}"#,
        ]
        let order = [0, 0, 0, 1, 0, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 7, 8, 9, 9, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
        let seen = try decode("json", order.map { variants[$0] + "\n" }.joined())
        #expect(seen.malformed.isEmpty)
        #expect(seen.lines.map(\.rows) == order.map { UInt64($0 + 1) })
        #expect(Set(seen.accounts) == ["svc"])
    }

    @Test func `a line that a learnt order fits only at first is read whole`() throws {
        for tail in [#""rows":5,"rows":6}"#, #""rows":5,"note":"a\"b"}"#, #""rows":5.5}"#, #""rows":5} "#, #""rows":5 }"#, #""rows":"5"}"#]
        {
            let steady = #"{"ts":"2026-06-01T02:05:00Z","account":"svc","rows":1}"# + "\n"
            let seen = try decode("json", steady + steady + #"{"ts":"2026-06-01T02:05:00Z","account":"svc","# + tail + "\n" + steady)
            #expect(seen.lines.map(\.rows) == [1, 1, 5, 1], "\(tail)")
        }
        for (tail, reason) in [
            (#""rows":x}"#, MalformedReason.syntax), (#""rows":5"#, .syntax), (#""rows":5}}"#, .syntax), (#""rows":5]"#, .syntax),
        ] {
            let steady = #"{"ts":"2026-06-01T02:05:00Z","account":"svc","rows":1}"# + "\n"
            let seen = try decode("json", steady + steady + #"{"ts":"2026-06-01T02:05:00Z","account":"svc","# + tail + "\n" + steady)
            #expect(seen.reasons == [reason], "\(tail)")
            #expect(seen.lines.count == 3, "\(tail)")
        }
    }
}
