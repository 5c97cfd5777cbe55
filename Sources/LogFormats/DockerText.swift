// weir
// SPDX-License-Identifier: Apache-2.0

/// Resolves the escapes of the text that Docker puts around a line.
enum DockerText {
    /// Appends `start ..< end` with its escapes resolved; false when one is wrong. Line ends become blanks, lone surrogates U+FFFD.
    ///
    /// Precondition: `output` has room for as many bytes as there are. Complexity: O(bytes).
    static func append(_ bytes: PaddedBytes, _ start: Int, _ end: Int, to output: inout OutputRawSpan) -> Bool {
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
            case UInt8(ascii: "n"): output.append(0x20)
            case UInt8(ascii: "r"): output.append(0x0D)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "u"):
                guard let unit = unit(bytes, position, end) else { return false }
                position += 4
                var scalar = unit
                if unit >= 0xD800 && unit < 0xDC00, position + 6 <= end, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u"), let low = self.unit(bytes, position + 2, end), low >= 0xDC00, low < 0xE000
                {
                    scalar = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                    position += 6
                }
                append(scalar == 0x0A ? 0x20 : scalar, to: &output)
            default: return false
            }
        }
        return true
    }

    /// UTF-8, which is never longer than the escape was.
    private static func append(_ scalar: UInt32, to output: inout OutputRawSpan) {
        let scalar = scalar >= 0xD800 && scalar < 0xE000 ? 0xFFFD : scalar
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | scalar &>> shift & 0x3F) }
        switch scalar {
        case ..<0x80: output.append(UInt8(truncatingIfNeeded: scalar))
        case ..<0x800:
            output.append(UInt8(truncatingIfNeeded: 0xC0 | scalar &>> 6))
            output.append(tail(0))
        case ..<0x10000:
            output.append(UInt8(truncatingIfNeeded: 0xE0 | scalar &>> 12))
            output.append(tail(6))
            output.append(tail(0))
        default:
            output.append(UInt8(truncatingIfNeeded: 0xF0 | scalar &>> 18))
            output.append(tail(12))
            output.append(tail(6))
            output.append(tail(0))
        }
    }

    private static func unit(_ bytes: PaddedBytes, _ start: Int, _ end: Int) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            let byte = bytes[index]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return value
    }
}
