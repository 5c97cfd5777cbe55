// weir
// SPDX-License-Identifier: Apache-2.0

/// Finds personal data and secrets in text, in one pass over its bytes.
///
/// Sixty-four bytes at a time, masks say where something can begin or be recognised: a number behind no word, an `@`, a `+`, two letters
/// and two digits, a long run of token characters, a key's end. Only those places are looked at, each by an exact check: ranges, lengths,
/// checksums, the words before it.
///
/// One value serves one thread and any number of texts; a scan forgets the one before. It keeps no byte of a text: what leaves is type,
/// place, length and count, and a hash if the caller asks for one.
///
/// Limits: keys and words are ASCII, and so are addresses (a domain in its `xn--` form). Values that a line break divides are missed.
/// State: 14 KiB and the patterns. Complexity: O(n); at each place at most ~400 bytes around it are looked at. No allocation per text.
package struct ContentScanner: Sendable {
    /// Matches kept of one text; those beyond are counted only.
    package static let matchesKept = 64

    /// What the last text had, in the order in which it was recognised, at most ``matchesKept``.
    package private(set) var matches: [ScanMatch] = []
    /// How much of each type the last text had, every match counted.
    package private(set) var counts = ScanCounts()

    let wanted: PersonalDataTypes
    let reader = KeyReader()
    let reserved: ReservedValues
    let secrets = SecretForms()
    private var patterns: [PatternMatcher]
    private let wantsFields: Bool
    private let wantsNumbers: Bool
    private let wantsCodes: Bool

    /// What the caller says of the value that is scanned.
    private(set) var key: KeyTraits = []
    /// Bytes before it belong to a match.
    private(set) var free = 0
    /// Colons before it have been looked at together.
    var colonsRead = 0

    /// A scanner for some options. A pattern beyond the 255th is not looked for.
    package init(_ options: ScanOptions) {
        wanted = options.effectiveTypes
        reserved = ReservedValues(domains: options.syntheticDomains, prefixes: options.syntheticPrefixes)
        patterns = wanted.contains(.custom) ? options.patterns.prefix(255).map { PatternMatcher($0) } : []
        wantsFields = [.personName, .postalAddress, .secret, .networkAddress].contains { options.effectiveTypes.contains($0) }
        let national = PersonalDataType.allCases.contains { $0.country != nil && options.effectiveTypes.contains($0) }
        let numbers: [PersonalDataType] = [.card, .phone, .dateOfBirth, .networkAddress]
        wantsNumbers = national || numbers.contains { options.effectiveTypes.contains($0) }
        wantsCodes = national || wanted.contains(.iban)
        matches.reserveCapacity(ContentScanner.matchesKept)
    }

    /// What the name of a field says, for ``scan(_:key:)``. Worth keeping where the same names come again and again.
    package func traits(ofKey name: Span<UInt8>) -> KeyTraits { reader.traits(ofKey: name, from: 0, to: name.count) }

    /// Scans a text: a whole line, a value, a payload.
    ///
    /// - Parameter key: what the name of the field says whose value this is; nothing for a text that holds its own keys.
    package mutating func scan(_ bytes: Span<UInt8>, key: KeyTraits = []) {
        matches.removeAll(keepingCapacity: true)
        counts.removeAll()
        free = 0
        colonsRead = 0
        self.key = key
        var triggers = TriggerScan()
        var index = 0
        while index < bytes.count {
            triggers.advance(BlockMasks(bytes, at: index))
            var places = triggers.all(fields: wantsFields, numbers: wantsNumbers, codes: wantsCodes)
            while places != 0 {
                let bit = places & (0 &- places)
                places &= places &- 1
                visit(index &+ bit.trailingZeroBitCount, bit, triggers, bytes)
            }
            index &+= 64
        }
        if !key.isEmpty { visitWhole(bytes) }
        scanPatterns(bytes)
    }

    /// Looks at one place with the checks whose trigger is there.
    @inline(__always)
    private mutating func visit(_ position: Int, _ bit: UInt64, _ triggers: TriggerScan, _ bytes: Span<UInt8>) {
        guard position >= free else { return }
        if triggers.numbers & bit != 0 && wantsNumbers { visitNumber(at: position, bytes) }
        if triggers.ats & bit != 0 { visitAt(position, bytes) }
        if triggers.keys & bit != 0 && wantsFields { visitKey(endingAt: position, bytes) }
        if triggers.pluses & bit != 0 && wanted.contains(.phone) { visitPlus(at: position, digitsFrom: position &+ 1, bytes) }
        if triggers.codes & bit != 0 && wantsCodes { visitCode(fourthAt: position, bytes) }
        if triggers.longCodes & bit != 0 && wanted.contains(.nationalItaly) { visitLongCode(eighthAt: position, bytes) }
        if triggers.tokens & bit != 0 && wanted.contains(.secret) { visitToken(sixteenthAt: position, bytes) }
        if triggers.rules & bit != 0 && wanted.contains(.secret) { visitRule(fifthAt: position, bytes) }
    }

    private mutating func scanPatterns(_ bytes: Span<UInt8>) {
        for index in patterns.indices {
            var start = 0
            while let range = patterns[index].firstMatch(in: bytes, from: start) {
                report(.custom, pattern: UInt8(index), range.lowerBound, range.upperBound, 1, isReserved: false, bytes)
                start = range.upperBound
            }
        }
    }

    /// Takes a match into the result if its type is wanted. What it covers is not looked at again.
    mutating func report(
        _ type: PersonalDataType, pattern: UInt8 = 0, _ start: Int, _ end: Int, _ confidence: Float, isReserved: Bool,
        _ bytes: Span<UInt8>
    ) {
        guard wanted.contains(type) else { return }
        let isReserved = isReserved || (reserved.hasPrefixes && reserved.isSynthetic(type, bytes, from: start, to: end))
        let match = ScanMatch(
            type: type, pattern: pattern, offset: start, length: end - start, confidence: confidence, isReserved: isReserved)
        counts.add(match)
        if matches.count < ContentScanner.matchesKept { matches.append(match) }
        free = max(free, end)
    }

    /// What is known of the value that begins at `position`: its key in the text, the words before it, and the caller's key.
    func traits(before position: Int, _ bytes: Span<UInt8>) -> KeyTraits {
        let inside = reader.traits(before: position, in: bytes)
        return key.isEmpty ? inside : inside.union(key)
    }
}

