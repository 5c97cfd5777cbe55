// weir
// SPDX-License-Identifier: Apache-2.0

extension ContentScanner {
    /// Looks at a number: a card, a national number, a phone number, a date of birth, an address of the network.
    mutating func visitNumber(at start: Int, _ bytes: Span<UInt8>) {
        // Most numbers of a log are short and stand alone: nothing more is asked of them.
        var end = start &+ 1
        while end < bytes.count && Bytes.isDigit(bytes[end]) { end &+= 1 }
        if end &- start < 7 {
            guard end < bytes.count, NumberChain.isGap(bytes[end]) || (end &- start == 2 && start > 0 && bytes[start &- 1] == 0x25) else {
                return
            }
        }
        guard Bytes.opens(bytes, at: start) || isBehindEncodedSpace(start, bytes) else { return }
        let first = isBehindEncodedSpace(start, bytes) ? start &+ 2 : start
        guard first < bytes.count, Bytes.isDigit(bytes[first]) else { return }
        let chain = NumberChain(bytes, from: first)
        guard chain.count > 0 else { return }
        // What is shorter is nobody's: six digits with nothing behind them.
        if chain.count == 1 && chain.length(0) < 7 { return }
        if wanted.contains(.networkAddress) && reportAddress(chain, bytes) { return }
        if wanted.contains(.card) && reportCard(chain, bytes) { return }
        let digits = chain.digits(through: chain.count - 1)
        guard digits >= 6 else { return }
        visitIdentity(chain, digits, bytes)
    }

    /// `%20` before digits is a space, not a part of the number.
    private func isBehindEncodedSpace(_ start: Int, _ bytes: Span<UInt8>) -> Bool {
        start > 0 && start &+ 2 < bytes.count && bytes[start &- 1] == 0x25 && bytes[start] == 0x32 && bytes[start &+ 1] == 0x30
    }

    // MARK: Cards

    /// Whether a card begins with this group, or something that passes for one and is none by its key.
    private mutating func reportCard(_ chain: NumberChain, _ bytes: Span<UInt8>) -> Bool {
        let start = chain.start(0)
        guard bytes[start] > 0x31, bytes[start] != 0x37 else { return false }
        var last = chain.count - 1
        while last >= 0 {
            let count = chain.digits(through: last)
            if count < 13 { return false }
            let end = chain.end(last)
            if count <= 19, chain.isUniform(through: last, 0x20, 0x2D), Bytes.closes(bytes, at: end), isWritten(chain, last, bytes) {
                let digits = DigitText(bytes, from: start, to: end)
                if CardNumber.isValid(digits) {
                    let known = traits(before: start, bytes)
                    if known.exclude(.card) { return true }
                    let isReserved = reserved.isTestCard(digits)
                    report(.card, start, end, known.contains(.card) ? 1 : 0.9, isReserved: isReserved, bytes)
                    return true
                }
            }
            last -= 1
        }
        return false
    }

    /// Whether the groups up to one are written as a card's may be: as on cards, or all there are, two digits each at least.
    private func isWritten(_ chain: NumberChain, _ last: Int, _ bytes: Span<UInt8>) -> Bool {
        if last == 0 || CardNumber.isPrinted(chain.shape(through: last)) { return true }
        let start = chain.start(0)
        if last != chain.count - 1 || (start > 1 && bytes[start - 1] == 0x20 && Bytes.isDigit(bytes[start - 2])) { return false }
        for group in 0...last where chain.length(group) < 2 { return false }
        return true
    }

    // MARK: People

    private mutating func visitIdentity(_ chain: NumberChain, _ digits: Int, _ bytes: Span<UInt8>) {
        let start = chain.start(0)
        if wanted.contains(.nationalSpain) && reportSpanish(chain, bytes) { return }
        if wanted.contains(.insuranceBritain) && chain.length(0) == 2 && start >= 3 && bytes[start - 1] == 0x20 {
            if reportInsurance(at: start - 3, bytes) { return }
        }
        let known = traits(before: start, bytes)
        let isNamed = !known.isDisjoint(with: [.national, .phone, .birth])
        guard isNamed else {
            reportAmerican(chain, known, bytes)
            return
        }
        if known.contains(.birth) && wanted.contains(.dateOfBirth) && reportBirth(chain, bytes) { return }
        if known.contains(.national) && !known.exclude(.national) && reportNational(chain, known, bytes) { return }
        if known.contains(.phone) && !known.exclude(.phone) && wanted.contains(.phone) { reportNationalPhone(chain, bytes) }
    }

