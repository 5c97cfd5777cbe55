// weir
// SPDX-License-Identifier: Apache-2.0

/// The network an address belongs to: /24 for IPv4, /48 for IPv6. Whole addresses never enter the state.
///
/// State: 8 bytes. 0 is unknown; otherwise the top byte is 4 or 6 and the low bits hold the prefix.
public struct Network: Hashable, Comparable, Sendable {
    /// Version and prefix in one word.
    public let rawValue: UInt64

    /// A network from its word, as ``rawValue`` gives it.
    @inline(__always)
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// No address, or none that could be read.
    public static let unknown = Network(rawValue: 0)

    /// The /24 of an IPv4 address in host byte order.
    @inline(__always)
    public init(ipv4 address: UInt32) { rawValue = 4 << 56 | UInt64(address >> 8) }

    /// The /48 of an IPv6 address: its first three groups.
    public init(ipv6First first: UInt16, second: UInt16, third: UInt16) {
        rawValue = 6 << 56 | UInt64(first) << 32 | UInt64(second) << 16 | UInt64(third)
    }

    /// An order without meaning, the same everywhere.
    public static func < (left: Network, right: Network) -> Bool { left.rawValue < right.rawValue }

    /// `203.0.113.0/24`, `2001:db8:7::/48`, or `unknown`.
    public var text: String {
        switch rawValue >> 56 {
        case 4:
            let prefix = rawValue & 0xFF_FFFF
            return "\(prefix >> 16).\(prefix >> 8 & 255).\(prefix & 255).0/24"
        case 6:
            let groups = [rawValue >> 32 & 0xFFFF, rawValue >> 16 & 0xFFFF, rawValue & 0xFFFF]
            return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/48"
        default:
            return "unknown"
        }
    }
}
