// weir
// SPDX-License-Identifier: Apache-2.0

/// The words of a line: runs without blanks, and texts in quotes or brackets, without those. `-` is an empty word.
///
/// A quote closes where a blank or the end follows, because some writers do not escape the quotes that strangers put into addresses and
/// agents. State: 512 bytes, reused from line to line. Complexity: O(bytes).
struct WordRow: Sendable {
    /// Words that are kept; the longest of the known layouts has 33.
    static let limit = 48
    /// Places behind the words, for what a layout finds inside of words.
    static let derived = 8

    /// Words of the line, those that were left out included.
    private(set) var count = 0
    /// A quote was not closed: the words before it stand.
    private(set) var isBroken = false
    private var words: [TextRange]

    init() { words = Array(repeating: .none, count: WordRow.limit + WordRow.derived) }

    subscript(column: Int) -> TextRange {
        @inline(__always) get { words[column] }
        @inline(__always) set { words[column] = newValue }
    }

    /// The word of a column as a range of the chunk.
    @inline(__always)
    func range(_ column: Int) -> Range<Int> { Int(words[column].start)..<Int(words[column].start) + words[column].count }

    /// Splits `start ..< end`.
    ///
    /// - Parameters:
    ///   - first: the column of the first word; those before it are empty.
    ///   - numbered: the column of a quoted text behind which a number or `-` stands: its quote closes nowhere else. A client who ends its
    ///     path with a quote cannot make the line unreadable, nor, having no blank to write, bring in a number of its own.
    @inline(__always)
    mutating func split(_ bytes: PaddedBytes, from start: Int, to end: Int, first: Int = 0, numbered: Int = -1) {
        // Held for the whole line: an array asks with every write whether it is shared.
        var span = words.mutableSpan
        (count, isBroken) = WordRow.fill(&span, bytes, from: start, to: end, first: first, numbered: numbered)
    }

    @inline(__always)
    private static func fill(
        _ words: inout MutableSpan<TextRange>, _ bytes: PaddedBytes, from start: Int, to end: Int, first: Int, numbered: Int
    ) -> (count: Int, isBroken: Bool) {
        for column in words.indices { words[column] = .none }
        var count = first
        var position = start
        var blanks = BlankScan(bytes, from: start)
        while true {
            while position < end && bytes[position] == 0x20 { position &+= 1 }
            guard position < end else { return (count, false) }
            let opening = bytes[position]
            var from = position
            let to: Int
            if opening == UInt8(ascii: "\"") {
                from = position &+ 1
                to = WordRow.closingQuote(bytes, from: from, to: end, isNumbered: count == numbered)
                guard to < end else { return (count, true) }
                position = to &+ 1
            } else {
                // A bracket that closes before a blank holds one word with blanks; others belong to an address.
                let bracket = opening == UInt8(ascii: "[") ? bytes.firstIndex(of: UInt8(ascii: "]"), from: position, to: end) : end
                if bracket < end && (bracket &+ 1 == end || bytes[bracket &+ 1] == 0x20) {
                    from = position &+ 1
                    to = bracket
                    position = bracket &+ 1
                } else {
                    to = blanks.next(from: position, to: end)
                    position = to
                }
            }
            if count < WordRow.limit {
                let isEmpty = to &- from == 1 && bytes[from] == UInt8(ascii: "-")
                words[count] = isEmpty ? .none : TextRange(start: from, count: to &- from)
            }
            count &+= 1
        }
    }

    /// Looks for blanks from left to right, and at every byte once for as many of them as there are.
    private struct BlankScan {
        private let bytes: PaddedBytes
        private var base: Int
        private var blanks: UInt64

        @inline(__always)
        init(_ bytes: PaddedBytes, from start: Int) {
            self.bytes = bytes
            base = start
            blanks = bytes.mask(of: 0x20, at: start)
        }

        /// The next blank, or `end`. Precondition: no position comes before an earlier one.
        @inline(__always)
        mutating func next(from position: Int, to end: Int) -> Int {
            if position &- base >= 64 { look(at: position) }
            var hits = blanks & ~PaddedBytes.lowBits(position &- base)
            while hits == 0 {
                if base &+ 64 >= end { return end }
                look(at: base &+ 64)
                hits = blanks
            }
            return min(base &+ hits.trailingZeroBitCount, end)
        }

