// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Any format, each line of which stands in a line of something else: behind a syslog header or a prefix, in Docker's or containerd's.
///
/// The inner format reads the line where it stands; only lines with escapes or in several pieces are copied, into the scratch bytes. A line
/// in pieces counts as one that starts with its first piece: it is not consumed before its last is there. Whole lines of the other stream
/// may stand between pieces; they come behind the line, and start with it. Pieces that something else interrupts, or of more than
/// ``longestLine`` bytes, are refused together, and what is left of their line is skipped: its end must not be taken for a line of its own,
/// because strangers choose where it begins. A line end inside of a text becomes a blank, so that a record always stands in one line. A
/// line whose header is missing is refused. Control characters that a syslog daemon has escaped are put back where they can be told from
/// text, see `SyslogEscapes`.
///
/// Complexity: O(bytes). State: the inner format's, and which stream is being skipped.
public struct WrappedLines: LineFormat {
    /// Bytes of a line with everything that is around its pieces.
    public static let longestLine = 262_144

    /// Not in the catalogue: a wrapper is an option beside the format.
    public static let descriptor = FormatDescriptor(
        name: "wrapped", summary: "lines of another format inside of something else", defaultLateness: .minutes(2),
        example: #"Jun  1 02:05:00 host app[7]: {"ts":"2026-06-01T02:05:00Z","account":"svc-orders"}"#)

    private let wrapper: LineWrapper
    private var inside: InnerLines
    private let escapes: SyslogEscapes?
    /// The streams whose unfinished line is being skipped, one bit each; 0 for none.
    private var skipped: UInt8 = 0

    /// Lines of `format` inside of a wrapper.
    public init(_ wrapper: LineWrapper, around format: any LineFormat) {
        self.wrapper = wrapper
        inside = InnerLines(format)
        escapes = wrapper == .syslog ? SyslogEscapes(format) : nil
    }

    /// Lines of JSON inside of the options' wrapper, or of a syslog header. Throws: ``FormatOptionsError``.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        self.init(options.wrapper ?? .syslog, around: try JSONFormat(options: options))
    }

    /// What is skipped, and the inner format's.
    public var resumeState: [UInt8] {
        let inner = inside.format.resumeState
        return inner.isEmpty && skipped == 0 ? [] : [skipped] + inner
    }

