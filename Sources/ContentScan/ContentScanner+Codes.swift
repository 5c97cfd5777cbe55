// weir
// SPDX-License-Identifier: Apache-2.0

extension ContentScanner {
    // MARK: Two letters and two digits

    /// Looks at a word whose second digit, or first behind one letter, stands at a position: an account number, a national code.
    mutating func visitCode(fourthAt position: Int, _ bytes: Span<UInt8>) {
        guard Bytes.isDigit(bytes[position - 1]) else {
            if wanted.contains(.nationalSpain) { reportForeigner(at: position - 1, bytes) }
            return
        }
        let start = position - 3
        guard start >= free, Bytes.opens(bytes, at: start) else { return }
        if wanted.contains(.iban) && reportAccount(at: start, bytes) { return }
        if wanted.contains(.insuranceBritain) { _ = reportInsurance(at: start, bytes) }
    }

    private mutating func reportAccount(at start: Int, _ bytes: Span<UInt8>) -> Bool {
        let isSmall = bytes[start] & 0x20 != 0
        guard bytes[start] & 0x20 == bytes[start + 1] & 0x20 else { return false }
        let length = BankAccount.length(Bytes.capital(bytes[start]), Bytes.capital(bytes[start + 1]))
        guard length > 0 else { return false }
        var text = InlineArray<34, UInt8>(repeating: 0)
        var count = 0
        var index = start
        var separator: UInt8 = 0
        while count < length {
            guard index < bytes.count else { return false }
            let byte = bytes[index]
            if Bytes.isAlphanumeric(byte) {
                guard Bytes.isDigit(byte) || (byte & 0x20 != 0) == isSmall else { return false }
                text[count] = Bytes.capital(byte)
                count += 1
            } else {
                guard byte == 0x20 || byte == 0x2D, count % 4 == 0, separator == 0 || byte == separator, count >= 4 else { return false }
                // Two separators in a row divide two values.
                guard Bytes.isAlphanumeric(bytes[index - 1]), separator != 0 || count == 4 else { return false }
                separator = byte
            }
            index += 1
        }
        guard Bytes.closes(bytes, at: index), BankAccount.hasCheckDigits(text, count: count) else { return false }
        if traits(before: start, bytes).exclude([.bank, .national]) { return false }
        report(.iban, start, index, 1, isReserved: reserved.isExampleAccount(text, count: count), bytes)
        return true
    }

    /// A National Insurance number: two letters, six digits, a letter; single spaces may divide them.
    mutating func reportInsurance(at start: Int, _ bytes: Span<UInt8>) -> Bool {
        guard start >= free, start >= 0, Bytes.opens(bytes, at: start), start + 9 <= bytes.count else { return false }
        var text = InlineArray<9, UInt8>(repeating: 0)
        var count = 0
        var index = start
        while count < 9 {
            guard index < bytes.count else { return false }
            let byte = bytes[index]
            if byte == 0x20 && count > 0 && count % 2 == 0 && bytes[index - 1] != 0x20 {
                index += 1
                continue
            }
            let isLetter = count < 2 || count == 8
            guard isLetter ? Bytes.isLetter(byte) : Bytes.isDigit(byte) else { return false }
            text[count] = Bytes.capital(byte)
            count += 1
            index += 1
        }
        guard Bytes.closes(bytes, at: index), NationalCode.isInsurancePrefix(text[0], text[1], suffix: text[8]) else { return false }
        let known = traits(before: start, bytes)
        if known.exclude(.national) { return false }
        report(.insuranceBritain, start, index, known.contains(.national) ? 1 : 0.4, isReserved: false, bytes)
        return true
    }

    // MARK: Spain

    /// A number of Spaniards: eight digits and their letter, a dash between them at most.
    mutating func reportSpanish(_ chain: NumberChain, _ bytes: Span<UInt8>) -> Bool {
        guard chain.length(0) == 8 else { return false }
        let start = chain.start(0)
        var letter = start + 8
        if letter < bytes.count && bytes[letter] == 0x2D { letter += 1 }
        guard letter < bytes.count, Bytes.isLetter(bytes[letter]), Bytes.closes(bytes, at: letter + 1) else { return false }
        let number = DigitText(bytes, from: start, to: start + 8).number(0, 8)
        return reportSpanish(number, letter: letter, start, bytes)
    }

    /// A number of foreigners in Spain: X, Y or Z for 0…2, seven digits, their letter.
    private mutating func reportForeigner(at start: Int, _ bytes: Span<UInt8>) {
        let leader = Int(Bytes.capital(bytes[start])) - 0x58
        guard 0...2 ~= leader, start >= free, start + 9 <= bytes.count, Bytes.opens(bytes, at: start) else { return }
        for index in start + 1..<start + 8 where !Bytes.isDigit(bytes[index]) { return }
        let letter = start + 8
        guard Bytes.isLetter(bytes[letter]), Bytes.closes(bytes, at: letter + 1) else { return }
        let number = leader * 10_000_000 + DigitText(bytes, from: start + 1, to: letter).number(0, 7)
        _ = reportSpanish(number, letter: letter, start, bytes)
    }

    private mutating func reportSpanish(_ number: Int, letter: Int, _ start: Int, _ bytes: Span<UInt8>) -> Bool {
        guard Bytes.capital(bytes[letter]) == NationalCode.spanishLetter(number) else { return false }
        let known = traits(before: start, bytes)
        if known.exclude(.national) { return false }
        // 12345678Z and 00000000T are the forms' own example and the smallest number.
        let isReserved = number == 12_345_678 || number == 0
        report(.nationalSpain, start, letter + 1, known.contains(.national) ? 1 : 0.4, isReserved: isReserved, bytes)
        return true
    }

    // MARK: Italy

    /// Looks at a word of six letters whose second digit stands at a position.
    mutating func visitLongCode(eighthAt position: Int, _ bytes: Span<UInt8>) {
        let start = position - 7
        guard start >= free, start + 16 <= bytes.count, Bytes.opens(bytes, at: start), Bytes.closes(bytes, at: start + 16) else { return }
        var text = InlineArray<34, UInt8>(repeating: 0)
        for index in 0..<16 {
            let byte = bytes[start + index]
            guard Bytes.isAlphanumeric(byte) else { return }
            text[index] = Bytes.capital(byte)
        }
        guard NationalCode.isItalian(text) else { return }
        let known = traits(before: start, bytes)
        if known.exclude(.national) { return }
        report(.nationalItaly, start, start + 16, known.contains(.national) ? 1 : 0.9, isReserved: false, bytes)
    }
}
