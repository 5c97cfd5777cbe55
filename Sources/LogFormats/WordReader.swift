// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What an access log of words writes, and where. A format gives one; ``WordReader`` does the rest.
protocol WordLayout: Sendable {
    /// The format's name, for messages.
    static var name: String { get }
    /// The words in their order.
    static var columns: [String] { get }
    /// What is found inside of words, by name, in columns from ``WordRow/limit`` on.
    static var derived: [String] { get }
    /// The column of each field, unless the map says so.
    static var usual: [JSONField: [String]] { get }
    /// Whether the log may hold a line twice.
    static var deliversTwice: Bool { get }

    /// Splits a line and checks its shape. Returns the reason against it.
    static func arrange(_ row: inout WordRow, _ bytes: PaddedBytes, from start: Int, to end: Int) -> MalformedReason?

    /// What the log says of a line in its own words, beyond its columns.
    static func complete(_ line: inout DecodedLine, _ row: WordRow, _ bytes: PaddedBytes)
}

extension WordLayout {
    static var deliversTwice: Bool { false }
    @inline(__always)
    static func complete(_ line: inout DecodedLine, _ row: WordRow, _ bytes: PaddedBytes) {}

    /// The names that a map may give.
    static var names: [String] { columns + derived }
}

/// Reads a log of words, a line at a time.
///
/// A line that names no account is ignored and counted: an address is nobody's account unless the field map says so. Bytes count when the
/// status is 2xx. Complexity: O(bytes). State: about 700 bytes.
struct WordReader<Layout: WordLayout>: Sendable {
    private let plan: ColumnPlan
    private var row = WordRow()
    private var clock = LogClock()

    /// Throws: ``FormatOptionsError`` for a map that names what the log does not have.
    init(map: [String: String]) throws(FormatOptionsError) {
        let problems = ColumnPlan.problems(map, format: Layout.name, columns: Layout.names)
        if !problems.isEmpty { throw FormatOptionsError(problems: problems) }
        let padding = Array(repeating: "", count: WordRow.limit - Layout.columns.count)
        plan = ColumnPlan(names: Layout.columns + padding + Layout.derived, usual: Layout.usual, map: map)
    }

    /// See ``LineFormat/decode(_:from:isFinal:into:)``.
    @inline(__always)
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        while position < bytes.count && !lines.isFull {
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if end == bytes.count && !isFinal { break }
            let last = end > position && bytes[end &- 1] == UInt8(ascii: "\r") ? end &- 1 : end
            line(bytes, from: position, to: last, into: &lines)
            position = min(end &+ 1, bytes.count)
        }
        return position
    }

    @inline(__always)
    private mutating func line(_ bytes: PaddedBytes, from start: Int, to end: Int, into lines: inout DecodedLines) {
        var first = start
        if bytes[first] <= 0x20 || bytes[first] >= 0xEF {
            while first + 3 <= end && bytes.hasASCII("\u{FEFF}", at: first) { first += 3 }
            while first < end && bytes[first] <= 0x20 { first += 1 }
            guard first < end else { return }
            let isUTF16 = (bytes[first] == 0xFF && bytes[first + 1] == 0xFE) || (bytes[first] == 0xFE && bytes[first + 1] == 0xFF)
            if isUTF16 { return lines.refuse(.utf16, start: start, end: end) }
        }
        if let reason = Layout.arrange(&row, bytes, from: first, to: end) { return lines.refuse(reason, start: start, end: end) }
        var draft = LineDraft(start: start)
        for step in plan.steps {
            let word = row.range(step.column)
            draft.take(step.field, bytes, from: word.lowerBound, to: word.upperBound, clock: &clock)
        }
        if let reason = draft.refusal, reason != .missingAccount { return lines.refuse(reason, start: start, end: end) }
        Layout.complete(&draft.line, row, bytes)
        if Layout.deliversTwice { draft.line.rowKey = bytes.identity(from: first, count: end &- first) }
        draft.finishRequest(bytes, into: &lines)
    }
}
