// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `traefik`: the access log of Traefik with `format: json`.
typealias TraefikFormat = RecordFormat<TraefikDialect>

/// What the keys of Traefik's access log mean. Account: the user of basic or forwarded authentication. Source: Traefik documentation,
/// access log fields.
struct TraefikDialect: RecordDialect {
    static let descriptor = TraefikFormat.descriptor(
        "traefik", "access log of Traefik as JSON", lateness: .minutes(2),
        marks: [["StartUTC", "StartLocal", "ClientHost", "ClientAddr", "DownstreamStatus", "OriginStatus"]],
        example:
            #"{"StartUTC":"2026-06-01T02:05:00.587782192Z","ClientHost":"198.51.100.7","ClientUsername":"svc-bi","RequestMethod":"GET","#
            + #""RequestPath":"/api/v2/contacts","DownstreamStatus":200,"DownstreamContentSize":51200}"#)
    static let wrappers = AccessRecord.wrappers
    static let folds = true

    static let places = [
        RecordPlace(.ts, "StartUTC", "time", "StartLocal"),
        RecordPlace(.account, "ClientUsername", "request_X-Consumer-Username", "request_X-Forwarded-User", "request_X-Auth-Request-User"),
        RecordPlace(.method, "RequestMethod"), RecordPlace(.endpoint, "RequestPath"), RecordPlace(.requestLine, "RequestLine"),
        RecordPlace(.status, "DownstreamStatus", "OriginStatus"), RecordPlace(.bytes, "DownstreamContentSize", "OriginContentSize"),
        RecordPlace(.ip, "request_X-Real-Ip", "ClientHost", "ClientAddr"), RecordPlace(.agent, "request_User-Agent"),
        RecordPlace(.env, "request_X-Environment", "RequestHost", "RequestAddr"), RecordPlace(.region, "request_X-Region"),
        RecordPlace(.tls, "TLSVersion"), RecordPlace(.scheme, "RequestScheme"),
        RecordPlace(.disclosed, "downstream_AI-Disclosure", "origin_AI-Disclosure"),
        RecordPlace(.synthetic, "downstream_X-Synthetic-Data", "origin_X-Synthetic-Data", "request_X-Synthetic-Data"),
        RecordPlace(.limitUsed, "downstream_Sforce-Limit-Info"),
        RecordPlace(.limitMax, "downstream_X-Ratelimit-Limit", "downstream_Ratelimit-Limit"),
        RecordPlace(.limitLeft, "downstream_X-Ratelimit-Remaining", "downstream_Ratelimit-Remaining"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        AccessRecord.read(record, into: &draft, &scratch)
    }
}
