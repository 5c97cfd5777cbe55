// weir
// SPDX-License-Identifier: Apache-2.0

// Not for libcurl: its header declares the sockets too, and the compiler may ascribe them to it instead of to Glibc.
import CCurl
import EventModel
import Glibc

/// A socket operation that failed.
struct SocketFailure: Error, Equatable, Sendable {
    /// Completes "host …".
    var message: String

    static func system(_ what: String, _ code: Int32) -> SocketFailure {
        SocketFailure(message: "\(what): \(unsafe String(cString: strerror(code)))")
    }
}

/// A connected socket. Closes itself.
///
/// With ``SocketAddressText`` the one place of this target where socket calls are made. Every wait is bounded by the time limit, except for
/// the name server, which the system's resolver bounds.
struct SocketConnection: ~Copyable {
    /// How messages are told apart on the way.
    enum Framing: Equatable, Sendable {
        /// One message a datagram.
        case datagram
        /// `MSG-LEN SP MSG`, RFC 6587 section 3.4.1.
        case octetCounted
        /// A NUL behind each message, as glibc's `syslog` writes to a stream socket of this host.
        case nulTerminated
    }

    /// POLLRDHUP, "the peer will write no more", which glibc's headers hide from Swift.
    private static let hangUp: Int16 = 0x2000

    let framing: Framing
    private let descriptor: Int32
    private let isTCP: Bool

    deinit { close(descriptor) }

    /// Connects, trying each address of a name in turn.
    init(to address: SyslogAddress, limit: EventDuration) throws(SocketFailure) {
        switch address {
        case .unix(let path):
            (descriptor, framing) = try SocketConnection.connectUnix(path, limit)
            isTCP = false
        case .udp(let host, let port):
            descriptor = try SocketConnection.connect(host, port, SOCK_DGRAM, limit)
            framing = .datagram
            isTCP = false
        case .tcp(let host, let port):
            descriptor = try SocketConnection.connect(host, port, SOCK_STREAM, limit)
            framing = .octetCounted
            isTCP = true
        }
    }

