// weir
// SPDX-License-Identifier: Apache-2.0

/// Every format, in the order of the manual. A new format is one file and one line here.
package enum FormatCatalog {
    package static let all: [any LineFormat.Type] = [
        JSONFormat.self,

    ]

    package static var names: [String] { all.map { $0.descriptor.name } }

    /// The format of a name, or nil.
    package static func format(named name: String) -> (any LineFormat.Type)? {
        all.first { $0.descriptor.name == name }
    }
}
