// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `alb`: the access log of AWS Application Load Balancers, and of the Classic Load Balancers before them (HTTP listeners).
///
/// The log names no account: every line is ignored unless the field map takes a column for one, `fields: {account: client}` say. Bytes are
/// those sent to the client, the status is the load balancer's. Source: AWS, "Access logs for your Application Load Balancer".
///
/// Complexity: O(bytes). State: see ``WordReader``.
public struct ALBFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "alb", summary: "access logs of AWS Application (and Classic) Load Balancers; a field map says which column is the account",
        defaultLateness: .minutes(15), mappableKeys: ColumnPlan.mappableKeys, columns: ALBLayout.names, standIns: ["client"],
        example: #"https 2026-06-01T02:05:00.186641Z app/crm/50dc6c49 192.0.2.7:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "#
            + #""GET https://crm.example.com:443/api/contacts HTTP/1.1" "sync/2.1" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2"#)

    private var reader: WordReader<ALBLayout>

    /// Throws: ``FormatOptionsError`` for a map that names what the log does not have.
    public init(options: FormatOptions) throws(FormatOptionsError) { reader = try WordReader(map: options.fields) }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        reader.decode(bytes, from: start, isFinal: isFinal, into: &lines)
    }
}

enum ALBLayout: WordLayout {
    static let name = "alb"
    static let columns = [
        "type", "time", "elb", "client:port", "target:port", "request_processing_time", "target_processing_time",
        "response_processing_time", "elb_status_code", "target_status_code", "received_bytes", "sent_bytes", "request", "user_agent",
        "ssl_cipher", "ssl_protocol", "target_group_arn", "trace_id", "domain_name", "chosen_cert_arn", "matched_rule_priority",
        "request_creation_time", "actions_executed", "redirect_url", "error_reason", "target:port_list", "target_status_code_list",
        "classification", "classification_reason", "conn_trace_id",
    ]
    static let derived = ["client", "request_method", "request_path"]
    static let usual: [JSONField: [String]] = [
        .ts: ["time"], .method: ["request_method"], .endpoint: ["request_path"], .status: ["elb_status_code"], .bytes: ["sent_bytes"],
        .ip: ["client"], .agent: ["user_agent"], .tls: ["ssl_protocol"], .scheme: ["type"],
    ]

    @inline(__always)
    static func arrange(_ row: inout WordRow, _ bytes: PaddedBytes, from start: Int, to end: Int) -> MalformedReason? {
        // A Classic Load Balancer's line starts with the time.
        let isClassic = bytes[start] &- 0x30 < 10
        row.split(bytes, from: start, to: end, first: isClassic ? 1 : 0)
        guard row.count >= 13, isNumber(bytes, row[5]), isNumber(bytes, row[6]), isNumber(bytes, row[7]),
            row.splitRequest(bytes, 12, method: WordRow.limit + 1, path: WordRow.limit + 2)
        else { return .syntax }
        row.dropPort(bytes, 3, into: WordRow.limit)
        return nil
    }

    /// Whether a word begins like a number: `0.086`, `-1`.
    @inline(__always)
    private static func isNumber(_ bytes: PaddedBytes, _ word: TextRange) -> Bool {
        let first = bytes[Int(word.start)]
        return !word.isEmpty && (first &- 0x30 < 10 || first == UInt8(ascii: "-"))
    }
}
