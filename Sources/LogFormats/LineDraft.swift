// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A line in the making, for the formats whose values are texts in columns or pairs. A text means what the same text means to `json`.
///
/// State: 300 bytes. Nothing is copied; texts are ranges of the chunk, or of the scratch bytes where quotes were undone.
struct LineDraft {
    var line = DecodedLine()
    private var detail = LineDetail()
    private var hasDetail = false
    private var movement = LineMovement()
    private var hasMovement = false
    private(set) var hasTime = false
    /// The method's letters in one little-endian word, the rest zero.
    private var method: UInt64 = 0
    /// The first thing that was wrong with a value.
    private(set) var reason: MalformedReason?

    @inline(__always)
    init(start: Int) { line.start = UInt32(truncatingIfNeeded: start) }

    /// Makes it a new line's, for readers that gain by keeping one: tables a tenth, pairs a thirtieth; lines of words are slower then. What
    /// only some lines have stays as it is until a line has it.
    @inline(__always)
    mutating func reset(start: Int) {
        line = DecodedLine()
        line.start = UInt32(truncatingIfNeeded: start)
        hasDetail = false
        hasMovement = false
        hasTime = false
        method = 0
        reason = nil
    }

    /// Takes the text of a field. An empty one is unknown.
    @inline(__always)
    mutating func take(_ field: JSONField, _ bytes: PaddedBytes, from start: Int, to end: Int, clock: inout LogClock) {
        guard start < end else { return }
        let text = TextRange(start: start, count: end &- start)
        switch field {
        case .ts:
            let time = clock.time(bytes, from: start, to: end)
            guard time != .min else { return fail(.badTime) }
            line.time = EventTime(milliseconds: time)
            hasTime = true
        case .account:
            guard !bytes.hasControl(from: start, to: end) else { return fail(.controlCharacterInName) }
            line.account = text
        case .endpoint where bytes[start] == UInt8(ascii: "/"): line.endpoint = text
        case .endpoint: target(bytes, from: start, to: end)
        case .object: line.object = text
        case .ip: line.address = text
        case .method: method = bytes.word(at: start) & PaddedBytes.firstBytes(text.count)
        case .action: line.operation = JSONWords.operation(bytes.word(at: start) & PaddedBytes.firstBytes(text.count))
        case .kind: line.kind = JSONWords.kind(bytes.word(at: start) & PaddedBytes.firstBytes(text.count))
        case .rows, .bytes, .status: number(field, bytes, from: start, to: end)
        case .limitUsed, .limitMax: limit(field, bytes, from: start, to: end)
        default: keep(field, text)
        }
    }

    /// Takes a text that was copied to the scratch bytes. Times, numbers and the vocabularies are never quoted.
    mutating func takeCopy(_ field: JSONField, _ text: TextRange, _ scratch: [UInt8]) {
        guard !text.isEmpty else { return }
        switch field {
        case .ts: fail(.badTime)
        case .account:
            let place = Int(text.start)..<Int(text.start) + text.count
            guard !scratch[place].contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return fail(.controlCharacterInName) }
            line.account = text
        case .endpoint: line.endpoint = PaddedBytes.path(of: text, in: scratch)
        case .object: line.object = text
        case .ip: line.address = text
        case .method, .action, .kind, .limitUsed, .limitMax: break
        case .rows, .bytes, .status: fail(.badNumber)
        default: keep(field, text)
        }
    }

    /// Takes a time that a format read itself.
    @inline(__always)
    mutating func take(time: Int64) {
        guard time != .min else { return fail(.badTime) }
        line.time = EventTime(milliseconds: time)
        hasTime = true
    }

    @inline(__always)
    mutating func fail(_ reason: MalformedReason) { if self.reason == nil { self.reason = reason } }

    private mutating func number(_ field: JSONField, _ bytes: PaddedBytes, from start: Int, to end: Int) {
        switch NumberParser.whole(bytes, from: start, to: end) {
        case .unknown: return
        case .malformed: fail(.badNumber)
        case .value(let value):
            switch field {
            case .rows:
                line.rows = value
                line.presence.insert(.rows)
            case .bytes:
                line.bytes = value
                line.presence.insert(.bytes)
            default: line.status = UInt16(clamping: value)
            }
        }
    }

    /// A header that makes no sense is unknown: the event beside it counts all the same.
    private mutating func limit(_ field: JSONField, _ bytes: PaddedBytes, from start: Int, to end: Int) {
        if !hasDetail { detail = LineDetail() }
        if let (used, limit) = LimitHeader.parse(bytes, from: start, to: end) {
            detail.limitUsed = used
            detail.limitMax = limit
            hasDetail = true
        } else if case .value(let value) = NumberParser.whole(bytes, from: start, to: end) {
            if field == .limitUsed { detail.limitUsed = value } else { detail.limitMax = value }
            hasDetail = true
        }
    }

    /// A name, a URL, or a request as it came: then its method counts where the line names none.
    @inline(never)
    private mutating func target(_ bytes: PaddedBytes, from start: Int, to end: Int) {
        guard let request = bytes.requestLine(from: start, to: end) else {
            line.endpoint = bytes.path(from: start, to: end)
            return
        }
        line.endpoint = request.path
        if method == 0 { method = request.method }
    }

    private mutating func keep(_ field: JSONField, _ text: TextRange) {
        if field.rawValue >= JSONField.firstMovement.rawValue {
            guard let key = LineMovement.Key(rawValue: Int(field.rawValue - JSONField.firstMovement.rawValue)) else { return }
            if !hasMovement { movement = LineMovement() }
            movement[key] = text
            hasMovement = true
            return
        }
        if !hasDetail { detail = LineDetail() }
        switch field {
        case .job: detail.job = text
        case .agent: detail.agent = text
        case .item: detail.item = text
        default: detail.query = text
        }
        hasDetail = true
    }

    // MARK: The end of a line

    /// What is missing or wrong, if anything.
    @inline(__always)
    var refusal: MalformedReason? { reason ?? (!hasTime ? .missingTime : line.account.isEmpty ? .missingAccount : nil) }

    /// Appends a line of a log in which a line without an account is an error; the operation is what the line says, or its method.
    @inline(__always)
    mutating func finish(into lines: inout DecodedLines) {
        if line.operation == .unknown { line.operation = JSONWords.method(method) }
        append(into: &lines)
    }

    /// Appends a request that an HTTP server logged, or counts it as ignored when nobody was named. Bytes count when the status is 2xx:
    /// only then the body was data that left. The operation follows the method and the path, unless the line says it.
    @inline(__always)
    mutating func finishRequest(_ bytes: PaddedBytes, into lines: inout DecodedLines) {
        guard !line.account.isEmpty else {
            lines.ignored &+= 1
            return
        }
        if line.status != 0 && line.status &- 200 >= 100 {
            line.bytes = 0
            line.presence.remove(.bytes)
        }
        if line.operation == .unknown {
            let path = line.endpoint.isScratch ? TextRange.none : line.endpoint
            line.operation = HTTPOperation.of(
                method: method, path: bytes, from: Int(path.start), to: Int(path.start) + path.count)
        }
        append(into: &lines)
    }

    @inline(__always)
    private func append(into lines: inout DecodedLines) {
        if hasDetail || hasMovement {
            lines.append(line, hasDetail ? detail : nil, hasMovement ? movement : nil)
        } else {
            lines.lines.append(line)
        }
    }
}
