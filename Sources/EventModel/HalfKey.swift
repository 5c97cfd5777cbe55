// weir
// SPDX-License-Identifier: Apache-2.0

/// The ``AccessEvent/rowKey`` of a row that tells half of an export (``AccessEvent/Presence/half``): what it shares with the other half,
/// and what it shares with nothing but a second delivery of itself.
///
/// 26 bits of the request, 18 of the report, 20 of the row; a part that the row does not state is 0. Few, because an event has 64 bits for
/// them: two halves are only compared within an account and an hour, and rows are also told apart by their time and volume.
public enum HalfKey {
    /// A key from hashes; a hash of 0 is "not stated". Nil where neither request nor report is.
    ///
    /// - Parameter organization: whose they are: a source may hold the files of several.
    public static func make(request: UInt64, report: UInt64, organization: UInt64, row: UInt64) -> UInt64? {
        guard request != 0 || report != 0 else { return nil }
        let salt = organization &* 0x9E37_79B9_7F4A_7C15
        let (request, report) = (request == 0 ? 0 : request ^ salt, report == 0 ? 0 : report ^ salt)
        return part(request, bits: 26) << 38 | part(report, bits: 18) << 20 | row & 0xF_FFFF
    }

    /// The request's part.
    public static func request(_ key: UInt64) -> UInt64 { key >> 38 }

    /// The report's part.
    public static func report(_ key: UInt64) -> UInt64 { key >> 20 & 0x3_FFFF }

    /// The high bits of a hash, and never 0 for a hash that is not 0.
    private static func part(_ hash: UInt64, bits: Int) -> UInt64 { hash == 0 ? 0 : max(hash >> UInt64(64 - bits), 1) }
}