    /// Takes up a state; one that makes no sense is ignored.
    public mutating func resume(from state: [UInt8]) {
        guard let first = state.first, first < 8 else { return }
        skipped = first
        if state.count > 1 { inside.format.resume(from: Array(state.dropFirst())) }
    }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var text = ChunkBuffer(capacity: wrapper == .syslog ? 1 : 4096)
        var position = start
        while position < bytes.count && !lines.isFull {
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if end == bytes.count && !isFinal { break }
            let last = end > position && bytes[end &- 1] == UInt8(ascii: "\r") ? end &- 1 : end
            guard let inner = wrapper.inner(bytes, from: position, to: last) ?? marked(bytes, from: position, to: last) else {
                if last > position { lines.refuse(.syntax, start: position, end: last) }
                position = min(end &+ 1, bytes.count)
                continue
            }
            if skipped & WrappedLines.bit(inner.stream) != 0 {
                // What is known at a line's start must not change while lines before it wait.
                if !inner.isPartial {
                    guard lines.lines.isEmpty else { break }
                    skipped ^= WrappedLines.bit(inner.stream)
                }
                position = min(end &+ 1, bytes.count)
                continue
            }
            var next: Int? = min(end &+ 1, bytes.count)
            if inner.isPartial {
                next = joined(bytes, from: position, isFinal: isFinal, &text, into: &lines)
            } else if inner.isEscaped {
                text.removeAll()
                let isSound = WrappedLines.unescape(bytes, inner, into: &text)
                if !isSound { lines.refuse(.syntax, start: position, end: last) }
                if isSound && !inside.copied(text, from: position, to: last, into: &lines) { next = nil }
            } else if let line = escapes?.undone(bytes, from: inner.start, to: inner.end) {
                text.removeAll()
                text.append(line)
                if !inside.copied(text, from: position, to: last, into: &lines) { next = nil }
            } else if !inside.plain(bytes.prefix(inner.end), from: inner.start, outer: position..<last, into: &lines) {
                next = nil
            }
            guard let next else { break }
            position = next
        }
        return position
    }

    /// What stands in a line behind a byte order mark.
    private func marked(_ bytes: PaddedBytes, from start: Int, to end: Int) -> LineWrapper.Inner? {
        guard start + 3 <= end, bytes.hasASCII("\u{FEFF}", at: start) else { return nil }
        return wrapper.inner(bytes, from: start + 3, to: end)
    }

    // MARK: Pieces

    /// Puts the pieces of the line that starts at `start` together and decodes it. Returns the position behind it, or nil when it has to
    /// wait: for more bytes, or for the lines before it to be taken.
    @inline(never)
    private mutating func joined(
        _ bytes: PaddedBytes, from start: Int, isFinal: Bool, _ text: inout ChunkBuffer, into lines: inout DecodedLines
    ) -> Int? {
        text.removeAll()
        var position = start
        var stream: UInt8 = 0
        var between: [LineWrapper.Inner] = []
        var behindFirst = start
        // Where to go on if the line is given up although lines of the other stream stand in it.
        var detour: Int?
        while true {
            if position >= bytes.count {
                guard isFinal else { return nil }
                // The stream ends inside of the line.
                lines.refuse(.syntax, start: start, end: bytes.count)
                others(between, bytes, outer: start..<bytes.count, into: &lines)
                return bytes.count
            }
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            // Before anything that depends on where the bytes end for now.
            if end - start > WrappedLines.longestLine {
                let isFirst = position == start
                return giveUp(
                    .lineTooLong, stream, from: start, to: isFirst ? end : position - 1, next: isFirst ? end + 1 : position,
                    detour, &lines)
            }
            if end == bytes.count && !isFinal { return nil }
            let last = end > position && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
            let next = min(end + 1, bytes.count)
            guard let inner = wrapper.inner(bytes, from: position, to: last) else {
                return giveUp(.syntax, stream, from: start, to: position - 1, next: position, detour, &lines)
            }
            if position > start && inner.stream != stream {
                guard !inner.isPartial && skipped & WrappedLines.bit(inner.stream) == 0 else {
                    return giveUp(
                        .syntax, stream, from: start, to: position - 1, next: position, detour, &lines)
                }
                between.append(inner)
                detour = behindFirst
                position = next
                continue
            }
            stream = inner.stream
            if position == start { behindFirst = next }
            guard WrappedLines.unescape(bytes, inner, into: &text) else {
                return giveUp(
                    .syntax, inner.isPartial || detour != nil ? stream : nil, from: start, to: last, next: next,
                    detour, &lines)
            }
            if !inner.isPartial {
                guard inside.copied(text, from: start, to: last, into: &lines) else { return nil }
                others(between, bytes, outer: start..<last, into: &lines)
                return next
            }
            position = next
        }
    }

    /// Decodes the lines of another stream that stood between the pieces of a line. They start where that line does, so nothing that they
    /// say of the lines to come may be kept: a header among them is forgotten.
    private mutating func others(
        _ between: [LineWrapper.Inner], _ bytes: PaddedBytes, outer: Range<Int>, into lines: inout DecodedLines
    ) {
        guard !between.isEmpty else { return }
        let before = inside.format
        var part = DecodedLines()
        for inner in between {
            var text = ChunkBuffer(capacity: max(inner.end - inner.start, 1))
            part.removeAll()
            if WrappedLines.unescape(bytes, inner, into: &text) {
                _ = inside.copied(text, from: outer.lowerBound, to: outer.upperBound, into: &part)
            } else {
                part.refuse(.syntax, start: outer.lowerBound, end: outer.upperBound)
            }
            lines.append(contentsOf: part)
        }
        inside.format = before
    }

    /// Refuses the pieces so far and skips what is left of their line. Nil when this has to wait for the lines before it to be taken.
    ///
    /// - Parameter detour: where reading goes on if there are lines of the other stream between the pieces: behind the first of these, so
    ///   that all others are skipped where they stand.
    private mutating func giveUp(
        _ reason: MalformedReason, _ stream: UInt8?, from start: Int, to end: Int, next: Int, _ detour: Int?,
        _ lines: inout DecodedLines
    ) -> Int? {
        guard lines.lines.isEmpty else { return nil }
        lines.refuse(reason, start: start, end: detour.map { $0 - 1 } ?? end)
        if let stream { skipped |= WrappedLines.bit(stream) }
        return detour ?? next
    }

    private static func bit(_ stream: UInt8) -> UInt8 { 1 << stream }

    /// Appends the text of a piece, its escapes resolved and its line ends as blanks; false when an escape is wrong.
    static func unescape(_ bytes: PaddedBytes, _ inner: LineWrapper.Inner, into text: inout ChunkBuffer) -> Bool {
        guard inner.isEscaped else {
            text.append(bytes, from: inner.start, count: inner.end - inner.start)
            return true
        }
        var resolved: [UInt8] = []
        resolved.reserveCapacity(inner.end - inner.start)
        guard JSONUnescape.append(bytes, inner.start, inner.end, to: &resolved) else { return false }
        for index in resolved.indices where resolved[index] == UInt8(ascii: "\n") { resolved[index] = UInt8(ascii: " ") }
        text.append(resolved)
        return true
    }
}
