// weir
// SPDX-License-Identifier: Apache-2.0

/// A pattern that cannot be used.
package struct PatternError: Error, Equatable, Sendable {
    /// The byte of the pattern at which the trouble is, from 0.
    package let position: Int
    /// What is wrong, as a sentence for the operator.
    package let reason: String
}

/// A pattern of the operator, compiled: a subset of regular expressions that takes a time linear in the text.
///
/// Literals, `.` (any byte but a line end), classes `[a-z]` `[^…]`, `\d \w \s \D \W \S`, groups `( )` and `(?: )`, `|`, `* + ?` and
/// `{m}` `{m,}` `{m,n}`, anchors `^` `$` of the text and `\b` of words; `\n \r \t \xHH`; a backslash before any other sign that is no
/// letter or digit stands for the sign. Bytes, not characters. Of the matches that begin first, the longest counts.
/// There is no looking around and no reference to a group: what needs them is refused with its place.
///
/// State: 40 bytes a step of the program, at most ``longestProgram`` of them.
/// Source: Thompson, "Regular expression search algorithm", CACM 11 (1968); Cox, "Regular Expression Matching: the Virtual Machine
/// Approach" (2009).
package struct ScanPattern: Equatable, Sendable {
    /// Bytes of a pattern.
    package static let longestText = 1024
    /// Steps of a compiled pattern: what each byte of a text may cost.
    package static let longestProgram = 1000
    /// The highest count in braces.
    package static let mostRepeats = 255
    /// Groups within groups.
    package static let deepest = 32

    /// What the settings call it.
    package let name: String
    /// As it was written.
    package let text: String
    let program: [PatternStep]
    /// The bytes with which a match can begin.
    let initials: ByteSet

    /// Compiles a pattern.
    ///
    /// - Parameter ignoresCase: ASCII letters match both cases.
    ///
    /// Throws: ``PatternError`` with the place and the reason: what is not supported, unbalanced, too long, or matches the empty text.
    package init(name: String, text: String, ignoresCase: Bool = false) throws(PatternError) {
        self.name = name
        self.text = text
        let bytes = Array(text.utf8)
        guard bytes.count <= ScanPattern.longestText else {
            throw PatternError(position: ScanPattern.longestText, reason: "a pattern has at most \(ScanPattern.longestText) bytes")
        }
        var syntax = PatternSyntax(bytes, ignoresCase: ignoresCase)
        let tree = try syntax.parsed()
        guard !tree.isNullable else { throw PatternError(position: 0, reason: "the pattern matches the empty text") }
        var compiler = PatternCompiler()
        program = try compiler.program(of: tree)
        initials = PatternCompiler.initials(of: program)
    }
}

/// A set of bytes, one bit each.
struct ByteSet: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}
    init(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }
    init(_ byte: UInt8) { insert(byte) }

    static let digits = ByteSet(0x30...0x39)
    static let words: ByteSet = digits.union(ByteSet(0x41...0x5A)).union(ByteSet(0x61...0x7A)).union(ByteSet(0x5F))
    static let spaces = ByteSet(0x09...0x0D).union(ByteSet(0x20))
    static let notLineEnd = ByteSet(0x0A).inverted

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word & (1 << UInt64(byte & 63)) != 0
    }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    func union(_ other: ByteSet) -> ByteSet {
        var result = self
        result.words = (words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3)
        return result
    }

    var inverted: ByteSet {
        var result = ByteSet()
        result.words = (~words.0, ~words.1, ~words.2, ~words.3)
        return result
    }

    /// With every ASCII letter in both cases.
    var withBothCases: ByteSet {
        var result = self
        for byte in UInt8(0x41)...0x5A where contains(byte) || contains(byte | 0x20) {
            result.insert(byte)
            result.insert(byte | 0x20)
        }
        return result
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }
}

/// A place in a text that a pattern can ask for.
enum PatternAnchor: UInt8, Sendable {
    case start, end, wordBorder
}

/// The parts of a pattern.
indirect enum PatternTree: Equatable, Sendable {
    case empty
    case bytes(ByteSet)
    case anchor(PatternAnchor)
    case sequence([PatternTree])
    case choice([PatternTree])
    /// At least and at most so often; nil without an upper bound.
    case repeated(PatternTree, Int, Int?)

    /// Whether it can match no byte at all.
    var isNullable: Bool {
        switch self {
        case .empty, .anchor: true
        case .bytes: false
        case .sequence(let parts): parts.allSatisfy(\.isNullable)
        case .choice(let parts): parts.contains(where: \.isNullable)
        case .repeated(let part, let least, _): least == 0 || part.isNullable
        }
    }
}

/// A step of a compiled pattern.
enum PatternStep: Equatable, Sendable {
    case bytes(ByteSet)
    case anchor(PatternAnchor)
    case split(Int, Int)
    case jump(Int)
    case match
}

/// Turns the parts of a pattern into steps. Counted repeats are written out, which is what the limit on steps is for.
struct PatternCompiler {
    private var steps: [PatternStep] = []

    mutating func program(of tree: PatternTree) throws(PatternError) -> [PatternStep] {
        try add(tree)
        try append(.match)
        return steps
    }

    private mutating func append(_ step: PatternStep) throws(PatternError) {
        guard steps.count < ScanPattern.longestProgram else {
            throw PatternError(position: 0, reason: "the pattern takes more than \(ScanPattern.longestProgram) steps: use smaller counts")
        }
        steps.append(step)
    }

    private mutating func add(_ tree: PatternTree) throws(PatternError) {
        switch tree {
        case .empty: break
        case .bytes(let set): try append(.bytes(set))
        case .anchor(let anchor): try append(.anchor(anchor))
        case .sequence(let parts): for part in parts { try add(part) }
        case .choice(let parts): try addChoice(parts)
        case .repeated(let part, let least, let most): try addRepeated(part, least, most)
        }
    }

    private mutating func addChoice(_ parts: [PatternTree]) throws(PatternError) {
        var jumps: [Int] = []
        for (index, part) in parts.enumerated() {
            guard index + 1 < parts.count else {
                try add(part)
                break
            }
            let split = steps.count
            try append(.split(split + 1, 0))
            try add(part)
            jumps.append(steps.count)
            try append(.jump(0))
            steps[split] = .split(split + 1, steps.count)
        }
        for jump in jumps { steps[jump] = .jump(steps.count) }
    }

    private mutating func addRepeated(_ part: PatternTree, _ least: Int, _ most: Int?) throws(PatternError) {
        for _ in 0..<least { try add(part) }
        guard let most else {
            let split = steps.count
            try append(.split(split + 1, 0))
            try add(part)
            try append(.jump(split))
            steps[split] = .split(split + 1, steps.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(steps.count)
            try append(.split(0, 0))
            try add(part)
        }
        for split in splits { steps[split] = .split(split + 1, steps.count) }
    }

    /// The bytes of the steps that can be reached without one. Anchors are taken to hold.
    static func initials(of program: [PatternStep]) -> ByteSet {
        var result = ByteSet()
        var seen = [Bool](repeating: false, count: program.count)
        var open = [0]
        while let step = open.popLast() {
            if seen[step] { continue }
            seen[step] = true
            switch program[step] {
            case .bytes(let set): result = result.union(set)
            case .anchor: open.append(step + 1)
            case .split(let first, let second): open += [first, second]
            case .jump(let target): open.append(target)
            case .match: break
            }
        }
        return result
    }
}
