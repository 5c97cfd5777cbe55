// weir
// SPDX-License-Identifier: Apache-2.0

/// Values that only their key makes personal: names, postal addresses, passwords.
extension ContentScanner {
    private static let longestValue = 128

    /// Looks at the value behind the `:` or `=` at a position, if its key says that it is one.
    mutating func visitKey(endingAt position: Int, _ bytes: Span<UInt8>) {
        if bytes[position] == 0x3A && wanted.contains(.networkAddress) && reportColons(around: position, bytes) { return }
        guard position > 0, position &+ 1 < bytes.count, reader.mayNameField(endingAt: position, in: bytes) else { return }
        let known = reader.traits(ofKeyBefore: position, in: bytes)
        guard !known.isDisjoint(with: [.personName, .address, .secret]) else { return }
        let value = valueRange(behind: position, bytes)
        guard value.lowerBound >= free else { return }
        reportField(known, value, bytes)
    }

    /// Looks at a whole text as the value of the caller's key, if nothing was recognised in it.
    mutating func visitWhole(_ bytes: Span<UInt8>) {
        guard !key.isDisjoint(with: [.personName, .address, .secret]), counts.total == 0 else { return }
        reportField(key, trimmed(0, min(bytes.count, ContentScanner.longestValue), bytes), bytes)
    }

    private mutating func reportField(_ known: KeyTraits, _ value: Range<Int>, _ bytes: Span<UInt8>) {
        let start = value.lowerBound
        let end = value.upperBound
        let shape = ValueShape(bytes, from: start, to: end)
        if known.contains(.secret) && wanted.contains(.secret) {
            // What a service blanked or what names a scheme is no secret; the scheme's own check sees to what follows it.
            if shape.count >= 8 && !shape.isBlanked && shape.spaces == 0 && shape.distinct >= 5 {
                report(.secret, start, end, 0.6, isReserved: false, bytes)
            }
        } else if known.contains(.personName) && wanted.contains(.personName) {
            if shape.letters >= 2 && shape.digits == 0 && shape.signs + shape.slashes == 0 && shape.count <= 64 && !shape.isBlanked
                && !isNothing(value, bytes)
            {
                report(.personName, start, end, 0.6, isReserved: false, bytes)
            }
        } else if known.contains(.address) && wanted.contains(.postalAddress) {
            if shape.count >= 3 && shape.looksPostal && shape.signs == 0 && !shape.isBlanked && !isNothing(value, bytes) {
                report(.postalAddress, start, end, 0.4, isReserved: false, bytes)
            }
        }
    }

    /// The value behind a key's end: what is quoted, or what stands before the next sign that divides fields.
    private func valueRange(behind position: Int, _ bytes: Span<UInt8>) -> Range<Int> {
        var start = position &+ 1
        while start < bytes.count && (bytes[start] == 0x20 || bytes[start] == 0x5C) { start += 1 }
        let most = min(bytes.count, start + ContentScanner.longestValue)
        guard start < most else { return start..<start }
        let quote = bytes[start]
        if quote == 0x22 || quote == 0x27 {
            var end = start + 1
            while end < most && bytes[end] != quote { end += 1 }
            if end > start + 1 && bytes[end - 1] == 0x5C { end -= 1 }
            return trimmed(start + 1, end, bytes)
        }
        var end = start
        while end < most && !endsValue(bytes[end]) { end += 1 }
        return trimmed(start, end, bytes)
    }

    private func endsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x1F, 0x22, 0x26, 0x2C, 0x3B, 0x3C, 0x3E, 0x5B, 0x5D, 0x7B, 0x7C, 0x7D: true
        default: false
        }
    }

    private func trimmed(_ start: Int, _ end: Int, _ bytes: Span<UInt8>) -> Range<Int> {
        var start = start
        var end = end
        while start < end && bytes[start] <= 0x20 { start += 1 }
        while start < end && bytes[end - 1] <= 0x20 { end -= 1 }
        return start..<end
    }

    /// Words by which programs say that there is no value.
    private func isNothing(_ value: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard value.count <= 9 else { return false }
        var packed = KeyWord()
        for index in stride(from: value.upperBound - 1, through: value.lowerBound, by: -1) { packed.prepend(Bytes.small(bytes[index])) }
        switch (packed.low, packed.high) {
        // null none nil true false undefined unknown n/a
        case (0x6C6C_756E, 0), (0x656E_6F6E, 0), (0x6C_696E, 0), (0x6575_7274, 0), (0x65_736C_6166, 0), (0x656E_6966_6564_6E75, 0x64),
            (0x6E_776F_6E6B_6E75, 0), (0x61_2F6E, 0):
            return true
        default: return false
        }
    }
}

