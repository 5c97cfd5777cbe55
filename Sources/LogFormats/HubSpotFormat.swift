// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `hubspot`: the account activity of HubSpot.
typealias HubSpotFormat = RecordFormat<HubSpotDialect>

/// What HubSpot's account activity means: audit logs, logins and security activity, as its API answers.
///
/// The log has no count of rows: an export is an action, told apart by its category. Whoever acts is a person; private apps are not in it.
/// Source: HubSpot developer documentation, account activity API v3.
struct HubSpotDialect: RecordDialect {
    static let descriptor = HubSpotFormat.descriptor(
        "hubspot", "account activity of HubSpot: audit logs, logins, security activity", lateness: .hours(1),
        marks: [["occurredAt", "loginAt", "actingUser", "subCategory", "portalId", "loginSucceeded", "objectId"]],
        example: #"{"id":"77","occurredAt":"2026-06-01T02:05:00Z","category":"CRM_OBJECT","subCategory":"CONTACT","action":"EXPORT","#
            + #""actingUser":{"userId":123,"userEmail":"ops@example.com"},"targetObjectId":"9"}"#)
    static let envelopes = ["results"]

    static let places = [
        RecordPlace(.ts, "occurredAt", "loginAt", "createdAt"), RecordPlace(.eventID, "id"),
        RecordPlace(.account, "actingUser.userEmail", "actingUser.userId", "actingUser", "email", "userEmail", "userId"),
        RecordPlace(.action, "action", "type"), RecordPlace(.category, "category", "type"),
        RecordPlace(.endpoint, "subCategory", "category", "type"), RecordPlace(.object, "subCategory", "objectType", "category"),
        RecordPlace(.item, "targetObjectId", "objectId"), RecordPlace(.ip, "ipAddress"), RecordPlace(.agent, "userAgent"),
        RecordPlace(.outcome, "loginSucceeded"), RecordPlace(.destRegion, "countryCode"), RecordPlace(.region, "hublet", "dataCenter"),
        RecordPlace(.env, "accountType", "environment"), RecordPlace(.organization, "portalId"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        draft.line.kind = .human
        let isLogin = record.holds(.outcome)
        if record.contains(.action, "export") || record.contains(.category, "export") || record.contains(.action, "download") {
            draft.line.operation = .export
        } else if isLogin || record.contains(.action, "login") || record.contains(.category, "login") {
            draft.line.operation = .login
        } else if record.contains(.action, "delete") {
            draft.line.operation = .delete
        } else if record.contains(.action, "view") || record.contains(.action, "access") {
            draft.line.operation = .read
        } else if record.contains(.category, "permission") || record.contains(.category, "setting") || record.contains(.category, "user") {
            draft.line.operation = .admin
        } else if record.has(.action) {
            draft.line.operation = .write
        }
        if isLogin && record.value(.outcome).kind == .no { draft.line.status = 401 }
        // A login has neither, and its place is the same for all.
        if draft.movement[.env].isEmpty { draft.state(.env, record.text(.organization, &scratch)) }
        return .line
    }
}
