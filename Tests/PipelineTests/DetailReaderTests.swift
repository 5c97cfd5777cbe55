// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

@testable import Pipeline

@Suite struct DetailReaderTests {
    private func words(_ text: String, key: UInt64 = 5) -> QueryWords {
        let bytes = Array(text.utf8)
        return ChunkBuffer(bytes).withBytes { QueryWords($0, 0, bytes.count, key: key) }
    }

    /// The details of JSON lines, as the core gets them.
    private func details(_ lines: [String], key: [UInt8] = [1, 2, 3], canaries: [String] = []) throws -> [EventDetail] {
        let log = MemorySource.File("a", Array((lines.joined(separator: "\n") + "\n").utf8))
        let format = try JSONFormat(options: FormatOptions())
        var batch = EventBatch()
        var reader = LaneReader(
            source: MemorySource([log]), attribution: Attribution(pseudonymKey: key, hashKey: 9, canaries: canaries),
            makeFormat: { format })
        while reader.fill(&batch) {}
        #expect(batch.events.filter { $0.presence.contains(.detail) }.count == batch.details.count)
        return batch.details
    }

    @Test func `texts that differ in case, punctuation or numbers are one text`() {
        #expect(words("Red shoes, size 42").text == words("red SHOES size 43").text)
        #expect(words("red shoes").text != words("shoes red").text)
        #expect(words("red shoes").text != words("red shoes", key: 6).text)
    }

    @Test func `most texts of five words that differ in one have one shape`() {
        let others = (0..<200).map { number in
            let word = String(UnicodeScalar(UInt8(97 + number % 26))) + String(UnicodeScalar(UInt8(97 + number / 26)))
            return words("find a pair of \(word) shoes").shape
        }
        let commonest = Dictionary(grouping: others, by: { $0 }).values.map(\.count).max() ?? 0
        #expect(commonest >= 100, "\(commonest) of 200")
        #expect(words("one two").shape == words("one two").text)
    }

    @Test func `a query that only counts is told from others`() {
        #expect(words("SELECT COUNT() FROM Contact").counts && words("select count(Id) from Lead").counts)
        #expect(!words("select Id, count from Lead").counts)
    }

    @Test func `limits come as two numbers, or as the header that a service sends`() throws {
        let line = #"{"ts":1780272000,"account":"a","limit_used":"#
        let found = try details([
            line + #"18,"limit_max":5000}"#, line + #""api-usage=18/5000; per-app-api-usage=17/250(appName=x)"}"#,
            line + #""1/40"}"#, line + #""soon"}"#, line + #"7}"#,
        ])
        #expect(found.map(\.limitUsed) == [18, 18, 1, 0])
        #expect(found.map(\.limitMax) == [5000, 5000, 40, 0])
    }

    @Test func `texts are hashed under a key, and an agent without its version`() throws {
        let lines = [
            #"{"ts":1780272000,"account":"a","item":"4711","job":"750A","agent":"python-requests/2.31"}"#,
            #"{"ts":1780272001,"account":"a","item":4711,"job":"750B","agent":"python-requests/2.32 x"}"#,
        ]
        let found = try details(lines)
        #expect(found[0].item == found[1].item && found[0].job != found[1].job)
        #expect(found[0].agent == found[1].agent && found[0].agent != 0)
        #expect(try details(lines, key: [7])[0].item != found[0].item)
        #expect(try details(lines, canaries: ["4711"])[0].traits.contains(.canary))
    }

    @Test func `an unescaped text counts like the same without escapes, and a broken limit refuses no line`() throws {
        let found = try details([
            #"{"ts":1780272000,"account":"a","item":"a\u0062c","limit_used":"x\ny"}"#, #"{"ts":1780272000,"account":"a","item":"abc"}"#,
        ])
        #expect(found.count == 2 && found[0].item == found[1].item)
    }
}
