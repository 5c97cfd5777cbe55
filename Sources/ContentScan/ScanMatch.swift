// weir
// SPDX-License-Identifier: Apache-2.0

/// One place where personal data was found: everything but the value itself.
package struct ScanMatch: Equatable, Sendable {
    /// What was found.
    package let type: PersonalDataType
    /// Which of the operator's patterns found it, in their order; 0 for the other types.
    package let pattern: UInt8
    /// The first byte of it in the text that was scanned.
    package let offset: Int
    /// Bytes of it.
    package let length: Int
    /// How sure the scanner is, 0…1: 1 means a checksum or an exact form, and where that is not rare by chance, a key as well.
    package let confidence: Float
    /// The value is one that stands for nobody: a documented test value or one of the settings' own.
    package let isReserved: Bool

    /// A match.
    package init(
        type: PersonalDataType, pattern: UInt8 = 0, offset: Int, length: Int, confidence: Float, isReserved: Bool = false
    ) {
        self.type = type
        self.pattern = pattern
        self.offset = offset
        self.length = length
        self.confidence = confidence
        self.isReserved = isReserved
    }

    /// The bytes it covers.
    package var range: Range<Int> { offset..<offset + length }
}

/// How many matches of each type a text had.
package struct ScanCounts: Equatable, Sendable {
    private static let places = PersonalDataType.allCases.count
    private var all = [UInt32](repeating: 0, count: ScanCounts.places)
    private var reserved = [UInt32](repeating: 0, count: ScanCounts.places)
    /// Matches of every type.
    package private(set) var total: UInt32 = 0

    /// None yet.
    package init() {}

    /// Matches of a type, reserved values among them.
    package subscript(type: PersonalDataType) -> UInt32 { all[Int(type.rawValue)] }

    /// Matches of a type that are reserved values.
    package func reserved(_ type: PersonalDataType) -> UInt32 { reserved[Int(type.rawValue)] }

    /// Matches of a type that may be somebody's.
    package func genuine(_ type: PersonalDataType) -> UInt32 { self[type] &- reserved(type) }

    /// The types that were found.
    package var types: PersonalDataTypes {
        PersonalDataTypes(PersonalDataType.allCases.filter { self[$0] > 0 }.map { PersonalDataTypes($0) })
    }

    /// Counts one match.
    package mutating func add(_ match: ScanMatch) {
        all[Int(match.type.rawValue)] &+= 1
        if match.isReserved { reserved[Int(match.type.rawValue)] &+= 1 }
        total &+= 1
    }

    /// Counts what another text had.
    package mutating func add(_ other: ScanCounts) {
        guard other.total > 0 else { return }
        for place in 0..<ScanCounts.places {
            all[place] &+= other.all[place]
            reserved[place] &+= other.reserved[place]
        }
        total &+= other.total
    }

    /// Forgets everything, keeps the memory.
    package mutating func removeAll() {
        guard total > 0 else { return }
        for place in 0..<ScanCounts.places {
            all[place] = 0
            reserved[place] = 0
        }
        total = 0
    }
}
