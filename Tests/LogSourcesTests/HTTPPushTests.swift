// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import LogSources

/// Requests as bytes, and the lines in their bodies.
@Suite struct HTTPPushTests {
    /// The steps that bytes lead to, arriving in pieces.
    private func steps(_ text: String, pieces: Int = .max) -> [HTTPRequestReader.Step] {
        var reader = HTTPRequestReader()
        var steps: [HTTPRequestReader.Step] = []
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            let end = pieces == .max ? bytes.count : min(bytes.count, position + pieces)
            reader.take(bytes[position..<end])
            position = end
            while true {
                let step = reader.advance()
                if step == .more { break }
                steps.append(step)
                if case .invalid = step { return steps }
            }
        }
        return steps
    }

    private func bodies(_ steps: [HTTPRequestReader.Step]) -> [String] {
        steps.compactMap { if case .request(_, let body) = $0 { String(decoding: body, as: UTF8.self) } else { nil } }
    }

    @Test(arguments: [1, 5, 100_000]) func `bodies with a length, in chunks and without one follow each other`(pieces: Int) {
        let text =
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
            + "POST /a?x=1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;e=1\r\nde\r\n0\r\nT: 1\r\n\r\n"
            + "GET /b HTTP/1.1\r\n\r\n"
        let steps = steps(text, pieces: pieces)
        #expect(bodies(steps) == ["hello", "abcde", ""])
        #expect(steps.count == 6)
    }

    /// What two servers could read differently, and what is beyond a limit.
    @Test(arguments: [
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length : 5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400),
        ("POST / HTTP/1.1\nA: b\r\n\r\n", 400),
        ("POST  / HTTP/1.1\r\n\r\n", 400),
        ("POST http://x/ HTTP/1.1\r\n\r\n", 400),
        ("POST / HTTP/2.0\r\n\r\n", 505),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nContent-Length: 33554433\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2000001\r\n", 413),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
        ("POST / HTTP/1.1\r\nA: " + String(repeating: "x", count: 17_000), 431),
        ("POST / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 101) + "\r\n", 431),
    ]) func `a request that is not clear is refused`(text: String, status: Int) {
        #expect(steps(text).last == .invalid(status))
    }

    @Test func `events of a collector are lines, whatever stands between and inside of them`() throws {
        let body = #"""
            {"time":1,"event":{"a":"}{\"","b":[1,
             2]},"host":"h"} {"event":"line \"one\"\nline two \u00fc\ud83d\ude00"}
            {"event":42}{"fields":{"event":"no"},"event":true}
            """#
        var lines = ReceivedLines()
        try CollectorEvents.lines(of: Array(body.utf8), timeKeys: ["ts"], into: &lines)
        let expected = "{\"ts\":1,\"a\":\"}{\\\"\",\"b\":[1,  2]}\nline \"one\"\\nline two ü😀\n42\ntrue\n"
        #expect(String(decoding: lines.bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        ("", 5), ("  ", 5), ("{}", 12), (#"{"time":1}"#, 12), (#"{"event":""}"#, 13), (#"{"event":null}"#, 13), (#"{"event":{}"#, 6),
        (#"{"event":{"a":1]}"#, 6), (#"{"event":1}x"#, 6), (#"{"event":"a}"#, 6),
        (#"[{"event":1}"#, 6), (#"[{"event":1} {"event":2}]"#, 6), ("[]", 5), (#"[{"event":1},]"#, 6), (#"{"event" 1}"#, 6),
        (#"{"event":"# + String(repeating: "[", count: 65) + String(repeating: "]", count: 65) + "}", 6),
    ]) func `a push that makes no sense is refused as a whole`(body: String, code: Int) {
        var lines = ReceivedLines()
        #expect {
            try CollectorEvents.lines(of: Array(body.utf8), timeKeys: ["ts"], into: &lines)
        } throws: {
            ($0 as? HTTPRefusal)?.code == code
        }
    }

    @Test(arguments: [
        (#"{"time":1795000000.25,"event":{"a":1}}"#, #"{"ts":1795000000.25,"a":1}"#),
        (#"{"event":{"a":{"ts":2}},"time":"1795000000"}"#, #"{"ts":"1795000000","a":{"ts":2}}"#),
        (#"{"time":1,"event":{"a":1,"ts":3}}"#, #"{"a":1,"ts":3}"#), (#"{"time":1,"event":{}}"#, "{}"),
        (#"{"time":1,"event":"a b"}"#, "a b"), (#"{"time":"x","account":"y","event":{"a":1}}"#, #"{"a":1}"#),
        (#"{"time":{},"event":{"a":1}}"#, #"{"a":1}"#), (#"{"time":"","event":{"a":1}}"#, #"{"a":1}"#),
    ]) func `the time around a record without one becomes its own`(body: String, line: String) throws {
        var lines = ReceivedLines()
        try CollectorEvents.lines(of: Array(body.utf8), timeKeys: ["ts"], into: &lines)
        #expect(String(decoding: lines.bytes, as: UTF8.self) == line + "\n")
    }

    @Test func `events in a list are events`() throws {
        var lines = ReceivedLines()
        try CollectorEvents.lines(
            of: Array(#"[{"event":1}, {"event":"b"}] [ {"time":3,"event":{"a":[1]}}]"#.utf8), timeKeys: ["ts"], into: &lines)
        #expect(String(decoding: lines.bytes, as: UTF8.self) == "1\nb\n{\"ts\":3,\"a\":[1]}\n")
    }

    /// A map, or a format, has its own places for it.
    @Test(arguments: [
        (["started_at"], #"{"a":1,"ts":2}"#, #"{"started_at":9,"a":1,"ts":2}"#),
        (["@timestamp", "event.created"], #"{"event":{"b":1},"a":1}"#, #"{"@timestamp":9,"event":{"b":1},"a":1}"#),
        (["@timestamp", "event.created"], #"{"a":{"x":{}},"event":{"b":[{}],"created":1}}"#, nil),
        (["@timestamp", "event.created"], #"{"event.created":1}"#, nil),
        (["@timestamp", "event.created"], #"{"event":2,"@timestamp":1}"#, nil),
        (["a.b.c"], #"{"a":{"b":{"d":{"c":1}}},"e":1}"#, #"{"a.b.c":9,"a":{"b":{"d":{"c":1}}},"e":1}"#), ([], #"{"a":1}"#, nil),
    ]) func `the time around a record stands where its format looks for it`(keys: [String], event: String, line: String?) throws {
        var lines = ReceivedLines()
        try CollectorEvents.lines(of: Array(#"{"time":9,"event":\#(event)}"#.utf8), timeKeys: keys, into: &lines)
        #expect(String(decoding: lines.bytes, as: UTF8.self) == (line ?? event) + "\n")
    }

    @Test func `a packed body is unpacked, one that is damaged or unpacks to too much is refused`() throws {
        let folder = try TemporaryFolder()
        let push = LogPush(path: "/logs", token: nil)
        let head = HTTPHead(method: "POST", path: "/logs", encoding: "gzip")
        let text = String(repeating: "{\"a\":1}\n", count: 100_000)
        let packed = [UInt8](try folder.gzipped(text))
        #expect(try push.lines(.lines, head, packed).bytes == Array(text.utf8))
        #expect(throws: HTTPRefusal.self) { try push.lines(.lines, head, packed.dropLast(9)) }
        #expect(throws: HTTPRefusal.self) { try push.lines(.lines, head, Array(text.utf8)) }
        let bomb = [UInt8](try folder.gzipped(String(repeating: "0", count: LogPush.unpackedLimit + 1)))
        #expect { try push.lines(.lines, head, bomb) } throws: { ($0 as? HTTPRefusal)?.status == 413 }
    }

    @Test func `only who shows the token is let in`() throws {
        let push = LogPush(path: "/logs", token: Array("0123456789abcdef".utf8))
        func status(_ authorization: String?) -> Int? {
            do throws(HTTPRefusal) {
                _ = try push.route(HTTPHead(method: "POST", path: "/services/collector/event/1.0", authorization: authorization))
                return nil
            } catch {
                return error.status
            }
        }
        #expect(status("Bearer 0123456789abcdef") == nil)
        #expect(status("splunk 0123456789abcdef") == nil)
        #expect(status(nil) == 401)
        #expect(status("Basic 0123456789abcdef") == 401)
        // The password of any user, of none too; another one; and what is no password.
        #expect(status("Basic eDowMTIzNDU2Nzg5YWJjZGVm") == nil && status("basic OjAxMjM0NTY3ODlhYmNkZWY=") == nil)
        #expect(status("Basic eDp5") == 403 && status("Basic eHl6") == 401 && status("Basic !") == 401)
        for wrong in ["0123456789abcdeg", "0123456789abcde", "0123456789abcdef0", "0123456789abcdef0123456789abcdef", "x"] {
            #expect(status("Bearer \(wrong)") == 403)
        }
    }
}
