// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Who acts in an estate.
package struct EstateAccount: Equatable, Sendable {
    package let name: String
    package let kind: AccountKind
    /// What a person's work is; nil for programs.
    package let role: Role?
    let agent: String
    /// The first three bytes of its addresses.
    let network: UInt32

    package enum Role: String, CaseIterable, Sendable {
        /// Looks after customers.
        case supportAgent = "support_agent"
        /// Looks after synthetic records.
        case syntheticSteward = "synthetic_steward"
        /// May see both.
        case syntheticAdmin = "synthetic_admin"
    }

    /// The people, by role.
    private static let people: [(role: Role, names: [String])] = [
        (.supportAgent, ["anna.lindqvist", "bruno.keller", "chiara.moretti", "david.okafor", "elena.novak"]),
        (.syntheticSteward, ["goran.petrov", "hana.suzuki", "ines.carvalho"]),
        (.syntheticAdmin, ["jonas.weber", "katya.melnyk"]),
    ]

    /// Who may touch production and synthetic records: a declared program, and the people whose role it is.
    package static var dualEnvironment: [String] { ["svc-masking"] + all.filter { $0.role == .syntheticAdmin }.map(\.name) }

    /// Everybody, programs first. The order is the estate's.
    package static let all: [EstateAccount] = {
        var programs: [String] = []
        for name in EstateRoutine.usual.map(\.account) + ["svc-synth-gen", "svc-synth-sync"] where !programs.contains(name) {
            programs.append(name)
        }
        var result = programs.enumerated().map { place, name in
            let isPartner = name.hasPrefix("partner-")
            return EstateAccount(
                name: name, kind: isPartner ? .app : .service, role: nil, agent: agents[place % agents.count],
                network: isPartner ? 0xC6_3364 + UInt32(place) : 0x0A_1400 + UInt32(place))
        }
        for (role, names) in people {
            for name in names {
                result.append(
                    EstateAccount(
                        name: name, kind: .human, role: role, agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/139.0",
                        network: 0x0A_2800 + UInt32(result.count)))
            }
        }
        return result
    }()

    /// Precondition: there is such an account.
    static func named(_ name: String) -> EstateAccount {
        guard let account = all.first(where: { $0.name == name }) else { preconditionFailure("the estate has no account \(name)") }
        return account
    }

    private static let agents = [
        "Java/21.0.3", "python-httpx/0.28.1", "node-fetch/3.3.2", "Go-http-client/2.0", "okhttp/4.12.0", "GuzzleHttp/7.9",
        "MuleSoft/4.6", "Apache-HttpClient/5.4 (Java/21)",
    ]
}
