// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// The networks of addresses that were seen lately, by their text: most events come from few addresses.
///
/// State: 96 KB. Complexity: O(1), a third of what reading the address costs. A look-up compares the whole text, so that it says what
/// ``NetworkParser`` would.
struct NetworkCache {
    private struct Entry {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var network = Network.unknown
    }

    /// The longest text that is remembered: every IPv4 address without a port. The sixteenth byte is its length: a text may end with zero
    /// bytes.
    private static let longest = 15
    private var entries = Array(repeating: Entry(), count: 4096)

    /// The network of an address that is not empty.
    @inline(__always)
    mutating func network(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> Network {
        guard count <= NetworkCache.longest else { return NetworkParser.network(bytes, start, count) }
        let low = bytes.word(at: start) & PaddedBytes.firstBytes(count)
        let high = bytes.word(at: start &+ 8) & PaddedBytes.firstBytes(count &- 8) | UInt64(truncatingIfNeeded: count) &<< 56
        let slot = Int(truncatingIfNeeded: ((low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0x9E37_79B9_7F4A_7C15) &>> 52)
        if entries[slot].low == low && entries[slot].high == high { return entries[slot].network }
        return read(bytes, start, count, Entry(low: low, high: high), slot)
    }

    @inline(never)
    private mutating func read(_ bytes: PaddedBytes, _ start: Int, _ count: Int, _ entry: Entry, _ slot: Int) -> Network {
        entries[slot] = entry
        entries[slot].network = NetworkParser.network(bytes, start, count)
        return entries[slot].network
    }
}

/// Reads the network of an address as logs write it.
enum NetworkParser {
    /// The /24 or /48 of the address in a range; unknown when it is none. Brackets and a port behind IPv4 are tolerated.
    ///
    /// Complexity: O(1) for IPv4, without a branch that depends on where its dots are.
    @inline(__always)
    static func network(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> Network {
        let masks = bytes.masksOfDottedDigits(at: start)
        // What is neither a digit nor a dot ends the address: its own end, or the colon before a port.
        let end = min((~(masks.digits | masks.dots)).trailingZeroBitCount, count)
        let isWhole = end == count || bytes[start &+ end] == UInt8(ascii: ":")
        var dots = UInt64(masks.dots) & PaddedBytes.lowBits(end)
        let first = dots.trailingZeroBitCount
        dots &= dots &- 1
        let second = dots.trailingZeroBitCount
        dots &= dots &- 1
        let third = dots.trailingZeroBitCount
        guard isWhole, third < 64, dots & (dots &- 1) == 0 else { return sixth(bytes, start, count) }
        let one = octet(bytes, start, first)
        let two = octet(bytes, start &+ first &+ 1, second &- first &- 1)
        let three = octet(bytes, start &+ second &+ 1, third &- second &- 1)
        let four = octet(bytes, start &+ third &+ 1, end &- third &- 1)
        guard max(one, two, three, four) < 256 else { return sixth(bytes, start, count) }
        return Network(ipv4: one << 24 | two << 16 | three << 8 | four)
    }

    /// One to three digits as a number; 256 or more when there are none or more of them. Precondition: all are digits.
    @inline(__always)
    private static func octet(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> UInt32 {
        let digits = bytes.half(at: start) &<< UInt32(truncatingIfNeeded: 32 &- 8 &* count)
        let value = (digits &>> 8 & 0xF) &* 100 &+ (digits &>> 16 & 0xF) &* 10 &+ (digits &>> 24 & 0xF)
        return count &- 1 < 3 && count > 0 ? value : 256
    }

    /// IPv6: the first three groups, `::` expanded; an IPv4-mapped address is the IPv4 address.
    static func sixth(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> Network {
        var text = bytes.copy(start..<start + count)
        if text.first == UInt8(ascii: "["), let close = text.firstIndex(of: UInt8(ascii: "]")) { text = Array(text[1..<close]) }
        if text.count < count && !text.contains(UInt8(ascii: ":")) {
            // Microsoft puts brackets around any address.
            return ChunkBuffer(text).withBytes { inner in
                inner.firstIndex(of: UInt8(ascii: "["), from: 0, to: text.count) < text.count ? .unknown : network(inner, 0, text.count)
            }
        }
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
