// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats

/// Turns a path into its template: `/api/v3/contacts/12345/notes` → `/api/v3/contacts/{id}/notes`.
///
/// A segment is an id when it is all digits, or has twelve or more characters of which one is a digit (UUIDs, hashes, 15- and 18-character
/// CRM ids), or holds an `@` (somebody's address must not become an endpoint), or is cut by the limit (it might). Query strings are cut
/// off.
package enum EndpointTemplate {
    /// Longer paths are cut: an endpoint is a name, not a message.
    package static let limit = 200

    /// Appends the template of the path in `start ..< end` to `output`. Complexity: O(length), without allocation.
    static func append(_ bytes: PaddedBytes, _ start: Int, _ end: Int, to output: inout ChunkBuffer) {
        let last = min(end, start + limit)
        let isCut = last < end && !isEnd(bytes[last])
        var segment = start
        var digits = 0
        var isOpaque = false
        var position = start
        while position < last {
            let byte = bytes[position]
            if byte == UInt8(ascii: "/") {
                flush(bytes, segment, position, digits, isOpaque, to: &output)
                output.append(bytes, from: position, count: 1)
                segment = position + 1
                digits = 0
                isOpaque = false
            } else if byte &- 0x30 < 10 {
                digits += 1
            } else if byte == UInt8(ascii: "@") || byte == UInt8(ascii: "%") {
                isOpaque = true
            } else if isEnd(byte) {
                break
            }
            position += 1
        }
        flush(bytes, segment, position, digits, isOpaque || (isCut && position == last), to: &output)
    }

    /// Whether a byte ends a segment: the next one, or what is not part of the path.
    @inline(__always)
    private static func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";")
    }

    @inline(__always)
    private static func flush(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ digits: Int, _ isOpaque: Bool, to output: inout ChunkBuffer)
    {
        let count = end - start
        guard count > 0 else { return }
        if isOpaque || digits == count || (digits > 0 && count >= 12) {
            output.append(placeholder)
        } else {
            output.append(bytes, from: start, count: count)
        }
    }

    /// `{id}`, the lowest byte first.
    private static var placeholder: UInt32 { 0x7D64_697B }
}
