// weir
// SPDX-License-Identifier: Apache-2.0

/// The name somebody probably meant.
package enum NearestName {
    /// Names longer than this are not compared: they are no misspelt key, and the comparison takes length × length steps.
    static let lengthLimit = 64

    /// The known name within two edits, or within a third of its length; nil when none is near. Source: Levenshtein 1966.
    static func of(_ name: String, among names: [String]) -> String? {
        guard name.utf8.count <= lengthLimit else { return nil }
        let bytes = Array(name.utf8)
        let scored = names.map { ($0, distance(bytes, Array($0.utf8))) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let best = scored.first, best.1 <= max(2, best.0.utf8.count / 3), best.1 < best.0.utf8.count else { return nil }
        return best.0
    }

    /// The known names that somebody may have meant, the nearest first: those that hold `name` and those within half of its length, at
    /// most `limit`. Complexity: O(names × length²); of a name of more than 64 bytes, only those that hold it.
    package static func near(_ name: String, among names: [String], limit: Int) -> [String] {
        let bytes = Array(name.utf8)
        let scored = names.compactMap { known -> (Int, String)? in
            if !name.isEmpty && known.contains(name) { return (0, known) }
            guard bytes.count <= lengthLimit, known.utf8.count <= lengthLimit else { return nil }
            let distance = distance(bytes, Array(known.utf8))
            return distance <= max(2, bytes.count / 2) ? (distance, known) : nil
        }
        return scored.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(limit).map(\.1)
    }

    /// `Did you mean x?`, or what there is.
    static func hint(_ name: String, among names: [String], else known: String? = nil) -> String {
        if let near = of(name, among: names) { return "Did you mean \(near)?" }
        return known ?? (names.isEmpty ? "There are none." : "There are \(names.joined(separator: ", ")).")
    }

    /// Insertions, deletions and replacements that lead from one to the other. Complexity: O(left × right).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}

/// Values of the settings as people write and read them.
enum SettingsText {
    static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude <= 1e15 ? String(Int64(value)) : String(value)
    }

    static func range(_ range: ClosedRange<Double>) -> String { "\(number(range.lowerBound)) to \(number(range.upperBound))" }

    /// With one full stop at its end.
    static func ended(_ text: String) -> String { text.hasSuffix(".") ? text : text + "." }

    /// Quoted for a message on a terminal: no control characters, not long.
    static func quoted(_ text: String) -> String {
        let safe = text.unicodeScalars.prefix(60).map { $0.value < 32 || (127...159).contains($0.value) ? "?" : $0 }
        return "\"" + String(String.UnicodeScalarView(safe)) + (text.unicodeScalars.count > 60 ? "…" : "") + "\""
    }
}
