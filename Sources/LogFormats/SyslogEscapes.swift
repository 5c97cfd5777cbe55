// weir
// SPDX-License-Identifier: Apache-2.0

/// The escapes that a syslog daemon puts in place of control characters, `#011` for a tab, as far as they can be told from a text that has
/// such letters of its own: the daemon does not escape the `#`.
///
/// Source: rsyslog's `parser.escapeControlCharactersOnReceive`, which is on by default: `#` and three octal digits.
enum SyslogEscapes: Sendable {
    /// Tabs separate the fields, and a line without any tab lost them on the way. A tab inside of a field could not have been written.
    case separators
    /// Outside of its texts a JSON record has no `#`: it was a blank, a line end in a record that was printed over several lines.
    case blanks

    /// What can be undone in the lines of a format, if anything.
    init?(_ format: any LineFormat) {
        if format is TSVFormat || format is CloudFrontFormat {
            self = .separators
        } else if type(of: format).descriptor.example.first == "{" {
            self = .blanks
        } else {
            return nil
        }
    }

    /// The same of a line whose format is not known yet: one that begins like a JSON object is one.
    static func undone(_ bytes: PaddedBytes, from start: Int, to end: Int) -> [UInt8]? {
        let escapes: SyslogEscapes = start < end && bytes[start] == UInt8(ascii: "{") ? .blanks : .separators
        return escapes.undone(bytes, from: start, to: end)
    }

    /// The line without its escapes, or nil when it stays as it is. Complexity: O(bytes); a line without `#0` is only looked through.
    func undone(_ bytes: PaddedBytes, from start: Int, to end: Int) -> [UInt8]? {
        var first = bytes.firstIndex(of: UInt8(ascii: "#"), from: start, to: end)
        while first < end && SyslogEscapes.character(bytes, at: first, to: end) == nil {
            first = bytes.firstIndex(of: UInt8(ascii: "#"), from: first + 1, to: end)
        }
        guard first < end else { return nil }
        switch self {
        case .separators: return separated(bytes, from: start, to: end)
        case .blanks: return blanked(bytes, from: start, to: end)
        }
    }

    private func separated(_ bytes: PaddedBytes, from start: Int, to end: Int) -> [UInt8]? {
        guard bytes.firstIndex(of: 0x09, from: start, to: end) == end else { return nil }
        var line: [UInt8] = []
        line.reserveCapacity(end - start)
        var position = start
        while position < end {
            let character = SyslogEscapes.character(bytes, at: position, to: end)
            if character == 0x09 {
                line.append(0x09)
                position += 4
            } else if character == 0x0D && position + 4 == end {
                position += 4
            } else {
                line.append(bytes[position])
                position += 1
            }
        }
        return line
    }

    private func blanked(_ bytes: PaddedBytes, from start: Int, to end: Int) -> [UInt8]? {
        var line: [UInt8] = []
        line.reserveCapacity(end - start)
        var isQuoted = false
        var hasChanged = false
        var position = start
        while position < end {
            let byte = bytes[position]
            if !isQuoted, let character = SyslogEscapes.character(bytes, at: position, to: end) {
                line.append(character)
                hasChanged = true
                position += 4
                continue
            }
            line.append(byte)
            position += 1
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if isQuoted && byte == UInt8(ascii: "\\") && position < end {
                line.append(bytes[position])
                position += 1
            }
        }
        return hasChanged ? line : nil
    }

    /// The tab, line end or carriage return that stands escaped at a position. A line end becomes a blank: a record stands in one line.
    private static func character(_ bytes: PaddedBytes, at position: Int, to end: Int) -> UInt8? {
        guard position + 4 <= end, bytes[position] == UInt8(ascii: "#") else { return nil }
        if bytes.hasASCII("#011", at: position) { return 0x09 }
        if bytes.hasASCII("#012", at: position) { return 0x20 }
        return bytes.hasASCII("#015", at: position) ? 0x0D : nil
    }
}
