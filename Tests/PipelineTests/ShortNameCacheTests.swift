// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// The memory of short names says what it was told or nothing, whichever names come.
@Suite struct ShortNameCacheTests {
    private func number(of name: [UInt8], in cache: ShortNameCache) -> ValueID? {
        // What stands around a name in its line must not count.
        ChunkBuffer([1] + name + [2, 3]).withBytes { cache.find($0, 1, name.count) }
    }

    private func note(_ name: [UInt8], _ value: ValueID, in cache: inout ShortNameCache) {
        ChunkBuffer([4] + name + [5]).withBytes { cache.note($0, 1, name.count, value) }
    }

    @Test func `names of up to eight bytes are found again, longer ones and none are not kept`() {
        for length in 0...10 {
            var cache = ShortNameCache()
            let name = Array("Contacts!!".utf8.prefix(length))
            #expect(number(of: name, in: cache) == nil)
            note(name, ValueID(rawValue: 7), in: &cache)
            #expect(number(of: name, in: cache) == (1...8 ~= length ? ValueID(rawValue: 7) : nil), "\(length) bytes")
        }
    }

    @Test func `a name that goes on with zero bytes is another name`() {
        var cache = ShortNameCache()
        note([65], ValueID(rawValue: 2), in: &cache)
        #expect(number(of: [65, 0], in: cache) == nil && number(of: [65, 0, 0, 0, 0, 0, 0, 0], in: cache) == nil)
        #expect(number(of: [0], in: cache) == nil && number(of: [66], in: cache) == nil)
        #expect(number(of: [65], in: cache) == ValueID(rawValue: 2))
    }

    @Test func `more names than have room are never taken for each other`() {
        let seed: UInt64 = 4
        var random = SeededRandom(seed: seed)
        var cache = ShortNameCache()
        var values: [[UInt8]: ValueID] = [:]
        var found = 0
        for round in 0..<5000 {
            let name = (0..<Int.random(in: 1...9, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }
            let value = values[name] ?? ValueID(rawValue: UInt16(values.count))
            values[name] = value
            let known = number(of: name, in: cache)
            #expect(known == nil || known == value, "seed \(seed), round \(round)")
            if known != nil { found += 1 } else { note(name, value, in: &cache) }
        }
        #expect(found > 200)
    }

    @Test func `names that are made are told apart by their bytes, as those of logs are`() {
        // The same characters, composed and not, and with marks in another order, which takes as many bytes.
        for (one, other) in [("caf\u{e9}", "cafe\u{301}"), ("a\u{323}\u{307}", "a\u{307}\u{323}")] {
            #expect(one == other && MadeName(text: one) != MadeName(text: other))
            #expect([MadeName(text: one): 1, MadeName(text: other): 2][MadeName(text: one)] == 1)
        }
    }
}
