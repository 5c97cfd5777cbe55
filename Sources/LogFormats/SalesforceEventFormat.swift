// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `salesforce_event`: real-time events, `…EventLog` objects and event log files as JSON.
typealias SalesforceEventFormat = RecordFormat<SalesforceEventDialect>

/// What Salesforce's records mean, in any of the spellings of one field: `ROWS_PROCESSED`, `RowsProcessed`, `rows_processed_s`.
///
/// Account: the connected app, else the client's name, else the user's id (its first fifteen characters) or name. A report or list view
/// that is logged in pieces states its total in each, and so does a query that is fetched page by page: they carry the execution's
/// identity, see ``AccessEvent/Presence/cumulativeRows``. Pages that say how many rows they returned are added up instead. Anomaly events
/// are about rows that another event has counted, and have none. Source: Salesforce platform events reference v67; event log files as JSON
/// as collectors write them.
struct SalesforceEventDialect: RecordDialect {
    static let descriptor = SalesforceEventFormat.descriptor(
        "salesforce_event", "real-time events, EventLog objects and event log files of Salesforce as JSON, in any spelling of their fields",
        lateness: .hours(6),
        marks: [
            [
                "EventDate", "EventType", "EventIdentifier", "UserIdentifier", "RequestIdentifier", "CreatedById", "SfdcCreatedDate",
                "OrganizationId", "orgId__c", "ConnectedAppId",
            ]
        ],
        example: #"{"EventDate":"2026-06-01T02:05:00.123Z","UserId":"0053h000002xQ5sAAE","Operation":"Query","RowsReturned":2000.0,"#
            + #""QueriedEntities":"Contact","attributes":{"type":"ApiEvent"}}"#)
    static let envelopes = ["records", "data"]
    static let wrappers = ["data", "payload", "detail"]
    static let folds = true

    static let places = [
        RecordPlace(
            .ts, "EventDate", "Timestamp", "TimestampDerived", "CreatedDate", "SfdcCreatedDate", "timestamp__c", "TimeGenerated",
            "AnalyticsTimestamp"),
        // Behind what says the type itself: what EventBridge and the Pub/Sub API write around the payload.
        RecordPlace(.eventType, "EventType", "attributes.type", "channel", "detail-type", "event.EventApiName", "EventApiName"),
        RecordPlace(.eventID, "EventIdentifier"),
        RecordPlace(.app, "ConnectedAppId", "ConnectedAppIdentifier"), RecordPlace(.service, "ClientName", "Client"),
        RecordPlace(.userID, "UserId", "UserIdentifier", "UserIdDerived", "SfdcCreatedById", "CreatedById", "userId__c"),
        RecordPlace(.user, "Username", "UserEmail"), RecordPlace(.organization, "OrganizationId", "OrgId", "orgId__c"),
        RecordPlace(.endpoint, "ApiResource", "RequestPath", "PageUrl", "Uri", "Action"),
        RecordPlace(
            .object, "EntityName", "ObjectName", "QueriedEntities", "EntityType", "ObjectType", "RequestedEntities", "QueriedEntity"),
        RecordPlace(.ip, "SourceIp", "ClientIp", "CurrentIp"), RecordPlace(.status, "StatusCode"),
        RecordPlace(.rows, "RowsReturned"), RecordPlace(.total, "RowsProcessed", "RecordsProcessed", "ProcessedRecordCount"),
        RecordPlace(.rowCount, "RowCount", "NumberOfRecords", "NumResults", "RecordCount"), RecordPlace(.rowSize, "AverageRowSize"),
        RecordPlace(.bytes, "SizeBytes", "ContentSize", "FileSize", "ResponseSize"), RecordPlace(.requestBytes, "RequestSize"),
        RecordPlace(.method, "Method", "HttpMethod", "RequestMethod"),
        RecordPlace(.action, "Operation", "MethodName", "FileAction", "TransactionType", "OperationType", "Origin"),
        RecordPlace(.agent, "UserAgent", "BrowserType", "Browser", "CurrentUserAgent", "ClientInfo"),
        RecordPlace(.job, "JobId", "JobIdentifier"), RecordPlace(.execution, "ExecutionIdentifier"),
        RecordPlace(.request, "RequestId", "RequestIdentifier"),
        RecordPlace(.report, "ReportId", "ReportIdentifier", "UriIdDerived", "Uri"),
        RecordPlace(
            .item, "RecordId", "DocumentId", "ReportId", "ReportIdentifier", "ListViewId", "generationId__c", "gatewayRequestId__c"),
        RecordPlace(.query, "Query", "SearchQuery", "SoqlCommands"),
        RecordPlace(.env, "Environment", "InstanceUrl", "MyDomainUrl", "LoginUrl"), RecordPlace(.dest, "Url"),
        RecordPlace(.region, "DataCenter", "InstanceName", "Region"), RecordPlace(.destRegion, "CountryIso", "Country"),
        RecordPlace(.tls, "TlsProtocol"), RecordPlace(.session, "SessionKey", "LoginKey"),
        RecordPlace(.text, "responseText__c", "prompt__c"), RecordPlace(.category, "ApiClientCategory"),
        RecordPlace(.list, "Section", "Display"), RecordPlace(.listView, "ListViewId"), RecordPlace(.queried, "QueriedEntities"),
        RecordPlace(.agentic, "BotId", "BotIdentifier", "PlannerId", "PlannerIdentifier"),
        RecordPlace(.outcome, "LoginStatus", "Status"), RecordPlace(.loginID, "LoginHistoryId"),
    ]

    /// What a type of event is read like.
    enum Kind: Equatable {
        case logFile(ELFEventType)
        /// `ApiEvent`: a query or a page of one.
        case query
        case file, page, audit, generated
        case anomaly(Operation)
    }

    /// Types seen lately, by the identity of their names.
    private var kinds: [(name: UInt64, kind: Kind)] = []
    private static let kindLimit = 32
    // Events whose payload stands alone, see ``bare(_:)``.
    private static let report = (name: Array("ReportEvent".utf8), kind: Kind.logFile(.report))
    private static let listView = (name: Array("ListViewEvent".utf8), kind: Kind.logFile(.always(.list)))
    private static let call = (name: Array("ApiEvent".utf8), kind: Kind.query)
    private static let login = (name: Array("LoginEvent".utf8), kind: Kind.logFile(.always(.login)))
    private static let nameless = (name: [UInt8](), kind: Kind.logFile(.always(.unknown)))
    private static let aiContent = Array("ai_content".utf8)
    private static let suffixes: [StaticString] = ["EventLog", "Stream", "Store"]
    private static let names: [RecordField] = [.app, .service, .userID, .user]
    /// Of logins that were not refused, or not yet.
    private static let outcomes: [StaticString] = ["success", "succeeded", "login_no_error", "inprogress", "initiated", "automated"]
    private static let domains: [StaticString] = [".com", ".org", ".net", ".edu", ".gov"]

    mutating func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        let kind = self.kind(of: record)
        guard kind != .logFile(.ignored) else { return .ignored }
        if draft.line.account.isEmpty { account(record, into: &draft, &scratch) }
        if record.has(.agentic) || record.says(.category, "agentforce_agent") {
            draft.line.kind = .service
            if draft.detail.agent.isEmpty { draft.detail(\.agent, record.text(.category, &scratch)) }
        }
        guard volume(record, kind, into: &draft) else { return .refused(.badNumber) }
        draft.line.operation = operation(record, kind)
        if draft.line.endpoint.isEmpty {
            let isNamed = record.has(.eventType)
            draft.line.endpoint = isNamed ? name(of: record) : RecordView.append(SalesforceEventDialect.bare(record).name, to: &scratch)
        }
        draft.detail.agent = SalesforceEventDialect.unquoted(draft.detail.agent, record, scratch)
        draft.detail.query = SalesforceEventDialect.unquoted(draft.detail.query, record, scratch)
        let isCall = kind == .logFile(.callout)
        draft.movement[.dest] = isCall ? SalesforceEventDialect.unquoted(draft.movement[.dest], record, scratch) : .none
        if draft.line.operation == .login && draft.line.status == 0 && isRefused(record) { draft.line.status = 401 }
        environment(record, into: &draft, &scratch)
        if kind == .generated { draft.line.object = name(of: record) }
        let isGenerated =
            kind == .generated || record.contains(.object, "genai") || record.contains(.query, "genai")
        if isGenerated && draft.movement[.dataClass].isEmpty {
            draft.state(.dataClass, word: SalesforceEventDialect.aiContent, &scratch)
        }
        if draft.line.rowKey == 0 { draft.line.rowKey = record.identity }
        if kind == .logFile(.report) || kind == .logFile(.reportExport) { halve(record, kind, into: &draft) }
        return .line
    }

