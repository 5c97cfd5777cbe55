// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads tables of values with a separator, by the names in their header or, without one, by the numbers of their columns.
///
/// Records are those of RFC 4180: fields may be quoted and then hold separators, doubled quotes and line ends. The header may come again
/// anywhere, and in another order, because files are concatenated: a record whose time is none is a header when the columns of time and
/// account are named in it. A record longer than ``CSVRecord/longest``, or one whose quotes do not pair, is refused and reading goes on at
/// the line behind its first.
///
/// Complexity: O(bytes). State: the header and 8 KB.
struct TableReader: Sendable {
    private let map: [String: String]
    private let isNumbered: Bool
    private(set) var header: [UInt8] = []
    /// Columns of the header in force; 0 where they have none.
    private var width = 0
    /// Nil until a header came.
    private var plan: ColumnPlan?
    private var record: CSVRecord
    private var clock = LogClock()
    private var draft = LineDraft(start: 0)
    /// Whether the last line had quotes, and the next is looked at as such at once. It changes nothing that is read.
    private var hasQuotes = false

    /// Throws: ``FormatOptionsError`` for a map that cannot be used.
    init(format: String, separator: UInt8, allowsInnerQuotes: Bool, map: [String: String]) throws(FormatOptionsError) {
        var problems = ColumnPlan.problems(map, format: format)
        isNumbered = ColumnPlan.isNumbered(map)
        if isNumbered {
            for key in ["ts", "account"] where map[key] == nil {
                problems.append("fields: a table without a header needs the number of the column of \(key)")
            }
        }
        if !problems.isEmpty { throw FormatOptionsError(problems: problems) }
        self.map = map
        record = CSVRecord(separator: separator, allowsInnerQuotes: allowsInnerQuotes)
        if isNumbered { plan = ColumnPlan(numbers: map) }
    }

    /// Takes a header into force; anything else is ignored.
    mutating func resume(from state: [UInt8]) {
        guard !isNumbered, !state.isEmpty, state.count <= CSVRecord.longest else { return }
        ChunkBuffer(state).withBytes { bytes in
            guard case .record(let count, let next) = record.split(bytes, from: 0, to: state.count, isFinal: true), next == state.count
            else { return }
            if isHeader(bytes, count) { _ = learn(bytes, from: 0, to: next, count: count) }
        }
    }

