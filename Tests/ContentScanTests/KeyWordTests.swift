// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Testing

/// What the name of a field, or a word within 30 bytes, changes.
@Suite struct KeyWordTests {
    @Test(arguments: [
        ("86095742719", "steuerId", PersonalDataType.nationalGermany), ("86 095 742 719", "tax_id", .nationalGermany),
        ("44051401359", "PESEL", .nationalPoland), ("943 476 5919", "nhs-number", .healthBritain),
        ("111222333", "customer.bsn", .nationalNetherlands),
        ("255081416802538", "numero_secu", .nationalFrance), ("2 55 08 14 168 025 38", "nir", .nationalFrance),
        ("85.07.30-033.28", "rijksregister", .nationalBelgium), ("030 1234567", "homePhone", .phone), ("(212) 555-7123", "Mobile", .phone),
        ("01.02.1980", "dob", .dateOfBirth), ("1980-02-01", "birthDate", .dateOfBirth), ("2/1/1980", "dateOfBirth", .dateOfBirth),
        ("Anna", "firstName", .personName), ("Müller", "customer.last_name", .personName), ("Anna Müller", "Full Name", .personName),
        ("Anna", "Vorname", .personName), ("Hauptstr. 5", "billing_street", .postalAddress), ("10115", "PLZ", .postalAddress),
        ("SW1A 1AA", "postCode", .postalAddress), ("12 Elm Street", "address1", .postalAddress), ("hunter2222", "dbPassword", .secret),
        ("a1b2c3d4e5f6", "x-api-key", .secret), ("a1b2c3d4e5f6", "refresh_token", .secret),
    ])
    func `a value is found by the key that the caller gives or the text holds`(value: String, key: String, type: PersonalDataType) {
        let expected = [Found(type, value)]
        #expect(scanned(value, key: key) == expected)
        #expect(scanned("{\"a\":1,\"\(key)\":\"\(value)\",\"b\":\"c\"}") == expected)
        #expect(scanned("{\"a\":1,\"\(key)\" : \"\(value)\"}") == expected)
        #expect(scanned("\(key)=\(value)") == expected)
        #expect(scanned("{\\\"\(key)\\\":\\\"\(value)\\\",\\\"b\\\":1}") == expected)
        #expect(scanned("{\"text\":\"\(value)\"}").filter { $0.type == type }.isEmpty)
    }

    @Test func `a word counts within thirty bytes and in its own sentence`() {
        #expect(scanned("my phone is 030 1234567").map(\.type) == [.phone])
        #expect(scanned("{\"note\":\"Telefon abends 030 1234567\"}").map(\.type) == [.phone])
        #expect(scanned("phone " + String(repeating: "x", count: 22) + "  030 1234567").map(\.type) == [.phone])
        #expect(scanned("phone " + String(repeating: "x", count: 28) + " 030 1234567").isEmpty)
        #expect(scanned("{\"phone\":\"\",\"rows\":1234567890}").isEmpty)
        #expect(scanned("phone, 030 1234567").isEmpty)
        #expect(scanned("{\"phone\":\"mo-fr 030 1234567\"}").map(\.type) == [.phone])
    }

    @Test func `whole words count, not parts of them`() {
        for key in ["headphones", "hotel", "emailed", "discard", "urban", "addresses", "filename", "nickname", "cellar", "renamed"] {
            #expect(scanned("{\"\(key)\":\"030 1234567\"}").isEmpty, "\(key)")
            #expect(scanned("{\"\(key)\":\"Anna Meier\"}").isEmpty, "\(key)")
        }
    }

    @Test func `a key that says otherwise excludes numbers`() {
        for key in ["id", "_id", "orderId", "order_id", "ts", "time", "event.time", "uuid", "card_id", "phone_id", "phoneTimestamp"] {
            #expect(scanned("{\"\(key)\":\"4111111111111111\"}").isEmpty, "\(key)")
            #expect(scanned("4111111111111111", key: key).isEmpty, "\(key)")
            #expect(scanned("030 1234567", key: key).isEmpty, "\(key)")
        }
        #expect(scanned("{\"order_card\":\"4111111111111111\"}").map(\.type) == [.card])
        #expect(scanned("{\"order\":\"4111111111111111\"}").isEmpty)
        #expect(scanned("the order for 4111111111111111").map(\.type) == [.card])
        #expect(scanned("order id and card: 4111111111111111").map(\.type) == [.card])
        #expect(scanned("{\"national_id\":\"86095742719\"}").map(\.type) == [.nationalGermany])
        #expect(scanned("{\"order_id\":\"anna@shop.de\"}").map(\.type) == [.email])
    }

