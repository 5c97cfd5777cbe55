// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Lines that are not one object each in the usual form: objects whose keys come in another order, objects over several lines, one behind
/// the other, with commas between them, or in an array.
extension JSONCursor {
    /// Decodes what begins at `start`, on a line that ends at `end`, and appends it, or the reason against it. Returns where to go on, or
    /// nil where that takes bytes that have not come.
    @inline(never)
    mutating func unsteadyLine(from start: Int, to end: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int? {
        let isOpen = end == bytes.count && !isFinal
        var first = start
        var last = end
        // Files that begin with a byte order mark are concatenated like others, so it may stand before any line.
        while first + 3 <= last && bytes[first] == 0xEF && bytes[first + 1] == 0xBB && bytes[first + 2] == 0xBF { first += 3 }
        while first < last && (bytes[first] == 0 || JSONCursor.isSpace(bytes[first])) { first += 1 }
        while last > first && JSONCursor.isSpace(bytes[last - 1]) { last -= 1 }
        guard first < last else { return isOpen ? nil : end + 1 }
        guard bytes[first] == UInt8(ascii: "{") else {
            if bytes[first] == UInt8(ascii: "]") { return bracket(first, isFinal, &lines) }
            if JSONCursor.separates(bytes[first]) { return first + 1 }
            guard !isOpen else { return nil }
            lines.refuse(bytes.hasUTF16Mark(at: first, before: end) ? .utf16 : .syntax, start: start, end: end)
            return end + 1
        }
        switch opening(first, isFinal: isFinal, &lines) {
        case .list(let inside): return inside
        case .end(let behind):
            lines.ignored &+= 1
            return behind
        case .unfinished: return nil
        case .none: if isOpen && !isFollowed(first) { return nil }
        }
        // Where lines keep no order the attempt costs more than it gains, so it is made less often.
        surprises = surprises < JSONCursor.patience ? min(surprises + 8, 2 * JSONCursor.patience) : surprises - 1
        var draft = Draft()
        var place = 0
        let scratchCount = lines.scratch.count
        let after = object(first + 1, last, node: 0, depth: 0, &place, &draft, &lines)
        if after == last && !isOpen {
            finish(&draft, refusal(after, last, draft), from: start, to: end, scratchCount, into: &lines)
            return end + 1
        }
        let window = RecordWindow(bytes, from: first, isFinal: isFinal)
        // The line end is looked at as well, because a text that it breaks off is an error.
        var behind = JSONSkip.value(bytes, first, min(end + 1, bytes.count), depth: 0)
        guard behind == JSONSkip.more else {
            return take(&draft, after, from: start, to: behind, lineEnd: end, isFinal, scratchCount, into: &lines)
        }
        lines.scratch.removeLast(lines.scratch.count - scratchCount)
        behind = JSONSkip.value(bytes, first, window.end, depth: 0)
        if behind == JSONSkip.more && window.mayGrow { return nil }
        guard behind > 0 else {
            return refuse(behind == JSONSkip.tooDeep ? .nestingTooDeep : .syntax, window, from: start, to: end, &lines)
        }
        draft = Draft()
        let whole = object(first + 1, behind, node: 0, depth: 0, &place, &draft, &lines)
        let lastEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: behind, to: bytes.count)
        return take(&draft, whole, from: start, to: behind, lineEnd: lastEnd, isFinal, scratchCount, into: &lines)
    }

    /// Goes on behind a bracket that closes a list, and behind the rest of the answer that the list stood in.
    private mutating func bracket(_ first: Int, _ isFinal: Bool, _ lines: inout DecodedLines) -> Int? {
        switch closing(first, isFinal: isFinal, &lines) {
        case .none: return first + 1
        case .end(let behind):
            lines.ignored &+= 1
            return behind
        case .list(let inside): return inside
        case .unfinished: return nil
        }
    }

    /// What may stand between records besides blanks.
    static func separates(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") }

    /// Whether an object on a line without an end is whole, and something stands behind it that does not wait for the line's end.
    private func isFollowed(_ first: Int) -> Bool {
        let behind = JSONSkip.value(bytes, first, bytes.count, depth: 0)
        guard behind > 0 else { return false }
        let next = JSONSkip.space(bytes, behind, bytes.count)
        return next < bytes.count && (JSONCursor.separates(bytes[next]) || bytes[next] == UInt8(ascii: "{"))
    }

    /// Appends an object that ends at `behind`, a failure where it is none, unless something stands behind it that makes its line no JSON.
    private func take(
        _ draft: inout Draft, _ after: Int, from start: Int, to behind: Int, lineEnd: Int, _ isFinal: Bool, _ scratchCount: Int,
        into lines: inout DecodedLines
    ) -> Int? {
        let next = behind > 0 ? JSONSkip.space(bytes, behind, lineEnd) : lineEnd
        if next < lineEnd && (JSONCursor.separates(bytes[next]) || bytes[next] == UInt8(ascii: "{")) {
            finish(&draft, refusal(after, behind, draft), from: start, to: behind, scratchCount, into: &lines)
            return next
        }
        if lineEnd == bytes.count && !isFinal {
            lines.scratch.removeLast(lines.scratch.count - scratchCount)
            return nil
        }
        let isAlone = next == lineEnd || after != behind
        finish(&draft, refusal(isAlone ? after : Failure.syntax, behind, draft), from: start, to: lineEnd, scratchCount, into: &lines)
        return lineEnd + 1
    }

    /// Appends a line, or the reason against it.
    private func finish(
        _ draft: inout Draft, _ reason: MalformedReason?, from start: Int, to end: Int, _ scratchCount: Int, into lines: inout DecodedLines
    ) {
        if let reason {
            lines.scratch.removeLast(lines.scratch.count - scratchCount)
            lines.refuse(reason, start: start, end: end)
            return
        }
        if draft.hasDuplicate { lines.refuse(.duplicateKey, start: start, end: end) }
        draft.finish(start: start, into: &lines)
    }

    /// Refuses an object that breaks off on one of the lines behind its first, with what is left of it.
    private func refuse(
        _ reason: MalformedReason, _ window: RecordWindow, from start: Int, to end: Int, _ lines: inout DecodedLines
    ) -> Int? {
        if let next = window.nextRecordLine { return window.refuse(reason, before: next, into: &lines) }
        if window.mayGrow { return nil }
        lines.refuse(reason, start: start, end: end)
        return end + 1
    }

    /// What speaks against an object that was to end at `last`, and did at `after`, or failed.
    @inline(__always)
    private func refusal(_ after: Int, _ last: Int, _ draft: Draft) -> MalformedReason? {
        let after = draft.failure == 0 ? after : draft.failure
        if after == last && after > 0 {
            if !draft.hasTime { return .missingTime }
            return draft.line.account.isEmpty ? .missingAccount : nil
        }
        switch after {
        case Failure.depth: return .nestingTooDeep
        case Failure.time: return .badTime
        case Failure.number: return .badNumber
        case Failure.name: return .controlCharacterInName
        default: return .syntax
        }
    }
}
