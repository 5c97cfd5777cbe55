// weir
// SPDX-License-Identifier: Apache-2.0

/// The checks of national numbers that are made of digits.
enum NationalNumber {
    /// Germany's tax number: eleven digits, the first not 0; among the first ten one digit stands two or three times, at most one is
    /// missing for it or two; the last is a check digit.
    /// Source: Bundeszentralamt für Steuern, "Aufbau der Identifikationsnummer" (2016 rule on repeated digits); ISO/IEC 7064, MOD 11,10.
    static func isGerman(_ digits: DigitText) -> Bool {
        guard digits.count == 11, digits[0] != 0 else { return false }
        var seen = InlineArray<10, Int>(repeating: 0)
        var product = 10
        for index in 0..<10 {
            let digit = digits[index]
            seen[digit] += 1
            var sum = (digit + product) % 10
            if sum == 0 { sum = 10 }
            product = sum * 2 % 11
        }
        var repeated = 0
        var most = 0
        for digit in 0..<10 where seen[digit] > 1 {
            repeated += 1
            most = max(most, seen[digit])
        }
        guard repeated == 1, most <= 3, !hasTriple(digits) else { return false }
        return (11 - product) % 10 == digits[10]
    }

    /// Three equal digits next to each other are never given out.
    private static func hasTriple(_ digits: DigitText) -> Bool {
        for index in 2..<10 where digits[index] == digits[index - 1] && digits[index] == digits[index - 2] { return true }
        return false
    }

