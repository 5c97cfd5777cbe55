// weir
// SPDX-License-Identifier: Apache-2.0

/// Where the fields of many rows lie that are quoted throughout, looked up at once; see
/// ``PaddedBytes/quotedRows(from:separator:borders:ends:vectorBits:)``.
///
/// Rows lie in a chain: the border behind the last field of one is the border in front of the first field of the next.
///
/// State: 5 KB.
struct QuotedRows: Sendable {
    /// Where the first quote of each border stands.
    private var borders = [Int32](repeating: 0, count: 1024)
    /// Where the line feeds stand.
    private var ends = [Int32](repeating: 0, count: 128)
    private var (borderCount, endCount) = (0, 0)
    /// The border in front of the current row.
    private var current = 0
    /// The border in front of the row behind it, and its line feed.
    private var (nextBorder, nextEnd) = (0, 0)
    private let separator: UInt8

    init(separator: UInt8) { self.separator = separator }

    /// The field of a column of the current row. Precondition: the column is one of those that ``next(from:columns:)`` was asked for.
    @inline(__always)
    func field(_ column: Int) -> CSVField {
        assert(column >= 0 && current &+ column &+ 1 <= nextBorder && nextBorder < borderCount)
        // Ten times a row: the precondition is what a check of the bounds would find, since `next` found the last border of the row.
        let borders = borders.span
        let start = unsafe Int(borders[unchecked: current &+ column]) &+ 3
        return unsafe CSVField(start: start, count: Int(borders[unchecked: current &+ column &+ 1]) &- start)
    }

    /// Goes on to the row that starts at `start`, if it is the next one and has as many fields as there are columns; where it ends.
    ///
    /// It has them if the border behind the last is the one with the next line feed in it. Precondition: 0 < columns, or nothing is found.
    @inline(__always)
    mutating func next(from start: Int, columns: Int) -> Int? {
        let behind = nextBorder &+ columns
        guard columns > 0, behind < borderCount, nextEnd < endCount, Int(borders[nextBorder]) &+ 2 == start else { return nil }
        let end = Int(ends[nextEnd])
        guard Int(borders[behind]) &+ 1 == end else { return nil }
        current = nextBorder
        nextBorder = behind
        nextEnd &+= 1
        return end
    }

    /// Looks at the rows from a position on. Complexity: O(n) up to 992 fields or 96 rows.
    @inline(never)
    mutating func lookAhead(_ bytes: PaddedBytes, from start: Int) {
        (current, nextBorder, nextEnd) = (0, 0, 0)
        let found = bytes.quotedRows(from: start, separator: separator, borders: &borders, ends: &ends)
        (borderCount, endCount) = (found.borders, found.rows)
    }

    /// Forgets the rows: the bytes are others now.
    @inline(__always)
    mutating func forget() { (borderCount, endCount, current, nextBorder, nextEnd) = (0, 0, 0, 0, 0) }
}
