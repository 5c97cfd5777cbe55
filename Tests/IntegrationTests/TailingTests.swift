// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// The release binary over logs that live: many of them, without inotify, and tortured.
@Suite(.serialized) struct TailingTests {
    private func settings(_ bench: Workbench, _ path: String) throws -> String {
        try bench.write(
            """
            state_directory: state
            checkpoint_interval_seconds: 0.2
            sources: [ { name: app, format: json, paths: ["\(path)"] } ]
            alerts: { sinks: [ { type: ndjson, path: alerts.ndjson } ] }
            """, to: "weir.yaml")
        return bench.path("weir.yaml")
    }

    private func counter(_ bench: Workbench, _ name: String) throws -> Int {
        let status = try bench.weir("status", "--settings", bench.path("weir.yaml"), "--json")
        return status.code == 0 ? try bench.numbers(in: status.output, "sources").first?[name] ?? 0 : 0
    }

    private func expectEvents(_ count: Int, _ bench: Workbench, within seconds: Double) throws {
        _ = try bench.wait(atMost: seconds) { try counter(bench, "events") >= count }
        let events = try counter(bench, "events")
        #expect(events == count, "\(bench.text("daemon.log").suffix(2000))")
    }

    /// A line of a file: milliseconds after an hour of its own, so that all files are read side by side.
    private static func line(_ file: Int, _ number: Int) -> String {
        #"{"ts":\#(1_780_000_000_000 + number * 60_000 + file),"account":"svc-\#(file % 50)","action":"read","rows":1}"# + "\n"
    }

    /// What a process holds: descriptors, and megabytes at most so far.
    private func holdings(_ process: Process) throws -> (descriptors: Int, peak: Int) {
        let folder = "/proc/\(process.processIdentifier)"
        let status = try String(contentsOfFile: folder + "/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ").dropFirst().first
        return (try FileManager.default.contentsOfDirectory(atPath: folder + "/fd").count, (peak.flatMap { Int($0) } ?? 0) / 1024)
    }

    @Test func `ten thousand files are read whole with a thousand descriptors, also when all grow at once and after a kill`() throws {
        let bench = try Workbench()
        let count = 10_000
        try FileManager.default.createDirectory(atPath: bench.path("logs"), withIntermediateDirectories: true)
        for file in 0..<count { try bench.write((0..<10).map { TailingTests.line(file, $0) }.joined(), to: "logs/\(file).log") }
        let command = ["--nofile=1024:1024", Workbench.binary, "run", "--settings", try settings(bench, "logs/*.log")]
        var daemon = try bench.start("/usr/bin/prlimit", command, name: "daemon")
        try expectEvents(10 * count, bench, within: 60)
        for file in 0..<count { try bench.append(TailingTests.line(file, 10), to: "logs/\(file).log") }
        try expectEvents(11 * count, bench, within: 60)
        #expect(bench.end(daemon, signal: SIGKILL) != 0)
        for file in 0..<count { try bench.append(TailingTests.line(file, 11), to: "logs/\(file).log") }
        daemon = try bench.start("/usr/bin/prlimit", command, name: "daemon")
        try expectEvents(12 * count, bench, within: 60)
        let held = try holdings(daemon)
        print("ten thousand files: \(held.descriptors) descriptors, \(held.peak) MiB at most")
        #expect(held.descriptors < 700)
        #expect(held.peak < 400)
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        #expect(try counter(bench, "late") == 0)
        let said = bench.text("daemon.log")
        #expect(!said.contains("Too many open files"), "\(said.suffix(2000))")
    }

    /// In a user namespace of its own, where the limit can be set without harm to others.
    @Test func `without a watch left files are polled, and the log says what is exhausted`() throws {
        let bench = try Workbench()
        let limit = "/proc/sys/user/max_inotify_watches"
        guard try bench.run("/usr/bin/unshare", ["--user", "--map-root-user", "/bin/sh", "-c", "echo 0 > \(limit)"]).code == 0 else {
            // Some kernels let nobody make a namespace; the limit within the process is tested elsewhere.
            return
        }
        let path = try settings(bench, "app.log")
        try bench.write(TailingTests.line(0, 0), to: "app.log")
        let script = "echo 0 > \(limit) && exec \(Workbench.binary) run --settings \(path)"
        let daemon = try bench.start("/usr/bin/unshare", ["--user", "--map-root-user", "/bin/sh", "-c", script], name: "daemon")
        try expectEvents(1, bench, within: 30)
        try bench.append(TailingTests.line(0, 1), to: "app.log")
        try expectEvents(2, bench, within: 30)
        try FileManager.default.moveItem(atPath: bench.path("app.log"), toPath: bench.path("app.log.1"))
        try bench.append(TailingTests.line(0, 2), to: "app.log")
        try bench.append(TailingTests.line(0, 3), to: "app.log.1")
        try expectEvents(4, bench, within: 30)
        #expect(bench.text("daemon.log").contains("inotify watches are exhausted, not the disk"))
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
    }

    /// `make torture` runs the same for twenty-four simulated hours. Rotations come further apart than the three seconds for which a packed
    /// file has to rest: what is packed and killed faster than that comes after newer lines, and counts as late.
    @Test func `two simulated hours of rotation under kill -9 are counted exactly and learnt byte for byte`() throws {
        let bench = try Workbench()
        let seed = Int.random(in: 1...1_000_000)
        print("torture seed \(seed)")
        let script = Workbench.root.appendingPathComponent("benchmarks/torture").path
        let result = try bench.run(
            "/usr/bin/env",
            [
                "python3", script, "--hours", "2", "--seconds", "30", "--events-a-day", "20000", "--rotations", "4", "--kill-every", "4",
                "--seed", String(seed), "--weir", Workbench.binary,
            ])
        #expect(result.code == 0, "seed \(seed): \(result.output.suffix(4000)) \(result.errors.suffix(2000))")
        #expect(result.output.contains("torture: exact"))
    }
}
