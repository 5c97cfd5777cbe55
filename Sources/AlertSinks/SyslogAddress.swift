// weir
// SPDX-License-Identifier: Apache-2.0

/// Where syslog messages go.
enum SyslogAddress: Equatable, Sendable {
    /// A socket of this host: datagrams, or a stream where the receiver listens for one.
    case unix(path: String)
    /// One message a datagram (RFC 5426). Lost datagrams are not noticed.
    case udp(host: String, port: String)
    /// Messages by octet counting (RFC 6587, section 3.4.1).
    case tcp(host: String, port: String)

    /// Reads `unix:/dev/log`, `udp:host:port` or `tcp:host:port`; an IPv6 address stands in brackets. Nil for anything else.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "unix":
            // The kernel keeps 108 bytes for a path, one of them its end.
            guard rest.hasPrefix("/"), rest.utf8.count <= 107, !rest.utf8.contains(0) else { return nil }
            self = .unix(path: rest)
        case "udp":
            guard let (host, port) = SyslogAddress.hostAndPort(rest) else { return nil }
            self = .udp(host: host, port: port)
        case "tcp":
            guard let (host, port) = SyslogAddress.hostAndPort(rest) else { return nil }
            self = .tcp(host: host, port: port)
        default: return nil
        }
    }

    /// The place as failures and names show it: no path.
    var shown: String {
        switch self {
        case .unix: "the local socket"
        case .udp(let host, let port), .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    private static func hostAndPort(_ text: String) -> (host: String, port: String)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = String(text[..<colon])
        let port = String(text[text.index(after: colon)...])
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        let isName = host.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"[]@/\\\"'".utf8.contains(byte)
        }
        guard !host.isEmpty, host.utf8.count <= 253, isName, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt16(port), number > 0
        else { return nil }
        return (host, port)
    }
}
