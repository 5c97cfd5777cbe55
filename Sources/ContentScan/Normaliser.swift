// weir
// SPDX-License-Identifier: Apache-2.0

import Digest

/// One spelling for each value, so that the same value has the same hash wherever it was found.
package enum Normaliser {
    /// Appends the normal form of a value.
    ///
    /// E-mail addresses in small letters with `%40` and `%2B` decoded; numbers as their digits, a phone's with its `+`; codes as capitals
    /// without separators; names and addresses in small letters with single spaces; the rest as it is. Non-ASCII bytes stay.
    /// Complexity: O(length).
    package static func append(_ type: PersonalDataType, _ bytes: Span<UInt8>, _ range: Range<Int>, to target: inout [UInt8]) {
        switch type {
        case .email, .networkAddress: appendDecoded(bytes, range, to: &target)
        case .phone: appendPhone(bytes, range, to: &target)
        case .personName, .postalAddress: appendWords(bytes, range, to: &target)
        case .secret, .custom:
            for index in range { target.append(bytes[index]) }
        default:
            for index in range where Bytes.isAlphanumeric(bytes[index]) { target.append(Bytes.capital(bytes[index])) }
        }
    }

    private static func appendDecoded(_ bytes: Span<UInt8>, _ range: Range<Int>, to target: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == 0x25 && index + 2 < range.upperBound {
                let high = hexadecimal(bytes[index + 1])
                let low = hexadecimal(bytes[index + 2])
                if let high, let low {
                    target.append(Bytes.small(high << 4 | low))
                    index += 3
                    continue
                }
            }
            target.append(Bytes.small(bytes[index]))
            index += 1
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        Bytes.isHexadecimal(byte) ? (byte & 0xF) + (byte > 0x39 ? 9 : 0) : nil
    }

    private static func appendPhone(_ bytes: Span<UInt8>, _ range: Range<Int>, to target: inout [UInt8]) {
        var first = range.lowerBound
        if bytes[first] == 0x2B || bytes[first] == 0x25 {
            first += bytes[first] == 0x2B ? 1 : 3
            target.append(0x2B)
        }
        let digits = DigitText(bytes, from: first, to: range.upperBound)
        for index in 0..<digits.count { target.append(UInt8(digits[index]) + 0x30) }
    }

    private static func appendWords(_ bytes: Span<UInt8>, _ range: Range<Int>, to target: inout [UInt8]) {
        var wasSpace = true
        for index in range {
            let isSpace = bytes[index] <= 0x20
            if !isSpace { target.append(Bytes.small(bytes[index])) } else if !wasSpace { target.append(0x20) }
            wasSpace = isSpace
        }
        if wasSpace && target.last == 0x20 { target.removeLast() }
    }
}

/// A keyed identity of a value: without the key nobody can try values against it.
package struct KeyedHash: Hashable, Sendable {
    /// The first eight bytes of the code, the first highest.
    package let high: UInt64
    /// The next eight.
    package let low: UInt64
}

/// Hashes what a scanner found, under a key that the installation keeps.
///
/// HMAC-SHA-256 over the type's name, a zero and the normal form, cut to 128 bits: the same value of two types has two hashes.
/// Costs microseconds and allocates: matches are few. State: the key and a buffer.
package struct MatchHasher: Sendable {
    private let key: [UInt8]
    private var text: [UInt8] = []

    /// Precondition: the key has 16 bytes at least.
    package init(key: [UInt8]) {
        precondition(key.count >= 16, "a key of fewer than 16 bytes can be guessed")
        self.key = key
    }

    /// The hash of a match. Precondition: `bytes` is the text in which it was found. Complexity: O(length).
    package mutating func hash(_ match: ScanMatch, in bytes: Span<UInt8>) -> KeyedHash {
        text.removeAll(keepingCapacity: true)
        text.append(contentsOf: match.type.name.utf8)
        text.append(0)
        Normaliser.append(match.type, bytes, match.range, to: &text)
        let code = HMACSHA256.code(for: text, key: key)
        func word(_ start: Int) -> UInt64 { code[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return KeyedHash(high: word(0), low: word(8))
    }
}
