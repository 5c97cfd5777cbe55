// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import EventModel
import Testing

@Suite struct VerdictTests {
    private func verdict(_ text: String, _ dataClass: DataClass) -> ScanVerdict {
        var scanner = ContentScanner(everything)
        _ = scanner.found(text)
        return ScanVerdict(scanner.counts, in: dataClass)
    }

    @Test func `customers' data and data of unknown class is counted`() {
        for dataClass in [DataClass.customer, .unknown] {
            let result = verdict("b@shop.de 4929123456789015", dataClass)
            #expect(result.outcome == .count && result.types.isEmpty && result.severity == .low && !result.isConclusive)
            #expect(result.weight == 1.8)
        }
    }

    @Test func `text of models and made-up data holds nobody's values`() {
        for dataClass in [DataClass.aiContent, .synthetic] {
            let email = verdict("b@shop.de", dataClass)
            #expect(
                email.outcome == .finding && email.types == PersonalDataTypes(.email) && email.severity == .medium && !email.isConclusive)
            let card = verdict("b@shop.de 4929123456789015", dataClass)
            #expect(card.outcome == .finding && card.severity == .high && card.isConclusive)
            #expect(verdict("AKIAIOSFODNN7ABCDEFG", dataClass).severity == .critical)
        }
    }

    @Test func `reserved values are no finding`() {
        let result = verdict("b@example.com 4242424242424242", .aiContent)
        #expect(result.outcome == .count && result.weight == 0)
        #expect(verdict("nothing here", .synthetic).outcome == .nothing)
    }

    @Test func `names of types are stable and read back`() {
        #expect(PersonalDataType.allCases.map(\.rawValue) == Array(0...19))
        for type in PersonalDataType.allCases { #expect(PersonalDataType(named: type.name) == type) }
        #expect(PersonalDataType(named: "E-Mail") == nil)
        #expect(
            PersonalDataType.allCases.map(\.name) == [
                "email", "card", "iban", "phone", "national_id_de", "national_id_es", "national_id_it", "national_id_pl", "nhs_number_uk",
                "national_insurance_uk", "social_security_us", "national_id_fr", "national_id_nl", "national_id_be", "date_of_birth",
                "postal_address", "person_name", "network_address", "secret", "custom",
            ])
    }
}

@Suite struct WhatLeavesTests {
    private func hash(_ text: String, key: UInt8 = 1, field: String = "") -> KeyedHash? {
        var scanner = ContentScanner(everything)
        let bytes = Array(text.utf8)
        _ = scanner.found(text, key: field)
        var hasher = MatchHasher(key: [UInt8](repeating: key, count: 32))
        return scanner.matches.first.map { hasher.hash($0, in: bytes.span) }
    }

    private func normal(_ text: String, field: String = "") -> String {
        var scanner = ContentScanner(everything)
        let bytes = Array(text.utf8)
        _ = scanner.found(text, key: field)
        var result: [UInt8] = []
        for match in scanner.matches { Normaliser.append(match.type, bytes.span, match.range, to: &result) }
        return String(decoding: result, as: UTF8.self)
    }

    private func shape(_ text: String, field: String = "") -> String {
        var scanner = ContentScanner(everything)
        let bytes = Array(text.utf8)
        _ = scanner.found(text, key: field)
        return scanner.matches.map { MaskedShape.text($0, in: bytes.span) }.joined(separator: " ")
    }

    @Test func `one value has one normal form`() {
        #expect(normal("Anna.K@Shop.DE") == "anna.k@shop.de" && normal("q=anna.k%2Bx%40shop.de") == "anna.k+x@shop.de")
        #expect(normal("4111-1111 4111-1111-1111-1111") == "4111111111111111")
        #expect(normal("de89 3704 0044 0532 0130 00") == "DE89370400440532013000")
        #expect(normal("+44 (0)20 7946 0018") == "+442079460018" && normal("%2B44-20-7946-0018") == "+442079460018")
        #expect(normal("(030) 123 45 67", field: "phone") == "0301234567")
        #expect(normal("x1234567l") == "X1234567L" && normal("ab 12 34 56 c") == "AB123456C")
        #expect(normal("  Anna   MEIER ", field: "full_name") == "anna meier")
    }

    @Test func `equal values have equal hashes, and the key and the type count`() throws {
        let first = try #require(hash("mail anna@shop.de"))
        #expect(hash("to=ANNA@shop.de;") == first)
        #expect(hash("anna%40shop.de") == first)
        #expect(hash("anna@shop.dev") != first)
        #expect(hash("anna@shop.de", key: 2) != first)
        #expect(hash("1980-02-01", field: "dob") != hash("1980-02-01", field: "phone"))
        // Stored in registries: the construction may not change. HMAC-SHA-256 with a key of 32 ones over "email", 0, the address.
        #expect(first.high == 0x8D3C_1D42_30B8_EA86, "\(String(first.high, radix: 16))")
    }

    @Test func `shapes show the kind and hide the value`() {
        #expect(shape("john@example.com") == "j***@e***.com" && shape("john%40example.com") == "j***@e***.com")
        #expect(
            shape("4929 1234 5678 9015") == "****15" && shape("DE02120300000000202051") == "****51" && shape("+491701234567") == "****67")
        #expect(shape("ghp_abcdefghijklmnopqrstuvwxyz0123456789") == "ghp_***")
        #expect(shape("correct-horse-battery", field: "password") == "***")
        #expect(
            shape("Anna Meier", field: "full_name") == "A***" && shape("123-45-6789") == "***" && shape("Weg 5", field: "street") == "***")
        #expect(shape("Łukasz", field: "first_name") == ".***")
    }
}
