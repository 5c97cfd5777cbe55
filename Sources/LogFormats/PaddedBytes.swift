// weir
// SPDX-License-Identifier: Apache-2.0

import CByteMask

/// A read-only window onto bytes that are followed by at least ``padding`` readable bytes, so that kernels may load whole words at any
/// position inside it.
///
/// Every load from the bytes is here, each with the bound that makes it right; beside it only ``QuotedRows`` is unsafe in the decoders. The
/// window is only valid inside ``ChunkBuffer/withBytes(_:)``; keep it in local variables.
@safe
public struct PaddedBytes {
    /// Bytes that may be read past the end. They hold no meaning.
    public static let padding = 64

    private let base: UnsafePointer<UInt8>
    /// The number of meaningful bytes.
    public let count: Int

    /// Precondition: `count + padding` bytes are readable at `base` while the window is used.
    @inline(__always)
    public init(base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// The byte at a position. Precondition: 0 ≤ index < count + padding.
    @inline(__always)
    public subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count + PaddedBytes.padding)
        return unsafe base[index]
    }

    /// Eight bytes, little-endian, starting at a position. Precondition: 0 ≤ index ≤ count + padding − 8.
    @inline(__always)
    public func word(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count + PaddedBytes.padding - 8)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Four bytes, little-endian, starting at a position. Precondition: 0 ≤ index ≤ count + padding − 4.
    @inline(__always)
    public func half(at index: Int) -> UInt32 {
        assert(index >= 0 && index <= count + PaddedBytes.padding - 4)
        return unsafe UInt32(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt32.self))
    }

    /// Sixteen bytes starting at a position. Precondition: 0 ≤ index ≤ count + padding − 16.
    @inline(__always)
    public func block(at index: Int) -> SIMD16<UInt8> {
        assert(index >= 0 && index <= count + PaddedBytes.padding - 16)
        return unsafe UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
    }

    /// The first position in `start ..< end` that holds `byte`, or `end`.
    /// Complexity: O(n), 64 bytes a step. Precondition: 0 ≤ start ≤ end ≤ count.
    @inline(__always)
    public func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end {
            let hits = mask(of: byte, at: index)
            if hits != 0 { return min(index &+ hits.trailingZeroBitCount, end) }
            index &+= 64
        }
        return end
    }

    /// The first position in `start ..< end` that holds either byte, or `end`.
    /// Complexity: O(n), 32 bytes a step: most names are shorter. Precondition: 0 ≤ start ≤ end ≤ count.
    @inline(__always)
    public func firstIndex(of first: UInt8, or second: UInt8, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end {
            let hits = unsafe weir_mask_of_either32(base + index, first, second)
            if hits != 0 { return min(index &+ hits.trailingZeroBitCount, end) }
            index &+= 32
        }
        return end
    }

    /// The first position in `start ..< end` where a text in quotes stops being plain: a quote, a backslash or a line end; or `end`.
    /// Complexity: O(n), 32 bytes a step. Precondition: 0 ≤ start ≤ end ≤ count.
    @inline(__always)
    func textEnd(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end {
            let hits = unsafe weir_mask_of_text_ends32(base + index)
            if hits != 0 { return min(index &+ hits.trailingZeroBitCount, end) }
            index &+= 32
        }
        return end
    }

    /// The same, where any other control character ends it too.
    @inline(__always)
    func nameEnd(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end {
            let hits = unsafe weir_mask_of_name_ends32(base + index)
            if hits != 0 { return min(index &+ hits.trailingZeroBitCount, end) }
            index &+= 32
        }
        return end
    }

    /// Where a byte stands among the 64 from `index` on, the first lowest. Precondition: 0 ≤ index ≤ count + padding − 64.
    @inline(__always)
    public func mask(of byte: UInt8, at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count)
        return unsafe weir_mask_of64(base + index, byte)
    }

    /// Where either byte stands among the 64 from `index` on. Precondition: 0 ≤ index ≤ count + padding − 64.
    @inline(__always)
    public func mask(of first: UInt8, or second: UInt8, at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count)
        return unsafe weir_mask_of_either64(base + index, first, second)
    }

    /// Where decimal digits stand among the 64 from `index` on. Precondition: 0 ≤ index ≤ count + padding − 64.
    @inline(__always)
    public func maskOfDigits(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count)
        return unsafe weir_mask_of_digits64(base + index)
    }

    /// Looks at many rows of quoted fields at once, as long as they are a chain without anything unusual; see `quotedrows.h`.
    ///
    /// - Parameters:
    ///   - borders: takes where the first quote of each `","` and of each quote, line feed, quote stands; the first is made up in front of
    ///     the first row. No more are noted than all but ``quotedRowsRoom`` of the elements.
    ///   - ends: the same of the line feeds. The last may be the middle of no border, when what follows it is unusual or has not come.
    ///   - vectorBits: which of the kernels runs; nothing found depends on it.
    /// - Returns: how many borders and line feeds are noted.
    ///
    /// Complexity: O(n), 64 bytes a step. Precondition: 0 ≤ start < count, and both arrays have more than ``quotedRowsRoom`` elements.
    @inline(__always)
    func quotedRows(
        from start: Int, separator: UInt8, borders: inout [Int32], ends: inout [Int32], vectorBits: Int32 = vectorBits
    ) -> (borders: Int, rows: Int) {
        precondition(
            borders.count > PaddedBytes.quotedRowsRoom && ends.count > PaddedBytes.quotedRowsRoom, "there is room for a block more")
        precondition(start >= 0 && start < count, "the first row begins inside the window")
        guard self[start] == UInt8(ascii: "\"") else { return (0, 0) }
        let found = unsafe borders.withUnsafeMutableBufferPointer { borders in
            unsafe ends.withUnsafeMutableBufferPointer { ends in
                unsafe weir_quoted_rows_of(
                    base, Int64(start), Int64(count), separator, borders.baseAddress, Int32(borders.count - PaddedBytes.quotedRowsRoom),
                    ends.baseAddress, Int32(ends.count - PaddedBytes.quotedRowsRoom), vectorBits)
            }
        }
        return (Int(found.borders), Int(found.rows))
    }

    /// Elements that one block may need beyond those that are kept.
    static let quotedRowsRoom = 32

    /// Bits of the widest vectors that this processor has and a kernel is there for.
    static let vectorBits = weir_vector_bits()

    /// Where ASCII letters stand among the 64 from `index` on. Precondition: 0 ≤ index ≤ count + padding − 64.
    @inline(__always)
    func maskOfLetters(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count)
        return unsafe weir_mask_of_letters64(base + index)
    }

    /// Where decimal digits and where dots stand among the 32 from `index` on. Precondition: 0 ≤ index ≤ count + padding − 32.
    @inline(__always)
    public func masksOfDottedDigits(at index: Int) -> (digits: UInt32, dots: UInt32) {
        assert(index >= 0 && index <= count)
        return unsafe (weir_mask_of_digits32(base + index), weir_mask_of32(base + index, UInt8(ascii: ".")))
    }

    /// Where characters stand among the 64 from `index` on that mean something in a path, the slash apart; `! " $ & ' ( ) * + , : < = >`
    /// are among them too. Precondition: 0 ≤ index ≤ count + padding − 64.
    @inline(__always)
    public func maskOfPathSpecials(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count)
        return unsafe weir_mask_of_path_specials64(base + index)
    }

    /// The lowest `count` bits; all of them from 64 on. Precondition: 0 ≤ count.
    @inline(__always)
    public static func lowBits(_ count: Int) -> UInt64 { count >= 64 ? ~0 : (1 &<< UInt64(truncatingIfNeeded: count)) &- 1 }

    /// Each bit says whether an odd number of bits is set up to it, itself included.
    ///
    /// Source: Langdale and Lemire, "Parsing gigabytes of JSON per second" (2019), there by one carry-less multiplication.
    @inline(__always)
    static func parity(_ bits: UInt64) -> UInt64 {
        var result = bits
        result ^= result &<< 1
        result ^= result &<< 2
        result ^= result &<< 4
        result ^= result &<< 8
        result ^= result &<< 16
        result ^= result &<< 32
        return result
    }

    /// A mask of the first `count` bytes of a word; all of them from eight on, none below one.
    @inline(__always)
    public static func firstBytes(_ count: Int) -> UInt64 {
        count >= 8 ? ~0 : count <= 0 ? 0 : ~0 &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    }

    /// Whether the bytes of `text` stand at a position. Precondition: 0 ≤ index and index + text.utf8CodeUnitCount ≤ count + padding.
    @inline(__always)
    public func hasASCII(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        assert(index >= 0 && index + length <= count + PaddedBytes.padding)
        for offset in 0..<length where unsafe base[index + offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// Whether the letters of `text`, given in lower case, stand at a position in any case. Precondition: as for ``hasASCII(_:at:)``.
    @inline(__always)
    func hasLetters(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        assert(index >= 0 && index + length <= count + PaddedBytes.padding)
        for offset in 0..<length {
            let byte = unsafe base[index + offset]
            guard unsafe (byte &- 0x41 < 26 ? byte | 0x20 : byte) == text.utf8Start[offset] else { return false }
        }
        return true
    }

    /// Whether a range holds a control character: below a space, or DEL. Complexity: O(n), 64 bytes a step.
    @inline(__always)
    public func hasControl(from start: Int, to end: Int) -> Bool {
        // Most names are short.
        if end &- start <= 32 {
            return unsafe UInt64(weir_mask_of_controls32(base + start)) & PaddedBytes.lowBits(end &- start) != 0
        }
        var index = start
        while index < end {
            if unsafe weir_mask_of_controls64(base + index) & PaddedBytes.lowBits(end &- index) != 0 { return true }
            index &+= 64
        }
        return false
    }

    /// Lets `body` look at a part as a span, as the scanner for personal data takes it. Precondition: the range lies inside the window.
    @inline(__always)
    public func withSpan<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range lies inside the window")
        return body(unsafe Span(_unsafeStart: base + range.lowerBound, count: range.count))
    }

    /// The window up to a position: what lies behind it counts as padding. Precondition: 0 ≤ end ≤ count.
    @inline(__always)
    public func prefix(_ end: Int) -> PaddedBytes {
        assert(end >= 0 && end <= count)
        return unsafe PaddedBytes(base: base, count: end)
    }

    /// A copy of some of the bytes, clipped to the window.
    public func copy(_ range: Range<Int>) -> [UInt8] {
        let lower = max(0, min(range.lowerBound, count))
        let upper = max(lower, min(range.upperBound, count))
        return unsafe Array(UnsafeBufferPointer(start: base + lower, count: upper - lower))
    }

    /// Appends all bytes to an array.
    func append(to output: inout [UInt8]) { unsafe output.append(contentsOf: UnsafeBufferPointer(start: base, count: count)) }

    /// Copies a range to other memory. Precondition: the range lies inside the window, and the target has room for it.
    @inline(__always)
    @unsafe func copy(from start: Int, count length: Int, to target: UnsafeMutableRawPointer) {
        unsafe target.copyMemory(from: base + start, byteCount: length)
    }

    /// Keyed 64-bit hash of a range: a multiply-and-fold hash in the manner of wyhash, not a PRF.
    ///
    /// Complexity: O(n), sixteen bytes a step. Source: Wang Yi, "wyhash" (2019), the 64×64→128 multiply-fold mixer. The key is random per
    /// process wherever an attacker chooses the bytes; callers compare the bytes themselves on a hit.
    @inline(__always)
    public func hash(from start: Int, count length: Int, key: UInt64) -> UInt64 {
        assert(start >= 0 && start + length <= count)
        let secret = key ^ 0xA076_1D64_78BD_642F
        var state = key ^ (UInt64(truncatingIfNeeded: length) &* 0x9E37_79B9_7F4A_7C15)
        var index = start
        var left = length
        while left > 16 {
            state = foldedMultiply(secret ^ word(at: index), state ^ word(at: index &+ 8))
            index &+= 16
            left &-= 16
        }
        let low = word(at: index) & PaddedBytes.firstBytes(left)
        let high = word(at: index &+ 8) & PaddedBytes.firstBytes(left &- 8)
        return foldedMultiply(foldedMultiply(secret ^ low, state ^ high) ^ key, 0x8EBC_6AF0_9C88_C6E3)
    }

    /// A 64-bit identity of a range that is the same in every process, never 0: what tells a row that is delivered twice.
    ///
    /// Not a PRF: who can choose every byte of two rows can make them look alike. Complexity: O(n), 64 bytes a step; see `identity.h`.
    @inline(__always)
    public func identity(from start: Int, count length: Int) -> UInt64 {
        assert(start >= 0 && start + length <= count)
        return length > 64 ? longIdentity(from: start, count: length) : shortIdentity(start, length)
    }

    @inline(__always)
    func longIdentity(from start: Int, count length: Int, vectorBits: Int32 = vectorBits) -> UInt64 {
        unsafe weir_identity_of(base + start, Int64(length), vectorBits)
    }

    /// The same of up to 64 bytes: four lanes, so that multiplications overlap. A lane is added to what it was, so that no word can wipe
    /// out what came before it.
    @inline(__always)
    private func shortIdentity(_ start: Int, _ length: Int) -> UInt64 {
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (
            0x243F_6A88_85A3_08D3 ^ UInt64(truncatingIfNeeded: length), 0x1319_8A2E_0370_7344, 0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89
        )
        var index = start
        let end = start &+ length
        while index &+ 32 <= end {
            lanes.0 = PaddedBytes.mixed(lanes.0, word(at: index))
            lanes.1 = PaddedBytes.mixed(lanes.1, word(at: index &+ 8))
            lanes.2 = PaddedBytes.mixed(lanes.2, word(at: index &+ 16))
            lanes.3 = PaddedBytes.mixed(lanes.3, word(at: index &+ 24))
            index &+= 32
        }
        let left = end &- index
        lanes.0 = PaddedBytes.mixed(lanes.0, word(at: index) & PaddedBytes.firstBytes(left))
        lanes.1 = PaddedBytes.mixed(lanes.1, word(at: index &+ 8) & PaddedBytes.firstBytes(left &- 8))
        lanes.2 = PaddedBytes.mixed(lanes.2, word(at: index &+ 16) & PaddedBytes.firstBytes(left &- 16))
        lanes.3 = PaddedBytes.mixed(lanes.3, word(at: index &+ 24) & PaddedBytes.firstBytes(left &- 24))
        let result = PaddedBytes.mixed(PaddedBytes.mixed(PaddedBytes.mixed(lanes.0, lanes.1), lanes.2), lanes.3)
        return result == 0 ? 1 : result
    }

    @inline(__always)
    private static func mixed(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        foldedMultiply(lane ^ word, 0x9E37_79B9_7F4A_7C15) &+ lane
    }
}

/// The two halves of a 128-bit product, folded together.
@inline(__always)
public func foldedMultiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}
