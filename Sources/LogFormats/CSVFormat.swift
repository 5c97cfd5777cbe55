// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `csv`: comma-separated values with a header, in weir's own keys or, with a field map, under any names; without a header, by the numbers
/// of the columns (`fields: {ts: 1, account: 3}`).
///
/// Values mean what they mean to `json`. Times: see ``LogClock``. See ``TableReader``.
public struct CSVFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "csv", summary: "comma-separated values with a header (a field map gives the columns' names), or without (their numbers)",
        defaultLateness: .minutes(2), mappableKeys: ColumnPlan.mappableKeys,
        example: "2026-06-01 02:05:00.123,svc-orders,export,Contact,2000,10.0.4.7")

    private var reader: TableReader

    /// Throws: ``FormatOptionsError`` for a map that cannot be used.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        reader = try TableReader(format: "csv", separator: UInt8(ascii: ","), allowsInnerQuotes: false, map: options.fields)
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
