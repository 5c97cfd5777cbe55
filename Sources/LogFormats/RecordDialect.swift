// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What the records of one product mean: where its fields stand, and what a line is made of them.
protocol RecordDialect: Sendable {
    /// What the catalogue says; ``RecordFormat/descriptor(_:_:lateness:example:)`` makes it.
    static var descriptor: FormatDescriptor { get }
    /// Where the fields stand.
    static var places: [RecordPlace] { get }
    /// Keys under which arrays of records stand in exports and answers: `Records`.
    static var envelopes: [String] { get }
    /// Keys under which the record itself may stand: `payload`.
    static var wrappers: [String] { get }
    /// Whether keys are compared without case, underscores and the letters for types of Log Analytics.
    static var folds: Bool { get }

    init()

    /// Whether a record without a readable time is none: a header that somebody took for a row.
    func isHeader(_ record: RecordView) -> Bool

    /// Makes a line of a record. What ``RecordDraft/standard(_:_:)`` has read is there already: every field that means the same in every
    /// product. Called for records whose time is known only.
    mutating func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict
}

extension RecordDialect {
    static var envelopes: [String] { [] }
    static var wrappers: [String] { [] }
    static var folds: Bool { false }

    func isHeader(_ record: RecordView) -> Bool { false }
}

/// What becomes of a record.
enum RecordVerdict: Equatable {
    /// It is a line, if it names an account.
    case line
    /// None of the format's business: counted.
    case ignored
    case refused(MalformedReason)
}

/// A line in the making.
struct RecordDraft {
    var line = DecodedLine()
    var detail = LineDetail()
    var hasDetail = false
    var movement = LineMovement()
    var hasMovement = false

    mutating func state(_ key: LineMovement.Key, _ text: TextRange) {
        guard !text.isEmpty else { return }
        movement[key] = text
        hasMovement = true
    }

    /// States a word that the record does not hold, but says.
    mutating func state(_ key: LineMovement.Key, word: [UInt8], _ scratch: inout [UInt8]) {
        state(key, RecordView.append(word, to: &scratch))
    }

    mutating func detail(_ key: WritableKeyPath<LineDetail, TextRange>, _ text: TextRange) {
        guard !text.isEmpty else { return }
        detail[keyPath: key] = text
        hasDetail = true
    }

    /// Rows as a number of their own: they count once for every record. What is stated stays: it came from where the settings say.
    mutating func rows(_ value: UInt64?) {
        guard let value, !line.presence.contains(.rows) else { return }
        line.rows = value
        line.presence.insert(.rows)
    }

    mutating func bytes(_ value: UInt64?) {
        guard let value, !line.presence.contains(.bytes) else { return }
        line.bytes = value
        line.presence.insert(.bytes)
    }

    /// Rows as the total of what `key` names: what exceeds the largest total seen counts. Such a line has no bytes, which would be added
    /// once for every repetition.
    mutating func total(_ value: UInt64?, of key: UInt64) {
        forgetBytes()
        guard let value, !line.presence.contains(.rows) else { return }
        rows(value)
        line.presence.insert(.cumulativeRows)
        line.rowKey = key
    }

    /// What the standard place says of bytes is none of this record's.
    mutating func forgetBytes() {
        line.presence.remove(.bytes)
        line.bytes = 0
    }

    /// Reads every field that means the same in every product; false when a number is none.
    mutating func standard(_ record: RecordView, _ scratch: inout [UInt8]) -> Bool {
        line.account = record.text(.account, &scratch)
        // What stands in for a name may be where a connection came from: its port is another with each.
        if record.plan.isMapped(.account) { line.account = record.bytes.withoutPort(line.account) }
        line.endpoint = record.endpoint(&scratch)
        line.object = record.text(.object, &scratch)
        line.address = record.address(&scratch)
        detail(\.agent, record.text(.agent, &scratch))
        detail(\.job, record.text(.job, &scratch))
        detail(\.item, record.text(.item, &scratch))
        detail(\.query, record.text(.query, &scratch))
        if !record.present.isDisjoint(with: record.plan.movementSlots) { movements(record, &scratch) }
        var status: UInt64?
        var size: UInt64?
        var count: UInt64?
        guard record.number(.status, &status), record.number(.bytes, &size), record.number(.rows, &count) else { return false }
        line.status = UInt16(clamping: status ?? 0)
        bytes(size)
        rows(count)
        limits(record, &scratch)
        let id = record.value(.eventID)
        if id.count > 0 { line.rowKey = record.identity(of: id) }
        return true
    }

