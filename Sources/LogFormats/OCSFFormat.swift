// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `ocsf`: events of the Open Cybersecurity Schema Framework.
typealias OCSFFormat = RecordFormat<OCSFDialect>

/// What events of OCSF mean: API Activity (6003), Datastore Activity (6005), Web Resources Activity (6001), HTTP Activity (4002) and
/// Authentication (3002). Other classes, findings before all, are ignored: they tell of what these have told.
///
/// Account: the issuer of an assumed role's session, else the user's uid or name, else the application. Rows are not part of the schema.
/// The place of whoever asked is where records went. Source: OCSF 1.8, classes by their uid.
struct OCSFDialect: RecordDialect {
    static let descriptor = OCSFFormat.descriptor(
        "ocsf", "OCSF events: API, Datastore, Web Resources and HTTP Activity, Authentication", lateness: .hours(1),
        marks: [["class_uid", "category_uid", "type_uid"]],
        example: #"{"class_uid":6005,"activity_id":4,"time":1780279500000,"actor":{"user":{"uid":"svc-bi","type_id":4}},"#
            + #""table":{"name":"contacts"},"query_info":{"bytes":51200},"cloud":{"region":"eu-west-1"}}"#)
    static let envelopes = ["events"]

    static let places = [
        RecordPlace(.ts, "time", "time_dt"), RecordPlace(.eventID, "metadata.uid"), RecordPlace(.eventType, "class_uid"),
        RecordPlace(.category, "activity_id"), RecordPlace(.total, "type_uid"), RecordPlace(.action, "api.operation", "activity_name"),
        RecordPlace(
            .account, "actor.session.issuer", "actor.user.uid", "actor.user.name", "actor.user.email_addr", "actor.app_uid",
            "actor.app_name", "actor.invoked_by", "user.uid", "user.name", "user.email_addr"),
        RecordPlace(.userID, "actor.user.type_id", "user.type_id"), RecordPlace(.userKind, "actor.user.type", "user.type"),
        RecordPlace(.endpoint, "http_request.url.path", "http_request.url.url_string", "api.operation"),
        RecordPlace(.method, "http_request.http_method"),
        RecordPlace(.object, "table.name", "databucket.name", "database.name", "resources.name", "resources.uid", "api.service.name"),
        RecordPlace(.status, "http_response.code"), RecordPlace(.outcome, "status_id"), RecordPlace(.rows, "unmapped.rows"),
        RecordPlace(
            .bytes, "query_info.bytes", "http_response.body_length", "http_response.length", "traffic.bytes_out", "databucket.size"),
        RecordPlace(.ip, "src_endpoint.ip"), RecordPlace(.agent, "http_request.user_agent"),
        RecordPlace(.item, "query_info.uid", "databucket.file.uid", "file.uid"),
        RecordPlace(.query, "query_info.query_string"), RecordPlace(.region, "cloud.region"),
        RecordPlace(.env, "metadata.tenant_name", "cloud.account.name", "cloud.project_uid", "cloud.account.uid"),
        RecordPlace(.dest, "dst_endpoint.hostname", "dst_endpoint.domain"),
        RecordPlace(.destRegion, "dst_endpoint.location.country", "src_endpoint.location.country"),
        RecordPlace(.tls, "tls.version"), RecordPlace(.scheme, "http_request.url.scheme"), RecordPlace(.session, "actor.session.uid"),
        RecordPlace(
            .dataClass, "data_classification.category", "data_classifications.category", "databucket.data_classifications.category",
            "table.data_classifications.category"),
        RecordPlace(.limitUsed, "api.limit_used"),
    ]

    private enum Class {
        case api, datastore, web, http, authentication
    }

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        let kind: Class
        switch record.number(.eventType) {
        case 6003: kind = .api
        case 6005: kind = .datastore
        case 6001: kind = .web
        case 4002: kind = .http
        case 3002: kind = .authentication
        default: return .ignored
        }
        switch record.number(.userID) {
        case 1, 2: draft.line.kind = .human
        case 3, 4: draft.line.kind = .service
        default: draft.line.kind = record.says(.userKind, "assumedrole") || record.says(.userKind, "awsservice") ? .service : .unknown
        }
        draft.line.operation = operation(record, kind)
        // A failure without a status: who may not is told so more often than anything else goes wrong.
        if draft.line.status == 0 && record.number(.outcome) == 2 { draft.line.status = kind == .authentication ? 401 : 403 }
        return .line
    }

    private func operation(_ record: RecordView, _ kind: Class) -> Operation {
        // A type is a class and, in its last two digits, an activity.
        let activity = record.number(.category) ?? record.number(.total).map { $0 % 100 } ?? 0
        switch kind {
        case .authentication: return .login
        case .datastore:
            switch activity {
            case 1: return .read
            case 2, 5, 6: return .write
            case 3: return .login
            case 4: return .query
            case 7: return .delete
            case 8: return .list
            default: return .unknown
            }
        case .web:
            switch activity {
            case 1, 3, 6: return .write
            case 2: return .read
            case 4: return .delete
            case 5: return .query
            case 7, 8: return .export
            default: return .unknown
            }
        case .http:
            let operation = record.httpOperation()
            if operation != .unknown { return operation }
            return activity == 3 || activity == 4 ? .read : activity == 2 ? .delete : .unknown
        case .api:
            if record.contains(.action, "export") || record.contains(.action, "download") { return .export }
            switch activity {
            case 1, 3: return .write
            case 4: return .delete
            case 2:
                if record.begins(.action, "list") || record.begins(.action, "describe") { return .list }
                return record.contains(.action, "query") || record.contains(.action, "search") ? .query : .read
            default: return .unknown
            }
        }
    }
}
