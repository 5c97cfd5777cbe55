// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan

/// A match as a test states it: the type and the text that it covers.
struct Found: Equatable, CustomStringConvertible {
    let type: PersonalDataType
    let text: String

    init(_ type: PersonalDataType, _ text: String) {
        self.type = type
        self.text = text
    }

    var description: String { "\(type.name) \(text)" }
}

/// Everything switched on.
let everything = ScanOptions(types: .all, countries: Set(ScanCountry.allCases))

extension ContentScanner {
    /// Scans a text, and says what was found as text.
    mutating func found(_ text: String, key: String = "") -> [Found] {
        let bytes = Array(text.utf8)
        let traits = traits(ofKey: Array(key.utf8).span)
        scan(bytes.span, key: traits)
        return matches.map { Found($0.type, String(decoding: bytes[$0.range], as: UTF8.self)) }
    }
}

/// What a new scanner finds.
func scanned(_ text: String, key: String = "", _ options: ScanOptions = everything) -> [Found] {
    var scanner = ContentScanner(options)
    return scanner.found(text, key: key)
}

/// The matches that a new scanner finds.
func matches(_ text: String, key: String = "", _ options: ScanOptions = everything) -> [ScanMatch] {
    var scanner = ContentScanner(options)
    _ = scanner.found(text, key: key)
    return scanner.matches
}
