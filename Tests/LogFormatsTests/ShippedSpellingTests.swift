// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

/// Logs as collectors, exporters and portals write them, in the form of their documentation.
struct ShippedSpellingTests {
    private func detect(_ lines: [String]) throws -> FormatTrial {
        try #require(FormatDetection(Array(lines.joined(separator: "\n").utf8), isWhole: true).best)
    }

    // MARK: Byte order marks

    private static let combined = #"198.51.100.7 - svc-bi [01/Jun/2026:02:05:00 +0000] "GET /a HTTP/1.1" 200 9"#

    @Test func `a byte order mark is none of the first line's address`() throws {
        let marked = "\u{FEFF}" + Self.combined + "\n" + Self.combined + "\n\u{FEFF}\u{FEFF}" + Self.combined
        let seen = try decode("combined", marked)
        #expect(seen.lines.map(\.address) == Array(repeating: "198.51.100.7", count: 3))
        #expect(seen.malformed.isEmpty)
    }

    @Test(arguments: [LineWrapper.syslog, .docker, .cri, .prefix])
    func `a byte order mark costs no wrapped line`(wrapper: LineWrapper) throws {
        let text = "\u{FEFF}" + WrapperTests.wrap(Self.combined[...], wrapper, 0) + "\n" + WrapperTests.wrap(Self.combined[...], wrapper, 0)
        let seen = try WrapperTests.seen("combined", wrapper, text + "\n")
        #expect(seen.lines.count == 2 && seen.malformed.isEmpty)
    }

    // MARK: Dataverse

    private static func audit(_ results: String, id: String = "r1") -> String {
        #"{"CreationTime":"2026-06-01T02:05:00","Id":"\#(id)","RecordType":21,"UserId":"a@example.com","Message":"RetrieveMultiple","#
            + #""EntityName":"contact","ClientIP":"198.51.100.7","QueryResults":\#(results)}"#
    }

