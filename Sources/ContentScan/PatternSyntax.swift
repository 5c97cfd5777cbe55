// weir
// SPDX-License-Identifier: Apache-2.0

/// Reads the text of a pattern.
struct PatternSyntax {
    private let bytes: [UInt8]
    private let ignoresCase: Bool
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8], ignoresCase: Bool) {
        self.bytes = bytes
        self.ignoresCase = ignoresCase
    }

    /// The whole pattern. Throws: ``PatternError`` at the first place that cannot be understood.
    mutating func parsed() throws(PatternError) -> PatternTree {
        let tree = try choice()
        guard position == bytes.count else { throw trouble("there is no ( for this )") }
        return tree
    }

    private func trouble(_ reason: String, at place: Int? = nil) -> PatternError {
        PatternError(position: place ?? position, reason: reason)
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func choice() throws(PatternError) -> PatternTree {
        var parts = [try sequence()]
        while take(UInt8(ascii: "|")) { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(PatternError) -> PatternTree {
        var parts: [PatternTree] = []
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            parts.append(try repeated())
        }
        switch parts.count {
        case 0: return .empty
        case 1: return parts[0]
        default: return .sequence(parts)
        }
    }

    private mutating func repeated() throws(PatternError) -> PatternTree {
        let start = position
        let part = try atom()
        let counts: (least: Int, most: Int?)
        switch next {
        case UInt8(ascii: "*"): counts = (0, nil)
        case UInt8(ascii: "+"): counts = (1, nil)
        case UInt8(ascii: "?"): counts = (0, 1)
        case UInt8(ascii: "{"): counts = try bracedCounts()
        default: return part
        }
        // Behind the sign, or the closing brace.
        position += 1
        if case .anchor = part { throw trouble("an anchor cannot be repeated", at: start) }
        switch next {
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw trouble("a repeat cannot be repeated; of several matches the longest counts, so there are no lazy repeats")
        default: return .repeated(part, counts.least, counts.most)
        }
    }

    /// The counts in braces; afterwards the closing brace is next.
    private mutating func bracedCounts() throws(PatternError) -> (least: Int, most: Int?) {
        let start = position
        position += 1
        guard let least = try number() else { throw trouble("a count is missing in { }; write \\{ for the brace itself", at: start) }
        var most: Int? = least
        if take(UInt8(ascii: ",")) { most = try number() }
        guard next == UInt8(ascii: "}") else { throw trouble("this { has no }", at: start) }
        if let most, most < least { throw trouble("the first count in { } is the smaller one", at: start) }
        if most == 0 { throw trouble("a part that is repeated 0 times says nothing", at: start) }
        return (least, most)
    }

    private mutating func number() throws(PatternError) -> Int? {
        let start = position
        var value = 0
        while let byte = next, 0x30...0x39 ~= byte {
            value = value * 10 + Int(byte - 0x30)
            guard value <= ScanPattern.mostRepeats else { throw trouble("a count is at most \(ScanPattern.mostRepeats)", at: start) }
            position += 1
        }
        return position > start ? value : nil
    }

    private mutating func atom() throws(PatternError) -> PatternTree {
        let start = position
        guard let byte = next else { throw trouble("something is missing at the end") }
        position += 1
        switch byte {
        case UInt8(ascii: "("): return try group(from: start)
        case UInt8(ascii: "["): return .bytes(folded(try bracketed(from: start)))
        case UInt8(ascii: "."): return .bytes(.notLineEnd)
        case UInt8(ascii: "^"): return .anchor(.start)
        case UInt8(ascii: "$"): return .anchor(.end)
        case UInt8(ascii: "\\"):
            if take(UInt8(ascii: "b")) { return .anchor(.wordBorder) }
            return .bytes(folded(try escaped(from: start)))
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw trouble("there is nothing before this repeat", at: start)
        default: return .bytes(folded(ByteSet(byte)))
        }
    }

    private func folded(_ set: ByteSet) -> ByteSet { ignoresCase ? set.withBothCases : set }

    private mutating func group(from start: Int) throws(PatternError) -> PatternTree {
        if take(UInt8(ascii: "?")) {
            guard take(UInt8(ascii: ":")) else { throw trouble("only ( ) and (?: ) are supported: no looking around, no flags", at: start) }
        }
        depth += 1
        guard depth <= ScanPattern.deepest else { throw trouble("groups are nested more than \(ScanPattern.deepest) deep", at: start) }
        let tree = try choice()
        guard take(UInt8(ascii: ")")) else { throw trouble("this ( has no )", at: start) }
        depth -= 1
        return tree
    }

    /// What stands behind a backslash.
    private mutating func escaped(from start: Int) throws(PatternError) -> ByteSet {
        guard let byte = next else { throw trouble("a backslash is the last sign", at: start) }
        position += 1
        switch byte {
        case UInt8(ascii: "d"): return .digits
        case UInt8(ascii: "D"): return ByteSet.digits.inverted
        case UInt8(ascii: "w"): return .words
        case UInt8(ascii: "W"): return ByteSet.words.inverted
        case UInt8(ascii: "s"): return .spaces
        case UInt8(ascii: "S"): return ByteSet.spaces.inverted
        case UInt8(ascii: "n"): return ByteSet(0x0A)
        case UInt8(ascii: "r"): return ByteSet(0x0D)
        case UInt8(ascii: "t"): return ByteSet(0x09)
        case UInt8(ascii: "x"): return ByteSet(try hexadecimal(from: start))
        case UInt8(ascii: "1")...UInt8(ascii: "9"): throw trouble("references to groups are not supported", at: start)
        case _ where Bytes.isAlphanumeric(byte): throw trouble("this escape is not supported", at: start)
        default: return ByteSet(byte)
        }
    }

    private mutating func hexadecimal(from start: Int) throws(PatternError) -> UInt8 {
        var value: UInt8 = 0
        for _ in 0..<2 {
            guard let byte = next, Bytes.isHexadecimal(byte) else { throw trouble("\\x takes two hexadecimal digits", at: start) }
            value = value << 4 | (byte & 0xF) + (byte > 0x39 ? 9 : 0)
            position += 1
        }
        return value
    }

    /// A class, from behind its `[` to behind its `]`.
    private mutating func bracketed(from start: Int) throws(PatternError) -> ByteSet {
        let isInverted = take(UInt8(ascii: "^"))
        var set = ByteSet()
        var isFirst = true
        while true {
            guard let byte = next else { throw trouble("this [ has no ]", at: start) }
            if byte == UInt8(ascii: "]") && !isFirst { break }
            isFirst = false
            let place = position
            position += 1
            let low = byte == UInt8(ascii: "\\") ? try escaped(from: place) : ByteSet(byte)
            guard next == UInt8(ascii: "-"), position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: "]") else {
                set = set.union(low)
                continue
            }
            position += 1
            set = set.union(try range(low, from: place))
        }
        position += 1
        return isInverted ? folded(set).inverted : set
    }

    /// A range, whose dash has been read.
    private mutating func range(_ low: ByteSet, from place: Int) throws(PatternError) -> ByteSet {
        let second = position
        position += 1
        let high = bytes[second] == UInt8(ascii: "\\") ? try escaped(from: second) : ByteSet(bytes[second])
        guard let first = low.only, let last = high.only else { throw trouble("a range goes from one sign to another", at: place) }
        guard first <= last else { throw trouble("a range goes from the lower sign to the higher one", at: place) }
        return ByteSet(first...last)
    }
}

extension ByteSet {
    /// The byte of a set of one; nil for others.
    var only: UInt8? {
        var found: UInt8?
        for byte in UInt8.min...UInt8.max where contains(byte) {
            if found != nil { return nil }
            found = byte
        }
        return found
    }
}
