// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A kind of personal data or secret that a text may hold. The raw value is stable: it is stored in states and states' masks.
package enum PersonalDataType: UInt8, CaseIterable, Sendable {
    case email = 0
    case card, iban, phone
    case nationalGermany, nationalSpain, nationalItaly, nationalPoland, healthBritain, insuranceBritain
    case nationalUnitedStates, nationalFrance, nationalNetherlands, nationalBelgium
    case dateOfBirth, postalAddress, personName
    case networkAddress, secret
    /// What a pattern of the operator finds.
    case custom

    /// The name in settings, alerts and stored states; never changes.
    package var name: String { facts.name }

    /// How much one match counts beside matches of other types, 0…1. From the threat model, section 1.1: what names one person for certain
    /// and can be misused at once is 1, what only a key makes plausible is below a half.
    package var weight: Double { facts.weight }

    /// How bad one match is where no personal data belongs, unless the settings say otherwise.
    package var severity: Severity { facts.severity }

    /// The country whose settings switch the type on; nil for types of no country.
    package var country: ScanCountry? {
        switch self {
        case .nationalGermany: .germany
        case .nationalSpain: .spain
        case .nationalItaly: .italy
        case .nationalPoland: .poland
        case .healthBritain, .insuranceBritain: .britain
        case .nationalUnitedStates: .unitedStates
        case .nationalFrance: .france
        case .nationalNetherlands: .netherlands
        case .nationalBelgium: .belgium
        default: nil
        }
    }

    /// Whether one match proves something by itself: a checksum, or the exact form of a key. The others need company.
    package var isConclusive: Bool {
        switch self {
        case .card, .iban, .secret: true
        default: country != nil
        }
    }

    private var facts: (name: String, weight: Double, severity: Severity) {
        switch self {
        case .email: ("email", 0.8, .medium)
        case .card: ("card", 1, .high)
        case .iban: ("iban", 1, .high)
        case .phone: ("phone", 0.6, .medium)
        case .nationalGermany: ("national_id_de", 1, .high)
        case .nationalSpain: ("national_id_es", 1, .high)
        case .nationalItaly: ("national_id_it", 1, .high)
        case .nationalPoland: ("national_id_pl", 1, .high)
        case .healthBritain: ("nhs_number_uk", 1, .high)
        case .insuranceBritain: ("national_insurance_uk", 1, .high)
        case .nationalUnitedStates: ("social_security_us", 1, .high)
        case .nationalFrance: ("national_id_fr", 1, .high)
        case .nationalNetherlands: ("national_id_nl", 1, .high)
        case .nationalBelgium: ("national_id_be", 1, .high)
        case .dateOfBirth: ("date_of_birth", 0.5, .medium)
        case .postalAddress: ("postal_address", 0.4, .medium)
        case .personName: ("person_name", 0.4, .low)
        case .networkAddress: ("network_address", 0.2, .low)
        case .secret: ("secret", 1, .critical)
        case .custom: ("custom", 0.5, .medium)
        }
    }

    /// The type of a name in settings; nil when there is none.
    package init?(named name: String) {
        guard let type = PersonalDataType.allCases.first(where: { $0.name == name }) else { return nil }
        self = type
    }
}

/// A set of types, one bit each.
package struct PersonalDataTypes: OptionSet, Hashable, Sendable {
    /// The bit of a type is its raw value.
    package let rawValue: UInt32

    /// A set from its bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The set of one type.
    package init(_ type: PersonalDataType) { rawValue = 1 << UInt32(type.rawValue) }

    /// Every type. The national ones still wait for their country.
    package static let all = PersonalDataTypes(rawValue: (1 << UInt32(PersonalDataType.allCases.count)) - 1)

    /// All but network addresses, which are what access logs consist of.
    package static let standard = all.subtracting(PersonalDataTypes(.networkAddress))

    /// Whether a type is in the set.
    @inline(__always)
    package func contains(_ type: PersonalDataType) -> Bool { rawValue & (1 << UInt32(type.rawValue)) != 0 }
}

/// A country whose national numbers can be looked for.
package enum ScanCountry: String, CaseIterable, Sendable {
    case germany = "de"
    case spain = "es"
    case italy = "it"
    case poland = "pl"
    case britain = "uk"
    case unitedStates = "us"
    case france = "fr"
    case netherlands = "nl"
    case belgium = "be"
}
