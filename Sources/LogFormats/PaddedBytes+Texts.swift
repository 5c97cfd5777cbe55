// weir
// SPDX-License-Identifier: Apache-2.0

/// What texts mean wherever a log has them.
extension PaddedBytes {
    /// The path of an absolute URL such as `https://host/path?x=1`, or the text itself when it is none, or has no path.
    @inline(__always)
    package func path(from start: Int, to end: Int) -> TextRange {
        // Nearly every endpoint begins with a slash, or is a name: one look tells. The schemes are `http`, `https`, `ws` and `wss`.
        let letters = half(at: start) | 0x2020_2020
        guard letters == 0x7074_7468 || letters & 0xFFFF == 0x7377 else { return TextRange(start: start, count: end &- start) }
        return pathOfURL(from: start, to: end)
    }

    @inline(never)
    private func pathOfURL(from start: Int, to end: Int) -> TextRange {
        let path = pathStart(from: start, to: end) ?? start
        return path == end ? TextRange(start: start, count: end - start) : TextRange(start: path, count: end - path)
    }

    /// Where the path of an absolute URL starts, of whatever scheme: `end` when it has none, nil when the text is no absolute URL.
    @inline(never)
    func pathStart(from start: Int, to end: Int) -> Int? { PaddedBytes.pathStart(from: start, to: end) { self[$0] } }

    /// The same as ``path(from:to:)`` for a text that was copied.
    @inline(never)
    static func path(of text: TextRange, in scratch: [UInt8]) -> TextRange {
        let start = Int(text.start)
        let end = start + text.count
        guard let path = pathStart(from: start, to: end, { scratch[$0] }), path < end else { return text }
        return TextRange(start: path, count: end - path, isScratch: true)
    }

    /// Complexity: O(length of scheme and host).
    @inline(__always)
    private static func pathStart(from start: Int, to end: Int, _ byte: (Int) -> UInt8) -> Int? {
        var position = start
        while position < end && isOfScheme(byte(position)) { position += 1 }
        guard position > start, position + 2 < end, byte(position) == UInt8(ascii: ":"), byte(position + 1) == UInt8(ascii: "/"),
            byte(position + 2) == UInt8(ascii: "/")
        else { return nil }
        position += 3
        while position < end && byte(position) != UInt8(ascii: "/") {
            // A slash behind these is the query's.
            if byte(position) == UInt8(ascii: "?") || byte(position) == UInt8(ascii: "#") { return end }
            position += 1
        }
        return position
    }

    private static func isOfScheme(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".")
    }

    /// The method's letters in one little-endian word and the target's path of `GET /path HTTP/1.1`; nil for any other text.
    @inline(never)
    func requestLine(from start: Int, to end: Int) -> (method: UInt64, path: TextRange)? {
        var blank = start
        while blank < end && self[blank] &- 0x41 < 26 { blank += 1 }
        guard blank > start, blank - start <= 8, blank + 1 < end, self[blank] == 0x20 else { return nil }
        let target = path(from: blank + 1, to: firstIndex(of: 0x20, from: blank + 1, to: end))
        guard target.count > 0, self[Int(target.start)] == UInt8(ascii: "/") else { return nil }
        return (word(at: start) & PaddedBytes.firstBytes(blank - start), target)
    }

    /// An address, the first of a chain, without the port behind it, `192.0.2.1:4711` or `[2001:db8::1]:4711`; any other text as it is.
    func withoutPort(_ text: TextRange) -> TextRange {
        guard !text.isScratch, text.count > 2 else { return text }
        let start = Int(text.start)
        let comma = firstIndex(of: UInt8(ascii: ","), from: start, to: start + text.count)
        if comma < start + text.count && CombinedPrefix.isAddress(self, from: start, to: comma) {
            return withoutPort(TextRange(start: start, count: comma - start))
        }
        let end = start + text.count
        if self[start] == UInt8(ascii: "[") {
            let close = firstIndex(of: UInt8(ascii: "]"), from: start, to: end)
            return close < end && CombinedPrefix.isAddress(self, from: start, to: end)
                ? TextRange(start: start + 1, count: close - start - 1) : text
        }
        let colon = firstIndex(of: UInt8(ascii: ":"), from: start, to: end)
        let isPort = colon < end && firstIndex(of: UInt8(ascii: ":"), from: colon + 1, to: end) == end
        return isPort && CombinedPrefix.isAddress(self, from: start, to: colon) ? TextRange(start: start, count: colon - start) : text
    }

    /// Whether a text is what writers put for nothing: `-`, `N/A`, `NOT_SET`, or no character at all.
    func saysNothing(from start: Int, to end: Int) -> Bool {
        switch end - start {
        case ...0: return true
        case 1: return self[start] == UInt8(ascii: "-")
        case 3: return hasASCII("N/A", at: start) || hasASCII("n/a", at: start)
        // PHP escapes every slash.
        case 4: return hasASCII("null", at: start) || hasASCII("NULL", at: start) || hasASCII("N\\/A", at: start)
        case 7: return hasASCII("NOT_SET", at: start)
        default: return false
        }
    }
}
