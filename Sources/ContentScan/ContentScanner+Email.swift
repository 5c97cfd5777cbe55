// weir
// SPDX-License-Identifier: Apache-2.0

extension ContentScanner {
    private static let longestLocal = 64
    private static let longestLabel = 63
    private static let longestDomain = 253

    /// Looks around an `@`, or at the `%` of an encoded `@` or `+`.
    mutating func visitAt(_ position: Int, _ bytes: Span<UInt8>) {
        if bytes[position] == 0x40 {
            visitAddress(local: position, domain: position &+ 1, bytes)
        } else if position &+ 2 < bytes.count {
            if bytes[position &+ 1] == 0x34 && bytes[position &+ 2] == 0x30 {
                visitAddress(local: position, domain: position &+ 3, bytes)
            } else if bytes[position &+ 1] == 0x32 && Bytes.capital(bytes[position &+ 2]) == 0x42 && wanted.contains(.phone) {
                visitPlus(at: position, digitsFrom: position &+ 3, bytes)
            }
        }
    }

    private mutating func visitAddress(local end: Int, domain: Int, _ bytes: Span<UInt8>) {
        let start = localStart(endingAt: end, bytes)
        guard start < end, end - start <= ContentScanner.longestLocal else { return }
        let last = domainEnd(from: domain, bytes)
        guard last > domain else { return }
        let isReserved = reserved.isReservedDomain(bytes, from: domain, to: last)
        if let secret = userPart(before: start, bytes) {
            // `//user:password@host`: no address of a person, but a password if there is one.
            if secret { report(.secret, start, end, 0.8, isReserved: isReserved, bytes) }
            return
        }
        guard wanted.contains(.email) else { return }
        report(.email, start, last, 1, isReserved: isReserved, bytes)
    }

    /// Where the part before an `@` begins; `end` when there is none. Complexity: O(1), at most 70 bytes are looked at.
    private func localStart(endingAt end: Int, _ bytes: Span<UInt8>) -> Int {
        guard end > free, bytes[end - 1] != 0x2E else { return end }
        var start = end
        let least = max(free, end - ContentScanner.longestLocal - 6)
        while start > least {
            let byte = bytes[start - 1]
            if byte == 0x2E && bytes[start] == 0x2E { break }
            guard Bytes.isToken(byte) || byte == 0x2E || byte == 0x2B || byte == 0x27 || isEncodedLocal(start - 1, end, bytes) else {
                break
            }
            start -= 1
        }
        // Encoded bytes that are no part of a local (`email%3Danna%40…`) end it too.
        if start > 0 && bytes[start - 1] == 0x25 && start + 2 <= end { start += 2 }
        if start > 0 && bytes[start - 1] == 0x5C && start < end { start += escapeLength(start, end, bytes) }
        while start < end && !Bytes.isWord(bytes[start]) { start += 1 }
        return start
    }

    /// `%2B` and `%2E`, a plus and a dot, belong to a local; other encoded bytes do not.
    private func isEncodedLocal(_ index: Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        guard bytes[index] == 0x25, index + 2 < end, bytes[index + 1] == 0x32 else { return false }
        let low = Bytes.capital(bytes[index + 2])
        return low == 0x42 || low == 0x45
    }

    /// Bytes behind a backslash that are its escape's: one of `\n`, five of `\u003c`.
    private func escapeLength(_ start: Int, _ end: Int, _ bytes: Span<UInt8>) -> Int {
        switch bytes[start] {
        case 0x6E, 0x72, 0x74, 0x62, 0x66: return 1
        case 0x75:
            guard start + 5 <= end else { return 0 }
            for index in start + 1..<start + 5 where !Bytes.isHexadecimal(bytes[index]) { return 0 }
            return 5
        default: return 0
        }
    }

    /// Where a domain ends: labels of letters, digits and inner dashes, two at least, the last one of letters. `start` when it is none.
    private func domainEnd(from start: Int, _ bytes: Span<UInt8>) -> Int {
        var index = start
        var label = start
        var labels = 0
        var good = start
        let most = min(bytes.count, start + ContentScanner.longestDomain)
        while true {
            while index < most && (Bytes.isAlphanumeric(bytes[index]) || bytes[index] == 0x2D) { index += 1 }
            let length = index - label
            guard length > 0, length <= ContentScanner.longestLabel, bytes[label] != 0x2D else { break }
            var end = index
            while end > label && bytes[end - 1] == 0x2D { end -= 1 }
            labels += 1
            if labels > 1 && isTopLevel(label, end, bytes) { good = end }
            guard end == index, index < most, bytes[index] == 0x2E else { break }
            index += 1
            label = index
        }
        // What goes on behind the longest domain is none.
        return index == most && most < bytes.count && Bytes.isAlphanumeric(bytes[most]) ? start : good
    }

    /// Whether a label can be the last: letters, or the encoded form of other letters; no file's extension (`logo@2x.png`).
    private func isTopLevel(_ start: Int, _ end: Int, _ bytes: Span<UInt8>) -> Bool {
        guard end - start >= 2 else { return false }
        if end - start > 4 && Bytes.small(bytes[start]) == 0x78 && Bytes.small(bytes[start + 1]) == 0x6E && bytes[start + 2] == 0x2D {
            return true
        }
        var packed: UInt64 = 0
        for index in start..<end {
            guard Bytes.isLetter(bytes[index]) else { return false }
            packed = packed << 8 | UInt64(Bytes.small(bytes[index]))
        }
        switch packed {
        // png jpg gif svg css ico jpeg webp json woff js
        case 0x70_6E67, 0x6A_7067, 0x67_6966, 0x73_7667, 0x63_7373, 0x69_636F, 0x6A70_6567, 0x7765_6270, 0x6A73_6F6E, 0x776F_6666, 0x6A73:
            return false
        default: return true
        }
    }

    /// Whether an address is a URL's user part, `//user@` or `//user:password@`; true when there is a password, nil when it is none.
    private func userPart(before start: Int, _ bytes: Span<UInt8>) -> Bool? {
        var index = start
        let least = max(0, start - ContentScanner.longestLocal)
        var hasPassword = false
        while index > least {
            let byte = bytes[index - 1]
            if byte == 0x2F { return index > 1 && bytes[index - 2] == 0x2F ? hasPassword : nil }
            if byte == 0x3A {
                hasPassword = true
            } else if !Bytes.isToken(byte) && byte != 0x2E && byte != 0x25 {
                return nil
            }
            index -= 1
        }
        return nil
    }
}
