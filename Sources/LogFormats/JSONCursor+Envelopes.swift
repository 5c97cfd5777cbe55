// weir
// SPDX-License-Identifier: Apache-2.0

/// Lists of events inside of an object, as an API answers them: `{"results":[{…},{…}],"paging":{…}}`.
///
/// The list is stepped into, and its events are read like those of any list; so they may be more than fit into a window. What stands
/// beside it is passed over and counted as ignored. Nothing is remembered of it: whether an object is such an answer is told by its
/// beginning up to the end of the first event, and whether the rest of one stands behind a list by what follows the bracket.
extension JSONCursor {
    /// Keys under which answers have their lists.
    private static let listKeys: [StaticString] = [
        "results", "result", "data", "value", "values", "items", "records", "Records", "events", "logs", "entries", "objects",
    ]

    /// Whether the text of a key is one of those.
    static func isListKey(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Bool {
        listKeys.contains { $0.utf8CodeUnitCount == end - start && bytes.hasASCII($0, at: start) }
    }

    /// What an object's beginning says.
    enum Opening: Equatable {
        /// It holds no list of events, or has an event's keys before it.
        case ordinary
        /// Its events begin behind this position.
        case list(Int)
        /// It has a list, which is empty, and no event's keys before it; it ends at this position.
        case empty(Int)
        /// That cannot be told yet.
        case unfinished
    }

    /// Looks at the object that begins at `first`. Complexity: O(bytes up to the end of its first event).
    mutating func opening(_ first: Int, isFinal: Bool, _ lines: inout DecodedLines) -> Opening {
        let window = RecordWindow(bytes, from: first, isFinal: isFinal)
        let inside = JSONCursor.list(bytes, first, window.end) { isWanted($0, $1) }
        var end = inside
        if inside > 0 {
            let element = JSONSkip.space(bytes, inside, window.end)
            if element == window.end {
                end = JSONSkip.more
            } else if bytes[element] == UInt8(ascii: "]") {
                end = answerEnd(element, to: window.end)
                if end > 0 { return .empty(end) }
            } else {
                end = bytes[element] == UInt8(ascii: "{") ? JSONSkip.value(bytes, element, window.end, depth: 2) : JSONSkip.syntax
                if end > 0 { return isEvent(element, end, &lines) ? .list(inside) : .ordinary }
            }
        }
        return end == JSONSkip.more && window.mayGrow ? .unfinished : .ordinary
    }

    /// The position inside of the list that an answer would have its events in, or a failure of ``JSONSkip``: `syntax` as well where there
    /// is none, or a key before it is one that `stops` says yes to.
    static func list(_ bytes: PaddedBytes, _ first: Int, _ end: Int, stops: (Int, Int) -> Bool) -> Int {
        var position = JSONSkip.space(bytes, first + 1, end)
        while position < end {
            let value = JSONSkip.key(bytes, position, end)
            guard value > 0 else { return value }
            let close = bytes.firstIndex(of: JSONSkip.quote, or: JSONCursor.backslash, from: position + 1, to: value)
            if stops(position + 1, close) { return JSONSkip.syntax }
            if bytes[value] == UInt8(ascii: "["), isListKey(bytes, position + 1, close) { return value + 1 }
            position = JSONSkip.value(bytes, value, end, depth: 1)
            guard position > 0 else { return position }
            position = JSONSkip.space(bytes, position, end)
            guard position < end else { return JSONSkip.more }
            guard bytes[position] == UInt8(ascii: ",") else { return JSONSkip.syntax }
            position = JSONSkip.space(bytes, position + 1, end)
        }
        return JSONSkip.more
    }

    /// Whether a key of the object itself is one that an event has.
    private func isWanted(_ start: Int, _ end: Int) -> Bool {
        keys.nodes[0].contains { child in
            child.key.count == end - start && child.key.indices.allSatisfy { bytes[start + $0] == child.key[$0] }
        }
    }

    /// Whether an object has what an event has, be it right or wrong.
    private mutating func isEvent(_ start: Int, _ end: Int, _ lines: inout DecodedLines) -> Bool {
        var draft = Draft()
        var place = 0
        let scratchCount = lines.scratch.count
        let after = object(start + 1, end, node: 0, depth: 0, &place, &draft, &lines)
        lines.scratch.removeLast(lines.scratch.count - scratchCount)
        let needed: UInt32 = 1 << UInt32(JSONField.ts.rawValue) | 1 << UInt32(JSONField.account.rawValue)
        return after == end && draft.seen & needed == needed
    }

    /// The position behind the answer whose list ends at `bracket`, where only members and a brace follow it, or a failure of ``JSONSkip``.
    func answerEnd(_ bracket: Int, to end: Int) -> Int {
        var position = bracket + 1
        while true {
            position = JSONSkip.space(bytes, position, end)
            guard position < end else { return JSONSkip.more }
            if bytes[position] == UInt8(ascii: "}") { return position + 1 }
            guard bytes[position] == UInt8(ascii: ",") else { return JSONSkip.syntax }
            position = JSONSkip.space(bytes, position + 1, end)
            guard position < end else { return JSONSkip.more }
            let value = JSONSkip.key(bytes, position, end)
            guard value > 0 else { return value }
            position = JSONSkip.value(bytes, value, end, depth: 1)
            guard position > 0 else { return position }
        }
    }
}
