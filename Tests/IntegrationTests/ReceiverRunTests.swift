// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

/// The release binary as a receiver, killed in the middle: what was acknowledged is there once, what was not is sent again, and the alerts
/// are those of a replay of the same lines.
@Suite(.serialized) struct ReceiverRunTests {
    enum Kind: String, CaseIterable {
        case stream, datagrams, tcp, udp, http, httpUnix

        /// Whether lines come inside of a syslog header.
        var isSyslog: Bool { self != .http && self != .httpUnix }
    }

    static let token = "0123456789abcdef0123456789abcdef"
    static let count = 10_000
    static let parts = 10

    @Test(arguments: Kind.allCases) func `a killed receiver loses nothing that it acknowledged and repeats none of it`(kind: Kind) throws {
        let run = try ReceiverRun(kind)
        var daemon = try run.start()
        for part in 0..<4 { try #require(try run.hand(part), "part \(part): \(run.bench.text("daemon.log").suffix(2000))") }
        // Half of a part is under way, without an answer.
        try run.handHalf(4)
        #expect(run.bench.end(daemon, signal: SIGKILL) != 0)
        daemon = try run.start()
        for part in 4..<ReceiverRunTests.parts {
            try #require(try run.hand(part), "part \(part): \(run.bench.text("daemon.log").suffix(2000))")
        }
        let stored = run.stored()
        var seen: [String: Int] = [:]
        for line in stored { seen[line, default: 0] += 1 }
        for part in 0..<ReceiverRunTests.parts {
            for line in run.lines(part) {
                let times = seen[line] ?? 0
                // Only what had no answer when the daemon was killed may be there twice.
                if times == 1 || part == 4 && times == 2 { continue }
                Issue.record("\(times) times: \(line)")
                return
            }
        }
        let size = stored.reduce(0) { $0 + $1.utf8.count + 1 }
        let isRead = try run.bench.wait(atMost: 60) { try run.counter("bytes") >= size }
        let read = try run.counter("bytes")
        #expect(isRead, "\(read) of \(size): \(run.bench.text("daemon.log").suffix(2000))")
        #expect(run.bench.end(daemon, signal: SIGTERM) == 0)
        let events = try run.counter("events")
        #expect(try run.counter("received_lines") > ReceiverRunTests.count / 2)
        // The same lines from their files, read by a replay.
        let replay = try run.bench.weir("replay", "--settings", run.bench.path("weir.yaml"), "--summary", run.bench.path("s.json"))
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(try run.bench.numbers(in: run.bench.text("s.json"), "lanes").first?["events"] == events)
        let wanted = Workbench.comparable(replay.output)
        #expect(!wanted.isEmpty)
        expectSame(Workbench.comparable(run.bench.text("alerts.ndjson")), wanted)
    }

    @Test(arguments: [Kind.stream, .datagrams, .tcp]) func `settings that are reloaded leave an unchanged receiver and who is connected`(
        kind: Kind
    ) throws {
        let run = try ReceiverRun(kind)
        let daemon = try run.start()
        let sender = try LoopbackSender(run.target)
        let lines = run.lines(0) + run.lines(1)
        for (index, line) in lines.enumerated() {
            if index % 500 == 250 {
                let before = run.bench.lines("daemon.log").count { $0.contains("goes on") }
                Glibc.kill(daemon.processIdentifier, SIGHUP)
                // Lines come before, while and after the lane is another one.
                if index > 250 {
                    _ = run.bench.wait(atMost: 20) { run.bench.lines("daemon.log").count { $0.contains("goes on") } > before }
                }
            }
            if index % 100 == 0 { _ = run.bench.wait(atMost: 5) { run.stored().count >= index - 100 } }
            sender.send(line + "\n")
        }
        let isRead = try run.bench.wait(atMost: 30) { try run.counter("events") == lines.count }
        let events = try run.counter("events")
        #expect(isRead, "\(events) of \(lines.count): \(run.bench.text("daemon.log").suffix(2000))")
        #expect(run.bench.end(daemon, signal: SIGTERM) == 0)
    }
}

/// A daemon that listens, and what is sent to it.
private struct ReceiverRun {
    let bench: Workbench
    let kind: ReceiverRunTests.Kind
    private let port: UInt16
    private let log: [String]

    init(_ kind: ReceiverRunTests.Kind) throws {
        self.kind = kind
        bench = try Workbench()
        port = LoopbackSender.freePort(isStream: kind != .udp)
        let events = String(ReceiverRunTests.count + 500)
        // So many accounts leave no half hour without an event. Behind one, a daemon that has nothing more to read believes an event at
        // once, and a replay only with those behind it: lines that come twice then come late after another time.
        let made = try bench.weir(
            "generate", "--accounts", "40", "--days", "21", "--seed", "3", "--events", events, "--format", "json", "--output",
            bench.path("made"))
        try #require(made.code == 0, "\(made.errors)")
        log = Array(bench.lines("made/access.json").prefix(ReceiverRunTests.count))
        try #require(log.count == ReceiverRunTests.count)
        try bench.write(ReceiverRunTests.token + "\n", to: "token")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.path("token"))
        try bench.write(
            """
            state_directory: state
            checkpoint_interval_seconds: 0.2
            sources:
              - { name: gateway, format: json, \(kind.isSyslog ? "wrapper: syslog, " : "")listen: "\(listen)"\(more) }
            alerts: { sinks: [ { type: ndjson, path: alerts.ndjson } ] }
            """, to: "weir.yaml")
    }

