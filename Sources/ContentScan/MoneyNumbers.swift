// weir
// SPDX-License-Identifier: Apache-2.0

/// What makes a number a payment card's.
///
/// Source: ISO/IEC 7812-1:2017 for the check digit (Luhn, US patent 2950048, 1960); the ranges are those that the networks publish.
enum CardNumber {
    /// Digits of a card's number.
    static let lengths = 13...19

    /// Whether the issuer's range exists, the length is one that it gives out, and the check digit is right.
    static func isValid(_ digits: DigitText) -> Bool {
        lengths.contains(digits.count) && hasRange(digits) && hasCheckDigit(digits)
    }

    /// Whether the last digit is Luhn's. Every tenth number passes.
    static func hasCheckDigit(_ digits: DigitText) -> Bool {
        var sum = 0
        var doubles = false
        var index = digits.count - 1
        while index >= 0 {
            var digit = digits[index]
            if doubles {
                digit += digit
                if digit > 9 { digit -= 9 }
            }
            sum += digit
            doubles.toggle()
            index -= 1
        }
        return sum % 10 == 0
    }

    /// Whether a network gives out numbers of this beginning and length.
    static func hasRange(_ digits: DigitText) -> Bool {
        let count = digits.count
        guard count >= 13 else { return false }
        let six = digits.number(0, 6)
        let four = six / 100
        let two = six / 10_000
        switch two {
        case 40...49: return count == 16 || count == 13 || count == 19
        case 51...55: return count == 16
        case 22...27:
            if 2221...2720 ~= four { return count == 16 }
            return 2200...2204 ~= four && count >= 16
        case 34, 37: return count == 15
        case 35: return 3528...3589 ~= four && count >= 16
        case 30: return (300...305 ~= six / 1000 || four == 3095) && (count == 14 || count >= 16)
        case 36: return count >= 14
        case 38, 39: return count == 14 || count >= 16
        case 62: return count >= 16
        case 64: return 644...649 ~= six / 1000 && count >= 16
        case 65: return count >= 16
        case 60: return four == 6011 ? count >= 16 : count == 16
        case 50, 56...58, 63, 67: return isMaestro(four) || (508 == six / 1000 && count == 16)
        case 81, 82: return count == 16
        case 97: return four == 9792 && count == 16
        default: return false
        }
    }

    private static func isMaestro(_ four: Int) -> Bool {
        switch four {
        case 5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763: true
        default: false
        }
    }

    /// Whether groups of these lengths are how cards are printed. Written one behind the other, as decimal digits: 4444, 465.
    static func isPrinted(_ shape: Int) -> Bool {
        switch shape {
        case 4444, 465, 464, 4441, 4442, 44443, 88, 613: true
        default: false
        }
    }
}

/// What makes a text an international bank account number.
///
/// Source: ISO 13616-1:2020; lengths from the SWIFT IBAN Registry, release 99.
enum BankAccount {
    static let longest = 34

    /// The length of a country's numbers; 0 where there are none. Two ASCII capitals.
    static func length(_ first: UInt8, _ second: UInt8) -> Int {
        let row = Int(first &- 0x41)
        let column = Int(second &- 0x41)
        guard row < 26, column < 26 else { return 0 }
        return Int(table[row * 26 + column])
    }

    private static let table: [UInt8] = {
        let lengths = """
            AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 \
            FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 \
            LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 \
            SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
            """
        var table = [UInt8](repeating: 0, count: 26 * 26)
        for word in lengths.split(separator: " ") {
            let bytes = Array(word.utf8)
            table[Int(bytes[0] - 0x41) * 26 + Int(bytes[1] - 0x41)] = (bytes[2] - 0x30) * 10 + bytes[3] - 0x30
        }
        return table
    }()

    /// Whether the check digits are right: the number, its first four characters last and letters as 10…35, leaves 1 by 97. They are
    /// 98 less a remainder, so that 00, 01 and 99 are never given, though two of them would leave 1 where 97 and 98 do.
    /// Precondition: `count` letters and digits are in `text`, at least five, of which the third and fourth are digits.
    static func hasCheckDigits(_ text: InlineArray<34, UInt8>, count: Int) -> Bool {
        let check = Int(text[2] &- 0x30) * 10 + Int(text[3] &- 0x30)
        guard 2...98 ~= check else { return false }
        var remainder = 0
        for offset in 0..<count {
            let place = offset + 4 < count ? offset + 4 : offset + 4 - count
            let byte = text[place]
            if byte < 0x3A {
                remainder = (remainder * 10 + Int(byte &- 0x30)) % 97
            } else {
                remainder = (remainder * 100 + Int(byte &- 0x41) + 10) % 97
            }
        }
        return remainder == 1
    }
}
