// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import TestSupport

/// Makes values of every type, with check digits that are worked out in another way than the scanner's: on text, by trying all.
struct ValueMaker {
    var random: SeededRandom

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func digits(_ count: Int) -> String { (0..<count).map { _ in String(number(0...9)) }.joined() }
    mutating func letters(_ count: Int) -> String { (0..<count).map { _ in String(pick(Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))) }.joined() }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }
    mutating func flip() -> Bool { number(0...1) == 1 }

    mutating func value(_ type: PersonalDataType) -> String {
        switch type {
        case .email: email()
        case .card: card()
        case .iban: iban()
        case .phone: phone()
        case .nationalGermany: german()
        case .nationalSpain: spanish()
        case .nationalItaly: italian()
        case .nationalPoland: polish()
        case .healthBritain:
            completed {
                $0.digits(9)
            } by: {
                ValueMaker.weighted($0, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
            }
        case .insuranceBritain: pick(["AB", "JG", "CE", "PX", "WK"]) + digits(6) + pick(["A", "B", "C", "D"])
        case .nationalUnitedStates: "\(number(100...665))-\(number(10...99))-\(number(1000...9999))"
        case .nationalFrance: french()
        case .nationalNetherlands:
            completed {
                $0.digits(8)
            } by: {
                ValueMaker.weighted($0, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
            }
        case .nationalBelgium: belgian()
        case .dateOfBirth: "\(number(1930...2010))-\(two(number(1...12)))-\(two(number(1...28)))"
        case .postalAddress: "\(pick(["Hauptstr.", "Rue de la Paix", "Elm Street"])) \(number(1...200))"
        case .personName: pick(["Anna", "Jürgen", "Mary-Jane", "O'Neil", "Łukasz"]) + " " + pick(["Meier", "Smith", "de Vries"])
        case .networkAddress: "\(number(1...9)).\(number(0...255)).\(number(0...255)).\(number(0...255))"
        case .secret: pick(["AKIA" + letters(16), "ghp_" + letters(36), "sk_live_" + digits(24), "xoxb-" + digits(12) + "-" + letters(12)])
        case .custom: "CUST" + digits(6)
        }
    }

    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    static func weighted(_ text: String, _ weights: [Int]) -> Int {
        zip(text, weights).reduce(0) { $0 + ($1.0.wholeNumberValue ?? 0) * $1.1 }
    }

    /// Digits with a last one that passes; new ones until there is one.
    private mutating func completed(_ make: (inout ValueMaker) -> String, by passes: (String) -> Bool) -> String {
        while true {
            let text = make(&self)
            if Set(text).count == 1 { continue }
            for last in 0...9 where passes(text + "\(last)") { return text + "\(last)" }
        }
    }

    private mutating func email() -> String {
        let local = letters(number(1...12)).lowercased() + pick(["", ".x", "+tag", "_1", "-b"])
        return local + "@" + letters(number(1...10)).lowercased() + pick([".de", ".co.uk", ".com", ".shop"])
    }

    private mutating func card() -> String {
        let (prefix, length) = pick([
            ("4", 16), ("4", 13), ("51", 16), ("2221", 16), ("34", 15), ("6011", 16), ("36", 14), ("3530", 16), ("62", 19),
        ])
        let text = completed {
            prefix + $0.digits(length - prefix.count - 1)
        } by: { text in
            let values = text.reversed().enumerated().map { index, character in
                let digit = character.wholeNumberValue ?? 0
                return index % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10
            }
            return values.reduce(0, +) % 10 == 0
        }
        guard length == 16 && flip() else { return text }
        return ValueMaker.grouped(text, by: 4, with: pick([" ", "-"]))
    }

    static func grouped(_ text: String, by size: Int, with separator: String) -> String {
        stride(from: 0, to: text.count, by: size).map { String(text.dropFirst($0).prefix(size)) }.joined(separator: separator)
    }

    private mutating func iban() -> String {
        let (country, length) = pick([("DE", 22), ("NL", 18), ("FR", 27), ("GB", 22), ("NO", 15), ("PL", 28), ("MT", 31)])
        let account = ["DE", "PL", "NO"].contains(country) ? digits(length - 4) : letters(4) + digits(length - 8)
        let number = (account + country + "00").map { String($0.isNumber ? $0.wholeNumberValue ?? 0 : Int($0.asciiValue ?? 0) - 55) }
            .joined()
        // Long division on the text, a digit at a time.
        let check = 98 - number.reduce(0) { ($0 * 10 + ($1.wholeNumberValue ?? 0)) % 97 }
        let text = country + two(check) + account
        return flip() ? ValueMaker.grouped(text, by: 4, with: " ") : text
    }

    private mutating func phone() -> String {
        switch number(0...3) {
        case 0: "+4917\(number(0...9))\(digits(8))"
        case 1: "+1 \(number(201...289)) \(number(200...499)) \(digits(4))"
        case 2: "+33 6 \(number(10...38)) \(number(10...99)) \(number(10...99)) \(number(10...99))"
        default: "+31-6-\(number(1000...9999))-\(digits(4))"
        }
    }

    private mutating func german() -> String {
        while true {
            var pool = Array(0...9)
            pool.shuffle(using: &random)
            var ten = Array(pool.dropLast())
            ten.insert(ten[number(0...8)], at: number(0...9))
            if ten[0] == 0 || zip(zip(ten, ten.dropFirst()), ten.dropFirst(2)).contains(where: { $0.0.0 == $0.0.1 && $0.0.1 == $0.1 }) {
                continue
            }
            let text = ten.map(String.init).joined()
            // ISO 7064, MOD 11,10, recursively as the standard states it.
            let product = ten.reduce(10) { product, digit in
                let sum = (product + digit) % 10
                return (sum == 0 ? 10 : sum) * 2 % 11
            }
            for check in 0...9 where (product + check) % 10 == 1 { return text + "\(check)" }
        }
    }

    private mutating func spanish() -> String {
        let letters = Array("TRWAGMYFPDXBNJZSQVHLCKE")
        if flip() {
            let number = number(10_000_000...99_999_999)
            return "\(number)\(letters[number % 23])"
        }
        let leader = number(0...2)
        let rest = digits(7)
        return "\(["X", "Y", "Z"][leader])\(rest)\(letters[(Int("\(leader)\(rest)") ?? 0) % 23])"
    }

    private mutating func italian() -> String {
        let text = letters(6) + digits(2) + pick(["A", "B", "H", "T"]) + two(number(1...28)) + pick(["A", "F", "H"]) + digits(3)
        let odd = [
            1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
        ]
        let sum = text.enumerated().reduce(0) { sum, item in
            let place = item.element.wholeNumberValue ?? Int(item.element.asciiValue ?? 65) - 65
            return sum + (item.offset % 2 == 0 ? odd[place] : place)
        }
        return text + String(UnicodeScalar(UInt8(65 + sum % 26)))
    }

    private mutating func polish() -> String {
        completed { maker in
            maker.two(maker.number(0...99)) + maker.two(maker.number(1...12) + maker.pick([0, 20])) + maker.two(maker.number(1...28))
                + maker.digits(4)
        } by: {
            ValueMaker.weighted($0, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0
        }
    }

    private mutating func french() -> String {
        let body = "\(number(1...2))\(digits(2))\(two(number(1...12)))\(number(10...95))\(digits(6))"
        return body + two(97 - (Int(body) ?? 0) % 97)
    }

    private mutating func belgian() -> String {
        let body = two(number(30...99)) + two(number(1...12)) + two(number(1...28)) + "\(number(100...997))"
        let check = two(97 - (Int(body) ?? 0) % 97)
        guard flip() else { return body + check }
        let parts = ValueMaker.grouped(String(body.prefix(6)), by: 2, with: ".")
        return "\(parts)-\(body.suffix(3)).\(check)"
    }
}
