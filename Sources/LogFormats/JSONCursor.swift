// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Decodes single lines of ``JSONFormat``. Lives for one chunk; keeps what was learnt of the order of keys.
struct JSONCursor {
    let bytes: PaddedBytes
    let keys: JSONKeyTree
    var learnt: [LearntKey]
    var clock: MinuteClock
    /// Lines that were not read by the short way, less those that were; bounded.
    var surprises: Int
    static let patience = 64

    static let places = 48
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")

    init(bytes: PaddedBytes, keys: JSONKeyTree, learnt: [LearntKey], clock: MinuteClock, surprises: Int) {
        self.bytes = bytes
        self.clock = clock
        self.surprises = surprises
        self.keys = keys
        self.learnt = learnt
    }

    /// What happened to a line; positive numbers are positions.
    enum Failure {
        static let syntax = -1
        static let depth = -2
        static let time = -3
        static let number = -4
        static let name = -5
    }

    /// A line in the making.
    struct Draft {
        var line = DecodedLine()
        /// Only of use where ``hasDetail`` says so.
        var detail = LineDetail()
        var hasDetail = false
        /// Only of use where ``hasMovement`` says so.
        var movement = LineMovement()
        var hasMovement = false
        var seen: UInt32 = 0
        var hasDuplicate = false
        var hasTime = false
        /// Operation named by the HTTP method, used when the line has no action.
        var methodOperation = Operation.unknown
        /// The first failure of a value that did not stop the reading; 0 without one.
        var failure = 0

        /// Whether nothing that a line must have is missing or wrong.
        @inline(__always)
        var isWhole: Bool { failure == 0 && hasTime && !line.account.isEmpty }

        @inline(__always)
        mutating func fail(_ failure: Int) {
            if self.failure == 0 { self.failure = failure }
        }

        /// Makes it a new line's. What only some lines have stays as it is until a line has it.
        @inline(__always)
        mutating func reset() {
            line = DecodedLine()
            hasDetail = false
            hasMovement = false
            seen = 0
            hasDuplicate = false
            hasTime = false
            methodOperation = .unknown
            failure = 0
        }

        /// Makes room for what only some lines have.
        @inline(__always)
        private mutating func addDetail() {
            if !hasDetail { detail = LineDetail() }
            hasDetail = true
        }

        /// Marks a field as read; false when it was.
        @inline(__always)
        mutating func see(_ field: UInt8) -> Bool {
            let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: field)
            guard seen & bit == 0 else { return false }
            seen |= bit
            return true
        }

        /// Takes rows, bytes or the status.
        @inline(__always)
        mutating func store(_ value: UInt64, field: UInt8) {
            switch field {
            case JSONField.rows.rawValue:
                line.rows = value
                line.presence.insert(.rows)
            case JSONField.bytes.rawValue:
                line.bytes = value
                line.presence.insert(.bytes)
            case JSONField.limitUsed.rawValue:
                addDetail()
                detail.limitUsed = value
            case JSONField.limitMax.rawValue:
                addDetail()
                detail.limitMax = value
            default: line.status = UInt16(clamping: value)
            }
        }

        /// Takes a text of ``LineDetail`` or ``LineMovement``.
        mutating func store(_ text: TextRange, detail field: UInt8) {
            if field >= JSONField.firstMovement.rawValue {
                if !hasMovement { movement = LineMovement() }
                hasMovement = true
                if let key = LineMovement.Key(rawValue: Int(field &- JSONField.firstMovement.rawValue)) { movement[key] = text }
                return
            }
            addDetail()
            switch field {
            case JSONField.job.rawValue: detail.job = text
            case JSONField.agent.rawValue: detail.agent = text
            case JSONField.item.rawValue: detail.item = text
            default: detail.query = text
            }
        }

