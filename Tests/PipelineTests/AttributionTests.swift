// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// Names, paths and addresses on their way to numbers.
@Suite struct AttributionTests {
    @Test(arguments: [
        ("/api/v3/contacts/12345/notes", "/api/v3/contacts/{id}/notes"),
        ("/api/v3/contacts", "/api/v3/contacts"),
        ("/a/0031x00000AbCdEFGH", "/a/{id}"),
        ("/a/550e8400-e29b-41d4-a716-446655440000/b", "/a/{id}/b"),
        ("/users/mara@example.com/files", "/users/{id}/files"),
        ("/users/mara%40example.com", "/users/{id}"),
        ("/query?email=mara@example.com", "/query"),
        ("/query;jsessionid=77#top", "/query"),
        ("/only-words-however-long-they-may-be", "/only-words-however-long-they-may-be"),
        ("//x/", "//x/"), ("7", "{id}"), ("", ""),
        ("s3.amazonaws.com/GetObject", "s3.amazonaws.com/GetObject"), ("ec2.amazonaws.com", "ec2.amazonaws.com"),
        ("/route53.amazonaws.com/x", "/route53.amazonaws.com/x"), ("s3.eu-central-1.amazonaws.com/x", "s3.eu-central-1.amazonaws.com/x"),
        ("oauth2.googleapis.com", "oauth2.googleapis.com"), ("acct-20260601.s3.amazonaws.com", "{id}"),
        ("123456789012.amazonaws.com/x", "{id}/x"), ("report-2026.csv.com", "{id}"), ("a.b.c3.amazonaws.com", "{id}"),
        ("192.168.100.200", "{id}"), ("mara@s3.amazonaws.com", "{id}"), ("x3.amazonaws.com.evil.example", "{id}"),
    ])
    func `ids in a path collapse to one template`(path: String, expected: String) {
        #expect(template(path) == expected)
    }

    @Test func `paths have the same shape when they have the same template, and only then`() {
        let seed: UInt64 = 77
        var random = SeededRandom(seed: seed)
        let segments = [
            "api", "v2", "v3", "contacts", "1", "123456", "0031x00000AbCdE", "abcdefghijkl", "abcdefghijk1", "a@b", "a%40", "", "x:y",
            "s3.amazonaws.com",
            "ec2.amazonaws.com", "e42a.amazonaws.com",
        ]
        let tails = ["", "/", "?q=1/2", "#top", ";s=7", "?a@b"]
        var shapes: [UInt64: String] = [:]
        var templates: [String: UInt64] = [:]
        var plain = 0
        for round in 0..<6000 {
            let body = (0..<Int.random(in: 1...5, using: &random)).map { _ in segments.randomElement(using: &random) ?? "" }
            let path = "/" + body.joined(separator: "/") + (tails.randomElement(using: &random) ?? "")
            let bytes = Array("<\(path)7@/>".utf8)
            guard path.utf8.count <= EndpointTemplate.longestShape else { continue }
            let shape = ChunkBuffer(bytes).withBytes { EndpointTemplate.shape($0, 1, path.utf8.count, key: seed) }
            #expect(!shape.isPlain || !path.contains { "?#;".contains($0) }, "seed \(seed), round \(round): \(path)")
            plain += shape.isPlain ? 1 : 0
            let template = template(path)
            #expect(shapes.updateValue(template, forKey: shape.hash) ?? template == template, "seed \(seed), round \(round): \(path)")
            let known = templates.updateValue(shape.hash, forKey: template) ?? shape.hash
            #expect(known == shape.hash, "seed \(seed), round \(round): \(path)")
        }
        #expect(shapes.count > 200)
        #expect(plain > 500)
    }

    @Test func `a segment cut by the length limit is kept as an id, for it may be half an address`() {
        let front = "/" + String(repeating: "a", count: 193) + "/"
        #expect(template(front + "mara@example.com") == front + "{id}")
        #expect(template(front + "maras?x=1") == front + "maras")
    }

