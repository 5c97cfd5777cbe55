// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What stands at a wanted place of a record.
///
/// State: 12 bytes.
struct JSONRecordValue: Sendable {
    enum Kind: UInt8 {
        case none = 0
        case text, escapedText, number, yes, no, nested
    }

    var start: UInt32 = 0
    var count: UInt32 = 0
    var kind = Kind.none

    @inline(__always)
    init() {}

    @inline(__always)
    init(_ kind: Kind, from start: Int, to end: Int) {
        self.kind = kind
        self.start = UInt32(truncatingIfNeeded: start)
        count = UInt32(truncatingIfNeeded: end &- start)
    }
}

/// Which of the places of a record there are.
///
/// State: 16 bytes.
struct SlotSet: Equatable, Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    @inline(__always)
    init() {}

    @inline(__always)
    var isEmpty: Bool { low | high == 0 }

    /// Precondition of these: 0 ≤ slot ≤ ``JSONRecordKeys/limit``.
    @inline(__always)
    func contains(_ slot: Int) -> Bool { (slot < 64 ? low : high) &>> UInt64(truncatingIfNeeded: slot & 63) & 1 != 0 }

    @inline(__always)
    mutating func insert(_ slot: Int) {
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: slot & 63)
        if slot < 64 { low |= bit } else { high |= bit }
    }

    @inline(__always)
    func isDisjoint(with other: SlotSet) -> Bool { low & other.low | high & other.high == 0 }

    @inline(__always)
    mutating func formUnion(_ other: SlotSet) {
        low |= other.low
        high |= other.high
    }
}

/// One JSON object of a log, read for its wanted places only.
///
/// Directed by ``JSONRecordKeys`` on bytes: wanted values are noted as ranges, everything else is stepped over, nothing is converted. Of a
/// place that comes twice the first counts, and of a wrapped record its own before what its wrapping says. Complexity: O(bytes). State: 12
/// bytes a place, 7 KB of keys seen lately, and 3 KB of their order.
struct JSONRecord: Sendable {
    /// A record may be this long, in bytes.
    static let longest = 1_048_576
    /// The record turned out to be the wrapping of others: ``envelopeEnd``.
    static let isEnvelope = -4

    let keys: JSONRecordKeys
    /// Keys under which an array of records stands: `Records`.
    let envelopes: [[UInt8]]
    /// By slot; of use only where ``present`` says so.
    private(set) var values: [JSONRecordValue]
    /// The slots of the places that the record has.
    private(set) var present = SlotSet()
    private(set) var hasDuplicate = false
    /// Those of what was noted inside of a wrapping, and how many are open.
    private(set) var wrapped = SlotSet()
    private var wrappings = 0
    /// Behind the bracket that opens the records of an envelope.
    private(set) var envelopeEnd = 0
    /// Keys seen lately; empty until the first record, because of ten thousand streams few are read at a time.
    private var memo: [SeenKey] = []
    private static let memoCount = 128
    /// Keys in the order in which the records before had them, with what stands around them: where a log keeps its order, one comparison
    /// says what the next key is and where its value starts. No result depends on it.
    private var learnt: [LearntKey] = []
    /// Where in that order the record is read.
    private var place = 0
    /// Keys that came out of it, less the records in which none did: a log without an order is not learnt over and over.
    private var surprises = 0
    private static let places = 48
    private static let patience = 256

    /// A key of at most 32 bytes, and what it named.
    private struct SeenKey {
        var words = SIMD4<UInt64>()
        var count: Int32 = -1
        var node: Int16 = -1
        var slot: Int16 = -1
        var child: Int16 = -1

        @inline(__always)
        func stands(_ words: SIMD4<UInt64>, _ count: Int, _ node: Int) -> Bool {
            let difference = self.words ^ words
            return difference[0] | difference[1] | difference[2] | difference[3] == 0 && Int(self.count) == count && Int(self.node) == node
        }
    }

    /// What a key leads to; −1 is nowhere.
    struct Target {
        var slot = -1
        var node = -1

        @inline(__always)
        var isWanted: Bool { slot >= 0 || node >= 0 }
    }

    init(keys: JSONRecordKeys, places: Int, envelopes: [String]) {
        self.keys = keys
        self.envelopes = envelopes.map { keys.plain($0) }
        values = Array(repeating: JSONRecordValue(), count: places)
    }

