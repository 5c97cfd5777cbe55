// weir
// SPDX-License-Identifier: Apache-2.0

/// What another program puts around each line before it reaches the file.
public enum LineWrapper: String, CaseIterable, Sendable {
    /// The header of a syslog daemon: RFC 3164 or RFC 5424, with and without the priority, or rsyslog's with RFC 3339 times.
    case syslog
    /// Docker's `json-file`: `{"log":"…\n","stream":"stdout","time":"…"}`.
    case docker
    /// containerd and CRI-O: `2026-06-01T02:05:00.123456789Z stdout F …`.
    case cri
    /// What log shippers write, and `journalctl -o json`: a JSON object with the line as a text in it, see ``WrappedObjects``.
    case json
    /// What is exported from where logs are searched: a table with the line in a column, or a column for each key, see ``WrappedRows``.
    case csv
    /// What tools put before the lines of a container or stream, see ``LinePrefix``.
    case prefix

    /// One line for the manual.
    public var summary: String {
        switch self {
        case .syslog: "a syslog header before each line (RFC 3164, RFC 5424, rsyslog's file format), with or without priority"
        case .docker: "Docker's json-file, a JSON object around each line"
        case .cri: "containerd and CRI-O, a time, a stream and P or F before each line"
        case .json:
            "a JSON object around each line, as shippers, clouds and collectors write it, one a line or many, in lists or behind a tag: the "
                + "line under message, MESSAGE (journald), log, line, textPayload, _raw, full_message, or msg, event, body, short_message, "
                + "RawData, resultDescription"
        case .csv:
            "a table with a header and the line in its column _raw (Splunk), AuditData (Purview), @message (CloudWatch), message, log, line, "
                + "textPayload, LogMessage, RawData, content or body; for a product's records also a table whose columns are their keys"
        case .prefix: "before each line what Compose, kubectl, docker logs -t, Fluentd or CloudWatch's export to S3 put there"
        }
    }

    /// Where a line stands inside of what is around it.
    struct Inner: Equatable {
        var start: Int
        var end: Int
        /// Its text has escapes, which are JSON's.
        var isEscaped = false
        /// The line goes on in the next entry of the stream.
        var isPartial = false
        /// 1 for standard output, 2 for standard error, 0 where there are no streams.
        var stream: UInt8 = 0
    }