    @Test(arguments: [
        (#"[{"id":"a","n":1},{"id":"b","n":2},{"id":"c"}]"#, 3), (#"["a","b"]"#, 2), (#""a, b, c, d""#, 4),
        (#""[{\"id\":\"a\",\"n\":\"x,y\"},{\"id\":\"b\",\"m\":{}}]""#, 2), (#""[\"a\",\"b\",\"c\"]""#, 3),
    ])
    func `rows are the results however they are written`(results: String, rows: Int) throws {
        #expect(try decode("dataverse", Self.audit(results)).lines.map(\.rows) == [UInt64(rows)])
    }

    @Test(arguments: ["[]", #""[]""#, #""""#, "null"]) func `no results are no count`(results: String) throws {
        let seen = try decode("dataverse", Self.audit(results))
        #expect(seen.lines.map(\.rows) == [nil])
    }

    @Test(arguments: [
        #"{"integration":"office365","office365":RECORD}"#,
        #"{"timestamp":"2026-06-01T02:09:00.123+0000","id":"1.2","rule":{"id":"91548"},"data":{"integration":"office365","office365":RECORD}}"#,
        #"{"message":"ExportToExcel","timestamp":1780279999000,"attributes":RECORD}"#,
        #"{"attributes":RECORD,"message":"ExportToExcel","id":"another"}"#,
        #"{"time":1780279999,"sourcetype":"o365:management:activity","event":RECORD}"#,
        #"{"@timestamp":"2026-06-01T02:09:00Z","o365":{"audit":RECORD},"user":{"id":"b"}}"#,
        #"{"Timestamp":"2026-06-01T02:09:00Z","Application":"Microsoft Dynamics 365","RawEventData":RECORD}"#,
    ])
    func `a wrapped record says what it says by itself, whatever its wrapping says`(wrapping: String) throws {
        let record = Self.audit(#""a,b""#)
        let bare = try RecordSight("dataverse", record)
        let seen = try RecordSight("dataverse", wrapping.replacing("RECORD", with: record))
        #expect(seen.lines == bare.lines && seen.lines.count == 1)
        #expect(seen.refused.isEmpty)
        let trial = try detect([wrapping.replacing("RECORD", with: record), wrapping.replacing("RECORD", with: Self.audit("1", id: "r2"))])
        #expect(trial.format == "dataverse")
    }

    @Test func `a key that a record has twice is still a duplicate, wrapped or not`() throws {
        let record = Self.audit(#""a,b","UserId":"b@example.com""#)
        #expect(try RecordSight("dataverse", record).reasons["duplicate_key"] == 1)
        #expect(try RecordSight("dataverse", #"{"event":\#(record)}"#).reasons["duplicate_key"] == 1)
    }

    // MARK: Dates

    @Test(arguments: [
        ("\"Jun 1, 2026 @ 02:05:00.123\"", "2026-06-01T02:05:00.123Z"), ("\"Jun 1, 2026, 2:05:00 PM\"", "2026-06-01T14:05:00Z"),
        ("\"6/1/2026, 2:05:00.123 AM\"", "2026-06-01T02:05:00.123Z"), ("6/1/2026 12:05:00 AM", "2026-06-01T00:05:00Z"),
        ("06/01/2026 02:05:00 PM", "2026-06-01T14:05:00Z"), ("06/13/2026 14:05:00", "2026-06-13T14:05:00Z"),
        ("13/06/2026 14:05", "2026-06-13T14:05:00Z"), ("13-06-2026 14:05:00", "2026-06-13T14:05:00Z"),
        ("06/06/2026 14:05:00", "2026-06-06T14:05:00Z"),
    ])
    func `what portals show for a time is read where it can be read in one way`(time: String, meant: String) throws {
        let seen = try decode("csv", "ts,account,rows\n\(time),a,1\n")
        #expect(seen.lines.map { CivilTime(EventTime(milliseconds: $0.time)).rfc3339 } == [meant])
    }

    @Test(arguments: [
        "06/01/2026 14:05:00", "1/06/2026 2:05:00 AM", "12/06/2026 2:05:00 AM", "6/1/2026 2:05:00 am", "01-06-2026 02:05:00",
        "13/13/2026 02:05:00", "31/06/2026 02:05:00", "6/1/2026 13:05:00 AM", "6/1/26 2:05:00 AM", "Juni 1, 2026 @ 02:05:00.000",
        "Jun 1, 2026 @ 02:05:00.", "6/1/2026 2:05:00 AMX",
    ])
    func `what could be another day is refused`(time: String) throws {
        let seen = try decode("csv", "ts,account,rows\n\"\(time)\",a,1\n")
        #expect(seen.lines.isEmpty && seen.reasons == [.badTime])
    }

    @Test func `a table that a portal exported is a product's records`() throws {
        let header = "TimeGenerated [UTC],UserId,ClientIp,Message,EntityName,InstanceUrl,QueryResults"
        let row = #""6/1/2026, 2:05:00.000 AM",a@example.com,198.51.100.7,RetrieveMultiple,contact,https://a.crm4.dynamics.com/,"a,b,c""#
        let trial = try detect([header, row, row])
        #expect(trial.format == "dataverse" && trial.options.wrapper == .csv && trial.events == 2)
        let seen = try WrapperTests.seen("dataverse", .csv, header + "\n" + row + "\n")
        #expect(seen.lines.map(\.rows) == [3])
    }

    // MARK: Access logs that a collector has parsed

    @Test func `who Logstash found goes before an address, and a request before the file it was read from`() throws {
        let line =
            #"{"clientip":"198.51.100.7","ident":"-","auth":"svc-bi","timestamp":"01/Jun/2026:02:05:00 +0000","verb":"GET","request":"/a","#
            + #""response":"200","bytes":"9","@timestamp":"2026-06-01T02:05:00Z","log":{"file":{"path":"/var/log/nginx/access.log"}}}"#
        let fields = try detect([line, line]).options.fields
        #expect(fields["account"] == "auth" && fields["endpoint"] == "request" && fields["status"] == "response")
        #expect(fields["ip"] == "clientip")
    }

    @Test func `of two places named like an endpoint the one that holds paths is meant`() throws {
        let line =
            #"{"time":"2026-06-01T02:05:00Z","properties":{"httpMethod":"GET","requestUri":"https://a/b","responseBytes":"9","#
            + #""clientIp":"198.51.100.7","httpStatusCode":"200","endpoint":"e.azurefd.net"}}"#
        let fields = try detect([line, line]).options.fields
        #expect(fields["endpoint"] == "properties.requestUri" && fields["status"] == "properties.httpStatusCode")
    }

    @Test func `a request as it came is an endpoint with its method`() throws {
        let line =
            #"{"client":"198.51.100.7","request":"GET /a?b=1 HTTP/1.1","size":9,"status":200,"#
            + #""timestamp":"2026-06-01T02:05:00Z","user":"u"}"#
        let trial = try detect([line, line])
        #expect(trial.options.fields["endpoint"] == "request" && trial.options.fields["ip"] == "client")
        let seen = try decode("json", line, fields: trial.options.fields)
        #expect(seen.lines.map(\.endpoint) == ["/a?b=1"] && seen.lines.map(\.operation) == [.read])
        let table = try decode("csv", "ts,account,request\n1780279500,u,DELETE https://h/a HTTP/1.1\n", fields: ["endpoint": "request"])
        #expect(table.lines.map(\.endpoint) == ["/a"] && table.lines.map(\.operation) == [.delete])
        let pairs = try decode("logfmt", #"ts=1780279500 account=u method=GET endpoint="PUT /a""#)
        #expect(pairs.lines.map(\.endpoint) == ["/a"] && pairs.lines.map(\.operation) == [.read])
    }

    @Test func `a host's name is no caller's address`() throws {
        func line(_ host: String) -> String {
            #"{"host":"\#(host)","method":"GET","path":"/a","status":200,"timestamp":"2026-06-01T02:05:00Z","user":"u"}"#
        }
        #expect(try detect([line("198.51.100.7"), line("198.51.100.8")]).options.fields["ip"] == "host")
        #expect(try detect([line("198.51.100.7"), line("web1")]).options.fields["ip"] == nil)
    }

    @Test func `an address with a port stands in for the account of any objects, without the port`() throws {
        func line(_ port: Int) -> String {
            #"{"time":"2026-06-01T02:05:00Z","remote":"198.51.100.7:\#(port)","method":"GET","path":"/a","status":200,"bytes":9}"#
        }
        let trial = try detect([line(4001), line(4002), line(4003)])
        #expect(trial.format == "json" && trial.options.fields["account"] == "remote" && trial.accounts == 1)
        let seen = try decode("json", line(1) + "\n" + #"{"time":1780279500,"remote":"[2001:db8::1]:4711"}"#, fields: trial.options.fields)
        #expect(seen.accounts == ["198.51.100.7", "2001:db8::1"])
    }

    @Test func `an access log is read out of what a collector puts around parsed lines`() throws {
        let line =
            #"{"remote_addr":"198.51.100.7","remote_user":"u","request":"GET /a HTTP/1.1","status":"200","#
            + #""body_bytes_sent":"9","msec":"1780279500.1"}"#
        let bare = try RecordSight("nginx_json", line)
        let wrappings = [
            #"{"insertId":"a","jsonPayload":LINE,"timestamp":"2026-06-01T02:09:00Z"}"#,
            #"{"time":1780279999,"host":"h","event":LINE}"#,
        ]
        for wrapping in wrappings {
            let text = wrapping.replacing("LINE", with: line)
            #expect(try detect([text, text]).format == "nginx_json")
            #expect(try RecordSight("nginx_json", text).lines.map { $0.prefix(60) } == bare.lines.map { $0.prefix(60) })
        }
    }

    @Test func `what stands in for the account of a wrapped record is still its address`() throws {
        let line =
            #"{"jsonPayload":{"bytes_sent":9,"downstream_remote_address":"198.51.100.7:4545","method":"GET","path":"/a","response_code":200,"#
            + #""start_time":"2026-06-01T02:05:00Z","upstream_host":"10.0.0.1:80","x_forwarded_for":null},"timestamp":"2026-06-01T02:09:00Z"}"#
        let trial = try detect([line, line])
        #expect(trial.format == "envoy_json" && trial.accounts == 1)
        let seen = try decode("envoy_json", line, fields: trial.options.fields)
        #expect(seen.accounts == ["198.51.100.7"] && seen.lines.map(\.address) == ["198.51.100.7:4545"])
    }
}