    /// See ``LineFormat/decode(_:from:isFinal:into:)``.
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        record.forgetRows()
        while position < bytes.count && !lines.isFull {
            let (end, count) = splitLine(bytes, from: position)
            if end == bytes.count && !isFinal { break }
            if count > 1, fits(count), end &- position < CSVRecord.longest, CSVRecord.isOrdinary(bytes[position]) {
                let last = bytes[end &- 1] == UInt8(ascii: "\r") ? end &- 1 : end
                if row(bytes, from: position, to: last, count: count, into: &lines) {
                    position = min(end &+ 1, bytes.count)
                    continue
                }
            }
            guard let next = unusual(bytes, from: position, lineEnd: end, isFinal: isFinal, into: &lines) else { break }
            position = next
        }
        return position
    }

    /// Splits the next line; `count` is 0 where that takes a longer look.
    @inline(__always)
    private mutating func splitLine(_ bytes: PaddedBytes, from position: Int) -> (end: Int, count: Int) {
        if !hasQuotes {
            let plain = record.splitPlainLine(bytes, from: position)
            if plain.count > 0 { return plain }
        } else if let end = record.nextRow(bytes, from: position, columns: width) {
            return (end, width)
        }
        let (end, count, quotes) = record.splitTidyLine(bytes, from: position)
        hasQuotes = quotes > 0
        return (end, count)
    }

    /// Whether a record has as many fields as the header, or, without one, as are needed.
    @inline(__always)
    private func fits(_ count: Int) -> Bool {
        guard let plan else { return false }
        return isNumbered ? count > plan.last && count <= CSVRecord.limit : count == width
    }

    /// Headers, blank lines, records with quotes, and broken ones. Returns where the next record starts, or nil when this one has to wait:
    /// for more bytes, or for the lines before a header to be taken.
    @inline(never)
    private mutating func unusual(
        _ bytes: PaddedBytes, from position: Int, lineEnd: Int, isFinal: Bool, into lines: inout DecodedLines
    ) -> Int? {
        let nextLine = min(lineEnd + 1, bytes.count)
        switch record.frame(bytes, from: position, lineEnd: lineEnd, isFinal: isFinal) {
        case .blank: return nextLine
        case .unfinished: return nil
        case .refused(let reason), .endless(let reason):
            lines.refuse(reason, start: position, end: lineEnd)
            return nextLine
        case .record(let start, let end, let next, let count):
            return take(bytes, from: start, to: end, next: next, nextLine: nextLine, count: count, into: &lines)
        }
    }

    /// Takes a whole record: a row is decoded, a header learnt, anything else refused.
    private mutating func take(
        _ bytes: PaddedBytes, from start: Int, to end: Int, next: Int, nextLine: Int, count: Int, into lines: inout DecodedLines
    ) -> Int? {
        if fits(count) && row(bytes, from: start, to: end, count: count, into: &lines) { return next }
        if isHeader(bytes, count) {
            if bytes.copy(start..<end) == header { return next }
            // A reader that stops at one of the lines before and resumes must do so with their header.
            guard lines.lines.isEmpty else { return nil }
            if !learn(bytes, from: start, to: end, count: count) { lines.refuse(.missingHeader, start: start, end: end) }
            return next
        }
        // Over several lines this is a lost quote rather than a record: what is behind its first line may be whole.
        lines.refuse(plan == nil ? .missingHeader : .wrongColumnCount, start: start, end: min(end, nextLine))
        return nextLine
    }

    /// Decodes a row and appends it, or refuses it; false when it may be a header.
    @inline(__always)
    private mutating func row(_ bytes: PaddedBytes, from start: Int, to end: Int, count: Int, into lines: inout DecodedLines) -> Bool {
        guard let plan else { return false }
        draft.reset(start: start)
        let scratchCount = lines.scratch.count
        for step in plan.steps {
            let field = record.field(step.column)
            if field.isDoubled {
                let first = lines.scratch.count
                CSVRecord.appendText(of: field, bytes, to: &lines.scratch)
                let text = TextRange(start: first, count: lines.scratch.count - first, isScratch: true)
                draft.takeCopy(step.field, text, lines.scratch)
            } else {
                let first = Int(field.start)
                draft.take(step.field, bytes, from: first, to: first &+ field.count, clock: &clock)
            }
        }
        if let reason = draft.refusal {
            lines.scratch.removeLast(lines.scratch.count - scratchCount)
            if !draft.hasTime && isHeader(bytes, count) { return false }
            lines.refuse(reason, start: start, end: end)
            return true
        }
        draft.finish(into: &lines)
        return true
    }

    // MARK: Headers

    /// Whether the record names the columns of time and account.
    @inline(never)
    private func isHeader(_ bytes: PaddedBytes, _ count: Int) -> Bool {
        guard !isNumbered else { return false }
        let wanted = ["ts", "account"].map { ColumnPlan.plain(map[$0] ?? $0) }
        let longest = (wanted.map(\.utf8.count).max() ?? 0) + 32
        let names = (0..<min(count, CSVRecord.limit)).map { record.field($0) }.filter { $0.count <= longest }
        return wanted.allSatisfy { name in
            names.contains { ColumnPlan.plain(String(decoding: text(bytes, $0), as: UTF8.self)) == name }
        }
    }

    private func text(_ bytes: PaddedBytes, _ field: CSVField) -> [UInt8] { bytes.copy(Int(field.start)..<Int(field.start) + field.count) }

    /// Takes a header into force; false, and none is in force, when it has more columns than a record may have.
    private mutating func learn(_ bytes: PaddedBytes, from start: Int, to end: Int, count: Int) -> Bool {
        header = []
        plan = nil
        guard count <= CSVRecord.limit else { return false }
        let names = (0..<count).map { String(decoding: text(bytes, record.field($0)), as: UTF8.self) }
        // Keys that the map does not name keep their own names, unless the map gives that name to another key.
        let taken = Set(map.values.map { ColumnPlan.plain($0) })
        var usual: [JSONField: [String]] = [:]
        for field in JSONField.allCases where !taken.contains(ColumnPlan.plain(field.name)) { usual[field] = [field.name] }
        plan = ColumnPlan(names: names, usual: usual, map: map)
        width = count
        header = bytes.copy(start..<end)
        return true
    }
}
