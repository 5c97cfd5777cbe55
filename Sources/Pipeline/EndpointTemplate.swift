// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats

/// Turns a path into its template: `/api/v3/contacts/12345/notes` → `/api/v3/contacts/{id}/notes`.
///
/// A segment is an id when it is all digits, or has twelve or more characters of which one is a digit (UUIDs, hashes, 15- and 18-character
/// CRM ids), or holds an `@` (somebody's address must not become an endpoint), or is cut by the limit (it might). The name of a cloud's
/// service (`s3.amazonaws.com`) is none. Query strings are cut off.
package enum EndpointTemplate {
    /// Longer paths are cut: an endpoint is a name, not a message.
    package static let limit = 200
    /// Words are shorter, or hold no digit.
    private static let shortestOpaqueID = 12

    /// The longest path that has a ``shape(_:_:_:key:)``.
    static let longestShape = 64

    /// A keyed hash of the template of a path, without making it: two paths have the same shape when they have the same template.
    ///
    /// Paths with ids in them are all different, so that a cache of paths would never hit. `isPlain` says that nothing follows the path and
    /// all in it means itself. Complexity: O(segments). Precondition: 0 < count ≤ ``longestShape``.
    @inline(__always)
    static func shape(_ bytes: PaddedBytes, _ start: Int, _ count: Int, key: UInt64) -> (hash: UInt64, isPlain: Bool) {
        var length = count
        var marked = bytes.maskOfDigits(at: start)
        let special = bytes.maskOfPathSpecials(at: start) & PaddedBytes.lowBits(count)
        if special != 0 {
            let ends = bytes.mask(of: UInt8(ascii: "?"), or: UInt8(ascii: "#"), at: start) | bytes.mask(of: UInt8(ascii: ";"), at: start)
            length = min(count, ends.trailingZeroBitCount)
            marked |= bytes.mask(of: UInt8(ascii: "@"), or: UInt8(ascii: "%"), at: start)
        }
        marked &= PaddedBytes.lowBits(length)
        let slashes = bytes.mask(of: UInt8(ascii: "/"), at: start)
        var state = key
        var done = 0
        // Only segments with a digit or an opaque character can be ids.
        while marked != 0 {
            let first = marked.trailingZeroBitCount
            let before = slashes & PaddedBytes.lowBits(first)
            let segment = 64 &- before.leadingZeroBitCount
            let after = slashes & ~PaddedBytes.lowBits(first)
            let end = min(after.trailingZeroBitCount, length)
            let mask = PaddedBytes.lowBits(end) & ~PaddedBytes.lowBits(segment)
            let isLong = end &- segment >= shortestOpaqueID
            let isID =
                marked & mask == mask || isOpaque(bytes, start, special, mask)
                || isLong && !isService(bytes, start &+ segment, start &+ end)
            if isID {
                state = bytes.hash(from: start &+ done, count: segment &- done, key: state) ^ 0x7D64_697B
                done = end
            }
            marked &= ~mask
        }
        return (bytes.hash(from: start &+ done, count: length &- done, key: state), special == 0)
    }

    /// Whether a segment with a digit or an opaque character has one of the latter.
    @inline(__always)
    private static func isOpaque(_ bytes: PaddedBytes, _ start: Int, _ special: UInt64, _ mask: UInt64) -> Bool {
        special & mask != 0 && bytes.mask(of: UInt8(ascii: "@"), or: UInt8(ascii: "%"), at: start) & mask != 0
    }

    /// Where clouds give their services names.
    private static let services =
        [".amazonaws.com", ".amazonaws.com.cn", ".azure.com", ".googleapis.com", ".windows.net"].map { Array($0.utf8) }
    /// Digits that the name of a service and its region have at most: `s3.eu-central-1`, `route53`. More are somebody's number.
    private static let serviceDigits = 3

    /// Whether a segment is the name of a cloud's service, with its region or without: one or two words of letters, dashes and few digits
    /// that begin with a letter. Complexity: one comparison for most segments.
    private static func isService(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> Bool {
        let last = bytes[end - 1]
        guard last == UInt8(ascii: "m") || last == UInt8(ascii: "n") || last == UInt8(ascii: "t") else { return false }
        let suffix = services.first { suffix in
            end - start > suffix.count && suffix.indices.allSatisfy { bytes[end - suffix.count + $0] == suffix[$0] }
        }
        guard let suffix else { return false }
        var (words, digits, isFirst) = (1, 0, true)
        for place in start..<end - suffix.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: ".") && !isFirst {
                words += 1
                isFirst = true
                continue
            }
            let isDigit = byte &- 0x30 < 10
            guard byte &- 0x61 < 26 || !isFirst && (isDigit || byte == UInt8(ascii: "-")) else { return false }
            digits += isDigit ? 1 : 0
            isFirst = false
        }
        return !isFirst && words <= 2 && digits <= serviceDigits
    }

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
        byte == UInt8(ascii: "/") || endsPath(byte)
    }

    /// Whether a byte is the first behind a path.
    @inline(__always)
    static func endsPath(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";")
    }

    @inline(__always)
    private static func flush(_ bytes: PaddedBytes, _ start: Int, _ end: Int, _ digits: Int, _ isOpaque: Bool, to output: inout ChunkBuffer)
    {
        let count = end - start
        guard count > 0 else { return }
        if isOpaque || digits == count || (digits > 0 && count >= shortestOpaqueID && !isService(bytes, start, end)) {
            output.append(placeholder)
        } else {
            output.append(bytes, from: start, count: count)
        }
    }

    /// `{id}`, the lowest byte first.
    private static var placeholder: UInt32 { 0x7D64_697B }
}
