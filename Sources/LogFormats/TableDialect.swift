// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What one kind of table is called, and how its values are separated.
public protocol TableDialect: Sendable {
    /// What the catalogue says.
    static var descriptor: FormatDescriptor { get }
    /// What stands between two values.
    static var separator: UInt8 { get }
    /// Whether a quote inside a field that did not begin with one is a character like others.
    static var allowsInnerQuotes: Bool { get }
}

extension TableDialect {
    /// It is a fault.
    public static var allowsInnerQuotes: Bool { false }
}

/// A table of values with a header, in weir's own keys or, with a field map, under any names; without a header, by the numbers of the
/// columns (`fields: {ts: 1, account: 3}`).
///
/// Values mean what they mean to `json`. Times: see ``LogClock``. See ``TableReader``.
public struct TableFormat<Dialect: TableDialect>: LineFormat {
    /// What the catalogue says.
    public static var descriptor: FormatDescriptor { Dialect.descriptor }

    private var reader: TableReader

    /// What the catalogue says of a table.
    static func descriptor(_ name: String, _ summary: String, example: String) -> FormatDescriptor {
        FormatDescriptor(
            name: name, summary: summary, defaultLateness: .minutes(2), mappableKeys: ColumnPlan.mappableKeys, example: example)
    }

    /// Throws: ``FormatOptionsError`` for a map that cannot be used.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        reader = try TableReader(
            format: Dialect.descriptor.name, separator: Dialect.separator, allowsInnerQuotes: Dialect.allowsInnerQuotes, map: options.fields
        )
    }

    /// The header that is in force, as it stood in the file.
    public var resumeState: [UInt8] { reader.header }

    /// Takes a header into force; anything else is ignored.
    public mutating func resume(from state: [UInt8]) { reader.resume(from: state) }

    /// Decodes whole records; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        reader.decode(bytes, from: start, isFinal: isFinal, into: &lines)
    }
}
