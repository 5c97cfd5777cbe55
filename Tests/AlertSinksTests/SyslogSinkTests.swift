// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Glibc
import Testing

@testable import AlertSinks

struct `Syslog connections` {
    private func syslog(_ address: String, timeout: String = "5") throws -> SyslogSink {
        try sink(SyslogSink.self, ["address": address, "timeout_seconds": timeout, "facility": "local0"])
    }

    private func isMessage(_ octets: [UInt8], _ id: String) -> Bool {
        let text = String(decoding: octets, as: UTF8.self)
        return text.hasPrefix("<131>1 ") && text.contains("message=\"\(id)\"") && text.hasSuffix("4,100")
    }

    /// The octets of one counted frame.
    private func frame(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<100 {
            if let space = bytes.firstIndex(of: 0x20), let count = Int(String(decoding: bytes[..<space], as: UTF8.self)) {
                let frame = bytes[(space + 1)...]
                if frame.count >= count {
                    try #require(frame.count == count, "more than the one frame came")
                    return Array(frame)
                }
            }
            let more = Loopback.received(descriptor)
            if more.isEmpty { break }
            bytes += more
        }
        return []
    }

    @Test func `UDP carries one message a datagram`() throws {
        let (receiver, port) = Loopback.bound(SOCK_DGRAM)
        defer { close(receiver) }
        let syslog = try syslog("udp:127.0.0.1:\(port)")
        for id in ["m-1", "m-2"] {
            #expect(syslog.deliver(record(), messageID: id, now: instant) == .delivered)
            #expect(isMessage(Loopback.received(receiver), id))
        }
    }

