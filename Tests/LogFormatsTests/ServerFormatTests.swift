// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

/// Access logs of words: load balancers, proxies, object stores.
struct ServerFormatTests {
    private func lines(_ name: String, _ text: String, _ fields: [String: String] = [:]) throws -> [SeenLine] {
        try decode(name, text, fields: fields).lines
    }

    // MARK: AWS

    @Test func `a load balancer's line gives client, path, status, bytes and what the method did`() throws {
        let seen = decode(try FormatContractTests.fresh("alb"), pieces: [Array(Corpus.alb.utf8)])
        #expect(seen.accounts == ["192.0.2.7", "192.0.2.8", "[2001:db8::1]", "192.0.2.9", "192.0.2.7", "192.0.2.7", "192.0.2.7"])
        #expect(seen.lines.map(\.endpoint) == ["/api/contacts?page=2", "/api/export", "/api/export", "/", "", "/a b", ""])
        #expect(seen.lines.map(\.bytes) == [57, nil, 9, 29, nil, 57, 57])
        #expect(seen.lines.map(\.operation) == [.read, .export, .export, .read, .unknown, .read, .read])
        #expect(seen.lines.map(\.status) == [200, 404, 200, 200, 400, 200, 200])
        #expect(seen.ignored == 1)
        #expect(seen.reasons == [.badTime, .badNumber, .syntax, .syntax])
    }

    @Test func `a line of a network load balancer is none of an application's, nor of S3`() throws {
        let line = "tls 2.0 2026-06-01T02:05:00 net/crm/c6e77e28c25b2234 g3d4b5e8bb8464cd 192.0.2.7:51341 10.0.0.1:443 5 2 98 246 - "
        let seen = try decode("alb", line + "arn:aws:acm:eu-west-1:1:certificate/2 - ECDHE-RSA-AES128-SHA tlsv12 - crm.example.com\n")
        #expect(seen.reasons == [.badTime] && seen.lines.isEmpty)
        let rest = "arn:aws:acm:eu-west-1:1:certificate/2 - ECDHE-RSA-AES128-SHA tlsv12 - crm.example.com - - - 2026-06-01T02:05:00\n"
        #expect(try decode("s3_access", line + rest).reasons == [.syntax])
        #expect(FormatDetection(Array(String(repeating: line + rest, count: 9).utf8), isWhole: true).best == nil)
    }

    @Test(arguments: ["alb", "envoy", "haproxy", "cloudfront"]) func `without a map nobody's address becomes an account`(name: String)
        throws
    {
        let told = decode(try FormatContractTests.fresh(name), pieces: [Array(try FormatContractTests.corpus(name))])
        let untold = decode(try format(name), pieces: [Array(try FormatContractTests.corpus(name))])
        #expect(untold.lines.isEmpty)
        #expect(untold.ignored == told.ignored + UInt64(told.lines.count))
        #expect(untold.malformed == told.malformed)
    }

