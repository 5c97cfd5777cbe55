// weir
// SPDX-License-Identifier: Apache-2.0

/// The bytes in which the record that begins at ``start`` has to end.
struct RecordWindow {
    let bytes: PaddedBytes
    let start: Int
    /// The end of what is there, or of the longest record.
    let end: Int
    /// More bytes may come, and they may belong to this record.
    let mayGrow: Bool
    /// The stream ends where the window does.
    let isLast: Bool

    init(_ bytes: PaddedBytes, from start: Int, isFinal: Bool) {
        self.bytes = bytes
        self.start = start
        let reachesEnd = bytes.count - start <= JSONRecord.longest
        end = reachesEnd ? bytes.count : start + JSONRecord.longest
        isLast = isFinal && bytes.count - start < JSONRecord.longest
        mayGrow = reachesEnd && !isFinal && bytes.count - start < JSONRecord.longest
    }

    /// Where the next line starts; nil when the window holds none.
    var nextLine: Int? {
        let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start, to: end)
        return lineEnd < end ? lineEnd + 1 : nil
    }

    /// Where the first line starts that may begin a record: behind a broken one over several lines, its other members and brackets are
    /// passed over. Nil when that cannot be told yet, or when there is no line end.
    ///
    /// Lines that begin with more blanks than any writer indents by count as others.
    var nextRecordLine: Int? {
        guard var next = nextLine else { return nil }
        while true {
            var first = next
            while first < end && first - next < 256 && (bytes[first] == 0x20 || bytes[first] == 0x09) { first += 1 }
            guard first < end else { return mayGrow ? nil : next }
            switch bytes[first] {
            case JSONSkip.quote, UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","): break
            default: return next
            }
            let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"), from: first, to: end)
            guard lineEnd < end else { return mayGrow ? nil : isLast ? end : next }
            next = lineEnd + 1
        }
    }

    /// Refuses everything before a line, or the end of the stream. Returns where to go on.
    func refuse(_ reason: MalformedReason, before next: Int, into lines: inout DecodedLines) -> Int {
        let hasLineEnd = bytes[next - 1] == UInt8(ascii: "\n")
        lines.refuse(reason, start: start, end: hasLineEnd ? next - 1 : next)
        return next
    }
}

extension PaddedBytes {
    /// Whether a byte order mark of UTF-16 stands at a position.
    func hasUTF16Mark(at index: Int, before end: Int) -> Bool {
        index + 2 <= end && ((self[index] == 0xFF && self[index + 1] == 0xFE) || (self[index] == 0xFE && self[index + 1] == 0xFF))
    }
}
