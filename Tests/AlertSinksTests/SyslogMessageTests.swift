// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Testing

@testable import AlertSinks

struct `Syslog messages` {
    private let message = SyslogMessage(facility: 10, hostName: "host1", appName: "weir", processID: "4242", enterpriseNumber: 32473)

    private func text(_ record: AlertRecord, messageID: String = "m-1") -> String {
        String(decoding: message.octets(of: record, messageID: messageID, now: instant), as: UTF8.self)
    }

    @Test func `a message is exactly as RFC 5424 writes it`() {
        let expected =
            "<83>1 2026-11-24T02:05:00Z host1 weir 4242 EXPORT_VOLUME "
            + #"[weir@32473 message="m-1" alert="A-0123456789abcdef" status="open" severity="high" detector="D01" rule="export-volume" "#
            + #"account="svc-data-005" opened="2026-11-24T02:00:00Z" last="2026-11-24T02:04:00Z"] "#
            + "\u{FEFF}svc-data-005 moved 51,230 rows, 12× the usual 4,100"
        #expect(Array(text(record()).utf8) == Array(expected.utf8))
    }

    @Test func `the text begins with the octets of the BOM`() {
        let octets = message.octets(of: record(summary: "x"), messageID: "m", now: instant)
        #expect(octets.suffix(5) == [0x20, 0xEF, 0xBB, 0xBF, UInt8(ascii: "x")])
    }

    @Test(arguments: [
        (Severity.low, 5), (.medium, 4), (.high, 3), (.critical, 2),
    ])
    func `the priority is eight times the facility plus the severity`(severity: Severity, code: Int) {
        #expect(text(record(severity: severity)).hasPrefix("<\(80 + code)>1 "))
        #expect(text(record(status: .resolved, severity: severity)).hasPrefix("<85>1 "))
    }

    @Test(arguments: [
        ("plain", "plain"), ("\"", "\\\""), ("\\", "\\\\"), ("]", "\\]"), ("[", "["), ("'", "'"), ("=", "="),
        ("a\"b]c\\d", "a\\\"b\\]c\\\\d"),
        ("é×", "é×"), ("a\nb", "a\\\\u{a}b"), ("\u{1B}[2J", "\\\\u{1b}[2J"), ("\u{202E}", "\\\\u{202e}"), ("\0", "\\\\u{0}"),
    ])
    func `a value of structured data escapes the three characters and shows hidden ones`(value: String, written: String) {
        #expect(SyslogMessage.parameter(value) == written)
    }

    @Test func `a line end in an account or a summary makes no second message`() {
        let octets = message.octets(
            of: record(account: "a\n<0>1 - evil", summary: "x\r\n<0>1 - - - - - - forged\0"), messageID: "m\"] [x", now: instant)
        #expect(!octets.contains(0x0A) && !octets.contains(0x0D) && !octets.contains(0))
        #expect(String(decoding: octets, as: UTF8.self).contains(#"message="m\"\] [x""#))
    }

    @Test(arguments: [
        ("host one", 255, "host_one"), ("", 255, "-"), ("höst", 255, "h__st"), ("abcdef", 3, "abc"), ("a\nb", 9, "a_b"),
    ])
    func `a field of the header is printable ASCII within its limit`(value: String, limit: Int, written: String) {
        #expect(SyslogMessage.header(value, limit: limit) == written)
    }

    @Test func `the name of a rule is cut to 32 characters`() {
        var long = record()
        long.name = String(repeating: "volume-", count: 10)
        #expect(text(long).contains(" 4242 VOLUME_VOLUME_VOLUME_VOLUME_VOLU [weir@"))
    }