    @Test func `the country that a key names decides`() {
        // Passes as a German number and, were it asked, by no other country's check.
        #expect(scanned("{\"pesel\":\"86095742719\"}").isEmpty)
        #expect(scanned("{\"bsn\":\"123-45-6789\"}").isEmpty)
        let poland = ScanOptions(countries: [.poland])
        #expect(scanned("{\"tax_id\":\"86095742719\"}", poland).isEmpty)
        #expect(scanned("{\"steuer_id\":\"86095742719\"}", poland).isEmpty)
        #expect(scanned("X1234567L RSSMRA85T10A562S AB123456C 123-45-6789", ScanOptions()).isEmpty)
    }

    @Test func `a key makes sure`() {
        func confidence(_ text: String) -> Float? { matches(text).first?.confidence }
        #expect(confidence("4111111111111111") == 0.9 && confidence("card=4111111111111111") == 1)
        #expect(confidence("123-45-6789") == 0.4 && confidence("ssn: 123-45-6789") == 1)
        #expect(confidence("X1234567L") == 0.4 && confidence("nie: X1234567L") == 1)
        #expect(confidence("+491701234567") == 0.8 && confidence("tel:+491701234567") == 1)
        #expect(confidence("phone 030 1234567") == 0.5)
    }

    @Test func `only what is wanted is reported`() {
        let text = "anna@shop.de 4111111111111111 DE89370400440532013000 +491701234567 AKIAIOSFODNN7ABCDEFG first_name=Anna"
        for type in [PersonalDataType.email, .card, .iban, .phone, .secret, .personName] {
            #expect(scanned(text, ScanOptions(types: PersonalDataTypes(type))).map(\.type) == [type])
        }
        #expect(scanned(text, ScanOptions(types: [])).isEmpty)
    }

    private func scanned(_ text: String, _ options: ScanOptions) -> [Found] { ContentScanTests.scanned(text, key: "", options) }
    private func scanned(_ text: String, key: String = "") -> [Found] { ContentScanTests.scanned(text, key: key) }
}

/// Values that stand for nobody.
@Suite struct ReservedValueTests {
    @Test(arguments: [
        "a@example.com", "a@mail.example.org", "a@EXAMPLE.NET", "a@shop.test", "a@b.invalid", "a@b.example", "a@x.localhost",
        "4242424242424242", "4111 1111 1111 1111", "5555555555554444", "378282246310005", "4000000000000002", "DE89370400440532013000",
        "GB82 WEST 1234 5698 7654 32", "+1 212 555 0143", "+44 7700 900123", "+44 20 7946 0018", "+44 1632 960123", "+33 6 39 98 12 34",
        "+49 30 23125 123", "phone: (212) 555-0143", "phone: 07700 900123", "phone: 020 7946 0018", "078-05-1120", "nhs: 999 000 0018",
        "AKIAIOSFODNN7EXAMPLE", "sk_test_4eC39HqLyjWDarjtT1zdp7dc", "192.0.2.1", "198.51.100.7", "203.0.113.9", "10.1.2.3", "127.0.0.1",
        "2001:db8::1", "fe80::1:2",
        "12345678Z",
    ])
    func `a documented test value is found and known as such`(text: String) {
        #expect(matches(text).map(\.isReserved) == [true], "\(matches(text))")
    }

    @Test(arguments: [
        "a@example.de", "a@myexample.com", "a@example.com.de", "a@test.de", "4929123456789015", "DE02120300000000202051", "+1 212 555 0243",
        "+1 212 556 0143", "+44 7700 901123", "+49 30 23126 123", "078-05-1121", "AKIAIOSFODNN7ABCDEFG", "8.8.8.8", "172.32.0.1", "2a02::1",
    ])
    func `the next value is somebody's`(text: String) {
        #expect(matches(text).map(\.isReserved) == [false], "\(matches(text))")
    }

    @Test func `the settings' domains and beginnings count too`() {
        let options = ScanOptions(syntheticDomains: ["Synth.shop.de", ""], syntheticPrefixes: ["+4915735", "test-", ""])
        func reserved(_ text: String) -> [Bool] { matches(text, options).map(\.isReserved) }
        #expect(reserved("a@synth.shop.de") == [true] && reserved("a@x.synth.shop.de") == [true] && reserved("a@xsynth.shop.de") == [false])
        #expect(reserved("+49 157 35123456") == [true] && reserved("+49 157 36123456") == [false])
        #expect(reserved("TEST-1@shop.de") == [true] && reserved("a-test-1@shop.de") == [false])
    }

    @Test func `reserved values are counted apart`() {
        var scanner = ContentScanner(ScanOptions())
        _ = scanner.found("a@example.com b@shop.de c@example.org")
        #expect(scanner.counts[.email] == 3 && scanner.counts.reserved(.email) == 2 && scanner.counts.genuine(.email) == 1)
        var sum = ScanCounts()
        sum.add(scanner.counts)
        sum.add(scanner.counts)
        #expect(sum[.email] == 6 && sum.genuine(.email) == 2 && sum.total == 6 && sum.types == PersonalDataTypes(.email))
    }

    private func matches(_ text: String, _ options: ScanOptions = everything) -> [ScanMatch] {
        ContentScanTests.matches(text, key: "", options)
    }
}
