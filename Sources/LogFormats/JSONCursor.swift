// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Decodes single lines of ``JSONFormat``. Lives for one chunk; keeps what was learnt of the order of keys.
struct JSONCursor {
    let bytes: PaddedBytes
    let keys: JSONKeyTree
    var learnt: [LearntKey]

    private static let places = 48
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    init(bytes: PaddedBytes, keys: JSONKeyTree, learnt: [LearntKey]) {
        self.bytes = bytes
        self.keys = keys
        self.learnt = learnt.isEmpty ? Array(repeating: LearntKey(), count: JSONCursor.places) : learnt
    }

    /// What happened to a line; positive numbers are positions.
    private enum Failure {
        static let syntax = -1
        static let depth = -2
        static let time = -3
        static let number = -4
        static let name = -5
    }

    /// A line in the making.
    private struct Draft {
        var line = DecodedLine()
        var seen: UInt32 = 0
        var hasDuplicate = false
        var hasTime = false
        /// Operation named by the HTTP method, used when the line has no action.
        var methodOperation = Operation.unknown
    }

    /// Decodes `start ..< end` (without the line end) and appends the line, or the reason against it.
    mutating func decodeLine(from start: Int, to end: Int, into lines: inout DecodedLines) {
        var first = start
        var last = end
        while first < last && (bytes[first] == 0 || JSONCursor.isSpace(bytes[first])) { first += 1 }
        while last > first && JSONCursor.isSpace(bytes[last - 1]) { last -= 1 }
        guard first < last else { return }
        guard bytes[first] == UInt8(ascii: "{") else {
            let isUTF16 = (bytes[first] == 0xFF && bytes[first + 1] == 0xFE) || (bytes[first] == 0xFE && bytes[first + 1] == 0xFF)
            lines.refuse(isUTF16 ? .utf16 : .syntax, start: start, end: end)
            return
        }
        var draft = Draft()
        var place = 0
        let scratchCount = lines.scratch.count
        let after = object(first + 1, last, node: 0, depth: 0, &place, &draft, &lines)
        let reason = refusal(after, last, draft)
        if let reason {
            lines.scratch.removeLast(lines.scratch.count - scratchCount)
            lines.refuse(reason, start: start, end: end)
            return
        }
        if draft.line.operation == .unknown { draft.line.operation = draft.methodOperation }
        draft.line.start = UInt32(truncatingIfNeeded: start)
        if draft.hasDuplicate { lines.refuse(.duplicateKey, start: start, end: end) }
        lines.lines.append(draft.line)
    }