    @Test func `a long text is cut at a whole character and a message has at most 2048 octets`() throws {
        // Each shift moves the cut to another octet of a character of 2, 3, 4 and 25 octets.
        for character in ["é", "€", "😀", "👩‍👩‍👧‍👧"] {
            for shift in 0..<26 {
                let summary = String(repeating: "x", count: shift) + String(repeating: character, count: 2000)
                let octets = SyslogMessage.cut(summary, to: 1000)
                let kept = try #require(String(validating: octets, as: UTF8.self))
                #expect(octets.count <= 1000 && octets.count > 1000 - 3 - character.utf8.count)
                #expect(kept.hasSuffix("…"))
                #expect(summary.hasPrefix(kept.dropLast()))
            }
        }
        let octets = message.octets(of: record(summary: String(repeating: "é", count: 3000)), messageID: "m", now: instant)
        #expect(octets.count <= 2048 && octets.count > 2040)
        #expect(String(validating: octets, as: UTF8.self) != nil)
    }

    @Test func `a text that fits is not cut`() {
        #expect(SyslogMessage.cut("four", to: 4) == Array("four".utf8))
        #expect(SyslogMessage.cut("fourt", to: 4) == Array("f…".utf8))
        #expect(SyslogMessage.cut("four", to: 2) == [])
    }

    @Test func `the longest structured data leave room for a text`() {
        let worst = String(repeating: "]", count: 500)
        var long = record(String(repeating: "A", count: 200), account: String(repeating: "😀", count: 500), summary: "the end")
        long.name = worst
        let host = SyslogMessage(
            facility: 23, hostName: String(repeating: "h", count: 300), appName: "weir", processID: "4242", enterpriseNumber: .max)
        let octets = host.octets(of: long, messageID: String(repeating: "m", count: 200), now: instant)
        #expect(octets.count <= 2048)
        let end = "😀…\" opened=\"2026-11-24T02:00:00Z\" last=\"2026-11-24T02:04:00Z\"] \u{FEFF}the end"
        #expect(String(decoding: octets, as: UTF8.self).hasSuffix(end))
    }

    @Test(arguments: [
        ("unix:/dev/log", SyslogAddress.unix(path: "/dev/log")), ("udp:logs.example.com:514", .udp(host: "logs.example.com", port: "514")),
        ("tcp:10.0.0.5:6514", .tcp(host: "10.0.0.5", port: "6514")), ("tcp:[::1]:514", .tcp(host: "::1", port: "514")), ("/dev/log", nil),
        ("unix:dev/log", nil), ("udp:logs.example.com", nil), ("udp::514", nil), ("udp:h:0", nil), ("udp:h:65536", nil), ("udp:h:+5", nil),
        ("udp:h:syslog", nil), ("tcp:::1:514", nil), ("tls:h:6514", nil), ("", nil), ("tcp:a b:514", nil), ("tcp:user@h:514", nil),
        ("unix:/" + String(repeating: "x", count: 107), nil),
    ])
    func `an address is read as it is documented`(text: String, address: SyslogAddress?) {
        #expect(SyslogAddress(text) == address)
    }

    @Test func `settings are checked all at once, and the defaults are usable`() throws {
        #expect(try sink(SyslogSink.self, [:]).name == "syslog:unix")
        #expect(try sink(SyslogSink.self, ["address": "tcp:[::1]:514"]).name == "syslog:[::1]:514")
        #expect(try sink(SyslogSink.self, ["address": "udp:logs.example.com:514", "name": "siem"]).name == "siem")
        let found = problems(
            SyslogSink.self,
            ["address": "logs", "facility": "local9", "app_name": "a b", "enterprise_number": "0", "timeout_seconds": "1000"])
        #expect(found.count == 5)
        for word in ["address", "facility", "app_name", "enterprise_number", "timeout_seconds"] {
            #expect(found.contains { $0.hasPrefix(word) }, "\(word): \(found)")
        }
    }

    @Test func `facilities have the codes of RFC 5424`() {
        let codes = Dictionary(uniqueKeysWithValues: SyslogMessage.facilities.map { ($0.name, $0.code) })
        #expect(codes["kern"] == 0 && codes["daemon"] == 3 && codes["auth"] == 4 && codes["authpriv"] == 10 && codes["local7"] == 23)
        #expect(codes.count == 20)
    }
}
