// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// What the reader learnt of earlier lines makes it fast, and must change nothing else.
struct JSONMemoryTests {
    /// Lines as one program writes them: some keys missing, long names, objects in objects, numbers of every length, and a fault at times.
    private struct Program {
        var random: SeededRandom
        let isSpaced: Bool

        mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

        mutating func number() -> String {
            let digits = Int.random(in: 1...17, using: &random)
            return String((0..<digits).map { _ in Character("\(Int.random(in: 1...9, using: &random))") })
        }

        mutating func line() -> String {
            var members = [#""ts":"2026-06-01T0\#(Int.random(in: 0...9, using: &random)):05:00.123Z""#]
            if !chance(12) { members.append(#""account":"svc-\#(Int.random(in: 0...30, using: &random))""#) }
            let nested = #"{"username":"kong-\#(number())","id":"x","plan":{"name":"gold","limit":\#(number())}}"#
            if chance(2) { members.append(#""consumer":\#(nested)"#) }
            if chance(2) { members.append(#""upstream_response_time_ms":\#(number())"#) }
            if chance(2) { members.append(#""x_request_identifier_of_the_front_proxy_chain":"\#(number())""#) }
            if chance(2) { members.append(#""rows":\#(number())"#) }
            if chance(2) { members.append(#""bytes":"\#(number())""#) }
            if chance(2) { members.append(#""tags":["a","b",{"c":"d"}],"ok":\#(["true", "null"].randomElement(using: &random) ?? "")"#) }
            if chance(2) { members.append(#""endpoint":"/api/v2/contacts/\#(number())/notes-of-a-rather-long-name-indeed""#) }
            if chance(9) { members.append(#""rows":5"#) }
            if chance(9) { members.append(#""note":"a\"b""#) }
            if chance(9) { members.swapAt(0, members.count - 1) }
            var text = isSpaced ? "{ " + members.joined(separator: ", ") + "}" : "{" + members.joined(separator: ",") + "}"
            if isSpaced { text = text.replacing("\":", with: "\": ") }
            if chance(15) { text = String(text.prefix(Int.random(in: 0..<text.count, using: &random))) }
            if chance(15) { text += ["x", "}", " ", "\r", ",", "{}"].randomElement(using: &random) ?? "" }
            return text
        }
    }

    @Test(arguments: [false, true], [[:], ["account": "consumer.username", "rows": "consumer.plan.limit"]])
    func `a line means the same after a thousand others as alone`(isSpaced: Bool, fields: [String: String]) throws {
        let seed: UInt64 = 601
        var program = Program(random: SeededRandom(seed: seed), isSpaced: isSpaced)
        let lines = (0..<1500).map { _ in program.line() }
        let together = try decode("json", lines.map { $0 + "\n" }.joined(), fields: fields)
        var apart: [SeenLine] = []
        var reasons: [MalformedReason] = []
        for line in lines {
            let alone = try decode("json", line + "\n", fields: fields)
            apart += alone.lines
            reasons += alone.reasons
        }
        #expect(reasons.count > 100 && apart.count > 500)
        #expect(together.reasons == reasons, "seed \(seed)")
        try #require(together.lines.count == apart.count, "seed \(seed)")
        for (one, other) in zip(together.lines, apart) {
            var same = other
            same.offset = one.offset
            #expect(one == same, "seed \(seed)")
        }
    }

    @Test func `long keys that differ only in their middle or their end are told apart`() throws {
        let names = [
            "a_rather_long_key_1_of_weir", "a_rather_long_key_2_of_weir", "a_rather_long_key_1_of_weis", "rows_but_not_quite_the_rows",
        ]
        let fields = ["account": names[0], "rows": names[1], "bytes": names[2], "object": names[3]]
        var text = ""
        for round in 0..<40 {
            let members = [
                #""ts":1780279500"#, #""\#(names[0])":"a""#, #""\#(names[1])":1\#(round)"#, #""\#(names[2])":2"#, #""\#(names[3])":"o""#,
            ]
            text += "{" + (round % 3 == 0 ? members : [members[0], members[1], members[3], members[4]]).joined(separator: ",") + "}\n"
        }
        let seen = try decode("json", text, fields: fields)
        #expect(seen.malformed.isEmpty)
        #expect(seen.lines.map(\.rows) == (0..<40).map { $0 % 3 == 0 ? UInt64("1\($0)") : nil })
        #expect(seen.lines.allSatisfy { $0.bytes == 2 && $0.object == "o" && $0.account == "a" })
    }
}
