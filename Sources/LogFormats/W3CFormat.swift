// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `w3c`: logs of IIS, and of whatever else writes the extended format of the W3C, by the names in their `#Fields:` lines.
///
/// The account is `cs-username`. Without a `#Fields:` line columns go by their numbers, `fields: {account: 8, ip: 9}`. See ``W3CReader``.
public struct W3CFormat: LineFormat {
    /// What the catalogue says.
    public static let descriptor = FormatDescriptor(
        name: "w3c", summary: "logs of IIS and others in the extended format of the W3C, by the names in #Fields",
        defaultLateness: .minutes(2), mappableKeys: ColumnPlan.mappableKeys, standIns: ["c-ip"],
        example: "2026-06-01 02:05:00 GET /api/contacts svc-orders 10.0.4.7 sync/2.1 200 51200")

    private var reader: W3CReader

    /// Throws: ``FormatOptionsError`` for a map that cannot be used.
    public init(options: FormatOptions) throws(FormatOptionsError) {
        reader = try W3CReader(format: "w3c", names: [], isFixed: false, map: options.fields)
    }

    /// The `#Fields:` line that is in force.
    public var resumeState: [UInt8] { reader.header }

    /// Takes a `#Fields:` line into force; anything else is ignored.
    public mutating func resume(from state: [UInt8]) { reader.resume(from: state) }

    /// Decodes whole lines; see ``LineFormat/decode(_:from:isFinal:into:)``.
    public mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        reader.decode(bytes, from: start, isFinal: isFinal, into: &lines)
    }
}
