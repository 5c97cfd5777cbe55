// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `s3_access`: server access logs of Amazon S3.
///
/// The account is the requester: of an assumed role the role, without the session's name, which is another one every hour. Lines without
/// one are ignored. The object is the bucket, the endpoint the key. A line may be delivered twice and hours late: its identity is a hash of
/// its bytes, which hold the request's id. Source: AWS, "Amazon S3 server access log format".
///
/// Complexity: O(bytes). State: see ``WordReader``.
public struct S3AccessFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "s3_access", summary: "server access logs of Amazon S3, with the requester as account", defaultLateness: .hours(6),
        mappableKeys: ColumnPlan.mappableKeys, columns: S3AccessLayout.names, standIns: ["remote_ip"],
        example: "79a59df9 crm-exports [01/Jun/2026:02:05:00 +0000] 192.0.2.3 arn:aws:iam::123456789012:user/sync 3E57427F REST.GET.OBJECT "
            + #"contacts.csv "GET /contacts.csv HTTP/1.1" 200 - 51200 51200 70 10 "-" "aws-cli/2.1" - s9lzHYr SigV4 - AuthHeader h TLSv1.2"#
    )

    private var reader: WordReader<S3AccessLayout>

    /// Throws: ``FormatOptionsError`` for a map that names what the log does not have.
    public init(options: FormatOptions) throws(FormatOptionsError) { reader = try WordReader(map: options.fields) }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        reader.decode(bytes, from: start, isFinal: isFinal, into: &lines)
    }
}

enum S3AccessLayout: WordLayout {
    static let name = "s3_access"
    static let columns = [
        "bucket_owner", "bucket", "time", "remote_ip", "requester_session", "request_id", "operation", "key", "request", "http_status",
        "error_code", "bytes_sent", "object_size", "total_time", "turn_around_time", "referrer", "user_agent", "version_id", "host_id",
        "signature_version", "cipher_suite", "authentication_type", "host_header", "tls_version", "access_point_arn", "acl_required",
    ]
    static let derived = ["requester", "request_method", "request_path"]
    static let usual: [JSONField: [String]] = [
        .ts: ["time"], .account: ["requester"], .method: ["request_method"], .endpoint: ["key"], .object: ["bucket"],
        .status: ["http_status"], .bytes: ["bytes_sent"], .ip: ["remote_ip"], .agent: ["user_agent"], .tls: ["tls_version"],
    ]
    static let deliversTwice = true

    @inline(__always)
    static func arrange(_ row: inout WordRow, _ bytes: PaddedBytes, from start: Int, to end: Int) -> MalformedReason? {
        row.split(bytes, from: start, to: end, numbered: 8)
        // Other logs of as many words have no time in brackets there.
        let time = row.range(2)
        guard row.count >= 15, !time.isEmpty, bytes[time.lowerBound &- 1] == UInt8(ascii: "["),
            row.splitRequest(bytes, 8, method: WordRow.limit + 1, path: WordRow.limit + 2)
        else { return .syntax }
        var requester = row.range(4)
        if isAssumedRole(bytes, requester) {
            var slash = requester.upperBound
            while slash > requester.lowerBound && bytes[slash - 1] != UInt8(ascii: "/") { slash -= 1 }
            if slash > requester.lowerBound { requester = requester.lowerBound..<slash - 1 }
        }
        row[WordRow.limit] = TextRange(start: requester.lowerBound, count: requester.count)
        return nil
    }

    /// `arn:aws:sts::123456789012:assumed-role/…/…`
    private static func isAssumedRole(_ bytes: PaddedBytes, _ text: Range<Int>) -> Bool {
        var position = text.lowerBound
        guard text.count > 20, bytes.hasASCII("arn:", at: position) else { return false }
        for _ in 0..<5 {
            position = bytes.firstIndex(of: UInt8(ascii: ":"), from: position, to: text.upperBound)
            guard position < text.upperBound else { return false }
            position += 1
        }
        return position + 13 < text.upperBound && bytes.hasASCII("assumed-role/", at: position)
    }

    /// `REST.GET.OBJECT` and the like say more than the method.
    @inline(__always)
    static func complete(_ line: inout DecodedLine, _ row: WordRow, _ bytes: PaddedBytes) {
        let operation = row.range(6)
        let first = bytes.firstIndex(of: UInt8(ascii: "."), from: operation.lowerBound, to: operation.upperBound)
        guard line.operation == .unknown, first < operation.upperBound else { return }
        let verb = first &+ 1
        let second = bytes.firstIndex(of: UInt8(ascii: "."), from: verb, to: operation.upperBound)
        guard second < operation.upperBound else { return }
        let resource = second &+ 1
        switch bytes.word(at: verb) & PaddedBytes.firstBytes(second &- verb) {
        case 0x54_4547:  // GET
            if bytes.hasASCII("OBJECT", at: resource) {
                line.operation = .read
            } else {
                line.operation = bytes.hasASCII("BUCKET", at: resource) && isList(bytes, resource, operation.upperBound) ? .list : .admin
            }
        case 0x4441_4548: line.operation = .read  // HEAD
        case 0x54_5550, 0x5453_4F50, 0x5950_4F43:  // PUT, POST, COPY
            line.operation = written(bytes, resource, operation.upperBound)
        case 0x4554_454C_4544, 0x4552_4950_5845: line.operation = .delete  // DELETE, EXPIRE
        case 0x5443_454C_4553: line.operation = .query  // SELECT
        default: line.operation = .admin
        }
    }

    private static func isList(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Bool {
        end - start == 6 || (end - start == 14 && bytes.hasASCII("BUCKETVERSIONS", at: start))
    }

    private static func written(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Operation {
        if end - start == 10 && bytes.hasASCII("OBJECT_GET", at: start) { return .read }
        if bytes.hasASCII("MULTI_OBJECT_DELETE", at: start) { return .delete }
        return bytes.hasASCII("OBJECT", at: start) || bytes.hasASCII("PART", at: start) || bytes.hasASCII("UPLOAD", at: start)
            ? .write : .admin
    }
}
