// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `envoy`: the access log of Envoy in its default text format, and in Istio's.
///
/// The log names no account: every line is ignored unless the field map takes a column for one, `fields: {account: client}` say, which is
/// the last entry of `x_forwarded_for`, the one that Envoy itself saw. Envoy escapes nothing: where a request ends is told by the number
/// behind it. Source: envoyproxy.io, "Access logging", "Default format string"; Istio, `EnvoyTextLogFormat`.
///
/// Complexity: O(bytes). State: see ``WordReader``.
public struct EnvoyFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "envoy", summary: "access logs of Envoy and Istio in their default text; a field map says which column is the account",
        defaultLateness: .minutes(2), mappableKeys: ColumnPlan.mappableKeys, columns: EnvoyLayout.names,
        standIns: ["client", "user_agent", "downstream"],
        example:
            #"[2026-06-01T02:05:00.310Z] "GET /api/contacts HTTP/2" 200 - 0 51200 113 112 "192.0.2.7" "sync/2.1" "9b7c" "crm" "10.0.2.1:80""#
    )

    private var reader: WordReader<EnvoyLayout>

    /// Throws: ``FormatOptionsError`` for a map that names what the log does not have.
    public init(options: FormatOptions) throws(FormatOptionsError) { reader = try WordReader(map: options.fields) }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        reader.decode(bytes, from: start, isFinal: isFinal, into: &lines)
    }
}

enum EnvoyLayout: WordLayout {
    static let name = "envoy"
    static let columns = [
        "start_time", "request", "response_code", "response_flags", "response_code_details", "connection_termination_details",
        "upstream_transport_failure_reason", "bytes_received", "bytes_sent", "duration", "upstream_service_time", "x_forwarded_for",
        "user_agent", "request_id", "authority", "upstream_host", "upstream_cluster", "upstream_local_address", "downstream_local_address",
        "downstream_remote_address", "requested_server_name", "route_name",
    ]
    static let derived = ["client", "request_method", "request_path", "downstream"]
    static let usual: [JSONField: [String]] = [
        .ts: ["start_time"], .method: ["request_method"], .endpoint: ["request_path"], .status: ["response_code"], .bytes: ["bytes_sent"],
        .ip: ["client"], .agent: ["user_agent"],
    ]

    @inline(__always)
    static func arrange(_ row: inout WordRow, _ bytes: PaddedBytes, from start: Int, to end: Int) -> MalformedReason? {
        guard bytes[start] == UInt8(ascii: "[") else { return .syntax }
        row.split(bytes, from: start, to: end, numbered: 1)
        guard row.count >= 9 else { return .syntax }
        // Istio says behind the flags why and how, in one text up to 1.3, in two up to 1.7, then in three; Envoy's own format goes on with
        // the bytes received.
        guard let reasons = (0...3).first(where: { hasCounts(row, bytes, behind: $0) }), row.count >= 9 + reasons else { return .syntax }
        if reasons < 3 {
            let last = reasons == 0 ? 16 : columns.count - 3 + reasons
            for column in stride(from: min(row.count, last) - 1, through: 4 + reasons, by: -1) { row[column + 3 - reasons] = row[column] }
            for column in 4 + reasons..<7 { row[column] = .none }
        }
        guard row.splitRequest(bytes, 1, method: WordRow.limit + 1, path: WordRow.limit + 2) else { return .syntax }
        if !row[11].isEmpty { row.takeLast(bytes, 11, into: WordRow.limit) }
        row.dropPort(bytes, row[11].isEmpty ? 19 : WordRow.limit, into: WordRow.limit)
        row.dropPort(bytes, 19, into: WordRow.limit + 3)
        return nil
    }

    /// Whether the bytes received and sent stand behind so many texts. One text or two are in quotes, and the last of three; the bytes are
    /// read later.
    @inline(__always)
    private static func hasCounts(_ row: WordRow, _ bytes: PaddedBytes, behind texts: Int) -> Bool {
        guard isCount(bytes, row[4 &+ texts]) else { return false }
        guard texts > 0 else { return true }
        for column in (texts == 3 ? 6 : 4)..<4 &+ texts {
            if !row[column].isEmpty && bytes[Int(row[column].start) &- 1] != UInt8(ascii: "\"") { return false }
        }
        return isCount(bytes, row[5 &+ texts])
    }

    /// Whether a word is a number without quotes. Precondition: it does not begin the line.
    @inline(__always)
    private static func isCount(_ bytes: PaddedBytes, _ word: TextRange) -> Bool {
        let start = Int(word.start)
        return !word.isEmpty && bytes[start] &- 0x30 < 10 && bytes[start &- 1] == 0x20
            && (word.count == 1 || bytes[start &+ word.count &- 1] &- 0x30 < 10)
    }
}
