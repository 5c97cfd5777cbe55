// weir
// SPDX-License-Identifier: Apache-2.0

/// Names in which a `*` stands for any characters; letters are compared without case.
struct NamePatterns: Equatable, Sendable {
    private let patterns: [[UInt8]]

    init(_ patterns: [String]) { self.patterns = patterns.map { $0.utf8.map(NamePatterns.lower) } }

    var isEmpty: Bool { patterns.isEmpty }

    /// Those that hold for `isWanted`, in small letters.
    func filter(_ isWanted: ([UInt8]) -> Bool) -> [String] {
        patterns.filter(isWanted).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether a name is like one of them. Complexity: O(patterns × length), quadratic in the length for patterns with several `*`.
    func match(_ name: [UInt8]) -> Bool {
        guard !isEmpty else { return false }
        let name = name.map(NamePatterns.lower)
        return patterns.contains { NamePatterns.matches($0, name) }
    }

    /// Goes back to the last `*` alone: what an earlier one took need never be more.
    private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var (place, position) = (0, 0)
        var star: (place: Int, position: Int)?
        while position < name.count {
            if place < pattern.count && pattern[place] == UInt8(ascii: "*") {
                star = (place, position)
                place += 1
            } else if place < pattern.count && pattern[place] == name[position] {
                place += 1
                position += 1
            } else if let last = star {
                star = (last.place, last.position + 1)
                place = last.place + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
