// weir
// SPDX-License-Identifier: Apache-2.0

/// What a scanner looks for.
package struct ScanOptions: Equatable, Sendable {
    /// The types to report.
    package var types: PersonalDataTypes
    /// Countries whose national numbers are looked for; a type of another country is never reported.
    package var countries: Set<ScanCountry>
    /// Domains whose addresses stand for nobody, their subdomains too, beside the reserved ones; ASCII, any case.
    package var syntheticDomains: [String]
    /// Beginnings of values that stand for nobody, as they are normalised: `+4915735`, `test-`.
    package var syntheticPrefixes: [String]
    /// Patterns of the operator, reported as ``PersonalDataType/custom``.
    package var patterns: [ScanPattern]

    /// Options; what is not given is the standard set of types and no country.
    package init(
        types: PersonalDataTypes = .standard, countries: Set<ScanCountry> = [], syntheticDomains: [String] = [],
        syntheticPrefixes: [String] = [], patterns: [ScanPattern] = []
    ) {
        self.types = types
        self.countries = countries
        self.syntheticDomains = syntheticDomains
        self.syntheticPrefixes = syntheticPrefixes
        self.patterns = patterns
    }

    /// The types that the countries leave.
    var effectiveTypes: PersonalDataTypes {
        var result = types
        for type in PersonalDataType.allCases {
            if let country = type.country, !countries.contains(country) { result.remove(PersonalDataTypes(type)) }
        }
        if patterns.isEmpty { result.remove(PersonalDataTypes(.custom)) }
        return result
    }
}
