// weir
// SPDX-License-Identifier: Apache-2.0

/// A read-only window onto bytes that are followed by at least ``padding`` readable bytes, so that kernels may load whole words at any
/// position inside it.
///
/// This is the one unsafe file of the decoders: every load is here, each with the bound that makes it right. The window is only valid
/// inside ``ChunkBuffer/withBytes(_:)``; keep it in local variables.
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
    /// Complexity: O(n), 32 bytes a step. Precondition: 0 ≤ start ≤ end ≤ count.
    @inline(__always)
    public func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int {
        let pattern = SIMD16<UInt8>(repeating: byte)
        var index = start
        while index < end {
            let low = unsafe unsafeBitCast(block(at: index) .== pattern, to: SIMD2<UInt64>.self)
            let high = unsafe unsafeBitCast(block(at: index &+ 16) .== pattern, to: SIMD2<UInt64>.self)
            let any = low | high
            if any[0] | any[1] != 0 {
                let first = PaddedBytes.firstByte(low[0], low[1])
                return min(index &+ (first < 16 ? first : 16 &+ PaddedBytes.firstByte(high[0], high[1])), end)
            }
            index &+= 32
        }
        return end
    }

    /// The first position in `start ..< end` that holds either byte, or `end`.
    /// Complexity: O(n), sixteen bytes a step. Precondition: 0 ≤ start ≤ end ≤ count.
    @inline(__always)
    public func firstIndex(of first: UInt8, or second: UInt8, from start: Int, to end: Int) -> Int {
        let patternA = SIMD16<UInt8>(repeating: first)
        let patternB = SIMD16<UInt8>(repeating: second)
        var index = start
        while index < end {
            let bytes = block(at: index)
            let hitsA = unsafe unsafeBitCast(bytes .== patternA, to: SIMD2<UInt64>.self)
            let hitsB = unsafe unsafeBitCast(bytes .== patternB, to: SIMD2<UInt64>.self)
            let hits = hitsA | hitsB
            let offset = PaddedBytes.firstByte(hits[0], hits[1])
            if offset < 16 { return min(index &+ offset, end) }
            index &+= 16
        }
        return end
    }

    /// The first non-zero byte of a comparison's two halves; 16 without one.
    @inline(__always)
    private static func firstByte(_ low: UInt64, _ high: UInt64) -> Int {
        let chosen = low == 0 ? high : low
        return (low == 0 ? 8 : 0) &+ (chosen == 0 ? 8 : chosen.trailingZeroBitCount &>> 3)
    }

    /// What one pass over a line of quoted fields finds.
    struct QuotedLine: Equatable {
        /// The first line end, or the end of the range.
        var end: Int
        /// Quotes before it.
        var quotes: Int
        /// Places where `","` stands before it, of which ``PaddedBytes/bordersKept`` are noted.
        var borders: Int
        /// Whether two of those places share a quote.
        var hasOverlap: Bool
    }

    /// Borders that are noted; a longer array is needed, because a block's are written without asking how many there are.
    static let bordersKept = 320

    /// Looks at a line once: where it ends, how many quotes it holds, and where `","` stands.
    ///
    /// - Parameter borders: the places go here from 1 on; what lies behind them is overwritten. At least ``bordersKept`` + 33 elements.
    ///
    /// Complexity: O(n), 32 bytes a step, nothing of which depends on what the bytes are: where fields end is what a branch predictor
    /// cannot know. Precondition: 0 ≤ start ≤ end ≤ count.
    @inline(__always)
    func quotedLine(from start: Int, to end: Int, borders: inout MutableSpan<Int32>) -> QuotedLine {
        precondition(borders.count > PaddedBytes.bordersKept + 32, "there is room for the borders of one block more")
        let lineEnd = SIMD16<UInt8>(repeating: UInt8(ascii: "\n"))
        let quote = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
        let comma = SIMD16<UInt8>(repeating: UInt8(ascii: ","))
        var result = QuotedLine(end: end, quotes: 0, borders: 0, hasOverlap: false)
        var overlap: UInt64 = 0
        var carry: UInt64 = 0
        var sums = SIMD16<UInt8>()
        // A byte of `sums` counts at most two quotes a step, so it is emptied before it can overflow.
        var flush = start &+ 32 * 127
        var index = start
        while true {
            let low = block(at: index)
            let high = block(at: index &+ 16)
            let lowQuotes = low .== quote
            let highQuotes = high .== quote
            var places = PaddedBytes.bits(lowQuotes .& (block(at: index &+ 1) .== comma) .& (block(at: index &+ 2) .== quote))
            places |= PaddedBytes.bits(highQuotes .& (block(at: index &+ 17) .== comma) .& (block(at: index &+ 18) .== quote)) &<< 16
            let ends = unsafe unsafeBitCast((low .== lineEnd) .| (high .== lineEnd), to: SIMD2<UInt64>.self)
            let isLast = ends[0] | ends[1] != 0 || index &+ 32 >= end
            if isLast {
                let newline = PaddedBytes.bits(low .== lineEnd) | PaddedBytes.bits(high .== lineEnd) &<< 16
                result.end = min(index &+ (newline == 0 ? 32 : newline.trailingZeroBitCount), end)
                let kept = (1 &<< UInt64(truncatingIfNeeded: result.end &- index)) &- 1
                let quotes = PaddedBytes.bits(lowQuotes) | PaddedBytes.bits(highQuotes) &<< 16
                result.quotes &+= (quotes & kept).nonzeroBitCount
                places &= kept
            }
            overlap |= places & (places &<< 2 | carry)
            carry = places &>> 30
            if result.borders < PaddedBytes.bordersKept { unsafe PaddedBytes.note(places, at: index, result.borders, &borders) }
            result.borders &+= places.nonzeroBitCount
            if isLast || index >= flush {
                result.quotes &+= PaddedBytes.sum(sums)
                sums = SIMD16<UInt8>()
                flush = index &+ 32 * 127
            }
            if isLast {
                result.hasOverlap = overlap != 0
                return result
            }
            sums &-= unsafe unsafeBitCast(lowQuotes, to: SIMD16<UInt8>.self)
            sums &-= unsafe unsafeBitCast(highQuotes, to: SIMD16<UInt8>.self)
            index &+= 32
        }
    }

    /// Writes the places of a block behind those that are there, four at least. Precondition: 33 elements are left behind `count`.
    @inline(__always)
    @unsafe private static func note(_ places: UInt64, at index: Int, _ count: Int, _ borders: inout MutableSpan<Int32>) {
        var places = places
        var next = count &+ 1
        repeat {
            for step in 0..<4 {
                unsafe borders[unchecked: next &+ step] = Int32(truncatingIfNeeded: index &+ places.trailingZeroBitCount)
                places &= places &- 1
            }
            next &+= 4
        } while places != 0
    }

    /// A comparison of sixteen bytes as sixteen bits, the first byte lowest: what `pmovmskb` does, which Swift cannot name. Every byte
    /// keeps one bit of its own, and a multiplication adds the eight of a half into its top byte.
    @inline(__always)
    private static func bits(_ comparison: SIMDMask<SIMD16<Int8>>) -> UInt64 {
        let bytes = unsafe unsafeBitCast(comparison, to: SIMD16<Int8>.self)
        let halves = unsafe unsafeBitCast(
            bytes & SIMD16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128), to: SIMD2<UInt64>.self)
        return (halves[0] &* 0x0101_0101_0101_0101) &>> 56 | ((halves[1] &* 0x0101_0101_0101_0101) &>> 56) &<< 8
    }

    /// A mask of the first `count` bytes of a word; all of them from eight on, none below one.
    @inline(__always)
    static func firstBytes(_ count: Int) -> UInt64 {
        count >= 8 ? ~0 : count <= 0 ? 0 : ~0 &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    }

    @inline(__always)
    private static func sum(_ bytes: SIMD16<UInt8>) -> Int {
        let halves = unsafe unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
        let pairs =
            (halves[0] & 0x00FF_00FF_00FF_00FF) &+ ((halves[0] &>> 8) & 0x00FF_00FF_00FF_00FF)
            &+ (halves[1] & 0x00FF_00FF_00FF_00FF) &+ ((halves[1] &>> 8) & 0x00FF_00FF_00FF_00FF)
        return Int(truncatingIfNeeded: (pairs &* 0x0001_0001_0001_0001) &>> 48)
    }

    /// Whether the bytes of `text` stand at a position. Precondition: 0 ≤ index and index + text.utf8CodeUnitCount ≤ count + padding.
    @inline(__always)
    public func hasASCII(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        assert(index >= 0 && index + length <= count + PaddedBytes.padding)
        for offset in 0..<length where unsafe base[index + offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// Whether a range holds a control character: below a space, or DEL. Complexity: O(n), eight bytes a step.
    @inline(__always)
    public func hasControl(from start: Int, to end: Int) -> Bool {
        var index = start
        while index < end {
            // Bytes behind the range count as letters. A hit may be a carry from below, but the lowest is always right.
            let word = word(at: index) | ~PaddedBytes.firstBytes(end &- index)
            let deletes = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let hits = ((word &- 0x2020_2020_2020_2020) & ~word) | ((deletes &- 0x0101_0101_0101_0101) & ~deletes)
            if hits & 0x8080_8080_8080_8080 != 0 { return true }
            index &+= 8
        }
        return false
    }

    /// A copy of some of the bytes, clipped to the window.
    public func copy(_ range: Range<Int>) -> [UInt8] {
        let lower = max(0, min(range.lowerBound, count))
        let upper = max(lower, min(range.upperBound, count))
        return unsafe Array(UnsafeBufferPointer(start: base + lower, count: upper - lower))
    }

    /// Copies a range to other memory. Precondition: the range lies inside the window, and the target has room for it.
    @inline(__always)
    @unsafe func copy(from start: Int, count length: Int, to target: UnsafeMutableRawPointer) {
        unsafe target.copyMemory(from: base + start, byteCount: length)
    }

    /// Keyed 64-bit hash of a range: a multiply-and-fold hash in the manner of wyhash, not a PRF.
    ///
    /// Complexity: O(n), eight bytes a step. Source: Wang Yi, "wyhash" (2019), the 64×64→128 multiply-fold mixer. The key is random per
    /// process wherever an attacker chooses the bytes; callers compare the bytes themselves on a hit.
    @inline(__always)
    public func hash(from start: Int, count length: Int, key: UInt64) -> UInt64 {
        assert(start >= 0 && start + length <= count)
        var state = key ^ (UInt64(truncatingIfNeeded: length) &* 0x9E37_79B9_7F4A_7C15)
        var index = start
        var left = length
        while left > 8 {
            state = foldedMultiply(state ^ word(at: index), 0xA076_1D64_78BD_642F)
            index &+= 8
            left &-= 8
        }
        let mask = left == 0 ? 0 : ~UInt64(0) &>> (UInt64(truncatingIfNeeded: 8 &- left) &* 8)
        state = foldedMultiply(state ^ (word(at: index) & mask), 0xE703_7ED1_A0B4_28DB)
        return foldedMultiply(state ^ key, 0x8EBC_6AF0_9C88_C6E3)
    }

    /// A 64-bit identity of a range that is the same in every process, never 0: what tells a row that is delivered twice.
    ///
    /// Four lanes, so that multiplications overlap. A lane is added to what it was, so that no word can wipe out what came before it.
    /// Not a PRF: who can choose every byte of two rows can make them look alike. Complexity: O(n), 32 bytes a step.
    @inline(__always)
    public func identity(from start: Int, count length: Int) -> UInt64 {
        assert(start >= 0 && start + length <= count)
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
