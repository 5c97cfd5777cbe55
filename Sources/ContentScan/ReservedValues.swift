// weir
// SPDX-License-Identifier: Apache-2.0

/// Values that stand for nobody: those that standards and vendors set aside for examples and tests, and those of the settings.
struct ReservedValues: Sendable {
    private let domains: [[UInt8]]
    private let prefixes: [[UInt8]]
    /// Whether the settings name beginnings, so that values have to be compared with them.
    let hasPrefixes: Bool

    /// Precondition: none. Empty texts are passed by.
    init(domains: [String], prefixes: [String]) {
        // RFC 2606 and RFC 6761.
        let own = domains.filter { !$0.isEmpty }.map { $0.lowercased() }
        self.domains = (["example.com", "example.net", "example.org", "test", "invalid", "example", "localhost"] + own).map {
            Array($0.utf8)
        }
        self.prefixes = prefixes.filter { !$0.isEmpty }.map { Array($0.utf8) }
        hasPrefixes = !self.prefixes.isEmpty
    }

    /// Whether a domain is a reserved one or below it. Complexity: O(domains).
    func isReservedDomain(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        for domain in domains {
            let first = end - domain.count
            guard first == start || (first > start && bytes[first - 1] == 0x2E) else { continue }
            var isEqual = true
            for (offset, byte) in domain.enumerated() where Bytes.small(bytes[first + offset]) != byte { isEqual = false }
            if isEqual { return true }
        }
        return false
    }

    /// Whether a value begins as the settings say, once it is normalised. Allocates; runs only where the settings name beginnings.
    func isSynthetic(_ type: PersonalDataType, _ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var value: [UInt8] = []
        Normaliser.append(type, bytes, start..<end, to: &value)
        return prefixes.contains { value.starts(with: $0) }
    }

    // MARK: Cards and accounts

    /// Numbers that the networks and payment providers publish for tests.
    /// Source: Stripe, "Testing"; PayPal, "Test credit card account numbers"; Adyen, "Test card numbers".
    func isTestCard(_ digits: DigitText) -> Bool {
        if digits.count == 19 { return digits.holds(6_205_500_000_000_000_00, 18) }
        switch digits.number(0, digits.count) {
        case 4_242_424_242_424_242, 4_111_111_111_111_111, 4_012_888_888_881_881, 4_222_222_222_222, 4_000_056_655_665_556,
            4_012_000_033_330_026, 4_917_610_000_000_000, 4_988_438_843_884_305, 5_555_555_555_554_444, 5_105_105_105_105_100,
            2_223_003_122_003_222, 2_222_400_070_000_005, 5_200_828_282_828_210, 5_454_545_454_545_454, 5_555_341_244_441_115,
            378_282_246_310_005, 371_449_635_398_431, 378_734_493_671_000, 370_000_000_000_002, 6_011_111_111_111_117,
            6_011_000_990_139_424, 6_011_000_000_000_004, 6_011_981_111_111_113, 30_569_309_025_904, 38_520_000_023_237,
            3_056_930_009_020_004, 36_227_206_271_667, 36_006_666_333_344, 3_566_002_020_360_505, 3_530_111_333_300_000,
            6_200_000_000_000_005, 6_200_000_000_000_047, 6_555_900_000_604_105:
            return true
        default: return digits.count == 16 && (digits.holds(4_000_000_000, 10) || digits.holds(40_000_000, 8))
        }
    }

    /// The example account of each country's entry in the IBAN registry, and the other ones that documents use.
    func isExampleAccount(_ text: InlineArray<34, UInt8>, count: Int) -> Bool {
        for example in ReservedValues.exampleAccounts where example.count == count {
            var isEqual = true
            for (index, byte) in example.enumerated() where text[index] != byte { isEqual = false }
            if isEqual { return true }
        }
        return false
    }

    private static let exampleAccounts: [[UInt8]] = """
        AT611904300234573201 BE68539007547034 BE71096123456769 CH9300762011623852957 CZ6508000000192000145399 DE89370400440532013000 \
        DE91100000000123456789 DK5000400440116243 ES9121000418450200051332 ES7921000813610123456789 FI2112345600000785 \
        FR1420041010050500013M02606 FR7630006000011234567890189 GB29NWBK60161331926819 GB82WEST12345698765432 GB33BUKB20201555555555 \
        GR1601101250000000012300695 HU42117730161111101800000000 IE29AIBK93115212345678 IT60X0542811101000000123456 LU280019400644750000 \
        NL91ABNA0417164300 NL02ABNA0123456789 NO9386011117947 PL61109010140000071219812874 PT50000201231234567890154 \
        RO49AAAA1B31007593840000 SE4550000000058398257466 SK3112000000198742637541 TR330006100519786457841326
        """.split(separator: " ").map { Array($0.utf8) }

