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
/// State: 4 KB. Reused from record to record.
struct CSVRecord: Sendable {
    /// Fields of a record; the widest real header has 60.
    static let limit = 256

    /// Fields of a record that was split by ``split(_:from:to:isFinal:)``.
    private var fields: [CSVField]
    /// Where the borders of a simple line stand: the one of column n behind element n, those of the line around them.
    private var borders: [Int32]
    private var isSimple = false
    /// The byte between fields.
    private let separator: UInt8
    /// Whether a quote inside a field that did not begin with one is a character like others: in tab-separated values nobody doubles it.
    private let allowsInnerQuotes: Bool

    init(separator: UInt8 = UInt8(ascii: ","), allowsInnerQuotes: Bool = false) {
        self.separator = separator
        self.allowsInnerQuotes = allowsInnerQuotes
        fields = Array(repeating: .none, count: CSVRecord.limit)
        borders = Array(repeating: 0, count: PaddedBytes.bordersKept + 64)
    }

    /// The field of a column. Precondition: the column is one of the record's.
    @inline(__always)
    func field(_ column: Int) -> CSVField {
        guard isSimple else { return fields[column] }
        let start = Int(borders[column]) &+ 3
        return CSVField(start: start, count: Int(borders[column &+ 1]) &- start)
    }

    /// Finds the line that starts at `start`, and splits it if every field is quoted and no field holds a quote.
    ///
    /// With twice as many quotes as columns, one at each end, and `","` in as many places as there are borders, none sharing a quote, there
    /// is no quote left that could stand elsewhere: so the fields lie between the places. Complexity: O(bytes).
    /// Precondition: 0 ≤ columns ≤ ``limit``; with 0 nothing is simple.
    @inline(__always)
    mutating func splitLine(_ bytes: PaddedBytes, from start: Int, columns: Int) -> (end: Int, isSimple: Bool) {
        var span = borders.mutableSpan
        let line = bytes.quotedLine(from: start, to: bytes.count, borders: &span)
        let last = line.end > start && bytes[line.end &- 1] == UInt8(ascii: "\r") ? line.end &- 1 : line.end
        let isWhole = line.quotes == columns &* 2 && line.borders &+ 1 == columns && !line.hasOverlap && last &- start >= 2
        guard isWhole, bytes[start] == UInt8(ascii: "\""), bytes[last &- 1] == UInt8(ascii: "\"") else { return (line.end, false) }
        // A border may share its quotes with the ends of the line no more than with another border.
        if columns > 1 && (Int(span[1]) <= start || Int(span[columns &- 1]) &+ 3 >= last) { return (line.end, false) }
        span[0] = Int32(truncatingIfNeeded: start &- 2)
        span[columns] = Int32(truncatingIfNeeded: last &- 1)
        isSimple = true
        return (line.end, true)
    }

    /// Finds the line that starts at `start`, and splits it if it holds no quote at all; otherwise `count` is 0.
    ///
    /// Complexity: O(bytes), 64 a step. What is found is what ``split(_:from:to:isFinal:)`` finds in such a line.
    @inline(__always)
    mutating func splitPlainLine(_ bytes: PaddedBytes, from start: Int) -> (end: Int, count: Int) {
        var index = start
        var fieldStart = start
        var count = 0
        isSimple = false
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
        isSimple = false
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
        isSimple = false
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