    @Test func `a requester of S3 is a user, or the role without its session`() throws {
        let seen = decode(try format("s3_access"), pieces: [Array(Corpus.s3.utf8)])
        #expect(
            seen.accounts == [
                "arn:aws:iam::123456789012:user/sync", "arn:aws:sts::123456789012:assumed-role/export", "79a59df9", "79a59df9", "79a59df9",
                "last",
            ])
        #expect(seen.lines.map(\.operation) == [.read, .list, .write, .delete, .admin, .read])
        #expect(seen.lines.map(\.bytes) == [51200, 512, nil, 300, nil, nil])
        #expect(Set(seen.lines.map(\.object)) == ["crm-exports", "b"])
        #expect(Set(seen.lines.map(\.rowKey)).count == 6)
        #expect(seen.ignored == 1)
    }

    @Test(arguments: [
        ("REST.GET.OBJECT", Operation.read), ("REST.GET.OBJECT_TAGGING", .read), ("REST.GET.BUCKETVERSIONS", .list),
        ("REST.GET.BUCKETPOLICY", .admin), ("REST.COPY.OBJECT_GET", .read), ("REST.COPY.OBJECT", .write), ("REST.PUT.PART", .write),
        ("REST.POST.UPLOADS", .write), ("REST.PUT.ACL", .admin), ("BATCH.DELETE.OBJECT", .delete), ("S3.EXPIRE.OBJECT", .delete),
        ("REST.SELECT.OBJECT", .query), ("REST.OPTIONS.PREFLIGHT", .admin),
    ]) func `an operation of S3 has its own word`(word: String, operation: Operation) throws {
        let line = "o b [01/Jun/2026:02:05:00 +0000] 192.0.2.3 me r \(word) k \"-\" 200 - 5 5 7 1 \"-\" \"-\" -"
        #expect(try lines("s3_access", line).map(\.operation) == [operation])
    }

    @Test func `the standard columns of CloudFront stand without their header, and a header moves them`() throws {
        let seen = decode(try FormatContractTests.fresh("cloudfront"), pieces: [Array(Corpus.cloudFront.utf8)])
        #expect(seen.lines.map(\.bytes) == [51200, nil, 9, 0, 1, 5])
        #expect(seen.lines.last?.endpoint == "/y")
        #expect(seen.lines.map(\.operation).prefix(3) == [.read, .export, .write])
        #expect(seen.lines.map(\.time).first == 1_780_279_500_000)
    }

    // MARK: Proxies

    @Test func `of forwarders the last counts, and Istio's further words are stepped over`() throws {
        let seen = decode(try FormatContractTests.fresh("envoy"), pieces: [Array(Corpus.envoy.utf8)])
        #expect(seen.accounts == ["192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.9", "10.0.2.4", "192.0.2.7", "192.0.2.7"])
        #expect(seen.lines.map(\.bytes) == [51200, 512, 0, 9, 777, 777, 6, 5])
        #expect(seen.lines[2].endpoint == "/a\"b" && seen.lines[3].endpoint == "/x\"")
        #expect(seen.ignored == 1)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:4711", "192.0.2.7"), ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "[2001:db8::1]"),
        ("198.51.100.1, 192.0.2.7:5", "192.0.2.7"), ("unknown", "unknown"), (":5", ":5"),
    ]) func `an address is an account without its port`(forwarded: String, account: String) throws {
        let line = "[2026-06-01T02:05:00Z] \"GET / HTTP/1.1\" 200 - 0 9 1 1 \"\(forwarded)\" \"-\" \"-\" \"-\" \"-\""
        #expect(try lines("envoy", line, ["account": "client"]).map(\.account) == [account])
    }

    @Test func `a path with a quote brings no numbers of its own into the line`() throws {
        for attack in [#"/x" 200 - 0 0 0 0 "#, #"/x" 200 HTTP/1.1" 404"#, #"/" - - "#] {
            let line = #"[2026-06-01T02:05:00Z] "GET \#(attack) HTTP/1.1" 200 - 0 9999 1 1 "192.0.2.7" "-" "-" "-" "-""#
            let seen = try decode("envoy", line, fields: ["account": "client"])
            #expect(seen.lines.allSatisfy { $0.bytes == 9999 })
            #expect(seen.lines.count + seen.malformed.count == 1)
        }
    }

    @Test func `HAProxy's further words, captured headers and bad requests are understood`() throws {
        let seen = decode(try FormatContractTests.fresh("haproxy"), pieces: [Array(Corpus.haproxy.utf8)])
        #expect(seen.accounts == ["192.0.2.7", "192.0.2.7", "2001:db8::1", "192.0.2.8", "192.0.2.8", "192.0.2.8"])
        #expect(seen.lines.map(\.status) == [200, 200, 503, 302, 302, 200])
        #expect(seen.lines.map(\.time).first == 1_780_279_500_726)
        let named = try lines("haproxy", Corpus.haproxy, ["account": "request_headers"])
        #expect(named.map(\.account) == ["svc-orders|sync 2.1", "x"])
    }

    // MARK: W3C

    @Test func `IIS lines are read by the names in their header, wherever they stand`() throws {
        let seen = decode(try format("w3c"), pieces: [Array(Corpus.w3c.utf8)])
        #expect(seen.accounts == ["svc-orders", "CORP\\svc", "svc-orders", "svc-tabs", "svc-last"])
        #expect(seen.lines.map(\.bytes) == [51200, nil, nil, nil, nil])
        #expect(seen.lines[2].time == 1_780_279_503_500 && seen.lines[2].endpoint == "/x")
        #expect(seen.ignored == 1)
        #expect(seen.reasons == [.wrongColumnCount, .badTime, .badNumber, .badTime, .missingHeader, .missingHeader])
    }

    @Test func `a log that lost its header is read by numbers`() throws {
        let line = "2026-06-01 02:05:00 10.0.0.1 GET /x - 443 svc 192.0.2.7 sync/2.1 200 0 0 12\n"
        #expect(try lines("w3c", line, ["account": "8", "endpoint": "5"]).map(\.account) == ["svc"])
        #expect(throws: FormatOptionsError.self) { try format("w3c", fields: ["endpoint": "5"]) }
        #expect(try decode("w3c", line).reasons == [.missingHeader])
    }

    // MARK: Maps

    @Test func `a map names a column of the log, and one that it does not have is refused with those that it has`() throws {
        let agents = try lines("alb", Corpus.alb, ["account": "user-agent"])
        #expect(agents.first?.account == "sync/2.1")
        do {
            _ = try format("alb", fields: ["account": "nobody"])
            Issue.record("the map was taken")
        } catch let error as FormatOptionsError {
            #expect(error.problems.count == 1 && error.problems[0].contains("request_path"))
        }
    }

    // MARK: logfmt

    @Test func `pairs are read in any order, quoted or not`() throws {
        let seen = decode(try format("logfmt"), pieces: [Array(Corpus.logfmt.utf8)])
        #expect(seen.accounts == ["svc-orders", "svc é \"x\"", "svc-orders", "svc-orders", "tabs", "last"])
        #expect(seen.lines.map(\.rows) == [2000, 7, nil, 1, nil, nil])
        #expect(seen.lines[2].endpoint == "/a/b=c" && seen.lines[2].status == 204)
        #expect(
            seen.reasons == [
                .duplicateKey, .badNumber, .missingAccount, .missingTime, .badTime,
                .unbalancedQuote, .controlCharacterInName, .syntax,
            ])
    }

    @Test func `a pair says what the same member says in JSON, under any name`() throws {
        let pairs = try lines("logfmt", "time=1780279500 u.name=svc n=5", ["ts": "time", "account": "u.name", "rows": "n"])
        let object = try lines("json", #"{"ts":1780279500,"account":"svc","rows":5}"#)
        #expect(pairs == object)
        for map in [["ts": "a b"], ["ts": "x", "account": "x"], ["ts": ""], ["nobody": "x"]] {
            #expect(throws: FormatOptionsError.self) { try format("logfmt", fields: map) }
        }
    }
}