    @Test func `a directory compares the bytes of names whose hashes collide`() {
        var directory = NameDirectory(key: 0)
        for (number, name) in ["one", "two", "six"].enumerated() {
            directory.insert(Array(name.utf8), hash: 42, number: UInt32(number))
        }
        for (number, name) in ["one", "two", "six"].enumerated() {
            #expect(ChunkBuffer(Array(name.utf8)).withBytes { directory.find($0, 0, 3, hash: 42) } == UInt32(number))
        }
        #expect(ChunkBuffer(Array("ten".utf8)).withBytes { directory.find($0, 0, 3, hash: 42) } == nil)
    }

    @Test func `a directory finds every name after it has grown many times`() {
        var directory = NameDirectory(key: 77)
        var random = SeededRandom(seed: 5)
        let names = (0..<5000).map { "svc-\($0)-" + String(random.next(), radix: 36).prefix($0 % 13) }
        for (number, name) in names.enumerated() {
            let bytes = Array(name.utf8)
            let hash = ChunkBuffer(bytes).withBytes { directory.hash($0, 0, bytes.count) }
            directory.insert(bytes, hash: hash, number: UInt32(number))
        }
        for (number, name) in names.enumerated() {
            // Not at the start of its window, as in a log line.
            let bytes = Array("xyz\(name)rest".utf8)
            let count = name.utf8.count
            let found = ChunkBuffer(bytes).withBytes { directory.find($0, 3, count, hash: directory.hash($0, 3, count)) }
            #expect(found == UInt32(number), "seed 5, name \(name)")
        }
    }

