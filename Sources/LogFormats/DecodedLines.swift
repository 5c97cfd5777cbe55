// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A piece of text found in a line: a range of the chunk, or, for text that had to be unescaped, of the scratch bytes.
///
/// State: 8 bytes. Length 0 means the line did not have it.
public struct TextRange: Equatable, Sendable {
    /// Where the text starts.
    public var start: UInt32
    /// The length; the top bit says that the text is in the scratch bytes.
    private var lengthAndPlace: UInt32

    /// A range of the chunk, or of the scratch bytes.
    @inline(__always)
    public init(start: Int, count: Int, isScratch: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        lengthAndPlace = UInt32(truncatingIfNeeded: count) | (isScratch ? 0x8000_0000 : 0)
    }

    /// No text.
    public static let none = TextRange(start: 0, count: 0)

    /// Bytes of the text.
    /// Whether the line did not have it.
    /// Whether the text is in the scratch bytes.
    @inline(__always) public var count: Int { Int(lengthAndPlace & 0x7FFF_FFFF) }
    /// Whether the text is in the scratch bytes.
    @inline(__always) public var isScratch: Bool { lengthAndPlace >> 31 != 0 }
    /// Whether the line did not have it.
    @inline(__always) public var isEmpty: Bool { count == 0 }
}

/// One line that a format understood, before its names are given numbers.
public struct DecodedLine: Sendable {
    /// When it happened.
    public var time = EventTime(milliseconds: 0)
    /// Records moved, if ``presence`` says so.
    public var rows: UInt64 = 0
    /// Bytes moved, if ``presence`` says so.
    public var bytes: UInt64 = 0
    /// See ``AccessEvent/rowKey``.
    public var rowKey: UInt64 = 0
    /// Who did it. Never empty.
    public var account = TextRange.none
    /// The route or path.
    public var endpoint = TextRange.none
    /// The object of the store.
    public var object = TextRange.none
    /// The address that the request came from.
    public var address = TextRange.none
    /// Where the line starts in the chunk.
    public var start: UInt32 = 0
    /// The HTTP status; 0 is unknown.
    public var status: UInt16 = 0
    /// What was done.
    public var operation = Operation.unknown
    /// Whether the account is a program or a person.
    public var kind = AccountKind.unknown
    /// Which numbers the line stated.
    public var presence: AccessEvent.Presence = []
    /// Where in ``DecodedLines/details`` the line's detail is, if ``presence`` says so.
    public var detail: UInt16 = 0
    /// Where in ``DecodedLines/movements`` the line's movement is, if ``presence`` says so.
    public var movement: UInt16 = 0

    /// A line that says nothing yet.
    @inline(__always)
    public init() {}
}

/// What few lines state; see ``EventDetail``.
public struct LineDetail: Sendable {
    /// Calls used of an API limit, and the limit; 0 is unknown.
    public var limitUsed: UInt64 = 0
    /// See ``limitUsed``.
    public var limitMax: UInt64 = 0
    /// The export or query job.
    public var job = TextRange.none
    /// The user agent.
    public var agent = TextRange.none
    /// The record or product.
    public var item = TextRange.none
    /// The search text.
    public var query = TextRange.none

    /// Nothing stated.
    @inline(__always)
    public init() {}
}

/// What a line states of the records that it is about, as it states it.
public struct LineMovement: Sendable {
    /// What may be stated.
    public enum Key: Int, CaseIterable, Sendable {
        case env = 0
        case dataClass, synthetic, provenance, parent, disclosed, dest, destEnv, destRegion, region, tls, scheme, session, text
    }

    private var texts = InlineArray<14, TextRange>(repeating: .none)

    /// Nothing stated.
    @inline(__always)
    public init() {}

    /// The text of a key; empty where the line does not have it.
    public subscript(key: Key) -> TextRange {
        get { texts[key.rawValue] }
        set { texts[key.rawValue] = newValue }
    }
}

/// Why a line was refused. Each is counted by name, with one masked example.
public enum MalformedReason: UInt8, CaseIterable, Sendable {
    case syntax = 0
    case missingTime, badTime, missingAccount, badNumber, controlCharacterInName, duplicateKey
    case unbalancedQuote, wrongColumnCount, missingHeader, lineTooLong, nestingTooDeep, utf16

