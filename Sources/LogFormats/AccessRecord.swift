// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What access logs of web servers and gateways have in common when they write JSON.
///
/// A line without an account, or with `-` for it, is ignored and counted, as in `combined`. The operation follows method and path. Bytes
/// count when the status is 2xx, as in all access logs: only then the body was data that left. Labels
/// of generated and synthetic records are read from the headers that gateways can log: `AI-Disclosure`, `X-Synthetic-Data`.
enum AccessRecord {
    /// What shippers put a record under that they have parsed: Splunk's collector; Google; Filebeat; Fluent Bit; Elasticsearch.
    static let wrappers = ["event", "jsonPayload", "json", "log_processed", "_source"]

    static func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        // The request as it came says more than a path that the server made of it; a shipper's `path` is its file.
        if !requestLine(record, into: &draft, &scratch) { draft.line.operation = record.httpOperation() }
        if draft.line.status != 0 && !(200..<300).contains(draft.line.status) { draft.forgetBytes() }
        tls(record, into: &draft, &scratch)
        return .line
    }

    /// `GET /path HTTP/1.1` or a path in one text; false when there is none, or it says nothing of what was done.
    private static func requestLine(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> Bool {
        let value = record.value(.requestLine)
        guard value.kind == .text || value.kind == .escapedText else { return false }
        let bytes = record.bytes
        let start = Int(value.start)
        let end = start + Int(value.count)
        let blank = bytes.firstIndex(of: 0x20, from: start, to: end)
        let isPath = blank == end
        guard isPath ? bytes[start] == UInt8(ascii: "/") : blank > start else { return false }
        let first = isPath ? start : blank + 1
        let last = bytes.firstIndex(of: 0x20, from: first, to: end)
        let path = bytes.path(from: first, to: last)
        if draft.line.endpoint.isEmpty || !record.plan.isMapped(.endpoint) {
            draft.line.endpoint = path
            if value.kind == .escapedText {
                // PHP and others escape every slash.
                let text = record.text(JSONRecordValue(.escapedText, from: Int(path.start), to: Int(path.start) + path.count), &scratch)
                draft.line.endpoint = text
            }
        }
        guard !isPath else { return false }
        let method = bytes.word(at: start) & PaddedBytes.firstBytes(blank - start)
        draft.line.operation = HTTPOperation.of(method: method, path: bytes, from: Int(path.start), to: last)
        return true
    }

    /// Go programs write the version as its number in the protocol.
    private static func tls(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) {
        guard record.value(.tls).kind == .number, let version = record.number(.tls), version >= 768, version <= 772 else { return }
        draft.state(.tls, word: versions[Int(version - 768)], &scratch)
    }

    private static let versions = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"].map { Array($0.utf8) }
}
