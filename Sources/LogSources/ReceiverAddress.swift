// weir
// SPDX-License-Identifier: Apache-2.0

/// Where a source listens: a unix socket or a loopback address, for syslog or for pushes over HTTP.
///
/// Nothing that other hosts can reach is accepted: whoever may write a log line may hide an export, and TLS, names and rights of other
/// hosts are the business of rsyslog or a reverse proxy in front (deploy/receive).
package struct ReceiverAddress: Equatable, Sendable {
    /// What is spoken there.
    package enum Speech: Equatable, Sendable {
        /// RFC 5424 or 3164, one message a datagram, or framed in a stream (RFC 6587).
        case syslog
        /// NDJSON at a path, and the paths of a Splunk HTTP event collector.
        case http(path: String)
    }

    package enum Place: Equatable, Sendable {
        case unix(path: String)
        /// An address of this host that no other host reaches: `127.…` or `::1`.
        case loopback(host: String, port: UInt16)
    }

    package var speech: Speech
    package var place: Place
    package var isDatagram: Bool

    /// The forms, as messages and the manual show them.
    package static let forms =
        "syslog+unix:/run/weir/x.sock (a stream), syslog+unixgram:/run/weir/x.sock (datagrams), syslog+udp://127.0.0.1:5514, "
        + "syslog+tcp://127.0.0.1:5514, http://127.0.0.1:8481/path, http+unix:/run/weir/x.sock"

    /// The longest path of a unix socket. Source: unix(7), `sun_path`.
    package static let unixPathLimit = 107

    /// Reads an address. Throws: ``ReceiverAddressError`` for what is none, or is one that other hosts reach.
    package init(_ text: String) throws(ReceiverAddressError) {
        let unix: [(String, Speech, Bool)] = [
            ("syslog+unix:", .syslog, false), ("syslog+unixgram:", .syslog, true), ("http+unix:", .http(path: "/"), false),
        ]
        for (scheme, speech, isDatagram) in unix where text.hasPrefix(scheme) {
            let path = String(text.dropFirst(scheme.utf8.count))
            guard path.hasPrefix("/"), path.utf8.count <= ReceiverAddress.unixPathLimit, !path.hasSuffix("/") else {
                throw ReceiverAddressError(
                    message: "the path of a unix socket starts with a slash and has at most \(ReceiverAddress.unixPathLimit) bytes")
            }
            self.init(speech: speech, place: .unix(path: path), isDatagram: isDatagram)
            return
        }
        for (scheme, isHTTP, isDatagram) in [("syslog+udp://", false, true), ("syslog+tcp://", false, false), ("http://", true, false)]
        where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            let place = try ReceiverAddress.loopback(rest[..<end])
            let path = String(rest[end...])
            guard isHTTP else {
                guard path.isEmpty else { throw ReceiverAddressError(message: "a syslog address has no path") }
                self.init(speech: .syslog, place: place, isDatagram: isDatagram)
                return
            }
            let isPlain = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            guard isPlain else { throw ReceiverAddressError(message: "the path is to be plain ASCII without ? and #") }
            self.init(speech: .http(path: path.isEmpty ? "/" : path), place: place, isDatagram: false)
            return
        }
        throw ReceiverAddressError(message: "is to be one of \(ReceiverAddress.forms)")
    }

    package init(speech: Speech, place: Place, isDatagram: Bool) {
        self.speech = speech
        self.place = place
        self.isDatagram = isDatagram
    }

    /// Whether datagrams that find no room are gone: their sender is not held back.
    package var losesWhenFull: Bool {
        if case .loopback = place { return isDatagram }
        return false
    }

    /// Whether senders must show a token: everybody on the host reaches a loopback address, while a unix socket has rights.
    package var needsToken: Bool {
        guard case .http = speech, case .loopback = place else { return false }
        return true
    }

    private static func loopback(_ text: Substring) throws(ReceiverAddressError) -> Place {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            throw ReceiverAddressError(message: "needs an address and a port, as in 127.0.0.1:5514")
        }
        let host = String(text[..<colon])
        if host == "localhost" { return .loopback(host: "127.0.0.1", port: port) }
        if host == "[::1]" { return .loopback(host: "::1", port: port) }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.count <= 3 ? UInt8($0) : nil }
        guard parts.count == 4, numbers.count == 4, numbers[0] == 127 else {
            throw ReceiverAddressError(
                message:
                    "other hosts could reach that: use 127.0.0.1, [::1] or a unix socket, and put rsyslog or a reverse proxy with TLS in "
                    + "front (deploy/receive has both)")
        }
        return .loopback(host: numbers.map(String.init).joined(separator: "."), port: port)
    }
}

/// Why a text is no address to listen on; completes "listen …".
package struct ReceiverAddressError: Error, Equatable, Sendable { package var message: String }
