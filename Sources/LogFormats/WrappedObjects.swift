// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Any format, each line of which stands as a text in a JSON object: what log shippers, collectors and clouds write, and what their APIs
/// answer. See ``ShippedObject`` for where the text may stand.
///
/// Objects end where their brackets do: one a line, one behind the other (Firehose), over several lines, in an array, or in the list of an
/// answer, which is stepped into: `{"logEvents":[{…}]}`; Loki's lists hold pairs of a time and a line. Before an object may stand what
/// tools put before lines (``LinePrefix``), a syslog header, or Fluent Bit's tag and time: `access: [1780279500.1, {…}]`. An object without
/// a text and without such a list is refused; what stands in an answer beside its list is counted as ignored. One that is broken, or longer
/// than ``JSONRecord/longest`` and without a list, is refused, and reading goes on at the line behind its first that may begin another. A
/// line end inside of a text becomes a blank, so that a record always stands in one line.
///
/// Complexity: O(bytes); for a writer who nests lists on purpose, 32 times that. State: the inner format's and a byte.
struct WrappedObjects: LineFormat {
    /// Not in the catalogue: a wrapper is an option beside the format.
    static let descriptor = FormatDescriptor(
        name: "wrapped_objects", summary: "lines of another format as texts in JSON objects", defaultLateness: .minutes(2),
        example: #"{"@timestamp":"2026-06-01T02:05:01Z","message":"{\"ts\":\"2026-06-01T02:05:00Z\",\"account\":\"svc-orders\"}"}"#)

    private var inside: InnerLines
    private var framing = RecordFraming()

    /// Objects with lines of `format`.
    init(around format: any LineFormat) { inside = InnerLines(format) }

    /// Objects with lines of JSON. Throws: ``FormatOptionsError``.
    init(options: FormatOptions) throws(FormatOptionsError) { self.init(around: try JSONFormat(options: options)) }

    /// What is left out, and the inner format's.
    var resumeState: [UInt8] {
        let inner = inside.format.resumeState
        return inner.isEmpty && !framing.isSkipping ? [] : [framing.isSkipping ? 1 : 0] + inner
    }

    /// Takes up a state; one that makes no sense is ignored.
    mutating func resume(from state: [UInt8]) {
        guard let first = state.first, first < 2 else { return }
        framing.isSkipping = first == 1
        if state.count > 1 { inside.format.resume(from: Array(state.dropFirst())) }
    }

    /// Decodes whole objects; see ``LineFormat/decode(_:from:isFinal:into:)``.
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var text = ChunkBuffer(capacity: 4096)
        var position = framing.begin(bytes, from: start)
        while position < bytes.count && !lines.isFull {
            let window = RecordWindow(bytes, from: position, isFinal: isFinal)
            guard let next = next(window, &text, into: &lines) else { return position }
            position = framing.begin(bytes, from: next)
        }
        return position
    }

    /// Takes what begins at the window's start. Returns where to go on, or nil when it has to wait: for more bytes, or for the lines before
    /// it to be taken.
    private mutating func next(_ window: RecordWindow, _ text: inout ChunkBuffer, into lines: inout DecodedLines) -> Int? {
        switch window.bytes[window.start] {
        case UInt8(ascii: "{"):
            let found = ShippedObject.read(window.bytes, from: window.start, to: window.end)
            if found.behind == JSONSkip.more && window.mayGrow { return nil }
            if found.list > 0 && !found.hasText { return found.list }
            if found.behind > 0, let line = found.line {
                return take(line, window, found.behind, &text, into: &lines) ? found.behind : nil
            }
            if found.behind > 0 {
                lines.refuse(.syntax, start: window.start, end: found.behind)
                return found.behind
            }
            return framing.refuse(found.behind == JSONSkip.tooDeep ? .nestingTooDeep : .syntax, window, isRecord: true, into: &lines)
        case JSONSkip.quote:
            let pair = ShippedObject.pair(window.bytes, from: window.start, to: window.end)
            if pair.behind == JSONSkip.more && window.mayGrow { return nil }
            if pair.behind > 0, let line = pair.line { return take(line, window, pair.behind, &text, into: &lines) ? pair.behind : nil }
            let value = JSONSkip.key(window.bytes, window.start, window.end)
            let list = value > 0 ? ShippedObject.list(window.bytes, key: window.start + 1, value, window.end) : 0
            return framing.member(window, value: value, list: list, into: &lines)
        default: return framing.other(window, prefix: ShipperPrefix.end(window), into: &lines)
        }
    }

    /// Decodes the line of an object; false when it has to wait for the lines before it to be taken.
    private mutating func take(
        _ line: LineWrapper.Inner, _ window: RecordWindow, _ end: Int, _ text: inout ChunkBuffer, into lines: inout DecodedLines
    ) -> Bool {
        guard line.isEscaped else {
            return inside.plain(window.bytes.prefix(line.end), from: line.start, outer: window.start..<end, into: &lines)
        }
        text.removeAll()
        guard WrappedLines.unescape(window.bytes, line, into: &text) else {
            lines.refuse(.syntax, start: window.start, end: end)
            return true
        }
        return inside.copied(text, from: window.start, to: end, into: &lines)
    }
}

extension WrappedObjects {
    /// The lines in the objects of a log, for a look at it. Nil where most of it holds none.
    static func lines(of sample: [UInt8]) -> [UInt8]? {
        var objects = WrappedObjects(around: LineCollector())
        let refused = LineCollector.read(sample, through: &objects)
        guard let collector = objects.inside.format as? LineCollector, collector.count > refused else { return nil }
        return collector.lines
    }
}
