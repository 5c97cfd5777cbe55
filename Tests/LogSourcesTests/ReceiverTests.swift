// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import TestSupport
import Testing

@testable import LogSources

/// A receiver with real sockets, turned by hand.
@Suite struct ReceiverTests {
    /// A receiver, its spool and what it reported.
    final class Rig {
        let folder: TemporaryFolder
        let clock = ManualClock()
        let ledger: SpoolLedger
        let receiver: Receiver
        let target: LoopbackSender.Target

        init(_ listen: String, target: LoopbackSender.Target, folder: TemporaryFolder, limit: UInt64 = 1 << 30) throws {
            self.folder = folder
            self.target = target
            let options = ReceiverOptions(address: try ReceiverAddress(listen), token: Array("0123456789abcdef".utf8))
            ledger = try SpoolLedger(directory: folder.at("spool/x"), limit: limit, positions: [])
            let (clock, log) = (clock, Log())
            receiver = try Receiver(
                options, ledger: ledger, waker: SourceWaker(), now: { clock.time }, report: { log.lines.append($0) })
            self.log = log
        }

        private final class Log { var lines: [String] = [] }
        private let log: Log
        var reported: [String] { log.lines }

        func turn(_ count: Int = 3) { for _ in 0..<count { receiver.turn(atMost: 0) } }

        /// Everything that is in the spool.
        func stored() throws -> String {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.at("spool/x")).filter { $0.hasSuffix(".log") }.sorted()
            return try names.map { String(decoding: try folder.content("spool/x/\($0)"), as: UTF8.self) }.joined()
        }
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func unixRig(_ scheme: String, limit: UInt64 = 1 << 30) throws -> Rig {
        let path = folder.at("x.sock")
        let target = scheme == "syslog+unixgram" ? LoopbackSender.Target.unixDatagram(path) : .unixStream(path)
        return try Rig("\(scheme):\(path)", target: target, folder: folder, limit: limit)
    }