    private mutating func reportBirth(_ chain: NumberChain, _ bytes: Span<UInt8>) -> Bool {
        guard chain.count >= 3, chain.isUniform(through: 2, 0x2D, chain.separator(0)), chain.separator(0) != 0x20 else { return false }
        let end = chain.end(2)
        // A time may follow: 1980-02-01T00:00.
        guard Bytes.closes(bytes, at: end) || (bytes[end] | 0x20) == 0x74 else { return false }
        let digits = DigitText(bytes, from: chain.start(0), to: end)
        guard DateShape.isBirthday(digits, chain.shape(through: 2)) else { return false }
        report(.dateOfBirth, chain.start(0), end, 0.8, isReserved: false, bytes)
        return true
    }

    /// An SSN in its own form needs no key; with one it is sure.
    private mutating func reportAmerican(_ chain: NumberChain, _ known: KeyTraits, _ bytes: Span<UInt8>) {
        guard wanted.contains(.nationalUnitedStates), chain.count >= 3, chain.shape(through: 2) == 324,
            chain.isUniform(through: 2, 0x2D, 0x2D), Bytes.closes(bytes, at: chain.end(2)), !known.exclude(.national)
        else { return }
        let digits = DigitText(bytes, from: chain.start(0), to: chain.end(2))
        guard NationalNumber.isAmerican(digits) else { return }
        let isReserved = reserved.isTestSocialSecurity(digits)
        report(.nationalUnitedStates, chain.start(0), chain.end(2), known.contains(.national) ? 1 : 0.4, isReserved: isReserved, bytes)
    }

    private mutating func reportNational(
        _ chain: NumberChain, _ known: KeyTraits, _ bytes: Span<UInt8>
    ) -> Bool {
        let start = chain.start(0)
        var last = chain.count - 1
        while last >= 0 {
            let end = chain.end(last)
            if Bytes.closes(bytes, at: end), chain.separator(0) != 0x2F {
                let digits = DigitText(bytes, from: start, to: end)
                if let type = nationalType(digits, chain.shape(through: last), known) {
                    report(type, start, end, 1, isReserved: reserved.isTestNational(type, digits), bytes)
                    return true
                }
            }
            last -= 1
        }
        return false
    }

    /// The type whose check the digits pass: that of the country which the key names, else any, the strictest first.
    private func nationalType(_ digits: DigitText, _ shape: Int, _ known: KeyTraits) -> PersonalDataType? {
        func isLookedFor(_ type: PersonalDataType, _ word: KeyTraits) -> Bool {
            wanted.contains(type) && (known.isDisjoint(with: .anyCountry) || known.contains(word))
        }
        switch digits.count {
        case 15:
            if isLookedFor(.nationalFrance, .french) && NationalNumber.isFrench(digits) { return .nationalFrance }
        case 11:
            if isLookedFor(.nationalBelgium, .belgian) && NationalNumber.isBelgian(digits) { return .nationalBelgium }
            if isLookedFor(.nationalPoland, .polish) && NationalNumber.isPolish(digits) { return .nationalPoland }
            if isLookedFor(.nationalGermany, .german) && NationalNumber.isGerman(digits) { return .nationalGermany }
        case 10:
            if isLookedFor(.healthBritain, .britishHealth) && NationalNumber.isBritishHealth(digits) { return .healthBritain }
        case 9:
            if isLookedFor(.nationalUnitedStates, .american) && shape == 324 && NationalNumber.isAmerican(digits) {
                return .nationalUnitedStates
            }
            if isLookedFor(.nationalNetherlands, .dutch) && NationalNumber.isDutch(digits) { return .nationalNetherlands }
        default: break
        }
        return nil
    }

    // MARK: Phones

