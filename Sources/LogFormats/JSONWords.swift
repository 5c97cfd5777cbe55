// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The closed vocabularies of weir's event, compared as one machine word each.
enum JSONWords {
    private static let operations: [(UInt64, Operation)] = Operation.allCases.map { (packed($0.name), $0) }
    private static let kinds: [(UInt64, AccountKind)] = [
        (packed("service"), .service), (packed("human"), .human), (packed("app"), .app),
    ]
    private static let methods: [(UInt64, Operation)] = [
        (packed("GET"), .read), (packed("HEAD"), .read), (packed("DELETE"), .delete), (packed("get"), .read), (packed("delete"), .delete),
    ]

    private static func packed(_ text: String) -> UInt64 {
        text.utf8.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func operation(_ word: UInt64, _ count: Int) -> Operation {
        for (name, operation) in operations where name == word { return operation }
        return .unknown
    }

    static func kind(_ word: UInt64) -> AccountKind {
        for (name, kind) in kinds where name == word { return kind }
        return .unknown
    }

    static func method(_ word: UInt64) -> Operation {
        for (name, operation) in methods where name == word { return operation }
        return .unknown
    }
}
