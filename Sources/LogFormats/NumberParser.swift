// weir
// SPDX-License-Identifier: Apache-2.0

/// Reads whole numbers out of bytes, eight digits a step.
///
/// Source for the eight-digit step: Daniel Lemire, "Quickly parsing eight digits" (2018), with the number's length found in the same word.
public enum NumberParser {
    /// Longer numbers are refused: no request moves 10¹⁵ rows or bytes, and sums of what remains cannot overflow 64 bits by accident.
    public static let longest = 15

    /// What a text that should be a number turned out to be.
    enum Outcome: Equatable {
        case value(UInt64)
        /// Empty, negative, or a word for nothing: the writer did not know.
        case unknown
        case malformed
    }

    /// The digits from `start` on: their value and their count, which is more than ``longest`` when there are too many.
    ///
    /// Complexity: O(1). Precondition: start ≤ end, and the 16 bytes behind `start` may be read.
    @inline(__always)
    static func digits(_ bytes: PaddedBytes, from start: Int, to end: Int) -> (value: UInt64, count: Int) {
        let first = eight(bytes.word(at: start), atMost: end &- start)
        guard first.count == 8 else { return first }
        let second = eight(bytes.word(at: start &+ 8), atMost: end &- start &- 8)
        return (first.value &* power(second.count) &+ second.value, 8 &+ second.count)
    }

    /// A field that holds nothing but a number. Fractions and exponents are rounded down, thousands may have commas between them; negative
    /// numbers are unknown, and so is what writers put for nothing.
    @inline(__always)
    static func whole(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Outcome {
        guard start < end else { return .unknown }
        let short = upToEight(bytes.word(at: start))
        if short.count == end &- start && short.count < 8 { return .value(short.value) }
        return longer(bytes, from: start, to: end)
    }

    @inline(never)
    private static func longer(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Outcome {
        let (value, count) = digits(bytes, from: start, to: end)
        if count == end - start && count <= longest { return .value(value) }
        return bytes.saysNothing(from: start, to: end) ? .unknown : unusual(bytes, from: start, to: end)
    }

    /// The same for what is not just a few digits: signs, fractions, exponents, and everything that is no number.
    @inline(never)
    static func unusual(_ bytes: PaddedBytes, from start: Int, to end: Int) -> Outcome {
        guard start < end, end - start <= 32 else { return .malformed }
        for index in start..<end {
            switch bytes[index] {
            case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): continue
            case UInt8(ascii: ","): continue
            default: return .malformed
            }
        }
        guard let text = ungrouped(bytes.copy(start..<end)) else { return .malformed }
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return .malformed }
        if value < 0 { return .unknown }
        return value < 1e15 ? .value(UInt64(value)) : .malformed
    }

    /// A number without the commas between its thousands, as spreadsheets write it; nil where a comma stands elsewhere. A decimal comma is
    /// none: what is counted has no decimals, and three of them would look like thousands.
    private static func ungrouped(_ text: [UInt8]) -> [UInt8]? {
        let groups = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard groups.count > 1, let first = groups.first, let last = groups.last else { return text }
        let isDigits = { (group: ArraySlice<UInt8>) in group.allSatisfy { $0 &- 0x30 < 10 } }
        let whole = last.prefix { $0 != UInt8(ascii: ".") }
        guard (1...3).contains(first.count), isDigits(first), whole.count == 3, isDigits(whole) else { return nil }
        guard groups.dropFirst().dropLast().allSatisfy({ $0.count == 3 && isDigits($0) }) else { return nil }
        return groups.flatMap { $0 }
    }

    /// The digits at the front of a word, of which there is one at least, wherever the bytes of the text end.
    @inline(__always)
    static func upToEight(_ word: UInt64) -> (value: UInt64, count: Int) {
        var digits = word ^ 0x3030_3030_3030_3030
        let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
        let count = others.trailingZeroBitCount &>> 3
        digits &<<= UInt64(truncatingIfNeeded: 64 &- 8 &* count)
        digits = (digits &* 10 &+ (digits &>> 8)) & 0x00FF_00FF_00FF_00FF
        digits = (digits &* 100 &+ (digits &>> 16)) & 0x0000_FFFF_0000_FFFF
        digits = (digits &* 10_000 &+ (digits &>> 32)) & 0xFFFF_FFFF
        return (digits, count)
    }

    /// At most eight digits at the front of a word. Branch-free, so that numbers of varying length cost no mispredicted jump.
    @inline(__always)
    private static func eight(_ word: UInt64, atMost limit: Int) -> (value: UInt64, count: Int) {
        var digits = word ^ 0x3030_3030_3030_3030
        // The lowest byte that is no digit decides; carries only reach bytes above it.
        let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
        let count = max(min(others == 0 ? 8 : others.trailingZeroBitCount &>> 3, limit), 0)
        digits = count == 0 ? 0 : digits &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
        digits = (digits &* 10 &+ (digits &>> 8)) & 0x00FF_00FF_00FF_00FF
        digits = (digits &* 100 &+ (digits &>> 16)) & 0x0000_FFFF_0000_FFFF
        digits = (digits &* 10_000 &+ (digits &>> 32)) & 0xFFFF_FFFF
        return (digits, count)
    }

    @inline(__always)
    private static func power(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }
}
