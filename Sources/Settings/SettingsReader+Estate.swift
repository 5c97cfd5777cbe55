// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import Detection
import EventModel
import LogFormats

extension SettingsReader {
    func readEstate(_ node: SettingsNode) -> Estate {
        let keys = node.block(SettingKeys.estate)
        var estate = Estate()
        estate.systems = items(keys["systems"]).map(system)
        for (name, members) in keys["regions"]?.entries() ?? [] {
            estate.regions.append(Estate.Region(name: name, members: texts(members)))
        }
        estate.stores = items(keys["stores"]).map(store)
        estate.flows = items(keys["flows"]).map(flow)
        estate.dualEnvironment = items(keys["dual_environment"]).map { item in
            let keys = item.block(SettingKeys.allowance)
            if keys["expires"] == nil { item.warning("has no `expires`: an exception without an end is forgotten.") }
            let allowance = Estate.Allowance(
                account: text(keys["account"]), owner: text(keys["owner"]), expires: keys["expires"].flatMap(date))
            warnOfEnd(allowance.expires, item, "what the account does in two environments is undeclared.")
            return allowance
        }
        estate.generators = texts(keys["generators"])
        estate.assistants = texts(keys["assistants"])
        estate.sensitive = texts(keys["sensitive"])
        if let node = keys["checkout"] {
            let keys = node.block(SettingKeys.checkoutKeys)
            estate.checkout = Estate.Checkout(endpoints: texts(keys["endpoints"]), stores: texts(keys["stores"]))
        }
        if let node = keys["tls_minimum"], let text = choice(node, ["1.0", "1.1", "1.2", "1.3"]) {
            estate.weakestTransport = ["1.0": .tls10, "1.1": .tls11, "1.2": .tls12][text] ?? .tls13
        }
        estate.roles = items(keys["roles"]).map { item in
            let keys = item.block(SettingKeys.role)
            return Estate.Role(name: text(keys["name"]), accounts: texts(keys["accounts"]))
        }
        checkTogether(estate, keys)
        return estate
    }

    func readLexicon(_ node: SettingsNode) -> [MarkerLexicon.Entry] {
        node.items(atMost: MarkerLexicon.limit).compactMap { item in
            let keys = item.block(SettingKeys.lexiconEntry)
            guard let keyNode = keys["key"], let name = choice(keyNode, MarkerLexicon.Key.allCases.map(\.text)),
                let key = MarkerLexicon.Key.allCases.first(where: { $0.text == name }), let match = keys["match"]?.text(),
                let meansNode = keys["means"], let means = choice(meansNode, MarkerLexicon.meanings(of: key))
            else { return nil }
            if match.count(where: { $0 == "*" }) > 1 { keys["match"]?.problem("has two stars: one may stand for any text.") }
            return MarkerLexicon.Entry(key, match, means: means)
        }
    }

    func readPersonalData(_ node: SettingsNode) -> ScanOptions {
        let keys = node.block(SettingKeys.personalData)
        var options = ScanOptions()
        for item in items(keys["countries"]) {
            if let code = choice(item, ScanCountry.allCases.map(\.rawValue)), let country = ScanCountry(rawValue: code) {
                options.countries.insert(country)
            }
        }
        options.syntheticDomains = texts(keys["synthetic_domains"])
        options.syntheticPrefixes = texts(keys["synthetic_prefixes"])
        for item in keys["patterns"]?.items(atMost: 255) ?? [] {
            let parts = item.block(SettingKeys.pattern)
            guard let node = parts["match"], let match = node.text() else { continue }
            do throws(PatternError) {
                options.patterns.append(try ScanPattern(name: text(parts["name"]), text: match))
            } catch {
                node.problem("at byte \(error.position): \(error.reason)")
            }
        }
        return options
    }

    // MARK: Parts

    private func items(_ node: SettingsNode?) -> [SettingsNode] { node?.items(atMost: SettingsLimits.estateItems) ?? [] }

    private func texts(_ node: SettingsNode?) -> [String] { items(node).compactMap { $0.text() } }

    private func text(_ node: SettingsNode?) -> String { node?.text() ?? "" }

    private func system(_ node: SettingsNode) -> Estate.System {
        let keys = node.block(SettingKeys.system)
        return Estate.System(
            name: text(keys["name"]), environment: environment(keys["environment"]), region: text(keys["region"]),
            hosts: texts(keys["hosts"]))
    }

    func environment(_ node: SettingsNode?) -> DataEnvironment {
        guard let node, let name = choice(node, SettingKeys.environment.choices) else { return .unknown }
        return DataEnvironment.allCases.first { $0.name == name } ?? .unknown
    }

    private func dataClass(_ node: SettingsNode?) -> DataClass? {
        guard let node, let name = choice(node, DataClass.allCases.dropFirst().map(\.name)) else { return nil }
        return DataClass.allCases.first { $0.name == name }
    }

    private func store(_ node: SettingsNode) -> Estate.Store {
        let keys = node.block(SettingKeys.store)
        let records = keys["records"]?.number(SettingKeys.records)
        let store = Estate.Store(
            name: text(keys["name"]), system: text(keys["system"]), dataClass: dataClass(keys["class"]) ?? .unknown,
            objects: texts(keys["objects"]), endpoints: texts(keys["endpoints"]), records: records.map { UInt64($0) } ?? 0)
        if store.objects.isEmpty && store.endpoints.isEmpty {
            node.problem("has neither objects nor endpoints: no line of a log can be known to be about it.")
        }
        return store
    }

