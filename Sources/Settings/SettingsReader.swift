// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// Turns the YAML of the settings into values, collecting every problem on the way: a wrong value keeps no other from being looked at.
struct SettingsReader {
    /// The folder that relative paths start from.
    let folder: String
    let catalogs: SettingsCatalogs
    /// Whether the files and folders that the settings name are looked at.
    let looksAtFiles: Bool
    /// Whether each sink is made once, to see whether it takes its options.
    let triesSinks: Bool
    /// Stands in for the model that the settings name.
    var model: DetectionModel?
    /// Declarations that have ended by then are warned of; nil where nobody asks.
    var now: EventTime?
    let list = ProblemList()

    /// Whatever could be read; not to be used when ``list`` has problems.
    func read(_ root: SettingsNode) -> WeirSettings {
        let keys = root.block(SettingKeys.root)
        var settings = WeirSettings()
        if let model { settings.take(model) }
        if let node = keys["state_directory"], let path = node.text() {
            settings.stateDirectory = absolute(path)
            if looksAtFiles { check(stateDirectory: settings.stateDirectory, node) }
        }
        settings.keyDirectory = keyDirectory(keys["key_directory"], state: settings.stateDirectory)
        if let node = keys["sources"] { settings.sources = sources(node, stateDirectory: settings.stateDirectory) }
        settings.serviceAccounts = serviceAccounts(keys["service_accounts"])
        if let node = keys["detection"] { readDetection(node, &settings) }
        if let node = keys["estate"] {
            settings.estate = readEstate(node)
            checkCatalogues(settings, node)
        }
        if let node = keys["personal_data"] { settings.scan = readPersonalData(node) }
        if let node = keys["lexicon"] { settings.lexicon = readLexicon(node) }
        if let node = keys["alerts"] { settings.sinks = sinks(node, sources: settings.sources) }
        if let seconds = keys["checkpoint_interval_seconds"]?.number(SettingKeys.checkpointInterval) {
            settings.checkpointInterval = EventDuration(seconds: seconds)
        }
        if let node = keys["dashboard"] { settings.dashboardListen = dashboard(node) }
        if settings.sinks.isEmpty && keys["alerts"]?.hasEntries(under: "sinks") != true {
            (keys["alerts"] ?? root).warning("alerts.sinks is empty: alerts are stored and logged, and sent nowhere.")
        }
        return settings
    }

    func absolute(_ path: String) -> String {
        path.hasPrefix("/") || path == "-" || folder.isEmpty ? path : folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    }

    /// By default a neighbour of the state directory.
    private func keyDirectory(_ node: SettingsNode?, state: String) -> String {
        guard let node, let path = node.text() else { return (state.hasSuffix("/") ? String(state.dropLast()) : state) + "-keys" }
        let keys = absolute(path)
        if !state.isEmpty && (keys + "/").hasPrefix(state.hasSuffix("/") ? state : state + "/") {
            node.problem("lies in state_directory, whose copies would then name people: choose another folder.")
        }
        if looksAtFiles { check(stateDirectory: keys, node) }
        return keys
    }

    private func dashboard(_ node: SettingsNode) -> String? {
        let keys = node.block(SettingKeys.dashboard)
        node.warning("This version has no dashboard yet; use weir status.")
        guard let node = keys["listen"], let text = node.text() else { return nil }
        if text.hasPrefix("unix:/") { return text }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else {
            node.problem("is to be an address with a port, \"127.0.0.1:8480\", or a unix socket, \"unix:/run/weir/dashboard\".")
            return nil
        }
        let host = text[..<colon]
        guard host == "localhost" || host == "[::1]" || host.hasPrefix("127.") else {
            node.problem("\(SettingsText.quoted(String(host))) can be reached from outside: use 127.0.0.1 and a reverse proxy.")
            return nil
        }
        return text
    }

    // MARK: Sources

