// weir
// SPDX-License-Identifier: Apache-2.0

/// What makes a number an international phone number.
///
/// Source: ITU-T E.164 (11/2010) and its annex "List of assigned country codes" (2016, with Kosovo's 383); lengths of national numbers
/// from the plans that the countries notify to ITU-T, where they are fixed.
enum PhoneNumber {
    /// Whether digits, without their `+`, begin with an assigned country code and are as many as the country has, 8…15.
    static func isInternational(_ digits: DigitText) -> Bool {
        guard 8...15 ~= digits.count else { return false }
        let code = codeLength(digits)
        guard code > 0 else { return false }
        let national = digits.count - code
        let lengths = nationalLengths(digits.number(0, code))
        guard lengths.least <= national, national <= lengths.most else { return false }
        if code == 1 && digits[0] == 1 {
            // North America: neither area nor exchange begins with 0 or 1, and no area's second digit is 9.
            return digits[1] > 1 && digits[4] > 1 && digits[2] != 9
        }
        return true
    }

    /// Digits of the country code; 0 when none is assigned.
    private static func codeLength(_ digits: DigitText) -> Int {
        if digits[0] == 1 || digits[0] == 7 { return 1 }
        switch digits.number(0, 2) {
        case 20, 27, 30...34, 36, 39...41, 43...49, 51...58, 60...66, 81, 82, 84, 86, 90...95, 98: return 2
        default: break
        }
        switch digits.number(0, 3) {
        case 211...213, 216, 218, 220...258, 260...269, 290, 291, 297...299, 350...359, 370...378, 380...383, 385...387, 389, 420, 421, 423,
            500...509, 590...599, 670, 672...683, 685...692, 800, 808, 850, 852, 853, 855, 856, 870, 878, 880...883, 886, 888, 960...968,
            970...977, 979, 992...996, 998:
            return 3
        default: return 0
        }
    }

    private static func nationalLengths(_ code: Int) -> (least: Int, most: Int) {
        switch code {
        case 1, 7, 30, 90, 91: (10, 10)
        case 33, 34, 31, 48, 41, 61, 351, 420, 380: (9, 9)
        case 44: (9, 10)
        case 32, 36: (8, 9)
        case 45, 47: (8, 8)
        case 49, 43: (6, 12)
        case 39: (6, 11)
        case 46: (7, 10)
        case 353: (7, 10)
        case 40: (9, 9)
        case 81: (9, 10)
        case 86: (9, 11)
        case 52: (10, 11)
        case 55: (10, 11)
        default: (5, 12)
        }
    }
}
