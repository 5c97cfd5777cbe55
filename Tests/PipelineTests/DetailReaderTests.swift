// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

@testable import Detection
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

    @Test func `texts that differ in case or punctuation are one text`() {
        #expect(words("Red shoes, size 42").text == words("red SHOES size 42").text)
        #expect(words("Red shoes, size 42").text != words("red shoes, size 43").text)
        #expect(words("red shoes").text != words("shoes red").text)
        #expect(words("red shoes").text != words("red shoes", key: 6).text)
    }

    /// The share of the texts that a tally takes for near-duplicates, among as many other searches as are asked for.
    private func alike(_ texts: [String], others: [String] = [], key: UInt64 = 5) -> Double {
        let tally = AccessTally()
        for place in 0..<max(texts.count, others.count) {
            for list in [texts, others] where place < list.count {
                let words = words(list[place], key: key)
                var detail = EventDetail()
                detail.query = words.text
                detail.queryShape = words.shape
                tally.note(detail, rows: 1, at: EventTime(milliseconds: 0), operation: .query)
            }
        }
        guard let discovery = tally.discovery else { return 0 }
        return Double(DiscoveryMemory.nearDuplicates(discovery)) / Double(texts.count)
    }

    private static let names: [String] = (0..<200).map { (number: Int) -> String in
        let letters: [UInt8] = [UInt8(97 + number % 26), 0x6F, 0x6E, UInt8(97 + number / 26)]
        return String(decoding: letters, as: UTF8.self)
    }

    @Test(
        arguments: [
            ("orders of ", ""), ("", " orders paid"), ("recommend for customer ", ""), ("recommend ", " for customer"),
            ("recommend items for customer ", ""), ("find a pair of ", " shoes"), ("recommend for customer named ", " in segment gold"),
            ("find contact with email ", "@example.com"),
            ("which customers bought both the red one and also the ", ""),
            ("which of our customers bought ", " shoes and live in the north"),
            ("please tell me what is known of the customer ", " of ours in Graz"),
            ("similar items for loyal customer in segment gold named ", " and others of it which they have bought lately or will"),
        ], 1...3 as ClosedRange<UInt64>)
    func `short texts that differ in a word or a number are near-duplicates`(frame: (before: String, behind: String), key: UInt64) {
        let isShort = "\(frame.before)\(frame.behind)".split(separator: " ").count < 15
        let byWord = alike(DetailReaderTests.names.map { frame.before + $0 + frame.behind }, key: key)
        let byNumber = alike((0..<200).map { "\(frame.before)\(100_000 + $0 * 7)\(frame.behind)" }, key: key)
        #expect(isShort ? byWord == 1 && byNumber == 1 : byWord > 0.2 || byNumber > 0.2, "\(byWord), \(byNumber)")
        guard isShort else { return }
        let others = DetailReaderTests.names.map { "\($0) \($0)s of \($0)" }
        #expect(alike(DetailReaderTests.names.map { frame.before + $0 + frame.behind }, others: others, key: key) >= 0.95)
    }

    @Test func `probes that keep one word until all others have been tried against it, and then the next, are near-duplicates`() {
        let words = DetailReaderTests.names
        let probes = (0..<200).map { "which customers bought both the \(words[$0 % 70]) one and also the \(words[199 - $0 / 70])" }
        #expect(alike(probes) >= 0.9)
    }

    @Test func `the same few texts, dates of a query, and searches that share little are no near-duplicates`() {
        func minutes(_ body: (Int) -> String) -> Double { alike((0..<200).map(body)) }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        #expect(minutes { ["red running shoes", "garden hose", "tent for two people"][$0 % 3] } == 0)
        #expect(minutes { "SELECT Id, Name FROM Contact WHERE LastModifiedDate > 2026-06-01T\(two($0 / 60)):\(two($0 % 60)):00Z" } == 0)
        #expect(minutes { "SELECT Id FROM Contact WHERE Id > \($0)" } == 0)
        #expect(minutes { "select * from orders limit 200 offset \($0 * 200)" } == 0)
        #expect(minutes { "orders changed since 2026-06-01 \(two($0 / 60)):\(two($0 % 60))" } == 0)
        #expect(minutes { "orders changed since \(1_780_272_000 + $0 * 60)" } == 0)
        #expect(minutes { "orders changed since \(1_780_272_000_000 + $0 * 60_000)" } == 0)
        #expect(minutes { "price above 10.\($0)" } == 0)
        let words = DetailReaderTests.names
        #expect(minutes { "\(words[$0]) \(words[199 - $0]) shoes" } < 0.1)
        #expect(minutes { "\(words[$0 % 14]) \(words[$0 / 14]) \(words[$0 * 7 % 200])" } < 0.3)
        #expect(minutes { "shoes \(words[$0])" } == 0)
        #expect(
            minutes { "which \(words[$0]) of \(words[$0 * 3 % 200]) bought \(words[199 - $0]) and also a \(words[$0 * 7 % 200])" } < 0.1)
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