    @inline(never)
    private mutating func movements(_ record: RecordView, _ scratch: inout [UInt8]) {
        for number in RecordField.firstMovement.rawValue...RecordField.lastMapped.rawValue {
            let key = LineMovement.Key(rawValue: number - RecordField.firstMovement.rawValue)
            if let key, let field = RecordField(rawValue: number) { state(key, record.text(field, &scratch)) }
        }
    }

    /// API limits, as two numbers or as a header; one that makes no sense is unknown.
    private mutating func limits(_ record: RecordView, _ scratch: inout [UInt8]) {
        let used = record.value(.limitUsed)
        if used.kind == .text, let (used, limit) = LimitHeader.parse(record.bytes, from: Int(used.start), to: Int(used.start + used.count))
        {
            (detail.limitUsed, detail.limitMax, hasDetail) = (used, limit, true)
            return
        }
        var limit: UInt64?
        var number: UInt64?
        guard record.number(.limitMax, &limit), let limit, limit > 0 else { return }
        if record.number(.limitUsed, &number), let number {
            (detail.limitUsed, detail.limitMax, hasDetail) = (number, limit, true)
        } else if record.number(.limitLeft, &number), let left = number {
            (detail.limitUsed, detail.limitMax, hasDetail) = (limit - min(left, limit), limit, true)
        }
    }
}

/// A format of JSON records of one product: one a line, an array of them over however many lines, one behind the other, or wrapped in an
/// answer such as `{"Records":[…]}`.
///
/// Records end where their brackets do, so nothing is learnt of the stream but whether the rest of an over-long line is being left out. A
/// record that is broken or longer than ``JSONRecord/longest`` is refused, and reading goes on at the line behind its first that may begin
/// another. Members of an answer beside its records are counted as ignored. Complexity: O(bytes); for a writer who nests on purpose, 32
/// times that. State: about 15 KB.
struct RecordFormat<Dialect: RecordDialect>: LineFormat {
    static var descriptor: FormatDescriptor { Dialect.descriptor }

    private var dialect = Dialect()
    private let plan: RecordPlan
    private var record: JSONRecord
    private var clock = MinuteClock()
    private var framing = RecordFraming()

    /// Throws: ``FormatOptionsError`` for keys that cannot be mapped, and paths that are none.
    init(options: FormatOptions) throws(FormatOptionsError) {
        var problems: [String] = []
        for (key, path) in options.fields.sorted(by: { $0.key < $1.key }) {
            if !RecordField.mapKeys.contains(key) {
                let known = RecordField.mapKeys.joined(separator: ", ")
                problems.append("fields.\(key): \(Dialect.descriptor.name) maps no such key; use one of \(known)")
            } else if !JSONRecordKeys.isPath(path) {
                problems.append("fields.\(key): a path has 1 to \(JSONRecordKeys.depth) names with dots between them, such as a.b, a[1].b")
            }
        }
        if !problems.isEmpty { throw FormatOptionsError(problems: problems) }
        // A place inside of a wrapping is one of the record, where other fields may stand as well.
        let map = options.fields.mapValues { path in
            let names = path.split(separator: ".")
            return names.count > 1 && Dialect.wrappers.contains(String(names[0])) ? names.dropFirst().joined(separator: ".") : path
        }
        plan = RecordPlan(Dialect.places, map: map)
        let keys = JSONRecordKeys(paths: plan.paths, wrappers: Dialect.wrappers, folds: Dialect.folds)
        record = JSONRecord(keys: keys, places: plan.paths.count, envelopes: Dialect.envelopes)
    }

