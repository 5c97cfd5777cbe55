// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `ecs`: events in the Elastic Common Schema.
typealias ECSFormat = RecordFormat<ECSDialect>

/// What events in the Elastic Common Schema mean, with their keys as objects or with dots in them, bare or as search results hold them.
///
/// Account: the user's name, id or address, else the client's. Rows are no part of the schema; `labels.rows` is what is usual. An event
/// with fields of `gen_ai` is about generated content. Source: ECS 9.
struct ECSDialect: RecordDialect {
    static let descriptor = ECSFormat.descriptor(
        "ecs", "events in the Elastic Common Schema, nested or with dotted keys", lateness: .minutes(10),
        marks: [
            ["@timestamp", "event", "event.created", "event.start"],
            ["user", "client", "source", "user.name", "user.id", "user.email", "client.user.name", "source.user.name"],
        ],
        example: #"{"@timestamp":"2026-06-01T02:05:00.123Z","user":{"name":"svc-bi"},"http":{"request":{"method":"GET"},"#
            + #""response":{"status_code":200,"bytes":51200}},"url":{"path":"/api/v2/contacts"}}"#)
    static let envelopes = ["hits"]
    static let wrappers = ["_source", "hits"]

    static let places = [
        RecordPlace(.ts, "@timestamp", "event.created", "event.start"), RecordPlace(.eventID, "event.id", "_id"),
        RecordPlace(
            .account, "user.name", "user.id", "user.email", "client.user.name", "client.user.id", "source.user.name", "source.user.id"),
        RecordPlace(.app, "labels.application", "service.target.name"), RecordPlace(.userKind, "labels.account_kind", "user.roles"),
        RecordPlace(.method, "http.request.method"), RecordPlace(.endpoint, "url.path", "url.original", "url.full"),
        RecordPlace(.object, "labels.object", "database.table", "orchestrator.resource.name", "file.path"),
        RecordPlace(.status, "http.response.status_code"), RecordPlace(.action, "event.action"), RecordPlace(.category, "event.category"),
        RecordPlace(.outcome, "event.outcome"), RecordPlace(.rows, "labels.rows", "numeric_labels.rows"),
        RecordPlace(
            .bytes, "http.response.body.bytes", "http.response.bytes", "destination.bytes", "server.bytes", "labels.bytes"),
        RecordPlace(.ip, "client.ip", "source.ip", "client.address", "source.address"), RecordPlace(.agent, "user_agent.original"),
        RecordPlace(.item, "labels.item"), RecordPlace(.query, "db.statement", "labels.query"), RecordPlace(.job, "labels.job"),
        RecordPlace(
            .env, "service.environment", "labels.environment", "labels.env", "organization.name", "cloud.account.name", "cloud.project.id"),
        RecordPlace(.dataClass, "labels.class", "labels.data_class"), RecordPlace(.synthetic, "labels.synthetic", "labels.is_synthetic"),
        RecordPlace(.disclosed, "labels.disclosed", "http.response.headers.ai-disclosure"),
        RecordPlace(.provenance, "labels.provenance"), RecordPlace(.parent, "labels.parent"),
        RecordPlace(.region, "cloud.region", "labels.region"), RecordPlace(.dest, "destination.domain"),
        RecordPlace(.destEnv, "labels.dest_env"),
        RecordPlace(.destRegion, "destination.geo.country_iso_code", "client.geo.country_iso_code", "source.geo.country_iso_code"),
        RecordPlace(.tls, "tls.version"), RecordPlace(.scheme, "url.scheme"), RecordPlace(.session, "labels.session", "session.id"),
        RecordPlace(.agentic, "gen_ai.request.model", "gen_ai.operation.name", "gen_ai.response.model", "gen_ai.system"),
    ]

    private static let aiContent = Array("ai_content".utf8)

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        draft.line.kind = JSONWords.kind(record.word(.userKind))
        draft.line.operation = operation(record)
        if draft.line.status == 0 && draft.line.operation == .login && record.says(.outcome, "failure") { draft.line.status = 401 }
        if record.has(.agentic) && draft.movement[.dataClass].isEmpty {
            draft.state(.dataClass, word: ECSDialect.aiContent, &scratch)
        }
        return .line
    }

    private func operation(_ record: RecordView) -> Operation {
        let named = JSONWords.operation(record.word(.action))
        if named != .unknown { return named }
        if record.says(.category, "authentication") || record.says(.category, "session") { return .login }
        if record.says(.category, "iam") || record.says(.category, "configuration") { return .admin }
        if record.contains(.action, "export") || record.contains(.action, "download") { return .export }
        let operation = record.httpOperation()
        if operation != .unknown { return operation }
        if record.contains(.action, "delete") { return .delete }
        return record.contains(.action, "login") || record.contains(.action, "logon") ? .login : .unknown
    }
}
