// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Any format, each line of which stands in a column of a table with a header: what Splunk, CloudWatch Logs Insights, Datadog, Kibana,
/// Grafana and Purview's audit search write when somebody exports what they found.
///
/// The table is one of comma-separated values, split as ``TableReader`` splits them. Strangers write into its rows, so less is forgiven
/// than there: a header is a record of nothing but names, and one of as many columns as the last has the same of them; a record that is no
/// row is passed over to its end, however long it is, because the lines in it are what somebody sent. Only where a quote stands where none
/// may, which no exporter writes, reading goes on at the line behind the record's first. The header may come again anywhere, since files
/// are concatenated. Rows whose column is empty hold no line. A line end inside of a text becomes a blank, so that a record always stands
/// in one line.
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

    /// Where the lines stand, as a header says.
    private struct Place: Equatable {
        /// The column and how many there are.
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
    private var place: Place?
    private var rest = Rest.none

    /// Rows with lines of `format`.
    init(around format: any LineFormat) { inside = InnerLines(format) }

    /// Rows with lines of JSON. Throws: ``FormatOptionsError``.
    init(options: FormatOptions) throws(FormatOptionsError) { self.init(around: try JSONFormat(options: options)) }

    /// Bytes of ``resumeState`` in front of the inner format's.
    private static let stateLength = 13

    /// What the header said, what is passed over, and the inner format's.
    var resumeState: [UInt8] {
        let inner = inside.format.resumeState
        guard place != nil || rest != .none || !inner.isEmpty else { return [] }
        let place = place ?? Place(column: 0, width: 0, names: 0)
        let numbers = [place.column, place.width].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        return numbers + (0..<8).map { UInt8(truncatingIfNeeded: place.names >> (8 * UInt64($0))) } + [rest.rawValue] + inner
    }

    /// Takes up a state; one that makes no sense is ignored.
    mutating func resume(from state: [UInt8]) {
        guard state.count >= WrappedRows.stateLength, let rest = Rest(rawValue: state[12]) else { return }
        let column = Int(state[0]) | Int(state[1]) << 8
        let width = Int(state[2]) | Int(state[3]) << 8
        let names = (0..<8).reduce(UInt64(0)) { $0 | UInt64(state[4 + $1]) << (8 * UInt64($1)) }
        guard column < width && width <= CSVRecord.limit || width == 0 else { return }
        place = width > 0 ? Place(column: column, width: width, names: names) : nil
        self.rest = rest
        if state.count > WrappedRows.stateLength { inside.format.resume(from: Array(state.dropFirst(WrappedRows.stateLength))) }
    }

    /// Decodes whole records; see ``LineFormat/decode(_:from:isFinal:into:)``.
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var text = ChunkBuffer(capacity: 4096)
        var position = passOver(bytes, from: start)
        while position < bytes.count && !lines.isFull {
            let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if lineEnd == bytes.count && !isFinal { break }
            let nextLine = min(lineEnd &+ 1, bytes.count)
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
                    position = next
                } else if let place, place.width == count {
                    guard row(bytes, record.field(place.column), outer: first..<end, &text, into: &lines) else { return position }
                    position = next
                } else {
                    lines.refuse(place == nil ? .missingHeader : .wrongColumnCount, start: first, end: end)
                    position = next
                }
            }
        }
        return position
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
        guard let best, place.map({ $0.width != count || $0.names == names }) ?? true else { return nil }
        return Place(column: best.column, width: count, names: names)
    }

    /// Whether a text looks like the name of a column: it begins like a word, and nothing in it looks like a time, an address, an object or
    /// words of a log.
    private static func mayBeName(_ bytes: PaddedBytes, _ field: CSVField) -> Bool {
        guard field.count > 0, field.count <= 64, !field.isDoubled else { return false }
        let first = bytes[Int(field.start)]
        guard (first | 0x20) &- 0x61 < 26 || first == UInt8(ascii: "_") || first == UInt8(ascii: "@") else { return false }
        return (Int(field.start)..<Int(field.start) + field.count).allSatisfy { index in
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
    static func lines(of sample: [UInt8]) -> [UInt8]? {
        var rows = WrappedRows(around: LineCollector())
        let refused = LineCollector.read(sample, through: &rows)
        guard rows.place != nil, let collector = rows.inside.format as? LineCollector, collector.count > refused else { return nil }
        return collector.lines
    }
}
