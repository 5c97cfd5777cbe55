// weir
// SPDX-License-Identifier: Apache-2.0

/// The digits of a number without its separators, up to ``capacity``.
struct DigitText {
    static let capacity = 32
    private var values = InlineArray<32, UInt8>(repeating: 0)
    private(set) var count = 0

    /// The digits among some bytes; what comes after the first ``capacity`` of them is left out. Precondition: the range is in the text.
    init(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        var index = start
        while index < end && count < DigitText.capacity {
            let value = bytes[index] &- 0x30
            // `+44 (0)20`: the trunk's 0 is not dialled with the country's code.
            if value == 0 && index > start && bytes[index &- 1] == 0x28 && index &+ 1 < end && bytes[index &+ 1] == 0x29 {
                index &+= 2
                continue
            }
            if value < 10 {
                values[count] = value
                count &+= 1
            }
            index &+= 1
        }
    }

    subscript(index: Int) -> Int { Int(values[index]) }

    /// The number that some of them are. Precondition: 18 digits at most, all of them there.
    func number(_ start: Int, _ length: Int) -> Int {
        var result = 0
        for index in start..<start + length { result = result &* 10 &+ self[index] }
        return result
    }

    /// Whether the `length` digits from `start` on are there and make up a number.
    func holds(_ expected: Int, _ length: Int, at start: Int = 0) -> Bool {
        start >= 0 && start + length <= count && number(start, length) == expected
    }

    /// Whether all are the same.
    var isUniform: Bool {
        for index in 1..<max(count, 1) where self[index] != self[0] { return false }
        return true
    }

    /// The remainder of the first `length` digits by a small number. Precondition: modulus < 1,000.
    func remainder(of length: Int, by modulus: Int) -> Int {
        var result = 0
        for index in 0..<length { result = (result * 10 + self[index]) % modulus }
        return result
    }
}