    private func request(_ path: String, _ body: String, token: String? = "0123456789abcdef", more: String = "") -> String {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return "POST \(path) HTTP/1.1\r\nHost: x\r\n\(authorization)\(more)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func `streams of several senders are stored before weir closes them`() throws {
        let rig = try unixRig("syslog+unix")
        let senders = try (0..<3).map { _ in try LoopbackSender(rig.target) }
        senders[0].send("<13>a\n<13>b")
        senders[1].send("6 <13>cd")
        senders[2].send("<13>e\0<13>f\0")
        for sender in senders { sender.endSending() }
        rig.turn()
        for sender in senders { #expect(sender.readToEnd() == "") }
        #expect(Set(try rig.stored().split(separator: "\n")) == ["<13>a", "<13>b", "<13>cd", "<13>e", "<13>f"])
        #expect(rig.receiver.counters.lines == 5)
    }

    @Test func `datagrams are lines, and one that is too long is refused`() throws {
        let port = LoopbackSender.freePort(isStream: false)
        let udp = try Rig("syslog+udp://127.0.0.1:\(port)", target: .udp(port), folder: try TemporaryFolder())
        for rig in [try unixRig("syslog+unixgram"), udp] {
            let sender = try LoopbackSender(rig.target)
            for text in ["<13>a\nb\n", "<13>c\0", "<13>d"] { sender.send(text) }
            rig.turn()
            #expect(try rig.stored() == "<13>a\\nb\n<13>c\n<13>d\n")
        }
    }

    @Test func `a full spool holds streams back, and they go on when the lane has read`() throws {
        let rig = try unixRig("syslog+unix", limit: 4_000_000)
        let sender = try LoopbackSender(rig.target)
        let line = Array("<13>".utf8) + [UInt8](repeating: 0x61, count: 99_995) + [0x0A]
        var sent = 0
        // What a socket takes beside the spool is bounded by its buffers.
        for _ in 0..<400 {
            sent += sender.sendWhatFits(Array((line + line)[(sent % line.count)...].prefix(line.count)))
            rig.turn(1)
        }
        #expect(sent < 16_000_000 && !rig.reported.isEmpty)
        let before = rig.ledger.size
        #expect(before >= 4_000_000 && before < 8_000_000)
        for number in 1...3 {
            rig.ledger.release([
                StreamPosition(
                    stream: 1, path: folder.at("spool/x/0000000\(number).log"), device: 1, inode: 1, prefixHash: 0, prefixCount: 0,
                    offset: 1 << 40, marker: .none, isFinished: false, formatState: [])
            ])
        }
        rig.turn(50)
        #expect(rig.receiver.counters.lines * UInt64(line.count) > before)
    }

    @Test func `a full spool drops and counts what comes by UDP`() throws {
        let port = LoopbackSender.freePort(isStream: false)
        let rig = try Rig("syslog+udp://127.0.0.1:\(port)", target: .udp(port), folder: folder, limit: 10)
        let sender = try LoopbackSender(rig.target)
        sender.send("<13>0123456789")
        rig.turn()
        for _ in 0..<7 { sender.send("<13>x") }
        rig.turn()
        #expect(rig.receiver.counters.dropped == 7 && rig.receiver.counters.lines == 1)
    }

    @Test func `pushes are answered when their lines are stored`() throws {
        let rig = try unixRig("http+unix")
        let sender = try LoopbackSender(rig.target)
        sender.send(request("/", "{\"a\":1}\n{\"a\":2}\n") + request("/services/collector/raw", "x\ny", more: "Expect: 100-continue\r\n"))
        rig.turn()
        let answers = sender.read()
        #expect(answers.contains(#"{"accepted":2,"refused":0}"#) && answers.contains(#"{"text":"Success","code":0}"#))
        #expect(answers.contains("100 Continue"))
        #expect(try rig.stored() == "{\"a\":1}\n{\"a\":2}\nx\ny\n")
    }

    @Test(arguments: ["GET /", "DELETE /", "OPTIONS /", "POST /services/collector/health"])
    func `a refused request without a body has one answer, and the connection goes on`(line: String) throws {
        let rig = try unixRig("http+unix")
        let sender = try LoopbackSender(rig.target)
        sender.send("\(line) HTTP/1.1\r\nHost: x\r\n\r\n" + request("/", "a\n"))
        rig.turn(6)
        let answers = sender.read().components(separatedBy: "HTTP/1.1 ").dropFirst()
        #expect(answers.map { String($0.prefix(3)) } == ["405", "200"], "\(answers)")
        #expect(try rig.stored() == "a\n")
    }

    /// Docker's log driver asks for the methods before it starts a container, load balancers for the health, neither with a token.
    @Test(arguments: [
        ("OPTIONS", "/services/collector/event/1.0"), ("OPTIONS", "/services/collector/raw"), ("HEAD", "/services/collector/health/1.0"),
        ("GET", "/services/collector/health"),
    ]) func `who asks for methods or health is answered without a token`(method: String, path: String) throws {
        let rig = try unixRig("http+unix")
        let sender = try LoopbackSender(rig.target)
        sender.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        rig.turn()
        let answer = sender.read()
        #expect(answer.hasPrefix("HTTP/1.1 200") && answer.hasSuffix("\r\n\r\n") == (method == "HEAD"))
        #expect(answer.contains("Allow: POST, OPTIONS") == (method == "OPTIONS"))
    }

    @Test func `a push that cannot be stored is to come again, and counts once when it does`() throws {
        let rig = try unixRig("http+unix")
        let sender = try LoopbackSender(rig.target)
        try folder.remove("spool/x")
        sender.send(request("/", "a\n"))
        rig.turn()
        #expect(sender.read().hasPrefix("HTTP/1.1 503"))
        #expect(rig.receiver.counters.deferred == 1 && rig.reported.first?.contains("cannot be written") == true)
        try folder.makeDirectory("spool/x")
        rig.turn()
        sender.send(request("/", "a\n"))
        rig.turn()
        #expect(sender.read().hasPrefix("HTTP/1.1 200"))
        #expect(try rig.stored() == "a\n")
        #expect(rig.reported.contains("the spool is written again"))
    }

    @Test func `who announces large bodies and does not send them keeps nobody waiting`() throws {
        let rig = try unixRig("http+unix")
        let slow = try (0..<8).map { _ in try LoopbackSender(rig.target) }
        for (index, sender) in slow.enumerated() {
            let length = index % 2 == 0 ? "Transfer-Encoding: chunked" : "Content-Length: \(HTTPRequestReader.bodyLimit)"
            sender.send("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer 0123456789abcdef\r\n\(length)\r\n\r\n5\r\nhello\r\n")
        }
        rig.turn()
        let sender = try LoopbackSender(rig.target)
        sender.send(request("/", "a\n"))
        rig.turn()
        #expect(sender.read().hasPrefix("HTTP/1.1 200"))
        #expect(try rig.stored() == "a\n")
        rig.clock.time += Receiver.stallTime
        rig.turn()
        #expect(slow.allSatisfy { $0.readToEnd()?.hasPrefix("HTTP/1.1 408") == true })
        #expect(rig.receiver.reserved == 0)
    }

    @Test func `a full spool answers 503 with a time to come again, and takes nothing`() throws {
        let rig = try unixRig("http+unix", limit: 8)
        let sender = try LoopbackSender(rig.target)
        sender.send(request("/", "12345678\n"))
        rig.turn()
        #expect(sender.read().hasPrefix("HTTP/1.1 200"))
        sender.send(request("/services/collector", #"{"event":"x"}"#))
        rig.turn()
        let answer = sender.read()
        #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("Retry-After: 5"))
        #expect(try rig.stored() == "12345678\n")
        #expect(rig.receiver.counters.deferred == 1)
    }

    @Test(arguments: [nil, "wrong-token-0000"]) func `nothing of a body is taken without the token`(token: String?) throws {
        let rig = try unixRig("http+unix")
        let sender = try LoopbackSender(rig.target)
        sender.send(request("/", "a\n", token: token))
        rig.turn()
        #expect(sender.readToEnd()?.hasPrefix(token == nil ? "HTTP/1.1 401" : "HTTP/1.1 403") == true)
        #expect(try rig.stored() == "" && rig.receiver.counters.refused == 1)
    }

    @Test func `who sends a head or a body too slowly is given up`() throws {
        let rig = try unixRig("http+unix")
        let (head, body) = (try LoopbackSender(rig.target), try LoopbackSender(rig.target))
        head.send("POST / HT")
        body.send(request("/", "0123456789").dropLast(5).description)
        rig.turn()
        rig.clock.time += Receiver.headTime - 1
        rig.turn()
        head.send("TP/1.1\r\n")
        rig.turn()
        #expect(head.read(waits: false) == "")
        rig.clock.time += 1
        rig.turn()
        #expect(head.readToEnd()?.hasPrefix("HTTP/1.1 408") == true)
        #expect(body.read(waits: false) == "")
        rig.clock.time += Receiver.bodyTime
        rig.turn()
        #expect(body.readToEnd()?.hasPrefix("HTTP/1.1 408") == true)
        #expect(try rig.stored() == "")
    }

    @Test func `connections are bounded, others wait for one to end or to be silent for long`() throws {
        let rig = try unixRig("syslog+unix")
        var senders: [LoopbackSender] = []
        for _ in 0..<Receiver.connectionLimit {
            senders.append(try LoopbackSender(rig.target))
            rig.turn(1)
        }
        let (second, third) = (try LoopbackSender(rig.target), try LoopbackSender(rig.target))
        second.send("<13>a\n")
        third.send("<13>b\n")
        rig.turn()
        #expect(try rig.stored() == "" && rig.receiver.counters.refused == 0)
        #expect(rig.reported.count == 1)
        senders[7].endSending()
        rig.turn()
        #expect(try rig.stored() == "<13>a\n")
        rig.clock.time += Receiver.idleTime
        rig.turn()
        #expect(try rig.stored() == "<13>a\n<13>b\n")
        #expect(rig.reported.count == 1)
    }

    @Test func `what came before the end is stored, and the counters go on after a restart`() throws {
        var rig: Rig? = try unixRig("syslog+unixgram")
        try LoopbackSender(.unixDatagram(folder.at("x.sock"))).send("<13>a")
        rig?.receiver.finish()
        #expect(try rig?.stored() == "<13>a\n")
        rig = nil
        #expect(ReceiverCounters.read(folder.at("spool/x"))?.lines == 1)
        let again = try unixRig("syslog+unixgram")
        try LoopbackSender(again.target).send("<13>b")
        again.receiver.finish()
        #expect(again.receiver.counters.lines == 2)
    }

    @Test func `what many senders sent before the end is taken, and they learn that it is over`() throws {
        let rig = try unixRig("syslog+unix")
        let senders = try (0..<100).map { _ in try LoopbackSender(rig.target) }
        for sender in senders { sender.send("<13>a\n<13>b\n") }
        rig.receiver.finish()
        #expect(try rig.stored().count { $0 == "\n" } == 200)
        for sender in senders { #expect(sender.readToEnd() == "") }
    }

    @Test func `a socket in use is not taken away, and one that a crash left is`() throws {
        let first = try unixRig("syslog+unix")
        #expect(throws: ReceiverFailure.self) { try unixRig("syslog+unixgram") }
        try LoopbackSender(first.target).send("<13>a\n")
        first.turn()
        #expect(try first.stored() == "<13>a\n")
        try folder.append("", to: "file")
        #expect(throws: ReceiverFailure.self) { try Rig("http+unix:" + folder.at("file"), target: first.target, folder: folder) }
    }

    @Test(arguments: [
        "syslog+udp://0.0.0.0:5514", "syslog+tcp://10.0.0.1:5514", "http://192.168.1.1:80/x", "http://example.com:80/", "http://[::]:80",
        "syslog+tcp://127.0.0.1", "syslog+tcp://127.0.0.1:0", "syslog+tcp://127.0.0.1:65536", "syslog+tcp://127.1:514",
        "https://127.0.0.1:1/", "syslog+tcp://127.0.0.1:1/x", "syslog+unix:x.sock", "syslog+unix:/" + String(repeating: "x", count: 107),
        "tcp://127.0.0.1:1", "",
        "syslog+tcp://127.0.0.1.example.com:1", "http://127.0.0.1:1/a?b",
    ]) func `an address that others reach, or that is none, is refused`(text: String) {
        #expect(throws: ReceiverAddressError.self) { try ReceiverAddress(text) }
    }

    @Test func `addresses of every kind are understood`() throws {
        let stream = ReceiverAddress(speech: .syslog, place: .unix(path: "/run/x"), isDatagram: false)
        #expect(try ReceiverAddress("syslog+unix:/run/x") == stream)
        #expect(try ReceiverAddress("syslog+unixgram:/run/x").isDatagram)
        #expect(try ReceiverAddress("syslog+udp://[::1]:1").place == .loopback(host: "::1", port: 1))
        #expect(try ReceiverAddress("syslog+tcp://localhost:2").place == .loopback(host: "127.0.0.1", port: 2))
        let http = try ReceiverAddress("http://127.0.0.2:8481/logs")
        #expect(http.speech == .http(path: "/logs") && http.needsToken)
        #expect(try !ReceiverAddress("http+unix:/run/x").needsToken)
    }
}
