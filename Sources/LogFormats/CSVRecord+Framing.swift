// weir
// SPDX-License-Identifier: Apache-2.0

extension CSVRecord {
    /// A record may be this long, in bytes: above the longest SOQL query (100,000 characters) with its quotes doubled, and what is read at
    /// once.
    static let longest = 262_144

    /// Whether a line may begin with this byte without anything to be stepped over: no zero, blank or byte order mark.
    @inline(__always)
    static func isOrdinary(_ byte: UInt8) -> Bool { (byte > 0x20 && byte != 0xEF) || byte == 0x09 }

    /// What stands where a record may begin.
    enum Framed {
        /// A line with nothing in it.
        case blank
        /// A record that has not come whole.
        case unfinished
        /// No record; reading goes on at the line behind its first.
        case refused(MalformedReason)
        /// No end of the record within ``CSVRecord/longest`` bytes; otherwise like `refused`.
        case endless(MalformedReason)
        /// A record of `count` fields in `start ..< end`, its line end not included; the next one starts at `next`.
        case record(start: Int, end: Int, next: Int, count: Int)
    }

    /// Steps over what may stand before a record, and splits it. Complexity: O(bytes), at most ``longest``.
    ///
    /// - Parameter lineEnd: where the first line ends that begins at `position`.
    @inline(never)
    mutating func frame(_ bytes: PaddedBytes, from position: Int, lineEnd: Int, isFinal: Bool) -> Framed {
        var start = position
        while bytes.hasASCII("\u{FEFF}", at: start) && start + 3 <= lineEnd { start += 3 }
        while start < lineEnd && (bytes[start] == 0 || bytes[start] == 0x20 || bytes[start] == 0x0D) { start += 1 }
        if start == lineEnd { return .blank }
        let window = min(start + CSVRecord.longest, bytes.count)
        guard lineEnd < window || lineEnd == bytes.count && lineEnd == window else { return .endless(.lineTooLong) }
        switch split(bytes, from: start, to: window, isFinal: isFinal && window == bytes.count) {
        case .record(let count, let next):
            var end = next
            if end > start && bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
            if end > start && bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            return .record(start: start, end: end, next: next, count: count)
        case .unfinished where window < start + CSVRecord.longest && !isFinal: return .unfinished
        case .unfinished where window == start + CSVRecord.longest: return .endless(.unbalancedQuote)
        case .unfinished, .broken:
            let isUTF16 = (bytes[start] == 0xFF && bytes[start + 1] == 0xFE) || (bytes[start] == 0xFE && bytes[start + 1] == 0xFF)
            return .refused(isUTF16 ? .utf16 : .unbalancedQuote)
        }
    }
}