    private var listen: String {
        switch kind {
        case .stream: "syslog+unix:\(bench.path("s"))"
        case .datagrams: "syslog+unixgram:\(bench.path("s"))"
        case .tcp: "syslog+tcp://127.0.0.1:\(port)"
        case .udp: "syslog+udp://127.0.0.1:\(port)"
        case .http: "http://127.0.0.1:\(port)/logs"
        case .httpUnix: "http+unix:\(bench.path("s"))"
        }
    }

    private var more: String { kind == .http ? ", token_file: token" : "" }

    var target: LoopbackSender.Target {
        switch kind {
        case .stream, .httpUnix: .unixStream(bench.path("s"))
        case .datagrams: .unixDatagram(bench.path("s"))
        case .tcp, .http: .tcp(port)
        case .udp: .udp(port)
        }
    }

    func start() throws -> Process {
        // Told once it listens; that the history is read may be told before.
        let before = bench.lines("daemon.log").count { $0.hasSuffix(listen) }
        let process = try bench.start(Workbench.binary, ["run", "--settings", bench.path("weir.yaml")], name: "daemon")
        let isUp = bench.wait(atMost: 30) { bench.lines("daemon.log").count { $0.hasSuffix(listen) } > before }
        try #require(isUp, "\(bench.text("daemon.log"))")
        return process
    }

    func counter(_ name: String) throws -> Int {
        let status = try bench.weir("status", "--settings", bench.path("weir.yaml"), "--json")
        return status.code == 0 ? try bench.numbers(in: status.output, "sources").first?[name] ?? 0 : 0
    }

    /// The lines of a part, as they should stand in the spool.
    func lines(_ part: Int) -> [String] {
        let size = log.count / ReceiverRunTests.parts
        return log[part * size..<(part + 1) * size].map(framed)
    }

    private func framed(_ line: String) -> String { kind.isSyslog ? "<134>1 2026-06-01T00:00:00Z gw api - - - \(line)" : line }

    /// Everything in the spool, oldest first.
    func stored() -> [String] {
        let names = FileManager.default.subpaths(atPath: bench.path("state/spool/gateway")) ?? []
        return names.filter { $0.hasSuffix(".log") }.sorted().flatMap { bench.lines("state/spool/gateway/\($0)") }
    }

    /// Bytes in the newest file of the spool, which is the only one.
    private var size: Int {
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: bench.path("state/spool/gateway/00000001.log"))
            return (attributes[.size] as? NSNumber)?.intValue ?? 0
        } catch {
            return 0
        }
    }

    /// Sends a part over a connection of its own. Whether it was acknowledged: by the end of the stream, by the answer, or, of datagrams,
    /// which nobody acknowledges, by standing in the spool.
    func hand(_ part: Int) throws -> Bool {
        let sender = try LoopbackSender(target)
        switch kind {
        case .datagrams, .udp:
            var wanted = size
            let lines = lines(part)
            for start in stride(from: 0, to: lines.count, by: 50) {
                let end = min(start + 50, lines.count)
                for line in lines[start..<end] {
                    sender.send(line)
                    wanted += line.utf8.count + 1
                }
                guard bench.wait(atMost: 20, for: { size >= wanted }) else { return false }
            }
            return true
        case .stream, .tcp:
            for (index, line) in lines(part).enumerated() {
                if part % 2 == 0 { sender.send("\(line.utf8.count) \(line)") } else { sender.send(line + (index > 0 ? "\n" : "\r\n")) }
            }
            sender.endSending()
            return sender.readToEnd() == ""
        case .http, .httpUnix:
            sender.send(request(part))
            return sender.readToEnd()?.hasPrefix("HTTP/1.1 200") == true
        }
    }

    /// Sends the first half of a part, and does not wait for anything.
    func handHalf(_ part: Int) throws {
        let sender = try LoopbackSender(target)
        switch kind {
        case .datagrams, .udp: for line in lines(part).prefix(100) { sender.send(line) }
        case .stream, .tcp: for line in lines(part).prefix(500) { sender.send("\(line.utf8.count) \(line)") }
        case .http, .httpUnix: sender.send(Array(request(part).prefix(50_000)))
        }
    }

    /// Lines as NDJSON, or as events of a collector.
    private func request(_ part: Int) -> [UInt8] {
        let lines = lines(part)
        let isCollector = part % 2 == 1
        let body = isCollector ? lines.map { #"{"time":1,"event":\#($0)}"# }.joined() : lines.joined(separator: "\n")
        let path = isCollector ? "/services/collector/event" : kind == .http ? "/logs" : "/"
        let head =
            "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Splunk \(ReceiverRunTests.token)\r\nConnection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }
}