    func isHeader(_ record: RecordView) -> Bool { record.says(.eventType, "event_type") }

    // MARK: Type

    private mutating func kind(of record: RecordView) -> Kind {
        let value = record.value(.eventType)
        // An entry of the setup audit trail has no type, but says what was done in words.
        guard value.kind != .none else { return record.has(.list) ? .audit : SalesforceEventDialect.bare(record).kind }
        let name = record.identity(of: value)
        for known in kinds where known.name == name { return known.kind }
        if kinds.count == SalesforceEventDialect.kindLimit { kinds.removeAll(keepingCapacity: true) }
        let range = self.name(of: record)
        let text = record.bytes.copy(Int(range.start)..<Int(range.start) + range.count)
        kinds.append((name, SalesforceEventDialect.kind(named: text)))
        return kinds[kinds.count - 1].kind
    }

    /// What an event without a type is, by the keys that only events of that type have together.
    private static func bare(_ record: RecordView) -> (name: [UInt8], kind: Kind) {
        if record.has(.execution) {
            if record.has(.listView) { return listView }
            if record.has(.report) { return report }
        }
        if record.has(.loginID) && record.has(.outcome) { return login }
        return record.has(.queried) && record.has(.rows) ? call : nameless
    }

    /// The type's name without the channel before it, and without what tells where the event was read.
    private func name(of record: RecordView) -> TextRange {
        let value = record.value(.eventType)
        var start = Int(value.start)
        var end = start + Int(value.count)
        if value.count > 7 && record.bytes.hasASCII("/event/", at: start) { start += 7 }
        for suffix in SalesforceEventDialect.suffixes {
            let length = suffix.utf8CodeUnitCount
            if end - start > length + 2 && record.bytes.hasASCII(suffix, at: end - length) { end -= length }
        }
        return TextRange(start: start, count: end - start)
    }

