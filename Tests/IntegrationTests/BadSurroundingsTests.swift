// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Glibc
import Testing

/// The daemon on a host that fails it: a full disk, a receiver that is not there, settings that became wrong. It says so, counts, goes on.
@Suite(.serialized) struct BadSurroundingsTests {
    private func writeSettings(_ bench: Workbench, state: String = "state", sinks: String = "") throws {
        try bench.write(
            """
            state_directory: \(state)
            checkpoint_interval_seconds: 0.2
            sources:
              - { name: replay, format: json, paths: ["good.log"] }
            alerts:
              sinks:
                - { type: ndjson, path: alerts.ndjson }\(sinks)
            """, to: "weir.yaml")
    }

    private func start(_ bench: Workbench, limit: String? = nil) throws -> Process {
        let command = [Workbench.binary, "run", "--settings", bench.path("weir.yaml")]
        guard let limit else { return try bench.start(command[0], Array(command.dropFirst()), name: "daemon") }
        return try bench.start("/usr/bin/prlimit", [limit] + command, name: "daemon")
    }

    private func number(_ bench: Workbench, _ list: String, _ name: String) throws -> Int {
        let status = try bench.weir("status", "--settings", bench.path("weir.yaml"), "--json")
        return status.code == 0 ? try bench.numbers(in: status.output, list).first?[name] ?? 0 : 0
    }

    /// Waits until the daemon has said something.
    private func expect(
        within seconds: Double, _ daemon: Process, _ bench: Workbench, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: (String) -> Bool
    ) throws {
        _ = bench.wait(atMost: seconds) { !daemon.isRunning || condition(bench.text("daemon.log")) }
        let said = bench.text("daemon.log")
        try #require(daemon.isRunning && condition(said), "\(said.suffix(2000))", sourceLocation: sourceLocation)
    }

