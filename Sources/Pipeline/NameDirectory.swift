// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// Names as bytes ⇄ dense numbers, for the names of one lane: an open-addressing table over an arena.
///
/// The hash is keyed, at random in a running daemon, because names come from whoever writes log lines; a hit compares the bytes, so that
/// no collision merges two accounts. State: about 24 bytes a name plus the name. Complexity: O(length) for each look-up.
package struct NameDirectory: ~Copyable {
    private var table: [Entry]
    private var arena: ChunkBuffer
    private var entryCount = 0
    /// Names that are in it.
    package var count: Int { entryCount }
    private let key: UInt64

    private struct Entry {
        var hash: UInt64
        var start: UInt32
        var count: UInt32
        /// The number plus one; 0 marks a free entry.
        var numberPlusOne: UInt32
    }

    package init(key: UInt64) {
        table = Array(repeating: Entry(hash: 0, start: 0, count: 0, numberPlusOne: 0), count: 1024)
        arena = ChunkBuffer(capacity: 16_384)
        self.key = key
    }

    /// The hash of a name under this directory's key. Precondition: the range lies inside the bytes.
    @inline(__always)
    package borrowing func hash(_ bytes: PaddedBytes, _ start: Int, _ count: Int) -> UInt64 {
        bytes.hash(from: start, count: count, key: key)
    }

    /// The number of a name, or nil.
    @inline(__always)
    package borrowing func find(_ bytes: PaddedBytes, _ start: Int, _ count: Int, hash: UInt64) -> UInt32? {
        let last = table.count - 1
        var index = Int(truncatingIfNeeded: hash) & last
        while true {
            let entry = table[index]
            if entry.numberPlusOne == 0 { return nil }
            if entry.hash == hash && Int(entry.count) == count
                && arena.withBytes({ NameDirectory.equal($0, Int(entry.start), bytes, start, count) })
            {
                return entry.numberPlusOne - 1
            }
            index = (index + 1) & last
        }
    }

    /// Adds a name that is not there yet under a number.
    package mutating func insert(_ name: [UInt8], hash: UInt64, number: UInt32) {
        if (entryCount + 1) * 2 > table.count { rehash() }
        let entry = Entry(hash: hash, start: UInt32(arena.count), count: UInt32(name.count), numberPlusOne: number + 1)
        arena.append(name)
        place(entry)
        entryCount += 1
    }

    private mutating func place(_ entry: Entry) {
        let last = table.count - 1
        var index = Int(truncatingIfNeeded: entry.hash) & last
        while table[index].numberPlusOne != 0 { index = (index + 1) & last }
        table[index] = entry
    }

    private mutating func rehash() {
        let old = table
        table = Array(repeating: Entry(hash: 0, start: 0, count: 0, numberPlusOne: 0), count: old.count * 2)
        for entry in old where entry.numberPlusOne != 0 { place(entry) }
    }

    @inline(__always)
    private static func equal(_ left: PaddedBytes, _ leftStart: Int, _ right: PaddedBytes, _ rightStart: Int, _ count: Int) -> Bool {
        var offset = 0
        while count - offset >= 8 {
            if left.word(at: leftStart + offset) != right.word(at: rightStart + offset) { return false }
            offset += 8
        }
        guard offset < count else { return true }
        let mask = ~UInt64(0) &>> (UInt64(truncatingIfNeeded: 8 &- (count &- offset)) &* 8)
        return (left.word(at: leftStart + offset) ^ right.word(at: rightStart + offset)) & mask == 0
    }
}
