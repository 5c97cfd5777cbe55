// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `servicenow`: rows of ServiceNow's export events, event queue and audit tables.
typealias ServiceNowFormat = RecordFormat<ServiceNowDialect>

/// What rows of ServiceNow's tables mean, as its table API writes them.
///
/// An export event states rows and bytes, as numbers in quotes; times are UTC without saying so. Account: the user's name, else who
/// created the row. Kinds: accounts without an `@` are unknown, because people and integrations look alike. Source: ServiceNow table
/// `isc_export_event`, `sysevent`, `sys_audit`, `sys_audit_role`.
struct ServiceNowDialect: RecordDialect {
    static let descriptor = ServiceNowFormat.descriptor(
        "servicenow", "export events, events and audit rows of ServiceNow, as its table API writes them", lateness: .hours(1),
        marks: [["sys_class_name", "sys_created_on", "sys_updated_on", "sys_created_by", "sys_id", "tablename", "documentkey"]],
        example: #"{"sys_class_name":"isc_export_event","sys_created_on":"2026-06-01 02:05:00","table":"incident","user_name":"svc-bi","#
            + #""records":"2000","size":"51200"}"#)
    static let envelopes = ["result", "records"]

    /// With `sysparm_display_value=all` every field is an object that holds what is displayed and the value.
    static let places = plain.map { RecordPlace($0.field, $0.paths + $0.paths.map { "\($0).value" }) }

    private static let plain = [
        RecordPlace(.ts, "sys_created_on", "created_on", "sys_updated_on"), RecordPlace(.eventID, "sys_id"),
        RecordPlace(.account, "user_name", "user.user_name", "changed_by", "user", "sys_created_by"),
        RecordPlace(.object, "table", "tablename"), RecordPlace(.rows, "records"), RecordPlace(.bytes, "size"),
        RecordPlace(.eventType, "sys_class_name"), RecordPlace(.action, "name", "operation", "type"),
        RecordPlace(.endpoint, "sys_class_name", "name", "url"), RecordPlace(.item, "documentkey", "parm1"),
        RecordPlace(.host, "parm2"), RecordPlace(.category, "fieldname"), RecordPlace(.list, "granted_by_group", "role"),
        RecordPlace(.dataClass, "classification", "data_class"), RecordPlace(.ip, "ip_address", "client_ip", "remote_ip"),
        RecordPlace(.env, "environment", "instance_url", "instance_name", "source_instance", "host"),
        RecordPlace(.region, "datacenter", "data_center", "region"), RecordPlace(.session, "session", "session_id"),
        RecordPlace(.agent, "user_agent"), RecordPlace(.query, "query", "encoded_query"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        draft.line.operation = operation(record)
        if draft.line.operation == .login {
            // The parameters of a login are the user and the address.
            draft.detail.item = .none
            if draft.line.address.isEmpty { draft.line.address = record.text(.host, &scratch) }
        }
        if draft.line.object.isEmpty && record.begins(.action, "attachment") { draft.line.object = record.text(.item, &scratch) }
        return .line
    }

    private func operation(_ record: RecordView) -> Operation {
        if record.says(.eventType, "isc_export_event") || (record.has(.rows) && record.has(.bytes)) { return .export }
        if record.has(.category) { return record.says(.category, "deleted") ? .delete : .write }
        if record.holds(.list) { return .admin }
        if record.begins(.action, "login") || record.begins(.action, "logout") { return .login }
        if record.contains(.action, "export") || record.contains(.action, "download") { return .export }
        if record.begins(.action, "report") { return .report }
        if record.begins(.action, "security") || record.begins(.action, "sys_user") || record.contains(.action, "group") { return .admin }
        if record.contains(.action, "delete") { return .delete }
        if record.contains(.action, "view") { return .read }
        return record.has(.action) ? .write : .unknown
    }
}