/// Which places of a block are worth a look, from the masks of it and of the block before.
struct TriggerScan {
    /// Where a number begins that no letter, digit or underscore precedes.
    private(set) var numbers: UInt64 = 0
    private(set) var ats: UInt64 = 0
    private(set) var keys: UInt64 = 0
    private(set) var pluses: UInt64 = 0
    /// The second digit behind two letters that begin a word, and the first behind one letter.
    private(set) var codes: UInt64 = 0
    /// The second digit behind six letters that begin a word.
    private(set) var longCodes: UInt64 = 0
    /// The sixteenth of a run of letters, digits, `-` and `_`.
    private(set) var tokens: UInt64 = 0
    /// The fifth `-` of a run, or a later one.
    private(set) var rules: UInt64 = 0

    // What the block before had.
    private var digits: UInt64 = 0
    private var letters: UInt64 = 0
    private var pairs: UInt64 = 0
    private var sixes: UInt64 = 0
    private var words: UInt64 = 0
    private var dashes: UInt64 = 0
    private var escapes: UInt64 = 0
    private var runs: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)

    @inline(__always)
    private static func back(_ now: UInt64, _ before: UInt64, _ places: UInt64) -> UInt64 { now &<< places | before &>> (64 &- places) }

    /// The places of interest of the current block. Complexity: O(1).
    @inline(__always)
    func all(fields: Bool, numbers wantsNumbers: Bool, codes wantsCodes: Bool) -> UInt64 {
        var result = ats | tokens | rules | pluses
        if fields { result |= keys }
        if wantsNumbers { result |= numbers }
        if wantsCodes { result |= codes | longCodes }
        return result
    }

    /// Moves on to the next block.
    @inline(__always)
    mutating func advance(_ masks: BlockMasks) {
        // The letter of an escape (\n, \t) belongs to no word: what follows it begins one.
        let nowLetters = masks.letters & ~TriggerScan.back(masks.escapes, escapes, 1)
        let nowWords = nowLetters | masks.digits | masks.underscores
        let nowPairs = nowLetters & TriggerScan.back(nowLetters, letters, 1)
        let nowSixes = nowPairs & TriggerScan.back(nowPairs, pairs, 2) & TriggerScan.back(nowPairs, pairs, 4)
        let twoDigits = masks.digits & TriggerScan.back(masks.digits, digits, 1)

        numbers = masks.digits & ~TriggerScan.back(nowWords, words, 1)
        ats = masks.ats
        keys = masks.keys
        pluses = masks.pluses
        codes = twoDigits & TriggerScan.back(nowPairs, pairs, 2) & ~TriggerScan.back(nowWords, words, 4)
        codes |= masks.digits & TriggerScan.back(nowLetters, letters, 1) & ~TriggerScan.back(nowWords, words, 2)
        longCodes = twoDigits & TriggerScan.back(nowSixes, sixes, 2) & ~TriggerScan.back(nowWords, words, 8)
        advanceRuns(nowWords | masks.dashes, masks.dashes)

        digits = masks.digits
        letters = nowLetters
        pairs = nowPairs
        sixes = nowSixes
        words = nowWords
        escapes = masks.escapes
    }

    @inline(__always)
    private mutating func advanceRuns(_ token: UInt64, _ nowDashes: UInt64) {
        let two = token & TriggerScan.back(token, runs.0, 1)
        let four = two & TriggerScan.back(two, runs.1, 2)
        let eight = four & TriggerScan.back(four, runs.2, 4)
        let sixteen = eight & TriggerScan.back(eight, runs.3, 8)
        tokens = sixteen & ~TriggerScan.back(sixteen, runs.4, 1)
        runs = (token, two, four, eight, sixteen)
        let dashPair = nowDashes & TriggerScan.back(nowDashes, dashes, 1)
        // The pairs of the block before end with it: its last three bytes are enough.
        let lastPairs = dashes & dashes &<< 1
        let dashFour = dashPair & TriggerScan.back(dashPair, lastPairs, 2)
        rules = dashFour & TriggerScan.back(nowDashes, dashes, 4)
        dashes = nowDashes
    }
}
