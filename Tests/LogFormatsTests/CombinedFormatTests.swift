// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Testing

struct CombinedFormatTests {
    private func only(_ line: String) throws -> SeenLine {
        let seen = try decode("combined", line + "\n")
        #expect(seen.malformed.isEmpty && seen.ignored == 0)
        return try #require(seen.lines.first)
    }

    private func line(
        prefix: String = "10.0.4.7 - svc-orders", request: String = "GET /api/contacts HTTP/1.1", status: String = "200",
        bytes: String = "51200", rest: String = #" "-" "sync/2.1""#
    ) -> String {
        "\(prefix) [01/Jun/2026:02:05:00 +0000] \"\(request)\" \(status) \(bytes)\(rest)"
    }

    @Test func `a combined line gives its user, time, address, path, status and bytes`() throws {
        let seen = try only(
            #"203.0.113.9 - svc-orders [01/Jun/2026:04:05:00 +0200] "GET /api/contacts?page=2 HTTP/1.1" 200 51200 "-" "sync/2.1""#)
        #expect(seen.account == "svc-orders")
        #expect(seen.time == 1_780_279_500_000)
        #expect(seen.address == "203.0.113.9")
        #expect(seen.endpoint == "/api/contacts")
        #expect(seen.status == 200)
        #expect(seen.bytes == 51_200)
        #expect(seen.rows == nil)
        #expect(seen.operation == .read)
    }

    @Test func `a common log line ends behind its bytes`() throws {
        #expect(try only(line(rest: "")).bytes == 51_200)
        #expect(try only(line(rest: "") + "\r").bytes == 51_200)
    }

    @Test func `extra fields behind the agent are stepped over`() throws {
        let plain = try only(line())
        for rest in [
            " 0.003", #" 0.003 [default-web-8080] [] 172.17.0.5:8080 59 0.000 200 529a"#, #" 262 "router" "http://1.2.3.4:80" 2ms"#,
        ] {
            #expect(try only(line(rest: #" "-" "sync/2.1""# + rest)) == plain)
        }
    }

    @Test(arguments: [
        "example.com:443 203.0.113.9 - svc-x", "10.0.0.1:443 203.0.113.9 - svc-x", "vhost 203.0.113.9 - svc-x",
        "10.0.0.2, 10.0.0.1, 203.0.113.9 - svc-x", "10.0.0.2,203.0.113.9 - svc-x", "example.com 10.0.0.2, 203.0.113.9 - svc-x",
        "203.0.113.9 ident svc-x", "2001:db8::1, 10.0.0.9 203.0.113.9 - svc-x", "\"1.1.1.1, 2.2.2.2\" 203.0.113.9 - svc-x",
        "\"1.1.1.1, 203.0.113.9\" 10.2.1.185 - svc-x", "example.com:80 \"203.0.113.9\" 10.2.1.185 - svc-x",
        "\"a\\\"b\" 203.0.113.9 - svc-x",
        "\"-\" 203.0.113.9 - svc-x", "vhost unix: 203.0.113.9 - svc-x",
    ]) func `hosts and lists of forwarders before the address leave the last address and the user`(prefix: String) throws {
        let seen = try only(line(prefix: prefix))
        #expect(seen.address == "203.0.113.9")
        #expect(seen.account == "svc-x")
    }

    @Test(arguments: [" - svc-x", "  - svc-x", ", - svc-x", "10.0.0.1,  - svc-x"]) func `a line without an address is refused`(
        prefix: String
    ) throws {
        #expect(try decode("combined", line(prefix: prefix) + "\n").reasons == [.syntax])
    }

    @Test func `an IPv6 address and a host name are addresses too`() throws {
        #expect(try only(line(prefix: "2001:db8::7 - svc-x")).address == "2001:db8::7")
        #expect(try only(line(prefix: "vhost 2001:db8::7 - svc-x")).address == "2001:db8::7")
        #expect(try only(line(prefix: "client.example.com - svc-x")).address == "client.example.com")
    }

    @Test(arguments: ["10.1.2.3", "127.0.0.1", "192.168.7.1", "172.16.0.1", "172.31.255.1", "::1", "fd00::1"])
    func `behind a private proxy the last forwarded address counts`(proxy: String) throws {
        let seen = try only(line(prefix: "\(proxy) - svc-x", rest: #" "-" "a" "198.51.100.1, 203.0.113.9""#))
        #expect(seen.address == "203.0.113.9")
        #expect(try only(line(prefix: "\(proxy) - svc-x", rest: #" "-" "a" "2001:db8::9" 0.1"#)).address == "2001:db8::9")
    }

    @Test(arguments: ["100.1.2.3", "128.0.0.1", "192.169.7.1", "172.15.0.1", "172.32.0.1", "172.160.0.1", "::12", "2001:db8::1"])
    func `who comes from outside cannot claim another address`(client: String) throws {
        #expect(try only(line(prefix: "\(client) - svc-x", rest: #" "-" "a" "203.0.113.9""#)).address == client)
    }

    @Test(arguments: [#" "-" "203.0.113.9""#, #" "-" "a" "-""#, #" "-" "a" "not 203.0.113.9x""#, #" "-" "a" 203.0.113.9"#, #" "-" "a" ""#])
    func `only a third quoted field of addresses is a list of forwarders`(rest: String) throws {
        #expect(try only(line(rest: rest)).address == "10.0.4.7")
    }

    @Test(arguments: ["-", "\"\""]) func `a request without a user is ignored and counted`(user: String) throws {
        let seen = try decode("combined", line(prefix: "10.0.4.7 - \(user)") + "\n" + line() + "\n")
        #expect(seen.ignored == 1)
        #expect(seen.accounts == ["svc-orders"])
        #expect(seen.malformed.isEmpty)
    }

    @Test func `a user may hold spaces, escapes and letters of any script`() throws {
        for user in ["John Doe", #"a\x22b"#, #"a\"b"#, "größe", "svc-orders@example.com", "--"] {
            #expect(try only(line(prefix: "10.0.4.7 - \(user)")).account == user)
        }
    }

    @Test(arguments: [
        (#"GET /a\"b HTTP/1.1"#, #"/a\"b"#), (#"GET /a\x22 HTTP/1.1"#, #"/a\x22"#), (#"GET /a\\ HTTP/1.1"#, #"/a\\"#),
        (#"GET /\\\" HTTP/1.1"#, #"/\\\""#),
        ("GET /a", "/a"), ("GET https://example.com/a/b?c HTTP/1.1", "/a/b"), ("GET http://example.com HTTP/1.1", ""),
        ("OPTIONS * HTTP/1.0", ""),
        ("-", ""), ("", ""), (#"\x16\x03\x01\x01"#, ""), ("PROPFIND /dav HTTP/1.1", "/dav"), ("ABCDEFGHIJ /x HTTP/1.1", ""), ("GET ", ""),
        ("CONNECT example.com:443 HTTP/1.1", ""),
    ]) func `the path is read out of requests of every kind`(request: String, path: String) throws {
        let seen = try only(line(request: request))
        #expect(seen.endpoint == path)
        #expect(seen.status == 200)
    }

    @Test(
        arguments: [
            ("200", 51_200), ("206", 51_200), ("299", 51_200), ("199", nil), ("301", nil), ("304", nil), ("401", nil), ("500", nil),
        ] as [(String, UInt64?)])
    func `bytes count only where the status says that the body left`(status: String, bytes: UInt64?) throws {
        #expect(try only(line(status: status)).bytes == bytes)
    }

    @Test func `a dash for the bytes is unknown, not nothing`() throws {
        #expect(try only(line(bytes: "-")).bytes == nil)
        #expect(try only(line(bytes: "0")).bytes == 0)
    }

    @Test func `an ISO time in brackets is read as well`() throws {
        #expect(try only(#"1.2.3.4 - svc [2026-06-01T04:05:00+02:00] "GET / HTTP/1.1" 200 5"#).time == 1_780_279_500_000)
    }

    @Test(
        arguments: [
            ("nonsense", MalformedReason.syntax), (#"1.2.3.4 - svc [41/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200 5"#, .badTime),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00] "GET / HTTP/1.1" 200 5"#, .syntax),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1 200 5"#, .unbalancedQuote),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1\" 200 5"#, .unbalancedQuote),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1"#, .unbalancedQuote),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 20 5"#, .syntax),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 2000 5"#, .syntax),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200"#, .syntax),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200 5x"#, .badNumber),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200 x"#, .badNumber),
            (#"1.2.3.4 - svc [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200 9999999999999999"#, .badNumber),
            (#"1.2.3.4 - [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200 5"#, .syntax),
            ("1.2.3.4 - a\u{7}b [01/Jun/2026:02:05:00 +0000] \"GET / HTTP/1.1\" 200 5", .controlCharacterInName),
            ("1.2.3.4 - a\u{7F}b [01/Jun/2026:02:05:00 +0000] \"GET / HTTP/1.1\" 200 5", .controlCharacterInName),
            (
                #"[24/Jan/2022:16:51:02 +0000] - 404 404 - GET http openresty.local "/sdfdsf" [Client 1.2.3.4] [Length 192] [Gzip 3.10] [Sent-to openresty] "Mozilla" "-""#,
                .syntax
            ),
        ] as [(String, MalformedReason)]) func `what cannot be read is refused with its reason`(line: String, reason: MalformedReason)
        throws
    {
        let seen = try decode("combined", line + "\n" + self.line() + "\n")
        #expect(seen.reasons == [reason])
        #expect(seen.accounts == ["svc-orders"])
    }

    @Test func `UTF-16 is called by its name`() throws {
        let text: [UInt8] = [0xFF, 0xFE] + Array("1.2.3.4 - a".utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] } + [0x0A]
        #expect(decode(try format("combined"), pieces: [text]).reasons == [.utf16])
    }

    // MARK: Forgery. Everything below is what an attacker can write through a server that escapes quotes.

    @Test(arguments: [
        #"/ HTTP/1.1\" 200 5 \"-\" \"x\" [01/Jun/2026:02:05:00 +0000]"#, #"/x22] \"GET"#, "/ [01/Jan/2000:00:00:00 +0000] - victim",
        #"/\x22 999 1 \x22"#, #"/\\\" 500 1"#,
    ]) func `a request cannot forge a user or a status`(path: String) throws {
        let seen = try only(line(request: "GET \(path) HTTP/1.1"))
        #expect(seen.account == "svc-orders")
        #expect(seen.status == 200)
        #expect(seen.bytes == 51_200)
        #expect(seen.time == 1_780_279_500_000)
    }

    @Test(arguments: [
        #"a\" 500 1 \"b"#, #"1.2.3.4 - victim [01/Jan/2000:00:00:00 +0000] \"GET / HTTP/1.1\" 200 999999"#, "] ", #"\\"#,
    ]) func `a referer or an agent cannot forge a user, a status or bytes`(text: String) throws {
        for rest in [" \"\(text)\" \"a\"", " \"-\" \"\(text)\"", " \"-\" \"a\" \"\(text)\""] {
            let seen = try only(line(rest: rest))
            #expect(seen.account == "svc-orders")
            #expect(seen.status == 200)
            #expect(seen.bytes == 51_200)
        }
    }

    @Test(arguments: [
        "victim [01/Jan/2000:00:00:00 +0000] \\\"GET / HTTP/1.1\\\" 200 5", "victim [01/Jan/2000:00:00:00 +0000]", "victim [x] \\\"",
    ]) func `a user with a time and a request in its name is that user and nobody else`(user: String) throws {
        let seen = try only(line(prefix: "10.0.4.7 - \(user)"))
        #expect(seen.account == user)
        #expect(seen.time == 1_780_279_500_000)
        #expect(seen.status == 200)
    }

    @Test(arguments: ["1.1.1.1 - victim", "x - victim", "a b c - victim", "1.1.1.1 - victim [01/Jan/2000:00:00:00 +0000]"])
    func `a forged list of forwarders in front is refused rather than believed`(forwarded: String) throws {
        // `log_format '$http_x_forwarded_for - $remote_user […'`: the first field is the client's own.
        for user in ["-", "svc-attacker"] {
            let seen = try decode("combined", line(prefix: "\(forwarded) - \(user)") + "\n")
            #expect(seen.reasons == [.syntax])
            #expect(seen.lines.isEmpty)
        }
    }

    @Test(arguments: [
        #"1.1.1.1 - victim [01/Jan/2000:00:00:00 +0000] "#, #"] \"GET / HTTP/1.1\" 200 5 "#,
        #"1.1.1.1 - victim [01/Jan/2000:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5"#,
    ]) func `a forged list of forwarders in quotes is a list and nothing else`(forwarded: String) throws {
        let seen = try only(line(prefix: "\"\(forwarded)\" 203.0.113.9 - svc-orders"))
        #expect(seen.account == "svc-orders")
        #expect(seen.address == "203.0.113.9")
        #expect(seen.time == 1_780_279_500_000)
        #expect(seen.bytes == 51_200)
    }

    @Test func `a client that went away leaves a line without a status`() throws {
        let seen = try only(line(status: "-", bytes: "-"))
        #expect(seen.status == 0 && seen.bytes == nil)
        #expect(seen.account == "svc-orders")
    }

    @Test func `the number of refused lines does not depend on who was logged in`() throws {
        let broken = #" [01/Jun/2026:02:05:00 +0000] "GET / HTTP/1.1" 200 x"#
        #expect(try decode("combined", "1.2.3.4 - -\(broken)\n").reasons == [.badNumber])
        #expect(try decode("combined", "1.2.3.4 - svc\(broken)\n").reasons == [.badNumber])
    }
}
