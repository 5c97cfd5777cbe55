// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// The short way through an ordinary access log line, which needs its line end, reads what the long way reads, which does not.
@Suite struct CombinedSteadyTests {
    /// Lines as servers write them, each part odd at times.
    private struct Server {
        var random: SeededRandom

        mutating func pick(_ usual: String..., odd: String...) -> String {
            let isOdd = !odd.isEmpty && Int.random(in: 0..<12, using: &random) == 0
            return (isOdd ? odd : usual).randomElement(using: &random) ?? ""
        }

        mutating func line() -> String {
            let second = Int.random(in: 10...59, using: &random)
            let long = String(repeating: "long-", count: 16)
            var text = pick("203.0.113.7", "10.0.0.1", "::1", "fd00::2", odd: "crm.example.com 10.0.0.1", "\"203.0.113.9\" 10.0.0.1", "")
            text += pick(" - ", odd: " ident ", " ", "  ", ", 10.0.0.2 - ")
            text += pick("svc-orders", "svc-\(long)", "-", odd: "a user", "a\u{1}b", "\"\"", "ü", "-  -")
            text += pick(
                " [01/Jun/2026:02:05:\(second) +0000] ", odd: " [01/Jun/2026:02:05:61 +0000] ", " [2026-06-01T02:05:\(second)+00:00] ",
                " [] ",
                " ")
            text += pick("\"", odd: "", "'")
            text += pick("GET ", "POST ", "DELETE ", odd: "PROPPATCH ", "-", "GET", "\\x16\\x03", "")
            text += pick(
                "/api/v2/contacts/7?page=2", "/export/\(long)", "/", odd: "http://crm.example.com/a", "*", "/a\\\"b", "/a\u{1}b", "/\\",
                "/a\\ 200 7")
            text += pick(" HTTP/1.1", odd: "", " ", " HTTP/1.1 x")
            text += pick("\"", odd: "", "\\\"", "\"\"")
            text += pick(" 200 ", " 404 ", odd: " 20 ", " - ", " 2000 ", " ")
            text += pick("51200", "0", "-", "123456789012", odd: "1234567890123456", "x", "", "12x")
            text += pick("", " \"-\" \"sync/2.1\"", " \"-\" \"\(long)\"", odd: " \"-\"", " \"a\\\"b\" \"c\"", " \"-\" \"x", " ")
            text += pick(
                "", " \"203.0.113.9\"", " \"203.0.113.9, 198.51.100.4\"", odd: " \"unknown\"", " 203.0.113.9", " \"203.0.113.9", "\r")
            return text
        }
    }

    @Test func `a line means the same with its line end and without`() throws {
        let seed: UInt64 = 733
        var server = Server(random: SeededRandom(seed: seed))
        let lines = (0..<6000).map { _ in server.line() }.filter { !$0.isEmpty }
        let together = try decode("combined", lines.map { $0 + "\n" }.joined())
        var apart: [SeenLine] = []
        var reasons: [MalformedReason] = []
        var ignored: UInt64 = 0
        for line in lines {
            let alone = try decode("combined", line)
            apart += alone.lines
            reasons += alone.reasons
            ignored += alone.ignored
        }
        #expect(reasons.count > 1000 && apart.count > 1000 && ignored > 200)
        #expect(together.reasons == reasons && together.ignored == ignored, "seed \(seed)")
        try #require(together.lines.count == apart.count, "seed \(seed)")
        for (one, other) in zip(together.lines, apart) {
            var same = other
            same.offset = one.offset
            #expect(one == same, "seed \(seed)")
        }
    }

    @Test func `what stands behind a cut line is not read as its rest`() throws {
        var server = Server(random: SeededRandom(seed: 734))
        for _ in 0..<60 {
            // The next line is there in memory, and is not the window's.
            let text = Array((server.line() + "\n" + server.line() + "\n").utf8)
            for count in stride(from: 0, through: text.count, by: 3) {
                for isFinal in [false, true] {
                    var (part, whole) = (Decoded(), Decoded())
                    var (partFormat, wholeFormat) = (try format("combined"), try format("combined"))
                    var (partLines, wholeLines) = (DecodedLines(), DecodedLines())
                    let partEnd = ChunkBuffer(text).withBytes { bytes in
                        let end = partFormat.decode(bytes.prefix(count), from: 0, isFinal: isFinal, into: &partLines)
                        part.take(partLines, bytes, offset: 0)
                        return end
                    }
                    let wholeEnd = ChunkBuffer(Array(text.prefix(count))).withBytes { bytes in
                        let end = wholeFormat.decode(bytes, from: 0, isFinal: isFinal, into: &wholeLines)
                        whole.take(wholeLines, bytes, offset: 0)
                        return end
                    }
                    #expect(partEnd == wholeEnd && part == whole, "\(String(decoding: text, as: UTF8.self)) to \(count)")
                }
            }
        }
    }
}
