// weir
// SPDX-License-Identifier: Apache-2.0

/// A format whose lines stand inside of something else: it reads them where they stand, or as copies among the scratch bytes.
///
/// A line may hold many records, as an answer of an API does: all of them start with what is around the line, and are handed over with it.
/// Of more than ``recordLimit`` the rest is refused as too long. Complexity: O(bytes). State: the format's.
struct InnerLines: Sendable {
    /// Records of a line: a line of a mebibyte has fewer whose time and account are stated.
    static let recordLimit = 65_536

    var format: any LineFormat

    init(_ format: any LineFormat) { self.format = format }

    /// Decodes a line where it stands, at the end of a window; false when it has to wait for the lines before it to be taken.
    @inline(__always)
    mutating func plain(_ window: PaddedBytes, from start: Int, outer: Range<Int>, into lines: inout DecodedLines) -> Bool {
        guard start < window.count else { return true }
        let before = (lines.lines.count, lines.malformed.count)
        let next = format.decode(window, from: start, isFinal: true, into: &lines)
        if next < window.count && before == (lines.lines.count, lines.malformed.count) {
            if !lines.lines.isEmpty { return false }
            lines.refuse(.syntax, start: outer.lowerBound, end: outer.upperBound)
        } else if next < window.count {
            rest(window, from: next, outer: outer, before: before, into: &lines)
        }
        for index in before.0..<lines.lines.count { lines.lines[index].start = UInt32(truncatingIfNeeded: outer.lowerBound) }
        for index in before.1..<lines.malformed.count {
            lines.malformed[index].start = UInt32(truncatingIfNeeded: outer.lowerBound)
            lines.malformed[index].count = UInt32(truncatingIfNeeded: outer.count)
        }
        return true
    }

    /// Decodes what is left of a line whose records filled `lines`: a line is consumed as one, so all of them have to be handed over.
    @inline(never)
    private mutating func rest(
        _ window: PaddedBytes, from start: Int, outer: Range<Int>, before: (Int, Int), into lines: inout DecodedLines
    ) {
        var position = start
        var part = DecodedLines()
        while position < window.count {
            part.removeAll()
            let next = format.decode(window, from: position, isFinal: true, into: &part)
            let records = lines.lines.count - before.0 + lines.malformed.count - before.1 + part.lines.count + part.malformed.count
            guard next > position, records <= InnerLines.recordLimit else {
                lines.refuse(next > position ? .lineTooLong : .syntax, start: outer.lowerBound, end: outer.upperBound)
                return
            }
            lines.append(contentsOf: part)
            position = next
        }
    }

    /// Decodes a copied line; its texts become those of the scratch bytes. False when it has to wait.
    mutating func copied(
        _ text: borrowing ChunkBuffer, from start: Int, to end: Int, into lines: inout DecodedLines
    ) -> Bool {
        let base = lines.scratch.count
        let before = (lines.lines.count, lines.details.count, lines.movements.count)
        let isDone = text.withBytes { window in
            window.append(to: &lines.scratch)
            return plain(window, from: 0, outer: start..<end, into: &lines)
        }
        guard lines.lines.count > before.0 else {
            lines.scratch.removeLast(lines.scratch.count - base)
            return isDone
        }
        func moved(_ range: TextRange) -> TextRange {
            range.isEmpty || range.isScratch ? range : TextRange(start: base + Int(range.start), count: range.count, isScratch: true)
        }
        for index in before.0..<lines.lines.count { lines.lines[index].moveTexts(moved) }
        for index in before.1..<lines.details.count { lines.details[index].moveTexts(moved) }
        for index in before.2..<lines.movements.count { lines.movements[index].moveTexts(moved) }
        return isDone
    }
}