        /// Appends the line once it is whole.
        @inline(__always)
        mutating func finish(start: Int, into lines: inout DecodedLines) {
            line.start = UInt32(truncatingIfNeeded: start)
            if line.operation == .unknown { line.operation = methodOperation }
            if hasDetail || hasMovement {
                lines.append(line, hasDetail ? detail : nil, hasMovement ? movement : nil)
            } else {
                lines.lines.append(line)
            }
        }
    }

    /// Decodes whole lines from `start` on until the bytes end or `lines` is full; see ``LineFormat/decode(_:from:isFinal:into:)``.
    mutating func decodeLines(from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        var lineEnd = -1
        var draft = Draft()
        while position < bytes.count && !lines.isFull {
            if surprises < JSONCursor.patience {
                draft.reset()
                var clock = self.clock
                let end =
                    keys.isFlat
                    ? JSONCursor.steadyLine(bytes, position, isFinal: isFinal, learnt.span, isFlat: true, &draft, &clock)
                    : JSONCursor.steadyLine(bytes, position, isFinal: isFinal, learnt.span, isFlat: false, &draft, &clock)
                self.clock = clock
                if end >= 0 {
                    surprises = max(surprises &- 1, 0)
                    draft.finish(start: position, into: &lines)
                    position = min(end &+ 1, bytes.count)
                    continue
                }
            }
            // Looked for once, because a line may hold any number of objects.
            if lineEnd < position { lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count) }
            guard let next = unsteadyLine(from: position, to: lineEnd, isFinal: isFinal, into: &lines) else { break }
            position = min(next, bytes.count)
        }
        return position
    }

    /// Reads members from behind `{` to behind `}`. Returns the position, or a failure.
    mutating func object(
        _ start: Int, _ end: Int, node: Int, depth: Int, _ place: inout Int, _ draft: inout Draft, _ lines: inout DecodedLines
    ) -> Int {
        var position = skipSpace(start, end)
        if position < end && bytes[position] == UInt8(ascii: "}") { return position + 1 }
        while position < end {
            guard bytes[position] == JSONCursor.quote else { return Failure.syntax }
            var field: UInt8 = 255
            var child = -1
            position = key(position + 1, end, node: node, &place, &field, &child)
            guard position > 0, position < end else { return Failure.syntax }
            if JSONCursor.isSpace(bytes[position]) { position = skipSpace(position, end) }
            if child >= 0 && bytes[position] == UInt8(ascii: "{") {
                guard depth < JSONKeyTree.depth else { return Failure.depth }
                position = object(position + 1, end, node: child, depth: depth + 1, &place, &draft, &lines)
            } else if field != 255 {
                position = value(position, end, field: field, &draft, &lines)
            } else {
                position = JSONCursor.skipValue(bytes, position, end)
            }
            guard position > 0 else { return position }
            guard position < end else { return Failure.syntax }
            var byte = bytes[position]
            if JSONCursor.isSpace(byte) {
                position = skipSpace(position, end)
                byte = bytes[position]
            }
            if byte == UInt8(ascii: ",") {
                position += 1
                if position < end && bytes[position] != JSONCursor.quote { position = skipSpace(position, end) }
            } else if byte == UInt8(ascii: "}") && position < end {
                return position + 1
            } else {
                return Failure.syntax
            }
        }
        return Failure.syntax
    }

    /// Recognises the key that starts at `start`, behind its quote. Returns the position behind the colon, or a failure.
    private mutating func key(_ start: Int, _ end: Int, node: Int, _ place: inout Int, _ field: inout UInt8, _ child: inout Int) -> Int {
        var known = JSONCursor.seek(learnt.span, bytes, start - 1, node: Int16(truncatingIfNeeded: node), from: place)
        if known == learnt.count { known = JSONCursor.seek(learnt.span, bytes, start - 1, node: Int16(truncatingIfNeeded: node), from: 0) }
        guard known < learnt.count else { return unknownKey(start, end, node: node, &place, &field, &child) }
        place = known + 1
        field = learnt[known].field
        child = Int(learnt[known].node)
        return start - 1 + Int(learnt[known].length)
    }

    /// Where among the learnt keys, from `place` on, the one at `position` is; their number when it is not there. Keys in between are
    /// missing from this line.
    @inline(never)
    static func seek(_ learnt: Span<LearntKey>, _ bytes: PaddedBytes, _ position: Int, node: Int16, from place: Int) -> Int {
        var index = place
        while index < learnt.count && !learnt[index].stands(at: position, bytes, node: node) { index += 1 }
        return min(index, learnt.count)
    }

    @inline(never)
    private mutating func unknownKey(_ start: Int, _ end: Int, node: Int, _ place: inout Int, _ field: inout UInt8, _ child: inout Int)
        -> Int
    {
        let close = bytes.firstIndex(of: JSONCursor.quote, or: JSONCursor.backslash, from: start, to: end)
        guard close < end else { return Failure.syntax }
        var colon = close
        if bytes[close] == JSONCursor.backslash {
            // A key with an escape is none of ours; its end still has to be found.
            colon = JSONCursor.stringEnd(bytes, start, end)
            guard colon > 0 else { return Failure.syntax }
            colon -= 1
        }
        for candidate in keys.nodes[node] where candidate.key.count == close - start && bytes[close] == JSONCursor.quote {
            if matches(candidate.key, at: start) {
                field = candidate.field?.rawValue ?? 255
                child = candidate.node
                break
            }
        }
        let name = close - start
        colon = skipSpace(colon + 1, end)
        guard colon < end, bytes[colon] == UInt8(ascii: ":") else { return Failure.syntax }
        let length = name + (bytes[colon + 1] == 0x20 ? 4 : 3)
        if colon == close + 1 && length <= LearntKey.longest {
            // The keys that usually come now keep their order behind this one.
            if learnt.count == JSONCursor.places { learnt.removeLast() }
            place = min(place, learnt.count)
            var learnt = LearntKey(bytes, at: start - 1, length: length, parent: node, field: field, node: child)
            learnt.isList = node == 0 && JSONCursor.isListKey(bytes, start, close)
            self.learnt.insert(learnt, at: place)
            place += 1
        }
        return colon + 1
    }

    private func matches(_ key: [UInt8], at start: Int) -> Bool {
        for (offset, byte) in key.enumerated() where bytes[start + offset] != byte { return false }
        return true
    }
}