    @Test func `a UDP port where nobody listens is tried again`() throws {
        let (receiver, port) = Loopback.bound(SOCK_DGRAM)
        close(receiver)
        let outcome = try syslog("udp:127.0.0.1:\(port)").deliver(record(), messageID: "m", now: instant)
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("127.0.0.1:\(port)") == true)
    }

    @Test func `TCP counts the octets of each message on one connection`() throws {
        let (listener, port) = Loopback.bound(SOCK_STREAM)
        defer { close(listener) }
        let syslog = try syslog("tcp:127.0.0.1:\(port)")
        #expect(syslog.deliver(record(), messageID: "m-1", now: instant) == .delivered)
        let connection = Loopback.accepted(listener)
        defer { close(connection) }
        #expect(isMessage(try frame(connection), "m-1"))
        #expect(syslog.deliver(record(), messageID: "m-2", now: instant) == .delivered)
        #expect(isMessage(try frame(connection), "m-2"))
    }

    @Test func `a connection that the receiver closed loses no message`() throws {
        let (listener, port) = Loopback.bound(SOCK_STREAM)
        let syslog = try syslog("tcp:127.0.0.1:\(port)")
        #expect(syslog.deliver(record(), messageID: "m-1", now: instant) == .delivered)
        let first = Loopback.accepted(listener)
        #expect(isMessage(try frame(first), "m-1"))
        close(first)
        #expect(syslog.deliver(record(), messageID: "m-2", now: instant) == .delivered)
        let second = Loopback.accepted(listener)
        #expect(isMessage(try frame(second), "m-2"))
        close(second)
        close(listener)
        #expect(syslog.deliver(record(), messageID: "m-3", now: instant).isRetry)
    }

    @Test func `a receiver that talks before it closes is still found closed`() throws {
        let (listener, port) = Loopback.bound(SOCK_STREAM)
        let syslog = try syslog("tcp:127.0.0.1:\(port)")
        #expect(syslog.deliver(record(), messageID: "m-1", now: instant) == .delivered)
        let connection = Loopback.accepted(listener)
        #expect(isMessage(try frame(connection), "m-1"))
        Loopback.send(Array("bye\n".utf8), to: connection)
        close(connection)
        close(listener)
        #expect(syslog.deliver(record(), messageID: "m-2", now: instant).isRetry)
    }

    @Test func `a receiver that talks keeps its connection`() throws {
        let (listener, port) = Loopback.bound(SOCK_STREAM)
        defer { close(listener) }
        let syslog = try syslog("tcp:127.0.0.1:\(port)")
        #expect(syslog.deliver(record(), messageID: "m-1", now: instant) == .delivered)
        let connection = Loopback.accepted(listener)
        defer { close(connection) }
        #expect(isMessage(try frame(connection), "m-1"))
        Loopback.send(Array("thanks\n".utf8), to: connection)
        #expect(syslog.deliver(record(), messageID: "m-2", now: instant) == .delivered)
        #expect(isMessage(try frame(connection), "m-2"))
    }

    @Test func `a closed TCP port is tried again`() throws {
        let outcome = try syslog("tcp:127.0.0.1:\(Loopback.closedPort())").deliver(record(), messageID: "m", now: instant)
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("cannot be connected") == true)
    }

    @Test func `a receiver that stops reading is a retry within the time limit`() throws {
        let (listener, port) = Loopback.bound(SOCK_STREAM, receiveBuffer: 4096)
        defer { close(listener) }
        let syslog = try syslog("tcp:127.0.0.1:\(port)", timeout: "0.2")
        let long = record(summary: String(repeating: "x", count: 1500))
        var outcome = syslog.deliver(long, messageID: "m", now: instant)
        let connection = Loopback.accepted(listener)
        defer { close(connection) }
        var delivered = 0
        // Its buffer takes some; far fewer than this.
        while outcome == .delivered && delivered < 2000 {
            delivered += 1
            outcome = syslog.deliver(long, messageID: "m", now: instant)
        }
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("time limit") == true)
        // What counts as delivered is with the receiver, and not in a buffer on this side.
        #expect(delivered > 0 && Loopback.available(connection) >= delivered * 1500)
    }

    @Test func `a datagram socket of this host gets the message as it is`() throws {
        let folder = try Folder()
        let receiver = Loopback.bound(SOCK_DGRAM, path: "\(folder.path)/log")
        defer { close(receiver) }
        let syslog = try syslog("unix:\(folder.path)/log")
        #expect(syslog.deliver(record(), messageID: "m-1", now: instant) == .delivered)
        #expect(isMessage(Loopback.received(receiver), "m-1"))
    }

    @Test func `a socket of this host that was made anew gets the next message`() throws {
        let folder = try Folder()
        let path = "\(folder.path)/log"
        let syslog = try syslog("unix:\(path)")
        let first = Loopback.bound(SOCK_DGRAM, path: path)
        #expect(syslog.deliver(record(), messageID: "m-1", now: instant) == .delivered)
        close(first)
        Loopback.remove(path)
        #expect(syslog.deliver(record(), messageID: "m-2", now: instant).isRetry)
        let second = Loopback.bound(SOCK_DGRAM, path: path)
        #expect(syslog.deliver(record(), messageID: "m-2", now: instant) == .delivered)
        #expect(isMessage(Loopback.received(second), "m-2"))
        close(second)
    }

    @Test func `a stream socket of this host gets messages that end with NUL`() throws {
        let folder = try Folder()
        let listener = Loopback.bound(SOCK_STREAM, path: "\(folder.path)/log")
        defer { close(listener) }
        let syslog = try syslog("unix:\(folder.path)/log")
        #expect(syslog.deliver(record(), messageID: "m-1", now: instant) == .delivered)
        let connection = Loopback.accepted(listener)
        defer { close(connection) }
        let octets = Loopback.received(connection)
        #expect(octets.last == 0)
        #expect(isMessage(Array(octets.dropLast()), "m-1"))
    }

    @Test func `a path is in no sentence`() throws {
        let outcome = try syslog("unix:/nowhere/secret/log").deliver(record(), messageID: "m", now: instant)
        #expect(outcome.isRetry)
        #expect(outcome.reason?.contains("nowhere") == false)
    }
}
