// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats

/// Where in a listing a request stands, by a number in its query string: `/contacts?limit=200&offset=4000`.
///
/// Only offsets and numbers of pages, which say nothing of any record. An opaque cursor has no order that anybody else could see, and an id
/// is somebody's: neither is looked at. Where a request has several, the last one counts.
enum ListingPosition {
    /// Longer numbers are no offsets, but times in seconds, which go on by themselves.
    private static let mostDigits = 9

    private static let names: Set<String> = [
        "offset", "$skip", "skip", "start", "startat", "start_at", "startindex", "from", "page", "pagenumber", "page_number",
        "page[number]",
        "page[offset]", "p",
    ]
    private static let longestName = names.map(\.utf8.count).max() ?? 0

    /// Nil where the path has no query string, or none of these numbers in it. Complexity: O(length).
    static func read(_ bytes: PaddedBytes, from start: Int, to end: Int) -> UInt64? {
        var position = bytes.firstIndex(of: UInt8(ascii: "?"), from: start, to: end)
        guard position < end else { return nil }
        var found: UInt64?
        while position < end {
            let next = bytes.firstIndex(of: UInt8(ascii: "&"), from: position + 1, to: end)
            let equals = bytes.firstIndex(of: UInt8(ascii: "="), from: position + 1, to: next)
            if equals < next, equals - position - 1 <= longestName, let number = number(bytes, equals + 1, next),
                names.contains(String(decoding: bytes.copy(position + 1..<equals), as: UTF8.self).lowercased())
            {
                found = number
            }
            position = next
        }
        return found
    }

    private static func number(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> UInt64? {
        guard (1...mostDigits).contains(end - start) else { return nil }
        var value: UInt64 = 0
        for index in start..<end {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + UInt64(digit)
        }
        return value
    }
}
