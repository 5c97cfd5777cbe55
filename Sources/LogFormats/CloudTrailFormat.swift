// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `cloudtrail`: the audit log of AWS.
typealias CloudTrailFormat = RecordFormat<CloudTrailDialect>

/// What CloudTrail's records mean; files wrap them as `{"Records":[…]}`.
///
/// Account: the role's ARN for assumed roles, because a session's name changes from one to the next; else the identity's ARN or name, else
/// the service that called. Endpoint: `s3.amazonaws.com/GetObject`. Bytes: what data events of S3 say was transferred out. Management
/// events that change something are administration. Refusals are told as the status that the API answers with: `AccessDenied` is 403.
/// Source: AWS CloudTrail, record contents 1.11.
struct CloudTrailDialect: RecordDialect {
    static let descriptor = CloudTrailFormat.descriptor(
        "cloudtrail", "AWS CloudTrail: management and data events, as files or one record a line", lateness: .hours(1),
        marks: [["eventSource", "eventName"], ["userIdentity"]],
        example: #"{"eventTime":"2026-06-01T02:05:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","#
            + #""userIdentity":{"arn":"arn:aws:iam::1:user/bi"},"additionalEventData":{"bytesTransferredOut":51200}}"#)
    static let envelopes = ["Records"]
    static let wrappers = ["detail"]

    static let places = [
        RecordPlace(.ts, "eventTime"), RecordPlace(.eventID, "eventID"),
        RecordPlace(
            .account, "userIdentity.sessionContext.sessionIssuer.arn", "userIdentity.arn", "userIdentity.onBehalfOf.userId",
            "userIdentity.userName", "userIdentity.invokedBy", "userIdentity.principalId", "userIdentity.accountId"),
        RecordPlace(.userKind, "userIdentity.type"), RecordPlace(.service, "eventSource"), RecordPlace(.action, "eventName"),
        RecordPlace(
            .object, "requestParameters.bucketName", "requestParameters.tableName", "requestParameters.dBInstanceIdentifier",
            "requestParameters.secretId", "requestParameters.databaseName", "resources.ARN"),
        RecordPlace(.item, "requestParameters.key"), RecordPlace(.job, "requestParameters.exportTaskIdentifier", "requestParameters.jobId"),
        RecordPlace(.query, "requestParameters.queryString", "requestParameters.sqlStatement"),
        RecordPlace(.bytes, "additionalEventData.bytesTransferredOut"),
        RecordPlace(.requestBytes, "additionalEventData.bytesTransferredIn"),
        RecordPlace(.ip, "sourceIPAddress"), RecordPlace(.agent, "userAgent"), RecordPlace(.region, "awsRegion"),
        RecordPlace(.destRegion, "requestParameters.destinationRegion"), RecordPlace(.dest, "requestParameters.destinationBucket"),
        RecordPlace(.env, "recipientAccountId", "userIdentity.accountId"), RecordPlace(.tls, "tlsDetails.tlsVersion"),
        RecordPlace(.session, "userIdentity.accessKeyId"), RecordPlace(.outcome, "errorCode"), RecordPlace(.readOnly, "readOnly"),
        RecordPlace(.category, "managementEvent"), RecordPlace(.eventType, "eventCategory"), RecordPlace(.list, "errorMessage"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        guard record.has(.action) else { return .ignored }
        if draft.line.endpoint.isEmpty { draft.line.endpoint = record.joined(.service, UInt8(ascii: "/"), .action, &scratch) }
        draft.line.kind = kind(record)
        draft.line.operation = operation(record)
        if draft.line.operation == .write, let size = record.number(.requestBytes) {
            draft.forgetBytes()
            draft.bytes(size)
        }
        if draft.line.status == 0 { draft.line.status = status(record, draft.line.operation) }
        return .line
    }

    private func kind(_ record: RecordView) -> AccountKind {
        if record.says(.userKind, "root") || record.says(.userKind, "samluser") || record.says(.userKind, "identitycenteruser")
            || record.says(.userKind, "webidentityuser")
        {
            return .human
        }
        return record.says(.userKind, "assumedrole") || record.says(.userKind, "awsservice") || record.says(.userKind, "role")
            ? .service : .unknown
    }

    /// Codes by what they end or begin with: services spell the same refusal in many ways.
    private func status(_ record: RecordView, _ operation: Operation) -> UInt16 {
        if record.has(.outcome) {
            // Grafana and others state a status, of what went well too.
            if let status = record.number(.outcome), status >= 100, status < 600 { return UInt16(status) }
            if record.contains(.outcome, "accessdenied") || record.contains(.outcome, "unauthorized") { return 403 }
            if record.contains(.outcome, "throttl") || record.contains(.outcome, "slowdown") { return 429 }
            if record.contains(.outcome, "nosuch") || record.contains(.outcome, "notfound") { return 404 }
            return 400
        }
        return operation == .login && record.begins(.list, "failed") ? 401 : 0
    }

    private func operation(_ record: RecordView) -> Operation {
        let isManagement = record.value(.category).kind == .yes || record.says(.eventType, "management")
        if record.contains(.action, "export") {
            return record.begins(.action, "describe") || record.begins(.action, "list") ? .list : .export
        }
        if record.begins(.service, "signin.") { return .login }
        for word in CloudTrailDialect.logins where record.begins(.action, word) { return .login }
        for word in CloudTrailDialect.queries where record.begins(.action, word) { return .query }
        for word in CloudTrailDialect.lists where record.begins(.action, word) { return .list }
        for word in CloudTrailDialect.reads where record.begins(.action, word) { return .read }
        if record.value(.readOnly).kind == .yes || record.says(.readOnly, "true") { return .read }
        if record.begins(.action, "delete") || record.begins(.action, "terminate") { return .delete }
        return isManagement ? .admin : .write
    }

    private static let logins: [StaticString] = ["consolelogin", "assumerole", "getsessiontoken", "getfederationtoken", "switchrole"]
    private static let queries: [StaticString] = ["query", "scan", "select", "executestatement", "batchget", "startquery", "search"]
    private static let lists: [StaticString] = ["list", "describe", "head"]
    private static let reads: [StaticString] = ["get", "lookup", "download", "view", "copy"]
}
