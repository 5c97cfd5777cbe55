// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads logs in the extended format of the W3C: words between blanks or tabs, named by a `#Fields:` line, which may come again anywhere.
///
/// Lines that start with `#` are none. A line that names no account is ignored and counted: an address is nobody's account unless the field
/// map says so. The time is that of the columns `date` and `time`, which is UTC. Bytes count when the status is 2xx.
///
/// Complexity: O(bytes). State: the `#Fields:` line and about 1 KB. Source: W3C, "Extended Log File Format" (WD-logfile-960323).
struct W3CReader: Sendable {
    /// Columns of a log, and the bytes of the line that names them; IIS has 32 at most.
    static let limit = 96
    static let longestHeader = 4096
    private static let usual: [JSONField: [String]] = [
        .account: ["cs-username"], .method: ["cs-method"], .endpoint: ["cs-uri-stem", "cs-uri"], .status: ["sc-status"],
        .bytes: ["sc-bytes"], .ip: ["c-ip"], .agent: ["cs(User-Agent)"], .tls: ["ssl-protocol"], .scheme: ["cs-protocol"],
    ]

    private let map: [String: String]
    private let isNumbered: Bool
    private(set) var header: [UInt8] = []
    private var width = 0
    private var dateColumn = -1
    private var timeColumn = -1
    private var plan: ColumnPlan?
    private var words: [TextRange]
    private var clock = LogClock()

    /// - Parameters:
    ///   - names: the columns of a log that may lack its `#Fields:` line; none where it may not.
    ///   - isFixed: a map may only name those.
    ///
    /// Throws: ``FormatOptionsError`` for a map that cannot be used.
    init(format: String, names: [String], isFixed: Bool, map: [String: String]) throws(FormatOptionsError) {
        isNumbered = ColumnPlan.isNumbered(map)
        var problems =
            isFixed && !isNumbered
            ? ColumnPlan.problems(map, format: format, columns: names) : ColumnPlan.problems(map, format: format)
        if isNumbered && map["account"] == nil { problems.append("fields: a log without #Fields needs the number of the account's column") }
        if !problems.isEmpty { throw FormatOptionsError(problems: problems) }
        self.map = map
        words = Array(repeating: .none, count: W3CReader.limit)
        if isNumbered {
            let numbers = ColumnPlan(numbers: map)
            plan = numbers
            // Without a number for the time, date and time stand where they nearly always stand.
            if map["ts"] == nil { (dateColumn, timeColumn) = (0, 1) }
        } else if !names.isEmpty {
            learn(names)
        }
    }

    /// Takes a `#Fields:` line into force; anything else is ignored.
    mutating func resume(from state: [UInt8]) {
        guard !isNumbered, state.count <= W3CReader.longestHeader else { return }
        ChunkBuffer(state).withBytes { bytes in
            guard W3CReader.isHeader(bytes, 0, state.count) else { return }
            header = state
            learn(W3CReader.names(state))
        }
    }

    private mutating func learn(_ names: [String]) {
        let new = ColumnPlan(names: names, usual: W3CReader.usual, map: map)
        let plain = names.map { ColumnPlan.plain($0) }
        dateColumn = map["ts"] == nil ? plain.firstIndex(of: "date") ?? -1 : -1
        timeColumn = map["ts"] == nil ? plain.firstIndex(of: "time") ?? -1 : -1
        width = names.count
        let hasTime = new.column(of: .ts) != nil || (dateColumn >= 0 && timeColumn >= 0)
        plan = hasTime && width <= W3CReader.limit ? new : nil
    }

