// weir
// SPDX-License-Identifier: Apache-2.0

/// One field of a record: its content without the quotes around it.
///
/// State: 8 bytes.
struct CSVField: Equatable, Sendable {
    var start: UInt32
    /// The length; the top bit says that quotes inside are doubled.
    private var countAndForm: UInt32

    @inline(__always)
    init(start: Int, count: Int, isDoubled: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        countAndForm = UInt32(truncatingIfNeeded: count) | (isDoubled ? 0x8000_0000 : 0)
    }

    static let none = CSVField(start: 0, count: 0)

    @inline(__always) var count: Int { Int(countAndForm & 0x7FFF_FFFF) }
    @inline(__always) var isDoubled: Bool { countAndForm >> 31 != 0 }
    @inline(__always) var isEmpty: Bool { countAndForm == 0 }
}

/// Splits records of comma-separated values after RFC 4180: fields with or without quotes, doubled quotes, line ends inside quotes.
///
/// Strict about quotes: one opens a field only at its start and closes it only in front of a comma or a line end. So a quote that lacks its
/// partner is noticed at the next one, usually in the line behind, instead of turning the rest of the file inside out.
///
/// State: 7 KB. Reused from record to record.
struct CSVRecord: Sendable {
    /// Fields of a record; the widest real header has 60.
    static let limit = 256

    /// Fields of a record that was split by ``split(_:from:to:isFinal:)`` or a short way of it.
    private var fields: [CSVField]
    /// Where the fields of the rows lie that ``nextRow(_:from:columns:)`` looked ahead at.
    private var rows: QuotedRows
    /// Whether the current row is one of them, and not in `fields`.
    private var isQuoted = false
    /// Lines to be split in other ways before looking ahead is tried again. It changes nothing that is read.
    private var patience = 0
    /// The byte between fields.
    private let separator: UInt8
    /// Whether a quote inside a field that did not begin with one is a character like others: in tab-separated values nobody doubles it.
    private let allowsInnerQuotes: Bool

    init(separator: UInt8 = UInt8(ascii: ","), allowsInnerQuotes: Bool = false) {
        self.separator = separator
        self.allowsInnerQuotes = allowsInnerQuotes
        fields = Array(repeating: .none, count: CSVRecord.limit)
        rows = QuotedRows(separator: separator)
    }

    /// The field of a column. Precondition: the column is one of the record's.
    @inline(__always)
    func field(_ column: Int) -> CSVField {
        isQuoted ? rows.field(column) : fields[column]
    }

    /// Splits the row that starts at `start` if each of its fields is quoted, none holds a quote, a line feed alone ends it and another
    /// such row begins behind it; where it ends, or nil.
    ///
    /// Rows are looked at many at a time, so that no jump depends on where a row ends. What is found is what
    /// ``split(_:from:to:isFinal:)`` finds. Complexity: O(bytes), 64 a step; a row that is no such row is looked at once in seventeen.
    /// Precondition: 0 ≤ columns ≤ ``limit``; with 0 there are none. ``forgetRows()`` was called since the bytes are others.
    @inline(__always)
    mutating func nextRow(_ bytes: PaddedBytes, from start: Int, columns: Int) -> Int? {
        if let end = rows.next(from: start, columns: columns) {
            isQuoted = true
            return end
        }
        guard columns > 0 && patience == 0 else {
            patience = max(patience &- 1, 0)
            return nil
        }
        rows.lookAhead(bytes, from: start)
        guard let end = rows.next(from: start, columns: columns) else {
            patience = 16
            return nil
        }
        isQuoted = true
        return end
    }

    /// Forgets what was looked ahead at.
    @inline(__always)
    mutating func forgetRows() { rows.forget() }

    /// Finds the line that starts at `start`, and splits it if it holds no quote at all; otherwise `count` is 0.
    ///
    /// Complexity: O(bytes), 64 a step. What is found is what ``split(_:from:to:isFinal:)`` finds in such a line.
    @inline(__always)
    mutating func splitPlainLine(_ bytes: PaddedBytes, from start: Int) -> (end: Int, count: Int) {
        var index = start
        var fieldStart = start
        var count = 0
        isQuoted = false
        while true {
            let ends = bytes.mask(of: UInt8(ascii: "\n"), at: index)
            let isLast = ends != 0 || index &+ 64 >= bytes.count
            let stop = isLast ? min(index &+ ends.trailingZeroBitCount, bytes.count) : index &+ 64
            let inside = PaddedBytes.lowBits(stop &- index)
            if bytes.mask(of: UInt8(ascii: "\""), at: index) & inside != 0 {
                return (isLast ? stop : bytes.firstIndex(of: UInt8(ascii: "\n"), from: stop, to: bytes.count), 0)
            }
            var separators = bytes.mask(of: separator, at: index) & inside
            while separators != 0 {
                let place = index &+ separators.trailingZeroBitCount
                if count < CSVRecord.limit { fields[count] = CSVField(start: fieldStart, count: place &- fieldStart) }
                count &+= 1
                fieldStart = place &+ 1
                separators &= separators &- 1
            }
            if isLast {
                let last = stop > fieldStart && bytes[stop &- 1] == UInt8(ascii: "\r") ? stop &- 1 : stop
                if count < CSVRecord.limit { fields[count] = CSVField(start: fieldStart, count: last &- fieldStart) }
                return (stop, count &+ 1)
            }
            index &+= 64
        }
    }

