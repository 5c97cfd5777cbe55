// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

extension SalesforceELFTests {
    // MARK: Event types

    @Test(
        arguments: [
            ("ROWS_PROCESSED", 7), ("RECORDS_PROCESSED", 7), ("ROW_COUNT", 7), ("NUMBER_OF_RECORDS", 7), ("NUM_RESULTS", 7),
            ("RowsReturned", 7), ("NUMBER_FIELDS", nil),
        ] as [(String, UInt64?)]) func `rows have many names`(name: String, rows: UInt64?) throws
    {
        #expect(try only(file("EVENT_TYPE,TIMESTAMP,USER_ID,\(name)", ["Unheard", "20260601020500", "u", "7"])).rows == rows)
    }

    @Test func `the rows of a batch count rather than the total of its query`() throws {
        #expect(
            try only(
                file("EVENT_TYPE,TIMESTAMP,USER_ID,RowsProcessed,RowsReturned", ["ApiEvent", "20260601020500", "u", "1000364.0", "2000.0"])
            ).rows == 2000)
    }

    @Test func `a report's bytes are its rows times their average size`() throws {
        let columns = "EVENT_TYPE,TIMESTAMP,USER_ID,ROW_COUNT,AVERAGE_ROW_SIZE,ORIGIN"
        let seen = try only(file(columns, ["Report", "20260601020500", "u", "2000", "150", "ReportExported"]))
        #expect(seen.rows == 2000)
        #expect(seen.bytes == 300_000)
        #expect(seen.operation == .export)
        #expect(try only(file(columns, ["Report", "20260601020500", "u", "2000", "", "ReportRunFromClassic"])).bytes == nil)
        #expect(try only(file(columns, ["AsyncReportRun", "20260601020500", "u", "1", "1", "ReportRunFromClassic"])).operation == .report)
        #expect(try only(file(columns, ["Report", "20260601020500", "u", "999999999999999", "999999999999999", "x"])).bytes == nil)
    }

    @Test func `what leaves with a callout is its request`() throws {
        let seen = try only(
            file(
                "EVENT_TYPE,TIMESTAMP,USER_ID,METHOD,REQUEST_SIZE,RESPONSE_SIZE",
                ["ApexCallout", "20260601020500", "u", "POST", "8192", "17"]))
        #expect(seen.bytes == 8192)
        #expect(seen.operation == .webhook)
    }

    @Test(arguments: [
        ("RestApi,METHOD", "GET", "read"), ("RestApi,METHOD", "POST", "write"), ("RestApi,METHOD", "DELETE", "delete"),
        ("ApiTotalUsage,HTTP_METHOD", "PATCH", "write"),
        ("API,METHOD_NAME", "query", "query"), ("API,METHOD_NAME", "queryMore", "query"), ("API,METHOD_NAME", "RETRIEVE", "read"),
        ("API,METHOD_NAME", "upsert", "write"), ("API,METHOD_NAME", "delete", "delete"), ("API,METHOD_NAME", "describeSObjects", "list"),
        ("API,METHOD_NAME", "emptyRecycleBin", "delete"), ("API,METHOD_NAME", "doSomething", "unknown"), ("API,METHOD_NAME", "", "unknown"),
        ("BulkApi,OPERATION_TYPE", "query", "bulk"), ("BulkApi,OPERATION_TYPE", "insert", "write"),
        ("BulkApi,OPERATION_TYPE", "hardDelete", "delete"),
        ("BulkApi2,OPERATION_TYPE", "queryAll", "bulk"), ("BulkApiRequest,OPERATION_TYPE", "", "bulk"),
        ("ContentTransfer,TRANSACTION_TYPE", "VersionDownloadApi", "export"),
        ("ContentTransfer,TRANSACTION_TYPE", "VersionDownloadAction", "export"),
        ("ContentTransfer,TRANSACTION_TYPE", "VersionRenditionDownload", "read"),
        ("ContentTransfer,TRANSACTION_TYPE", "saveVersion", "write"),
        ("Report,ORIGIN", "ReportExportedUsingExcelConnector", "export"), ("Report,ORIGIN", "", "report"), ("ReportExport,X", "", "export"),
        ("DocumentAttachmentDownloads,X", "", "export"), ("WaveDownload,X", "", "export"), ("Login,X", "", "login"),
        ("MetadataApiOperation,OPERATION", "meta_retrieve", "admin"),
        ("Search,X", "", "query"), ("URI,X", "", "read"), ("BrandNewType,X", "", "unknown"),
    ]) func `the operation follows the event type`(type: String, value: String, name: String) throws {
        let parts = type.split(separator: ",").map(String.init)
        #expect(
            try only(file("EVENT_TYPE,TIMESTAMP,USER_ID,\(parts[1])", [parts[0], "20260601020500", "u", value])).operation.name == name)
    }

    @Test(arguments: [
        ("/services/data/v59.0/query", "query"), ("/services/data/v59.0/analytics/reports/00O", "report"),
        ("/services/data/v59.0/sobjects/Contact/1", "read"),
    ])
    func `a REST read is told by its path`(path: String, name: String) throws {
        #expect(try only(file(rest, with([3: path]))).operation.name == name)
    }

    @Test func `what only happens inside the platform is ignored`() throws {
        for type in ["ApexExecution", "ApexTrigger", "LightningPerformance", "QueuedExecution"] {
            #expect(try decode("salesforce_elf", file(rest, with([0: type]))).ignored == 1)
        }
    }

    @Test func `several event types in turn are each read as their own`() throws {
        let rows = [
            "RestApi", "ApexTrigger", "RestApi", "DocumentAttachmentDownloadsOfAVeryLongName", "RestApi", "ReportExport", "ReportExportX",
        ].map { with([0: $0]) }
        let seen = try decode("salesforce_elf", rows.map { file(rest, $0) }.joined())
        #expect(seen.ignored == 1)
        #expect(seen.lines.map(\.operation.name) == ["query", "query", "unknown", "query", "export", "unknown"])
    }

    // MARK: Delivered twice

    @Test func `a row delivered twice has one key, rows that differ anywhere have two`() throws {
        let seen = try decode("salesforce_elf", file(rest, row, row, with([7: "51201"])) + file(rest, row))
        #expect(Set(seen.lines.map(\.rowKey)).count == 2)
        #expect(seen.lines[0].rowKey == seen.lines[3].rowKey)
        let other = try decode("salesforce_elf", rest + "\r\n" + row.map { "\"\($0)\"" }.joined(separator: ",") + "\r\n")
        #expect(other.lines.first?.rowKey == seen.lines[0].rowKey)
    }

    private var job: String { "EVENT_TYPE,TIMESTAMP,ORGANIZATION_ID,USER_ID,JOB_ID,JOB_STATUS,OPERATION_TYPE,RECORDS_PROCESSED" }

    @Test func `totals of a bulk job carry the job's identity`() throws {
        let rows = [
            ("7503h00000AbCdE", "InProgress", "1000"), ("7503h00000AbCdE", "JobComplete", "2500"),
            ("7503h00000AbCdEAAM", "JobComplete", "2500"),
        ]
        let other = ["BulkApi2", "20260601020509.000", "00D3h000007R1Lu", "u", "7503h00000ZZZZZ", "InProgress", "query", "1"]
        let seen = try decode(
            "salesforce_elf",
            file(job)
                + rows.enumerated().map { index, row in
                    "BulkApi2,2026060102050\(index).000,00D3h000007R1Lu,u,\(row.0),\(row.1),query,\(row.2)\n"
                }.joined() + other.joined(separator: ",") + "\n")
        #expect(seen.malformed.isEmpty)
        #expect(seen.lines.allSatisfy { $0.isCumulative })
        #expect(Set(seen.lines.map(\.rowKey)).count == 2)
        #expect(Set(seen.lines.prefix(3).map(\.rowKey)).count == 1)
        #expect(seen.lines.map(\.rows) == [1000, 2500, 2500, 1])
    }

    @Test func `jobs of two organisations are two, and a job row without a total is an ordinary row`() throws {
        func row(_ organization: String, _ rows: String) -> [String] {
            ["BulkApi2", "20260601020500.000", organization, "u", "7503h00000AbCdE", "Open", "query", rows]
        }
        let seen = try decode("salesforce_elf", file(job, row("00D1", "5"), row("00D2", "5"), row("00D1", "")))
        #expect(Set(seen.lines.map(\.rowKey)).count == 3)
        #expect(seen.lines.map(\.isCumulative) == [true, true, false])
    }

    @Test func `the pieces of one report repeat its rows and carry its identity`() throws {
        let columns = "EVENT_TYPE,TIMESTAMP,USER_ID,ExecutionIdentifier,Sequence,RowsProcessed,Operation"
        let seen = try decode(
            "salesforce_elf",
            file(
                columns,
                ["ReportEvent", "20260601020500", "u", "exec-1", "1", "20680.0", "ReportExported"],
                ["ReportEvent", "20260601020501", "u", "exec-1", "51", "20680.0", "ReportExported"],
                ["ReportEvent", "20260601020501", "u", "exec-2", "1", "20680.0", "ReportExported"]))
        #expect(seen.lines.allSatisfy { $0.isCumulative })
        #expect(seen.lines[0].rowKey == seen.lines[1].rowKey && seen.lines[1].rowKey != seen.lines[2].rowKey)
        #expect(seen.lines.allSatisfy { $0.operation == .export && $0.bytes == nil })
    }
}