    @inline(__always)
    private func refusal(_ after: Int, _ last: Int, _ draft: Draft) -> MalformedReason? {
        if after == last {
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

    /// Reads members from behind `{` to behind `}`. Returns the position, or a failure.
    private mutating func object(
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
            if field != 255 {
                position = value(position, end, field: field, &draft, &lines)
            } else if child >= 0 && bytes[position] == UInt8(ascii: "{") {
                guard depth < JSONKeyTree.depth else { return Failure.depth }
                position = object(position + 1, end, node: child, depth: depth + 1, &place, &draft, &lines)
            } else {
                position = skipValue(position, end)
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
    @inline(__always)
    private mutating func key(_ start: Int, _ end: Int, node: Int, _ place: inout Int, _ field: inout UInt8, _ child: inout Int) -> Int {
        if place < JSONCursor.places {
            let known = learnt[place]
            if known.length != 0 && known.parent == node && bytes.word(at: start) & known.lowMask == known.low
                && bytes.word(at: start + 8) & known.highMask == known.high
            {
                place += 1
                field = known.field
                child = known.node
                return start + known.length
            }
        }
        return unknownKey(start, end, node: node, &place, &field, &child)
    }

    @inline(never)
    private mutating func unknownKey(_ start: Int, _ end: Int, node: Int, _ place: inout Int, _ field: inout UInt8, _ child: inout Int) -> Int {
        let close = bytes.firstIndex(of: JSONCursor.quote, or: JSONCursor.backslash, from: start, to: end)
        guard close < end else { return Failure.syntax }
        var colon = close
        if bytes[close] == JSONCursor.backslash {
            // A key with an escape is none of ours; its end still has to be found.
            colon = stringEnd(start, end)
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
        if place < JSONCursor.places && colon == close + 1 && name + 2 <= 16 {
            learnt[place] = learn(start, length: name + 2, node: node, field: field, child: child)
        }
        place += 1
        return colon + 1
    }

    private func matches(_ key: [UInt8], at start: Int) -> Bool {
        for (offset, byte) in key.enumerated() where bytes[start + offset] != byte { return false }
        return true
    }

    private func learn(_ start: Int, length: Int, node: Int, field: UInt8, child: Int) -> LearntKey {
        var key = LearntKey()
        key.lowMask = length >= 8 ? ~0 : ~0 >> UInt64((8 - length) * 8)
        key.highMask = length <= 8 ? 0 : length >= 16 ? ~0 : ~0 >> UInt64((16 - length) * 8)
        key.low = bytes.word(at: start) & key.lowMask
        key.high = bytes.word(at: start + 8) & key.highMask
        key.length = length
        key.parent = node
        key.field = field
        key.node = child
        return key
    }

    // MARK: Values

    /// Reads the value of a wanted field. Returns the position behind it, or a failure.
    @inline(__always)
    private mutating func value(_ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft, _ lines: inout DecodedLines) -> Int {
        let bit: UInt32 = 1 << UInt32(field)
        if draft.seen & bit != 0 {
            draft.hasDuplicate = true
            return skipValue(start, end)
        }
        draft.seen |= bit
        guard bytes[start] == JSONCursor.quote else { return bareValue(start, end, field: field, &draft) }
        let first = start + 1
        var close = bytes.firstIndex(of: JSONCursor.quote, or: JSONCursor.backslash, from: first, to: end)
        var text = TextRange(start: first, count: close - first)
        if close < end && bytes[close] == JSONCursor.backslash {
            close = stringEnd(first, end) - 1
            guard close > 0 else { return Failure.syntax }
            let scratchStart = lines.scratch.count
            guard JSONUnescape.append(bytes, first, close, to: &lines.scratch) else { return Failure.syntax }
            text = TextRange(start: scratchStart, count: lines.scratch.count - scratchStart, isScratch: true)
        }
        guard close < end else { return Failure.syntax }
        if let failure = take(text, field: field, &draft, lines) { return failure }
        return close + 1
    }

    @inline(__always)
    private func take(_ text: TextRange, field: UInt8, _ draft: inout Draft, _ lines: DecodedLines) -> Int? {
        switch field {
        case JSONField.ts.rawValue:
            let time = text.isScratch ? Int64.min : TimestampParser.rfc3339(bytes, from: Int(text.start), to: Int(text.start) + text.count)
            guard time != Int64.min else { return timeAsText(text, &draft) }
            draft.line.time = EventTime(milliseconds: time)
            draft.hasTime = true
        case JSONField.account.rawValue:
            guard !hasControl(text, lines) else { return Failure.name }
            draft.line.account = text
        case JSONField.endpoint.rawValue: draft.line.endpoint = text
        case JSONField.object.rawValue: draft.line.object = text
        case JSONField.ip.rawValue: draft.line.address = text
        case JSONField.action.rawValue: draft.line.operation = text.isScratch ? .unknown : JSONWords.operation(word(text), text.count)
        case JSONField.method.rawValue: draft.methodOperation = text.isScratch ? .unknown : JSONWords.method(word(text))
        case JSONField.kind.rawValue: draft.line.kind = text.isScratch ? .unknown : JSONWords.kind(word(text))
        default:
            // A number in quotes, as some exporters write it.
            guard !text.isScratch else { return Failure.number }
            let behind = number(Int(text.start), Int(text.start) + text.count, field: field, &draft)
            return behind == Int(text.start) + text.count || text.isEmpty ? nil : Failure.number
        }
        return nil
    }

    private func timeAsText(_ text: TextRange, _ draft: inout Draft) -> Int? {
        guard !text.isScratch else { return Failure.time }
        let time = TimestampParser.epoch(bytes, from: Int(text.start), to: Int(text.start) + text.count)
        guard time != Int64.min else { return Failure.time }
        draft.line.time = EventTime(milliseconds: time)
        draft.hasTime = true
        return nil
    }

    /// The text's first eight bytes, the rest zero.
    @inline(__always)
    private func word(_ text: TextRange) -> UInt64 {
        guard text.count > 0 else { return 0 }
        let word = bytes.word(at: Int(text.start))
        return text.count >= 8 ? word : word & (~0 &>> UInt64(truncatingIfNeeded: (8 &- text.count) &* 8))
    }

    /// A value without quotes: a number, `true`, `false`, `null`, or something nested that a field cannot be.
    @inline(__always)
    private func bareValue(_ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft) -> Int {
        let byte = bytes[start]
        if byte &- 0x30 < 10 || byte == UInt8(ascii: "-") {
            if field == JSONField.ts.rawValue {
                let behind = skipNumber(start, end)
                let time = TimestampParser.epoch(bytes, from: start, to: behind)
                guard time != Int64.min else { return Failure.time }
                draft.line.time = EventTime(milliseconds: time)
                draft.hasTime = true
                return behind
            }
            if field == JSONField.rows.rawValue || field == JSONField.bytes.rawValue || field == JSONField.status.rawValue {
                return number(start, end, field: field, &draft)
            }
            if field == JSONField.account.rawValue {
                let behind = skipNumber(start, end)
                draft.line.account = TextRange(start: start, count: behind - start)
                return behind
            }
        }
        return skipValue(start, end)
    }

    /// Reads rows, bytes or status. A negative number is unknown. Returns the position behind the number, or a failure.
    @inline(__always)
    private func number(_ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft) -> Int {
        var position = start
        var value: UInt64 = 0
        while position < end {
            let digit = bytes[position] &- 0x30
            if digit > 9 { break }
            guard value < 1_000_000_000_000_000_000 else { return Failure.number }
            value = value &* 10 &+ UInt64(digit)
            position += 1
        }
        if position < end {
            let byte = bytes[position]
            if position == start || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
                return unusualNumber(start, end, field: field, &draft)
            }
        }
        guard position > start else { return Failure.number }
        store(value, field: field, &draft)
        return position
    }

    @inline(__always)
    private func store(_ value: UInt64, field: UInt8, _ draft: inout Draft) {
        switch field {
        case JSONField.rows.rawValue:
            draft.line.rows = value
            draft.line.presence.insert(.rows)
        case JSONField.bytes.rawValue:
            draft.line.bytes = value
            draft.line.presence.insert(.bytes)
        default: draft.line.status = UInt16(clamping: value)
        }
    }

    /// Negative numbers (unknown), fractions and exponents (rounded down).
    @inline(never)
    private func unusualNumber(_ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft) -> Int {
        let behind = skipNumber(start, end)
        guard behind > start, behind - start <= 32 else { return Failure.number }
        guard let value = Double(String(decoding: bytes.copy(start..<behind), as: UTF8.self)), value.isFinite else { return Failure.number }
        if value >= 0 && value < 1e18 { store(UInt64(value), field: field, &draft) }
        return behind
    }

    @inline(__always)
    private func hasControl(_ text: TextRange, _ lines: DecodedLines) -> Bool {
        if text.isScratch {
            for index in Int(text.start)..<Int(text.start) + text.count where lines.scratch[index] < 0x20 || lines.scratch[index] == 0x7F {
                return true
            }
            return false
        }
        var position = Int(text.start)
        let end = position + text.count
        while position < end {
            if bytes[position] < 0x20 || bytes[position] == 0x7F { return true }
            position += 1
        }
        return false
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
    func stringEnd(_ start: Int, _ end: Int) -> Int {
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
    func skipNumber(_ start: Int, _ end: Int) -> Int {
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
    func skipValue(_ start: Int, _ end: Int) -> Int {
        guard start < end else { return -1 }
        switch bytes[start] {
        case UInt8(ascii: "\""): return stringEnd(start + 1, end)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return skipNested(start, end)
        case UInt8(ascii: "t"): return bytes.hasASCII("true", at: start) ? start + 4 : -1
        case UInt8(ascii: "f"): return bytes.hasASCII("false", at: start) ? start + 5 : -1
        case UInt8(ascii: "n"): return bytes.hasASCII("null", at: start) ? start + 4 : -1
        default:
            let behind = skipNumber(start, end)
            return behind > start ? behind : -1
        }
    }

    /// Steps over an object or array: brackets are counted, strings are not looked into, 32 levels at most.
    private func skipNested(_ start: Int, _ end: Int) -> Int {
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
                position = stringEnd(position + 1, end)
                if position < 0 { return -1 }
                continue
            default: break
            }
            position += 1
        }
        return -1
    }
}
