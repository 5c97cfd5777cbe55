// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A program on this host that hands log lines over: one connected socket. Closes itself.
package final class LoopbackSender {
    package enum Target: Sendable {
        case tcp(UInt16)
        case udp(UInt16)
        case unixStream(String)
        case unixDatagram(String)
    }

    private let descriptor: Int32

    /// Connects. Throws: ``LoopbackFailure`` when nobody listens.
    package init(_ target: Target) throws {
        let isStream: Bool
        let family: Int32
        switch target {
        case .tcp: (family, isStream) = (AF_INET, true)
        case .udp: (family, isStream) = (AF_INET, false)
        case .unixStream: (family, isStream) = (AF_UNIX, true)
        case .unixDatagram: (family, isStream) = (AF_UNIX, false)
        }
        descriptor = socket(family, Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue | SOCK_CLOEXEC.rawValue), 0)
        let status: Int32
        switch target {
        case .tcp(let port), .udp(let port):
            var address = LoopbackSender.address(port)
            status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .unixStream(let path), .unixDatagram(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
            status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
        if status != 0 { throw LoopbackFailure(code: errno) }
        // A test that waits in vain ends.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// A port of this host that nobody uses at this moment.
    package static func freePort(isStream: Bool = true) -> UInt16 {
        let descriptor = socket(AF_INET, Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue), 0)
        defer { close(descriptor) }
        var address = address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe bind(descriptor, $0, size)
                _ = unsafe getsockname(descriptor, $0, &size)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Sends all of it; false when the receiver does not take it, or is gone.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        repeat {
            let part = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if part < 0 { return false }
            sent += part
        } while sent < bytes.count
        return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends what fits without waiting; returns how much.
    package func sendWhatFits(_ bytes: [UInt8]) -> Int {
        unsafe max(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)), 0)
    }

    /// Says that nothing more will come.
    package func endSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// What the receiver says until it closes the connection; nil when it does not close it in an orderly way.
    package func readToEnd() -> String? {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let got = unsafe recv(descriptor, &block, block.count, 0)
            if got < 0 { return nil }
            if got == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += block[..<got]
        }
    }

    /// What the receiver says next; empty when it says nothing, now or, when `waits`, for a while.
    package func read(waits: Bool = true) -> String {
        var block = [UInt8](repeating: 0, count: 65_536)
        let got = unsafe recv(descriptor, &block, block.count, waits ? 0 : Int32(MSG_DONTWAIT))
        return String(decoding: block.prefix(max(got, 0)), as: UTF8.self)
    }
}

/// A socket that could not be had.
package struct LoopbackFailure: Error { package var code: Int32 }
