// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `haproxy`: the HTTP log of HAProxy (`option httplog`), behind its syslog header; in a file of a syslog daemon with `wrapper: syslog`.
///
/// The log names no account: every line is ignored unless the field map takes a column for one, `fields: {account: client}` say, or
/// `request_headers` where a captured header names the consumer. Times are without a zone and taken as UTC. HAProxy writes quotes inside of
/// texts as `#22`. Source: HAProxy, "Configuration Manual", 8.2.3 "HTTP log format".
///
/// Complexity: O(bytes). State: see ``WordReader``.
public struct HAProxyFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "haproxy", summary: "HTTP logs of HAProxy (mostly with wrapper: syslog); a field map says which column is the account",
        defaultLateness: .minutes(2), mappableKeys: ColumnPlan.mappableKeys, columns: HAProxyLayout.names, standIns: ["client"],
        example: #"192.0.2.7:44740 [01/Jun/2026:02:05:00.726] in~ crm/node1 0/0/1/0/2 200 51200 - - ---- 6/6/0/0/0 0/0 {svc} "#
            + #""GET /api/contacts HTTP/1.1""#)

    private var reader: WordReader<HAProxyLayout>

    /// Throws: ``FormatOptionsError`` for a map that names what the log does not have.
    public init(options: FormatOptions) throws(FormatOptionsError) { reader = try WordReader(map: options.fields) }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        reader.decode(bytes, from: start, isFinal: isFinal, into: &lines)
    }
}

enum HAProxyLayout: WordLayout {
    static let name = "haproxy"
    static let columns = [
        "client:port", "accept_date", "frontend", "backend_server", "timers", "status", "bytes_read", "request_cookie", "response_cookie",
        "termination_state", "connections", "queues", "request_headers", "response_headers", "request",
    ]
    static let derived = ["client", "request_method", "request_path"]
    static let usual: [JSONField: [String]] = [
        .ts: ["accept_date"], .method: ["request_method"], .endpoint: ["request_path"], .status: ["status"], .bytes: ["bytes_read"],
        .ip: ["client"],
    ]

    static func arrange(_ row: inout WordRow, _ bytes: PaddedBytes, from start: Int, to end: Int) -> MalformedReason? {
        // The request is the one text in quotes: what stands between braces before it may hold blanks.
        let open = bytes.firstIndex(of: UInt8(ascii: "\""), from: start, to: end)
        var close = end
        while close > open && bytes[close &- 1] != UInt8(ascii: "\"") { close &-= 1 }
        guard close > open + 1 else { return .syntax }
        row.split(bytes, from: start, to: open)
        guard row.count >= 12, !row.isBroken, !row[1].isEmpty, bytes[row.range(1).lowerBound &- 1] == UInt8(ascii: "[") else {
            return .syntax
        }
        // Some put further words behind the server: the timers are five numbers with slashes.
        var timers = 4
        while timers < 7 && slashes(bytes, row.range(timers)) != 4 { timers += 1 }
        guard timers < 7, row.count >= timers + 8, slashes(bytes, row.range(timers + 6)) == 4 else { return .syntax }
        if timers > 4 { for column in 4..<12 { row[column] = row[column + timers - 4] } }
        // The queues: what is captured stands behind them.
        guard slashes(bytes, row.range(11)) == 1 else { return .syntax }
        let behind = row.range(11).upperBound
        for column in 12..<15 { row[column] = .none }
        headers(&row, bytes, from: behind, to: open)
        row[14] = TextRange(start: open + 1, count: close - open - 2)
        guard row.splitRequest(bytes, 14, method: WordRow.limit + 1, path: WordRow.limit + 2) else { return .syntax }
        row.dropPort(bytes, 0, into: WordRow.limit, always: true)
        return nil
    }

    /// Slashes of a word that holds nothing else but digits and signs; −1 otherwise.
    private static func slashes(_ bytes: PaddedBytes, _ word: Range<Int>) -> Int {
        var count = 0
        for index in word {
            switch bytes[index] {
            case UInt8(ascii: "/"): count += 1
            case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"): continue
            default: return -1
            }
        }
        return count
    }

    /// `{…} {…}`: captured headers of the request and of the response. A brace inside of them is written as `#7B` or `#7D`.
    private static func headers(_ row: inout WordRow, _ bytes: PaddedBytes, from start: Int, to end: Int) {
        var position = start
        for column in 12..<14 {
            position = bytes.firstIndex(of: UInt8(ascii: "{"), from: position, to: end)
            let close = bytes.firstIndex(of: UInt8(ascii: "}"), from: position, to: end)
            guard close < end else { return }
            row[column] = TextRange(start: position + 1, count: close - position - 1)
            position = close
        }
    }
}
