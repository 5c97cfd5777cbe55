// weir
// SPDX-License-Identifier: Apache-2.0

/// What tells the near-duplicates of a search text: one word, so that an event and a tally can hold it.
///
/// Of three to fifteen words it has their number in the highest four bits, and below them as many bits of each word's hash as there is room
/// for: 20 of three words, 4 of fifteen. Two such shapes are near when at most one word differs. Any other shape is equal or not.
public enum QueryShape {
    private static let bits: UInt64 = 60
    private static let fewest = 3
    private static let most = 15

    /// A shape that is near to itself only. Never 0.
    public static func plain(_ hash: UInt64) -> UInt64 { max(hash & (1 &<< bits &- 1), 1) }

    /// Whether two texts are the same but for a word. Complexity: O(1).
    @inline(__always)
    public static func isNear(_ left: UInt64, _ right: UInt64) -> Bool {
        let differences = left ^ right
        if differences == 0 { return true }
        let words = left &>> bits
        guard words >= UInt64(fewest), differences &>> bits == 0 else { return false }
        let width = bits / words
        let place = UInt64(differences.trailingZeroBitCount) / width
        return differences & ~((1 &<< width &- 1) &<< (place &* width)) == 0
    }

    /// The first words of a text, by their hashes.
    public struct Words {
        private var hashes = InlineArray<15, UInt64>(repeating: 0)
        private var count = 0

        public init() {}

        public mutating func append(_ hash: UInt64) {
            if count < QueryShape.most { hashes[count] = hash }
            count += 1
        }

        /// Nil of less than three words and of more than fifteen.
        public var shape: UInt64? {
            guard count >= QueryShape.fewest, count <= QueryShape.most else { return nil }
            let width = QueryShape.bits / UInt64(count)
            var shape: UInt64 = 0
            for index in 0..<count { shape |= (hashes[index] &>> (64 &- width)) &<< (UInt64(index) &* width) }
            return shape | UInt64(count) &<< QueryShape.bits
        }
    }
}
