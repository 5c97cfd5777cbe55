// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `cloudfront`: standard logs of Amazon CloudFront, by their `#Fields:` lines or, where those are gone, in their order of 2024.
///
/// The log names no account: every line is ignored unless the field map takes a column for one, `fields: {account: c-ip}` say. Lines come
/// up to hours late. Source: AWS, "Standard logging (access logs) reference". See ``W3CReader``.
public struct CloudFrontFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "cloudfront", summary: "standard logs of Amazon CloudFront; a field map says which column is the account",
        defaultLateness: .hours(2), mappableKeys: ColumnPlan.mappableKeys, columns: columns, standIns: ["c-ip"],
        example:
            "2026-06-01\t02:05:00\tFRA50-C1\t51200\t192.0.2.7\tGET\td111.cloudfront.net\t/api/contacts\t200\t-\tsync/2.1\t-\t-\tHit\tid\t"
            + "crm.example.com\thttps\t62\t0.113\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51754\t0.113\tHit\ttext/csv\t"
            + "51000\t-\t-")

    private static let columns = [
        "date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status", "cs(Referer)",
        "cs(User-Agent)", "cs-uri-query", "cs(Cookie)", "x-edge-result-type", "x-edge-request-id", "x-host-header", "cs-protocol",
        "cs-bytes", "time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher", "x-edge-response-result-type", "cs-protocol-version",
        "fle-status", "fle-encrypted-fields", "c-port", "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type",
        "sc-content-len", "sc-range-start", "sc-range-end",
    ]

    private var reader: W3CReader

    /// Throws: ``FormatOptionsError`` for a map that names what the log does not have.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        reader = try W3CReader(format: "cloudfront", names: CloudFrontFormat.columns, isFixed: true, map: options.fields)
    }

    /// The `#Fields:` line that is in force.
    public var resumeState: [UInt8] { reader.header }

    /// Takes a `#Fields:` line into force; anything else is ignored.
    public mutating func resume(from state: [UInt8]) { reader.resume(from: state) }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        reader.decode(bytes, from: start, isFinal: isFinal, into: &lines)
    }
}
