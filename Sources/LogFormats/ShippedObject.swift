// weir
// SPDX-License-Identifier: Apache-2.0

/// A JSON object that a log shipper, a collector or an API has put around a line, or around a list of such objects.
///
/// Who writes the line may name fields that were taken out of it, so not every text is the line: those under keys that shippers use for
/// nothing else go first, then those in objects that hold one, then those under keys that may mean other things; of each kind the first
/// that is not empty, but `_raw` and `original` before others in a holder. A list counts only where no text was found.
enum ShippedObject {
    /// Filebeat, Vector and Logstash; journald; Fluent Bit; Promtail; Google Cloud Logging; Splunk; Graylog.
    private static let textKeys: [StaticString] = ["message", "MESSAGE", "log", "line", "textPayload", "_raw", "full_message"]
    /// rsyslog; Splunk's collector; OpenTelemetry; Graylog; Azure.
    private static let otherKeys: [StaticString] = ["msg", "event", "body", "short_message", "RawData", "resultDescription"]
    /// Keys of objects that hold a line: Splunk's search results, Elasticsearch's documents, Google, Azure.
    private static let holderKeys: [StaticString] = ["result", "_source", "jsonPayload", "properties"]
    /// Keys of objects that hold one under one of ``rawKeys`` only: Elastic's schema, OpenTelemetry.
    private static let rawHolderKeys: [StaticString] = ["event", "log", "body"]
    /// In a holder these are the line as it was.
    private static let rawKeys: [StaticString] = ["_raw", "original", "stringValue"]
    /// Keys of lists of such objects: CloudWatch's subscriptions and API, Azure, OpenTelemetry, Google's API, Loki, and Elasticsearch,
    /// which has its list inside of an object of the same name.
    private static let listKeys: [StaticString] = [
        "logEvents", "events", "records", "resourceLogs", "scopeLogs", "logRecords", "entries", "streams", "result", "hits",
    ]
    /// Keys under which an object with such a list may stand: Elasticsearch, Loki.
    private static let listHolderKeys: [StaticString] = ["hits", "data"]

    /// What an object turned out to be.
    struct Content {
        /// The line that it holds.
        var line: LineWrapper.Inner?
        /// The position inside of the first list in it, or of the object with the list; 0 where there is none.
        var list = 0
        /// The position behind it, or a failure of ``JSONSkip``.
        var behind = 0

        /// Whether it holds a line that says something.
        var hasText: Bool { !ShippedObject.isEmpty(line) }
    }

    private struct Texts {
        var own: LineWrapper.Inner?
        var held: LineWrapper.Inner?
        var other: LineWrapper.Inner?

        /// The first that says something, or else any.
        var best: LineWrapper.Inner? {
            let said = [own, held, other].first { !ShippedObject.isEmpty($0) }
            return said ?? own ?? held ?? other
        }
    }