    /// Whether the peer has not hung up. What it wrote is read and dropped: syslog has no answers, and unread bytes would hide the end.
    func isOpen() -> Bool {
        if framing == .datagram { return true }
        var scratch = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<64 {
            let got = unsafe recv(descriptor, &scratch, scratch.count, Int32(MSG_DONTWAIT))
            if got == 0 { return false }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return (errno == EAGAIN || errno == EWOULDBLOCK) && !hasHungUp(waiting: 0) }
        }
        // A peer that talks without end is no syslog receiver.
        return false
    }

    /// Sends one message in its frame. On TCP it returns only after the peer's host has acknowledged every octet, so that a connection
    /// which dies on the way is a failure here and not a lost alert. (A receiver that dies between its kernel and its disk still loses it;
    /// syslog has no answer that could tell.)
    /// Throws: ``SocketFailure``; the message may have arrived in part, so the connection must not be used again.
    func send(_ message: [UInt8], limit: EventDuration) throws(SocketFailure) {
        let deadline = Deadline(limit)
        switch framing {
        case .datagram: try write(message, deadline)
        case .octetCounted: try write(Array("\(message.count) ".utf8) + message, deadline)
        case .nulTerminated: try write(message + [0], deadline)
        }
        if isTCP { try awaitAcknowledgement(deadline) }
        if framing == .datagram { try throwPendingError() }
    }

    private func write(_ bytes: [UInt8], _ deadline: Deadline) throws(SocketFailure) {
        var sent = 0
        while sent < bytes.count {
            let part = unsafe bytes[sent...].withUnsafeBytes { rest in
                unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if part > 0 {
                sent += part
            } else if part < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) {
                guard SocketConnection.wait(descriptor, for: POLLOUT, deadline) else {
                    throw SocketFailure(message: "did not take the message within the time limit")
                }
            } else if part == 0 || errno != EINTR {
                throw .system("did not take the message", errno)
            }
        }
    }

    private func awaitAcknowledgement(_ deadline: Deadline) throws(SocketFailure) {
        var pause: Int32 = 1
        while true {
            var waiting: Int32 = 0
            guard unsafe ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0 else { throw .system("lost the connection", errno) }
            if waiting == 0 { return try throwPendingError() }
            guard !deadline.hasPassed else { throw SocketFailure(message: "did not acknowledge the message within the time limit") }
            // Wakes at once if the peer hangs up.
            if hasHungUp(waiting: pause) {
                try throwPendingError()
                throw SocketFailure(message: "closed the connection before it acknowledged the message")
            }
            pause = min(pause * 2, 20)
        }
    }

    /// A datagram that nobody listened for comes back as an error of the socket.
    private func throwPendingError() throws(SocketFailure) {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else {
            throw .system("did not take the message", code == 0 ? errno : code)
        }
    }

    private func hasHungUp(waiting milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: SocketConnection.hangUp, revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    private static func connectUnix(_ path: String, _ limit: EventDuration) throws(SocketFailure) -> (Int32, Framing) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        for (kind, framing) in [(SOCK_DGRAM, Framing.datagram), (SOCK_STREAM, .nulTerminated)] {
            let descriptor = try open(AF_UNIX, kind)
            let status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.connect(descriptor, $0, size) }
            }
            if status == 0 { return (descriptor, framing) }
            let code = errno
            close(descriptor)
            // The receiver listens for the other kind of socket.
            if code != EPROTOTYPE { throw .system("cannot be connected", code) }
        }
        throw SocketFailure(message: "is neither a datagram nor a stream socket")
    }

    private static func connect(
        _ host: String, _ port: String, _ kind: __socket_type, _ limit: EventDuration
    ) throws(SocketFailure) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(kind.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var first: UnsafeMutablePointer<addrinfo>? = nil
        let status = unsafe getaddrinfo(host, port, &hints, &first)
        guard status == 0 else { throw SocketFailure(message: "could not be resolved: \(unsafe String(cString: gai_strerror(status)))") }
        defer { unsafe freeaddrinfo(first) }
        let deadline = Deadline(limit)
        var failure = SocketFailure(message: "has no address")
        var next = unsafe first
        while let entry = unsafe next {
            unsafe next = entry.pointee.ai_next
            let descriptor = try open(unsafe entry.pointee.ai_family, kind)
            if unsafe Glibc.connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 { return descriptor }
            var code = errno
            if code == EINPROGRESS { code = outcome(descriptor, deadline) }
            if code == 0 { return descriptor }
            close(descriptor)
            failure = .system("cannot be connected", code)
        }
        throw failure
    }

    private static func open(_ family: Int32, _ kind: __socket_type) throws(SocketFailure) -> Int32 {
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, Int32(kind.rawValue) | flags, 0)
        guard descriptor >= 0 else { throw .system("could not be given a socket", errno) }
        return descriptor
    }

    /// How a connect in progress ended, as an error number.
    private static func outcome(_ descriptor: Int32, _ deadline: Deadline) -> Int32 {
        guard wait(descriptor, for: POLLOUT, deadline) else { return ETIMEDOUT }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    private static func wait(_ descriptor: Int32, for events: Int32, _ deadline: Deadline) -> Bool {
        while !deadline.hasPassed {
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let ready = unsafe poll(&entry, 1, deadline.remaining)
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { return false }
        }
        return false
    }
}

/// A moment of the monotonic clock: bounds a wait, and never reaches a decision or an output.
private struct Deadline {
    private let end: Int64

    init(_ limit: EventDuration) { end = Deadline.now + limit.milliseconds }

    var remaining: Int32 { Int32(clamping: max(end - Deadline.now, 0)) }
    var hasPassed: Bool { remaining == 0 }

    private static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// Addresses between their text and their bytes.
package enum SocketAddressText {
    /// The 4 or 16 bytes of a numeric address; nil for a name.
    package static func bytes(_ text: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        return unsafe inet_pton(AF_INET6, text, &sixteen) == 1 ? sixteen : nil
    }

    /// The 4 or 16 bytes of a socket address; empty for another family. The memory is that of the family, which may be more than
    /// `sockaddr`.
    static func bytes(of address: UnsafeMutablePointer<sockaddr>) -> [UInt8] {
        let memory = UnsafeRawPointer(address)
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET:
            let size = MemoryLayout<in_addr>.size
            let start = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 0
            return unsafe Array(UnsafeRawBufferPointer(start: memory + start, count: size))
        case AF_INET6:
            let size = MemoryLayout<in6_addr>.size
            let start = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 0
            return unsafe Array(UnsafeRawBufferPointer(start: memory + start, count: size))
        default: return []
        }
    }
}

/// What this host calls itself, and the process's number: read once, for the header of syslog messages.
enum HostIdentity {
    static let hostName: String = {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, 255) == 0 else { return "-" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    static let processID = String(getpid())
}