    /// The name in metrics, in `status` and in the summary of a replay.
    public var name: String {
        switch self {
        case .syntax: "syntax"
        case .missingTime: "missing_time"
        case .badTime: "bad_time"
        case .missingAccount: "missing_account"
        case .badNumber: "bad_number"
        case .controlCharacterInName: "control_character_in_name"
        case .duplicateKey: "duplicate_key"
        case .unbalancedQuote: "unbalanced_quote"
        case .wrongColumnCount: "wrong_column_count"
        case .missingHeader: "missing_header"
        case .lineTooLong: "line_too_long"
        case .nestingTooDeep: "nesting_too_deep"
        case .utf16: "utf16"
        }
    }
}

/// What a format made of one chunk: the lines it understood, in order, and what it made of the others.
///
/// Reused from chunk to chunk, so that decoding allocates nothing once the arrays have grown.
public struct DecodedLines: Sendable {
    /// Lines that a format decodes before it hands over: small enough for the lines to stay in the first-level cache.
    public static let limit = 256

    /// The lines that were understood, in the order of the chunk.
    public var lines: [DecodedLine] = []
    /// What some of the lines state beside; each knows its own by ``DecodedLine/detail``.
    public var details: [LineDetail] = []
    /// What some of the lines state of records; each knows its own by ``DecodedLine/movement``.
    public var movements: [LineMovement] = []
    /// Text that had to be unescaped.
    public var scratch: [UInt8] = []
    /// Lines that are none of the format's business. Where they stood is noted beside, so that a restart counts each of them once.
    public var ignored: UInt64 = 0 {
        didSet { if ignored > oldValue { noteIgnored(ignored - oldValue) } }
    }
    public private(set) var ignoredRuns: [IgnoredRun] = []
    /// Lines that were refused, in the order of the chunk.
    public var malformed: [Malformed] = []

    /// A refused line: where, and why.
    public struct Malformed: Sendable {
        /// Why.
        public var reason: MalformedReason
        /// Where it starts in the chunk.
        public var start: UInt32
        /// Its bytes.
        public var count: UInt32
    }

    /// Ignored lines, and how many understood ones came before them.
    public struct IgnoredRun: Equatable, Sendable {
        public var linesBefore: Int
        public var count: UInt64
    }

    /// No lines, with room for ``limit``.
    public init() {
        lines.reserveCapacity(DecodedLines.limit)
        malformed.reserveCapacity(DecodedLines.limit)
    }

    /// Forgets the lines, keeps the memory.
    public mutating func removeAll() {
        lines.removeAll(keepingCapacity: true)
        details.removeAll(keepingCapacity: true)
        movements.removeAll(keepingCapacity: true)
        scratch.removeAll(keepingCapacity: true)
        malformed.removeAll(keepingCapacity: true)
        ignoredRuns.removeAll(keepingCapacity: true)
        ignored = 0
    }

    /// Whether the format should stop and hand over. Refused and ignored lines fill it too, so that a chunk of garbage stays bounded.
    @inline(__always)
    public var isFull: Bool { lines.count + malformed.count >= DecodedLines.limit }

    /// Appends a line with what it states beside.
    public mutating func append(_ line: DecodedLine, _ detail: LineDetail?, _ movement: LineMovement? = nil) {
        // Lines that were put back leave theirs behind, so a chunk may have more of them than lines; beyond 65,536 they are left out.
        var line = line
        if let detail, details.count <= Int(UInt16.max) {
            line.presence.insert(.detail)
            line.detail = UInt16(details.count)
            details.append(detail)
        }
        if let movement, movements.count <= Int(UInt16.max) {
            line.presence.insert(.movement)
            line.movement = UInt16(movements.count)
            movements.append(movement)
        }
        lines.append(line)
    }

    /// Forgets line `index` and everything behind its start, which will be decoded again.
    public mutating func putBack(from index: Int) {
        let start = lines[index].start
        lines.removeLast(lines.count - index)
        malformed.removeAll { $0.start >= start }
        ignoredRuns.removeAll { $0.linesBefore > index }
    }

    private mutating func noteIgnored(_ count: UInt64) {
        if let last = ignoredRuns.last, last.linesBefore == lines.count {
            ignoredRuns[ignoredRuns.count - 1].count += count
        } else {
            ignoredRuns.append(IgnoredRun(linesBefore: lines.count, count: count))
        }
    }

    /// Notes a refused line.
    public mutating func refuse(_ reason: MalformedReason, start: Int, end: Int) {
        malformed.append(
            Malformed(reason: reason, start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: end - start)))
    }
}
