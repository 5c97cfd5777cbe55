// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `logfmt`: `key=value` pairs between blanks, values with blanks in quotes, in weir's own keys or, with a field map, in anybody's.
///
/// Values mean what they mean to `json`; escapes in quotes are those of JSON. A word without `=` says nothing. A key that comes twice
/// counts once, the first time, and is counted as `duplicate_key`: whoever can put a text into a line cannot put another account behind the
/// first. Times: see ``LogClock``. Complexity: O(bytes). State: about 2 KB.
public struct LogfmtFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "logfmt", summary: "key=value pairs: weir's own keys, or any others with a field map", defaultLateness: .minutes(2),
        mappableKeys: ColumnPlan.mappableKeys,
        example: #"ts=2026-06-01T02:05:00Z account=svc-orders action=export object=Contact rows=2000 ip=10.0.4.7 agent="sync 2.1""#)

    private let keys: PairKeys
    private var learnt: [PairKeys.Learnt] = []
    private var clock = LogClock()
    private var draft = LineDraft(start: 0)

    /// Throws: ``FormatOptionsError`` when a key of the map is unknown, or two are read from one place.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        keys = try PairKeys(fields: options.fields)
    }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        while position < bytes.count && !lines.isFull {
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if end == bytes.count && !isFinal { break }
            line(bytes, from: position, to: end, into: &lines)
            position = min(end &+ 1, bytes.count)
        }
        return position
    }

    @inline(__always)
    private mutating func line(_ bytes: PaddedBytes, from start: Int, to end: Int, into lines: inout DecodedLines) {
        var position = start
        var last = end
        while last > position && bytes[last &- 1] <= 0x20 { last &-= 1 }
        while position + 3 <= last && bytes[position] == 0xEF && bytes.hasASCII("\u{FEFF}", at: position) { position += 3 }
        while position < last && bytes[position] <= 0x20 { position &+= 1 }
        guard position < last else { return }
        draft.reset(start: start)
        let scratchCount = lines.scratch.count
        var seen: UInt32 = 0
        var hasDuplicate = false
        var pair = 0
        var reason: MalformedReason?
        while position < last {
            let stop = PairKeys.keyEnd(bytes, from: position, to: last)
            let hasValue = stop < last && bytes[stop] == UInt8(ascii: "=") && stop > position
            guard hasValue else {
                position = stop == position ? stop &+ 1 : stop
                while position < last && bytes[position] <= 0x20 { position &+= 1 }
                continue
            }
            let field = keys.field(bytes, from: position, to: stop, at: pair, &learnt)
            pair &+= 1
            position = value(bytes, from: stop &+ 1, to: last, field, &seen, &hasDuplicate, &lines.scratch)
            guard position > 0 else {
                reason = .unbalancedQuote
                break
            }
            while position < last && bytes[position] <= 0x20 { position &+= 1 }
        }
        if reason == nil && pair == 0 { reason = bytes[start] >= 0xFE ? .utf16 : .syntax }
        if let reason = reason ?? draft.refusal {
            lines.scratch.removeLast(lines.scratch.count - scratchCount)
            return lines.refuse(reason, start: start, end: end)
        }
        if hasDuplicate { lines.refuse(.duplicateKey, start: start, end: end) }
        draft.finish(into: &lines)
    }

    /// Reads a value. Returns the position behind it, or −1 when its quote is not closed, or holds a wrong escape.
    @inline(__always)
    private mutating func value(
        _ bytes: PaddedBytes, from start: Int, to end: Int, _ field: UInt8, _ seen: inout UInt32, _ hasDuplicate: inout Bool,
        _ scratch: inout [UInt8]
    ) -> Int {
        let isQuoted = start < end && bytes[start] == UInt8(ascii: "\"")
        let first = isQuoted ? start &+ 1 : start
        var close: Int
        var isEscaped = false
        if isQuoted {
            close = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: first, to: end)
            while close < end && bytes[close] == UInt8(ascii: "\\") {
                isEscaped = true
                close = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: min(close &+ 2, end), to: end)
            }
            guard close < end else { return -1 }
        } else {
            close = bytes.firstIndex(of: 0x20, or: 0x09, from: start, to: end)
        }
        let behind = isQuoted ? close &+ 1 : close
        guard let wanted = JSONField(rawValue: field) else { return behind }
        let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: field)
        guard seen & bit == 0 else {
            hasDuplicate = true
            return behind
        }
        seen |= bit
        guard isEscaped else {
            draft.take(wanted, bytes, from: first, to: close, clock: &clock)
            return behind
        }
        let copied = scratch.count
        guard JSONUnescape.append(bytes, first, close, to: &scratch) else { return -1 }
        draft.takeCopy(wanted, TextRange(start: copied, count: scratch.count - copied, isScratch: true), scratch)
        return behind
    }
}