    /// Finds the line that starts at `start`, and splits it if each of its fields either holds no quote or has one at each end and none
    /// between; otherwise `count` is 0.
    ///
    /// What lies between quotes is told by how many came before it. That none stands elsewhere is told by their number: two for each field
    /// with one at each end, and no more. Complexity: O(bytes), 64 a step. What is found is what ``split(_:from:to:isFinal:)`` finds.
    @inline(__always)
    mutating func splitTidyLine(_ bytes: PaddedBytes, from start: Int) -> (end: Int, count: Int, quotes: Int) {
        var index = start
        var fieldStart = start
        var (count, quotes, paired) = (0, 0, 0)
        // All ones where the block before ended between quotes.
        var carried: UInt64 = 0
        isQuoted = false
        while true {
            let ends = bytes.mask(of: UInt8(ascii: "\n"), at: index)
            let isLast = ends != 0 || index &+ 64 >= bytes.count
            let stop = isLast ? min(index &+ ends.trailingZeroBitCount, bytes.count) : index &+ 64
            let line = PaddedBytes.lowBits(stop &- index)
            let marks = bytes.mask(of: UInt8(ascii: "\""), at: index) & line
            let quoted = PaddedBytes.parity(marks) ^ carried
            carried = 0 &- quoted &>> 63
            quotes &+= marks.nonzeroBitCount
            var separators = bytes.mask(of: separator, at: index) & line & ~quoted
            while separators != 0 {
                let place = index &+ separators.trailingZeroBitCount
                paired &+= keep(count, bytes, from: fieldStart, to: place)
                count &+= 1
                fieldStart = place &+ 1
                separators &= separators &- 1
            }
            if isLast {
                let last = stop > fieldStart && bytes[stop &- 1] == UInt8(ascii: "\r") ? stop &- 1 : stop
                paired &+= keep(count, bytes, from: fieldStart, to: last)
                return (stop, carried == 0 && quotes == paired ? count &+ 1 : 0, quotes)
            }
            index &+= 64
        }
    }

    /// Keeps a field, without its quotes if it has one at each end; how many those are.
    @inline(__always)
    private mutating func keep(_ column: Int, _ bytes: PaddedBytes, from start: Int, to end: Int) -> Int {
        let quote = UInt8(ascii: "\"")
        let each = end &- start >= 2 && bytes[start] == quote && bytes[end &- 1] == quote ? 1 : 0
        if column < CSVRecord.limit { fields[column] = CSVField(start: start &+ each, count: end &- start &- 2 &* each) }
        return 2 &* each
    }

    /// What ``split(_:from:to:isFinal:)`` found.
    enum Outcome: Equatable {
        /// A record with this many fields, of which ``limit`` are kept; the next one starts at `next`.
        case record(fields: Int, next: Int)
        /// The bytes end inside the record.
        case unfinished
        /// A quote stands where none may.
        case broken
    }

    /// Splits any record. Precondition: start < end.
    ///
    /// - Parameter isFinal: nothing follows behind `end`, so that the end of the bytes ends the record.
    @inline(never)
    mutating func split(_ bytes: PaddedBytes, from start: Int, to end: Int, isFinal: Bool) -> Outcome {
        var position = start
        var count = 0
        isQuoted = false
        while true {
            let isQuoted = position < end && bytes[position] == UInt8(ascii: "\"")
            switch isQuoted ? quoted(bytes, position, end, isFinal) : bare(bytes, position, end, isFinal) {
            case .failed(let outcome): return outcome
            case .field(let field, let behind):
                if count < CSVRecord.limit { fields[count] = field }
                count += 1
                position = behind
            }
            if position == end { return isFinal ? .record(fields: count, next: end) : .unfinished }
            switch bytes[position] {
            case separator: position += 1
            case UInt8(ascii: "\n"): return .record(fields: count, next: position + 1)
            case UInt8(ascii: "\r"):
                if position + 1 == end { return isFinal ? .record(fields: count, next: end) : .unfinished }
                return bytes[position + 1] == UInt8(ascii: "\n") ? .record(fields: count, next: position + 2) : .broken
            default: return .broken
            }
        }
    }

    private enum Step {
        case field(CSVField, behind: Int)
        case failed(Outcome)
    }

    private func quoted(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ isFinal: Bool) -> Step {
        var close = start + 1
        var isDoubled = false
        while true {
            close = bytes.firstIndex(of: UInt8(ascii: "\""), from: close, to: end)
            guard close < end, isFinal || close + 1 < end else { return .failed(.unfinished) }
            guard close + 1 < end, bytes[close + 1] == UInt8(ascii: "\"") else { break }
            isDoubled = true
            close += 2
        }
        return .field(CSVField(start: start + 1, count: close - start - 1, isDoubled: isDoubled), behind: close + 1)
    }

    private func bare(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ isFinal: Bool) -> Step {
        let stop = bytes.firstIndex(of: separator, or: UInt8(ascii: "\n"), from: start, to: end)
        guard stop < end || isFinal else { return .failed(.unfinished) }
        let isLast = stop == end || bytes[stop] == UInt8(ascii: "\n")
        let last = isLast && stop > start && bytes[stop - 1] == UInt8(ascii: "\r") ? stop - 1 : stop
        if !allowsInnerQuotes {
            guard bytes.firstIndex(of: UInt8(ascii: "\""), from: start, to: last) == last else { return .failed(.broken) }
        }
        return .field(CSVField(start: start, count: last - start), behind: stop)
    }

    /// Appends a field's text with its doubled quotes made single.
    static func appendText(of field: CSVField, _ bytes: PaddedBytes, to output: inout [UInt8]) {
        var position = Int(field.start)
        let end = position + field.count
        while position < end {
            output.append(bytes[position])
            position += bytes[position] == UInt8(ascii: "\"") ? 2 : 1
        }
    }
}
