// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Any format, each line of which stands in a column of a table with a header: what Splunk, CloudWatch Logs Insights, Datadog, Kibana,
/// Grafana and Purview's audit search write when somebody exports what they found.
///
/// The table is one of comma-separated values, read as ``TableReader`` reads them. The header may come again anywhere, because files are
/// concatenated; another one counts where it has another number of columns, because strangers write into the rows. Rows whose column is
/// empty hold no line. A line end inside of a text becomes a blank, so that a record always stands in one line.
///
/// Complexity: O(bytes). State: the inner format's, 5 bytes and 8 KB.
struct WrappedRows: LineFormat {
    /// Not in the catalogue: a wrapper is an option beside the format.
    static let descriptor = FormatDescriptor(
        name: "wrapped_rows", summary: "lines of another format in a column of a table", defaultLateness: .minutes(2),
        example: #"2026-06-01T02:05:00Z,"{""ts"":""2026-06-01T02:05:00Z"",""account"":""svc-orders""}""#)

    /// Names of columns that hold the line, in small letters, the best first: Splunk; Purview; CloudWatch; Datadog, Kibana and Graylog;
    /// Google; shippers; Grafana; Azure.
    private static let columns = ["_raw", "auditdata", "@message", "message", "textpayload", "log", "line", "rawdata", "content", "body"]

    /// Where the lines stand, as a header says.
    private struct Place: Equatable {
        /// The column and how many there are.
        var column: Int
        var width: Int
        /// Which of ``columns`` it is.
        var name: Int
    }

    private var inside: InnerLines
    private var record = CSVRecord()
    private var place: Place?

    /// Rows with lines of `format`.
    init(around format: any LineFormat) { inside = InnerLines(format) }

    /// Rows with lines of JSON. Throws: ``FormatOptionsError``.
    init(options: FormatOptions) throws(FormatOptionsError) { self.init(around: try JSONFormat(options: options)) }

    /// What the header said, and the inner format's.
    var resumeState: [UInt8] {
        let inner = inside.format.resumeState
        guard let place else { return inner.isEmpty ? [] : [0, 0, 0, 0, 0] + inner }
        return [
            UInt8(truncatingIfNeeded: place.column), UInt8(place.column >> 8), UInt8(truncatingIfNeeded: place.width),
            UInt8(place.width >> 8), UInt8(place.name),
        ] + inner
    }

    /// Takes up a state; one that makes no sense is ignored.
    mutating func resume(from state: [UInt8]) {
        guard state.count >= 5 else { return }
        let told = Place(column: Int(state[0]) | Int(state[1]) << 8, width: Int(state[2]) | Int(state[3]) << 8, name: Int(state[4]))
        place = told.column < told.width && told.width <= CSVRecord.limit && told.name < WrappedRows.columns.count ? told : nil
        if state.count > 5 { inside.format.resume(from: Array(state.dropFirst(5))) }
    }

    /// Decodes whole records; see ``LineFormat/decode(_:from:isFinal:into:)``.
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var text = ChunkBuffer(capacity: 4096)
        var position = start
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
                    // Over several lines this is a lost quote rather than a record: what is behind its first line may be whole.
                    lines.refuse(place == nil ? .missingHeader : .wrongColumnCount, start: first, end: min(end, nextLine))
                    position = nextLine
                }
            }
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

    /// Where the lines stand, if the record is a header.
    private func header(_ bytes: PaddedBytes, _ count: Int) -> Place? {
        if let place, place.width == count {
            return WrappedRows.isName(WrappedRows.columns[place.name], bytes, record.field(place.column)) ? place : nil
        }
        var best: Place?
        for column in 0..<min(count, CSVRecord.limit) {
            let field = record.field(column)
            guard field.count <= 12, let name = WrappedRows.columns.firstIndex(where: { WrappedRows.isName($0, bytes, field) }) else {
                continue
            }
            if name < best?.name ?? Int.max { best = Place(column: column, width: count, name: name) }
        }
        return count <= CSVRecord.limit ? best : nil
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
        var lines = DecodedLines()
        var (position, refused) = (0, 0)
        return ChunkBuffer(sample).withBytes { bytes in
            while position < bytes.count {
                lines.removeAll()
                let next = rows.decode(bytes, from: position, isFinal: true, into: &lines)
                guard next > position else { break }
                refused += lines.malformed.count
                position = next
            }
            guard rows.place != nil, let collector = rows.inside.format as? LineCollector, collector.count > refused else { return nil }
            return collector.lines
        }
    }
}

/// Reads nothing, and keeps every line that it is shown.
private struct LineCollector: LineFormat {
    static let descriptor = FormatDescriptor(name: "lines", summary: "", defaultLateness: .minutes(2), example: "")

    var lines: [UInt8] = []
    var count = 0

    init() {}
    init(options: FormatOptions) throws(FormatOptionsError) {}

    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        count += 1
        self.lines += bytes.copy(start..<bytes.count) + [UInt8(ascii: "\n")]
        return bytes.count
    }
}
