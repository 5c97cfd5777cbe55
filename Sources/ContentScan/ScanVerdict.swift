// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What data a field or object is declared to hold.
package enum DataClass: UInt8, CaseIterable, Sendable {
    /// Nothing is declared.
    case unknown = 0
    /// Data of customers: personal data belongs here.
    case customer
    /// Text that a model wrote.
    case aiContent
    /// Data that was made up: nothing in it may be anybody's.
    case synthetic
}

/// What follows from a text's matches, by the class of the data they were found in.
package struct ScanVerdict: Equatable, Sendable {
    /// Whether the matches are a finding, or only counted.
    package enum Outcome: UInt8, Sendable {
        case nothing = 0
        case count
        case finding
    }

    /// What follows.
    package let outcome: Outcome
    /// The worst severity of what was found; low when nothing follows.
    package let severity: Severity
    /// The types that make it a finding.
    package let types: PersonalDataTypes
    /// The sum of the weights of the matches that are nobody's test values.
    package let weight: Double
    /// Whether one match proves it: a checksum, a key's exact form. Otherwise it takes several, over time.
    package let isConclusive: Bool

    /// The verdict on one text, or on many whose counts were added up.
    ///
    /// Where personal data belongs it is counted, and so it is where nobody said what the data is. Text of models and made-up data must
    /// hold none but reserved values.
    /// Complexity: O(types).
    package init(_ counts: ScanCounts, in dataClass: DataClass) {
        var types: PersonalDataTypes = []
        var weight = 0.0
        var severity = Severity.low
        var isConclusive = false
        for type in PersonalDataType.allCases where counts.genuine(type) > 0 {
            weight += type.weight * Double(counts.genuine(type))
            guard dataClass == .aiContent || dataClass == .synthetic else { continue }
            types.insert(PersonalDataTypes(type))
            severity = max(severity, type.severity)
            isConclusive = isConclusive || type.isConclusive
        }
        self.types = types
        self.weight = weight
        self.severity = severity
        self.isConclusive = isConclusive
        outcome = !types.isEmpty ? .finding : counts.total > 0 ? .count : .nothing
    }
}