    static func kind(named name: [UInt8]) -> Kind {
        switch String(decoding: name, as: UTF8.self) {
        case "ApiEvent": .query
        case "FileEvent": .file
        case "UriEvent", "LightningUriEvent": .page
        case "ReportAnomalyEvent": .anomaly(.report)
        case "ApiAnomalyEvent", "GuestUserAnomalyEvent": .anomaly(.query)
        case "SessionHijackingEvent", "CredentialStuffingEvent", "LoginAnomalyEvent", "UniversalAnomalyEvent": .anomaly(.login)
        case "LoginAsEvent", "LogoutEvent", "IdentityVerificationEvent", "MobileEmailEvent": .logFile(.always(.login))
        case "PermissionSetEvent", "SandboxStatus": .logFile(.always(.admin))
        case let other where other.hasPrefix("GenAI") || other.hasPrefix("GenAi"): .generated
        default: .logFile(ELFEventType.named(name))
        }
    }

    // MARK: Account

    private func account(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) {
        for field in SalesforceEventDialect.names where draft.line.account.isEmpty {
            var text = record.text(field, &scratch)
            guard !text.isEmpty else { continue }
            // An id of eighteen characters is one of fifteen and a check: the same account in either form.
            if (field == .app || field == .userID) && text.count == 18 { text = record.part(text, from: 0, count: 15) }
            draft.line.account = text
            if field == .app || field == .service { draft.line.kind = .app }
        }
    }

    private func isRefused(_ record: RecordView) -> Bool {
        guard record.has(.outcome) else { return false }
        for word in SalesforceEventDialect.outcomes where record.begins(.outcome, word) { return false }
        return true
    }

    // MARK: Volume

    /// What is counted; false when a number is none.
    private func volume(_ record: RecordView, _ kind: Kind, into draft: inout RecordDraft) -> Bool {
        var total: UInt64?
        var count: UInt64?
        var size: UInt64?
        guard record.number(.total, &total), record.number(.rowCount, &count), record.number(.rowSize, &size) else { return false }
        let hasRows = draft.line.presence.contains(.rows)
        switch kind {
        case .anomaly:
            draft.forgetBytes()
            draft.line.presence.remove(.rows)
            draft.line.rows = 0
        case .query where !hasRows: draft.total(total, of: record.identity(.session, .query, .userID, .object))
        case .query: break
        case .logFile(.bulkJob) where record.has(.job): draft.total(total ?? count, of: record.identity(.organization, .job))
        case .logFile(let type) where record.has(.execution) && (type == .report || type == .always(.list) || type == .always(.unknown)):
            // Whatever runs in pieces states its total in each, also what nobody has heard of.
            draft.total(total ?? count, of: record.identity(.organization, .execution))
        case .logFile(.callout):
            var request: UInt64?
            guard record.number(.requestBytes, &request) else { return false }
            draft.forgetBytes()
            draft.bytes(request)
        default:
            if !hasRows { draft.rows(total ?? count) }
            if let size, let count, !draft.line.presence.contains(.bytes) {
                let (product, overflows) = size.multipliedReportingOverflow(by: count)
                if !overflows { draft.bytes(product) }
            }
        }
        return true
    }