    /// The daemon reads on while nothing can be stored; after `relief` everything is stored, and the alerts are those of a good day.
    private func expectRecovery(
        _ bench: Workbench, _ log: GoodLog, _ daemon: Process, saying words: String, relief: () throws -> Void
    ) throws {
        try expect(within: 30, daemon, bench) {
            $0.contains("the state cannot be stored") && $0.contains(words) && $0.contains("history is read")
        }
        try relief()
        let isStored = bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= log.alerts.count }
        #expect(isStored, "\(bench.text("daemon.log").suffix(2000))")
        let hasCounted = bench.text("daemon.log").contains(/the state is stored again, after [1-9]\d* failed attempt/)
        #expect(hasCounted, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        let events = log.bytes.count { $0 == 0x0A }
        #expect(try number(bench, "sources", "events") == events)
        expectSame(Workbench.comparable(bench.text("alerts.ndjson")), log.alerts)
    }

    @Test func `a full disk is said, and everything is stored and told once there is room`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        guard let disk = try SmallDisk(at: bench.path("disk")) else {
            // Only root may mount; the limit of a file's size below is there for everybody.
            return
        }
        try writeSettings(bench, state: "disk/state")
        let daemon = try start(bench)
        try expectRecovery(bench, log, daemon, saying: "the disk is full") { try disk.enlarge() }
    }

    @Test func `a full disk stands in the status, which exits 1 until the state is stored again`() throws {
        let bench = try Workbench()
        _ = try GoodLog(bench, format: "json")
        guard let disk = try SmallDisk(at: bench.path("disk")) else { return }
        try writeSettings(bench, state: "disk/state")
        let daemon = try start(bench)
        let isFull = try bench.wait(atMost: 30) { try status(bench).errors.contains("the state is not stored") }
        let full = try status(bench)
        #expect(isFull && full.code == 1, "\(full)")
        let words = "daemon    runs (process \(daemon.processIdentifier)); it has stored nothing since 20"
        #expect(full.output.contains(words), "\(full.output)")
        #expect(full.output.contains("the disk is full: free some space"), "\(full.output)")
        try disk.enlarge()
        let isStored = try bench.wait(atMost: 30) { try status(bench).code == 0 }
        #expect(isStored, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        let stopped = try status(bench)
        #expect(stopped.code == 0 && stopped.output.contains("\ndaemon    does not run\n"), "\(stopped)")
    }

    /// Changes the state behind weir's back.
    private func sql(_ bench: Workbench, _ statement: String) throws {
        let database = try DatabaseQueue(path: bench.path("state/weir.sqlite"))
        try database.write { db in try db.execute(sql: statement) }
        try database.close()
    }

    @Test func `alerts that were given up for a sink are sent again when somebody asks for it`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try writeSettings(bench)
        let daemon = try start(bench)
        let isTold = bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= log.alerts.count }
        #expect(isTold, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        func resend(_ sink: String) throws -> Workbench.Result {
            try bench.weir("resend", sink, "--settings", bench.path("weir.yaml"))
        }
        let nothing = try resend("ndjson:alerts.ndjson")
        #expect(nothing.code == 1 && nothing.errors.contains("nothing is given up for a sink ndjson:alerts.ndjson"), "\(nothing)")
        try sql(bench, "UPDATE outbox SET state = 2, last_error = 'the receiver was away'")
        #expect(try status(bench).output.contains("\(log.alerts.count) given up (weir resend ndjson:alerts.ndjson)"))
        let again = try resend("ndjson:alerts.ndjson")
        #expect(again.code == 0 && again.output == "\(log.alerts.count) alerts for ndjson:alerts.ndjson will be sent again\n", "\(again)")
        let second = try start(bench)
        let isSent = bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= 2 * log.alerts.count }
        #expect(isSent, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(second, signal: SIGTERM) == 0)
    }

    @Test func `a source of which nothing is understood is told of once`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try writeSettings(bench)
        try bench.write(bench.text("weir.yaml").replacingOccurrences(of: "format: json", with: "format: combined"), to: "weir.yaml")
        let daemon = try start(bench)
        let count = log.bytes.count { $0 == 0x0A }
        try expect(within: 30, daemon, bench) { $0.contains("lines is an event in the format of the settings") }
        try bench.append(#"{"ts":"2026-06-21T23:59:59Z","account":"svc-more","rows":1}"# + "\n", to: GoodLog.name)
        let isRead = try bench.wait(atMost: 30) { try number(bench, "sources", "malformed_syntax") == count + 1 }
        #expect(isRead, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        #expect(bench.lines("daemon.log").count { $0.contains("in the format of the settings") } == 1)
    }

    private func status(_ bench: Workbench) throws -> Workbench.Result { try bench.weir("status", "--settings", bench.path("weir.yaml")) }

    /// Beside a daemon, a table is taken away: no attempt to store anything can succeed any more.
    @Test func `a state that can never be stored again ends weir, and the next start loses nothing`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try writeSettings(bench)
        let daemon = try start(bench)
        let isTold = bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= log.alerts.count }
        #expect(isTold, "\(bench.text("daemon.log").suffix(2000))")
        try sql(bench, "ALTER TABLE counters RENAME TO elsewhere")
        try bench.append(#"{"ts":"2026-06-21T23:59:59Z","account":"svc-more","rows":1}"# + "\n", to: GoodLog.name)
        let hasEnded = bench.wait(atMost: 30) { !daemon.isRunning }
        try #require(hasEnded, "\(bench.text("daemon.log").suffix(2000))")
        #expect(daemon.terminationStatus == 1)
        #expect(bench.text("daemon.log").contains("weir ends: its next start reads again what is not stored."))
        #expect(try status(bench).code == 1)
        try sql(bench, "ALTER TABLE elsewhere RENAME TO counters")
        let next = try start(bench)
        let events = log.bytes.count { $0 == 0x0A } + 1
        let isRead = try bench.wait(atMost: 30) { try number(bench, "sources", "events") == events }
        #expect(isRead, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(next, signal: SIGTERM) == 0)
        expectSame(Workbench.comparable(bench.text("alerts.ndjson")), log.alerts)
    }

    @Test func `a daemon that is stopped as soon as it has started does not finish its self-tests first`() throws {
        let bench = try Workbench()
        try writeSettings(bench)
        let daemon = try start(bench)
        try expect(within: 30, daemon, bench) { $0.contains("starts with what is there") }
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        #expect(bench.text("daemon.log").contains("stopped"))
        #expect(!bench.text("daemon.log").contains("self-tests of the detectors passed"), "\(bench.text("daemon.log"))")
    }

    @Test func `a daemon that finds nothing new does not say again and again that it learns`() throws {
        let bench = try Workbench()
        _ = try GoodLog(bench, format: "json")
        try writeSettings(bench)
        let first = try start(bench)
        try expect(within: 30, first, bench) { $0.contains("history is read") }
        #expect(bench.end(first, signal: SIGTERM) == 0)
        try bench.write("", to: "daemon.log")
        let second = try start(bench)
        // Longer than two intervals of progress.
        _ = bench.wait(atMost: 5) { bench.text("daemon.log").contains("learning from history") }
        #expect(bench.end(second, signal: SIGTERM) == 0)
        #expect(bench.text("daemon.log").contains("goes on where it ended"))
        #expect(!bench.text("daemon.log").contains("learning from history"), "\(bench.text("daemon.log"))")
    }

    @Test func `a state that may not grow is said, and everything is stored and told once it may`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try writeSettings(bench)
        let daemon = try start(bench, limit: "--fsize=216500:unlimited")
        try expectRecovery(bench, log, daemon, saying: "the disk reported an error") {
            let raised = try bench.run("/usr/bin/prlimit", ["--pid", String(daemon.processIdentifier), "--fsize=unlimited:unlimited"])
            #expect(raised.code == 0, "\(raised.errors)")
        }
    }

    /// How much fits differs from limit to limit: the first commit fails, or one in the middle, or only the mark that an alert was sent.
    @Test(arguments: [211_500, 226_500, 276_500, 356_500, 416_500])
    func `alerts of a commit that was given up at the end are told after the next start`(limit: Int) throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try writeSettings(bench)
        let daemon = try start(bench, limit: "--fsize=\(limit):unlimited")
        try expect(within: 30, daemon, bench) { $0.contains("history is read") && $0.contains("the disk reported an error") }
        #expect(!bench.text("daemon.log").contains("stored again"), "\(bench.text("daemon.log").suffix(2000))")
        let begun = Date()
        let code = bench.end(daemon, signal: SIGTERM)
        // With room for the commits and none for the marks of what was sent, nothing is missing from the state.
        let isGivenUp = bench.text("daemon.log").contains("what was read last is not stored")
        #expect(code == (isGivenUp ? 1 : 0) && (isGivenUp || limit > 316_500), "\(code) \(bench.text("daemon.log").suffix(2000))")
        #expect(Date().timeIntervalSince(begun) < 15)

        let second = try start(bench)
        let isTold = bench.wait(atMost: 30) { Workbench.comparable(bench.text("alerts.ndjson")).count >= log.alerts.count }
        #expect(isTold, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(second, signal: SIGTERM) == 0)
        #expect(try number(bench, "sources", "events") == log.bytes.count { $0 == 0x0A })
        // At least once: an alert whose mark could not be stored comes again, with its id.
        expectSame(Workbench.comparable(bench.text("alerts.ndjson")), log.alerts)
    }

    @Test func `a webhook that nobody can reach is said and counted, and holds up nothing else`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try bench.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.path("secret"))
        // Port 9 discards, where anybody still listens; here nobody does.
        try writeSettings(bench, sinks: "\n    - { type: webhook, url: \"http://127.0.0.1:9/weir\", secret_file: secret }")
        let daemon = try start(bench)
        let isTold = bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= log.alerts.count }
        #expect(isTold, "\(bench.text("daemon.log").suffix(2000))")
        try expect(within: 30, daemon, bench) { $0.contains("127.0.0.1:9") }
        let status = try bench.weir("status", "--settings", bench.path("weir.yaml"))
        #expect(status.output.contains("0 delivered, \(log.alerts.count) waiting, 0 given up"), "\(status.output)")
        let begun = Date()
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        #expect(Date().timeIntervalSince(begun) < 15)
        expectSame(Workbench.comparable(bench.text("alerts.ndjson")), log.alerts)
    }

    @Test func `settings that became wrong are refused with every problem, and the daemon goes on with the old ones`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try writeSettings(bench)
        let daemon = try start(bench)
        let isTold = bench.wait(atMost: 30) { bench.lines("alerts.ndjson").count >= log.alerts.count }
        #expect(isTold, "\(bench.text("daemon.log").suffix(2000))")
        try bench.write(BadSurroundingsTests.wrongSettings, to: "weir.yaml")
        kill(daemon.processIdentifier, SIGHUP)
        try expect(within: 30, daemon, bench) { $0.contains("the settings are not taken over") }
        for (line, words) in BadSurroundingsTests.problems {
            let isListed = bench.lines("daemon.log").contains { $0.contains("weir.yaml:\(line):") && $0.contains(words) }
            #expect(isListed, "line \(line) \(words): \(bench.text("daemon.log").suffix(3000))")
        }
        try bench.append(#"{"ts":"2026-06-21T23:59:59Z","account":"svc-more","rows":1}"# + "\n", to: GoodLog.name)
        try writeSettings(bench)
        let events = log.bytes.count { $0 == 0x0A } + 1
        let isRead = try bench.wait(atMost: 30) { try number(bench, "sources", "events") == events }
        #expect(isRead, "the daemon does not read on: \(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
    }

    @Test func `a check lists every problem of the settings at once, each with its line`() throws {
        let bench = try Workbench()
        try bench.write(BadSurroundingsTests.wrongSettings, to: "weir.yaml")
        let check = try bench.weir("check", "--settings", bench.path("weir.yaml"))
        #expect(check.code == 1)
        let said = (check.output + check.errors).split(separator: "\n").map(String.init)
        for (line, words) in BadSurroundingsTests.problems {
            #expect(said.contains { $0.contains("weir.yaml:\(line):") && $0.contains(words) }, "line \(line) \(words): \(said)")
        }
    }

    private static let wrongSettings = """
        state_dirctory: state
        checkpoint_interval_seconds: soon
        sources:
          - { name: gateway, format: jsn, paths: ["good.log"] }
          - { name: gateway, format: json, paths: [] }
        detection: { detectors: { D99: { enabled: false } } }
        alerts:
          sinks:
            - { type: pigeon }
            - { type: webhook, url: "ftp://example.com" }
        """

    /// A word of each problem and the line it stands in.
    private static let problems = [
        (1, "state_directory"), (2, "checkpoint_interval_seconds"), (4, "json"), (5, "gateway"), (5, "paths"), (6, "D99"), (9, "pigeon"),
        (10, "secret_file"),
    ]
}

/// A disk in memory that is full soon, where this process may mount one.
private final class SmallDisk {
    private let folder: String

    /// Nil where mounting is not allowed.
    init?(at folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard getuid() == 0, try SmallDisk.run(["-t", "tmpfs", "-o", "size=260k,mode=700", "tmpfs", folder]) else { return nil }
        self.folder = folder
    }

    deinit {
        do {
            let process = try Process.run(URL(fileURLWithPath: "/bin/umount"), arguments: ["-l", folder])
            process.waitUntilExit()
        } catch {
            FileHandle.standardError.write(Data("could not unmount \(folder): \(error)\n".utf8))
        }
    }

    func enlarge() throws {
        let isEnlarged = try SmallDisk.run(["-o", "remount,size=50m", folder])
        #expect(isEnlarged)
    }

    private static func run(_ arguments: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/mount")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
