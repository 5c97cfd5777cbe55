// weir
// SPDX-License-Identifier: Apache-2.0

/// Reads what stands before a value: the key that names it, or the words of the sentence it is in.
///
/// A keyword counts within 30 bytes before a value, and the name of a field counts as one. Source: Amazon Macie, "Keyword requirements for
/// managed data identifiers".
struct KeyReader: Sendable {
    /// Bytes before a value in which words count.
    static let reach = 30
    /// Bytes of a key that are read, from its end.
    static let longestKey = 64

    private let lexicon = KeyLexicon()

    /// What a whole key says. Complexity: O(length), the last ``longestKey`` bytes.
    func traits(ofKey bytes: Span<UInt8>, from start: Int, to end: Int) -> KeyTraits {
        traits(bytes, from: max(start, end &- KeyReader.longestKey), to: end, isSentence: false)
    }

    /// What stands before the value that begins at `position`. Complexity: O(1), 100 bytes at most.
    func traits(before position: Int, in bytes: Span<UInt8>) -> KeyTraits {
        var index = position &- 1
        // The signs that may stand between a key and its value.
        while index >= 0 && position &- index <= KeyReader.reach {
            switch bytes[index] {
            case 0x20, 0x09, 0x28, 0x5B, 0x2B, 0x5C, 0x27, 0x3C: index &-= 1
            case 0x22:
                // The quote that opens the value.
                index &-= 1
            case 0x3A, 0x3D: return traits(ofKeyBefore: index, in: bytes)
            default: return sentence(upTo: index &+ 1, from: max(0, position &- KeyReader.reach), in: bytes)
            }
        }
        return []
    }

    /// Whether a key may be one whose value is personal by it alone. Wrong only in saying so too often. Complexity: O(1), its last word.
    @inline(__always)
    func mayNameField(endingAt position: Int, in bytes: Span<UInt8>) -> Bool {
        var end = position
        while end > 0 && position &- end < 4 && !Bytes.isAlphanumeric(bytes[end &- 1]) { end &-= 1 }
        // `address2`
        while end > 0 && position &- end < 6 && Bytes.isDigit(bytes[end &- 1]) { end &-= 1 }
        if end > 0 && bytes[end &- 1] == 0x5F { end &-= 1 }
        var start = end
        let least = max(0, end &- KeyLexicon.longestWord &- 1)
        while start > least {
            let byte = bytes[start &- 1]
            guard Bytes.isLetter(byte) else { break }
            // A capital before small letters begins a word, one before a capital goes on.
            if start < end && byte & 0x20 != 0 && bytes[start] & 0x20 == 0 { break }
            start &-= 1
            if byte & 0x20 == 0 && start &+ 1 < end && bytes[start &+ 1] & 0x20 != 0 { break }
        }
        return start < end && lexicon.mayEndField(bytes[start] | 0x20, length: end &- start)
    }

    /// What the key says whose `:` or `=` stands at `position`. Complexity: O(1).
    func traits(ofKeyBefore position: Int, in bytes: Span<UInt8>) -> KeyTraits {
        var end = position
        while end > 0 && bytes[end &- 1] == 0x20 && position &- end < 4 { end &-= 1 }
        let least = max(0, end &- KeyReader.longestKey)
        guard end > least else { return [] }
        let quote = bytes[end &- 1]
        if quote == 0x22 || quote == 0x27 {
            end &-= 1
            // A key inside a JSON text that is itself a JSON string ends in \".
            if end > least && bytes[end &- 1] == 0x5C { end &-= 1 }
            var start = end
            while start > least && bytes[start &- 1] != quote { start &-= 1 }
            return traits(bytes, from: start, to: end, isSentence: false)
        }
        return traits(bytes, from: max(0, end &- KeyReader.reach), to: end, isSentence: true)
    }

    /// The words of a sentence before a value. They speak for it, never against it: `order` in a text is not the key of what follows.
    private func sentence(upTo end: Int, from least: Int, in bytes: Span<UInt8>) -> KeyTraits {
        var start = end
        while start > least && !KeyReader.endsSentence(bytes[start &- 1]) { start &-= 1 }
        var result = traits(bytes, from: start, to: end, isSentence: true).subtracting(.reservations)
        if start > least && bytes[start &- 1] == 0x22 {
            // The sentence is a field's value from its start on: the field's name counts too.
            var colon = start &- 2
            while colon >= 0 && bytes[colon] == 0x20 { colon &-= 1 }
            if colon >= 0 && (bytes[colon] == 0x3A || bytes[colon] == 0x3D) {
                result.formUnion(traits(ofKeyBefore: colon, in: bytes).subtracting(.reservations))
            }
        }
        return result
    }

    private static func endsSentence(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x7B, 0x7D, 0x2C, 0x3B, 0x26, 0x0A, 0x0D, 0x7C: true
        default: false
        }
    }

    /// What the words of a range say together, from the last to the first.
    private func traits(_ bytes: Span<UInt8>, from start: Int, to end: Int, isSentence: Bool) -> KeyTraits {
        var reading = Reading(isSentence: isSentence)
        var index = end
        // Whether the letter behind is a capital, to see where words begin in camel case.
        var wasCapital = false
        while index > start {
            index &-= 1
            let byte = bytes[index]
            let folded = byte | 0x20
            if folded &- 0x61 < 26 {
                let isCapital = byte < 0x61
                if !isCapital && wasCapital { reading.close(lexicon) }
                reading.word.prepend(folded)
                if isCapital && !wasCapital && reading.word.length > 1 {
                    reading.close(lexicon)
                    wasCapital = false
                } else {
                    wasCapital = isCapital
                }
            } else {
                reading.close(lexicon)
                wasCapital = false
                guard reading.goesOn(at: byte) else { break }
            }
        }
        reading.close(lexicon)
        return reading.result()
    }

    private struct Reading {
        let isSentence: Bool
        var word = KeyWord()
        private var all: KeyTraits = []
        /// What the word behind this one says.
        private var behind: KeyTraits = []
        private var isFar = false

        init(isSentence: Bool) { self.isSentence = isSentence }

        mutating func close(_ lexicon: KeyLexicon) {
            guard word.length > 0 else { return }
            var traits = lexicon.traits(of: word)
            if traits.contains(.ofPerson) && behind.contains(.name) { all.insert(.personName) }
            if traits.contains(.ofSecret) && behind.contains(.token) { all.insert(.secret) }
            if traits.contains(.ofPost) && behind.contains(.code) { all.insert(.address) }
            behind = traits
            if isFar { traits.subtract(.reservations) }
            all.formUnion(traits)
            word = KeyWord()
        }

        /// Whether words before a byte still belong to it. Behind the first space of a sentence, words only speak for a value.
        mutating func goesOn(at byte: UInt8) -> Bool {
            guard isSentence else { return true }
            switch byte {
            case 0x20: isFar = true
            case 0x22, 0x26, 0x2C, 0x3B, 0x3D, 0x3F, 0x7B, 0x7D, 0x0A, 0x0D, 0x7C: return false
            default: break
            }
            return true
        }

        func result() -> KeyTraits {
            var result = all
            if result.contains(.technical) || result.contains(.email) || result.contains(.identity) { result.remove(.address) }
            if result.contains(.identity) { result.remove(.personName) }
            return result
        }
    }
}