    // MARK: Exports in two rows

    /// Marks a row of an event log file as half of an export; see ``SalesforceELFFormat``. Real-time events of reports name no request.
    private func halve(_ record: RecordView, _ kind: Kind, into draft: inout RecordDraft) {
        let isRun = kind == .logFile(.report)
        if isRun {
            guard draft.line.presence.contains(.rows), !draft.line.presence.contains(.cumulativeRows), record.has(.request),
                !record.begins(.action, "dashboard"), !record.begins(.action, "reportscheduled")
            else { return }
        }
        let request = hash(record.value(.request), record)
        var named = record.value(.report)
        if !isRun && named.count > 15 && record.bytes[Int(named.start)] == UInt8(ascii: "/") {
            named.start += 1
            named.count -= 1
        }
        let isReport = named.count >= 15 && record.bytes.hasASCII("00O", at: Int(named.start))
        let report = isReport ? hash(named, record, letters: 15) : 0
        let organization = hash(record.value(.organization), record, letters: 15)
        guard let key = HalfKey.make(request: request, report: report, organization: organization, row: draft.line.rowKey) else { return }
        draft.line.rowKey = key
        draft.line.presence.insert(.half)
    }

    private func hash(_ value: JSONRecordValue, _ record: RecordView, letters: Int = .max) -> UInt64 {
        value.kind == .none || value.count == 0
            ? 0 : record.bytes.identity(from: Int(value.start), count: min(Int(value.count), letters))
    }

    // MARK: Operation

    private func operation(_ record: RecordView, _ kind: Kind) -> Operation {
        switch kind {
        case .query: return ELFEventType.soapOperation(record.word(.action))
        case .audit: return .admin
        case .generated: return .read
        case .anomaly(let operation): return operation
        case .file:
            if record.begins(.action, "upload") { return .write }
            return record.begins(.action, "preview") ? .read : .export
        case .page:
            switch record.word(.action) {
            case 0x6574_6165_7263, 0x6574_6164_7075: return .write  // create, update
            case 0x6574_656C_6564: return .delete
            default: return .read
            }
        case .logFile(let type): return operation(record, type)
        }
    }

    private func operation(_ record: RecordView, _ type: ELFEventType) -> Operation {
        switch type {
        case .always(let operation): return operation
        case .soap: return ELFEventType.soapOperation(record.word(.action))
        case .rest:
            let path = record.path
            return HTTPOperation.ofKnownService(
                method: record.exactWord(.method), path: record.bytes, from: path.lowerBound, to: path.upperBound)
        case .bulk, .bulkJob: return ELFEventType.bulkOperation(record.word(.action))
        case .report: return record.begins(.action, "reportexported") ? .export : .report
        case .reportExport: return .export
        case .transfer:
            if !record.has(.action) || record.begins(.action, "versiondownload") { return .export }
            return record.begins(.action, "versionrendition") ? .read : .write
        case .callout: return .webhook
        case .ignored: return .unknown
        }
    }

    // MARK: Environment

    /// A host, else the sandbox that a user's name ends with, else the organisation: each sandbox has one of its own, and a lexicon may
    /// name them.
    private func environment(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) {
        guard draft.movement[.env].isEmpty else { return }
        draft.state(.env, SalesforceEventDialect.sandbox(of: record.value(.user), record.bytes))
        if draft.movement[.env].isEmpty { draft.state(.env, record.text(.organization, &scratch)) }
    }

    /// `uat` of `sync@example.com.uat`: users of a sandbox have the production name and the sandbox's behind it. Labels of two letters are
    /// countries.
    static func sandbox(of user: JSONRecordValue, _ bytes: PaddedBytes) -> TextRange {
        let start = Int(user.start)
        let end = start + Int(user.count)
        guard user.kind == .text, user.count < 256 else { return .none }
        var dot = end - 1
        while dot > start && bytes[dot] != UInt8(ascii: ".") { dot -= 1 }
        guard end - dot > 3, dot - start > 6 else { return .none }
        let hasDomain = domains.contains { bytes.hasLetters($0, at: dot - 4) }
        return hasDomain ? TextRange(start: dot + 1, count: end - dot - 1) : .none
    }

    /// Texts of the type EscapedString have quotes of their own around them.
    private static func unquoted(_ text: TextRange, _ record: RecordView, _ scratch: [UInt8]) -> TextRange {
        var text = text
        while text.count >= 2 && record.byte(text, 0, scratch) == JSONSkip.quote
            && record.byte(text, text.count - 1, scratch) == JSONSkip.quote
        {
            text = record.part(text, from: 1, count: text.count - 2)
        }
        return text
    }
}
