// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `csv_semicolon`: values separated by semicolons, otherwise like `csv`: what spreadsheets and CRM exports write where the comma is the
/// decimal sign.
public struct CSVSemicolonFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "csv_semicolon", summary: "values separated by semicolons, with or without a header, otherwise like csv",
        defaultLateness: .minutes(2), mappableKeys: ColumnPlan.mappableKeys,
        example: "2026-06-01 02:05:00.123;svc-orders;export;Contact;2000;10.0.4.7")

    private var reader: TableReader

    /// Throws: ``FormatOptionsError`` for a map that cannot be used.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        reader = try TableReader(format: "csv_semicolon", separator: UInt8(ascii: ";"), allowsInnerQuotes: false, map: options.fields)
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
