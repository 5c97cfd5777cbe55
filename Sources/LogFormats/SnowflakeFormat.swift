// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `snowflake`: the query and login history of Snowflake.
typealias SnowflakeFormat = RecordFormat<SnowflakeDialect>

/// What rows of Snowflake's ACCOUNT_USAGE views QUERY_HISTORY and LOGIN_HISTORY mean.
///
/// Rows: what a statement unloaded, or wrote to its result. Bytes: what was sent to another region or cloud, else what was written out or
/// to the result. A query that ran in the database but whose rows went nowhere, `INSERT … SELECT`, is a write. The region that data went to
/// is stated where it is another. Numbers may be in quotes, times are seconds with fractions. Source: Snowflake, ACCOUNT_USAGE reference.
struct SnowflakeDialect: RecordDialect {
    static let descriptor = SnowflakeFormat.descriptor(
        "snowflake", "query history and login history of Snowflake as JSON", lateness: .hours(3),
        marks: [["QUERY_ID", "QUERY_TYPE", "QUERY_TEXT", "EVENT_ID", "EVENT_TIMESTAMP"], ["USER_NAME"]],
        example: #"{"QUERY_ID":"01b4d425","END_TIME":"1780279500.697000","USER_NAME":"SVC_BI","QUERY_TYPE":"UNLOAD","DATABASE_NAME":"CRM","#
            + #""ROWS_UNLOADED":"2000","BYTES_WRITTEN":"51200"}"#)
    static let envelopes = ["data"]
    static let folds = true

    static let places = [
        RecordPlace(.ts, "END_TIME", "EVENT_TIMESTAMP", "START_TIME"), RecordPlace(.eventID, "QUERY_ID", "EVENT_ID"),
        RecordPlace(.account, "USER_NAME"), RecordPlace(.userKind, "USER_TYPE"), RecordPlace(.action, "QUERY_TYPE", "EVENT_TYPE"),
        RecordPlace(.endpoint, "QUERY_TYPE", "EVENT_TYPE"), RecordPlace(.object, "DATABASE_NAME"), RecordPlace(.query, "QUERY_TEXT"),
        RecordPlace(.rowCount, "ROWS_UNLOADED"), RecordPlace(.otherRows, "ROWS_WRITTEN_TO_RESULT", "ROWS_PRODUCED"),
        RecordPlace(.total, "EXTERNAL_FUNCTION_TOTAL_SENT_ROWS"), RecordPlace(.requestBytes, "OUTBOUND_DATA_TRANSFER_BYTES"),
        RecordPlace(.rowSize, "BYTES_WRITTEN"), RecordPlace(.otherBytes, "BYTES_WRITTEN_TO_RESULT"),
        RecordPlace(.ip, "CLIENT_IP"), RecordPlace(.agent, "CLIENT_APPLICATION_ID", "REPORTED_CLIENT_TYPE"),
        RecordPlace(.session, "SESSION_ID"), RecordPlace(.dest, "OUTBOUND_DATA_TRANSFER_CLOUD"),
        RecordPlace(.destRegion, "OUTBOUND_DATA_TRANSFER_REGION"), RecordPlace(.region, "SNOWFLAKE_REGION", "REGION"),
        RecordPlace(.env, "ENVIRONMENT", "DATABASE_NAME"), RecordPlace(.outcome, "IS_SUCCESS", "EXECUTION_STATUS"),
        RecordPlace(.dataClass, "QUERY_TAG"),
    ]

    /// A statement that runs has the epoch for its end, or none; it comes once more when it has ended.
    func isHeader(_ record: RecordView) -> Bool { SnowflakeDialect.unfinished.contains { record.says(.outcome, $0) } }

    private static let unfinished: [StaticString] = ["running", "queued", "blocked", "resuming_warehouse"]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        guard !isHeader(record) else { return .ignored }
        let operation = operation(record)
        draft.line.operation = operation
        if record.says(.userKind, "service") || record.says(.userKind, "legacy_service") { draft.line.kind = .service }
        if record.says(.userKind, "person") { draft.line.kind = .human }
        var (unloaded, result, sent): (UInt64?, UInt64?, UInt64?)
        var (outbound, written, resultBytes): (UInt64?, UInt64?, UInt64?)
        guard record.number(.rowCount, &unloaded), record.number(.otherRows, &result), record.number(.total, &sent),
            record.number(.requestBytes, &outbound), record.number(.rowSize, &written), record.number(.otherBytes, &resultBytes)
        else { return .refused(.badNumber) }
        if operation == .login && record.says(.outcome, "no") { draft.line.status = 401 }
        // What one statement can do without the others says so by a zero.
        let external = sent ?? 0
        if operation == .export {
            draft.rows(SnowflakeDialect.positive(unloaded) ?? (isUnload(record) ? unloaded : nil))
            draft.bytes(SnowflakeDialect.positive(outbound) ?? SnowflakeDialect.positive(written) ?? resultBytes)
        } else if operation.movesDataOut {
            draft.rows(result.map { $0 &+ external } ?? sent)
            draft.bytes(SnowflakeDialect.positive(outbound) ?? resultBytes)
        }
        return .line
    }

    private static func positive(_ number: UInt64?) -> UInt64? { number == 0 ? nil : number }

    private func isUnload(_ record: RecordView) -> Bool { record.says(.action, "unload") }

    private func operation(_ record: RecordView) -> Operation {
        if record.says(.action, "select") || record.says(.action, "with") || record.says(.action, "call") { return .query }
        if record.says(.action, "unload") || record.says(.action, "get_files") { return .export }
        if record.says(.action, "login") { return .login }
        for word in SnowflakeDialect.writes where record.begins(.action, word) { return .write }
        for word in SnowflakeDialect.deletions where record.begins(.action, word) { return .delete }
        for word in SnowflakeDialect.lists where record.begins(.action, word) { return .list }
        for word in SnowflakeDialect.administrations where record.begins(.action, word) { return .admin }
        return .unknown
    }

    private static let writes: [StaticString] = ["insert", "update", "merge", "copy", "put_files", "multi_table_insert", "upsert"]
    private static let deletions: [StaticString] = ["delete", "truncate", "drop", "remove_files"]
    private static let lists: [StaticString] = ["show", "describe", "list_files", "explain"]
    private static let administrations: [StaticString] = [
        "create", "alter", "grant", "revoke", "use", "set", "unset", "begin", "commit", "rollback", "rename", "recluster", "comment",
    ]
}