    private mutating func reportNationalPhone(_ chain: NumberChain, _ bytes: Span<UInt8>) {
        let start = chain.start(0)
        // A plus was looked at before: what it stands in front of is no international number, and so none at all.
        if start > 0 && bytes[start - 1] == 0x2B { return }
        var last = chain.count - 1
        while last >= 0 {
            let end = chain.end(last)
            if Bytes.closes(bytes, at: end), 7...13 ~= chain.digits(through: last) {
                let digits = DigitText(bytes, from: start, to: end)
                if last == 2 && DateShape.isDate(digits, chain.shape(through: 2)) { return }
                if digits.isUniform { return }
                let first = start > 0 && bytes[start - 1] == 0x28 ? start - 1 : start
                report(.phone, first, end, 0.5, isReserved: reserved.isFictionPhone(digits, isInternational: false), bytes)
                return
            }
            last -= 1
        }
    }

    /// Looks behind a `+`, or its `%2B`, for a number in the international form.
    mutating func visitPlus(at start: Int, digitsFrom first: Int, _ bytes: Span<UInt8>) {
        guard first < bytes.count, Bytes.isDigit(bytes[first]), bytes[first] != 0x30, Bytes.opens(bytes, at: start) else { return }
        if start > 0 && bytes[start - 1] == 0x2B { return }
        let chain = NumberChain(bytes, from: first)
        var last = chain.count - 1
        while last >= 0 {
            let end = chain.end(last)
            if Bytes.closes(bytes, at: end) && chain.digits(through: last) <= 16 {
                let digits = DigitText(bytes, from: first, to: end)
                if PhoneNumber.isInternational(digits) {
                    let known = traits(before: start, bytes)
                    if known.exclude(.phone) { return }
                    let isReserved = reserved.isFictionPhone(digits, isInternational: true)
                    report(.phone, start, end, known.contains(.phone) ? 1 : 0.8, isReserved: isReserved, bytes)
                    return
                }
            }
            last -= 1
        }
    }

    // MARK: Networks

    private mutating func reportAddress(_ chain: NumberChain, _ bytes: Span<UInt8>) -> Bool {
        guard chain.count >= 4, chain.isUniform(through: 3, 0x2E, 0x2E) else { return false }
        var octets = InlineArray<4, Int>(repeating: 0)
        for group in 0..<4 {
            let length = chain.length(group)
            guard length <= 3, length == 1 || bytes[chain.start(group)] != 0x30 else { return false }
            octets[group] = DigitText(bytes, from: chain.start(group), to: chain.end(group)).number(0, length)
            guard octets[group] <= 255 else { return false }
        }
        let end = chain.end(3)
        guard Bytes.closes(bytes, at: end) || bytes[end] == 0x2F else { return false }
        report(.networkAddress, chain.start(0), end, 0.9, isReserved: ReservedValues.isUnroutable(octets), bytes)
        return true
    }
}

/// Dates as people write them.
enum DateShape {
    /// Whether the digits are a date in either order, of the years in which people live that have a phone: 1900…2099.
    static func isDate(_ digits: DigitText, _ shape: Int) -> Bool {
        switch shape {
        case 422: isDay(digits.number(0, 4), digits.number(4, 2), digits.number(6, 2))
        case 224:
            isDay(digits.number(4, 4), digits.number(2, 2), digits.number(0, 2))
                || isDay(digits.number(4, 4), digits.number(0, 2), digits.number(2, 2))
        case 114, 124, 214: isYear(digits.number(digits.count - 4, 4))
        default: false
        }
    }

    /// Whether the digits can be somebody's date of birth. The scanner knows no clock: 2035 is the last year that it takes for one.
    static func isBirthday(_ digits: DigitText, _ shape: Int) -> Bool {
        guard isDate(digits, shape) else { return false }
        let year = shape == 422 ? digits.number(0, 4) : digits.number(digits.count - 4, 4)
        return year <= 2035
    }

    private static func isYear(_ year: Int) -> Bool { 1900...2099 ~= year }

    private static func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        isYear(year) && 1...12 ~= month && 1...NationalNumber.daysOf(month) ~= day
    }
}
