// weir
// SPDX-License-Identifier: Apache-2.0

/// A refused line as it may be shown: shapes, no content.
public enum MaskedExample {
    /// Letters become `a` or `A`, digits `9`, control and non-ASCII bytes `.`; other printable ASCII stays. At most 64 characters.
    public static func mask(_ bytes: [UInt8]) -> String {
        String(
            decoding: bytes.prefix(64).map { byte in
                switch byte {
                case 0x30...0x39: UInt8(ascii: "9")
                case 0x61...0x7A: UInt8(ascii: "a")
                case 0x41...0x5A: UInt8(ascii: "A")
                case 0x20..<0x7F: byte
                default: UInt8(ascii: ".")
                }
            }, as: UTF8.self)
    }
}
