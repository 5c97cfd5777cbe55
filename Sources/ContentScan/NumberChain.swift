// weir
// SPDX-License-Identifier: Apache-2.0

/// What stands next to values: bytes of words, and how a value may end.
enum Bytes {
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    @inline(__always)
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }

    @inline(__always)
    static func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == 0x5F }

    @inline(__always)
    static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }

    /// A letter, digit, `-`, `_`: what tokens and base64url consist of.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool { isWord(byte) || byte == 0x2D }

    /// A letter as a capital; other bytes as they are.
    @inline(__always)
    static func capital(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }

    /// A letter as a small one; other bytes as they are.
    @inline(__always)
    static func small(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// Whether a number or code may begin at `start`: what precedes it is no part of a path, a version, a longer token.
    @inline(__always)
    static func opens(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard start > 0 else { return true }
        switch bytes[start &- 1] {
        case 0x2E, 0x2F, 0x2D, 0x5F, 0x40, 0x25: return false
        case let byte where isAlphanumeric(byte): return isEscape(bytes, start &- 1)
        default: return true
        }
    }

    /// Whether the letter at a position is that of a `\n`, `\t` and the like.
    @inline(__always)
    static func isEscape(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
        index > 0 && bytes[index &- 1] == 0x5C && isLetter(bytes[index])
    }

    /// Whether a number or code may end before `end`: nothing of a longer one follows.
    @inline(__always)
    static func closes(_ bytes: Span<UInt8>, at end: Int) -> Bool {
        guard end < bytes.count else { return true }
        switch bytes[end] {
        case 0x2E, 0x2D: return end &+ 1 >= bytes.count || !isAlphanumeric(bytes[end &+ 1])
        case 0x2F, 0x40: return false
        case let byte: return !isWord(byte)
        }
    }

    /// Whether the bytes of `text` stand at a position.
    static func has(_ text: StaticString, _ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard start >= 0, start + text.utf8CodeUnitCount <= bytes.count else { return false }
        var index = start
        for byte in text.description.utf8 {
            if bytes[index] != byte { return false }
            index &+= 1
        }
        return true
    }
}

/// A number as it is written: groups of digits with a separator between them.
///
/// Complexity: O(1), at most 8 groups of 40 digits are read.
struct NumberChain {
    static let groupsRead = 8
    /// A longer run of digits is no number of anybody's.
    static let longestGroup = 40

    private(set) var count = 0
    private var starts = InlineArray<8, Int>(repeating: 0)
    private var ends = InlineArray<8, Int>(repeating: 0)
    /// The first byte of what stands behind each group, if another one follows; else 0.
    private var separators = InlineArray<8, UInt8>(repeating: 0)

    /// The groups from `start` on, where a digit stands. Empty when a run is too long.
    init(_ bytes: Span<UInt8>, from start: Int) {
        var index = start
        while count < NumberChain.groupsRead {
            var end = index
            while end < bytes.count && Bytes.isDigit(bytes[end]) { end &+= 1 }
            guard end &- index <= NumberChain.longestGroup else {
                count = 0
                return
            }
            starts[count] = index
            ends[count] = end
            let gap = NumberChain.gap(bytes, at: end)
            if gap > 0 { separators[count] = bytes[end] }
            count &+= 1
            guard gap > 0 else { return }
            index = end &+ gap
        }
    }

    /// Whether a byte can divide groups.
    @inline(__always)
    static func isGap(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x28, 0x29, 0x2D, 0x2E, 0x2F: true
        default: false
        }
    }

    /// Bytes of the separator at a position, if a digit follows it; else 0.
    private static func gap(_ bytes: Span<UInt8>, at start: Int) -> Int {
        var index = start
        guard index < bytes.count else { return 0 }
        switch bytes[index] {
        case 0x20, 0x2D, 0x2E, 0x2F: index &+= 1
        case 0x28, 0x29: break
        default: return 0
        }
        // `+44 (0)20 …`, `(212) 555-…`
        if index < bytes.count && (bytes[index] == 0x28 || bytes[index] == 0x29) {
            index &+= 1
            if index < bytes.count && (bytes[index] == 0x20 || bytes[index] == 0x2D) { index &+= 1 }
        }
        return index < bytes.count && Bytes.isDigit(bytes[index]) ? index &- start : 0
    }

    func start(_ group: Int) -> Int { starts[group] }
    func end(_ group: Int) -> Int { ends[group] }
    func length(_ group: Int) -> Int { ends[group] &- starts[group] }
    func separator(_ group: Int) -> UInt8 { separators[group] }

    /// Digits of the groups up to and with one.
    func digits(through group: Int) -> Int {
        var sum = 0
        for index in 0...group { sum &+= length(index) }
        return sum
    }

    /// Whether the same sign stands between the groups up to one, one of `allowed`. True for a single group.
    func isUniform(through group: Int, _ first: UInt8, _ second: UInt8) -> Bool {
        guard group > 0 else { return true }
        guard separators[0] == first || separators[0] == second else { return false }
        for index in 0..<group where separators[index] != separators[0] { return false }
        return true
    }

    /// The lengths of the groups up to one, written one behind the other: 344 for 3, 4, 4 digits. 0 when one is longer than 19.
    func shape(through group: Int) -> Int {
        var result = 0
        for index in 0...group {
            let length = length(index)
            guard length < 20 else { return 0 }
            result = result * (length > 9 ? 100 : 10) + length
        }
        return result
    }
}
