// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension JSONCursor {
    // MARK: Values

    /// Reads the value of a wanted field. Returns the position behind it, or a failure.
    mutating func value(_ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft, _ lines: inout DecodedLines) -> Int {
        guard draft.see(field) else {
            draft.hasDuplicate = true
            return JSONCursor.skipValue(bytes, start, end)
        }
        guard bytes[start] == JSONCursor.quote else { return JSONCursor.bareValue(bytes, start, end, field: field, &draft) }
        let first = start &+ 1
        let close = bytes.firstIndex(of: JSONCursor.quote, or: JSONCursor.backslash, from: first, to: end)
        guard close < end else { return Failure.syntax }
        if bytes[close] == JSONCursor.backslash { return escapedValue(first, end, field: field, &draft, &lines.scratch) }
        JSONCursor.take(bytes, first, close, field: field, &draft, &clock)
        return close &+ 1
    }

    /// Takes a text without escapes. A failure goes into the draft: where reading goes on must not wait for what a value means.
    @inline(never)
    static func take(
        _ bytes: PaddedBytes, _ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft, _ clock: inout MinuteClock
    ) {
        let text = TextRange(start: start, count: end &- start)
        switch field {
        case JSONField.ts.rawValue:
            var time = clock.rfc3339(bytes, from: start, to: end)
            if time == Int64.min { time = TimestampParser.unmistakable(bytes, from: start, to: end) }
            guard time != Int64.min else { return draft.fail(Failure.time) }
            draft.line.time = EventTime(milliseconds: time)
            draft.hasTime = true
        case JSONField.account.rawValue:
            guard !bytes.hasControl(from: start, to: end) else { return draft.fail(Failure.name) }
            draft.line.account = text
        case JSONField.endpoint.rawValue:
            let request = bytes.requestLine(from: start, to: end)
            draft.line.endpoint = request?.path ?? bytes.path(from: start, to: end)
            if let request, draft.methodOperation == .unknown { draft.methodOperation = JSONWords.method(request.method) }
        case JSONField.object.rawValue: draft.line.object = text
        case JSONField.ip.rawValue: draft.line.address = text
        case JSONField.action.rawValue: draft.line.operation = JSONWords.operation(word(bytes, start, end))
        case JSONField.method.rawValue: draft.methodOperation = JSONWords.method(word(bytes, start, end))
        case JSONField.kind.rawValue: draft.line.kind = JSONWords.kind(word(bytes, start, end))
        case JSONField.firstDetail.rawValue...: takeDetail(bytes, start, end, field: field, &draft)
        default:
            // A number in quotes, as some exporters write it; what writers put for nothing is unknown.
            if number(bytes, start, end, field: field, &draft) != end && !bytes.saysNothing(from: start, to: end) {
                draft.fail(Failure.number)
            }
        }
    }

    /// The same for the fields of ``LineDetail``, apart from the lines that have none.
    @inline(never)
    static func takeDetail(_ bytes: PaddedBytes, _ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft) {
        guard start < end else { return }
        guard field == JSONField.limitUsed.rawValue || field == JSONField.limitMax.rawValue else {
            return draft.store(TextRange(start: start, count: end &- start), detail: field)
        }
        if let (used, limit) = LimitHeader.parse(bytes, from: start, to: end) {
            draft.store(used, field: JSONField.limitUsed.rawValue)
            draft.store(limit, field: JSONField.limitMax.rawValue)
        } else {
            // A header that makes no sense is unknown: the event beside it counts all the same.
            _ = number(bytes, start, end, field: field, &draft)
        }
    }

    /// The same for a text with escapes, which has to be copied. The vocabularies and numbers have none.
    @inline(never)
    private func escapedValue(_ first: Int, _ end: Int, field: UInt8, _ draft: inout Draft, _ scratch: inout [UInt8]) -> Int {
        let behind = JSONCursor.stringEnd(bytes, first, end)
        guard behind > 0 else { return Failure.syntax }
        let start = scratch.count
        guard JSONUnescape.append(bytes, first, behind - 1, to: &scratch) else { return Failure.syntax }
        let text = TextRange(start: start, count: scratch.count - start, isScratch: true)
        switch field {
        case JSONField.ts.rawValue: return Failure.time
        case JSONField.account.rawValue:
            guard !scratch[start...].contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return Failure.name }
            draft.line.account = text
        case JSONField.endpoint.rawValue: draft.line.endpoint = PaddedBytes.path(of: text, in: scratch)
        case JSONField.object.rawValue: draft.line.object = text
        case JSONField.ip.rawValue: draft.line.address = text
        case JSONField.action.rawValue, JSONField.method.rawValue, JSONField.kind.rawValue: break
        case JSONField.limitUsed.rawValue, JSONField.limitMax.rawValue: break
        case JSONField.job.rawValue...: draft.store(text, detail: field)
        default: return bytes.saysNothing(from: first, to: behind - 1) ? behind : Failure.number
        }
        return behind
    }

    /// The first eight bytes of a text, the rest zero.
    @inline(__always)
    static func word(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> UInt64 {
        bytes.word(at: start) & PaddedBytes.firstBytes(end &- start)
    }

    /// A value without quotes, read as the field wants it or, for 255, stepped over: a number, `true`, `false`, `null`, or something
    /// nested, which no field can be.
    @inline(never)
    static func bareValue(_ bytes: PaddedBytes, _ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft) -> Int {
        let byte = bytes[start]
        if byte &- 0x30 < 10 || byte == UInt8(ascii: "-") {
            if field == JSONField.ts.rawValue {
                let behind = skipNumber(bytes, start, end)
                let time = TimestampParser.epoch(bytes, from: start, to: behind)
                guard time != Int64.min else { return Failure.time }
                draft.line.time = EventTime(milliseconds: time)
                draft.hasTime = true
                return behind
            }
            switch field {
            case JSONField.rows.rawValue, JSONField.bytes.rawValue, JSONField.status.rawValue, JSONField.limitUsed.rawValue,
                JSONField.limitMax.rawValue:
                return number(bytes, start, end, field: field, &draft)
            case JSONField.account.rawValue:
                let behind = skipNumber(bytes, start, end)
                draft.line.account = TextRange(start: start, count: behind - start)
                return behind
            case JSONField.job.rawValue..<255:
                let behind = skipNumber(bytes, start, end)
                draft.store(TextRange(start: start, count: behind - start), detail: field)
                return behind
            default: break
            }
        }
        let behind = skipValue(bytes, start, end)
        // `true` and `false` are what labels are written as; `null` says nothing.
        if field != 255 && field >= JSONField.firstMovement.rawValue && (byte == UInt8(ascii: "t") || byte == UInt8(ascii: "f"))
            && behind > 0
        {
            draft.store(TextRange(start: start, count: behind - start), detail: field)
        }
        return behind
    }

    /// Reads rows, bytes or status. A negative number is unknown. Returns the position behind the number, or a failure.
    @inline(__always)
    static func number(_ bytes: PaddedBytes, _ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft) -> Int {
        let (value, count) = NumberParser.digits(bytes, from: start, to: end)
        let behind = start &+ count
        let byte = bytes[behind]
        let isPlain = behind == end || (byte != UInt8(ascii: ".") && byte | 0x20 != UInt8(ascii: "e"))
        guard count > 0, count <= NumberParser.longest, isPlain else { return unusualNumber(bytes, start, end, field: field, &draft) }
        draft.store(value, field: field)
        return behind
    }

    /// Negative numbers (unknown), fractions and exponents (rounded down), and numbers that are too long.
    @inline(never)
    private static func unusualNumber(_ bytes: PaddedBytes, _ start: Int, _ end: Int, field: UInt8, _ draft: inout Draft) -> Int {
        let behind = skipNumber(bytes, start, end)
        switch NumberParser.unusual(bytes, from: start, to: behind) {
        case .value(let value): draft.store(value, field: field)
        case .unknown: break
        case .malformed: return Failure.number
        }
        return behind
    }
}
