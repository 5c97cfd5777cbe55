// weir
// SPDX-License-Identifier: Apache-2.0

/// The keys of a log's JSON objects, at any depth and on however many lines: what tells one product's records from another's.
///
/// Not for the hot path: it looks at a sample once. Complexity: O(bytes). State: at most ``limit`` keys.
struct RecordMarks {
    /// Keys that are noted: more than any log has whose keys are names.
    static let limit = 4096
    /// Bytes of a key.
    static let longestKey = 64

    private var keys: Set<[UInt8]> = []

    /// Notes the texts before a colon. A text inside of a text cannot be one: its quotes are escaped.
    init(_ text: [UInt8]) {
        var position = text.startIndex
        while position < text.endIndex && keys.count < RecordMarks.limit {
            guard text[position] == JSONSkip.quote else {
                position += 1
                continue
            }
            var end = position + 1
            while end < text.endIndex && text[end] != JSONSkip.quote && text[end] >= 0x20 { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
            guard end < text.endIndex else { return }
            var behind = end + 1
            while behind < text.endIndex && text[behind] <= 0x20 { behind += 1 }
            if behind < text.endIndex && text[behind] == UInt8(ascii: ":") && end - position - 1 <= RecordMarks.longestKey {
                note(text[position + 1..<end])
            }
            position = end + 1
        }
    }

    /// Whether one of each group is there. Log Analytics adds a letter for the type of a value to a key.
    func hold(_ marks: [[String]]) -> Bool {
        marks.allSatisfy { group in group.contains { keys.contains(RecordMarks.plain(Array($0.utf8)[...])) } }
    }

    private mutating func note(_ key: ArraySlice<UInt8>) {
        keys.insert(RecordMarks.plain(key))
        if key.count > 2 && key[key.endIndex - 2] == UInt8(ascii: "_") { keys.insert(RecordMarks.plain(key.dropLast(2))) }
    }

    /// A key in small letters, without underscores.
    private static func plain(_ key: ArraySlice<UInt8>) -> [UInt8] {
        key.filter { $0 != UInt8(ascii: "_") }.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }
}
