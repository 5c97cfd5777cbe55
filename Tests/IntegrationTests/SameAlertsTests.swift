// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// The promise of the product, with the release binary: the same events give the same alerts, however they arrive.
@Suite(.serialized) struct SameAlertsTests {
    static let events = 1_000_000
    static let arguments = ["generate", "--accounts", "60", "--days", "28", "--seed", "7", "--events", String(events)]

    /// Alerts as they must agree: without the places where their lines stand, sorted.
    private func comparable(_ lines: [String]) -> [String] {
        let places = /"file":"[^"]*","offset":\d+/
        return Set(lines.map { $0.replacing(places, with: "") }).sorted()
    }

    private func generate(_ bench: Workbench, _ more: [String]) throws {
        let result = try bench.run(Workbench.binary, SameAlertsTests.arguments + more)
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test func `one file, fifty packed files, standard input and a daemon killed three times give the same alerts`() throws {
        let bench = try Workbench()
        try generate(bench, ["--output", bench.path("one")])
        try generate(bench, ["--output", bench.path("fifty"), "--split", "50", "--packing", "zstd"])

        try LiveRun.writeSettings(bench)
        let settings = bench.path("weir.yaml")
        let one = try bench.weir("replay", "--settings", settings, "--summary", bench.path("summary.json"), bench.path("one/access.json"))
        #expect(one.code == 0, "\(one.errors)")
        let total = try #require(bench.numbers(in: bench.text("summary.json"), "lanes").first?["events"])
        #expect(abs(total - SameAlertsTests.events) < SameAlertsTests.events / 100)
        let expected = comparable(one.output.split(separator: "\n").map(String.init))
        #expect(expected.count > 10)

        let fifty = try bench.run(Workbench.binary, ["replay", "--settings", settings, bench.path("fifty/access.json*")])
        #expect(fifty.code == 0, "\(fifty.errors)")
        #expect(comparable(fifty.output.split(separator: "\n").map(String.init)) == expected)

        let input = try bench.weir("replay", "--settings", settings, "-", input: bench.path("one/access.json"))
        #expect(comparable(input.output.split(separator: "\n").map(String.init)) == expected)

        let live = try LiveRun(bench, archive: bench.path("one/access.json"), total: total).alerts()
        // Compared one by one: a failure then names the first difference instead of two lists.
        let (found, wanted) = (comparable(live), expected)
        #expect(found.count == wanted.count)
        let difference = zip(found, wanted).first { $0 != $1 }
        #expect(difference == nil)
    }
}

/// A log that grows and rotates while the daemon follows it and is killed.
private struct LiveRun {
    static let parts = 50
    let bench: Workbench
    let archive: String
    let total: Int

    init(_ bench: Workbench, archive: String, total: Int) {
        self.bench = bench
        self.archive = archive
        self.total = total
    }

    static func writeSettings(_ bench: Workbench) throws {
        try FileManager.default.createDirectory(atPath: bench.path("live"), withIntermediateDirectories: true)
        try bench.write(
            """
            state_directory: state
            checkpoint_interval_seconds: 0.2
            sources:
              - { name: gateway, format: json, paths: ["live/access.json"], rotate_wait_seconds: 1 }
            alerts: { sinks: [ { type: ndjson, path: alerts.ndjson } ] }
            """, to: "weir.yaml")
    }

    func alerts() throws -> [String] {
        let log = try Data(contentsOf: URL(fileURLWithPath: archive))
        var daemon = try start()
        var position = 0
        for part in 1...LiveRun.parts {
            // A part ends anywhere, in the middle of a line as a rule; the rest of the line follows in the same file.
            let end = part == LiveRun.parts ? log.count : lineEnd(log, after: log.count / LiveRun.parts * part)
            let middle = (position + end) / 2
            try write(log[position..<middle])
            if part % 13 == 7 {
                #expect(bench.end(daemon, signal: SIGKILL) != 0)
                daemon = try start()
            }
            try write(log[middle..<end])
            // A log rotates when it is full, not while a reader starts: what stood before this part is read by then, and after a kill, when
            // that was known before, something of this part as well.
            let reached = part % 13 == 7 ? middle : position
            let isRead = try bench.wait(atMost: 30) { try counter("bytes") >= reached - 1000 }
            #expect(isRead, "part \(part): \(bench.text("daemon.log").suffix(2000))")
            position = end
            if part < LiveRun.parts { try rotate(part) }
        }
        let isRead = try bench.wait(atMost: 120) { try counter("events") >= total }
        let count = try counter("events")
        #expect(isRead, "\(count) of \(total) events were read: \(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        #expect(try counter("events") == total)
        return bench.lines("alerts.ndjson")
    }

    private func start() throws -> Process {
        try bench.start(Workbench.binary, ["run", "--settings", bench.path("weir.yaml")], name: "daemon")
    }

    private func counter(_ name: String) throws -> Int {
        let status = try bench.weir("status", "--settings", bench.path("weir.yaml"), "--json")
        return status.code == 0 ? try bench.numbers(in: status.output, "sources").first?[name] ?? 0 : 0
    }

    private func lineEnd(_ log: Data, after place: Int) -> Int {
        (log[place...].firstIndex(of: 0x0A) ?? log.count - 1) + 1
    }

    private func write(_ bytes: Data) throws {
        let path = bench.path("live/access.json")
        if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { handle.closeFile() }
        handle.seekToEndOfFile()
        handle.write(bytes)
    }

    /// As logrotate does it: the oldest first, each to the next number; now and then one is packed.
    private func rotate(_ part: Int) throws {
        let manager = FileManager.default
        for number in stride(from: LiveRun.parts, through: 1, by: -1) {
            for suffix in ["", ".gz"] {
                let from = bench.path("live/access.json.\(number)\(suffix)")
                if manager.fileExists(atPath: from) {
                    try manager.moveItem(atPath: from, toPath: bench.path("live/access.json.\(number + 1)\(suffix)"))
                }
            }
        }
        let second = bench.path("live/access.json.2")
        if part % 5 == 0 && manager.fileExists(atPath: second) { #expect(try bench.run("/bin/gzip", [second]).code == 0) }
        try manager.moveItem(atPath: bench.path("live/access.json"), toPath: bench.path("live/access.json.1"))
    }
}
