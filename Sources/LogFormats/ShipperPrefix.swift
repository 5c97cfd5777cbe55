// weir
// SPDX-License-Identifier: Apache-2.0

/// Finds the object behind what tools put before one: what ``LinePrefix`` knows, a syslog header, or Fluent Bit's tag and time,
/// `access: [1780279500.1, {…}]` or with metadata `access: [[1780279500.1, {}], {…}]`.
enum ShipperPrefix {
    /// Bytes before an object.
    private static let longest = 512

    /// The position of the brace, or a failure of ``JSONSkip``. Complexity: O(bytes of the prefix).
    static func end(_ window: RecordWindow) -> Int {
        let (bytes, start) = (window.bytes, window.start)
        let limit = min(start + longest, window.end)
        let brace = bytes.firstIndex(of: UInt8(ascii: "{"), or: UInt8(ascii: "\n"), from: start, to: limit)
        guard brace < limit else { return limit == start + longest ? JSONSkip.syntax : JSONSkip.more }
        guard bytes[brace] == UInt8(ascii: "{") else { return JSONSkip.syntax }
        if LinePrefix.end(bytes, from: start, to: brace + 1) == brace || SyslogHeader.end(bytes, from: start, to: brace + 1) == brace {
            return brace
        }
        guard let isDouble = tag(bytes, from: start, to: brace) else { return JSONSkip.syntax }
        return isDouble ? metadata(bytes, brace, limit) : brace
    }

    /// Whether `start ..< end` is a tag, one bracket or two, and a time with a comma behind it: how many they are, or nil.
    private static func tag(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Bool? {
        let colon = bytes.firstIndex(of: UInt8(ascii: ":"), or: 0x20, from: start, to: end)
        guard colon > start, colon + 4 < end, bytes.hasASCII(": [", at: colon) else { return nil }
        let isDouble = bytes[colon + 3] == UInt8(ascii: "[")
        let time = colon + (isDouble ? 4 : 3)
        let behind = JSONCursor.skipNumber(bytes, time, end)
        guard behind > time, behind + 2 == end, bytes.hasASCII(", ", at: behind) else { return nil }
        return isDouble
    }

    /// Passes over the metadata of an event.
    private static func metadata(_ bytes: PaddedBytes, _ brace: Int, _ end: Int) -> Int {
        let behind = JSONSkip.value(bytes, brace, end, depth: 1)
        guard behind > 0 else { return behind }
        guard behind + 4 < end else { return JSONSkip.more }
        return bytes.hasASCII("], {", at: behind) ? behind + 3 : JSONSkip.syntax
    }
}