    @Test func `people and addresses become pseudonyms that do not hold the name`() throws {
        let lines = line(at: 0, account: "mara", extra: #","kind":"human""#) + line(at: 1, account: "kim@example.com")
        let names = try attribute([lines])
        #expect(names.count == 3)
        for name in names.dropFirst() {
            #expect(name.hasPrefix("u-") && name.count == 14)
        }
    }

    @Test(arguments: ["5369 2847 1093 7743", "DE78500105178231947732", "93.184.216.77", "AKIAQ3EGRT5YHNBV7Z2K"])
    func `an account that is called by somebody's number gets a pseudonym, the same after a restart`(name: String) throws {
        let lines = [line(at: 0, account: name), line(at: 1, account: "svc-10-b"), line(at: 2, account: name)]
        let names = try attribute(lines)
        #expect(names.count == 3 && names[1].hasPrefix("u-") && names[1].count == 14 && names[2] == "svc-10-b")
        #expect(try attribute([Array(lines.joined())]) == names)
    }

    @Test(arguments: [
        ("nora.vogel81@posteo.de", "{id}"), ("/users/maria.huber@example.com/export", "/users/{id}/export"),
        ("exports/nora@intranet 2026.csv", "exports/{id} 2026.csv"), ("users/nora%40posteo.de.csv", "users/{id}"),
        ("owner=jörg@müller.example;all", "owner={id};all"), ("@scope/package", "@scope/package"), ("a @ b", "a @ b"),
        ("Card 5369 2847 1093 7743", "Card {id}"), ("93.184.216.77", "93.184.216.0/24"),
        ("Contact__c", "Contact__c"), ("SELECT Id FROM Lead", "SELECT Id FROM Lead"), ("93.184.216.0/24", "93.184.216.0/24"),
    ])
    func `of a name that is kept nothing personal is kept`(name: String, kept: String) {
        var screen = NameScreen(ScanOptions())
        #expect(String(decoding: screen.screened(Array(name.utf8)), as: UTF8.self) == kept)
        #expect(String(decoding: screen.screened(Array(kept.utf8)), as: UTF8.self) == kept)
    }

    @Test func `a person and a program of one name are two accounts, whichever comes first`() throws {
        let person = line(at: 0, account: "robin", extra: #","kind":"human""#)
        let program = line(at: 0, account: "robin")
        let one = try attribute([person + program + person])
        let two = try attribute([program + person + program])
        #expect(one.count == 3)
        #expect(Set(one) == Set(two))
    }

    @Test func `names beyond the limit share the overflow account, before a restart and after it`() throws {
        var limits = Attribution.Limits()
        limits.accounts = 3
        let lines = ["a", "b", "c", "d", "a", "c"].enumerated().map { line(at: Int64($0), account: $1) }
        let numbers = try accounts([Array(lines.joined())], limits: limits)
        #expect(numbers == [1, 2, 0, 0, 1, 0])
        #expect(try accounts(lines, limits: limits) == numbers)
    }

    @Test func `a resumed attribution gives every name its old number`() throws {
        var lines: [[UInt8]] = []
        for index in 0..<60 {
            let name = ["svc-\(index % 11)", "p\(index % 5)@x.org", "robin", String(repeating: "n", count: 300) + "\(index % 3)"][index % 4]
            lines.append(line(at: Int64(index), account: name, extra: index % 7 == 0 ? #","kind":"human""# : ""))
        }
        #expect(try accounts([Array(lines.joined())]) == accounts(lines))
    }

    @Test(arguments: [
        ("10.1.2.3", "10.1.2.0/24"), ("203.0.113.99:8080", "203.0.113.0/24"), ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:7:9::1", "2001:db8:7::/48"), ("[2001:DB8:7::1]:443", "2001:db8:7::/48"), ("fe80::1%eth0", "fe80:0:0::/48"),
        ("2001::", "2001:0:0::/48"), ("::1", "0:0:0::/48"),
        ("[10.11.12.13]:12345", "10.11.12.0/24"), ("[10.11.12.13]", "10.11.12.0/24"), ("[[1.2.3.4]]", "unknown"), ("[]", "unknown"),
        ("[localhost]:1", "unknown"), ("10.1.2", "unknown"), ("10.1.2.300", "unknown"), ("1.2.3.4.5", "unknown"), ("localhost", "unknown"),
        ("-", "unknown"),
        ("10.1.2.", "unknown"), ("1234.1.1.1", "unknown"), (":", "unknown"), ("::ffff:1:2.3", "unknown"),
    ])
    func `an address gives its network, and anything else gives none`(text: String, expected: String) {
        let bytes = Array("<\(text)>".utf8)
        let network = ChunkBuffer(bytes).withBytes { NetworkParser.network($0, 1, bytes.count - 2) }
        #expect(network.text == expected)
    }

    private func template(_ path: String) -> String {
        var output = ChunkBuffer(capacity: 256)
        let bytes = Array("<\(path)>".utf8)
        ChunkBuffer(bytes).withBytes { EndpointTemplate.append($0, 1, bytes.count - 1, to: &output) }
        return output.withBytes { String(decoding: $0.copy(0..<$0.count), as: UTF8.self) }
    }

    /// The names that the pieces give, each piece read by an attribution that was resumed from the names before it.
    private func attribute(_ pieces: [[UInt8]]) throws -> [String] { try numbered(pieces, Attribution.Limits()).names }

    private func accounts(_ pieces: [[UInt8]], limits: Attribution.Limits = Attribution.Limits()) throws -> [UInt32] {
        try numbered(pieces, limits).numbers
    }

    private func numbered(_ pieces: [[UInt8]], _ limits: Attribution.Limits) throws -> (names: [String], numbers: [UInt32]) {
        var names = [Attribution.overflowName]
        var numbers: [UInt32] = []
        for (index, piece) in pieces.enumerated() {
            var attribution = Attribution(limits: limits, pseudonymKey: [9], hashKey: UInt64(index))
            attribution.resume(accountNames: names, valueNames: [], gate: AdmissionGate())
            let format = try JSONFormat(options: FormatOptions())
            var reader = LaneReader(source: MemorySource([MemorySource.File("x", piece)]), attribution: attribution) { format }
            var batch = EventBatch()
            while !batch.isLast { _ = reader.fill(&batch) }
            names += batch.newAccounts
            numbers += batch.events.map(\.account.rawValue)
        }
        return (names, numbers)
    }

    @Test func `an address that goes on with a zero byte is none, whichever came first`() {
        let texts = [Array("192.0.2.7".utf8), Array("192.0.2.7".utf8) + [0], [0], [0, 0]]
        for order in [texts, texts.reversed()] {
            var cache = NetworkCache()
            for text in order + order {
                let found = ChunkBuffer(text).withBytes { cache.network($0, 0, text.count) }
                #expect(found == ChunkBuffer(text).withBytes { NetworkParser.network($0, 0, text.count) }, "\(text)")
            }
        }
    }
}