        @inline(__always)
        private mutating func look(at position: Int) {
            base = position
            blanks = bytes.mask(of: 0x20, at: position)
        }
    }

    /// The quote that closes, or `end`.
    @inline(__always)
    private static func closingQuote(_ bytes: PaddedBytes, from start: Int, to end: Int, isNumbered: Bool) -> Int {
        var position = start
        while true {
            position = bytes.firstIndex(of: UInt8(ascii: "\""), from: position, to: end)
            if position == end || closes(bytes, position, end, isNumbered) { return position }
            position &+= 1
        }
    }

    @inline(__always)
    private static func closes(_ bytes: PaddedBytes, _ quote: Int, _ end: Int, _ isNumbered: Bool) -> Bool {
        if quote &+ 1 == end { return true }
        guard bytes[quote &+ 1] == 0x20 else { return false }
        return !isNumbered || bytes[quote &+ 2] &- 0x30 < 10 || bytes[quote &+ 2] == UInt8(ascii: "-")
    }

    // MARK: Inside of words

    /// Splits a request, `GET https://host:443/path HTTP/1.1`, into its method and its path, in which blanks may stand that clients sent;
    /// false when it does not end with a word for the version. One word alone stands for a request that was none.
    @inline(__always)
    mutating func splitRequest(_ bytes: PaddedBytes, _ column: Int, method: Int, path: Int) -> Bool {
        let request = range(column)
        guard !request.isEmpty else { return true }
        let first = bytes.firstIndex(of: 0x20, from: request.lowerBound, to: request.upperBound)
        guard first < request.upperBound else { return true }
        var second = bytes.firstIndex(of: 0x20, from: first &+ 1, to: request.upperBound)
        guard second < request.upperBound else { return false }
        while true {
            let next = bytes.firstIndex(of: 0x20, from: second &+ 1, to: request.upperBound)
            guard next < request.upperBound else { break }
            second = next
        }
        let hasThree = bytes.firstIndex(of: 0x20, from: first &+ 1, to: second) == second
        guard hasThree || bytes.hasASCII("HTTP/", at: second &+ 1) else { return false }
        let hasMethod = first &- request.lowerBound != 1 || bytes[request.lowerBound] != UInt8(ascii: "-")
        if hasMethod { words[method] = TextRange(start: request.lowerBound, count: first &- request.lowerBound) }
        var target = first &+ 1
        if bytes[target] != UInt8(ascii: "/") { target = bytes.pathStart(from: target, to: second) ?? target }
        let isEmpty = second &- target == 1 && bytes[target] == UInt8(ascii: "-")
        words[path] = isEmpty ? .none : TextRange(start: target, count: second &- target)
        return true
    }

    /// Puts a word without the port behind it into another column.
    ///
    /// - Parameter always: the writer always appends the port, also to an address of IPv6 without brackets.
    @inline(__always)
    mutating func dropPort(_ bytes: PaddedBytes, _ column: Int, into other: Int, always: Bool = false) {
        let word = range(column)
        var colon = word.upperBound
        while colon > word.lowerBound && bytes[colon &- 1] &- 0x30 < 10 { colon &-= 1 }
        colon &-= 1
        words[other] = words[column]
        guard colon > word.lowerBound, bytes[colon] == UInt8(ascii: ":") else { return }
        let isOnly = bytes.firstIndex(of: UInt8(ascii: ":"), from: word.lowerBound, to: colon) == colon
        guard always || isOnly || bytes[colon &- 1] == UInt8(ascii: "]") else { return }
        let isEmpty = colon &- word.lowerBound == 1 && bytes[word.lowerBound] == UInt8(ascii: "-")
        words[other] = isEmpty ? .none : TextRange(start: word.lowerBound, count: colon &- word.lowerBound)
    }

    /// Puts the last entry of a list with commas into another column: the address that the nearest proxy saw.
    mutating func takeLast(_ bytes: PaddedBytes, _ column: Int, into other: Int) {
        let word = range(column)
        var start = CombinedPrefix.behindLastComma(bytes, from: word.lowerBound, to: word.upperBound)
        while start < word.upperBound && (bytes[start] == 0x20 || bytes[start] == UInt8(ascii: "+")) { start += 1 }
        words[other] = TextRange(start: start, count: word.upperBound - start)
    }
}
