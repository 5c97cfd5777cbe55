// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats
import TestSupport
import Testing

/// What detection proposes for the account where a log names nobody, or names what is none, in the form of public logs.
struct StandInTests {
    private func detect(_ lines: String...) throws -> FormatTrial {
        try #require(FormatDetection(Array(lines.joined(separator: "\n").utf8), isWhole: true).best)
    }

    private static let start = #"{"level":"info","ts":1770588548.02,"logger":"tls","msg":"finished cleaning storage units"}"#
    private static let request =
        #"{"level":"info","ts":1770588549.9,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"127.0.0.1","#
        + #""client_ip":"127.0.0.1","method":"GET","host":"h","uri":"/admin","headers":{"User-Agent":["curl/8.15.0"]}},"user_id":"","#
        + #""size":4,"status":403,"resp_headers":{"Server":["Caddy"]}}"#

    @Test func `an access log is found among the objects of other loggers`() throws {
        let caddy = try detect(Self.start, Self.start, Self.start, Self.request, Self.start)
        #expect(caddy.format == "caddy" && caddy.options.fields == ["account": "request.client_ip"] && caddy.events == 1)
        let first = Self.request.replacing(#""remote_ip":"127.0.0.1","client_ip":"127.0.0.1","#, with: #""remote_addr":"127.0.0.1:27615","#)
            .replacing(#""user_id":"","#, with: "")
        #expect(try detect(first, first).options.fields == ["account": "request.remote_addr"])
        let composed = [Self.start, Self.start, Self.start, Self.request].map { "caddy  | " + $0 }.joined(separator: "\n")
        #expect(try detect(composed).options.wrapper == .prefix)
    }

    @Test func `the end of a connection stands in only where nothing better does`() throws {
        func line(_ forwarded: String, _ port: Int) -> String {
            #"{"authority":"r","bytes_sent":358,"downstream_remote_address":"10.124.0.13:\#(port)","method":"GET","path":"/r","#
                + #""response_code":200,"start_time":"2022-09-08T12:51:05.656Z","upstream_host":"10.1.1.1:80","x_forwarded_for":\#(forwarded)}"#
        }
        let istio = try detect(line("null", 1), line("null", 2), line("\"-\"", 3))
        #expect(istio.format == "envoy_json" && istio.options.fields == ["account": "downstream_remote_address"])
        #expect(istio.accounts == 1, "the port is another with every connection")
        #expect(try detect(line("\"192.0.2.1\"", 1), line("\"192.0.2.1\"", 2)).options.fields == ["account": "x_forwarded_for"])
    }

    @Test func `an access log of nobody is its addresses'`() throws {
        let line = #"67.43.156.13 - - [25/Oct/2016:14:49:33 +0200] "GET / HTTP/1.1" 200 612 "-" "Mozilla/5.0""#
        let nobody = try detect(line, line)
        #expect(nobody.format == "combined" && nobody.options.fields == ["account": "client"] && nobody.events == 2 && nobody.hasStandIn)
        let somebody = try detect(line, line.replacing(" - - ", with: " - bob "), line)
        #expect(somebody.options.fields.isEmpty && somebody.events == 1)
        #expect(throws: FormatOptionsError.self) { try format("combined", fields: ["account": "user"]) }
        #expect(throws: FormatOptionsError.self) { try format("combined", fields: ["ip": "client"]) }
    }

    @Test func `a table in which a product's records would be nobody's is any table`() throws {
        let row = "2021-03-01T10:00:00Z,HTTP,GET,192.0.2.1,/a?b=1"
        let best = try detect("TimeGenerated,EventType,RequestMethod,SourceIP,RequestURL", row, row)
        #expect(best.format == "csv" && best.options.fields["account"] == "SourceIP" && best.options.fields["endpoint"] == "RequestURL")
    }

    @Test func `somebody goes before an address`() throws {
        let object =
            #"{"ClientIp":"81.2.69.144","CpuTime":267,"Id":"000000000000000AAA","LoginKey":"aB","RequestIdentifier":"TID:1","RequestMethod":"POST","#
            + #""SessionKey":"yZ","Timestamp":"2026-08-05T02:52:53.911+0000","Uri":"/aura","UserIdentifier":"0051x000000ABCDAAA"}"#
        let best = try detect(object, object)
        #expect(!best.hasStandIn && best.samples.first?.account != best.samples.first?.address)
    }

    @Test(arguments: [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "Bearer abcdefghijklmnop",
        "pat-na1-1234-5678-90ab",
        "ghp_abcdefghijklmnopqrst",
    ]) func `what lets somebody in is proposed for nothing`(secret: String) throws {
        for key in ["user", "client_id", "account_key", "apiKey", "auth.user"] {
            let line = #"{"when":"2026-06-01T02:05:00Z","\#(key)":"\#(secret)","route":"/x","src_ip":"192.0.2.1"}"#
            let best = try detect(line, line)
            #expect(best.options.fields["account"] == "src_ip", "\(key)")
        }
    }

    @Test func `marks of byte order that were put there twice are stepped over`() throws {
        let mark = "\u{FEFF}\u{FEFF}"
        let cases = [
            ("json", #"{"ts":1780279500,"account":"a"}"#), ("csv", "ts,account\n1780279500,a"), ("tsv", "ts\taccount\n1780279500\ta"),
            ("salesforce_elf", "EVENT_TYPE,TIMESTAMP,USER_ID\nRestApi,20260601020500.123,a"), ("logfmt", "ts=1780279500 account=a"),
            ("w3c", "#Fields: date time cs-username\n2026-06-01 02:05:00 a"),
            ("zendesk", #"{"created_at":"2026-06-01T02:05:00Z","actor_id":"a"}"#),
            ("envoy", #"[2026-06-01T02:05:00Z] "GET / HTTP/1.1" 200 - 0 5 1 1 "a" "-" "-" "-" "-""#),
        ]
        for (name, text) in cases {
            let fields = name == "envoy" ? ["account": "client"] : [:]
            let seen = decode(try format(name, fields: fields), pieces: [Array((mark + text + "\n").utf8)])
            #expect(seen.accounts == ["a"] && seen.malformed.isEmpty, "\(name): \(seen)")
        }
    }

    @Test func `a header without rows is told as one`() {
        let header = "EVENT_TYPE,TIMESTAMP,REQUEST_ID,USER_ID\n"
        #expect(FormatDetection(Array(header.utf8), isWhole: true).remark?.contains("4 columns") == true)
        #expect(FormatDetection(Array((header + "a,b,c,d\n").utf8), isWhole: true).remark == nil)
        #expect(FormatDetection(Array("starting up\n".utf8), isWhole: true).remark == nil)
    }
}
