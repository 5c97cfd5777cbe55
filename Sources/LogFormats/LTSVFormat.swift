// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `ltsv`: labelled values between tabs, `user:svc-bi<tab>status:200`, an access log's by the labels that nginx, Apache and others use for
/// it, or with a field map anybody's.
///
/// Values mean what they mean to `json`; the time may stand in the common log's brackets, and `req` holds method and path. Lines without an
/// account are ignored and counted, as in `combined`. A label that comes twice counts once, the first time, and is counted as
/// `duplicate_key`. Source: ltsv.org, "Labels for Web server's Log". Complexity: O(bytes × labels). State: about 2 KB.
public struct LTSVFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "ltsv", summary: "labelled tab-separated values: access logs by their usual labels, or any others with a field map",
        defaultLateness: .minutes(2), mappableKeys: ColumnPlan.mappableKeys, standIns: ["host", "remote_addr", "client_ip"],
        example:
            "time:01/Jun/2026:02:05:00 +0000\thost:192.0.2.7\tuser:svc-orders\treq:GET /api/contacts HTTP/1.1\tstatus:200\tsize:51200\t"
            + "ua:sync/2.1")

    /// The labels of access logs, the surest first.
    private static let usual: [JSONField: [String]] = [
        .ts: ["time", "time_iso8601", "time_local", "datetime", "date", "epoch", "msec", "timestamp"],
        .account: ["user", "remote_user", "username", "user_id"], .method: ["request_method"], .endpoint: ["uri", "path", "request_uri"],
        .bytes: ["size", "body_bytes_sent", "bytes_sent"], .ip: ["host", "remote_addr", "client_ip", "remotehost"],
        .agent: ["ua", "user_agent", "http_user_agent", "useragent"], .env: ["vhost"], .status: ["st", "status_code"],
    ]
    private static let requestLabels = ["req", "request"]

    /// A label and what stands behind it, the surest of a field first.
    private struct Label: Sendable {
        var name: [UInt8]
        /// The field, or nil for a whole request.
        var field: JSONField?
    }

    private var labels: [Label] = []
    /// Where the values of a line stand, by label.
    private var values: [TextRange]
    private var clock = LogClock()

    /// Throws: ``FormatOptionsError`` when a key of the map is unknown, or two are read from one place.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        let problems = ColumnPlan.problems(options.fields, format: "ltsv")
        if !problems.isEmpty { throw FormatOptionsError(problems: problems) }
        let taken = Set(options.fields.values)
        for field in JSONField.allCases {
            let names =
                options.fields[field.name].map { [$0] } ?? ([field.name] + (LTSVFormat.usual[field] ?? [])).filter { !taken.contains($0) }
            labels += names.map { Label(name: Array($0.utf8), field: field) }
        }
        labels += LTSVFormat.requestLabels.filter { !taken.contains($0) }.map { Label(name: Array($0.utf8), field: nil) }
        values = Array(repeating: .none, count: labels.count)
    }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        while position < bytes.count && !lines.isFull {
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if end == bytes.count && !isFinal { break }
            line(bytes, from: position, to: end > position && bytes[end &- 1] == UInt8(ascii: "\r") ? end &- 1 : end, into: &lines)
            position = min(end &+ 1, bytes.count)
        }
        return position
    }

    private mutating func line(_ bytes: PaddedBytes, from start: Int, to end: Int, into lines: inout DecodedLines) {
        var position = start
        while position + 3 <= end && bytes.hasASCII("\u{FEFF}", at: position) { position += 3 }
        while position < end && bytes[position] <= 0x20 { position += 1 }
        guard position < end else { return }
        for index in values.indices { values[index] = .none }
        var hasDuplicate = false
        var count = 0
        while position < end {
            let stop = bytes.firstIndex(of: 0x09, from: position, to: end)
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"), from: position, to: stop)
            if colon < stop && colon > position {
                count += 1
                keep(bytes, label: position..<colon, value: colon + 1..<stop, &hasDuplicate)
            }
            position = stop + 1
        }
        // Words with a colon somewhere are no labels.
        guard count > 1 else { return lines.refuse(bytes[start] >= 0xFE ? .utf16 : .syntax, start: start, end: end) }
        var draft = LineDraft(start: start)
        take(bytes, into: &draft)
        if let reason = draft.refusal, reason != .missingAccount { return lines.refuse(reason, start: start, end: end) }
        if hasDuplicate { lines.refuse(.duplicateKey, start: start, end: end) }
        draft.finishRequest(bytes, into: &lines)
    }

    /// Notes where the value of a label stands, if it is one of ours and says something.
    private mutating func keep(_ bytes: PaddedBytes, label: Range<Int>, value: Range<Int>, _ hasDuplicate: inout Bool) {
        for index in labels.indices where labels[index].name.count == label.count {
            let name = labels[index].name
            guard name.indices.allSatisfy({ bytes[label.lowerBound + $0] == name[$0] }) else { continue }
            if !values[index].isEmpty {
                hasDuplicate = true
            } else if !bytes.saysNothing(from: value.lowerBound, to: value.upperBound) {
                values[index] = TextRange(start: value.lowerBound, count: value.count)
            }
            return
        }
    }

    /// Takes of each field the first label that has a value.
    private mutating func take(_ bytes: PaddedBytes, into draft: inout LineDraft) {
        var last: JSONField?
        for index in labels.indices where !values[index].isEmpty {
            let (start, end) = (Int(values[index].start), Int(values[index].start) + values[index].count)
            guard let field = labels[index].field else {
                request(bytes, from: start, to: end, into: &draft)
                continue
            }
            guard field != last else { continue }
            last = field
            let isBracketed = field == .ts && bytes[start] == UInt8(ascii: "[") && bytes[end - 1] == UInt8(ascii: "]")
            draft.take(field, bytes, from: isBracketed ? start + 1 : start, to: isBracketed ? end - 1 : end, clock: &clock)
        }
    }

    /// `GET /path HTTP/1.1`.
    private mutating func request(_ bytes: PaddedBytes, from start: Int, to end: Int, into draft: inout LineDraft) {
        let blank = bytes.firstIndex(of: 0x20, from: start, to: end)
        guard blank < end else { return }
        draft.take(.method, bytes, from: start, to: blank, clock: &clock)
        draft.take(.endpoint, bytes, from: blank + 1, to: bytes.firstIndex(of: 0x20, from: blank + 1, to: end), clock: &clock)
    }
}
