// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Detection
import EventModel
import LogFormats
import Pipeline

extension SettingsReader {
    /// Names of programs. One that would call everybody a program is a mistake: it would keep people's names in the clear.
    func serviceAccounts(_ node: SettingsNode?) -> [String] {
        (node?.items(atMost: SettingsLimits.serviceAccounts) ?? []).compactMap { item in
            guard let name = item.text() else { return nil }
            guard name.utf8.count <= 200 else {
                item.problem("is longer than 200 bytes.")
                return nil
            }
            let stated = name.utf8.count { byte in byte >= 0x80 || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 }
            guard stated >= 4 || !name.contains("*") else {
                item.problem("would be everybody: name the account, or four letters of it at least.")
                return nil
            }
            // Google's are of no people.
            if name.hasPrefix("*") && !name.hasSuffix(".gserviceaccount.com") {
                item.warning("Addresses of people that end so are kept and shown in the clear, too: let the programs' own names begin it.")
            }
            return name
        }
    }

    func readDetection(_ node: SettingsNode, _ settings: inout WeirSettings) {
        let keys = node.block(SettingKeys.detection)
        if let node = keys["model"] { read(model: node, &settings) }
        if let budget = keys["alert_budget"]?.block(SettingKeys.budget) {
            settings.statesBudget = !budget.isEmpty
            if let pages = budget["pages_per_day"]?.number(SettingKeys.pagesPerDay) { settings.pagesPerDay = pages }
            if let tickets = budget["tickets_per_week"]?.number(SettingKeys.ticketsPerWeek) { settings.ticketsPerWeek = tickets }
        }
        for item in keys["calendar"]?.items(atMost: SettingsLimits.rises) ?? [] {
            if let rise = rise(item, settings.sources.map(\.name)) { settings.calendar.append(rise) }
        }
        for item in keys["canaries"]?.items(atMost: SettingsLimits.canaries) ?? [] {
            if let name = item.text() { settings.canaries.append(name) }
        }
        if let node = keys["inventory"], let path = node.text().map(absolute) {
            settings.inventory = inventory(path, node)
        }
        for item in keys["known_networks"]?.items(atMost: SettingsLimits.networks) ?? [] {
            if let network = network(item) { settings.knownNetworks.append(network) }
        }
        if let node = keys["series"] { settings.series = series(node, ServiceAccounts(settings.serviceAccounts)) }
        for (id, options) in keys["detectors"]?.entries() ?? [] {
            settings.detectorOptions[id, default: [:]].merge(detector(id, options)) { _, own in own }
        }
    }

    private func series(_ node: SettingsNode, _ services: ServiceAccounts) -> SeriesSelection {
        let keys = node.block(SettingKeys.seriesKeys)
        var selection = SeriesSelection()
        for (name, list) in keys["endpoints"]?.entries() ?? [] {
            let patterns = list.items(atMost: SeriesSelection.patternLimit).compactMap { item -> String? in
                guard let pattern = item.text() else { return nil }
                if pattern.allSatisfy({ $0 == "*" || $0 == "/" }) {
                    item.problem("would be every endpoint: that is the source's total, which is watched anyhow.")
                }
                return pattern
            }
            if patterns.isEmpty { list.problem("names no endpoint: write it like \(name): [/jobs/*].") }
            if name.utf8.count > 100 { list.problem("has a name of more than 100 bytes.") }
            selection.groups.append(SeriesSelection.EndpointGroup(name: name, patterns: patterns))
        }
        for item in keys["accounts"]?.items(atMost: SettingsLimits.keys) ?? [] {
            guard let name = item.text() else { continue }
            if selection.accounts.contains(name) {
                item.problem("\(SettingsText.quoted(name)) is named twice.")
                continue
            }
            if name.contains("@") && !services.declare(Array(name.utf8)) {
                item.warning(
                    "\(SettingsText.quoted(name)) looks like a person's, whom weir knows by a pseudonym: name it in service_accounts too.")
            }
            selection.accounts.append(name)
        }
        guard selection.count <= SeriesSelection.limit else {
            node.problem("names \(selection.count) accounts and groups: at most \(SeriesSelection.limit) are watched.")
            return SeriesSelection()
        }
        return selection
    }