/// What a value consists of.
struct ValueShape {
    private(set) var count = 0
    private(set) var letters = 0
    private(set) var digits = 0
    private(set) var spaces = 0
    /// Signs that neither names nor addresses hold: `@ { } [ ] < > = $ \ _` and the like.
    private(set) var signs = 0
    private(set) var slashes = 0
    private(set) var dots = 0
    private(set) var isBlanked = false
    private var seen = (UInt64(0), UInt64(0))

    /// Complexity: O(length).
    init(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        guard start < end else { return }
        count = end - start
        isBlanked = bytes[start] == 0x5B || bytes[start] == 0x3C
        var stars = 0
        for index in start..<end {
            let byte = bytes[index]
            if byte < 64 { seen.0 |= 1 << UInt64(byte) } else if byte < 128 { seen.1 |= 1 << UInt64(byte & 63) }
            switch byte {
            case _ where Bytes.isLetter(byte), 0x80...: letters += 1
            case _ where Bytes.isDigit(byte): digits += 1
            case 0x20: spaces += 1
            case 0x2A: stars += 1
            case 0x2F: slashes += 1
            case 0x2E: dots += 1
            case 0x2D, 0x27, 0x2C, 0x28, 0x29, 0x23, 0x2B, 0x25: break
            default: signs += 1
            }
        }
        if stars >= 3 { isBlanked = true }
    }

    /// A street has a number or several words; what has dots and no space is a machine's address.
    var looksPostal: Bool { digits + letters >= 3 && (spaces > 0 || (digits > 0 && dots < 2)) }

    /// Different ASCII bytes.
    var distinct: Int { seen.0.nonzeroBitCount + seen.1.nonzeroBitCount }
}

/// Addresses that are written with colons: IPv6 and MAC.
extension ContentScanner {
    /// Looks at the groups of hexadecimal digits around a colon. Complexity: O(1), 45 bytes at most each way.
    mutating func reportColons(around position: Int, _ bytes: Span<UInt8>) -> Bool {
        guard position >= colonsRead, position &+ 1 < bytes.count else { return false }
        let next = bytes[position &+ 1]
        guard next == 0x3A || (Bytes.isHexadecimal(next) && position > 0 && Bytes.isHexadecimal(bytes[position &- 1])) else { return false }
        func isPart(_ byte: UInt8) -> Bool { byte == 0x3A || Bytes.isHexadecimal(byte) }
        var start = position
        while start > free && position - start < 45 && isPart(bytes[start - 1]) { start -= 1 }
        var end = position
        while end < bytes.count && end - position < 45 && isPart(bytes[end]) { end += 1 }
        colonsRead = end
        guard start == 0 || !(Bytes.isWord(bytes[start - 1]) || bytes[start - 1] == 0x2E), Bytes.closes(bytes, at: end) else {
            return false
        }
        guard let groups = ColonGroups(bytes, from: start, to: end) else { return false }
        report(.networkAddress, start, end, 0.9, isReserved: groups.isReserved, bytes)
        return true
    }
}

/// The groups of an address with colons, if they make one.
struct ColonGroups {
    /// Of documentation (2001:db8::/32, RFC 3849), unspecified, loopback, link-local (fe80::/10) or private (fc00::/7).
    private(set) var isReserved = false

    /// Eight groups of one to four digits, or fewer with one `::` (RFC 4291); or six groups of two (IEEE 802).
    init?(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        var groups = 0
        var gaps = 0
        var areAllPairs = true
        var lead: [2 of Int] = [0, 0]
        var index = start
        while index < end {
            if bytes[index] == 0x3A {
                guard index + 1 < end, bytes[index + 1] == 0x3A || index > start else { return nil }
                if bytes[index + 1] == 0x3A {
                    gaps += 1
                    index += 1
                }
                index += 1
                continue
            }
            var value = 0
            let first = index
            while index < end && bytes[index] != 0x3A {
                value = value << 4 | Int(bytes[index] & 0xF) + (bytes[index] > 0x39 ? 9 : 0)
                index += 1
            }
            guard index - first <= 4 else { return nil }
            if index - first != 2 { areAllPairs = false }
            if groups < 2 && gaps == 0 { lead[groups] = value }
            groups += 1
        }
        guard end - start >= 3, gaps <= 1, gaps == 1 ? groups <= 7 && groups > 0 : groups == 8 || (groups == 6 && areAllPairs) else {
            return nil
        }
        if gaps == 0 && groups == 6 { return }
        isReserved = (lead[0] == 0x2001 && lead[1] == 0xDB8) || lead[0] & 0xFFC0 == 0xFE80 || lead[0] & 0xFE00 == 0xFC00 || lead[0] == 0
    }
}
