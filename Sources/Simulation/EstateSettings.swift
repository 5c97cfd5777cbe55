// weir
// SPDX-License-Identifier: Apache-2.0

/// The settings file that goes with the log of an estate: the source, the estate, and the words that were replaced.
package struct EstateSettings: Sendable {
    package let text: EstateText
    /// The log's name.
    package let log: String

    package init(text: EstateText, log: String) {
        self.text = text
        self.log = log
    }

    package var yaml: String {
        var lines = ["# A simulated estate. Keys that this log does not have: \(droppedKeys)."]
        lines += ["state_directory: ./state", "sources:", "  - name: gateway", "    format: json", "    paths: [\"\(log)\"]"]
        lines += ["estate:", "  systems:"]
        for system in EstateMap.systems {
            lines.append(
                "    - { name: \(system.name), environment: \(system.environment.rawValue), region: \(system.jurisdiction), "
                    + "hosts: \(quoted(system.hosts)) }")
        }
        lines.append("  regions: { \(EstateMap.regions.map { "\($0.jurisdiction): \(quoted($0.names))" }.joined(separator: ", ")) }")
        lines.append("  stores:")
        lines += EstateMap.stores.map(store)
        lines.append("  flows:")
        for flow in EstateMap.flows {
            lines.append(
                "    - { class: \(flow.contents.rawValue), from: \(flow.from), to: \(flow.to), owner: \(flow.owner), "
                    + "expires: \(EstateMap.expiry)\(flow.assessment.map { ", assessment: \($0)" } ?? "") }")
        }
        lines.append("  dual_environment:")
        lines += EstateAccount.dualEnvironment.map {
            "    - { account: \($0), owner: data-platform, expires: \(EstateMap.expiry) }"
        }
        lines.append("  generators: \(list(EstateMap.generators))")
        lines.append(
            "  checkout: { endpoints: \(quoted(EstateMap.checkout.endpoints)), stores: \(list(EstateMap.checkout.stores)) }")
        lines.append("  assistants: \(quoted(EstateMap.assistants))")
        lines.append("  tls_minimum: \"1.3\"")
        lines.append("  roles:")
        for role in EstateAccount.Role.allCases {
            let names = EstateAccount.all.filter { $0.role == role }.map(\.name)
            lines.append("    - { name: \(role.rawValue), accounts: \(list(names)) }")
        }
        lines.append("  sensitive: \(list(EstateMap.sensitive))")
        if text.isRenamed { lines += lexicon }
        return lines.joined(separator: "\n") + "\n"
    }

    private var droppedKeys: String {
        let keys = EstateText.Key.allCases.filter(text.dropped.contains).map(\.rawValue)
        return keys.isEmpty ? "none" : keys.joined(separator: ", ")
    }

    private func store(_ store: EstateMap.Store) -> String {
        let objects = EstateMap.objects(of: store)
        let endpoints = EstateMap.endpoints(of: store)
        var line = "    - { name: \(store.name), system: \(store.system), class: \(store.contents.rawValue)"
        if !objects.isEmpty { line += ", objects: \(list(objects))" }
        if !endpoints.isEmpty { line += ", endpoints: \(quoted(endpoints))" }
        if store.records > 0 { line += ", records: \(store.records)" }
        return line + " }"
    }

    private var lexicon: [String] {
        var lines = ["lexicon:"]
        for environment in EstateEnvironment.allCases {
            lines.append("  - { key: env, match: \(environment.otherWord), means: \(environment.rawValue) }")
        }
        for contents in EstateContents.allCases where contents.word != nil {
            lines.append("  - { key: class, match: \(contents.otherWord), means: \(contents.rawValue) }")
        }
        // Without quotes both words would be booleans.
        lines.append("  - { key: synthetic, match: \"y\", means: \"true\" }")
        lines.append("  - { key: synthetic, match: \"n\", means: \"false\" }")
        return lines
    }

    private func list(_ names: [String]) -> String { "[\(names.joined(separator: ", "))]" }
    private func quoted(_ names: [String]) -> String { "[\(names.map { "\"\($0)\"" }.joined(separator: ", "))]" }
}

extension EstateMap {
    /// The objects of a store in usual traffic and in stories, each once.
    package static func objects(of store: Store) -> [String] {
        var result = EstateRoutine.usual.filter { $0.store == store }.map(\.object)
        if store.name == "synthetic-customers" { result += ["SynDataset", "SynContact", "SynOrder", "SynLead"] }
        if store.name == "synthetic-service" { result += ["SynAudit"] }
        return unique(result)
    }

    /// The endpoints of a store. Checkout and assistant routes that are named elsewhere belong to a store as well; the console's to none,
    /// because its records do.
    package static func endpoints(of store: Store) -> [String] {
        var result = EstateRoutine.usual.filter { $0.store == store && !checkout.endpoints.contains($0.endpoint) }.map(\.endpoint)
        if store.name == "synthetic-customers" {
            result += ["/synth/datasets", "/synth/contacts", "/synth/orders", "/synth/leads", "/synth/sync"]
        }
        if store.name == "customers" { result += ["/crm/contacts"] }
        if store.name == "synthetic-service" { result += ["/audit/{id}"] }
        return unique(result)
    }

    private static func unique(_ names: [String]) -> [String] {
        names.enumerated().filter { place, name in names.firstIndex(of: name) == place }.map(\.element)
    }
}
