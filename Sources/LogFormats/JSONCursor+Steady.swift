// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

extension JSONCursor {
    /// Reads a line whose keys are all known from earlier lines and come in their order, with values without escapes. Returns where the
    /// line ends, or −1, having decided nothing, for any other line, and for one whose end has not come yet. What it reads means the same
    /// to ``object(_:_:node:depth:_:_:_:)``.
    ///
    /// Keys are taken in their order only, so that none can come twice. Every byte is looked at once: the end of the line is found on the
    /// way, because no value may hold one. `draft` must be as ``Draft/reset()`` leaves it.
    ///
    /// - Parameter isFlat: no key that is wanted is inside of another's object. A constant at each place that calls this, so that there is
    ///   one reader for each: where nothing is nested, nothing asks for every key in which object it is.
    @inline(__always)
    static func steadyLine(
        _ bytes: PaddedBytes, _ start: Int, isFinal: Bool, _ known: Span<LearntKey>, isFlat: Bool, _ draft: inout Draft,
        _ clock: inout MinuteClock
    ) -> Int {
        let limit = bytes.count
        guard bytes[start] == UInt8(ascii: "{") else { return -1 }
        var position = bytes[start &+ 1] == 0x20 ? start &+ 2 : start &+ 1
        var place = 0
        var node: Int16 = 0
        var depth = 0
        var nesting = InlineArray<8, Int16>(repeating: 0)
        while true {
            let length: Int
            let field: UInt8
            // What is read of a key is read in each branch: behind them the compiler would ask once more whether there is such a place.
            if place < known.count && known[place].stands(at: position, bytes, node: isFlat ? nil : node) {
                length = Int(known[place].length)
                field = known[place].field
            } else {
                place = seek(known, bytes, position, node: isFlat ? 0 : node, from: place)
                guard place < known.count else { return -1 }
                length = Int(known[place].length)
                field = known[place].field
            }
            position &+= length
            // What follows the last byte in memory is not the line's.
            guard position < limit else { return -1 }
            var behind: Int
            if bytes[position] == quote {
                behind = quotedValue(bytes, position &+ 1, limit, field: field, &draft, &clock)
            } else if bytes[position] &- 0x30 < 10 && field >= JSONField.status.rawValue && field <= JSONField.bytes.rawValue {
                behind = count(bytes, position, limit, field: field, &draft)
            } else if !isFlat && known[place].node >= 0 && bytes[position] == UInt8(ascii: "{") {
                guard depth < JSONKeyTree.depth else { return -1 }
                nesting[depth] = node
                depth &+= 1
                node = known[place].node
                place &+= 1
                position = bytes[position &+ 1] == 0x20 ? position &+ 2 : position &+ 1
                continue
            } else {
                behind = known[place].opensList(bytes[position]) ? -1 : plainBareValue(bytes, position, limit, field: field, &draft)
            }
            guard behind > 0 else { return -1 }
            place &+= 1
            if bytes.half(at: behind) & 0xFFFF == commaAndQuote {
                position = behind &+ 1
                continue
            }
            while bytes[behind] == UInt8(ascii: "}") && behind < limit {
                behind &+= 1
                if isFlat || depth == 0 { return draft.isWhole ? lineEnd(bytes, behind, limit, isFinal: isFinal) : -1 }
                depth &-= 1
                node = nesting[depth]
            }
            // A number that goes on differently, or an error.
            guard behind < limit, bytes[behind] == UInt8(ascii: ",") else { return -1 }
            position = bytes[behind &+ 1] == 0x20 ? behind &+ 2 : behind &+ 1
        }
    }

    /// `,"`, the lowest byte first: what nearly every value is followed by.
    private static var commaAndQuote: UInt32 { 0x222C }

    /// Where a line ends whose object ended before `position`, or −1 when something else follows, or nothing yet.
    @inline(__always)
    private static func lineEnd(_ bytes: PaddedBytes, _ position: Int, _ limit: Int, isFinal: Bool) -> Int {
        var end = position
        if end < limit && bytes[end] == UInt8(ascii: "\r") { end &+= 1 }
        if end == limit { return isFinal ? end : -1 }
        return bytes[end] == UInt8(ascii: "\n") ? end : -1
    }

