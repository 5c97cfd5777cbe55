// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// The laws over real logs that are not part of the repository: `WEIR_SHARED`, or `shared` beside the package. Without them nothing is
/// tested here, and `.ci/run` fails.
@Suite struct SampleLawTests {
    static let sets = ["salesforce_elf", "combined", "json"]

    @Test(.enabled(if: Samples.arePresent), arguments: sets) func `real logs keep laws 1, 3 and 4`(format: String) throws {
        let (files, plan) = try Samples.inOrder(format)
        let whole = try run(files, plan)
        let events = whole.counter("events") ?? 0
        #expect(events > 10, "\(format): \(whole.counters)")
        for seed in [UInt64(31), 32] {
            var split = plan
            split.largestRead = seed == 31 ? 300 : 20_000
            split.batchLimit = seed == 31 ? 1024 : 7
            split.seed = seed
            expectSame(try run(files, split), whole, "\(format), split, seed \(seed)")

            var resumed = plan
            // About twenty times, however many lines there are.
            resumed.restarts = 0.5
            resumed.batchLimit = max(Int(events) / 40, 1)
            resumed.captureStep = seed == 31 ? nil : 1
            resumed.largestRead = 4000
            resumed.seed = seed
            let run = try run(files, resumed)
            #expect(run.restarts > 0, "\(format), seed \(seed)")
            expectSame(run, whole, "\(format), resumed \(run.restarts) times, seed \(seed)")
        }
        for shards in [2, 8] {
            var sharded = plan
            sharded.options.shards = shards
            expectSame(try run(files, sharded), whole, "\(format), \(shards) shards")
        }
    }

    private func expectSame(_ one: LaneRun, _ other: LaneRun, _ name: String) {
        let difference = one.difference(from: other)
        #expect(difference == nil, "\(name): \(difference ?? "")")
    }
}

private enum Samples {
    static let folder: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["WEIR_SHARED"].map { URL(filePath: $0) }
        return (shared ?? package.deletingLastPathComponent().appending(path: "shared")).appending(path: "samples")
    }()

    static var arePresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// Web logs; hardly anybody in them is logged in.
    private static let webLogs = [
        "elastic-examples/apache_logs", "elastic-beats/apache/access/test/test.log", "elastic-beats/apache/access/test/test-vhost.log",
        "elastic-beats/apache/access/test/ubuntu-2.2.22.log", "elastic-beats/nginx/access/test/access.log",
        "elastic-beats/nginx/access/test/test-with-host.log", "elastic-beats/nginx/ingress_controller/test/test.log",
        "elastic-beats/traefik/access/test/test.log", "crowdsec-hub/nginx_http-logs/nginx_http-logs.log",
        "crowdsec-hub/nginx-http-malformed/nginx_http-logs.log", "crowdsec-hub/apache-http-probing/apache-http-probing.log",
        "crowdsec-hub/traefik_clf/traefik_clf.log", "crowdsec-hub/nginx-proxy-manager-logs/nginx-proxy-manager-logs.log",
    ]

    /// A source announces its files in the order of their first events; those without any come first.
    static func inOrder(_ format: String) throws -> ([MemorySource.File], LaneRunPlan) {
        let (files, plan) = try files(format)
        let type = try #require(FormatCatalog.format(named: format))
        let dated = try files.map { file in
            var decoder: any LineFormat = try type.init(options: FormatOptions(fields: plan.fields))
            var lines = DecodedLines()
            ChunkBuffer(file.bytes).withBytes { bytes in _ = decoder.decode(bytes, from: 0, isFinal: true, into: &lines) }
            return (file: file, first: lines.lines.first?.time.milliseconds ?? .min)
        }
        return (dated.enumerated().sorted { ($0.element.first, $0.offset) < ($1.element.first, $1.offset) }.map(\.element.file), plan)
    }

    private static func files(_ format: String) throws -> ([MemorySource.File], LaneRunPlan) {
        let type = try #require(FormatCatalog.format(named: format))
        var plan = LaneRunPlan()
        plan.options = LaneOptions(name: "samples", format: format, lateness: type.descriptor.defaultLateness)
        switch format {
        case "salesforce_elf":
            let tables = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "salesforce-elf-2020").path)
            let names = tables.filter { $0.hasSuffix(".csv") }.sorted().map { "salesforce-elf-2020/\($0)" }
            let more = ["salesforce-elf-verbatim/API2d.csv", "newrelic-salesforce-exporter/sample_log_lines.csv"]
            return (try (names + more).map { MemorySource.File($0, try bytes($0)) }, plan)
        case "combined":
            // Once as they are, and once with each visitor's address as the user, so that somebody acts.
            let plain = try webLogs.map { MemorySource.File($0, try bytes($0)) }
            return (plain + [MemorySource.File("visitors", try visitors("elastic-examples/apache_logs"))], plan)
        default:
            plan.fields = ["ts": "EdgeStartTimestamp", "account": "ClientRequestHost", "bytes": "EdgeResponseBytes", "ip": "ClientIP"]
            plan.fields["endpoint"] = "ClientRequestURI"
            let names = ["azure-sentinel/Sample_Data/Cloudflare_CL.json", "azure-sentinel/Sample_Data/Okta_CL.json"]
            let lines = try names.map { MemorySource.File($0, try objects($0)) }
            let traefik = "crowdsec-hub/traefik_json/traefik_json.log"
            return (lines + [MemorySource.File(traefik, try bytes(traefik))], plan)
        }
    }

    private static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }

    /// The beginning of the web log with ` - - [` made the user of the line's first word.
    private static func visitors(_ name: String) throws -> [UInt8] {
        let lines = String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n")
        let named = lines.prefix(1500).map { line in
            let address = line.prefix { $0 != " " }
            guard line.dropFirst(address.count).hasPrefix(" - - [") else { return String(line) }
            return "\(address) - at-\(address)\(line.dropFirst(address.count + 4))"
        }
        return Array((named.joined(separator: "\n") + "\n").utf8)
    }

    /// The objects of an array, one a line, as a collector would have written them.
    private static func objects(_ name: String) throws -> [UInt8] {
        let list = try #require(try JSONSerialization.jsonObject(with: Data(try bytes(name))) as? [Any])
        var lines: [UInt8] = []
        for object in list {
            lines += Array(try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) + [UInt8(ascii: "\n")]
        }
        return lines
    }
}