    private func rise(_ item: SettingsNode, _ sources: [String]) -> RiseSettings? {
        let keys = item.block(SettingKeys.rise)
        let name = keys["name"]?.text()
        let uplift = keys["uplift"]?.number(SettingKeys.riseUplift)
        let only = (keys["sources"]?.items(atMost: SettingsLimits.sources) ?? []).compactMap { node -> String? in
            guard let name = node.text() else { return nil }
            if !sources.contains(name) { node.problem("There is no source \(SettingsText.quoted(name)).") }
            return name
        }
        guard let name, let uplift, let start = keys["from"].flatMap(time), let end = keys["to"].flatMap(time) else { return nil }
        guard start < end else {
            keys["to"]?.problem("is not behind from.")
            return nil
        }
        guard name.utf8.count <= 100, name.allSatisfy({ !$0.isNewline && ($0.asciiValue ?? 0x20) >= 0x20 }) else {
            keys["name"]?.problem("is longer than 100 bytes, or has control characters.")
            return nil
        }
        if let now, end < now { item.warning("\(SettingsText.quoted(name)) is over.") }
        return RiseSettings(name: name, start: start, end: end, uplift: uplift, sources: only)
    }

    private func time(_ node: SettingsNode) -> EventTime? {
        guard let text = node.text() else { return nil }
        let bytes = Array(text.utf8)
        let time = ChunkBuffer(bytes).withBytes { TimestampParser.rfc3339($0, from: 0, to: bytes.count) }
        guard time != .min else {
            node.problem("\(SettingsText.quoted(text)) is no time with its zone: write it like 2026-11-27T00:00:00+01:00.")
            return nil
        }
        return EventTime(milliseconds: time)
    }

    /// The least prefix of a network: a shorter one would be a large part of all there are, and hide a thief there.
    private static let leastPrefix = 7

    private func network(_ node: SettingsNode) -> NetworkRange? {
        guard let text = node.text() else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = SocketAddressText.bytes(String(parts[0])),
            let prefix = parts.count == 1 ? 8 * address.count : Int(parts[1]), prefix <= 8 * address.count, prefix >= 0,
            let range = NetworkRange(address, prefix: prefix)
        else {
            node.problem("\(SettingsText.quoted(text)) is no network: write it like 203.0.113.0/24 or 2001:db8:7::/48.")
            return nil
        }
        guard prefix >= SettingsReader.leastPrefix else {
            node.problem("\(SettingsText.quoted(text)) would be known for nearly everybody: /\(SettingsReader.leastPrefix) at least.")
            return nil
        }
        let isWhole = (prefix..<8 * address.count).allSatisfy { address[$0 / 8] & (0x80 >> UInt8($0 % 8)) == 0 }
        guard isWhole else {
            node.problem("\(SettingsText.quoted(text)) has bits beyond its prefix: which of the two is meant?")
            return nil
        }
        if address.count == 16, address.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
            node.problem("\(SettingsText.quoted(text)) stands for IPv4: write it so.")
            return nil
        }
        if prefix > (address.count == 4 ? 24 : 48) {
            node.warning("\(SettingsText.quoted(text)) counts as \(range.first.text): weir keeps no more of an address.")
        }
        return range
    }

    private func read(model node: SettingsNode, _ settings: inout WeirSettings) {
        guard let reference = node.text(), model == nil else { return }
        do throws(SettingsFailure) {
            settings.take(try DetectionModel.load(reference, from: folder, catalogs: catalogs))
        } catch {
            for problem in error.problems { node.problem(SettingsText.ended(problem.message)) }
        }
    }

    private func inventory(_ path: String, _ node: SettingsNode) -> [String] {
        switch SettingsPaths.contents(path, limit: SettingsLimits.inventorySize) {
        case .failure(let words): node.problem("\(SettingsText.quoted(path)) cannot be read: \(words).")
        case .text(let text):
            let endpoints = InventoryFile.endpoints(of: text)
            if endpoints.isEmpty {
                node.problem(
                    "\(SettingsText.quoted(path)) names no path: an OpenAPI document has paths, a list one that begins with / a line.")
            } else if endpoints.count > SettingsLimits.endpoints {
                node.problem("\(SettingsText.quoted(path)) names \(endpoints.count) paths, at most \(SettingsLimits.endpoints) are read.")
            }
            return endpoints
        }
        return []
    }

    func detector(_ id: String, _ node: SettingsNode) -> [String: Double] {
        guard let descriptor = catalogs.detectors.first(where: { $0.id == id }) else {
            let known = catalogs.detectors.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
            let meant = catalogs.detectors.first { $0.name == id || $0.id.lowercased() == id.lowercased() }
            node.problem("There is no such detector. \(meant.map { "Did you mean \($0.id)?" } ?? "There are \(known).")")
            return [:]
        }
        var values: [String: Double] = [:]
        let names = descriptor.options.map(\.name)
        for (name, value) in node.entries() ?? [] {
            if let option = descriptor.options.first(where: { $0.name == name }) {
                if let number = value.number(in: option.range) { values[name] = number }
            } else {
                value.problem("\(id) has no such option. \(NearestName.hint(name, among: names))")
            }
        }
        return values
    }
}