    /// The line inside of `start ..< end`, or nil when there is not what should be around it, and of a table or objects, whose records are
    /// no lines.
    /// Complexity: O(bytes).
    @inline(__always)
    func inner(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Inner? {
        switch self {
        case .syslog: SyslogHeader.end(bytes, from: start, to: end).map { Inner(start: $0, end: end) }
        case .docker: LineWrapper.docker(bytes, from: start, to: end)
        case .cri: LineWrapper.cri(bytes, from: start, to: end)
        case .json, .csv: nil
        case .prefix: LinePrefix.end(bytes, from: start, to: end).map { Inner(start: $0, end: end) }
        }
    }

    /// Docker writes the keys in this order, and the text's line end as its last escape; without it the line goes on.
    private static func docker(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Inner? {
        guard end - start > 10, bytes.hasASCII("{\"log\":\"", at: start), bytes[end - 1] == UInt8(ascii: "}"),
            let text = text(bytes, from: start + 8, to: end)
        else { return nil }
        let behind = text.behind
        guard bytes[behind] == UInt8(ascii: ",") || bytes[behind] == UInt8(ascii: "}") else { return nil }
        let isOutput = bytes.hasASCII(",\"stream\":\"stdout\"", at: behind)
        let isError = !isOutput && bytes.hasASCII(",\"stream\":\"stderr\"", at: behind)
        return Inner(
            start: start + 8, end: text.end, isEscaped: text.isEscaped, isPartial: !text.hasLineEnd, stream: isOutput ? 1 : isError ? 2 : 0)
    }

    /// A JSON text from behind its quote: where what it says ends, a line end apart, and the position behind its closing quote.
    private static func text(
        _ bytes: PaddedBytes, from first: Int, to end: Int
    ) -> (end: Int, behind: Int, isEscaped: Bool, hasLineEnd: Bool)? {
        var position = first
        var escape = -1
        var firstEscape = -1
        while true {
            position = bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: position, to: end)
            guard position < end else { return nil }
            if bytes[position] == UInt8(ascii: "\"") { break }
            escape = position
            if firstEscape < 0 { firstEscape = position }
            position += 2
            guard position < end else { return nil }
        }
        let hasLineEnd = escape >= 0 && escape == position - 2 && bytes[position - 1] == UInt8(ascii: "n")
        let last = hasLineEnd ? escape : position
        return (last, position + 1, firstEscape >= 0 && firstEscape < last, hasLineEnd)
    }

    private static func cri(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Inner? {
        let time = bytes.firstIndex(of: 0x20, from: start, to: end)
        guard time + 9 < end + 1, TimestampParser.rfc3339(bytes, from: start, to: time) != .min else { return nil }
        let isOutput = bytes.hasASCII("stdout ", at: time + 1)
        guard isOutput || bytes.hasASCII("stderr ", at: time + 1) else { return nil }
        let tag = time + 8
        guard tag < end, bytes[tag] == UInt8(ascii: "F") || bytes[tag] == UInt8(ascii: "P") else { return nil }
        // Further tags follow behind colons; the text behind the next blank, which may be missing when it is empty.
        let tags = bytes.firstIndex(of: 0x20, from: tag, to: end)
        guard tags == tag + 1 || bytes[tag + 1] == UInt8(ascii: ":") else { return nil }
        return Inner(
            start: min(tags + 1, end), end: end, isPartial: bytes[tag] == UInt8(ascii: "P"), stream: isOutput ? 1 : 2)
    }
}

/// Finds the end of a syslog header.
enum SyslogHeader {
    /// Where the message starts, or nil when `start ..< end` does not begin with a header. Complexity: O(bytes of the header).
    static func end(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        var position = start
        if position < end && bytes[position] == UInt8(ascii: "<") {
            let close = bytes.firstIndex(of: UInt8(ascii: ">"), from: position, to: min(position + 5, end))
            guard close < min(position + 5, end), close > position + 1 else { return nil }
            for index in position + 1..<close where bytes[index] &- 0x30 > 9 { return nil }
            position = close + 1
        }
        if position + 2 < end && bytes[position] == UInt8(ascii: "1") && bytes[position + 1] == 0x20 {
            return structured(bytes, from: position + 2, to: end)
        }
        guard let behind = time(bytes, from: position, to: end) else { return nil }
        return message(bytes, from: behind, to: end)
    }

    /// RFC 5424 from its time on: time, host, program, process, message id, structured data.
    private static func structured(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        var position = bytes.firstIndex(of: 0x20, from: start, to: end)
        let isNil = position == start + 1 && bytes[start] == UInt8(ascii: "-")
        guard position < end, isNil || TimestampParser.rfc3339(bytes, from: start, to: position) != .min else { return nil }
        for _ in 0..<4 {
            let next = bytes.firstIndex(of: 0x20, from: position + 1, to: end)
            guard next < end, next > position + 1 else { return nil }
            position = next
        }
        position += 1
        guard position < end else { return nil }
        if bytes[position] == UInt8(ascii: "-") {
            position += 1
        } else {
            guard bytes[position] == UInt8(ascii: "[") else { return nil }
            while position < end && bytes[position] == UInt8(ascii: "[") {
                guard let behind = element(bytes, from: position + 1, to: end) else { return nil }
                position = behind
            }
        }
        guard position == end || bytes[position] == 0x20 else { return nil }
        position = min(position + 1, end)
        return position + 3 <= end && bytes.hasASCII("\u{FEFF}", at: position) ? position + 3 : position
    }

    /// The end of one element of structured data: values are in quotes, with escapes.
    private static func element(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        var isQuoted = false
        var position = start
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\\") where isQuoted: position += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "]") where !isQuoted: return position + 1
            default: break
            }
            position += 1
        }
        return nil
    }

    /// `Jun  1 02:05:00 ` or an RFC 3339 time and a blank.
    private static func time(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        guard start + 16 <= end else { return nil }
        if bytes[start + 3] == 0x20 {
            let day = bytes[start + 4] == 0x20 ? Int(bytes[start + 5] &- 0x30) : TimestampParser.pair(bytes, start + 4)
            let isTime =
                bytes[start + 6] == 0x20 && bytes[start + 9] == UInt8(ascii: ":") && bytes[start + 12] == UInt8(ascii: ":")
                && bytes[start + 15] == 0x20 && TimestampParser.pair(bytes, start + 7) < 24
                && max(TimestampParser.pair(bytes, start + 10), TimestampParser.pair(bytes, start + 13)) <= 60
            let month = TimestampParser.month(bytes.half(at: start) & 0xFF_FFFF)
            return month > 0 && day >= 1 && day <= 31 && isTime ? start + 16 : nil
        }
        let stop = bytes.firstIndex(of: 0x20, from: start, to: end)
        return stop < end && TimestampParser.rfc3339(bytes, from: start, to: stop) != .min ? stop + 1 : nil
    }

    /// Behind the time: host and `program[process]:`, either of which may be missing, then the message.
    private static func message(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Int? {
        var position = start
        let host = bytes.firstIndex(of: 0x20, from: position, to: end)
        guard host > position else { return nil }
        let isTag = bytes[host - 1] == UInt8(ascii: ":")
        position = min(host + 1, end)
        if !isTag {
            let tag = bytes.firstIndex(of: 0x20, from: position, to: end)
            if tag > position && bytes[tag - 1] == UInt8(ascii: ":") { position = min(tag + 1, end) }
        }
        while position < end && bytes[position] == 0x20 { position += 1 }
        if position + 6 <= end && bytes.hasASCII("@cee: ", at: position) { position += 6 }
        return position
    }
}
