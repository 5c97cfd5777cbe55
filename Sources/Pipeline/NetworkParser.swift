// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// Reads the network of an address as logs write it.
enum NetworkParser {
    /// The /24 or /48 of the address in a range; unknown when it is none. Brackets and a port behind IPv4 are tolerated.
    @inline(__always)
    static func network(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> Network {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for index in start..<start + count {
            let byte = bytes[index]
            if byte &- 0x30 < 10 {
                octet = octet &* 10 &+ UInt32(byte &- 0x30)
                digits += 1
                if digits > 3 { return sixth(bytes, start, count) }
            } else if byte == UInt8(ascii: ".") && digits > 0 && octet < 256 && dots < 3 {
                address = address << 8 | octet
                octet = 0
                digits = 0
                dots += 1
            } else if byte == UInt8(ascii: ":") && dots == 3 {
                break
            } else {
                return sixth(bytes, start, count)
            }
        }
        guard dots == 3, digits > 0, octet < 256 else { return sixth(bytes, start, count) }
        return Network(ipv4: address << 8 | octet)
    }

    /// IPv6: the first three groups, `::` expanded; an IPv4-mapped address is the IPv4 address.
    static func sixth(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> Network {
        var text = bytes.copy(start..<start + count)
        if text.first == UInt8(ascii: "["), let close = text.firstIndex(of: UInt8(ascii: "]")) { text = Array(text[1..<close]) }
        if let percent = text.firstIndex(of: UInt8(ascii: "%")) { text = Array(text[..<percent]) }
        guard text.count <= 45, text.contains(UInt8(ascii: ":")) else { return .unknown }
        let lowered = text.map { $0 >= 0x41 && $0 <= 0x46 ? $0 | 0x20 : $0 }
        let mapped = Array("::ffff:".utf8)
        if lowered.starts(with: mapped) && lowered.contains(UInt8(ascii: ".")) {
            let rest = Array(lowered.dropFirst(mapped.count))
            return ChunkBuffer(rest).withBytes { inner in
                rest.contains(UInt8(ascii: ":")) ? .unknown : network(inner, 0, rest.count)
            }
        }
        guard let groups = groups(lowered) else { return .unknown }
        return Network(ipv6First: groups[0], second: groups[1], third: groups[2])
    }

    private static func groups(_ text: [UInt8]) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.count <= 9 else { return nil }
        let gap = parts.dropFirst().dropLast().firstIndex { $0.isEmpty }
        var values: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                guard index == 0 || index == parts.count - 1 || index == gap else { return nil }
                if index == gap { values += Array(repeating: 0, count: max(9 - parts.count, 0)) } else { values.append(0) }
                continue
            }
            guard part.count <= 4, let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16) else { return nil }
            values.append(value)
        }
        return values.count >= 3 ? values : nil
    }
}