/// The wanted keys of pairs, found again at the places where they stood in earlier lines.
struct PairKeys: Sendable {
    /// A key longer than this is none of the wanted.
    static let longest = 128
    /// Places that are remembered.
    static let places = 32

    /// The key of a place: its first sixteen bytes, which are all of it.
    struct Learnt: Sendable {
        var low: UInt64
        var high: UInt64
        var count: Int
        /// The field's raw value, or 255.
        var field: UInt8
    }

    private var wanted: [(name: [UInt8], field: UInt8)] = []

    /// Keys that the map does not name keep their own names, unless the map gives that name to another key.
    init(fields: [String: String]) throws(FormatOptionsError) {
        var problems: [String] = []
        var readers: [String: String] = [:]
        for key in fields.keys.sorted() {
            let name = fields[key] ?? ""
            if !ColumnPlan.mappableKeys.contains(key) {
                problems.append("fields.\(key): logfmt reads no such key; use one of \(ColumnPlan.mappableKeys.joined(separator: ", "))")
            } else if name.isEmpty || name.utf8.count > PairKeys.longest
                || name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x3D || $0 == 0x22 })
            {
                problems.append("fields.\(key): a key of logfmt has 1 to \(PairKeys.longest) bytes, without blanks, quotes and =")
            } else if let other = readers.updateValue(key, forKey: name) {
                problems.append("fields.\(key): \(other) is read from the same key; a value has one meaning")
            }
        }
        if !problems.isEmpty { throw FormatOptionsError(problems: problems) }
        for field in JSONField.allCases {
            if fields[field.name] == nil && readers[field.name] != nil { continue }
            wanted.append((Array((fields[field.name] ?? field.name).utf8), field.rawValue))
        }
    }

    /// Where a key ends: at `=`, at a blank, or at the end.
    @inline(__always)
    static func keyEnd(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int {
        var position = bytes.firstIndex(of: UInt8(ascii: "="), or: 0x20, from: start, to: end)
        for index in start..<position where bytes[index] < 0x20 {
            position = index
            break
        }
        return position
    }

    /// The field of a key, as its raw value, or 255.
    @inline(__always)
    func field(_ bytes: PaddedBytes, from start: Int, to end: Int, at place: Int, _ learnt: inout [Learnt]) -> UInt8 {
        let count = end &- start
        let low = bytes.word(at: start) & PaddedBytes.firstBytes(count)
        let high = bytes.word(at: start &+ 8) & PaddedBytes.firstBytes(count &- 8)
        if place < learnt.count && learnt[place].low == low && learnt[place].high == high && learnt[place].count == count {
            return learnt[place].field
        }
        return look(bytes, Learnt(low: low, high: high, count: count, field: 255), at: start, place, &learnt)
    }

    @inline(never)
    private func look(_ bytes: PaddedBytes, _ key: Learnt, at start: Int, _ place: Int, _ learnt: inout [Learnt]) -> UInt8 {
        var key = key
        for candidate in wanted where candidate.name.count == key.count {
            if candidate.name.indices.allSatisfy({ bytes[start + $0] == candidate.name[$0] }) {
                key.field = candidate.field
                break
            }
        }
        if key.count <= 16 {
            if place < learnt.count {
                learnt[place] = key
            } else if place == learnt.count && place < PairKeys.places {
                learnt.append(key)
            }
        }
        return key.field
    }
}