    var resumeState: [UInt8] { framing.isSkipping ? [1] : [] }

    mutating func resume(from state: [UInt8]) { framing.isSkipping = state == [1] }

    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = framing.begin(bytes, from: start)
        while position < bytes.count && !lines.isFull {
            guard let next = next(RecordWindow(bytes, from: position, isFinal: isFinal), into: &lines) else { return position }
            position = framing.begin(bytes, from: next)
        }
        return position
    }

    /// Takes what begins at the window's start. Returns where to go on, or nil when it has to wait for more bytes.
    private mutating func next(_ window: RecordWindow, into lines: inout DecodedLines) -> Int? {
        switch window.bytes[window.start] {
        case UInt8(ascii: "{"):
            let after = record.read(window.bytes, from: window.start, to: window.end)
            if after > 0 {
                take(window, after, into: &lines)
                return after
            }
            if after == JSONRecord.isEnvelope { return record.envelopeEnd }
            if after == JSONSkip.more && window.mayGrow { return nil }
            return framing.refuse(after == JSONSkip.tooDeep ? .nestingTooDeep : .syntax, window, isRecord: true, into: &lines)
        case JSONSkip.quote:
            let value = JSONSkip.key(window.bytes, window.start, window.end)
            return framing.member(window, value: value, list: list(window, value), into: &lines)
        default: return framing.other(window, into: &lines)
        }
    }

    /// Where the records begin in a member's value; 0 if none are there.
    private func list(_ window: RecordWindow, _ value: Int) -> Int {
        guard value > 0, window.bytes[value] == UInt8(ascii: "[") else { return 0 }
        let last = window.bytes.firstIndex(of: JSONSkip.quote, from: window.start + 1, to: value)
        return record.isEnvelopeKey(window.bytes, window.start + 1, last) ? value + 1 : 0
    }

    /// Makes a line of the record that was read, or says why not.
    private mutating func take(_ window: RecordWindow, _ end: Int, into lines: inout DecodedLines) {
        let scratchCount = lines.scratch.count
        var draft = RecordDraft()
        draft.line.start = UInt32(truncatingIfNeeded: window.start)
        let view = RecordView(
            bytes: window.bytes, values: record.values, present: record.present, wrapped: record.wrapped, plan: plan,
            range: window.start..<end)
        var verdict = view.time(into: &draft.line, clock: &clock)
        if verdict == .line {
            verdict = draft.standard(view, &lines.scratch) ? dialect.read(view, into: &draft, &lines.scratch) : .refused(.badNumber)
        } else if dialect.isHeader(view) || record.present.isEmpty {
            // Nothing of it is ours: an object of another kind.
            verdict = .ignored
        }
        let isNobody = verdict == .line && draft.line.account.isEmpty
        if verdict == .line && !isNobody && view.hasControl(draft.line.account, lines.scratch) {
            verdict = .refused(.controlCharacterInName)
        }
        switch verdict {
        case .line where !isNobody:
            if record.hasDuplicate { lines.refuse(.duplicateKey, start: window.start, end: end) }
            lines.append(draft.line, draft.hasDetail ? draft.detail : nil, draft.hasMovement ? draft.movement : nil)
            return
        case .line, .ignored: lines.ignored &+= 1
        case .refused(let reason): lines.refuse(reason, start: window.start, end: end)
        }
        lines.scratch.removeLast(lines.scratch.count - scratchCount)
    }
}

extension RecordFormat {
    /// What the catalogue says of a format of records: all of them take the same map.
    static func descriptor(
        _ name: String, _ summary: String, lateness: EventDuration, marks: [[String]], example: String
    ) -> FormatDescriptor {
        FormatDescriptor(
            name: name, summary: summary, defaultLateness: lateness, mappableKeys: RecordField.mapKeys, marks: marks,
            timeKeys: Dialect.places.filter { $0.field == .ts }.flatMap(\.paths), example: example)
    }
}
