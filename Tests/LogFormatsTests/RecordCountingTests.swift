// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

/// What is counted once though it is logged many times, and what must not be taken for it.
struct RecordCountingTests {
    private static func report(_ sequence: Int, execution: String) -> String {
        #"{"channel":"/event/ReportEventStream","data":{"payload":{"EventDate":"2026-06-01T02:06:00.000+0000","EventIdentifier":"e\#(sequence)","ExecutionIdentifier":"\#(execution)","Operation":"ReportExported","RowsProcessed":20680.0,"Sequence":\#(sequence),"UserId":"0053h000002xQ5sAAE"}}}"#
    }

    @Test func `pieces of one report carry one identity and its total`() throws {
        let text = (1...52).map { Self.report($0, execution: "x-1") }.joined(separator: "\n")
        let seen = try decode("salesforce_event", text)
        #expect(seen.lines.count == 52)
        #expect(Set(seen.lines.map(\.rowKey)).count == 1)
        #expect(seen.lines.allSatisfy { $0.isCumulative && $0.rows == 20_680 && $0.bytes == nil })
    }

    private static let reportPayload =
        #""EventDate":"2026-06-01T02:06:00Z","ExecutionIdentifier":"x-1","RowsProcessed":20680.0,"UserId":"0053h000002xQ5s""#

