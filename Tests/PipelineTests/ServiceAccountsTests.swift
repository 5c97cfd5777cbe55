// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

@testable import Pipeline

/// Programs whose names look like people's.
@Suite struct ServiceAccountsTests {
    @Test(arguments: [
        ("integration@example.com", "integration@example.com", true), ("Integration@Example.com", "integration@example.COM", true),
        ("integration@example.com", "integration@example.com.attacker.net", false),
        ("integration@example.com", "xintegration@example.com", false),
        ("*.iam.gserviceaccount.com", "export@shop.iam.gserviceaccount.com", true), ("*.iam.gserviceaccount.com", "ada@example.com", false),
        ("svc-*@example.com", "svc-@example.com", true), ("svc-*@example.com", "svc-a@example.com", true),
        ("svc-*@example.com", "svc-a@example.co", false),
        ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false), ("a*a", "a", false), ("a*ab", "aaab", true), ("****", "x", true),
        ("abcd", "", false),
    ]) func `a pattern names what it is to name`(pattern: String, name: String, isDeclared: Bool) {
        #expect(ServiceAccounts([pattern]).declare(Array(name.utf8)) == isDeclared)
        #expect(ServiceAccounts(["other", pattern]).declare(Array(name.utf8)) == isDeclared)
        #expect(!ServiceAccounts().declare(Array(name.utf8)))
    }

    /// The names that accounts get, and those of each event.
    private func read(
        _ lines: [(name: String, kind: String)], _ services: ServiceAccounts, known: [String] = []
    ) throws -> (new: [String], numbers: [UInt32]) {
        let text = lines.enumerated().map { index, line in
            #"{"ts":\#(1_780_279_500 + index),"account":"\#(line.name)",\#(line.kind.isEmpty ? "" : "\"kind\":\"\(line.kind)\",")"rows":1,"action":"export"}"#
                + "\n"
        }.joined()
        let format = try JSONFormat(options: FormatOptions())
        var attribution = Attribution(pseudonymKey: [7], hashKey: 5, services: services)
        if !known.isEmpty { attribution.resume(accountNames: known, valueNames: [], gate: AdmissionGate()) }
        var reader = LaneReader(source: MemorySource([MemorySource.File("x", Array(text.utf8))]), attribution: attribution) { format }
        var batch = EventBatch()
        var (names, numbers): ([String], [UInt32]) = ([], [])
        while !batch.isLast {
            _ = reader.fill(&batch)
            names += batch.newAccounts
            numbers += batch.events.map(\.account.rawValue)
        }
        return (names, numbers)
    }

    @Test func `a declared program is shown as it is, whatever the log calls it, and others are pseudonyms`() throws {
        let services = ServiceAccounts(["integration@example.com"])
        let lines = [
            ("integration@example.com", ""), ("integration@example.com", "human"), ("Integration@example.com", "service"),
            ("ada@example.com", ""), ("integration@example.com", "human"), ("ada@example.com", "human"),
        ]
        let seen = try read(lines, services)
        #expect(seen.numbers == [1, 1, 2, 3, 1, 3])
        #expect(Array(seen.new.prefix(2)) == ["integration@example.com", "Integration@example.com"])
        #expect(seen.new.count == 3 && seen.new[2].hasPrefix("u-"))
        let without = try read(lines, ServiceAccounts())
        #expect(without.new.allSatisfy { $0.hasPrefix("u-") })
    }

    @Test func `after a start a declared program is the account that it was, and one that is declared no more is a person`() throws {
        let known = ["(other accounts)", "svc@example.com", "svc-a"]
        let lines = [("svc@example.com", "human"), ("svc-a", ""), ("svc@example.com", "")]
        let declared = try read(lines, ServiceAccounts(["svc@*"]), known: known)
        #expect(declared.numbers == [1, 2, 1] && declared.new.isEmpty)
        let withdrawn = try read(lines, ServiceAccounts(), known: known)
        #expect(withdrawn.numbers == [3, 2, 3] && withdrawn.new.count == 1 && withdrawn.new[0].hasPrefix("u-"))
    }

    @Test func `a program that the log calls a person first is one account`() throws {
        let seen = try read(
            [("svc@example.com", "human"), ("svc@example.com", ""), ("svc@example.com", "human")], ServiceAccounts(["svc@*"]))
        #expect(seen.numbers == [1, 1, 1] && seen.new == ["svc@example.com"])
    }
}