    private func flow(_ node: SettingsNode) -> Estate.Flow {
        let keys = node.block(SettingKeys.flow)
        if keys["owner"] == nil { node.warning("has no `owner`: nobody can be asked about it.") }
        let flow = Estate.Flow(
            dataClass: dataClass(keys["class"]), from: text(keys["from"]), to: text(keys["to"]), owner: text(keys["owner"]),
            expires: keys["expires"].flatMap(date), assessment: text(keys["assessment"]))
        warnOfEnd(flow.expires, node, "what still flows is undeclared.")
        return flow
    }

    private func warnOfEnd(_ end: EventTime?, _ node: SettingsNode, _ consequence: String) {
        guard let end, let now, end <= now else { return }
        node.warning("ended on \(CivilTime(end).rfc3339.prefix(10)): \(consequence)")
    }

    private func date(_ node: SettingsNode) -> EventTime? {
        guard let text = node.text() else { return nil }
        let bytes = Array((text.utf8.count == 10 ? text + "T00:00:00Z" : text).utf8)
        let milliseconds = ChunkBuffer(bytes).withBytes { TimestampParser.rfc3339($0, from: 0, to: bytes.count) }
        guard milliseconds != .min else {
            node.problem("\(SettingsText.quoted(text)) is no date: write 2027-06-30.")
            return nil
        }
        return EventTime(milliseconds: milliseconds)
    }

    // MARK: Contradictions

    /// Sizes of stores that D24 can make nothing of.
    func checkCatalogues(_ settings: WeirSettings, _ node: SettingsNode) {
        let stores = zip(settings.estate.stores, node.members(of: "stores"))
        let sized = stores.filter { $0.0.records > 0 }
        if sized.count > StoreCatalogues.limit {
            node.problem("has \(sized.count) stores with `records`: at most \(StoreCatalogues.limit) may state how many they hold.")
        }
        let readable = catalogs.formats.filter { $0.descriptor.mappableKeys.contains("item") }.map { $0.descriptor.name }
        let isRead = settings.sources.contains { readable.contains($0.format) }
        let fewest = DetectorOptions(DiscoveryDetector.descriptor, overrides: settings.detectorOptions["D24"] ?? [:])["minimum_items"]
        for (store, node) in sized {
            if !isRead {
                node.warning("states its `records`, but no source has a format that names the record read (`item`): nobody counts them.")
            } else if Double(store.records) < fewest {
                node.warning("holds fewer records than D24 speaks of (minimum_items \(NumberText.grouped(fewest))): its size says nothing.")
            }
        }
    }

    /// What each entry alone cannot show: names that lead nowhere, and entries that say two things of one.
    private func checkTogether(_ estate: Estate, _ keys: [String: SettingsNode]) {
        let systems = Set(estate.systems.map(\.name))
        let ends = systems.union(SettingKeys.environment.choices)
        let stores = Set(estate.stores.map(\.name))
        var owners: [String: String] = [:]
        for (system, node) in zip(estate.systems, items(keys["systems"])) {
            if estate.systems.count(where: { $0.name == system.name }) > 1 { node.problem("There are two systems \(system.name).") }
            for host in system.hosts {
                if let other = owners[host], other != system.name {
                    node.problem("\(SettingsText.quoted(host)) is a host of \(other) already: an event cannot be in two systems.")
                }
                owners[host] = system.name
            }
        }
        var homes: [String: String] = [:]
        for (store, node) in zip(estate.stores, items(keys["stores"])) {
            if !systems.contains(store.system) {
                node.problem(
                    "There is no system \(SettingsText.quoted(store.system)). \(NearestName.hint(store.system, among: systems.sorted()))")
            }
            for object in store.objects + store.endpoints {
                if let other = homes[object], other != store.name {
                    node.problem("\(SettingsText.quoted(object)) belongs to \(other) already: a record cannot lie in two stores.")
                }
                homes[object] = store.name
            }
        }
        for (flow, node) in zip(estate.flows, items(keys["flows"])) {
            for end in [flow.from, flow.to] where !ends.contains(end) && !end.isEmpty {
                node.problem(
                    "\(SettingsText.quoted(end)) is neither a system nor an environment. \(NearestName.hint(end, among: ends.sorted()))")
            }
            let alike = estate.flows.filter { $0.dataClass == flow.dataClass && $0.from == flow.from && $0.to == flow.to }
            if Set(alike.map(\.expires)).count > 1 { node.problem("The same flow is declared with another `expires`.") }
            let target = estate.systems.first { $0.name == flow.to }?.environment
            if flow.dataClass == .synthetic, target.map({ $0 == .production }) ?? (flow.to == "production"), flow.assessment.isEmpty {
                node.warning("brings made-up records into production without an `assessment`.")
            }
            if flow.dataClass?.isOfPeople == true, target?.isForMadeUpData ?? (flow.to == "synthetic" || flow.to == "training"),
                flow.assessment.isEmpty
            {
                node.warning("brings customers' records among made-up ones without an `assessment`.")
            }
        }
        for (name, node) in zip(estate.checkout?.stores ?? [], items(keys["checkout"]?.block(SettingKeys.checkoutKeys)["stores"]))
        where !stores.contains(name) {
            node.problem("There is no store \(SettingsText.quoted(name)). \(NearestName.hint(name, among: stores.sorted()))")
        }
        for (name, node) in zip(estate.generators, items(keys["generators"]))
        where estate.dualEnvironment.contains(where: { $0.account == name }) {
            node.warning("\(name) makes synthetic records and may work in production: nothing keeps the two apart.")
        }
    }
}