    /// Poland's PESEL: a date of birth with the century in its month, a serial, a check digit by the weights 1 3 7 9.
    /// Source: Act of 24 September 2010 on population registration, art. 15.
    static func isPolish(_ digits: DigitText) -> Bool {
        guard digits.count == 11 else { return false }
        let month = digits.number(2, 2) % 20
        guard 1...12 ~= month, digits.number(2, 2) <= 92, 1...daysOf(month) ~= digits.number(4, 2) else { return false }
        let weights: InlineArray<10, Int> = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]
        var sum = 0
        for index in 0..<10 { sum += digits[index] * weights[index] }
        return (10 - sum % 10) % 10 == digits[10]
    }

    /// The NHS number: ten digits, the last by the weights 10…2 and 11.
    /// Source: NHS Data Dictionary, "NHS NUMBER".
    static func isBritishHealth(_ digits: DigitText) -> Bool {
        guard digits.count == 10, !digits.isUniform else { return false }
        var sum = 0
        for index in 0..<9 { sum += digits[index] * (10 - index) }
        let check = 11 - sum % 11
        return check != 10 && check % 11 == digits[9]
    }

    /// A Social Security number, which has no check digit: what was never given out is refused.
    /// Source: Social Security Administration, "Social Security Number Randomization" (2011).
    static func isAmerican(_ digits: DigitText) -> Bool {
        guard digits.count == 9 else { return false }
        let area = digits.number(0, 3)
        return area != 0 && area != 666 && area < 900 && digits.number(3, 2) != 0 && digits.number(5, 4) != 0
    }

    /// France's NIR with its key: sex, year, month, place, order, and what is left of 97.
    /// Source: INSEE, "Le numéro d'inscription au répertoire (NIR)". Numbers of Corsica, which hold a letter, are missed.
    static func isFrench(_ digits: DigitText) -> Bool {
        guard digits.count == 15, 1...2 ~= digits[0] || 7...8 ~= digits[0] else { return false }
        let month = digits.number(3, 2)
        guard 1...12 ~= month || 20...42 ~= month || month >= 50, digits.number(5, 2) != 0 else { return false }
        return 97 - digits.remainder(of: 13, by: 97) == digits.number(13, 2)
    }

    /// The Netherlands' BSN: nine digits whose sum by the weights 9…2 and −1 is a multiple of 11.
    /// Source: Rijksdienst voor Identiteitsgegevens, "Logisch ontwerp BSN", the elfproef.
    static func isDutch(_ digits: DigitText) -> Bool {
        guard digits.count == 9, !digits.isUniform else { return false }
        var sum = -digits[8]
        for index in 0..<8 { sum += digits[index] * (9 - index) }
        return sum % 11 == 0
    }

    /// Belgium's national number: a date of birth, a serial, and 97 less what is left of them; from 2000 on with a 2 before them.
    /// Source: Royal decree of 3 April 1984 on the composition of the identification number.
    static func isBelgian(_ digits: DigitText) -> Bool {
        guard digits.count == 11 else { return false }
        // A month raised by 20 or 40 marks a number of the bis register; 0 an unknown date.
        let month = digits.number(2, 2)
        guard 0...12 ~= month || 20...32 ~= month || 40...52 ~= month, digits.number(4, 2) <= 31 else { return false }
        let check = digits.number(9, 2)
        let first = digits.number(0, 9)
        return 97 - first % 97 == check || 97 - (2_000_000_000 + first) % 97 == check
    }

    static func daysOf(_ month: Int) -> Int {
        switch month {
        case 2: 29
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// The checks of national numbers that hold letters. Capitals only; callers fold the case.
enum NationalCode {
    /// Spain's letter of a number: the 23 letters in their order. Source: Real Decreto 1553/2005, art. 11, and Interior's table.
    static func spanishLetter(_ number: Int) -> UInt8 {
        let letters: InlineArray<23, UInt8> = [
            0x54, 0x52, 0x57, 0x41, 0x47, 0x4D, 0x59, 0x46, 0x50, 0x44, 0x58, 0x42, 0x4E, 0x4A, 0x5A, 0x53, 0x51, 0x56, 0x48, 0x4C, 0x43,
            0x4B, 0x45,
        ]
        return letters[number % 23]
    }

    /// Whether a National Insurance number may begin with two letters, and end with one.
    /// Source: HMRC, National Insurance Manual NIM39110.
    static func isInsurancePrefix(_ first: UInt8, _ second: UInt8, suffix: UInt8) -> Bool {
        func isOneOf(_ byte: UInt8, _ letters: StaticString) -> Bool { letters.description.utf8.contains(byte) }
        guard 0x41...0x44 ~= suffix, !isOneOf(first, "DFIQUV"), !isOneOf(second, "DFIOQUV") else { return false }
        switch (first, second) {
        case (0x42, 0x47), (0x47, 0x42), (0x4B, 0x4E), (0x4E, 0x4B), (0x4E, 0x54), (0x54, 0x4E), (0x5A, 0x5A): return false
        default: return true
        }
    }

    /// Whether sixteen characters are an Italian tax code with the right check letter. Digits may be replaced by letters where two people
    /// share a code. Source: Decreto del Ministero delle Finanze 23 dicembre 1976, allegato.
    static func isItalian(_ text: InlineArray<34, UInt8>) -> Bool {
        for index in 0..<16 {
            let byte = text[index]
            let isLetter = 0x41...0x5A ~= byte
            switch index {
            case 0...5, 8, 11, 15: guard isLetter else { return false }
            default: guard digit(byte) >= 0 else { return false }
            }
        }
        guard isItalianMonth(text[8]) else { return false }
        let day = digit(text[9]) * 10 + digit(text[10])
        guard 1...31 ~= day || 41...71 ~= day else { return false }
        let odd: InlineArray<26, Int> = [
            1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
        ]
        var sum = 0
        for index in 0..<15 {
            let byte = text[index]
            let value = byte < 0x3A ? Int(byte &- 0x30) : Int(byte &- 0x41)
            sum += index % 2 == 0 ? odd[value] : value
        }
        return sum % 26 == Int(text[15] &- 0x41)
    }

    private static func isItalianMonth(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x45, 0x48, 0x4C, 0x4D, 0x50, 0x52...0x54: true
        default: false
        }
    }

    /// A digit, or the one that stands behind a letter of an Italian code (L M N P Q R S T U V for 0…9); −1 for others.
    private static func digit(_ byte: UInt8) -> Int {
        switch byte {
        case 0x30...0x39: Int(byte &- 0x30)
        case 0x4C...0x4E: Int(byte &- 0x4C)
        case 0x50...0x56: Int(byte &- 0x50) + 3
        default: -1
        }
    }
}
