// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// A format that takes a line only if it begins with a brace, and then as ``JSONFormat`` does.
struct StrictFormat: LineFormat {
    static let descriptor = FormatDescriptor(name: "strict", summary: "for tests", defaultLateness: .minutes(2), example: "{}")

    private var json: JSONFormat

    init(options: FormatOptions) throws(FormatOptionsError) { json = try JSONFormat(options: options) }

    mutating func decode(_ bytes: PaddedBytes, from start: Int, isFinal: Bool, into lines: inout DecodedLines) -> Int {
        var position = start
        while position < bytes.count && !lines.isFull {
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position, to: bytes.count)
            if end == bytes.count && !isFinal { break }
            if bytes[position] == UInt8(ascii: "{") {
                position = decodeOne(bytes, position, isFinal, &lines)
            } else {
                lines.refuse(.syntax, start: position, end: end)
                position = min(end + 1, bytes.count)
            }
        }
        return position
    }

    /// Leaves the decoder room for one line only.
    private mutating func decodeOne(_ bytes: PaddedBytes, _ position: Int, _ isFinal: Bool, _ lines: inout DecodedLines) -> Int {
        let kept = lines.malformed
        while lines.lines.count + lines.malformed.count < DecodedLines.limit - 1 { lines.refuse(.syntax, start: 0, end: 0) }
        let next = json.decode(bytes, from: position, isFinal: isFinal, into: &lines)
        lines.malformed = kept
        return next
    }
}
