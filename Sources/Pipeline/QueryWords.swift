// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import LogFormats

/// A search text or query without case and punctuation: a hash of it all, and a shape that tells near-duplicates.
///
/// Near-duplicates are texts that differ in one word. Of three to fifteen words the shape holds a few bits of each, so that any one of them
/// may differ (``QueryShape``). Of more it is made of the two smallest hashes of words, a bottom-2 sketch: a changed word leaves it as it
/// is unless that word was among the two. Source: Broder, "On the resemblance and containment of documents", 1997.
///
/// A number is a word like others. But parts of dates, times and decimals count as no more than numbers, and so does all that a text in a
/// query language states: programs send the same query with another date, page or key for ever. Complexity: O(length), at most
/// ``longest`` bytes.
struct QueryWords {
    static let longest = 4096

    private(set) var text: UInt64
    private(set) var shape: UInt64
    /// Whether it begins with `select count`.
    private(set) var counts = false

    private static let languages: Set<UInt64> = Set(
        [
            "call", "copy", "delete", "describe", "exec", "execute", "explain", "from", "insert", "match", "merge", "mutation", "query",
            "select", "show", "update", "upsert", "with",
        ].map(plain))

    /// The word that is being read, with its digits as they are and as any.
    private struct Word {
        var exact: UInt64 = 0
        var plain: UInt64 = 0
        var digits = 0
        var letters = 0
        var first: UInt8 = 0
        /// Whether a digit and one of ``joins(_:)`` stand before it.
        var isJoined = false

        mutating func add(_ letter: UInt8, isDigit: Bool) {
            if exact == 0 { first = letter }
            exact = QueryWords.step(exact, letter)
            plain = QueryWords.step(plain, isDigit ? UInt8(ascii: "#") : letter)
            if isDigit { digits += 1 } else { letters += 1 }
        }

        /// Whether it is a number of its own: no seconds or milliseconds since 1970 either.
        var isNumber: Bool {
            guard digits > 0, !isJoined else { return false }
            return letters > 0 || !(first == UInt8(ascii: "1") && (digits == 10 || digits == 13))
        }
    }

    init(_ bytes: PaddedBytes, _ start: Int, _ count: Int, key: UInt64) {
        var whole = key
        var smallest = (UInt64.max, UInt64.max)
        var few = QueryShape.Words()
        var number = 0
        var word = Word()
        var first: UInt64 = 0
        var isLanguage = false
        var wasDigit = false
        let end = start + min(count, QueryWords.longest)
        for position in start...end {
            let byte = position < end ? bytes[position] : 0x20
            let isDigit = byte &- 0x30 < 10
            if isDigit || QueryWords.isLetter(byte) {
                let letter = byte &- 0x41 < 26 ? byte | 0x20 : byte
                word.add(letter, isDigit: isDigit)
                wasDigit = isDigit
                continue
            }
            let isJoint = wasDigit && QueryWords.joins(byte) && position + 1 < end && bytes[position + 1] &- 0x30 < 10
            wasDigit = false
            guard word.exact != 0 else { continue }
            number += 1
            if number == 1 {
                first = word.plain
                isLanguage = QueryWords.languages.contains(first)
            }
            if number == 2 { counts = first == QueryWords.select && word.plain == QueryWords.count }
            word.isJoined = word.isJoined || isJoint
            let hash = QueryWords.mix((word.isNumber && !isLanguage ? word.exact : word.plain) ^ key)
            whole = QueryWords.mix(whole ^ hash)
            few.append(hash)
            if hash < smallest.0 {
                smallest = (hash, smallest.0)
            } else if hash < smallest.1 && hash != smallest.0 {
                smallest.1 = hash
            }
            word = Word()
            word.isJoined = isJoint
        }
        text = max(whole, 1)
        // Of one or two words nothing would be left to differ in.
        let sketch = number <= 2 ? text : QueryWords.mix(smallest.0 ^ QueryWords.mix(smallest.1))
        shape = few.shape ?? QueryShape.plain(sketch)
    }

    /// Letters of ASCII; bytes of other scripts are letters too.
    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte >= 0x80 }

    /// What stands between the numbers of a date, a time, a decimal or an address.
    private static func joins(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }

    private static let select = plain("select")
    private static let count = plain("count")

    private static func plain(_ word: String) -> UInt64 { word.utf8.reduce(UInt64(0)) { step($0, $1) } }

    @inline(__always)
    private static func step(_ word: UInt64, _ letter: UInt8) -> UInt64 { (word ^ UInt64(letter)) &* 0x0000_0100_0000_01B3 &+ 0x9E37_79B9 }

    /// Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits &>> 31)
    }
}
