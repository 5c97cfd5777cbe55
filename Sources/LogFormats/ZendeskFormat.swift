// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `zendesk`: the audit log of Zendesk.
typealias ZendeskFormat = RecordFormat<ZendeskDialect>

/// What entries of Zendesk's audit log mean, as its API answers.
///
/// The log has no count of rows: an export is an action. Account: who acted, by number, because names are not unique; whoever acts is a
/// person, but −1 is the system. Source: Zendesk developer documentation, audit logs.
struct ZendeskDialect: RecordDialect {
    static let descriptor = ZendeskFormat.descriptor(
        "zendesk", "audit log of Zendesk", lateness: .hours(1),
        marks: [["source_type", "source_id", "source_label", "change_description"]],
        example: #"{"id":77,"created_at":"2026-06-01T02:05:00Z","actor_id":1401,"actor_name":"Ops","action":"exported","#
            + #""source_type":"ticket","source_id":9,"ip_address":"198.51.100.7"}"#)
    static let envelopes = ["audit_logs"]
    static let wrappers = ["audit_log", "detail"]

    static let places = [
        RecordPlace(.ts, "created_at"), RecordPlace(.eventID, "id"), RecordPlace(.account, "actor_id", "actor_name"),
        RecordPlace(.action, "action"), RecordPlace(.object, "source_type"), RecordPlace(.item, "source_id"),
        // Labels hold what people wrote; the type of a thing is a name.
        RecordPlace(.endpoint, "source_type"), RecordPlace(.ip, "ip_address"), RecordPlace(.list, "change_description"),
        RecordPlace(.env, "environment", "subdomain", "account.subdomain"), RecordPlace(.host, "url"),
        RecordPlace(.region, "region", "data_center"), RecordPlace(.agent, "user_agent"),
        RecordPlace(.dataClass, "custom_fields[id=data_class].value"), RecordPlace(.synthetic, "custom_fields[id=synthetic].value"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        draft.line.kind = record.says(.account, "-1") ? .service : .human
        draft.line.operation =
            record.begins(.action, "export")
            ? .export : record.begins(.action, "login") ? .login : record.begins(.action, "destroy") ? .delete : operation(record)
        if draft.movement[.env].isEmpty { draft.state(.env, ZendeskDialect.host(of: record.value(.host), record.bytes)) }
        return .line
    }

    private func operation(_ record: RecordView) -> Operation {
        if record.contains(.object, "setting") || record.contains(.object, "role") || record.begins(.object, "user") { return .admin }
        return record.begins(.action, "create") || record.begins(.action, "update") ? .write : .unknown
    }

    /// `acme.zendesk.com` of `https://acme.zendesk.com/api/v2/audit_logs/1.json`.
    static func host(of url: JSONRecordValue, _ bytes: PaddedBytes) -> TextRange {
        let start = Int(url.start)
        let end = start + Int(url.count)
        guard url.kind == .text, url.count > 9, bytes.hasASCII("https://", at: start) else { return .none }
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"), from: start + 8, to: end)
        return TextRange(start: start + 8, count: slash - start - 8)
    }
}
