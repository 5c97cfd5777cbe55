// weir
// SPDX-License-Identifier: Apache-2.0

/// Resolves the escapes of a JSON string.
enum JSONUnescape {
    /// Appends the text of `start ..< end` to `output`; false when an escape is wrong. Lone surrogates become U+FFFD.
    static func append(_ bytes: PaddedBytes, _ start: Int, _ end: Int, to output: inout [UInt8]) -> Bool {
        var position = start
        while position < end {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                continue
            }
            guard position < end else { return false }
            let escape = bytes[position]
            position += 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(escape)
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "u"):
                guard let unit = unit(bytes, position, end) else { return false }
                position += 4
                var scalar = UInt32(unit)
                if unit >= 0xD800 && unit < 0xDC00, position + 6 <= end, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u"), let low = self.unit(bytes, position + 2, end), low >= 0xDC00, low < 0xE000
                {
                    scalar = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
                    position += 6
                }
                output.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
            default: return false
            }
        }
        return true
    }

    private static func unit(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> UInt16? {
        guard start + 4 <= end else { return nil }
        var value: UInt16 = 0
        for index in start..<start + 4 {
            let byte = bytes[index]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt16(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt16(byte - 0x57)
            default: return nil
            }
        }
        return value
    }
}
