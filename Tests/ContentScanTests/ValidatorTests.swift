// weir
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ContentScan

/// Each check against numbers that authorities and vendors publish, and against the same numbers with one thing wrong.
@Suite struct ValidatorTests {
    private func digits(_ text: String) -> DigitText {
        let bytes = Array(text.utf8)
        return DigitText(bytes.span, from: 0, to: bytes.count)
    }

    private func code(_ text: String) -> InlineArray<34, UInt8> {
        var result = InlineArray<34, UInt8>(repeating: 0)
        for (index, byte) in text.utf8.enumerated() { result[index] = byte }
        return result
    }

    /// Every change of one digit, which every one of these checks must notice.
    private func neighbours(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return bytes.indices.flatMap { index in
            (UInt8(0x30)...0x39).filter { $0 != bytes[index] }.map { digit in
                var changed = bytes
                changed[index] = digit
                return String(decoding: changed, as: UTF8.self)
            }
        }
    }

    @Test(arguments: [
        "4242424242424242", "4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005",
        "6011111111111117", "30569309025904", "3566002020360505", "6200000000000005", "6304000000000000",
    ])
    func `a card of each network passes, and no change of one digit does`(number: String) {
        #expect(CardNumber.isValid(digits(number)))
        for changed in neighbours(number) { #expect(!CardNumber.isValid(digits(changed)), "\(changed)") }
    }

    @Test(arguments: [
        "0000000000000000", "1234567812345670", "424242424242424", "42424242424242424", "2721000000000004", "9999999999999995",
    ])
    func `a right check digit without a network's range and length is no card`(number: String) {
        #expect(!CardNumber.isValid(digits(number)))
    }

    @Test(arguments: [
        "DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "ES9121000418450200051332", "NL91ABNA0417164300",
        "BE68539007547034", "IT60X0542811101000000123456", "PL61109010140000071219812874", "CH9300762011623852957", "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S", "SC18SSCB11010000000000001497USD",
    ])
    func `an account of the registry passes, and no change of one digit does`(number: String) {
        #expect(BankAccount.length(Array(number.utf8)[0], Array(number.utf8)[1]) == number.utf8.count)
        #expect(BankAccount.hasCheckDigits(code(number), count: number.utf8.count))
        let bytes = Array(number.utf8)
        for index in 2..<bytes.count where 0x30...0x39 ~= bytes[index] {
            var changed = bytes
            changed[index] = 0x30 + (changed[index] - 0x30 + 1) % 10
            #expect(!BankAccount.hasCheckDigits(code(String(decoding: changed, as: UTF8.self)), count: changed.count))
        }
    }

    @Test(arguments: ["DE00098293441136556077", "DE00153272207217610764", "DE00719035046969700363"])
    func `check digits that no bank gives are refused, though the remainder is right`(number: String) {
        #expect(!BankAccount.hasCheckDigits(code(number), count: number.utf8.count))
        #expect(BankAccount.hasCheckDigits(code("DE97" + number.dropFirst(4)), count: number.utf8.count))
    }

    @Test(arguments: ["86095742719", "47036892816", "65929970489", "57549285017", "25768131411"])
    func `a German tax number passes, and no change of one digit does`(number: String) {
        #expect(NationalNumber.isGerman(digits(number)))
        for changed in neighbours(number) { #expect(!NationalNumber.isGerman(digits(changed)), "\(changed)") }
    }

    @Test(arguments: ["1234567890", "1122345678", "1111234567", "1112345678", "9876543210"])
    func `a German tax number repeats one digit, twice or three times and not all next to each other`(body: String) {
        for check in 0...9 { #expect(!NationalNumber.isGerman(digits(body + "\(check)"))) }
    }

    @Test(arguments: ["44051401359", "02070803628", "92032100157"])
    func `a PESEL passes, and no change of one digit does`(number: String) {
        #expect(NationalNumber.isPolish(digits(number)))
        for changed in neighbours(number) { #expect(!NationalNumber.isPolish(digits(changed)), "\(changed)") }
    }

    @Test func `a PESEL with the thirteenth month or the day after the last is refused`() {
        #expect(!NationalNumber.isPolish(digits("44130100000")))
        for day in 32...99 { for check in 0...9 { #expect(!NationalNumber.isPolish(digits("4405\(day)0135\(check)"))) } }
    }

    @Test(arguments: ["9434765919", "9434765870", "4010232137"])
    func `an NHS number passes, and no change of one digit does`(number: String) {
        #expect(NationalNumber.isBritishHealth(digits(number)))
        for changed in neighbours(number) { #expect(!NationalNumber.isBritishHealth(digits(changed)), "\(changed)") }
    }

    @Test(arguments: ["111222333", "123456782", "999990019"])
    func `a BSN passes, and no change of one digit does`(number: String) {
        #expect(NationalNumber.isDutch(digits(number)))
        for changed in neighbours(number) { #expect(!NationalNumber.isDutch(digits(changed)), "\(changed)") }
    }

    @Test(arguments: ["85073003328", "93051822361", "17073003384"])
    func `a Belgian number of either century passes`(number: String) {
        #expect(NationalNumber.isBelgian(digits(number)))
        let passed = neighbours(number).filter { NationalNumber.isBelgian(digits($0)) }
        // Two moduli are tried, so that a change can pass by the other: 1 in 97.
        #expect(passed.count <= 2, "\(passed)")
    }

    @Test(arguments: ["185057800608491", "255081416802538", "269054958815780"])
    func `a NIR passes, and no change of one digit does`(number: String) {
        #expect(NationalNumber.isFrench(digits(number)))
        for changed in neighbours(number) { #expect(!NationalNumber.isFrench(digits(changed)), "\(changed)") }
    }

    @Test(arguments: ["000121234", "666121234", "900121234", "123001234", "123120000", "12312123"])
    func `an SSN that was never given out is refused`(number: String) {
        #expect(!NationalNumber.isAmerican(digits(number)))
        #expect(NationalNumber.isAmerican(digits("123121234")))
    }

    @Test func `Spain's letters are those of the forms`() {
        #expect(NationalCode.spanishLetter(12_345_678) == UInt8(ascii: "Z"))
        #expect(NationalCode.spanishLetter(0) == UInt8(ascii: "T"))
        #expect(NationalCode.spanishLetter(1_234_567) == UInt8(ascii: "L"))
        #expect(NationalCode.spanishLetter(99_999_999) == UInt8(ascii: "R"))
    }

    @Test(arguments: ["MRTMTT91D08F205J", "RSSMRA85T10A562S", "MLLSNT82P65Z404U", "DLMCTG75B07H227Y", "BRSLSE08D50H987B"])
    func `an Italian tax code passes, and no change of one digit does`(text: String) {
        #expect(NationalCode.isItalian(code(text)))
        for (index, byte) in text.utf8.enumerated() where 0x30...0x39 ~= byte {
            var changed = code(text)
            changed[index] = 0x30 + (byte - 0x30 + 1) % 10
            #expect(!NationalCode.isItalian(changed))
        }
    }

    @Test func `insurance numbers have no forbidden prefix and end in A to D`() {
        func passes(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            return NationalCode.isInsurancePrefix(bytes[0], bytes[1], suffix: bytes[2])
        }
        #expect(passes("ABC") && passes("JGA"))
        for text in ["BGA", "GBA", "KNA", "NKA", "NTA", "TNA", "ZZA", "DAA", "AOA", "QQC", "ABE", "VAA"] {
            #expect(!passes(text), "\(text)")
        }
    }

    @Test(arguments: [
        "4915112345678", "441214960123", "33612345678", "34612345678", "12125550123", "48512345678", "3212345678", "358401234567",
        "97444123456", "6598765432",
    ])
    func `an international phone number passes`(number: String) {
        #expect(PhoneNumber.isInternational(digits(number)))
    }

    @Test(arguments: [
        "0491511234567", "9991234567", "2101234567", "1212555012", "11234567890", "4412149601234", "336123456", "1234567", "12125550123456",
    ])
    func `digits without a country or of a wrong length are no phone number`(number: String) {
        #expect(!PhoneNumber.isInternational(digits(number)))
    }

    @Test func `a birthday is a date of people who live`() {
        #expect(DateShape.isBirthday(digits("19800229"), 422) && DateShape.isBirthday(digits("31121999"), 224))
        #expect(DateShape.isBirthday(digits("12311999"), 224))
        for (text, shape) in [
            ("19801301", 422), ("19800230", 422), ("18800201", 422), ("20990101", 422), ("32011980", 224), ("1980021", 421),
        ] {
            #expect(!DateShape.isBirthday(digits(text), shape), "\(text)")
        }
    }
}
