// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Simulation
import Testing

struct EventTextTests {
    /// An archive in memory: names and bytes of its files, oldest first.
    private func archive(
        _ format: EventText.Format, days: Int = 2, policy: LogSplitter.Policy = .oneFile, naming: LogSplitter.Naming = .rotated,
        seed: UInt64 = 1
    ) -> (files: [(name: String, bytes: [UInt8])], outcome: FleetArchive.Outcome) {
        let simulation = FleetSimulation(accounts: 24, days: days, seed: seed, start: firstOfJune)
        let splitter = LogSplitter(policy: policy, naming: naming, name: format.fileName, calendar: simulation.calendar)
        let archive = FleetArchive(
            simulation: simulation, text: EventText(format: format, accountNames: simulation.accountNames), splitter: splitter)
        var files: [(name: String, bytes: [UInt8])] = []
        let outcome = archive.write { piece in
            switch piece {
            case .begin(let name, _): files.append((name, []))
            case .bytes(let bytes): files[files.count - 1].bytes += bytes
            case .end: break
            }
        }
        return (files, outcome)
    }

    private func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test func `every json line parses, has the keys of weir's event, and two hundred to two hundred and sixty bytes on average`() throws {
        let (files, outcome) = archive(.json)
        let all = lines(files[0].bytes)
        #expect(all.count == outcome.events && outcome.bytes == files[0].bytes.count)
        #expect((200...260).contains(outcome.bytes / outcome.events))
        let known = Set(["ts", "account", "kind", "action", "method", "endpoint", "object", "status", "rows", "bytes", "ip"])
        for line in all {
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let object = try #require(value as? [String: Any])
            #expect(known.isSuperset(of: object.keys) && object.count >= known.count - 1)
        }
        let first = try #require(outcome.first)
        #expect(all[0].contains("\"ts\":\"\(CivilTime(first).rfc3339.prefix(19))"))
    }

    @Test func `the same seed gives the same bytes, another seed gives others`() {
        let one = archive(.json).files[0].bytes
        #expect(one == archive(.json).files[0].bytes)
        #expect(one != archive(.json, seed: 2).files[0].bytes)
    }

    /// Source: the FNV-1a hash of Fowler, Noll and Vo.
    private func digest(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }

    /// Stored alerts and the samples of `deploy` come from such fleets: what details add must not touch a byte of them.
    @Test func `without details every byte is what it was before there were any`() {
        #expect(digest(archive(.json).files[0].bytes) == 2_215_245_463_268_003_745)
        #expect(digest(archive(.combined).files[0].bytes) == 15_817_203_147_119_227_890)
        #expect(digest(archive(.salesforceELF).files[0].bytes) == 14_117_872_182_793_359_560)
    }

    @Test func `combined lines have the shape of the combined log format`() throws {
        let all = lines(archive(.combined, days: 1).files[0].bytes)
        let shape =
            #/[\d.]+ - svc-[a-z0-9-]+ \[01/Jun/2026:\d\d:\d\d:\d\d \+0000\] "(GET|POST|PATCH) /\S+ HTTP/1\.1" \d{3} \d+ "-" ".+"/#
        for line in all.prefix(3000) { #expect(line.wholeMatch(of: shape) != nil, "\(line)") }
    }

    @Test func `an EventLogFile begins each file with its header and quotes every field`() throws {
        let (files, _) = archive(.salesforceELF, policy: .daily, naming: .dated)
        #expect(files.map(\.name) == ["2026-06-01-RestApi.csv", "2026-06-02-RestApi.csv"])
        for file in files {
            let all = lines(file.bytes)
            let header = all[0].split(separator: ",")
            #expect(header.count == 27 && header[0] == "\"EVENT_TYPE\"" && header[16] == "\"ROWS_PROCESSED\"")
            for line in all.dropFirst().prefix(500) {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                #expect(fields.count == 27 && fields.allSatisfy { $0.hasPrefix("\"") && $0.hasSuffix("\"") }, "\(line)")
                #expect(fields[0] == "\"RestApi\"" && fields[4].count == 17 && fields[24].count == 20)
            }
        }
    }

    @Test func `labels call accounts as the log does`() throws {
        let simulation = FleetSimulation(accounts: 24, days: 35, seed: 1, start: firstOfJune, rate: 0.001)
        let splitter = LogSplitter(policy: .oneFile, naming: .rotated, name: "x", calendar: simulation.calendar)
        let archive = FleetArchive(
            simulation: simulation, text: EventText(format: .salesforceELF, accountNames: simulation.accountNames), splitter: splitter)
        let all = lines(archive.labels)
        #expect(all.count == 7)
        for line in all {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(Set(object.keys) == ["kind", "detector", "account", "start", "end", "size"])
            let account = try #require(object["account"] as? String)
            #expect(account == "*" || (account.hasPrefix("005") && account.count == 15))
        }
    }
}
