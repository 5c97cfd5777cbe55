// weir
// SPDX-License-Identifier: Apache-2.0

import LogFormats

/// Turns a path into its template: `/api/v3/contacts/12345/notes` → `/api/v3/contacts/{id}/notes`.
///
/// A segment is an id when it is all digits, or has twelve or more characters of which one is a digit (UUIDs, hashes, 15- and 18-character
/// CRM ids), or holds an `@` (somebody's address must not become an endpoint). Query strings are cut off.
package enum EndpointTemplate {
    /// Longer paths are cut: an endpoint is a name, not a message.
    package static let limit = 200

    /// Appends the template of `path` to `output`.
    package static func append(_ path: some Sequence<UInt8>, to output: inout [UInt8]) {
        var segment: [UInt8] = []
        let first = output.count
        for byte in path {
            if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") { break }
            if byte == UInt8(ascii: "/") {
                flush(&segment, to: &output)
                output.append(byte)
            } else {
                segment.append(byte)
            }
            if output.count - first + segment.count > limit { break }
        }
        flush(&segment, to: &output)
    }

    private static func flush(_ segment: inout [UInt8], to output: inout [UInt8]) {
        guard !segment.isEmpty else { return }
        if isIdentifier(segment) {
            output.append(contentsOf: "{id}".utf8)
        } else {
            output.append(contentsOf: segment)
        }
        segment.removeAll(keepingCapacity: true)
    }

    static func isIdentifier(_ segment: [UInt8]) -> Bool {
        var digits = 0
        for byte in segment {
            if byte == UInt8(ascii: "@") || byte == UInt8(ascii: "%") { return true }
            if byte >= 0x30 && byte <= 0x39 { digits += 1 }
        }
        return digits == segment.count || (digits > 0 && segment.count >= 12)
    }
}
