// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `kong`: what Kong's file-log, http-log and tcp-log plugins write.
typealias KongFormat = RecordFormat<KongDialect>

/// What the keys of Kong's log mean. Account: the consumer's name, else the authenticated entity. Limits come from the headers of the rate
/// limiting plugins. Source: Kong documentation, log format of the logging plugins.
struct KongDialect: RecordDialect {
    static let descriptor = KongFormat.descriptor(
        "kong", "logs of Kong's file-log, http-log and tcp-log plugins", lateness: .minutes(2),
        marks: [["started_at"], ["request"]],
        example: #"{"started_at":1780279500123,"client_ip":"198.51.100.7","consumer":{"username":"svc-bi"},"request":{"method":"GET","#
            + #""uri":"/api/v2/contacts","headers":{"user-agent":"sync/2.1"}},"response":{"status":200,"size":51200}}"#)
    static let wrappers = AccessRecord.wrappers
    static let folds = true

    static let places = [
        RecordPlace(.ts, "started_at", "request.started_at", "@timestamp"),
        RecordPlace(
            .account, "consumer.username", "consumer.custom_id", "consumer.id", "authenticated_entity.consumer_id",
            "authenticated_entity.consumer_id.uuid",
            "authenticated_entity.id", "request.headers.x-consumer-username", "request.headers.x-credential-identifier"),
        RecordPlace(.method, "request.method"), RecordPlace(.endpoint, "request.uri", "upstream_uri"),
        RecordPlace(.status, "response.status"), RecordPlace(.bytes, "response.size"),
        RecordPlace(.ip, "client_ip", "request.headers.x-forwarded-for", "request.headers.x-real-ip"),
        RecordPlace(.agent, "request.headers.user-agent"),
        RecordPlace(.env, "environment", "workspace_name", "request.headers.x-environment", "service.host", "request.headers.host"),
        RecordPlace(.region, "region", "request.headers.x-region"), RecordPlace(.tls, "request.tls.version"),
        RecordPlace(.scheme, "request.scheme", "service.protocol"), RecordPlace(.dataClass, "service.tags", "route.tags"),
        RecordPlace(.disclosed, "response.headers.ai-disclosure"),
        RecordPlace(.synthetic, "response.headers.x-synthetic-data", "request.headers.x-synthetic-data"),
        RecordPlace(.rows, "response.headers.x-record-count"), RecordPlace(.limitUsed, "response.headers.sforce-limit-info"),
        RecordPlace(
            .limitMax, "response.headers.ratelimit-limit", "response.headers.x-ratelimit-limit-minute",
            "response.headers.x-ratelimit-limit-hour"),
        RecordPlace(
            .limitLeft, "response.headers.ratelimit-remaining", "response.headers.x-ratelimit-remaining-minute",
            "response.headers.x-ratelimit-remaining-hour"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        AccessRecord.read(record, into: &draft, &scratch)
    }
}
