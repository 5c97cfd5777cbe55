// weir
// SPDX-License-Identifier: Apache-2.0

import CByteMask

/// What stands where among 64 bytes, a bit for each, the first byte lowest.
///
/// The one unsafe file of the scanner: every load is here. Bytes behind the end of the text are zero: no class has them.
struct BlockMasks {
    /// Decimal digits.
    var digits: UInt64
    /// ASCII letters.
    var letters: UInt64
    /// `@` and `%`, its escape's first byte.
    var ats: UInt64
    /// `+`
    var pluses: UInt64
    /// `:` and `=`, where a key ends.
    var keys: UInt64
    /// `-`
    var dashes: UInt64
    /// `_`
    var underscores: UInt64
    /// `\`
    var escapes: UInt64

    /// The masks of the block that starts at `index`. Precondition: 0 ≤ index < bytes.count. Complexity: O(1).
    @inline(__always)
    init(_ bytes: Span<UInt8>, at index: Int) {
        precondition(index >= 0 && index < bytes.count, "a block starts inside the text")
        let left = bytes.count &- index
        if left >= 64 || bytes.count >= 64 {
            // Nothing may be read behind the text: its last bytes come with those before them, which are shifted out.
            let first = left >= 64 ? index : bytes.count &- 64
            self = unsafe bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { preconditionFailure("a text that is not empty has an address") }
                return unsafe BlockMasks(base + first)
            }
            if left < 64 { dropFirst(64 &- UInt64(left)) }
        } else {
            var copy = SIMD64<UInt8>()
            self = unsafe withUnsafeMutableBytes(of: &copy) { target in
                unsafe bytes.withUnsafeBufferPointer { source in
                    unsafe target.copyMemory(from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: source[index...])))
                }
                guard let base = target.baseAddress else { preconditionFailure("a vector has an address") }
                return unsafe BlockMasks(base.assumingMemoryBound(to: UInt8.self))
            }
        }
    }

    private mutating func dropFirst(_ count: UInt64) {
        digits = digits &>> count
        letters = letters &>> count
        ats = ats &>> count
        pluses = pluses &>> count
        keys = keys &>> count
        dashes = dashes &>> count
        underscores = underscores &>> count
        escapes = escapes &>> count
    }

    @inline(__always)
    @unsafe private init(_ base: UnsafePointer<UInt8>) {
        unsafe digits = weir_mask_of_digits64(base)
        unsafe letters = weir_mask_of_letters64(base)
        unsafe ats = weir_mask_of_either64(base, UInt8(ascii: "@"), UInt8(ascii: "%"))
        unsafe pluses = weir_mask_of64(base, UInt8(ascii: "+"))
        unsafe keys = weir_mask_of_either64(base, UInt8(ascii: ":"), UInt8(ascii: "="))
        unsafe dashes = weir_mask_of64(base, UInt8(ascii: "-"))
        unsafe underscores = weir_mask_of64(base, UInt8(ascii: "_"))
        unsafe escapes = weir_mask_of64(base, UInt8(ascii: "\\"))
    }
}
