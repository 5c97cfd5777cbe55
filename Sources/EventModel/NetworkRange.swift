// weir
// SPDX-License-Identifier: Apache-2.0

/// A block of addresses that somebody has declared, as far as ``Network`` tells addresses apart: what is narrower than /24 (IPv4) or /48
/// (IPv6) is the whole of that.
public struct NetworkRange: Hashable, Comparable, Sendable {
    public let first: Network
    public let last: Network

    /// The block of an address of 4 or 16 bytes whose first `prefix` bits count; nil of anything else.
    public init?(_ address: [UInt8], prefix: Int) {
        guard address.count == 4 || address.count == 16, (0...8 * address.count).contains(prefix) else { return nil }
        let (kept, version): (Int, UInt64) = address.count == 4 ? (3, 4) : (6, 6)
        let bits = address.prefix(kept).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let rest: UInt64 = (1 << UInt64(max(8 * kept - prefix, 0))) - 1
        first = Network(rawValue: version << 56 | bits & ~rest)
        last = Network(rawValue: version << 56 | bits | rest)
    }

    public func contains(_ network: Network) -> Bool { first <= network && network <= last }

    public static func < (left: NetworkRange, right: NetworkRange) -> Bool { (left.first, left.last) < (right.first, right.last) }
}
