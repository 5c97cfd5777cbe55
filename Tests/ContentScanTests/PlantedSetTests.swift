// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import TestSupport
import Testing

/// Thousands of values of each type among what looks like them: none may be missed, nothing else found.
@Suite struct PlantedSetTests {
    /// The key that a type needs, or none.
    private static func key(_ type: PersonalDataType) -> String? {
        switch type {
        case .nationalGermany: "steuer_id"
        case .nationalPoland: "pesel"
        case .healthBritain: "nhsNumber"
        case .nationalFrance: "nir"
        case .nationalNetherlands: "bsn"
        case .nationalBelgium: "rijksregister"
        case .dateOfBirth: "dateOfBirth"
        case .postalAddress: "billing_street"
        case .personName: "full_name"
        default: nil
        }
    }

    private static func traps(_ maker: inout ValueMaker) -> [String] {
        let uuid = "\(maker.digits(8))-\(maker.digits(4))-4\(maker.digits(3))-\(maker.digits(4))-\(maker.digits(12))"
        return [
            "\"ts\":1764\(maker.digits(9))", "\"id\":\"\(maker.digits(16))\"", "\"order_id\":\(maker.digits(16))",
            "/orders/\(maker.digits(16))/x",
            "\"request_id\":\"\(uuid)\"", "\"at\":\"2026-11-\(maker.two(maker.number(1...30)))T06:15:35.\(maker.digits(3))Z\"",
            "v\(maker.number(1...9)).\(maker.number(1...9)).\(maker.number(1...9))-rc.1",
            "\"sha\":\"\(maker.letters(8).lowercased())\(maker.digits(8))f\"",
            "\"ms\":\(maker.number(1...9999))", "x_\(maker.digits(16))", "\"amount\":\(maker.number(1...9999)).\(maker.digits(2))",
            "logo@2x.png", "SKU-\(maker.digits(12))", "DE\(maker.digits(2))", "+\(maker.digits(3))", "\"name\":\"Order\"", "a=b", "T+0100",
        ]
    }

    @Test(arguments: PersonalDataType.allCases)
    func `every planted value is found where it is, and nothing else`(type: PersonalDataType) throws {
        let seed: UInt64 = 0xC0DE + UInt64(type.rawValue)
        var maker = ValueMaker(random: SeededRandom(seed: seed))
        let pattern = try ScanPattern(name: "customer", text: "\\bCUST\\d{6}\\b")
        var scanner = ContentScanner(ScanOptions(types: .all, countries: Set(ScanCountry.allCases), patterns: [pattern]))
        for round in 0..<2000 {
            var parts = PlantedSetTests.traps(&maker)
            parts.shuffle(using: &maker.random)
            parts.removeLast(maker.number(0...parts.count))
            let value = maker.value(type)
            let planted: String
            if let key = PlantedSetTests.key(type) {
                planted = maker.pick(["\"\(key)\":\"\(value)\"", "\(key)=\(value)", "\(key): \(value)"])
            } else {
                planted = maker.pick(["\"note\":\"\(value)\"", "x=\(value)", "said \(value)", "(\(value))", "\"n\":\"see \(value)\\n\""])
            }
            parts.insert(planted, at: maker.number(0...parts.count))
            let text = "{" + parts.joined(separator: ",") + "}"
            let found = scanner.found(text)
            #expect(found == [Found(type, value)], "seed \(seed), round \(round): \(text)")
            #expect(scanner.counts.total == 1 && scanner.counts[type] == 1)
            if found != [Found(type, value)] { return }
        }
    }

    @Test func `a text full of values keeps 64 and counts all`() {
        var maker = ValueMaker(random: SeededRandom(seed: 7))
        var scanner = ContentScanner(everything)
        let text = (0..<500).map { _ in maker.value(.email) + ", " + maker.value(.card) }.joined(separator: "; ")
        let found = scanner.found(text)
        #expect(found.count == ContentScanner.matchesKept)
        #expect(scanner.counts[.email] == 500 && scanner.counts[.card] == 500 && scanner.counts.total == 1000)
        #expect(zip(scanner.matches, scanner.matches.dropFirst()).allSatisfy { $0.range.upperBound <= $1.offset })
        #expect(scanner.found("nothing").isEmpty && scanner.counts == ScanCounts())
    }
}

/// Whatever the bytes are, the scanner neither traps nor says what is not there.
@Suite struct ArbitraryBytesTests {
    private func check(_ bytes: [UInt8], _ scanner: inout ContentScanner, key: KeyTraits = []) -> Bool {
        scanner.scan(bytes.span, key: key)
        var hasher = MatchHasher(key: [UInt8](repeating: 1, count: 16))
        return scanner.matches.allSatisfy { match in
            _ = hasher.hash(match, in: bytes.span)
            return match.length > 0 && match.offset >= 0 && match.range.upperBound <= bytes.count && match.confidence > 0
                && !MaskedShape.text(match, in: bytes.span).isEmpty
        }
    }

    @Test(arguments: [
        "", "0123456789 -", "0123456789-./() +", "ab01@.", "@.%40a-", "+%2B0123456789 ", "\":={}[],name ", "eyJ.-_Aa0!", "-BEGIN PRIVATEKY",
        "0af:",
        "DE8937040 ", "X1234567L \\n", "namepasswordstreet=:\" ,1",
    ])
    func `random bytes of an alphabet`(alphabet: String) {
        let seed: UInt64 = 42
        var random = SeededRandom(seed: seed)
        var scanner = ContentScanner(everything)
        let signs = Array(alphabet.utf8)
        let everyKey = KeyTraits(rawValue: ~0)
        for round in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                signs.isEmpty || Int.random(in: 0..<50, using: &random) == 0
                    ? UInt8.random(in: 0...255, using: &random) : signs[Int.random(in: 0..<signs.count, using: &random)]
            }
            #expect(check(bytes, &scanner, key: round % 4 == 0 ? everyKey : []), "seed \(seed), round \(round): \(bytes)")
        }
    }

    @Test func `every piece of a text with everything in it`() {
        let text = """
            {"email":"anna+x@shop.de","q":"e%3Danna%40shop.de","card":"4111 1111 1111 1111","iban":"DE89 3704 0044 0532 0130 00","tel":"+44 (0)20 7946 0018",\
            "ssn":"123-45-6789","cf":"RSSMRA85T10A562S","nie":"X1234567L","nino":"AB 12 34 56 C","dob":"1980-02-01T00:00","full_name":"Anna M",\
            "password":"hunter2222","t":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln","k":"-----BEGIN PRIVATE KEY-----","ip":"2001:db8::1 10.1.2.3",\
            "s":"00D5g000004ABCD!AQEAQHhYc0abcdefghijklmnopqrstuvwxyz.ABCDEF","b":"Bearer a1B2c3D4e5F6g7H8.i9","u":"//bob:pw@x.de/"}
            """
        let bytes = Array(text.utf8)
        var scanner = ContentScanner(everything)
        #expect(check(bytes, &scanner))
        #expect(scanner.counts.total == 19)
        for start in bytes.indices {
            #expect(check(Array(bytes[start...]), &scanner))
            #expect(check(Array(bytes[..<start]), &scanner))
            if start + 30 < bytes.count { #expect(check(Array(bytes[start..<start + 30]), &scanner)) }
        }
    }
}