    /// Reads the object at `start`. Returns the position behind it, a failure of ``JSONSkip``, or ``isEnvelope``.
    ///
    /// Precondition: an opening brace stands at `start`.
    mutating func read(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int {
        if memo.isEmpty { memo = Array(repeating: SeenKey(), count: JSONRecord.memoCount) }
        present = SlotSet()
        hasDuplicate = false
        (wrappings, wrapped) = (0, SlotSet())
        place = 0
        let before = surprises
        let behind = object(bytes, start &+ 1, end, node: 0, depth: 1)
        if surprises == before { surprises = max(surprises &- 1, 0) }
        return behind
    }

    /// Whether a text names an array of records.
    func isEnvelopeKey(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Bool {
        for envelope in envelopes where keys.reads(bytes, start, end, envelope) { return true }
        return false
    }

    /// Reads members from behind a brace to behind the one that closes it.
    private mutating func object(_ bytes: PaddedBytes, _ start: Int, _ end: Int, node: Int, depth: Int) -> Int {
        var position = JSONSkip.space(bytes, start, end)
        guard position < end else { return JSONSkip.more }
        if bytes[position] == UInt8(ascii: "}") { return position &+ 1 }
        while true {
            var target = Target()
            if let known = known(bytes, position, end, node) {
                target = Target(slot: known.field == 255 ? -1 : Int(known.field), node: Int(known.node))
                position &+= Int(known.length)
                if JSONCursor.isSpace(bytes[position]) { position = JSONSkip.space(bytes, position, end) }
                guard position < end else { return JSONSkip.more }
            } else {
                position = key(bytes, position, end, node, &target)
                guard position >= 0 else { return position }
            }
            position = value(bytes, position, end, target, depth: depth)
            guard position >= 0 else { return position }
            position = JSONSkip.space(bytes, position, end)
            guard position < end else { return JSONSkip.more }
            if bytes[position] == UInt8(ascii: ",") {
                position = JSONSkip.space(bytes, position &+ 1, end)
                guard position < end else { return JSONSkip.more }
                if bytes[position] != UInt8(ascii: "}") { continue }
            }
            return bytes[position] == UInt8(ascii: "}") ? position &+ 1 : JSONSkip.syntax
        }
    }

    /// The key that stands at a position, if it is one of the next in their order. Those in between are missing from this record.
    @inline(__always)
    private mutating func known(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ node: Int) -> LearntKey? {
        let last = min(place &+ 4, learnt.count)
        var index = place
        while index < last {
            if learnt[index].stands(at: start, bytes, node: Int16(truncatingIfNeeded: node)) && start &+ Int(learnt[index].length) < end {
                place = index &+ 1
                return learnt[index]
            }
            index &+= 1
        }
        return nil
    }

    /// Reads a key and what stands up to its value; returns the value's position, a failure, or ``isEnvelope``.
    @inline(never)
    private mutating func key(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ node: Int, _ target: inout Target) -> Int {
        guard bytes[start] == JSONSkip.quote else { return JSONSkip.syntax }
        let first = start &+ 1
        var hasEscape = false
        let behind = JSONSkip.string(bytes, first, end, hasEscape: &hasEscape)
        guard behind >= 0 else { return behind }
        let last = behind &- 1
        let position = JSONSkip.colon(bytes, behind, end)
        guard position >= 0 else { return position }
        // A key with an escape is none of ours.
        if !hasEscape { target = self.target(bytes, first, last, of: node) }
        if node == 0 && bytes[position] == UInt8(ascii: "[") && isEnvelopeKey(bytes, first, last) {
            envelopeEnd = position &+ 1
            return JSONRecord.isEnvelope
        }
        if !hasEscape { learn(bytes, start, last, node, target) }
        return position
    }

    /// Takes a key into the order, in front of the one that was expected. The key of an envelope is none: it has to be noticed every time.
    private mutating func learn(_ bytes: PaddedBytes, _ start: Int, _ last: Int, _ node: Int, _ target: Target) {
        guard surprises < JSONRecord.patience else { return }
        surprises &+= 1
        guard bytes[last &+ 1] == UInt8(ascii: ":") else { return }
        let length = last &- start &+ (bytes[last &+ 2] == 0x20 ? 3 : 2)
        guard length >= 4, length <= LearntKey.longest, !(node == 0 && isEnvelopeKey(bytes, start &+ 1, last)) else { return }
        if learnt.count == JSONRecord.places { learnt.removeLast() }
        place = min(place, learnt.count)
        let field = target.slot < 0 ? 255 : UInt8(truncatingIfNeeded: target.slot)
        learnt.insert(LearntKey(bytes, at: start, length: length, parent: node, field: field, node: target.node), at: place)
        place &+= 1
    }

    /// Reads the value at `start`, noting it or what is in it. Precondition: start < end.
    private mutating func value(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ target: Target, depth: Int) -> Int {
        guard target.isWanted else { return JSONSkip.value(bytes, start, end, depth: depth) }
        var behind: Int
        switch bytes[start] {
        case JSONSkip.quote:
            var hasEscape = false
            behind = JSONSkip.string(bytes, start &+ 1, end, hasEscape: &hasEscape)
            if behind > 0 {
                note(JSONRecordValue(hasEscape ? .escapedText : .text, from: start &+ 1, to: behind &- 1), target.slot)
            }
        case UInt8(ascii: "{"):
            if target.node >= 0 {
                guard depth < JSONSkip.depth else { return JSONSkip.tooDeep }
                let wraps = keys.nodes[target.node].wraps ? 1 : 0
                wrappings &+= wraps
                behind = object(bytes, start &+ 1, end, node: target.node, depth: depth &+ 1)
                wrappings &-= wraps
            } else {
                behind = JSONSkip.value(bytes, start, end, depth: depth)
            }
            if behind > 0 { note(JSONRecordValue(.nested, from: start, to: behind), target.slot) }
        case UInt8(ascii: "["):
            guard depth < JSONSkip.depth else { return JSONSkip.tooDeep }
            behind = array(bytes, start &+ 1, end, target, depth: depth &+ 1)
        default:
            behind = JSONSkip.bare(bytes, start, end)
            guard behind > 0 else { return behind }
            switch bytes[start] {
            case UInt8(ascii: "n"): break
            case UInt8(ascii: "t"): note(JSONRecordValue(.yes, from: start, to: behind), target.slot)
            case UInt8(ascii: "f"): note(JSONRecordValue(.no, from: start, to: behind), target.slot)
            default: note(JSONRecordValue(.number, from: start, to: behind), target.slot)
            }
        }
        return behind
    }

    /// Reads elements from behind a bracket to behind the one that closes it. Only the first and those that paths name are looked into.
    private mutating func array(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ target: Target, depth: Int) -> Int {
        var position = JSONSkip.space(bytes, start, end)
        guard position < end else { return JSONSkip.more }
        if bytes[position] == UInt8(ascii: "]") { return position &+ 1 }
        let hasPairs = target.node >= 0 && !keys.nodes[target.node].pairs.isEmpty
        var index = 0
        while true {
            if hasPairs && bytes[position] == UInt8(ascii: "{") {
                guard depth < JSONSkip.depth else { return JSONSkip.tooDeep }
                position = pair(bytes, position &+ 1, end, list: target.node, depth: depth &+ 1)
            } else {
                position = value(bytes, position, end, element(index, of: target), depth: depth)
            }
            guard position >= 0 else { return position }
            position = JSONSkip.space(bytes, position, end)
            guard position < end else { return JSONSkip.more }
            if bytes[position] == UInt8(ascii: ",") {
                index &+= 1
                position = JSONSkip.space(bytes, position &+ 1, end)
                guard position < end else { return JSONSkip.more }
                if bytes[position] != UInt8(ascii: "]") { continue }
            }
            return bytes[position] == UInt8(ascii: "]") ? position &+ 1 : JSONSkip.syntax
        }
    }

    private func element(_ index: Int, of target: Target) -> Target {
        if target.node >= 0 {
            for element in keys.nodes[target.node].elements where element.index == index {
                return Target(slot: Int(element.child.slot), node: Int(element.child.node))
            }
        }
        return index == 0 ? target : Target()
    }

    /// Reads an object that holds a name and a value, from behind its brace.
    private mutating func pair(_ bytes: PaddedBytes, _ start: Int, _ end: Int, list: Int, depth: Int) -> Int {
        var position = JSONSkip.space(bytes, start, end)
        guard position < end else { return JSONSkip.more }
        var name = 0..<0
        var held = JSONRecordValue()
        while bytes[position] != UInt8(ascii: "}") {
            let first = position &+ 1
            position = JSONSkip.key(bytes, position, end)
            guard position >= 0 else { return position }
            let last = bytes.firstIndex(of: JSONSkip.quote, from: first, to: position)
            let opening = position
            position = JSONSkip.value(bytes, position, end, depth: depth)
            guard position >= 0 else { return position }
            if keys.reads(bytes, first, last, keys.nodes[list].nameKey) {
                if bytes[opening] == JSONSkip.quote { name = opening &+ 1..<position &- 1 }
            } else if keys.reads(bytes, first, last, keys.nodes[list].valueKey) {
                held = JSONRecord.value(bytes, opening, position)
            }
            position = JSONSkip.space(bytes, position, end)
            guard position < end else { return JSONSkip.more }
            guard bytes[position] == UInt8(ascii: ",") else { break }
            position = JSONSkip.space(bytes, position &+ 1, end)
            guard position < end else { return JSONSkip.more }
        }
        guard bytes[position] == UInt8(ascii: "}") else { return JSONSkip.syntax }
        for pair in keys.nodes[list].pairs where keys.reads(bytes, name.lowerBound, name.upperBound, pair.name) {
            note(held, Int(pair.slot))
        }
        return position &+ 1
    }

    /// A value that has been stepped over.
    private static func value(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> JSONRecordValue {
        switch bytes[start] {
        case JSONSkip.quote:
            let close = bytes.firstIndex(of: UInt8(ascii: "\\"), from: start &+ 1, to: end &- 1)
            return JSONRecordValue(close < end &- 1 ? .escapedText : .text, from: start &+ 1, to: end &- 1)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return JSONRecordValue(.nested, from: start, to: end)
        case UInt8(ascii: "n"): return JSONRecordValue()
        case UInt8(ascii: "t"): return JSONRecordValue(.yes, from: start, to: end)
        case UInt8(ascii: "f"): return JSONRecordValue(.no, from: start, to: end)
        default: return JSONRecordValue(.number, from: start, to: end)
        }
    }

    @inline(__always)
    private mutating func note(_ value: JSONRecordValue, _ slot: Int) {
        guard slot >= 0 else { return }
        if present.contains(slot) && !supersedes(slot) { return }
        if value.kind != .none {
            present.insert(slot)
            values[slot] = value
            if wrappings > 0 { wrapped.insert(slot) }
        }
    }

    /// Whether a value takes the place of one that is there: a wrapped record's does of its wrapping's. Two of one object are a duplicate.
    @inline(never)
    private mutating func supersedes(_ slot: Int) -> Bool {
        if wrapped.contains(slot) == (wrappings > 0) { hasDuplicate = true }
        return wrappings > 0 && !wrapped.contains(slot)
    }

    /// What a key of a node leads to, remembered for short keys: a log has few, and they repeat.
    @inline(__always)
    private mutating func target(_ bytes: PaddedBytes, _ start: Int, _ end: Int, of node: Int) -> Target {
        let count = end &- start
        let words = SIMD4(
            bytes.word(at: start) & PaddedBytes.firstBytes(count), bytes.word(at: start &+ 8) & PaddedBytes.firstBytes(count &- 8),
            bytes.word(at: start &+ 16) & PaddedBytes.firstBytes(count &- 16),
            bytes.word(at: start &+ 24) & PaddedBytes.firstBytes(count &- 24))
        let mixed = foldedMultiply(
            words[0] ^ words[2] &* 31 ^ UInt64(truncatingIfNeeded: node &* 64 &+ count), 0x9E37_79B9_7F4A_7C15 ^ words[1])
        // Two places for a key: a log's keys are fewer than there are places, but some would share one.
        let place = Int(truncatingIfNeeded: mixed & UInt64(JSONRecord.memoCount - 2))
        if memo[place].stands(words, count, node) { return Target(slot: Int(memo[place].slot), node: Int(memo[place].child)) }
        if memo[place | 1].stands(words, count, node) { return Target(slot: Int(memo[place | 1].slot), node: Int(memo[place | 1].child)) }
        let child = keys.child(bytes, start, end, of: node)
        let slot = child?.slot ?? -1
        let inner = child?.node ?? -1
        if count <= 32 {
            memo[place | 1] = memo[place]
            memo[place] = SeenKey(
                words: words, count: Int32(truncatingIfNeeded: count), node: Int16(truncatingIfNeeded: node), slot: slot, child: inner)
        }
        return Target(slot: Int(slot), node: Int(inner))
    }
}
