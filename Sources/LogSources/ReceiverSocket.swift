// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The sockets of receivers: the one place where they call the system. Nothing here waits but ``wait(_:milliseconds:)``.
enum ReceiverSocket {
    /// What is asked of the system for datagrams that wait while the disk is busy; it may give less.
    static let datagramRoom: Int32 = 8_388_608
    private static let backlog: Int32 = 256

    enum Received: Equatable {
        case bytes(Int)
        /// A datagram that is longer than the room for it.
        case cut
        /// Nothing now.
        case none
        /// The peer will send no more.
        case ended
        /// The connection broke.
        case broken
    }

    /// A socket that listens. Throws: ``ReceiverFailure``.
    static func listen(_ address: ReceiverAddress) throws(ReceiverFailure) -> Int32 {
        let kind = Int32(address.isDatagram ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue)
        let flags = kind | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let family: Int32
        switch address.place {
        case .unix: family = AF_UNIX
        case .loopback(let host, _): family = host.contains(":") ? AF_INET6 : AF_INET
        }
        let descriptor = socket(family, flags, 0)
        guard descriptor >= 0 else { throw failure("no socket can be had", errno) }
        var code: Int32 = 0
        switch address.place {
        case .unix(let path): code = bindUnix(descriptor, path)
        case .loopback(let host, let port): code = bindLoopback(descriptor, family, host, port)
        }
        if code == 0 && !address.isDatagram && Glibc.listen(descriptor, backlog) != 0 { code = errno }
        if code != 0 {
            close(descriptor)
            throw failure("cannot listen", code)
        }
        if address.isDatagram { set(descriptor, SO_RCVBUF, datagramRoom) }
        return descriptor
    }

    private static func failure(_ what: String, _ code: Int32) -> ReceiverFailure {
        ReceiverFailure(message: "\(what): \(LinuxFileSystem.message(code))")
    }

    private static func set(_ descriptor: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // What the system does not grant is done without.
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func bindLoopback(_ descriptor: Int32, _ family: Int32, _ host: String, _ port: UInt16) -> Int32 {
        // A restart must not wait for connections of before to be forgotten.
        set(descriptor, SO_REUSEADDR, 1)
        if family == AF_INET6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return EINVAL }
            return unsafe withUnsafePointer(to: &address) { unsafe bind(descriptor, $0, MemoryLayout<sockaddr_in6>.size) }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return EINVAL }
        return unsafe withUnsafePointer(to: &address) { unsafe bind(descriptor, $0, MemoryLayout<sockaddr_in>.size) }
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: UnsafePointer<Address>, _ size: Int) -> Int32 {
        let status = unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe Glibc.bind(descriptor, $0, socklen_t(size))
        }
        return status == 0 ? 0 : errno
    }

    /// Binds to a path for weir's user and group. A socket that nobody listens at any more, as a killed daemon leaves it, makes room.
    private static func bindUnix(_ descriptor: Int32, _ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(ReceiverAddress.unixPathLimit)) }
        let size = MemoryLayout<sockaddr_un>.size
        var status = stat()
        if unsafe lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else { return EEXIST }
            for kind in [SOCK_STREAM, SOCK_DGRAM] {
                let probe = socket(AF_UNIX, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
                defer { close(probe) }
                let code = unsafe withUnsafePointer(to: &address) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe connect(probe, $0, socklen_t(size)) == 0 ? 0 : errno
                    }
                }
                if code == 0 || code == EAGAIN { return EADDRINUSE }
            }
            if unsafe unlink(path) != 0 { return errno }
        }
        let code = unsafe withUnsafePointer(to: &address) { unsafe bind(descriptor, $0, size) }
        if code != 0 { return code }
        return unsafe chmod(path, 0o660) == 0 ? 0 : errno
    }

    /// Removes the name of a unix socket.
    static func forget(_ address: ReceiverAddress) {
        if case .unix(let path) = address.place { _ = unsafe unlink(path) }
    }

    /// The next connection that waits; nil when none does. `isExhausted` says that the process has no descriptor for it.
    static func accept(_ listener: Int32) -> (descriptor: Int32?, isExhausted: Bool) {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                return (descriptor, false)
            }
            if errno == EINTR || errno == ECONNABORTED { continue }
            return (nil, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno))
        }
    }

    /// What came, at the start of `room`.
    static func receive(_ descriptor: Int32, into room: inout [UInt8], isDatagram: Bool) -> Received {
        while true {
            // MSG_TRUNC: the real length of a datagram, so that one that was cut is known.
            let got = unsafe recv(descriptor, &room, room.count, Int32(isDatagram ? MSG_TRUNC : 0))
            if got > room.count { return .cut }
            if got > 0 { return .bytes(got) }
            if got == 0 { return isDatagram ? .bytes(0) : .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .none : .broken
        }
    }

    /// Sends an answer. False when the peer does not take all of it at once: answers are shorter than any socket's room.
    static func send(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Says that nothing more will be sent, while the peer may go on.
    static func endSending(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Tells the peer of a unix socket that nothing more is taken; what it has sent is still there to be read.
    static func endReceiving(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_RD)) }

    static func end(_ descriptor: Int32) { close(descriptor) }

    /// Sleeps until one of the descriptors is ready, or the time is over.
    static func wait(_ entries: inout [pollfd], milliseconds: Int32) {
        if unsafe poll(&entries, nfds_t(entries.count), milliseconds) < 0 { for index in entries.indices { entries[index].revents = 0 } }
    }

    /// Datagrams that the system dropped since the socket was made, because there was no room for them.
    static func dropped(_ descriptor: Int32) -> UInt32 {
        // SO_MEMINFO, whose names Swift does not see: 55 in asm-generic/socket.h, the ninth number in linux/sock_diag.h.
        var numbers = [UInt32](repeating: 0, count: 9)
        var size = socklen_t(numbers.count * MemoryLayout<UInt32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, 55, &numbers, &size) == 0 ? numbers[8] : 0
    }
}
