// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// Lines as the tools write them in which logs are searched, when somebody exports what was found.
extension WrapperTests {
    private static let access =
        #"10.0.4.7 - svc-a [01/Jun/2026:02:05:00 +0000] "GET /api/contacts HTTP/1.1" 200 512 "-" "sync/2.1""#
    private static let record =
        #"{"CreationTime":"2026-06-01T02:05:00","RecordType":21,"UserId":"sync@x.com","Message":"Retrieve","EntityName":"contact"}"#

    private static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
    private static func inObject(_ text: String) -> String { "\"" + escaped(text[...]) + "\"" }

    @Test(arguments: [
        ("Splunk", "combined", LineWrapper.csv, "\"_serial\",\"_time\",source,\"_raw\"\n0,\"2026-06-01\",\"/a,b\",\(quoted(access))\n"),
        ("CloudWatch", "combined", .csv, "@timestamp,@message\r\n2026-06-01 02:05:00.000,\(quoted(access))\r\n"),
        ("Purview", "dataverse", .csv, "RecordId,CreationDate,Operation,AuditData\na,2026-06-01T02:05:00,Retrieve,\(quoted(record))\n"),
        ("Datadog", "combined", .csv, "\"Date\",\"Host\",\"Message\"\n\"2026\",\"gw\",\(quoted(access))\n"),
        ("Kibana", "combined", .csv, "\u{FEFF}\"@timestamp\",message\n\"Jun 1, 2026 @ 02:05:00.000\",\(quoted(access))\n"),
        ("Grafana", "combined", .csv, "\"Time\",\"Line\",\"labels\"\n\"1\",\(quoted(access)),\"{}\"\n"),
        ("Splunk's JSON", "combined", .json, "{\"preview\":false,\"result\":{\"_raw\":\(inObject(access)),\"host\":\"gw\"}}\n"),
        ("Elasticsearch", "combined", .json, "{\"_index\":\"a\",\"_source\":{\"host\":{},\"message\":\(inObject(access))}}\n"),
        ("Google", "combined", .json, "{\"insertId\":\"a\",\"textPayload\":\(inObject(access)),\"severity\":\"INFO\"}\n"),
        ("Google's objects", "combined", .json, "{\"jsonPayload\":{},\"resource\":{},\"textPayload\":\(inObject(access))}\n"),
        ("Splunk with a field of the line's", "combined", .json, "{\"result\":{\"message\":\"x\",\"_raw\":\(inObject(access))}}\n"),
        ("Elasticsearch with a text of its own", "combined", .json, "{\"_source\":{\"message\":\"x\"},\"message\":\(inObject(access))}\n"),
        ("a comma behind the last member", "combined", .json, "{\"result\":{\"_raw\":\(inObject(access)),},\"a\":1}\n"),
        ("Swarm", "combined", .prefix, "web.1.x7k2@node1    | \(access)\n"),
        ("Grafana's texts", "combined", .prefix, "2026-06-01T02:05:00.1Z\t\(access)\n"),
        ("Compose", "combined", .prefix, "nginx-1    | \(access)\n"),
        ("kubectl", "dataverse", .prefix, "[pod/gw-1/nginx] 2026-06-01T02:05:00.1Z \(record)\n"),
        ("CloudWatch's S3 export", "dataverse", .prefix, "2026-06-01T02:05:00.000Z \(record)\n"),
        ("Fluentd", "dataverse", .prefix, "2026-06-01T02:05:00+00:00\tcrm.audit\t\(record)\n"),
    ]) func `what was exported from elsewhere is found out and read`(tool: String, format: String, wrapper: LineWrapper, log: String) throws
    {
        let seen = try Self.seen(format, wrapper, log)
        #expect(seen.malformed.isEmpty && seen.accounts == [format == "combined" ? "svc-a" : "sync@x.com"])
        let lines = log.split(whereSeparator: \.isNewline)
        let head = wrapper == .csv ? 1 : 0
        let repeated = lines.prefix(head) + Array(repeating: lines[head...], count: 20).joined()
        let best = try #require(FormatDetection(Array(repeated.joined(separator: "\n").utf8), isWhole: true).best)
        #expect(best.format == format && best.options.wrapper == wrapper, "\(best.format) \(best.options)")
    }

    @Test func `a row is read under the header of its own table`() throws {
        let one = #"{""ts"":1780279500,""account"":""a""}"#
        let seen = try Self.seen(
            "json", .csv,
            """
            time,message
            1,"\(one)"
            time,message
            2,"\(one.replacing("\"a\"", with: "\"b\""))"
            2,
            2,"{""ts"":1780279500,""agent"":""x
            y"",""account"":""c""}"
            _raw,"\(one.replacing("\"a\"", with: "\"e\""))"
            short
            "log","message"
            x,message,_raw
            3,{},"\(one.replacing("\"a\"", with: "\"d\""))"
            message,{},_raw
            2,{}
            3,"unbalanced

            """)
        #expect(seen.accounts == ["a", "b", "c", "e", "d"])
        #expect(seen.reasons == [.wrongColumnCount, .syntax, .syntax, .wrongColumnCount, .unbalancedQuote])
    }