    // MARK: Phones

    /// Numbers for films and books. `digits` begin with the country code, or are national ones in the form of any country.
    func isFictionPhone(_ digits: DigitText, isInternational: Bool) -> Bool {
        guard isInternational else {
            return ReservedValues.isAmericanFiction(digits, at: 0) || ReservedValues.isAmericanFiction(digits, at: 1)
                || (digits.holds(0, 1) && ReservedValues.isBritishFiction(digits, at: 1))
                || (digits.holds(0, 1) && ReservedValues.isGermanFiction(digits, at: 1))
                || (digits.holds(0, 1) && ReservedValues.isFrenchFiction(digits, at: 1))
        }
        if digits.holds(1, 1) { return ReservedValues.isAmericanFiction(digits, at: 1) }
        switch digits.number(0, 2) {
        case 44: return ReservedValues.isBritishFiction(digits, at: 2)
        case 49: return ReservedValues.isGermanFiction(digits, at: 2)
        case 33: return ReservedValues.isFrenchFiction(digits, at: 2)
        default: return false
        }
    }

    /// 555-0100 to 555-0199 in any area. Source: NANPA, "555 Line Numbers".
    private static func isAmericanFiction(_ digits: DigitText, at start: Int) -> Bool {
        let left = digits.count - start
        return (left == 10 && digits.holds(55_501, 5, at: start + 3)) || (start == 0 && left == 7 && digits.holds(55_501, 5))
    }

    /// Ofcom's numbers for drama, without the 0. Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes".
    private static func isBritishFiction(_ digits: DigitText, at start: Int) -> Bool {
        guard digits.count - start == 10 else { return false }
        // The last three digits are free.
        switch digits.number(start, 7) {
        case 7_700_900, 2_079_460, 1_914_980, 2_920_180, 1_632_960, 3_069_990, 2_890_180: return true
        case 8_081_570, 9_098_790, 1_134_960, 1_144_960, 1_154_960, 1_164_960, 1_174_960, 1_184_960, 1_214_960, 1_314_960, 1_414_960,
            1_514_960, 1_614_960:
            return true
        case 2_896_496: return true
        default: return false
        }
    }

    /// Source: Bundesnetzagentur, "Rufnummern für Film und Fernsehen (Drama Numbers)".
    private static func isGermanFiction(_ digits: DigitText, at start: Int) -> Bool {
        digits.holds(3_023_125, 7, at: start) || digits.holds(6_990_009, 7, at: start) || digits.holds(4_066_969, 7, at: start)
            || digits.holds(2_214_710, 7, at: start) || digits.holds(8_999_998, 7, at: start) || digits.holds(17_139_200, 8, at: start)
            || digits.holds(176_040_690, 9, at: start)
    }

    /// Source: Arcep, décision n° 2018-0881, numbers for audiovisual works.
    private static func isFrenchFiction(_ digits: DigitText, at start: Int) -> Bool {
        guard digits.count - start == 9 else { return false }
        switch digits.number(start, 5) {
        case 19_900, 26_191, 35_301, 46_571, 53_649, 63_998: return true
        default: return false
        }
    }

    // MARK: People and networks

    /// Numbers that were printed on cards in shops and in leaflets. Source: Social Security Administration, "Misused SSNs".
    func isTestSocialSecurity(_ digits: DigitText) -> Bool {
        digits.holds(78_051_120, 9) || digits.holds(219_099_999, 9) || digits.holds(123_456_789, 9)
    }

    /// The NHS sets numbers from 999 on aside for tests; the others are examples of the authorities' own documents.
    func isTestNational(_ type: PersonalDataType, _ digits: DigitText) -> Bool {
        switch type {
        case .healthBritain: digits.holds(999, 3)
        case .nationalUnitedStates: isTestSocialSecurity(digits)
        case .nationalGermany: digits.holds(86_095_742_719, 11) || digits.holds(47_036_892_816, 11) || digits.holds(65_929_970_489, 11)
        case .nationalNetherlands: digits.holds(999, 3) || digits.holds(123_456_782, 9) || digits.holds(111_222_333, 9)
        case .nationalPoland: digits.holds(44_051_401_359, 11)
        default: false
        }
    }

    /// Addresses that lead to nobody: of documentation, of private networks, of the machine itself.
    /// Source: RFC 1918, RFC 1122, RFC 5737, RFC 6598, RFC 3927.
    static func isUnroutable(_ octets: InlineArray<4, Int>) -> Bool {
        switch (octets[0], octets[1], octets[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): true
        case (192, 0, 2), (198, 51, 100), (203, 0, 113), (224...255, _, _): true
        default: false
        }
    }
}
