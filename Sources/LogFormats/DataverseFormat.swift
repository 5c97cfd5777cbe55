// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `dataverse`: management records of Office 365 about Dynamics 365 and Dataverse.
typealias DataverseFormat = RecordFormat<DataverseDialect>

/// What records of Dynamics 365 mean, as the Office 365 Management Activity API and Sentinel's tables write them.
///
/// Account: the user's id; application users, whose domain is a GUID, are services. Rows: the record ids of `QueryResults`, which is the
/// only count that the log has. Records of other workloads in the same feed are ignored. Source: Office 365 Management Activity API schema;
/// Azure Monitor, tables DataverseActivity and Dynamics365Activity.
struct DataverseDialect: RecordDialect {
    static let descriptor = DataverseFormat.descriptor(
        "dataverse", "management records of Office 365 about Dynamics 365 and Dataverse, and Sentinel's tables of them",
        lateness: .hours(24),
        marks: [["RecordType", "Workload", "OfficeWorkload", "CrmOrganizationUniqueName", "InstanceUrl", "QueryResults"]],
        example: #"{"CreationTime":"2026-06-01T02:05:00","RecordType":21,"UserId":"sync@1b2c3d4e-0000-4000-8000-000000000001.com","#
            + #""Message":"RetrieveMultiple","EntityName":"contact","InstanceUrl":"https://acme.crm4.dynamics.com","QueryResults":"a,b"}"#)
    static let envelopes = ["value", "records", "logs"]
    /// Wazuh and its alerts; New Relic; Splunk's collector; Filebeat; Defender's hunting tables; exports of Elasticsearch.
    static let wrappers = ["office365", "data", "attributes", "event", "o365", "audit", "RawEventData", "_source"]
    static let folds = true

    static let places = [
        RecordPlace(.ts, "CreationTime", "TimeGenerated", "EventTime"), RecordPlace(.eventID, "Id", "OriginalId", "_ItemId"),
        RecordPlace(.account, "UserId", "UserKey", "SystemUserId"), RecordPlace(.userKind, "UserType"),
        RecordPlace(.eventType, "RecordType"), RecordPlace(.service, "Workload", "OfficeWorkload"),
        RecordPlace(.action, "Message", "ExtendedProperties[Name=Message].Value", "Fields[Name=Message].Value", "Operation"),
        RecordPlace(.endpoint, "Message", "Operation"),
        RecordPlace(.object, "EntityName", "ExtendedProperties[Name=EntityName].Value", "Fields[Name=EntityName].Value"),
        RecordPlace(.ip, "ClientIP", "ClientIPAddress"), RecordPlace(.agent, "UserAgent", "ClientUserAgent"),
        RecordPlace(.item, "EntityId", "ItemId", "SourceRecordId"),
        RecordPlace(.query, "Query", "QueryText", "ExtendedProperties[Name=Query].Value", "Fields[Name=Query].Value"),
        RecordPlace(.list, "QueryResults", "ExtendedProperties[Name=QueryResults].Value", "Fields[Name=QueryResults].Value"),
        RecordPlace(.env, "Environment", "InstanceUrl", "CrmOrganizationUniqueName", "ItemUrl"),
        RecordPlace(.host, "InstanceUrl", "ItemUrl"), RecordPlace(.region, "Region", "DataLocation"),
        RecordPlace(.organization, "CrmOrganizationUniqueName"), RecordPlace(.session, "CorrelationId"),
        RecordPlace(.outcome, "ResultStatus"), RecordPlace(.status, "StatusCode"), RecordPlace(.dest, "TargetUrl"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        guard isOurs(record) else { return .ignored }
        let isApplication = DataverseDialect.hasIdentifierDomain(record.value(.account), record.bytes)
        draft.line.kind = isApplication ? .service : kind(record)
        draft.line.operation = operation(record)
        if draft.movement[.region].isEmpty { draft.state(.region, DataverseDialect.region(of: record.value(.host), record.bytes)) }
        if draft.line.status == 0 && (record.begins(.outcome, "fail") || record.says(.outcome, "false")) { draft.line.status = 403 }
        let results = record.listed(.list)
        if let count = record.elements(of: results) {
            draft.rows(count)
        } else if results.kind == .text || results.kind == .escapedText {
            draft.rows(DataverseDialect.results(in: results, record.bytes))
        }
        return .line
    }

    /// How many ids stand between commas, or objects in brackets: exports write the list as a text.
    private static func results(in text: JSONRecordValue, _ bytes: PaddedBytes) -> UInt64? {
        let start = Int(text.start)
        let end = start + Int(text.count)
        guard !bytes.saysNothing(from: start, to: end), !(end - start == 2 && bytes.hasASCII("[]", at: start)) else { return nil }
        var (commas, objects): (UInt64, UInt64) = (0, 0)
        var depth = 0
        for position in start..<end {
            switch bytes[position] {
            case UInt8(ascii: ","): commas += 1
            case UInt8(ascii: "{"):
                if depth == 0 { objects += 1 }
                depth += 1
            case UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return objects > 0 ? objects : commas + 1
    }

    /// Type 21 is CRM; tables of Sentinel have no type, but an instance.
    private func isOurs(_ record: RecordView) -> Bool {
        if record.says(.eventType, "21") || record.begins(.eventType, "crm") { return true }
        if record.begins(.service, "crm") || record.begins(.service, "dynamics") || record.begins(.service, "dataverse") { return true }
        return record.has(.organization) || record.contains(.host, ".dynamics.com")
    }

    /// Type 0 is a user, 2 and 3 administrators, 4 the system, 5 an application, 6 a service principal.
    private func kind(_ record: RecordView) -> AccountKind {
        switch record.word(.userKind) {
        case 0x30, 0x32, 0x33, 0x72_616C_7567_6572, 0x6E_696D_6461: .human  // 0, 2, 3, regular, admin
        case 0x34, 0x35, 0x36: .service
        default: record.begins(.userKind, "application") || record.begins(.userKind, "s") ? .service : .unknown
        }
    }

    private func operation(_ record: RecordView) -> Operation {
        if record.begins(.action, "export") { return .export }
        if record.begins(.action, "retrievemultiple") || record.begins(.action, "executepowerbi") { return .query }
        if record.begins(.action, "retrieve") || record.begins(.action, "download") { return record.begins(.action, "r") ? .read : .export }
        if record.begins(.action, "delete") || record.begins(.action, "bulkdelete") { return .delete }
        if record.begins(.action, "user") || record.contains(.action, "signin") || record.begins(.action, "login") { return .login }
        for word in DataverseDialect.writes where record.begins(.action, word) { return .write }
        for word in DataverseDialect.administrations where record.contains(.action, word) { return .admin }
        return .unknown
    }

    private static let writes: [StaticString] = [
        "create", "update", "upsert", "assign", "associate", "disassociate", "merge", "import", "setstate", "send", "add", "remove", "win",
        "lose", "close",
    ]
    private static let administrations: [StaticString] = ["grantaccess", "revokeaccess", "modifyaccess", "publish", "role", "setting"]

    /// Whether the part behind the `@` is a GUID and `.com`, which is how application users are written.
    static func hasIdentifierDomain(_ user: JSONRecordValue, _ bytes: PaddedBytes) -> Bool {
        let start = Int(user.start)
        let end = start + Int(user.count)
        let at = bytes.firstIndex(of: UInt8(ascii: "@"), from: start, to: end)
        guard at < end, end - at == 41, bytes.hasLetters(".com", at: end - 4) else { return false }
        for offset in 1...36 {
            let byte = bytes[at + offset]
            let isDash = offset == 9 || offset == 14 || offset == 19 || offset == 24
            let isDigit = byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6
            guard isDash ? byte == UInt8(ascii: "-") : isDigit else { return false }
        }
        return true
    }

    /// `crm4.dynamics.com` of `https://acme.crm4.dynamics.com/`: the number is the data centre's region.
    static func region(of host: JSONRecordValue, _ bytes: PaddedBytes) -> TextRange {
        let start = Int(host.start)
        let end = start + min(Int(host.count), 300)
        guard host.kind == .text else { return .none }
        var dot = start
        while dot < end {
            dot = bytes.firstIndex(of: UInt8(ascii: "."), from: dot, to: end)
            guard dot + 4 < end else { return .none }
            if bytes.hasLetters(".crm", at: dot) {
                var last = dot + 4
                while last < end && bytes[last] != UInt8(ascii: "/") && bytes[last] != UInt8(ascii: ":") { last += 1 }
                return TextRange(start: dot + 1, count: last - dot - 1)
            }
            dot += 1
        }
        return .none
    }
}
