// weir
// SPDX-License-Identifier: Apache-2.0

/// Lists of events inside of an object, as an API answers them: `{"results":[{…},{…}],"paging":{…}}`.
///
/// The list is stepped into, and its events are read like those of any list; so they may be more than fit into a window. What stands
/// beside it is passed over and counted as ignored. Nothing is remembered of it: whether an object is such an answer is told by itself, as
/// far as a window shows it, and whether the rest of one stands behind a list by what follows the bracket.
extension JSONCursor {
    /// Keys under which answers have their lists.
    private static let listKeys: [StaticString] = [
        "results", "result", "data", "value", "values", "items", "records", "Records", "events", "logs", "entries", "objects",
    ]

    /// Whether the text of a key is one of those.
    static func isListKey(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Bool {
        listKeys.contains { $0.utf8CodeUnitCount == end - start && bytes.hasASCII($0, at: start) }
    }

    /// What an object that may be an answer, or what stands behind a list, turned out to be.
    enum Answer: Equatable {
        /// No part of an answer: an event, or nothing of the kind.
        case none
        /// A list of events begins behind this position.
        case list(Int)
        /// It ends at this position, and no event is left in it.
        case end(Int)
        /// That cannot be told yet.
        case unfinished
    }

    /// Looks at the object that begins at `first`. One that states a time or an account is an event, or was to be one, as far as a window
    /// shows it whole: the lists in it are what somebody sent, and may hold what only looks like events.
    /// Complexity: O(bytes), at most a window.
    mutating func opening(_ first: Int, isFinal: Bool, _ lines: inout DecodedLines) -> Answer {
        let window = RecordWindow(bytes, from: first, isFinal: isFinal)
        var hasEmpty = false
        var inside = JSONCursor.list(bytes, first + 1, window.end, &hasEmpty) { isWanted($0, $1) }
        guard inside > 0 else { return inside == JSONSkip.more && window.mayGrow ? .unfinished : .none }
        let end = JSONSkip.value(bytes, first, window.end, depth: 0)
        if end == JSONSkip.more && window.mayGrow { return .unfinished }
        if end > 0 && stated(first, end, &lines) != 0 { return .none }
        // Other lists may stand before the one with the events: of what was counted, or of whom it refers to.
        while inside > 0, bytes[inside - 1] != UInt8(ascii: "}") {
            if holdsEvents(inside, to: window.end, &lines) { return .list(inside) }
            let behind = JSONSkip.value(bytes, inside - 1, window.end, depth: 1)
            guard behind > 0 else { return .none }
            inside = JSONCursor.list(bytes, behind, window.end, &hasEmpty) { isWanted($0, $1) }
        }
        return inside > 0 ? .end(inside) : .none
    }

    /// The position inside of the next list that an answer may have its events in, or behind the object if no list is left and one was
    /// empty; or a failure of ``JSONSkip``: `syntax` as well where there is no list, or a key before it is one that `stops` says yes to.
    ///
    /// - Parameters:
    ///   - start: behind the object's brace, or behind a member.
    ///   - hasEmpty: whether an empty list was seen.
    static func list(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ hasEmpty: inout Bool, stops: (Int, Int) -> Bool) -> Int {
        var position = JSONSkip.space(bytes, start, end)
        var isFirst = bytes[start - 1] == UInt8(ascii: "{")
        while position < end {
            if bytes[position] == UInt8(ascii: "}") { return hasEmpty ? position + 1 : JSONSkip.syntax }
            if !isFirst {
                guard bytes[position] == UInt8(ascii: ",") else { return JSONSkip.syntax }
                position = JSONSkip.space(bytes, position + 1, end)
                guard position < end else { break }
            }
            isFirst = false
            let value = JSONSkip.key(bytes, position, end)
            guard value > 0 else { return value }
            let close = bytes.firstIndex(of: JSONSkip.quote, or: JSONCursor.backslash, from: position + 1, to: value)
            if stops(position + 1, close) { return JSONSkip.syntax }
            if bytes[value] == UInt8(ascii: "["), isListKey(bytes, position + 1, close) {
                let element = JSONSkip.space(bytes, value + 1, end)
                guard element < end else { return JSONSkip.more }
                if bytes[element] == UInt8(ascii: "{") { return value + 1 }
                hasEmpty = hasEmpty || bytes[element] == UInt8(ascii: "]")
            }
            position = JSONSkip.value(bytes, value, end, depth: 1)
            guard position > 0 else { return position }
            position = JSONSkip.space(bytes, position, end)
        }
        return JSONSkip.more
    }

    /// Whether a key of the object itself is one without which there is no event: its time or its account.
    private func isWanted(_ start: Int, _ end: Int) -> Bool {
        keys.nodes[0].contains { child in
            (child.field == .ts || child.field == .account) && child.key.count == end - start
                && child.key.indices.allSatisfy { bytes[start + $0] == child.key[$0] }
        }
    }

    /// Whether one of the first objects of a list is an event.
    private mutating func holdsEvents(_ inside: Int, to end: Int, _ lines: inout DecodedLines) -> Bool {
        var position = JSONSkip.space(bytes, inside, end)
        for _ in 0..<16 where position < end && bytes[position] == UInt8(ascii: "{") {
            let behind = JSONSkip.value(bytes, position, end, depth: 2)
            guard behind > 0 else { return false }
            if isEvent(position, behind, &lines) { return true }
            position = JSONSkip.space(bytes, behind, end)
            guard position < end, bytes[position] == UInt8(ascii: ",") else { return false }
            position = JSONSkip.space(bytes, position + 1, end)
        }
        return false
    }

    /// Whether an object has what an event has, be it right or wrong.
    private mutating func isEvent(_ start: Int, _ end: Int, _ lines: inout DecodedLines) -> Bool {
        stated(start, end, &lines) == JSONCursor.needed
    }

    private static let needed: UInt32 = 1 << UInt32(JSONField.ts.rawValue) | 1 << UInt32(JSONField.account.rawValue)

    /// Which of the two that every event has an object states, be they right or wrong; none if it is no object.
    private mutating func stated(_ start: Int, _ end: Int, _ lines: inout DecodedLines) -> UInt32 {
        var draft = Draft()
        var place = 0
        let scratchCount = lines.scratch.count
        let after = object(start + 1, end, node: 0, depth: 0, &place, &draft, &lines)
        lines.scratch.removeLast(lines.scratch.count - scratchCount)
        return after == end ? draft.seen & JSONCursor.needed : 0
    }

    /// Members of an answer that are looked at behind its list. Without a limit each of many lines that close a list would look at all
    /// others.
    private static let membersBehind = 32

    /// Looks behind the bracket that closes a list.
    mutating func closing(_ bracket: Int, isFinal: Bool, _ lines: inout DecodedLines) -> Answer {
        let window = RecordWindow(bytes, from: bracket, isFinal: isFinal)
        let end = window.end
        var position = bracket + 1
        for _ in 0...JSONCursor.membersBehind {
            position = JSONSkip.space(bytes, position, end)
            if position < end && bytes[position] == UInt8(ascii: "}") { return .end(position + 1) }
            if position < end && bytes[position] != UInt8(ascii: ",") { return .none }
            position = JSONSkip.space(bytes, min(position + 1, end), end)
            guard position < end else { return window.mayGrow ? .unfinished : .none }
            let value = JSONSkip.key(bytes, position, end)
            guard value > 0 else { return value == JSONSkip.more && window.mayGrow ? .unfinished : .none }
            let close = bytes.firstIndex(of: JSONSkip.quote, or: JSONCursor.backslash, from: position + 1, to: value)
            let isList = bytes[value] == UInt8(ascii: "[") && JSONCursor.isListKey(bytes, position + 1, close)
            position = JSONSkip.value(bytes, value, end, depth: 1)
            if position == JSONSkip.more && window.mayGrow { return .unfinished }
            if isList && holdsEvents(value + 1, to: end, &lines) { return .list(value + 1) }
            guard position > 0 else { return .none }
        }
        return .none
    }
}