// MARK: - Stepping over

extension JSONCursor {
    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    @inline(__always)
    func skipSpace(_ start: Int, _ end: Int) -> Int {
        var position = start
        while position < end && JSONCursor.isSpace(bytes[position]) { position += 1 }
        return position
    }

    /// The position behind the closing quote of the string that starts at `start`, behind its quote; −1 when there is none.
    static func stringEnd(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        var position = start
        while true {
            position = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: position, to: end)
            guard position < end else { return -1 }
            if bytes[position] == UInt8(ascii: "\"") { return position + 1 }
            position += 2
            if position > end { return -1 }
        }
    }

    @inline(__always)
    static func skipNumber(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        var position = start
        while position < end {
            switch bytes[position] {
            case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): position += 1
            default: return position
            }
        }
        return position
    }

    /// The position behind any value, or −1 (syntax), −2 (too deep).
    static func skipValue(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        guard start < end else { return -1 }
        switch bytes[start] {
        case UInt8(ascii: "\""): return stringEnd(bytes, start + 1, end)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested(bytes, start, end)
        case UInt8(ascii: "t"): return bytes.hasASCII("true", at: start) ? start + 4 : -1
        case UInt8(ascii: "f"): return bytes.hasASCII("false", at: start) ? start + 5 : -1
        case UInt8(ascii: "n"): return bytes.hasASCII("null", at: start) ? start + 4 : -1
        default:
            let behind = skipNumber(bytes, start, end)
            return behind > start ? behind : -1
        }
    }

    /// Steps over an object or array: brackets are counted, strings are not looked into, 32 levels at most.
    private static func skipNested(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Int {
        var depth = 0
        var position = start
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > 32 { return -2 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return position + 1 }
            case UInt8(ascii: "\""):
                position = stringEnd(bytes, position + 1, end)
                if position < 0 { return -1 }
                continue
            default: break
            }
            position += 1
        }
        return -1
    }
}
