// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Testing

@Suite struct FindingTests {
    @Test(arguments: [
        ("mail anna@shop.de, or <o'brien@a-b.co.uk>.", ["anna@shop.de", "o'brien@a-b.co.uk"]),
        (#"{"to":"anna+x_y.z@mail.shop.de"}"#, ["anna+x_y.z@mail.shop.de"]),
        (#""text":"line\nanna@shop.de\tbob@shop.de \u003ceve@shop.de\u003e""#, ["anna@shop.de", "bob@shop.de", "eve@shop.de"]),
        ("GET /u?email=anna%40shop.de&x=1 /q?e%3Danna%2bb%40shop.de HTTP", ["anna%40shop.de", "anna%2bb%40shop.de"]),
        (
            "a@b.xn--p1ai (x@y.com) 'z@y.org' mailto:q@y.net; 1@2.de a..b@y.de .c@y.de",
            [
                "a@b.xn--p1ai", "x@y.com", "z@y.org", "q@y.net", "1@2.de", "b@y.de", "c@y.de",
            ]
        ),
        ("/users/anna@shop.de/orders anna@shop.de.", ["anna@shop.de", "anna@shop.de"]),
        ("ANNA@SHOP.DE x@y.com.1 a@b.de@c.de", ["ANNA@SHOP.DE", "x@y.com", "a@b.de"]),
    ])
    func `addresses are found as they are written`(text: String, expected: [String]) {
        #expect(scanned(text) == expected.map { Found(.email, $0) })
    }

    @Test func `a local part has 64 bytes and a label 63`() {
        let long = String(repeating: "a", count: 64)
        let label = String(repeating: "b", count: 63)
        #expect(scanned("\(long)@\(label).de").count == 1)
        #expect(scanned("a\(long)@\(label).de").isEmpty)
        #expect(scanned("\(long)@b\(label).de").isEmpty)
        #expect(scanned("a@\(label).\(label).\(label).\(label).de").isEmpty)
    }

    @Test(arguments: [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005", "5555555555554444", "4222 2222 2222 2",
        "30 56 93 09 02 59 04",
    ])
    func `cards are found with single separators`(text: String) {
        let expected = [Found(.card, text)]
        #expect(scanned(text) == expected)
        #expect(scanned("paid with \(text).") == expected)
        #expect(scanned("{\"x\":\"\(text)\"}") == expected)
        #expect(scanned("\\n\(text)\\n") == expected)
        #expect(scanned("a=%20\(text)%20") == expected)
        #expect(scanned("手机\(text)号") == expected)
    }

    @Test func `cards are found among other numbers`() {
        let text = "3 items 12 4111 1111 1111 1111 1225 and 4111111111111111 123 4111-1111-1111-1111 5555 5555 5555 4444"
        #expect(
            scanned(text) == [
                Found(.card, "4111 1111 1111 1111"), Found(.card, "4111111111111111"), Found(.card, "4111-1111-1111-1111"),
                Found(.card, "5555 5555 5555 4444"),
            ])
    }

    @Test(arguments: [
        "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "DE89-3704-0044-0532-0130-00", "de89370400440532013000", "NO9386011117947",
        "FR14 2004 1010 0505 0001 3M02 606",
    ])
    func `accounts are found compact and in fours`(text: String) {
        #expect(scanned(text) == [Found(.iban, text)])
        #expect(scanned("IBAN: \(text), und mehr") == [Found(.iban, text)])
        #expect(scanned("\(text) 12") == [Found(.iban, text)])
    }

    @Test(arguments: [
        "+491701234567", "+49 170 1234567", "+1 (212) 555-7123", "+44 (0)20 7946 1234", "+33-6-12-34-56-78", "%2B491701234567",
    ])
    func `phones are found with a plus`(text: String) {
        #expect(scanned("call \(text).") == [Found(.phone, text)])
        #expect(scanned("{\"a\":\"\(text)\",\"b\":12}") == [Found(.phone, text)])
    }

    @Test func `a phone ends where its country's numbers do`() {
        #expect(scanned("+33 6 12 34 56 78 12 items") == [Found(.phone, "+33 6 12 34 56 78")])
        #expect(scanned("+1 212 555 7123 2026-11-29") == [Found(.phone, "+1 212 555 7123")])
    }

    @Test(arguments: [
        "AKIAIOSFODNN7ABCDEFG", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "xoxb-123456789012-abcdefABCDEF",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv", "shpat_0123456789abcdef0123456789abcdef", "glpat-abcdefghijklmnopqrst",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "00D5g000004ABCD!AQEAQHhYc0abcdefghijklmnopqrstuvwxyz.ABCDEF",
        "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    ])
    func `secrets are found by their form`(text: String) {
        #expect(scanned(text) == [Found(.secret, text)])
        #expect(scanned("{\"note\":\"\(text)\\n\"}") == [Found(.secret, text)])
        #expect(scanned("x \(text), y") == [Found(.secret, text)])
    }

    @Test func `secrets are found behind their scheme, key and user`() {
        #expect(scanned("Authorization: Bearer a1B2c3D4e5F6g7H8i9").map(\.type) == [.secret])
        #expect(scanned("sent bearer a1B2c3D4.e5F6g7H8i9/x==") == [])
        #expect(scanned("sent bearer a1B2c3D4e5F6g7H8.i9/x==") == [Found(.secret, "a1B2c3D4e5F6g7H8.i9/x==")])
        #expect(scanned(#"{"password":"correct-horse"}"#) == [Found(.secret, "correct-horse")])
        #expect(scanned("client_secret=abc123DEF&x=1 apiKey: zz9zz8zz7q") == [Found(.secret, "abc123DEF"), Found(.secret, "zz9zz8zz7q")])
        #expect(scanned("https://bob:hunter2@db.shop.de/x git://bob@shop.de/y") == [Found(.secret, "hunter2")])
    }

    @Test func `addresses of networks are found where they are wanted`() {
        let text = "from 84.17.52.9:443 via 2a02:8109::1 and [2001:470:1:18::119] 00:1b:44:11:3a:b7 2001:4860:4860:0:0:0:0:8888"
        let expected = [
            "84.17.52.9", "2a02:8109::1", "2001:470:1:18::119", "00:1b:44:11:3a:b7", "2001:4860:4860:0:0:0:0:8888",
        ]
        #expect(scanned(text) == expected.map { Found(.networkAddress, $0) })
        #expect(scanned(text, key: "", ScanOptions()) == [])
    }

    @Test func `a value is found wherever it stands in a block`() {
        let values: [Found] = [
            Found(.email, "anna@shop.de"), Found(.card, "4111 1111 1111 1111"), Found(.iban, "DE89370400440532013000"),
            Found(.phone, "+491701234567"), Found(.nationalItaly, "RSSMRA85T10A562S"), Found(.nationalSpain, "X1234567L"),
            Found(.insuranceBritain, "AB123456C"), Found(.secret, "AKIAIOSFODNN7ABCDEFG"), Found(.secret, "-----BEGIN PRIVATE KEY-----"),
        ]
        var scanner = ContentScanner(everything)
        for value in values {
            for before in 0..<140 {
                for after in [0, 1, 63] {
                    let text = String(repeating: " ", count: before) + value.text + String(repeating: " ", count: after)
                    #expect(scanner.found(text) == [value], "\(before) \(after)")
                    #expect(scanner.matches.first?.offset == before)
                }
            }
        }
    }
}
