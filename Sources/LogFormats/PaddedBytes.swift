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
    /// Complexity: O(n), sixteen bytes a step. Precondition: 0 ≤ start ≤ end ≤ count.
    @inline(__always)
    public func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int {
        let pattern = SIMD16<UInt8>(repeating: byte)
        var index = start
        while index < end {
            let hits = block(at: index) .== pattern
            let halves = unsafe unsafeBitCast(hits, to: SIMD2<UInt64>.self)
            if halves[0] != 0 { return min(index + halves[0].trailingZeroBitCount / 8, end) }
            if halves[1] != 0 { return min(index + 8 + halves[1].trailingZeroBitCount / 8, end) }
            index += 16
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
            let low = hitsA[0] | hitsB[0]
            if low != 0 { return min(index + low.trailingZeroBitCount / 8, end) }
            let high = hitsA[1] | hitsB[1]
            if high != 0 { return min(index + 8 + high.trailingZeroBitCount / 8, end) }
            index += 16
        }
        return end
    }

    /// Whether the bytes of `text` stand at a position. Precondition: 0 ≤ index and index + text.utf8CodeUnitCount ≤ count + padding.
    @inline(__always)
    public func hasASCII(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        assert(index >= 0 && index + length <= count + PaddedBytes.padding)
        for offset in 0..<length where unsafe base[index + offset] != text.utf8Start[offset] { return false }
        return true
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
}

/// The two halves of a 128-bit product, folded together.
@inline(__always)
public func foldedMultiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}
