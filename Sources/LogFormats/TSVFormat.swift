// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `tsv`: tab-separated values, otherwise like `csv`. A quote inside a field that did not begin with one is a character like others.
public struct TSVFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "tsv", summary: "tab-separated values, with or without a header, otherwise like csv", defaultLateness: .minutes(2),
        mappableKeys: ColumnPlan.mappableKeys, example: "2026-06-01 02:05:00.123\tsvc-orders\texport\tContact\t2000\t10.0.4.7")

    private var reader: TableReader

    /// Throws: ``FormatOptionsError`` for a map that cannot be used.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        reader = try TableReader(format: "tsv", separator: 0x09, allowsInnerQuotes: true, map: options.fields)
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
