// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// The receiving ends of the tests: real sockets on loopback. The one file of this target that hands memory to C.
enum Loopback {
    /// How long a receiver waits for anything: a test that would wait longer has failed.
    static let patience = timeval(tv_sec: 10, tv_usec: 0)

    /// A listening or bound socket on 127.0.0.1, and its port.
    static func bound(_ kind: __socket_type, receiveBuffer: Int32? = nil) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        setPatience(descriptor)
        if var size = receiveBuffer { unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                unsafe bind(descriptor, general, size) == 0 ? getsockname(descriptor, general, &size) : -1
            }
        }
        precondition(status == 0, "no port of 127.0.0.1 could be bound")
        if kind == SOCK_STREAM { listen(descriptor, 8) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// A socket bound to a path.
    static func bound(_ kind: __socket_type, path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        setPatience(descriptor)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, size) }
        }
        precondition(status == 0, "the path could not be bound")
        if kind == SOCK_STREAM { listen(descriptor, 8) }
        return descriptor
    }

    /// A port of 127.0.0.1 on which nobody listens.
    static func closedPort() -> UInt16 {
        let (descriptor, port) = bound(SOCK_STREAM)
        close(descriptor)
        return port
    }

    static func accepted(_ listener: Int32) -> Int32 {
        let descriptor = accept(listener, nil, nil)
        if descriptor >= 0 { setPatience(descriptor) }
        return descriptor
    }

    /// What one call receives; empty at the end, and when patience runs out.
    static func received(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let got = unsafe recv(descriptor, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(got, 0)))
    }

    /// The octets that wait to be received.
    static func available(_ descriptor: Int32) -> Int {
        var count: Int32 = 0
        return unsafe ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    static func makeFIFO(_ path: String) -> Bool { unsafe mkfifo(path, 0o600) == 0 }

    static func remove(_ path: String) { unsafe unlink(path) }

    /// For the whole process and for good: taking it back could pull it from under another thread that reads it.
    static func setEnvironment(_ name: String, _ value: String) { unsafe setenv(name, value, 1) }

    static func send(_ bytes: [UInt8], to descriptor: Int32) {
        unsafe _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func setPatience(_ descriptor: Int32) {
        var time = patience
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }
}

/// A web server of 50 lines: answers each request with the next of its replies, the last one again and again.
final class HTTPResponder: Sendable {
    enum Reply: Sendable {
        case text(String)
        /// Never answers.
        case silence
        /// Closes the connection without an answer.
        case hangUp
        /// Begins an answer and sends until nobody listens.
        case endless

        static func status(_ status: Int, _ headers: String...) -> Reply {
            let lines = ["HTTP/1.1 \(status) Text", "content-length: 4"] + headers + ["", "body"]
            return .text(lines.joined(separator: "\r\n"))
        }
    }

    struct Request: Sendable {
        var head: String
        var body: [UInt8]
        /// Which connection it came by.
        var connection: Int

        func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("\(name): ") {
                return String(line.dropFirst(name.count + 2))
            }
            return nil
        }
    }

    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[Request]>([])

    init(_ replies: Reply...) {
        (listener, port) = Loopback.bound(SOCK_STREAM)
        let thread = Thread { [self, listener] in
            var connection = 0
            while true {
                let descriptor = Loopback.accepted(listener)
                if descriptor < 0 { break }
                serve(descriptor, connection, replies)
                close(descriptor)
                connection += 1
            }
            close(listener)
        }
        thread.start()
    }

    var requests: [Request] { seen.withLock { $0 } }

    /// Ends the thread at its next wait. Without it patience does.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ descriptor: Int32, _ connection: Int, _ replies: [Reply]) {
        var bytes: [UInt8] = []
        while true {
            guard let end = headEnd(bytes) else {
                let more = Loopback.received(descriptor)
                if more.isEmpty { return }
                bytes += more
                continue
            }
            var request = Request(head: String(decoding: bytes[..<end], as: UTF8.self), body: [], connection: connection)
            let length = Int(request.header("content-length") ?? "") ?? 0
            while bytes.count < end + length {
                let more = Loopback.received(descriptor)
                if more.isEmpty { return }
                bytes += more
            }
            request.body = Array(bytes[end..<end + length])
            bytes.removeFirst(end + length)
            let number = seen.withLock { seen in
                seen.append(request)
                return seen.count - 1
            }
            switch replies[min(number, replies.count - 1)] {
            case .text(let text): Loopback.send(Array(text.utf8), to: descriptor)
            case .hangUp: return
            case .silence:
                while !Loopback.received(descriptor).isEmpty {}
                return
            case .endless:
                Loopback.send(Array("HTTP/1.1 200 Text\r\ncontent-length: 99999999\r\n\r\n".utf8), to: descriptor)
                for _ in 0..<64 { Loopback.send([UInt8](repeating: 0x61, count: 4096), to: descriptor) }
                while !Loopback.received(descriptor).isEmpty {}
                return
            }
        }
    }

    private func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 4...bytes.count where bytes[end - 4..<end].elementsEqual("\r\n\r\n".utf8) { return end }
        return nil
    }
}
