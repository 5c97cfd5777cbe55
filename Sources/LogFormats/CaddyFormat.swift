// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `caddy`: the access log of Caddy.
typealias CaddyFormat = RecordFormat<CaddyDialect>

/// What the keys of Caddy's access log mean; other loggers' lines in the same file are ignored, because they have no request. Account: the
/// authenticated user. Headers hold lists, of which the first counts. Source: Caddy documentation, `log` directive.
struct CaddyDialect: RecordDialect {
    static let descriptor = CaddyFormat.descriptor(
        "caddy", "access log of Caddy", lateness: .minutes(2),
        marks: [["request"], ["resp_headers", "logger", "bytes_read", "user_id"]],
        example: #"{"ts":1780279500.7564995,"logger":"http.log.access","request":{"client_ip":"198.51.100.7","method":"GET","#
            + #""host":"crm.example.com","uri":"/api/v2/contacts","headers":{"User-Agent":["sync/2.1"]}},"user_id":"svc-bi","size":51200,"#
            + #""status":200}"#)
    static let wrappers = AccessRecord.wrappers
    static let folds = true

    static let places = [
        RecordPlace(.ts, "ts", "time"), RecordPlace(.account, "user_id", "request.headers.X-Consumer-Username"),
        RecordPlace(.method, "request.method"), RecordPlace(.endpoint, "request.uri"), RecordPlace(.status, "status"),
        RecordPlace(.bytes, "size"), RecordPlace(.ip, "request.client_ip", "request.remote_ip", "request.remote_addr"),
        RecordPlace(.agent, "request.headers.User-Agent"),
        RecordPlace(.env, "environment", "request.headers.X-Environment", "request.host"),
        RecordPlace(.region, "region", "request.headers.X-Region"), RecordPlace(.tls, "request.tls.version"),
        RecordPlace(.disclosed, "resp_headers.AI-Disclosure"),
        RecordPlace(.synthetic, "resp_headers.X-Synthetic-Data", "request.headers.X-Synthetic-Data"),
        RecordPlace(.limitUsed, "resp_headers.Sforce-Limit-Info"),
        RecordPlace(.limitMax, "resp_headers.X-Ratelimit-Limit", "resp_headers.Ratelimit-Limit"),
        RecordPlace(.limitLeft, "resp_headers.X-Ratelimit-Remaining", "resp_headers.Ratelimit-Remaining"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        guard record.has(.method) else { return .ignored }
        return AccessRecord.read(record, into: &draft, &scratch)
    }
}