    /// Looks at the object at `start`. Complexity: O(bytes of it).
    ///
    /// Precondition: an opening brace stands there.
    static func read(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Content {
        var texts = Texts()
        var content = Content()
        content.behind = members(bytes, start, end) { key, value in
            if bytes[value] == JSONSkip.quote {
                let isOwn = isEmpty(texts.own) && isOne(of: textKeys, bytes, key)
                guard isOwn || isEmpty(texts.other) && isOne(of: otherKeys, bytes, key) else { return nil }
                let (text, behind) = text(bytes, value, end)
                if isOwn { texts.own = text ?? texts.own } else { texts.other = text ?? texts.other }
                return behind
            }
            if bytes[value] == UInt8(ascii: "{"), isEmpty(texts.held) {
                let holdsAny = isOne(of: holderKeys, bytes, key)
                if holdsAny || isOne(of: rawHolderKeys, bytes, key) {
                    let (text, behind) = held(bytes, value, end, under: holdsAny ? textKeys : [])
                    texts.held = text ?? texts.held
                    return behind
                }
            }
            if content.list == 0 { content.list = list(bytes, key: key, value, end) }
            return nil
        }
        content.line = texts.best
        return content
    }

    /// The position inside of a list of objects under one of the keys, or of the object that has it; 0 where there is neither.
    static func list(_ bytes: PaddedBytes, key: Int, _ value: Int, _ end: Int) -> Int {
        if bytes[value] == UInt8(ascii: "{") { return isOne(of: listHolderKeys, bytes, key) ? value : 0 }
        // Loki's lists hold pairs of a time and a line.
        let holdsPairs = bytes.hasASCII("values\"", at: key)
        guard bytes[value] == UInt8(ascii: "["), holdsPairs || isOne(of: listKeys, bytes, key) else { return 0 }
        let first = JSONSkip.space(bytes, value + 1, end)
        return first < end && bytes[first] == UInt8(ascii: holdsPairs ? "[" : "{") ? value + 1 : 0
    }

    /// Loki's pair of a time in nanoseconds and a line, from the quote before the time on, with what may stand beside the line.
    static func pair(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Content {
        var content = Content()
        var digits = 0
        while digits < 20 && start + 1 + digits < end && bytes[start + 1 + digits] &- 0x30 < 10 { digits += 1 }
        guard digits >= 18, start + 1 + digits < end, bytes[start + 1 + digits] == JSONSkip.quote else { return content }
        let comma = JSONSkip.space(bytes, start + 2 + digits, end)
        let second = comma < end && bytes[comma] == UInt8(ascii: ",") ? JSONSkip.space(bytes, comma + 1, end) : end
        content.behind = JSONSkip.more
        guard second < end, bytes[second] == JSONSkip.quote else { return content }
        (content.line, content.behind) = text(bytes, second, end)
        guard content.behind > 0 else { return content }
        var behind = JSONSkip.space(bytes, content.behind, end)
        if behind < end && bytes[behind] == UInt8(ascii: ",") {
            behind = JSONSkip.space(bytes, behind + 1, end)
            behind = behind < end ? JSONSkip.value(bytes, behind, end, depth: 2) : JSONSkip.more
        }
        content.behind = behind
        return content
    }

    private static func isEmpty(_ text: LineWrapper.Inner?) -> Bool { text.map { $0.start == $0.end } ?? true }

    private static func isOne(of keys: [StaticString], _ bytes: PaddedBytes, _ start: Int) -> Bool {
        keys.contains { bytes.hasASCII($0, at: start) && bytes[start + $0.utf8CodeUnitCount] == JSONSkip.quote }
    }

    /// The line in an object that may hold one, as it was or else under one of `keys`, and the position behind the object.
    private static func held(
        _ bytes: PaddedBytes, _ start: Int, _ end: Int, under keys: [StaticString]
    ) -> (LineWrapper.Inner?, Int) {
        var (raw, any): (LineWrapper.Inner?, LineWrapper.Inner?)
        let behind = members(bytes, start, end) { key, value in
            guard bytes[value] == JSONSkip.quote else { return nil }
            let isRaw = isEmpty(raw) && isOne(of: rawKeys, bytes, key)
            guard isRaw || isEmpty(any) && isOne(of: keys, bytes, key) else { return nil }
            let (text, behind) = text(bytes, value, end)
            if isRaw { raw = text ?? raw } else { any = text ?? any }
            return behind
        }
        return (isEmpty(raw) ? any ?? raw : raw, behind)
    }

    /// Goes through the members of the object at `start`. Returns the position behind it, or a failure.
    ///
    /// - Parameter visit: given where a key's text and its value begin: the position behind the value, a failure, or nil to pass over it.
    @inline(__always)
    private static func members(_ bytes: PaddedBytes, _ start: Int, _ end: Int, visit: (Int, Int) -> Int?) -> Int {
        var position = JSONSkip.space(bytes, start + 1, end)
        while position < end {
            if bytes[position] == UInt8(ascii: "}") { return position + 1 }
            let value = JSONSkip.key(bytes, position, end)
            guard value > 0 else { return value }
            position = visit(position + 1, value) ?? JSONSkip.value(bytes, value, end, depth: 2)
            guard position > 0 else { return position }
            position = JSONSkip.space(bytes, position, end)
            guard position < end else { break }
            if bytes[position] == UInt8(ascii: ",") {
                position = JSONSkip.space(bytes, position + 1, end)
            } else if bytes[position] != UInt8(ascii: "}") {
                return JSONSkip.syntax
            }
        }
        return JSONSkip.more
    }

    /// The text whose quote stands at `start`, a line end at its end left out, and the position behind it or a failure.
    private static func text(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> (LineWrapper.Inner?, Int) {
        var isEscaped = false
        let behind = JSONSkip.string(bytes, start + 1, end, hasEscape: &isEscaped)
        guard behind > 0 else { return (nil, behind) }
        var last = behind - 1
        if isEscaped && bytes[last - 1] == UInt8(ascii: "n") {
            // It is an escape if the backslash before it is none of an escaped one's.
            var first = last - 1
            while bytes[first - 1] == UInt8(ascii: "\\") { first -= 1 }
            if (last - 1 - first) % 2 == 1 {
                last -= 2
                isEscaped = bytes.firstIndex(of: UInt8(ascii: "\\"), from: start + 1, to: last) < last
            }
        }
        return (LineWrapper.Inner(start: start + 1, end: last, isEscaped: isEscaped), behind)
    }
}