    /// Reads a text from behind its quote; the position behind its closing one, or −1 where it has an escape, a line end or no end.
    // Transparent, because the optimiser, asked to always inline it, does not.
    @_transparent
    private static func quotedValue(
        _ bytes: PaddedBytes, _ first: Int, _ limit: Int, field: UInt8, _ draft: inout Draft, _ clock: inout MinuteClock
    ) -> Int {
        switch field {
        case JSONField.ts.rawValue:
            return time(bytes, first, limit, &draft, &clock)
        case JSONField.account.rawValue:
            let close = bytes.nameEnd(from: first, to: limit)
            guard close < limit, bytes[close] == quote else { return -1 }
            draft.line.account = TextRange(start: first, count: close &- first)
            return close &+ 1
        case JSONField.kind.rawValue...JSONField.method.rawValue:
            let (word, count) = shortWord(bytes.word(at: first))
            guard count >= 0 else { return longWord(bytes, first, limit, field: field, &draft, &clock) }
            guard first &+ count < limit else { return -1 }
            switch field {
            case JSONField.action.rawValue: draft.line.operation = JSONWords.operation(word)
            case JSONField.method.rawValue: draft.methodOperation = JSONWords.method(word)
            default: draft.line.kind = JSONWords.kind(word)
            }
            return first &+ count &+ 1
        default:
            let close = bytes.textEnd(from: first, to: limit)
            guard close < limit, bytes[close] == quote else { return -1 }
            let text = TextRange(start: first, count: close &- first)
            switch field {
            case JSONField.endpoint.rawValue where bytes[first] == UInt8(ascii: "/"): draft.line.endpoint = text
            case JSONField.object.rawValue: draft.line.object = text
            case JSONField.ip.rawValue: draft.line.address = text
            case 255: break
            default: take(bytes, first, close, field: field, &draft, &clock)
            }
            return close &+ 1
        }
    }

    /// Reads the status, rows or bytes from their first digit; the position behind them, or −1 where they have too many.
    @inline(__always)
    private static func count(_ bytes: PaddedBytes, _ first: Int, _ limit: Int, field: UInt8, _ draft: inout Draft) -> Int {
        var number = NumberParser.upToEight(bytes.word(at: first))
        if number.count == 8 { number = NumberParser.digits(bytes, from: first, to: limit) }
        guard number.count <= NumberParser.longest else { return -1 }
        draft.store(number.value, field: field)
        return first &+ number.count
    }

    /// A time stamp, most often with a `Z` and with or without milliseconds.
    @_transparent
    private static func time(_ bytes: PaddedBytes, _ first: Int, _ limit: Int, _ draft: inout Draft, _ clock: inout MinuteClock) -> Int {
        if first &+ 24 < limit && bytes[first &+ 24] == quote {
            let time = clock.rfc3339(bytes, from: first, to: first &+ 24)
            if time != Int64.min {
                draft.line.time = EventTime(milliseconds: time)
                draft.hasTime = true
                return first &+ 25
            }
        }
        return longWord(bytes, first, limit, field: JSONField.ts.rawValue, &draft, &clock)
    }

    /// A text whose end has to be looked for, of a field that is usually short.
    @inline(never)
    private static func longWord(
        _ bytes: PaddedBytes, _ first: Int, _ limit: Int, field: UInt8, _ draft: inout Draft, _ clock: inout MinuteClock
    ) -> Int {
        let close = bytes.textEnd(from: first, to: limit)
        guard close < limit, bytes[close] == quote else { return -1 }
        take(bytes, first, close, field: field, &draft, &clock)
        return close &+ 1
    }

    /// The text before the first quote among eight bytes, the rest zero, and its length; −1 when there is no quote among them, or a
    /// backslash or control character before it.
    ///
    /// Source: Alan Mycroft's test for a zero byte (1987): the lowest flag is exact, those above it may be wrong.
    @inline(__always)
    static func shortWord(_ word: UInt64) -> (word: UInt64, count: Int) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let byQuote = word ^ (ones &* 0x22)
        let byBackslash = word ^ (ones &* 0x5C)
        let quotes = (byQuote &- ones) & ~byQuote & tops
        let others = ((byBackslash &- ones) & ~byBackslash | (word &- ones &* 0x20) & ~word) & tops
        let lowest = quotes & (0 &- quotes)
        let before = (lowest &>> 7) &- 1
        guard quotes != 0, others & before == 0 else { return (0, -1) }
        return (word & before, lowest.trailingZeroBitCount &>> 3)
    }

    /// A value without quotes inside its line.
    @inline(never)
    private static func plainBareValue(_ bytes: PaddedBytes, _ start: Int, _ limit: Int, field: UInt8, _ draft: inout Draft) -> Int {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start, to: limit)
        return bareValue(bytes, start, end, field: field, &draft)
    }
}