    private func sources(_ node: SettingsNode, stateDirectory: String) -> [SourceSettings] {
        let items = node.items(atMost: SettingsLimits.sources)
        if items.isEmpty && node.isList { node.problem("names no source: weir has nothing to read.") }
        var result: [SourceSettings] = []
        var names: Set<String> = []
        var readers: [String: String] = [:]
        for item in items {
            let keys = item.block(SettingKeys.source)
            var source = source(keys)
            source.receiver = receiver(keys, of: item)
            if source.receiver != nil { source.paths = [ReceiverSettings.spool(of: source.name, in: stateDirectory)] }
            if !source.name.isEmpty && !names.insert(source.name).inserted {
                keys["name"]?.problem("The name \(source.name) is taken by another source: give each its own.")
            }
            for path in source.paths {
                if let other = readers[path] {
                    (keys["paths"] ?? item).problem(
                        "\(SettingsText.quoted(path)) is read by \(other) already: its events would count twice.")
                } else {
                    readers[path] = source.name.isEmpty ? "another source" : source.name
                }
            }
            result.append(source)
        }
        if looksAtFiles { checkOverlap(result, node) }
        return result
    }

    private func source(_ keys: [String: SettingsNode]) -> SourceSettings {
        let format = keys["format"].flatMap(format)
        var source = SourceSettings(
            name: keys["name"].flatMap(name) ?? "", format: format?.descriptor.name ?? "", paths: keys["paths"].map(paths) ?? [],
            lateness: format?.descriptor.defaultLateness ?? .seconds(0))
        source.environment = environment(keys["environment"])
        if let node = keys["wrapper"] { source.wrapper = choice(node, SettingKeys.wrapper.choices).flatMap(LineWrapper.init) }
        if let seconds = keys["lateness_seconds"]?.number(SettingKeys.lateness) {
            source.lateness = EventDuration(seconds: seconds)
            if seconds == 0 { keys["lateness_seconds"]?.warning("With 0 every event that comes after a later one is left out.") }
        }
        if let seconds = keys["rotate_wait_seconds"]?.number(SettingKeys.rotateWait) { source.rotateWait = EventDuration(seconds: seconds) }
        if let ratio = keys["archive_ratio_max"]?.number(SettingKeys.archiveRatioMax) { source.archiveRatioMax = UInt64(ratio) }
        if let count = keys["accounts_max"]?.number(SettingKeys.accountsMax) { source.accountsMax = Int(count) }
        if let node = keys["fields"] { source.fields = fields(node, format) }
        return source
    }

    private func format(_ node: SettingsNode) -> (any LineFormat.Type)? {
        guard let name = node.text() else { return nil }
        if let type = catalogs.formats.first(where: { $0.descriptor.name == name }) { return type }
        let names = catalogs.formats.map { $0.descriptor.name }
        node.problem(
            "There is no format \(SettingsText.quoted(name)). \(NearestName.hint(name, among: names, else: "weir formats lists them."))")
        return nil
    }

    private func name(_ node: SettingsNode) -> String? {
        guard let name = node.text() else { return nil }
        let isSafe =
            name.utf8.count <= 64
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
        guard isSafe else {
            node.problem("Use at most 64 letters, digits, dots, dashes and underscores.")
            return nil
        }
        return name
    }

    private func paths(_ node: SettingsNode) -> [String] {
        let items = node.items(atMost: SettingsLimits.paths)
        if items.isEmpty && node.isList { node.problem("names no file.") }
        return items.compactMap { item in
            guard let path = item.text().map(absolute) else { return nil }
            if looksAtFiles { check(pattern: path, item) }
            return path
        }
    }

    private func fields(_ node: SettingsNode, _ type: (any LineFormat.Type)?) -> [String: String] {
        var fields: [String: String] = [:]
        let known = type?.descriptor.mappableKeys ?? []
        var isSound = true
        for (key, value) in node.entries() ?? [] {
            if type != nil, !known.contains(key) {
                isSound = false
                value.problem(
                    known.isEmpty
                        ? "This format takes no field map: remove fields."
                        : "weir reads no such field. \(NearestName.hint(key, among: known))")
            } else if let text = value.text() {
                fields[key] = text
            }
        }
        guard isSound, let type else { return fields }
        do throws(FormatOptionsError) {
            _ = try type.init(options: FormatOptions(fields: fields))
        } catch {
            for problem in error.problems { node.problem(SettingsText.ended(problem)) }
        }
        return fields
    }

    func choice(_ node: SettingsNode, _ choices: [String]) -> String? {
        guard let text = node.text() else { return nil }
        if choices.contains(text) { return text }
        node.problem("\(SettingsText.quoted(text)) is not one of \(choices.joined(separator: ", ")).")
        return nil
    }
}
