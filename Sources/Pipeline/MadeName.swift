// weir
// SPDX-License-Identifier: Apache-2.0

/// A name as a key that is equal to another when its bytes are, as names are everywhere else: texts of Swift are equal when they mean the
/// same characters, and logs may spell one with or without combining marks.
struct MadeName: Hashable {
    let text: String

    static func == (left: MadeName, right: MadeName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    /// The text's own hash: the same bytes are the same characters.
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