    /// See ``LineFormat/decode(_:from:isFinal:into:)``.
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        while position < bytes.count && !lines.isFull {
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if end == bytes.count && !isFinal { break }
            let last = end > position && bytes[end &- 1] == UInt8(ascii: "\r") ? end &- 1 : end
            if bytes[position] > 0x23 && bytes[position] < 0x80 {
                line(bytes, from: position, start: position, to: last, into: &lines)
            } else if !unusual(bytes, from: position, to: last, into: &lines) {
                break
            }
            position = min(end &+ 1, bytes.count)
        }
        return position
    }

    /// Directives, blank lines, and lines with something in front. False when this one has to wait for the lines before it to be taken.
    @inline(never)
    private mutating func unusual(_ bytes: PaddedBytes, from position: Int, to end: Int, into lines: inout DecodedLines) -> Bool {
        var start = position
        while start + 3 <= end && bytes.hasASCII("\u{FEFF}", at: start) { start += 3 }
        while start < end && bytes[start] <= 0x20 { start += 1 }
        guard start < end else { return true }
        let isUTF16 = (bytes[start] == 0xFF && bytes[start + 1] == 0xFE) || (bytes[start] == 0xFE && bytes[start + 1] == 0xFF)
        if isUTF16 {
            lines.refuse(.utf16, start: position, end: end)
            return true
        }
        guard bytes[start] == UInt8(ascii: "#") else {
            line(bytes, from: start, start: position, to: end, into: &lines)
            return true
        }
        guard !isNumbered, W3CReader.isHeader(bytes, start, end) else { return true }
        let found = bytes.copy(start..<end)
        if found == header { return true }
        // A reader that stops at one of the lines before and resumes must do so with their header.
        guard lines.lines.isEmpty else { return false }
        if found.count <= W3CReader.longestHeader {
            header = found
            learn(W3CReader.names(found))
        }
        if plan == nil || found.count > W3CReader.longestHeader { lines.refuse(.missingHeader, start: position, end: end) }
        return true
    }

    private static func isHeader(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Bool {
        end - start > 8 && bytes.hasASCII("#Fields:", at: start)
    }

    private static func names(_ header: [UInt8]) -> [String] {
        header.dropFirst(8).split(whereSeparator: { $0 <= 0x20 }).map { String(decoding: $0, as: UTF8.self) }
    }

    @inline(__always)
    private mutating func line(_ bytes: PaddedBytes, from first: Int, start: Int, to end: Int, into lines: inout DecodedLines) {
        guard let plan else { return lines.refuse(.missingHeader, start: start, end: end) }
        // Between tabs a blank is a character like others: a chain of addresses has some.
        let isTabbed = end &- first > 10 && bytes[first &+ 10] == 0x09
        let count = split(bytes, from: first, to: end, at: isTabbed ? 0x09 : 0x20)
        let fits = isNumbered ? count > max(plan.last, timeColumn) : count == width
        guard fits && count <= W3CReader.limit else { return lines.refuse(.wrongColumnCount, start: start, end: end) }
        var draft = LineDraft(start: start)
        if dateColumn >= 0 { draft.take(time: time(bytes)) }
        for step in plan.steps {
            let word = words[step.column]
            draft.take(step.field, bytes, from: Int(word.start), to: Int(word.start) &+ word.count, clock: &clock)
        }
        if let reason = draft.refusal, reason != .missingAccount { return lines.refuse(reason, start: start, end: end) }
        draft.finishRequest(bytes, into: &lines)
    }

    /// Date and time: usually side by side, and then one text; otherwise the two together make one.
    @inline(__always)
    private mutating func time(_ bytes: PaddedBytes) -> Int64 {
        let date = words[dateColumn]
        let time = words[timeColumn]
        guard date.count == 10, time.count >= 8 else { return .min }
        if time.start == date.start &+ 11 && bytes[Int(time.start) &- 1] == 0x20 {
            return clock.time(bytes, from: Int(date.start), to: Int(time.start) &+ time.count)
        }
        return apart(bytes, date, time)
    }

    @inline(never)
    private func apart(_ bytes: PaddedBytes, _ date: TextRange, _ time: TextRange) -> Int64 {
        let place = Int(date.start)
        let clock = Int(time.start)
        guard bytes[place + 4] == UInt8(ascii: "-"), bytes[place + 7] == UInt8(ascii: "-"), bytes[clock + 2] == UInt8(ascii: ":"),
            bytes[clock + 5] == UInt8(ascii: ":")
        else { return .min }
        func pair(_ index: Int) -> Int { TimestampParser.pair(bytes, index) }
        let parts = (pair(place), pair(place + 2), pair(place + 5), pair(place + 8), pair(clock), pair(clock + 3), pair(clock + 6))
        guard max(parts.0, parts.1, parts.2, parts.3, parts.4, parts.5, parts.6) < 100 else { return .min }
        let whole = TimestampParser.instant(
            year: parts.0 * 100 + parts.1, month: parts.2, day: parts.3, hour: parts.4, minute: parts.5, second: parts.6)
        return TimestampParser.adding(whole, fraction: bytes, from: clock + 8, to: clock + time.count)
    }

    /// Splits a line at a character and at tabs; returns its words, of which ``limit`` are kept. `-` is an empty word.
    @inline(__always)
    private mutating func split(_ bytes: PaddedBytes, from start: Int, to end: Int, at separator: UInt8) -> Int {
        // Held for the whole line: an array asks with every write whether it is shared.
        var words = self.words.mutableSpan
        var count = 0
        var first = start
        var index = start
        while true {
            let isLast = index &+ 64 >= end
            var stops = bytes.mask(of: separator, or: 0x09, at: index) & PaddedBytes.lowBits(end &- index)
            while stops != 0 {
                W3CReader.take(bytes, from: first, to: index &+ stops.trailingZeroBitCount, &count, &words)
                first = index &+ stops.trailingZeroBitCount &+ 1
                stops &= stops &- 1
            }
            if isLast { break }
            index &+= 64
        }
        W3CReader.take(bytes, from: first, to: end, &count, &words)
        return count
    }

    @inline(__always)
    private static func take(_ bytes: PaddedBytes, from start: Int, to end: Int, _ count: inout Int, _ words: inout MutableSpan<TextRange>)
    {
        guard end > start else { return }
        if count < W3CReader.limit {
            let isEmpty = end &- start == 1 && bytes[start] == UInt8(ascii: "-")
            words[count] = isEmpty ? .none : TextRange(start: start, count: end &- start)
        }
        count &+= 1
    }
}
