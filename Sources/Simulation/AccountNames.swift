// weir
// SPDX-License-Identifier: Apache-2.0

/// Names of service accounts as companies give them: `svc-`, a part of the company, and what it is for.
enum AccountNames {
    private static let parts = [
        "orders", "billing", "support", "marketing", "sales", "loyalty", "returns", "pricing", "logistics", "finance", "partners",
        "catalog", "retail", "service", "growth", "risk", "payments", "stores", "content", "crm", "emea", "apac", "nordics", "dach",
    ]

    /// The names of a fleet, in the order of its accounts; no name comes twice. Complexity: O(accounts).
    static func make(accounts: Int, seed: UInt64) -> [String] {
        var random = SimulationRandom(seed: seed, part: 0xACC0_0417)
        let turn = random.below(parts.count)
        var taken: [String: Int] = [:]
        var names: [String] = []
        names.reserveCapacity(accounts)
        for index in 0..<accounts {
            let nouns = AccountRole.role(ofAccount: index).nouns
            let part = parts[(index * 7 + turn) % parts.count]
            let noun = nouns[(index / AccountRole.mixture.count) % nouns.count]
            let name = "svc-\(part)-\(noun)"
            let count = taken[name, default: 0] + 1
            taken[name] = count
            names.append(count == 1 ? name : "\(name)-\(count)")
        }
        return names
    }
}
