// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `nginx_json`: an access log of nginx whose `log_format` has `escape=json`.
typealias NginxJSONFormat = RecordFormat<NginxJSONDialect>

/// The usual keys of such logs, which are the names of nginx's variables: whoever writes the format chooses. Others can be mapped.
/// Source: nginx documentation, variables of the core, SSL, upstream and log modules.
struct NginxJSONDialect: RecordDialect {
    static let descriptor = NginxJSONFormat.descriptor(
        "nginx_json", "access log of nginx as JSON, keys named like nginx's variables", lateness: .minutes(2),
        marks: [
            [
                "time_iso8601", "time_local", "msec", "remote_addr", "remote_user", "request_uri", "body_bytes_sent", "http_user_agent",
                "request_time", "upstream_addr",
            ]
        ],
        example: #"{"time_iso8601":"2026-06-01T02:05:00+00:00","remote_addr":"198.51.100.7","remote_user":"svc-bi","#
            + #""request":"GET /api/v2/contacts HTTP/1.1","status":"200","body_bytes_sent":"51200","http_user_agent":"sync/2.1"}"#)
    static let wrappers = AccessRecord.wrappers
    static let folds = true

    static let places = [
        RecordPlace(.ts, "time_iso8601", "@timestamp", "timestamp", "time", "msec", "time_local", "ts"),
        RecordPlace(
            .account, "remote_user", "http_x_consumer_username", "http_x_authenticated_userid", "consumer", "auth_user", "jwt_sub", "user",
            "username", "client_id", "ssl_client_s_dn"),
        RecordPlace(.method, "request_method", "method", "http_method"), RecordPlace(.endpoint, "request_uri", "uri", "path", "url"),
        RecordPlace(.requestLine, "request"), RecordPlace(.status, "status", "status_code"),
        RecordPlace(.bytes, "body_bytes_sent", "bytes_sent", "size", "bytes"), RecordPlace(.rows, "rows", "record_count"),
        RecordPlace(.ip, "remote_addr", "client_ip", "clientip", "client", "http_x_forwarded_for", "remote_ip"),
        RecordPlace(.agent, "http_user_agent", "user_agent", "agent"), RecordPlace(.object, "object"),
        RecordPlace(.env, "environment", "env", "http_host", "host", "server_name"), RecordPlace(.region, "region", "datacenter"),
        RecordPlace(.destRegion, "geoip_country_code", "geoip2_data_country_code", "geoip2_country_code"),
        RecordPlace(.tls, "ssl_protocol", "tls_version"), RecordPlace(.scheme, "scheme"),
        RecordPlace(.disclosed, "sent_http_ai_disclosure", "upstream_http_ai_disclosure"),
        RecordPlace(.synthetic, "sent_http_x_synthetic_data", "upstream_http_x_synthetic_data", "http_x_synthetic_data"),
        RecordPlace(.limitUsed, "sent_http_sforce_limit_info", "upstream_http_sforce_limit_info"),
        RecordPlace(.limitMax, "sent_http_x_ratelimit_limit", "upstream_http_x_ratelimit_limit", "sent_http_ratelimit_limit"),
        RecordPlace(.limitLeft, "sent_http_x_ratelimit_remaining", "upstream_http_x_ratelimit_remaining", "sent_http_ratelimit_remaining"),
        RecordPlace(.session, "session", "session_id"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        AccessRecord.read(record, into: &draft, &scratch)
    }
}
