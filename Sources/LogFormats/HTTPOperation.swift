// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What an HTTP request did, from its method and, for POST, PUT and PATCH, from its path.
///
/// GET, HEAD, PROPFIND and REPORT read; QUERY queries; DELETE deletes. POST, PUT and PATCH write, unless a word of the path says that they
/// fetch: `export`, `download`, `query`, `search`, `graphql`, `bulk`, `report` and their plurals. So a path can only turn a write, which
/// counts no rows, into something that counts: nobody hides an export by the choice of a path.
enum HTTPOperation {
    /// - Parameters:
    ///   - method: the method's letters in one little-endian word, the rest zero.
    ///   - start: where the path starts.
    @inline(__always)
    static func of(method: UInt64, path bytes: PaddedBytes, from start: Int, to end: Int) -> Operation {
        switch method {
        case 0x54_4547, 0x4441_4548: .read  // GET, HEAD
        case 0x5453_4F50, 0x54_5550, 0x48_4354_4150: named(bytes, from: start, to: end)  // POST, PUT, PATCH
        case 0x4554_454C_4544: .delete  // DELETE
        case 0x444E_4946_504F_5250, 0x5452_4F50_4552: .read  // PROPFIND, REPORT
        case 0x59_5245_5551: .query  // QUERY
        default: .unknown
        }
    }

    /// The same for a service whose paths are known to tell queries and reports from single reads, so that GET is looked at as well.
    @inline(__always)
    static func ofKnownService(method: UInt64, path bytes: PaddedBytes, from start: Int, to end: Int) -> Operation {
        let operation = of(method: method, path: bytes, from: start, to: end)
        guard operation == .read else { return operation }
        let named = named(bytes, from: start, to: end)
        return named == .write ? .read : named
    }

    /// The first word of the path that names a way of fetching; `write` without one. A word is a run of letters.
    private static func named(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Operation {
        // Endpoints are cut at 200 bytes (EndpointTemplate), so nothing behind that can matter.
        let last = min(end, start &+ 200)
        var index = start
        var carry: UInt64 = 0
        while index < last {
            let letters = bytes.maskOfLetters(at: index) & PaddedBytes.lowBits(last &- index)
            var beginnings = letters & ~(letters &<< 1 | carry)
            while beginnings != 0 {
                let position = index &+ beginnings.trailingZeroBitCount
                // Nearly no word of a path begins like one of these, and which letter it begins with is what no processor can foresee.
                if isHead(bytes.half(at: position) | 0x2020_2020) {
                    let found = meaning(bytes.word(at: position) | 0x2020_2020_2020_2020, bytes, position)
                    if found != .write { return found }
                }
                beginnings &= beginnings &- 1
            }
            carry = letters &>> 63
            index &+= 64
        }
        return .write
    }

    /// Whether four letters in lower case begin a word that ``meaning(_:_:_:)`` knows. Without a branch.
    @inline(__always)
    private static func isHead(_ letters: UInt32) -> Bool {
        let some = SIMD4<UInt32>(0x6F70_7865, 0x6E77_6F64, 0x7265_7571, 0x7261_6573)
        let others = SIMD4<UInt32>(0x7061_7267, 0x6B6C_7562, 0x6F70_6572, 0x6F70_6572)
        let word = SIMD4(repeating: letters)
        return any((some .== word) .| (others .== word))
    }

    @inline(__always)
    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    /// The meaning of the word at a position, given its first eight bytes in lower case.
    @inline(__always)
    private static func meaning(_ word: UInt64, _ bytes: PaddedBytes, _ start: Int) -> Operation {
        let length: Int
        let operation: Operation
        switch UInt8(truncatingIfNeeded: word) {
        case UInt8(ascii: "e") where word & 0xFFFF_FFFF_FFFF == 0x7472_6F70_7865: (length, operation) = (6, .export)
        case UInt8(ascii: "d") where word == 0x6461_6F6C_6E77_6F64: (length, operation) = (8, .export)  // download
        case UInt8(ascii: "q") where word & 0xFF_FFFF_FFFF == 0x79_7265_7571: (length, operation) = (5, .query)
        case UInt8(ascii: "q") where word & 0xFF_FFFF_FFFF_FFFF == 0x73_6569_7265_7571: (length, operation) = (7, .query)  // queries
        case UInt8(ascii: "s") where word & 0xFFFF_FFFF_FFFF == 0x6863_7261_6573: (length, operation) = (6, .query)  // search
        case UInt8(ascii: "g") where word & 0xFF_FFFF_FFFF_FFFF == 0x6C_7168_7061_7267: (length, operation) = (7, .query)  // graphql
        case UInt8(ascii: "b") where word & 0xFFFF_FFFF == 0x6B6C_7562: (length, operation) = (4, .bulk)
        case UInt8(ascii: "r") where word & 0xFFFF_FFFF_FFFF == 0x7472_6F70_6572: (length, operation) = (6, .report)
        default: return .write
        }
        // A plural is the same word; a longer word is another.
        let behind = start &+ length
        let isPlural = bytes[behind] | 0x20 == UInt8(ascii: "s")
        return isLetter(bytes[isPlural ? behind &+ 1 : behind]) ? .write : operation
    }
}