    /// How collectors hand on an event, and whether they leave its type to what it holds.
    @Test(arguments: [
        #"{"version":"0","detail-type":"ReportEventStream","detail":{"payload":{P,"ReportId":"00O1"},"schemaId":"s"}}"#,
        #"{"event":{"id":"1","EventApiName":"ReportEventStream","replayId":7},"payload":{P,"ReportId":"00O1"}}"#,
        #"{"EventApiName":"ReportEventStream",P}"#, #"{P,"ReportId":"00O1"}"#, #"{"detail":{"payload":{P,"ReportId":"00O1"}}}"#,
        #"{"event":{"EventApiName":"ListViewEventStream"},"payload":{P}}"#, #"{P,"QueriedEntities":"Lead","ListViewId":"00B1"}"#,
        #"{P,"QueriedEntities":"Lead"}"#, #"{P,"EventType":"NewExportEvent"}"#,
    ]) func `pieces of one execution count once however the event is wrapped`(event: String) throws {
        let text = (1...5).map { event.replacing("P", with: Self.reportPayload + #","Sequence":\#($0)"#, maxReplacements: 1) }
        let seen = try decode("salesforce_event", text.joined(separator: "\n"))
        #expect(seen.lines.count == 5 && Set(seen.lines.map(\.rowKey)).count == 1)
        #expect(seen.lines.allSatisfy { $0.isCumulative && $0.rows == 20_680 && $0.bytes == nil })
    }

    @Test(arguments: [
        (#""ExecutionIdentifier":"x","ReportId":"00O1","RowsProcessed":7,"Operation":"ReportExported""#, "export", "ReportEvent"),
        (#""ExecutionIdentifier":"x","ReportId":"00O1","RowsProcessed":7,"Operation":"ReportRunFromUi""#, "report", "ReportEvent"),
        (#""ExecutionIdentifier":"x","ListViewId":"00B1","RowsProcessed":7"#, "list", "ListViewEvent"),
        (#""QueriedEntities":"Lead","RowsReturned":7,"Operation":"QueryMore""#, "query", "ApiEvent"),
        (#""QueriedEntities":"Lead","Operation":"QueryMore""#, "unknown", "-"),
    ]) func `the type of a payload that stands alone is told by its keys`(members: String, operation: String, endpoint: String) throws {
        let seen = try RecordSight("salesforce_event", #"{"EventDate":"2026-06-01T02:06:00Z","UserId":"u",\#(members)}"#)
        let words = try #require(seen.lines.first).split(separator: " ")
        #expect(words[3] == operation && words[5] == endpoint)
    }

    @Test func `two executions of a report are two`() throws {
        let seen = try decode("salesforce_event", Self.report(1, execution: "x-1") + Self.report(1, execution: "x-2"))
        #expect(Set(seen.lines.map(\.rowKey)).count == 2)
    }

    private static func page(_ members: String) -> String {
        #"{"attributes":{"type":"ApiEvent"},"EventDate":"2026-06-01T02:07:00Z","UserId":"0053h000002xQ5s","Query":"SELECT Id FROM Lead",\#(members)}"#
    }

    @Test func `pages that say how many rows they returned are added up`() throws {
        let pages = ["Query", "QueryMore", "QueryMore"].enumerated().map { number, operation in
            Self.page(#""Operation":"\#(operation)","RowsReturned":2000,"RowsProcessed":5000.0,"EventIdentifier":"e\#(number)""#)
        }
        let seen = try decode("salesforce_event", pages.joined())
        #expect(seen.lines.map(\.rows) == [2000, 2000, 2000])
        #expect(seen.lines.allSatisfy { !$0.isCumulative } && Set(seen.lines.map(\.rowKey)).count == 3)
    }

    @Test func `pages that repeat the query's total carry one identity`() throws {
        let pages = (0..<3).map {
            Self.page(#""Operation":"QueryMore","RowsProcessed":5000.0,"SessionKey":"k","EventIdentifier":"e\#($0)""#)
        }
        let seen = try decode("salesforce_event", pages.joined())
        #expect(seen.lines.allSatisfy { $0.isCumulative && $0.rows == 5000 } && Set(seen.lines.map(\.rowKey)).count == 1)
    }

    @Test func `the same query in another session is another`() throws {
        let pages = ["k", "l"].map { Self.page(#""Operation":"Query","RowsProcessed":5000.0,"SessionKey":"\#($0)""#) }
        #expect(Set(try decode("salesforce_event", pages.joined()).lines.map(\.rowKey)).count == 2)
    }

    @Test(arguments: [#""RowsReturned":-1,"RowsProcessed":-1"#, #""RowsReturned":null"#, #""RowsReturned":"""#, #""Operation":"Query""#])
    func `rows that are not known are not counted as none`(members: String) throws {
        let line = try #require(try decode("salesforce_event", Self.page(members)).lines.first)
        #expect(line.rows == nil)
    }

    @Test func `an anomaly adds no rows to the report that it is about`() throws {
        let text =
            Self.report(1, execution: "x-1")
            + #"{"attributes":{"type":"ReportAnomalyEvent"},"EventDate":"2026-06-01T02:10:00Z","UserId":"0053h000002xQ5s","RowsProcessed":20680,"RowsReturned":7,"SizeBytes":9}"#
        let seen = try decode("salesforce_event", text)
        #expect(seen.lines.map(\.rows) == [20_680, nil])
        #expect(seen.lines.map(\.bytes) == [nil, nil])
    }

    @Test(arguments: [
        ("cloudtrail", #""eventTime":"2026-06-01T02:05:00Z","eventName":"X","userIdentity":{"userName":"a"},"eventID""#),
        ("dataverse", #""CreationTime":"2026-06-01T02:05:00","RecordType":21,"UserId":"a","Id""#),
        ("snowflake", #""END_TIME":1780279500,"USER_NAME":"a","QUERY_ID""#), ("hubspot", #""occurredAt":1780279500,"userId":"a","id""#),
        ("zendesk", #""created_at":1780279500,"actor_id":1,"id""#),
        ("ocsf", #""class_uid":6003,"time":1780279500,"user":{"uid":"a"},"metadata.uid""#),
        ("servicenow", #""sys_created_on":"2026-06-01 02:05:00","user":"a","sys_id""#),
        ("ecs", #""@timestamp":1780279500,"user.id":"a","event.id""#),
    ]) func `a record that is delivered twice has one identity however it is written`(name: String, start: String) throws {
        let text = "{\(start):\"1\"}\n{ \(start) : \"1\" ,\"extra\":[1,2]}\n{\(start):\"2\"}"
        let keys = try decode(name, text).lines.map(\.rowKey)
        try #require(keys.count == 3)
        #expect(keys[0] == keys[1] && keys[0] != keys[2] && keys[0] != 0)
    }

    @Test func `lines of an access log are never taken for repetitions`() throws {
        for fixture in RecordFixture.all where ["nginx_json", "traefik", "caddy", "envoy_json", "kong"].contains(fixture.format) {
            #expect(try decode(fixture.format, fixture.records.joined()).lines.allSatisfy { $0.rowKey == 0 })
        }
    }

    @Test func `a header of a log file that was taken for a row is no row`() throws {
        let seen = try decode("salesforce_event", #"[{"event_type":"EVENT_TYPE","timestamp":"TIMESTAMP","user_id":"USER_ID"}]"#)
        #expect(seen.ignored == 1 && seen.malformed.isEmpty && seen.lines.isEmpty)
    }

    @Test(arguments: [
        ("sync@example.com.uat", "uat"), ("sync@example.com", ""), ("sync@example.com.au", ""), ("sync@example.dev", ""),
        ("sync.com.uat", "uat"),
        (".com.x", ""), ("", ""),
    ]) func `a sandbox is told by what stands behind its users' domain`(user: String, sandbox: String) throws {
        let seen = try RecordSight(
            "salesforce_event", #"{"EventDate":"2026-06-01T02:07:00Z","UserId":"u","Username":"\#(user)","attributes":{"type":"ApiEvent"}}"#
        )
        #expect(seen.lines.first?.contains("env=") == !sandbox.isEmpty)
        #expect(seen.lines.first?.hasSuffix(sandbox.isEmpty ? "-" : "env=\(sandbox)") == true)
    }
}
