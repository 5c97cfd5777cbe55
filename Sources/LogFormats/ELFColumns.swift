// weir
// SPDX-License-Identifier: Apache-2.0

/// Where a header puts what the decoder wants; −1 is nowhere.
///
/// Names are compared without case and underscores, because the same field is `ROWS_PROCESSED` in a log file, `RowsProcessed` in an event
/// object and `rows_processed` in some collectors. A name that comes twice counts the first time.
///
/// State: 72 bytes. Small, because it is copied several times for every row.
struct ELFColumns: Equatable, Sendable {
    private(set) var count = 0
    var eventType: Int16 = -1
    var timestamp: Int16 = -1
    var timestampDerived: Int16 = -1
    /// A column that the settings name as the account; then no other is looked at.
    var account: Int16 = -1
    var connectedApp: Int16 = -1
    var clientName: Int16 = -1
    var userID: Int16 = -1
    var userIDDerived: Int16 = -1
    var userName: Int16 = -1
    var rows: Int16 = -1
    var bytes: Int16 = -1
    var requestSize: Int16 = -1
    var rowCount: Int16 = -1
    var averageRowSize: Int16 = -1
    var object: Int16 = -1
    var otherObject: Int16 = -1
    var endpoint: Int16 = -1
    var address: Int16 = -1
    var otherAddress: Int16 = -1
    var status: Int16 = -1
    var httpMethod: Int16 = -1
    var methodName: Int16 = -1
    var operationType: Int16 = -1
    var transactionType: Int16 = -1
    var origin: Int16 = -1
    var organization: Int16 = -1
    var job: Int16 = -1
    var request: Int16 = -1
    var report: Int16 = -1
    var otherReport: Int16 = -1
    var uri: Int16 = -1
    var execution: Int16 = -1

    /// The columns of no header.
    static let none = ELFColumns()

    private init() {}

    /// The columns of a header, or nil when it is none: an event type and a time are what nothing can be read without.
    ///
    /// - Parameter map: the settings' `fields`: weir's key → column name, before the usual names.
    init?(names: [[UInt8]], map: [String: String]) {
        guard names.count <= CSVRecord.limit else { return nil }
        count = names.count
        var places: [String: Int16] = [:]
        for (index, name) in names.enumerated() where places[ELFColumns.plain(name)] == nil {
            places[ELFColumns.plain(name)] = Int16(truncatingIfNeeded: index)
        }
        func place(_ key: String?, _ usual: String...) -> Int16 {
            if let key, let name = map[key] { return places[ELFColumns.plain(Array(name.utf8))] ?? -1 }
            for name in usual { if let index = places[name] { return index } }
            return -1
        }
        eventType = place(nil, "EVENTTYPE")
        timestamp = place("ts", "TIMESTAMP")
        timestampDerived = place(nil, "TIMESTAMPDERIVED", "EVENTDATE")
        account = map["account"] == nil ? -1 : place("account")
        connectedApp = place(nil, "CONNECTEDAPPID", "CONNECTEDAPPIDENTIFIER")
        clientName = place(nil, "CLIENTNAME")
        userID = place(nil, "USERID", "USERIDENTIFIER")
        userIDDerived = place(nil, "USERIDDERIVED")
        userName = place(nil, "USERNAME")
        rows = place(
            "rows", "ROWSRETURNED", "ROWSPROCESSED", "RECORDSPROCESSED", "PROCESSEDRECORDCOUNT", "ROWCOUNT", "NUMBEROFRECORDS", "NUMRESULTS"
        )
        bytes = place("bytes", "SIZEBYTES", "RESPONSESIZE")
        requestSize = place(nil, "REQUESTSIZE")
        rowCount = place(nil, "ROWCOUNT")
        averageRowSize = place(nil, "AVERAGEROWSIZE")
        object = place("object", "ENTITYNAME", "OBJECTNAME", "QUERIEDENTITIES")
        otherObject = place(nil, "ENTITYTYPE", "OBJECTTYPE")
        endpoint = place("endpoint", "APIRESOURCE", "REQUESTPATH", "URI")
        address = place("ip", "CLIENTIP", "SOURCEIP")
        otherAddress = place(nil, "SOURCEIP")
        status = place("status", "STATUSCODE")
        httpMethod = place(nil, "METHOD", "HTTPMETHOD")
        methodName = place(nil, "METHODNAME", "OPERATION")
        operationType = place(nil, "OPERATIONTYPE", "OPERATION")
        transactionType = place(nil, "TRANSACTIONTYPE")
        origin = place(nil, "ORIGIN", "OPERATION")
        organization = place(nil, "ORGANIZATIONID")
        job = place(nil, "JOBID", "JOBIDENTIFIER")
        execution = place(nil, "EXECUTIONIDENTIFIER")
        request = place(nil, "REQUESTID", "REQUESTIDENTIFIER")
        report = place(nil, "REPORTID", "REPORTIDENTIFIER", "REPORTIDDERIVED")
        otherReport = place(nil, "URIIDDERIVED")
        uri = place(nil, "URI")
        if eventType < 0 || (timestamp < 0 && timestampDerived < 0) { return nil }
    }

    /// A name in capitals without underscores and spaces.
    private static func plain(_ name: [UInt8]) -> String {
        let kept = name.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: " ") }
        return String(decoding: kept.map { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 }, as: UTF8.self)
    }
}
