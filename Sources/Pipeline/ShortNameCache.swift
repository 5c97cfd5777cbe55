// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// The numbers of names of up to eight bytes, as most objects have: such a name is a word, so that it need not be hashed and compared.
///
/// Direct-mapped: names that share a place push each other out, which costs time and changes nothing. State: 1 KB.
struct ShortNameCache {
    private static let longest = 8

    private struct Entry {
        var name: UInt64 = 0
        /// 0 is a free entry. Names may hold zero bytes, so the word alone does not say how long one is.
        var count: UInt8 = 0
        var value = ValueID.unknown
    }

    // Not inline: the compiler would copy all of it to look at one.
    private var entries = Array(repeating: Entry(), count: 64)

    @inline(__always)
    private static func place(_ name: UInt64) -> Int { Int(truncatingIfNeeded: (name &* 0x9E37_79B9_7F4A_7C15) &>> 58) }

    /// The number of a name that was noted; nil when it is not here. Precondition: the range lies inside the bytes.
    @inline(__always)
    func find(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> ValueID? {
        guard count <= ShortNameCache.longest else { return nil }
        let name = bytes.word(at: start) & PaddedBytes.firstBytes(count)
        let place = ShortNameCache.place(name)
        guard entries[place].name == name && Int(entries[place].count) == count && count > 0 else { return nil }
        return entries[place].value
    }

    /// Notes the number of a name, if it is short.
    mutating func note(_ bytes: PaddedBytes, _ start: Int, _ count: Int, _ value: ValueID) {
        guard count > 0, count <= ShortNameCache.longest else { return }
        let name = bytes.word(at: start) & PaddedBytes.firstBytes(count)
        entries[ShortNameCache.place(name)] = Entry(name: name, count: UInt8(count), value: value)
    }
}
