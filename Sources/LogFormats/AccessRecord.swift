// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What access logs of web servers and gateways have in common when they write JSON.
///
/// A line without an account, or with `-` for it, is ignored and counted, as in `combined`. The operation follows method and path. Labels
/// of generated and synthetic records are read from the headers that gateways can log: `AI-Disclosure`, `X-Synthetic-Data`.
enum AccessRecord {
    static func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        if draft.line.endpoint.isEmpty {
            requestLine(record, into: &draft)
        } else {
            draft.line.operation = record.httpOperation()
        }
        tls(record, into: &draft, &scratch)
        return .line
    }

    /// `GET /path HTTP/1.1` in one text.
    private static func requestLine(_ record: RecordView, into draft: inout RecordDraft) {
        let value = record.value(.requestLine)
        let start = Int(value.start)
        let end = start + Int(value.count)
        let blank = record.bytes.firstIndex(of: 0x20, from: start, to: end)
        guard value.kind != .none, blank < end, blank > start else { return }
        let last = record.bytes.firstIndex(of: 0x20, from: blank + 1, to: end)
        let path = record.bytes.path(from: blank + 1, to: last)
        draft.line.endpoint = path
        let method = record.bytes.word(at: start) & PaddedBytes.firstBytes(blank - start)
        draft.line.operation = HTTPOperation.of(method: method, path: record.bytes, from: Int(path.start), to: last)
    }

    /// Go programs write the version as its number in the protocol.
    private static func tls(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) {
        guard record.value(.tls).kind == .number, let version = record.number(.tls), version >= 768, version <= 772 else { return }
        draft.state(.tls, word: versions[Int(version - 768)], &scratch)
    }

    private static let versions = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"].map { Array($0.utf8) }
}
