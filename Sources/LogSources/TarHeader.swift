// weir
// SPDX-License-Identifier: Apache-2.0

/// The header of a member of a tar: v7, ustar or GNU.
///
/// Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual 1.35, "Basic Tar Format".
struct TarHeader: Equatable {
    /// Bytes of a header, and what contents are filled up to.
    static let blockLength = 512
    /// The largest size that is believed: 8 PiB.
    static let sizeLimit: UInt64 = 1 << 53

    enum Kind: Equatable {
        case file
        case folder
        /// The name of the next member, or of what it links to, is too long for a header.
        case longName
        case longLink
        /// Keywords for the next member, or for all that follow.
        case extended
        case global
        /// A file without its holes: its bytes lie elsewhere than in the file.
        case sparse
        /// A link, a pipe or a device.
        case other
    }

    var kind: Kind
    var name: [UInt8]
    var size: UInt64
    /// More headers of a sparse file follow.
    var isContinued = false

    /// Nil when the block is no header: its sum is another, or its size is none. Complexity: O(512).
    init?(_ block: [UInt8]) {
        guard block.count == TarHeader.blockLength, block[0] != 0, TarHeader.hasSum(block), let size = TarHeader.number(block[124..<136])
        else { return nil }
        self.size = size
        name = TarHeader.text(block[0..<100])
        // GNU keeps times where ustar keeps the folders of a long name.
        if block[257..<263].elementsEqual("ustar\0".utf8), block[345] != 0 {
            name = TarHeader.text(block[345..<500]) + [UInt8(ascii: "/")] + name
        }
        switch block[156] {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): kind = name.last == UInt8(ascii: "/") ? .folder : .file
        case UInt8(ascii: "5"): kind = .folder
        case UInt8(ascii: "L"): kind = .longName
        case UInt8(ascii: "K"): kind = .longLink
        case UInt8(ascii: "x"): kind = .extended
        case UInt8(ascii: "g"): kind = .global
        case UInt8(ascii: "S"):
            kind = .sparse
            isContinued = block[482] != 0
        default: kind = .other
        }
        // Links and devices have no content, whatever their size says.
        if (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(block[156]) { self.size = 0 }
    }

    /// The bytes as far as the first zero.
    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// Octal digits, or GNU's big-endian number behind a byte of 0x80. Nil for anything else, and beyond ``sizeLimit``.
    static func number(_ field: ArraySlice<UInt8>) -> UInt64? {
        guard let first = field.first else { return nil }
        var value: UInt64 = 0
        if first & 0x80 != 0 {
            guard first == 0x80 else { return nil }
            for byte in field.dropFirst() {
                guard value < sizeLimit else { return nil }
                value = value << 8 | UInt64(byte)
            }
        } else {
            let digits = field.drop { $0 == UInt8(ascii: " ") }
            let end = digits.firstIndex { $0 == 0 || $0 == UInt8(ascii: " ") } ?? digits.endIndex
            for byte in digits[..<end] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte), value < sizeLimit else { return nil }
                value = value << 3 | UInt64(byte & 7)
            }
        }
        return value < sizeLimit ? value : nil
    }

    /// The sum of all bytes with that of the sum's own eight as spaces; old writers added them as signed numbers.
    private static func hasSum(_ block: [UInt8]) -> Bool {
        guard let expected = number(block[148..<156]) else { return false }
        var sum: UInt64 = 8 * 32
        var signed: Int64 = 8 * 32
        for index in 0..<blockLength where !(148..<156).contains(index) {
            sum += UInt64(block[index])
            signed += Int64(Int8(bitPattern: block[index]))
        }
        return expected == sum || Int64(expected) == signed
    }
}
