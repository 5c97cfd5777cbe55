// weir
// SPDX-License-Identifier: Apache-2.0

/// Where records begin in a stream in which they end where their brackets do: one a line, one behind the other, in an array, or in the list
/// of an answer such as `{"Records":[…]}`, which is stepped into.
///
/// What is no record is refused, and reading goes on at the line behind its first that may begin another. State: a bit.
struct RecordFraming: Sendable {
    /// The rest of a line is left out: it was longer than a record may be.
    var isSkipping = false

    /// Where the next record or member begins: behind what separates them, and the brackets around them. The end of the bytes if none does.
    @inline(__always)
    mutating func begin(_ bytes: PaddedBytes, from start: Int) -> Int {
        var position = isSkipping ? behindLine(bytes, from: start) : start
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0D, 0x0A, 0, UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "}"): position &+= 1
            default: return position
            }
        }
        return position
    }

    private mutating func behindLine(_ bytes: PaddedBytes, from start: Int) -> Int {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start, to: bytes.count)
        isSkipping = end == bytes.count
        return min(end &+ 1, bytes.count)
    }

    /// Steps over a member that stands beside records, or into its list. Returns where to go on, or nil when it has to wait for more bytes.
    ///
    /// - Parameters:
    ///   - value: where the value of its key begins, or a failure of ``JSONSkip``.
    ///   - list: where the records begin in that value; 0 if it is no list of them.
    mutating func member(_ window: RecordWindow, value: Int, list: Int, into lines: inout DecodedLines) -> Int? {
        if value > 0 && list > 0 { return list }
        let after = value > 0 ? JSONSkip.value(window.bytes, value, window.end, depth: 1) : value
        if after > 0 {
            lines.ignored &+= 1
            return after
        }
        return after == JSONSkip.more && window.mayGrow ? nil : refuse(.syntax, window, isRecord: false, into: &lines)
    }

    /// Passes over a byte order mark, since files that begin with one are concatenated like others, or a prefix; refuses everything else.
    /// Returns where to go on, or nil when it has to wait for more bytes.
    ///
    /// - Parameter prefix: where what may stand before a record ends; 0 if nothing does, or a failure of ``JSONSkip``.
    mutating func other(_ window: RecordWindow, prefix: Int = 0, into lines: inout DecodedLines) -> Int? {
        let (bytes, start, end) = (window.bytes, window.start, window.end)
        if window.mayGrow && end - start < 3 { return nil }
        if end - start >= 3 && bytes.hasASCII("\u{FEFF}", at: start) { return start + 3 }
        if prefix > 0 { return prefix }
        if prefix == JSONSkip.more && window.mayGrow { return nil }
        return refuse(bytes.hasUTF16Mark(at: start, before: end) ? .utf16 : .syntax, window, isRecord: false, into: &lines)
    }

    /// Refuses what begins at the window's start and goes on at a line behind it, one that may begin a record if `isRecord`. Returns its
    /// position, or nil while it cannot be known or the lines before have to be taken first.
    mutating func refuse(_ reason: MalformedReason, _ window: RecordWindow, isRecord: Bool, into lines: inout DecodedLines) -> Int? {
        if let next = isRecord ? window.nextRecordLine : window.nextLine { return window.refuse(reason, before: next, into: &lines) }
        if window.mayGrow { return nil }
        if window.isLast {
            lines.refuse(reason, start: window.start, end: window.end)
            return window.end
        }
        // A reader that stops at one of the lines before and resumes must not do so in the middle of this one.
        guard lines.lines.isEmpty else { return nil }
        lines.refuse(.lineTooLong, start: window.start, end: window.end)
        isSkipping = true
        return window.end
    }
}
