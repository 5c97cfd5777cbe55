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
/// State: 3 KB. Reused from record to record.
struct CSVRecord: Sendable {
    /// Fields of a record; the widest real header has 60.
    static let limit = 256

    private(set) var fields: [CSVField]
    /// What is known of each column: where its length repeats, nothing is searched.
    private var habits: [Habit]

    /// The length of a column's field in the record before, and how often that was no help. Past ``patience`` it is not tried any more: a
    /// wrong guess costs more than the search.
    private struct Habit: Sendable {
        static let patience: Int32 = 16
        var length: Int32 = 0
        var misses: Int32 = 0
    }

    init() {
        fields = Array(repeating: .none, count: CSVRecord.limit)
        habits = Array(repeating: Habit(), count: CSVRecord.limit)
    }

    /// Forgets the lengths of fields: the columns have changed.
    mutating func forget() {
        for column in habits.indices { habits[column] = Habit() }
    }

    /// The field of a column. Precondition: the column is one of the record's.
    @inline(__always)
    func field(_ column: Int) -> CSVField { fields[column] }

    /// Splits a line in which every field is quoted and no field holds a quote; false when it is not such a line.
    ///
    /// With twice as many quotes as columns in the line and `","` at every border there is no quote left that could stand elsewhere; so a
    /// border may be guessed and only has to be confirmed. Complexity: O(columns) where lengths repeat, O(bytes) otherwise.
    /// Precondition: `quotes` is the number of quotes in `start ..< end`, and 1 ≤ columns ≤ ``limit``.
    @inline(__always)
    mutating func splitSimple(_ bytes: PaddedBytes, from start: Int, to end: Int, quotes: Int, columns: Int) -> Bool {
        guard quotes == columns &* 2, end &- start >= 2, bytes[start] == UInt8(ascii: "\""), bytes[end &- 1] == UInt8(ascii: "\"") else {
            return false
        }
        return CSVRecord.confirm(bytes, from: start, to: end, columns: columns, &fields, &habits)
    }

    @inline(__always)
    private static func confirm(
        _ bytes: PaddedBytes, from start: Int, to end: Int, columns: Int, _ fieldArray: inout [CSVField], _ habitArray: inout [Habit]
    ) -> Bool {
        var fields = fieldArray.mutableSpan
        var habits = habitArray.mutableSpan
        var position = start &+ 1
        for column in 0..<columns &- 1 {
            let habit = habits[column]
            var stop = position &+ Int(habit.length)
            if habit.misses >= Habit.patience {
                stop = border(bytes, from: position, to: end)
                guard isBorder(bytes, stop) else { return false }
            } else if stop >= end || !isBorder(bytes, stop) {
                stop = border(bytes, from: position, to: end)
                guard isBorder(bytes, stop) else { return false }
                habits[column] = Habit(length: Int32(truncatingIfNeeded: stop &- position), misses: habit.misses &+ 1)
            }
            fields[column] = CSVField(start: position, count: stop &- position)
            position = stop &+ 3
        }
        guard position < end else { return false }
        fields[columns &- 1] = CSVField(start: position, count: end &- 1 &- position)
        return true
    }

    @inline(__always)
    private static func border(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int {
        bytes.nearIndex(of: UInt8(ascii: "\""), from: start, to: end)
    }

    @inline(__always)
    private static func isBorder(_ bytes: PaddedBytes, _ index: Int) -> Bool { bytes.half(at: index) & 0xFF_FFFF == 0x22_2C22 }

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
            case UInt8(ascii: ","): position += 1
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
        let stop = bytes.firstIndex(of: UInt8(ascii: ","), or: UInt8(ascii: "\n"), from: start, to: end)
        guard stop < end || isFinal else { return .failed(.unfinished) }
        let isLast = stop == end || bytes[stop] == UInt8(ascii: "\n")
        let last = isLast && stop > start && bytes[stop - 1] == UInt8(ascii: "\r") ? stop - 1 : stop
        guard bytes.firstIndex(of: UInt8(ascii: "\""), from: start, to: last) == last else { return .failed(.broken) }
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
