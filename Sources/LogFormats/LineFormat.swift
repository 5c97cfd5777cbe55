// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A log format: turns bytes into ``DecodedLine`` values without `String`, allocation or throw per line.
///
/// A format MUST give the same lines for any split of the bytes into chunks, MUST make progress on any input that holds a line end (a
/// format whose records may span lines: on any that ends a record or is longer than its longest), MUST consume everything when the input is
/// final, must not hand over lines that ``resumeState`` would decode otherwise, and MUST NOT fail on any input: a line that it cannot use
/// is counted with a reason. One value decodes one stream.
public protocol LineFormat: Sendable {
    /// What the settings, `weir formats` and the contract tests know of it.
    static var descriptor: FormatDescriptor { get }

    /// Throws: ``FormatOptionsError`` with every option that it cannot use.
    init(options: FormatOptions) throws(FormatOptionsError)

    /// Decodes whole lines from `start` on until the bytes end or `lines` is full.
    ///
    /// - Parameter isFinal: the stream ends with these bytes, so a last line without an end counts.
    /// - Returns: the position behind the last line consumed; the bytes from there on come again with the next chunk.
    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int

    /// What the format learnt from the stream's start and would miss when resuming in its middle: a CSV header, say.
    var resumeState: [UInt8] { get }

    /// Takes up the state that ``resumeState`` gave. Bytes that make no sense are ignored: the format then waits for the next header.
    mutating func resume(from state: [UInt8])
}

extension LineFormat {
    /// Nothing is learnt.
    public var resumeState: [UInt8] { [] }
    /// Nothing was learnt.
    public mutating func resume(from state: [UInt8]) {}
}

/// The options of a source block that reach its format.
public struct FormatOptions: Equatable, Sendable {
    /// weir's key → where it stands in the line, a dotted path for `json` and a column name for tables.
    public var fields: [String: String]
    /// What stands around each line, if anything; ``FormatCatalog/decoder(of:options:)`` sees to it, formats do not.
    public var wrapper: LineWrapper?

    /// Options with a map, empty unless given.
    public init(fields: [String: String] = [:], wrapper: LineWrapper? = nil) {
        self.fields = fields
        self.wrapper = wrapper
    }
}

/// Options that a format cannot use.
public struct FormatOptionsError: Error, Equatable, Sendable {
    /// One sentence for each problem, each naming the key.
    public let problems: [String]

    /// An error with its sentences.
    public init(problems: [String]) { self.problems = problems }
}

/// What the catalogue says about a format.
public struct FormatDescriptor: Sendable {
    /// The name in settings.
    public let name: String
    /// One line for the manual.
    public let summary: String
    /// How long events may arrive out of order before they are late, unless the settings say otherwise.
    public let defaultLateness: EventDuration
    /// The keys a `fields` map may name; empty when the format takes none.
    public let mappableKeys: [String]
    /// The columns that a `fields` map may name; empty where they are the log's own.
    public let columns: [String]
    /// Columns that may stand for the account of a log that names none, the best first.
    public let standIns: [String]
    /// Keys that only this log has: a log that lacks one of each of these groups is another product's, however well it can be read. For
    /// formats of JSON records, which find a time and an account in many logs; compared without case and underscores.
    public let marks: [[String]]
    /// Where a record has its time, the best place first: a key, or a path with dots. Empty for lines that are no JSON records.
    public let timeKeys: [String]
    /// One line of it, for the manual.
    public let example: String

    /// What is said of a format.
    public init(
        name: String, summary: String, defaultLateness: EventDuration, mappableKeys: [String] = [], columns: [String] = [],
        standIns: [String] = [], marks: [[String]] = [], timeKeys: [String] = [], example: String
    ) {
        self.name = name
        self.summary = summary
        self.defaultLateness = defaultLateness
        self.mappableKeys = mappableKeys
        self.columns = columns
        self.standIns = standIns
        self.marks = marks
        self.timeKeys = timeKeys
        self.example = example
    }
}
