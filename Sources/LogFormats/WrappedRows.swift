// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Any format, each line of which stands in a column of a table with a header: what Splunk, CloudWatch Logs Insights, Datadog, Kibana,
/// Grafana and Purview's audit search write when somebody exports what they found. A format of a product's records also reads tables
/// whose columns are named like the keys of those: of each row it is given an object, see ``RowObjects``.
///
/// The values stand between commas, semicolons or tabs, split as ``TableReader`` splits them. Strangers write into its rows, so less is
/// forgiven than there: a header is a record of nothing but names, and one of as many columns as the last has the same of them; a record
/// that is no row is passed over to its end, however long it is, because the lines in it are what somebody sent. Only where a quote stands
/// where none may, which no exporter writes, reading goes on at the line behind the record's first. The header may come again anywhere,
/// since files are concatenated. Rows whose column is empty hold no line. A line end inside of a text becomes a blank, so that a record
/// always stands in one line.
///
/// Complexity: O(bytes). State: the inner format's, ``stateLength`` bytes and 8 KB.
struct WrappedRows: LineFormat {
    /// Not in the catalogue: a wrapper is an option beside the format.
    static let descriptor = FormatDescriptor(
        name: "wrapped_rows", summary: "lines of another format in a column of a table", defaultLateness: .minutes(2),
        example: #"2026-06-01T02:05:00Z,"{""ts"":""2026-06-01T02:05:00Z"",""account"":""svc-orders""}""#)

    /// Names of columns that hold the line, in small letters, the best first: Splunk; Purview; CloudWatch; Datadog, Kibana and Graylog;
    /// Google; Azure; shippers; Grafana; others.
    private static let columns = [
        "_raw", "auditdata", "@message", "message", "textpayload", "jsonpayload.message", "logmessage", "logentry", "rawdata", "log",
        "line", "content", "body",
    ]

    /// How many of these hold nothing else, whatever stands beside them.
    private static let sureColumns = 3

    /// The column of a table whose rows are records themselves.
    private static let wholeRow = 0xFFFF
    private static let separators: [UInt8] = [",", ";", "\t"].map { UInt8(ascii: $0) }

    /// Where the lines stand, as a header says.
    private struct Place: Equatable {
        /// The column, or ``wholeRow``, and how many there are.
        var column: Int
        var width: Int
        /// The names of all columns, in any order.
        var names: UInt64
    }

    /// What is left of a record without an end, which is passed over.
    private enum Rest: UInt8 {
        case none, bare, quoted
    }

    private var inside: InnerLines
    private var record = CSVRecord()
    /// Which of ``separators`` is the table's.
    private var separator = 0
    private var place: Place?
    private var rest = Rest.none
    /// The keys that a header needs whose rows are records; nil where none are.
    private let marks: [[String]]?
    private var objects = RowObjects()

    /// Rows with lines of `format`, or rows that are its records.
    init(around format: any LineFormat) {
        let marks = type(of: format).descriptor.marks
        self.init(around: format, marks: marks.isEmpty ? nil : marks)
    }

    private init(around format: any LineFormat, marks: [[String]]?) {
        inside = InnerLines(format)
        self.marks = marks
    }

    /// Rows with lines of JSON. Throws: ``FormatOptionsError``.
    init(options: FormatOptions) throws(FormatOptionsError) { self.init(around: try JSONFormat(options: options)) }

    /// Bytes of ``resumeState`` in front of the inner format's.
    private static let stateLength = 13

    /// What the header said, what is passed over, and the inner format's.
    var resumeState: [UInt8] {
        let inner = inside.format.resumeState
        guard place != nil || rest != .none || !inner.isEmpty else { return [] }
        let place = place ?? Place(column: 0, width: 0, names: 0)
        func bytes(_ number: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)] }
        let names = (0..<8).map { UInt8(truncatingIfNeeded: place.names >> (8 * UInt64($0))) }
        let header = place.column == WrappedRows.wholeRow ? bytes(objects.header.count) + objects.header : []
        return bytes(place.column) + bytes(place.width) + names + [rest.rawValue | UInt8(separator) << 4] + header + inner
    }

    /// Takes up a state; one that makes no sense is ignored.
    mutating func resume(from state: [UInt8]) {
        guard state.count >= WrappedRows.stateLength, let rest = Rest(rawValue: state[12] & 0xF), state[12] >> 4 < 3 else { return }
        let column = Int(state[0]) | Int(state[1]) << 8
        let width = Int(state[2]) | Int(state[3]) << 8
        let names = (0..<8).reduce(UInt64(0)) { $0 | UInt64(state[4 + $1]) << (8 * UInt64($1)) }
        let isRow = column == WrappedRows.wholeRow
        guard column < width || isRow, width <= CSVRecord.limit || width == 0 else { return }
        var inner = Array(state.dropFirst(WrappedRows.stateLength))
        if isRow {
            guard inner.count >= 2 else { return }
            let count = 2 + (Int(inner[0]) | Int(inner[1]) << 8)
            guard inner.count >= count, let objects = RowObjects(header: Array(inner[2..<count])), objects.width == width else { return }
            self.objects = objects
            inner.removeFirst(count)
        }
        place = width > 0 ? Place(column: column, width: width, names: names) : nil
        self.rest = rest
        split(at: Int(state[12] >> 4))
        if !inner.isEmpty { inside.format.resume(from: inner) }
    }

    private mutating func split(at separator: Int) {
        self.separator = separator
        let byte = WrappedRows.separators[separator]
        record = CSVRecord(separator: byte, allowsInnerQuotes: byte == 0x09)
    }

    /// Decodes whole records; see ``LineFormat/decode(_:from:isFinal:into:)``.
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var text = ChunkBuffer(capacity: 4096)
        var position = passOver(bytes, from: start)
        while position < bytes.count && !lines.isFull {
            let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if lineEnd == bytes.count && !isFinal { break }
            let nextLine = min(lineEnd &+ 1, bytes.count)
            if place == nil { chooseSeparator(bytes, from: position, lineEnd: lineEnd, isFinal: isFinal) }
            switch record.frame(bytes, from: position, lineEnd: lineEnd, isFinal: isFinal) {
            case .blank: position = nextLine
            case .unfinished: return position
            case .refused(let reason):
                lines.refuse(reason, start: position, end: lineEnd)
                position = nextLine
            case .endless(let reason):
                // What is known at a line's start must not change while lines before it wait.
                guard lines.lines.isEmpty else { return position }
                lines.refuse(reason, start: position, end: lineEnd)
                rest = .bare
                position = passOver(bytes, from: position)
            case .record(let first, let end, let next, let count):
                if let found = header(bytes, count) {
                    // A reader that stops at one of the lines before and resumes must do so with their header.
                    guard found == place || lines.lines.isEmpty else { return position }
                    place = found
                    if found.column == WrappedRows.wholeRow { objects = RowObjects(bytes, record, count: count) }
                    position = next
                } else if let place, place.width == count {
                    let isTaken =
                        place.column == WrappedRows.wholeRow
                        ? object(bytes, count, outer: first..<end, &text, into: &lines)
                        : row(bytes, record.field(place.column), outer: first..<end, &text, into: &lines)
                    guard isTaken else { return position }
                    position = next
                } else {
                    lines.refuse(place == nil ? .missingHeader : .wrongColumnCount, start: first, end: end)
                    position = next
                }
            }
        }
        return position
    }

    /// Before there is a header: which separator makes one of what begins at `position`; a comma if none does, or it has not come whole.
    @inline(never)
    private mutating func chooseSeparator(_ bytes: PaddedBytes, from position: Int, lineEnd: Int, isFinal: Bool) {
        for separator in WrappedRows.separators.indices {
            split(at: separator)
            switch record.frame(bytes, from: position, lineEnd: lineEnd, isFinal: isFinal) {
            case .unfinished: return split(at: 0)
            case .record(_, _, _, let count):
                if (separator == 0 || count > 1) && header(bytes, count) != nil { return }
            case .blank, .refused, .endless: break
            }
        }
        split(at: 0)
    }

    /// Decodes the record that a row is; false when it has to wait for the lines before it to be taken.
    @inline(never)
    private mutating func object(
        _ bytes: PaddedBytes, _ count: Int, outer: Range<Int>, _ text: inout ChunkBuffer, into lines: inout DecodedLines
    ) -> Bool {
        text.removeAll()
        text.append(objects.object(of: record, bytes))
        return inside.copied(text, from: outer.lowerBound, to: outer.upperBound, into: &lines)
    }

    /// Passes over what is left of a record that is passed over. Returns where the next one begins, or the end of the bytes.
    private mutating func passOver(_ bytes: PaddedBytes, from start: Int) -> Int {
        var position = start
        while rest != .none {
            position = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\n"), from: position, to: bytes.count)
            guard position < bytes.count else { return bytes.count }
            if bytes[position] == UInt8(ascii: "\"") {
                rest = rest == .bare ? .quoted : .bare
            } else if rest == .bare {
                rest = .none
            }
            position += 1
        }
        return position
    }

    /// Decodes the line of a row; false when it has to wait for the lines before it to be taken.
    private mutating func row(
        _ bytes: PaddedBytes, _ field: CSVField, outer: Range<Int>, _ text: inout ChunkBuffer, into lines: inout DecodedLines
    ) -> Bool {
        let (start, end) = (Int(field.start), Int(field.start) &+ field.count)
        var position = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\n"), from: start, to: end)
        if position == end { return inside.plain(bytes.prefix(end), from: start, outer: outer, into: &lines) }
        text.removeAll()
        var piece = start
        while position < end {
            if bytes[position] == UInt8(ascii: "\"") {
                // Of two quotes the first stays.
                text.append(bytes, from: piece, count: position &+ 1 &- piece)
                piece = min(position &+ 2, end)
            } else {
                text.append(bytes, from: piece, count: position &- piece)
                text.append([UInt8(ascii: " ")])
                piece = position &+ 1
            }
            position = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\n"), from: piece, to: end)
        }
        text.append(bytes, from: piece, count: end &- piece)
        return inside.copied(text, from: outer.lowerBound, to: outer.upperBound, into: &lines)
    }

    /// Where the lines stand, if the record is a header: a record of names, one of which is a column for lines.
    private func header(_ bytes: PaddedBytes, _ count: Int) -> Place? {
        guard count <= CSVRecord.limit else { return nil }
        var best: (column: Int, name: Int)?
        var names: UInt64 = 0
        for column in 0..<count {
            let field = record.field(column)
            guard WrappedRows.mayBeName(bytes, field) else { return nil }
            names &+= bytes.identity(from: Int(field.start), count: field.count)
            guard let name = WrappedRows.columns.firstIndex(where: { WrappedRows.isName($0, bytes, field) }) else { continue }
            if name < best?.name ?? Int.max { best = (column, name) }
        }
        guard place.map({ $0.width != count || $0.names == names }) ?? true else { return nil }
        // A product's record may have a message of its own.
        let isSure = best.map { $0.name < WrappedRows.sureColumns } ?? false
        if !isSure, let marks, count > 1, RowObjects(bytes, record, count: count).hold(marks) {
            return Place(column: WrappedRows.wholeRow, width: count, names: names)
        }
        return best.map { Place(column: $0.column, width: count, names: names) }
    }

    /// Whether a text looks like the name of a column: it begins like a word, and nothing in it looks like a time, an address, an object or
    /// words of a log.
    private static func mayBeName(_ bytes: PaddedBytes, _ field: CSVField) -> Bool {
        guard field.count > 0, field.count <= 64, !field.isDoubled else { return false }
        let first = bytes[Int(field.start)]
        guard (first | 0x20) &- 0x61 < 26 || first == UInt8(ascii: "_") || first == UInt8(ascii: "@") else { return false }
        // Portals say the zone of a column of times.
        let end = Int(field.start) + field.count
        let last = field.count > 6 && bytes.hasASCII(" [UTC]", at: end - 6) ? end - 6 : end
        return (Int(field.start)..<last).allSatisfy { index in
            let byte = bytes[index]
            let isMark = "_@.- ()/".utf8.contains(byte)
            return (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || isMark
        }
    }

    private static func isName(_ name: String, _ bytes: PaddedBytes, _ field: CSVField) -> Bool {
        guard name.utf8.count == field.count else { return false }
        var position = Int(field.start)
        for character in name.utf8 {
            let byte = bytes[position]
            guard (byte &- 0x41 < 26 ? byte | 0x20 : byte) == character else { return false }
            position += 1
        }
        return true
    }
}

extension WrappedRows {
    /// The lines of a table, for a look at a log. Nil where no header names a column for them, or most records are no rows under it.
    static func lines(of sample: [UInt8]) -> [UInt8]? { lines(of: sample, marks: nil) }

    /// The rows of a table as objects, if its columns have names.
    static func objects(of sample: [UInt8]) -> [UInt8]? { lines(of: sample, marks: []) }

    private static func lines(of sample: [UInt8], marks: [[String]]?) -> [UInt8]? {
        var rows = WrappedRows(around: LineCollector(), marks: marks)
        let refused = LineCollector.read(sample, through: &rows)
        guard let place = rows.place, (place.column == wholeRow) == (marks != nil), let collector = rows.inside.format as? LineCollector,
            collector.count > refused
        else { return nil }
        return collector.lines
    }

    /// How many columns a line names that may be a table's header; nil when it is none.
    static func names(in line: [UInt8]) -> Int? {
        var rows = WrappedRows(around: LineCollector(), marks: [])
        _ = LineCollector.read(line, through: &rows)
        return rows.place?.width
    }
}