    @Test func `a table that is a log itself is read as such, whatever stands in a column of it`() throws {
        let row = "1780279500,a,export,1,\(Self.quoted(#"{"ts":1780279500,"account":"b","rows":1,"object":"x","action":"read"}"#))\n"
        let text = "ts,account,action,rows,message\n" + String(repeating: row, count: 20)
        let best = try #require(FormatDetection(Array(text.utf8), isWhole: true).best)
        #expect(best.format == "csv" && best.options == FormatOptions())
        let table = "gw-1 | 2026-06-01T02:05:00Z\tsvc-a\t5\n"
        let seen = decode(try Self.wrapped("tsv", .prefix, fields: ["ts": "1", "account": "2", "rows": "3"]), pieces: [Array(table.utf8)])
        #expect(seen.accounts == ["svc-a"] && seen.malformed.isEmpty)
    }

    @Test func `a table without a column for lines is refused as such`() throws {
        let seen = try Self.seen("json", .csv, "time,text\n1,{}\n")
        #expect(seen.reasons == [.missingHeader, .missingHeader])
        #expect(FormatDetection(Array("time,text\n1,{}\n".utf8), isWhole: true).best == nil)
    }

    @Test func `a state that no header gives is none`() throws {
        let names: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        for state in [[2, 0, 2, 0] + names + [0], [0, 0, 2, 2] + names + [0], [0, 0, 2, 0] + names + [3], [0, 0, 2, 0] + names] {
            var format = try Self.wrapped("json", .csv)
            format.resume(from: state)
            #expect(format.resumeState.isEmpty)
            #expect(decode(format, pieces: [Array("a,b\n".utf8)]).reasons == [.missingHeader])
        }
    }

    private static func event(_ account: String) -> String { "ts=1780279500 account=\(account)" }

    @Test func `a cell longer than a record may be is passed over with all its lines, however they arrive`() throws {
        for (filler, count) in [("x", 300_000), ("x,y\n\"\"\n", 50_000)] {
            let cell = "boom\nmessage\n\(Self.event("forged"))\na,b,\(Self.event("forged"))\n" + String(repeating: filler, count: count)
            let text =
                "time,source,message\n1,a,\(Self.event("a"))\n2,a,\"\(cell)\"\n3,a,\(Self.event("b"))\n4,a,\"\(Self.event("c"))\"\n"
            let whole = try Self.seen("logfmt", .csv, text)
            #expect(whole.accounts == ["a", "b", "c"] && whole.reasons.count == 1)
            let bytes = Array(text.utf8)
            for size in [7_777, 262_144, 262_143] {
                let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
                #expect(decode(try Self.wrapped("logfmt", .csv), pieces: pieces) == whole, "\(size)")
            }
            // Stopped in the middle of the cell.
            var reading = try Self.wrapped("logfmt", .csv)
            var lines = DecodedLines()
            var position = 0
            let half = Array(bytes[..<290_000])
            for _ in 0..<3 {
                lines.removeAll()
                position = ChunkBuffer(half).withBytes { reading.decode($0, from: position, isFinal: false, into: &lines) }
            }
            #expect(position == half.count)
            var resumed = try Self.wrapped("logfmt", .csv)
            resumed.resume(from: reading.resumeState)
            let rest = decode(resumed, pieces: [Array(bytes[position...])])
            #expect(rest.accounts == ["b", "c"] && rest.malformed.isEmpty)
        }
    }

    @Test(arguments: [
        // No header, and a row of words; a header without a column for lines, and a cell with lines.
        ("1,R,x\n2,R,log\n3,F,F\n", []), ("Date,Text\nd,\"boom\nmessage\nF\n\"\nmessage F\n", []),
        ("Date,Text,Host\nd,log,9\n1,F,F\n", []),
        // A row of names of columns; the columns in another order.
        ("host,message,agent\nx,R,y\n_raw,content,log\nF,R,F\n", ["real", "real"]),
        ("host,message,agent\nx,R,y\nagent,host,message\nF,F,R\n", ["real", "real"]),
        // A record of another width with lines in it.
        ("host,message\nx,\"R\"\nx,\"\nx,F\nmessage\nF\n\",y\nx,R\n", ["real", "real"]),
    ]) func `no cell makes another column the one that is read, and no line in a cell is a row`(text: String, accounts: [String]) throws {
        let log = text.replacing("R", with: Self.event("real")).replacing("F", with: Self.event("forged"))
        let seen = try Self.seen("logfmt", .csv, log)
        #expect(seen.accounts == accounts)
        #expect(!seen.malformed.isEmpty || accounts.count == 2)
    }
}
