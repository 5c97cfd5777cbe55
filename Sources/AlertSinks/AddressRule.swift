// weir
// SPDX-License-Identifier: Apache-2.0

/// Which addresses delivery may connect to: the guard against a URL, or a name server, that points weir at what it must not reach.
///
/// Private networks are allowed, because receivers on the premises are normal. What is judged is the address that a connection is about to
/// use, after names were resolved, so neither spelling nor a changed answer of the name server gets around it.
enum AddressRule {
    enum Verdict: Equatable, Sendable {
        case allowed
        /// Refused always; the reason completes "… is refused, because it is".
        case refused(String)

        var isAllowed: Bool { self == .allowed }
    }

    /// Judges the 4 bytes of an IPv4 address or the 16 of an IPv6 address.
    static func verdict(_ address: [UInt8]) -> Verdict {
        if let inner = embeddedIPv4(address) { return verdict(inner) }
        switch address.count {
        case 4: return verdictIPv4(address)
        case 16: return verdictIPv6(address)
        default: return .refused("of an unknown kind")
        }
    }

    /// Whether the address never leaves this host.
    static func isLoopback(_ address: [UInt8]) -> Bool {
        if let inner = embeddedIPv4(address) { return isLoopback(inner) }
        if address.count == 4 { return address[0] == 127 }
        return address.count == 16 && address[..<15].allSatisfy { $0 == 0 } && address[15] == 1
    }

    /// The IPv4 address that ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (translated, RFC 6052) carry.
    private static func embeddedIPv4(_ address: [UInt8]) -> [UInt8]? {
        guard address.count == 16 else { return nil }
        let prefix = Array(address[..<12])
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
        return prefix == mapped || prefix == translated ? Array(address[12...]) : nil
    }

    private static func verdictIPv4(_ address: [UInt8]) -> Verdict {
        switch (address[0], address[1], address[2], address[3]) {
        case (169, 254, _, _): .refused("link-local, where clouds keep their metadata")
        // Alibaba Cloud, Azure and Oracle Cloud answer there instead.
        case (100, 100, 100, 200), (168, 63, 129, 16), (192, 0, 0, 192): .refused("a metadata address of a cloud")
        // Linux connects 0.0.0.0 to this host.
        case (0, _, _, _): .refused("no address of a host")
        case (224..., _, _, _): .refused("no address of a single host")
        default: .allowed
        }
    }

    private static func verdictIPv6(_ address: [UInt8]) -> Verdict {
        if address[0] == 0xFE && address[1] & 0xC0 == 0x80 { return .refused("link-local") }
        // fd00:ec2::254, Amazon's metadata by IPv6.
        if address == [0xFD, 0x00, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54] {
            return .refused("a metadata address of a cloud")
        }
        if address.allSatisfy({ $0 == 0 }) { return .refused("no address of a host") }
        if address[0] == 0xFF { return .refused("no address of a single host") }
        return .allowed
    }
}
