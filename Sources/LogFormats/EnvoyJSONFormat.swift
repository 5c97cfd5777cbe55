// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `envoy_json`: an access log of Envoy, Envoy Gateway or Istio in JSON.
typealias EnvoyJSONFormat = RecordFormat<EnvoyJSONDialect>

/// The usual keys of such logs. Envoy logs no user by default: a key for one has to be added, or the subject of the client's certificate
/// counts. A status of 0 means that the client was gone. Source: Envoy documentation, access logging; Envoy Gateway's and Istio's defaults.
struct EnvoyJSONDialect: RecordDialect {
    static let descriptor = EnvoyJSONFormat.descriptor(
        "envoy_json", "access log of Envoy, Envoy Gateway or Istio as JSON", lateness: .minutes(2),
        marks: [
            [
                "response_code", "response_flags", "x-envoy-origin-path", "x-envoy-original-path", "downstream_remote_address",
                "upstream_cluster", "upstream_host",
            ]
        ],
        example: #"{"start_time":"2026-06-01T02:05:00.479Z","method":"GET","x-envoy-origin-path":"/api/v2/contacts","response_code":200,"#
            + #""bytes_sent":51200,"downstream_remote_address":"198.51.100.7:59292","user-agent":"sync/2.1","user_id":"svc-bi"}"#)
    static let wrappers = AccessRecord.wrappers
    static let folds = true

    static let places = [
        RecordPlace(.ts, "start_time", "timestamp", "time", "@timestamp"),
        RecordPlace(
            .account, "user_id", "user", "username", "jwt_sub", "sub", "x-consumer-username", "x-user-id", "client_id", "consumer",
            "x-forwarded-user", "downstream_peer_subject", "downstream_peer_uri_san", "source_principal"),
        RecordPlace(.method, "method", ":method"), RecordPlace(.endpoint, "x-envoy-origin-path", "x-envoy-original-path", "path", ":path"),
        RecordPlace(.status, "response_code"), RecordPlace(.bytes, "bytes_sent", "response_body_bytes"),
        RecordPlace(.ip, "x-forwarded-for", "x_forwarded_for", "downstream_remote_address", "downstream_direct_remote_address"),
        RecordPlace(.agent, "user-agent", "user_agent"), RecordPlace(.object, "object"),
        RecordPlace(.env, "environment", "env", ":authority", "authority", "requested_server_name"), RecordPlace(.region, "region"),
        RecordPlace(.tls, "downstream_tls_version", "tls_version"), RecordPlace(.scheme, "x-forwarded-proto", ":scheme"),
        RecordPlace(.disclosed, "ai-disclosure", "resp_ai-disclosure"), RecordPlace(.synthetic, "x-synthetic-data"),
        RecordPlace(.limitMax, "x-ratelimit-limit"), RecordPlace(.limitLeft, "x-ratelimit-remaining"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        AccessRecord.read(record, into: &draft, &scratch)
    }
}
