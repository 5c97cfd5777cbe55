// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Detection
import EventModel
import LogFormats

/// Turns the YAML of the settings into values, collecting every problem on the way.
struct SettingsReader {
    /// The folder that relative paths start from.
    let folder: String
    let list = ProblemList()

    func read(_ root: SettingsNode) -> WeirSettings? {
        let keys = root.block(SettingKeys.root)
        var settings = WeirSettings(
            stateDirectory: "", sources: [], modelName: "default", detectorOptions: [:], pagesPerDay: 1, ticketsPerWeek: 10, sinks: [],
            checkpointInterval: .seconds(5), warnings: [])
        if let node = keys["state_directory"], let path = node.text() { settings.stateDirectory = absolute(path) }
        if let node = keys["sources"] { settings.sources = sources(node) }
        if let node = keys["detection"] { readDetection(node, &settings) }
        if let node = keys["alerts"] { settings.sinks = sinks(node) }
        if let node = keys["checkpoint_interval_seconds"], let key = key("checkpoint_interval_seconds", SettingKeys.root),
            let seconds = node.number(key)
        {
            settings.checkpointInterval = EventDuration(milliseconds: Int64(seconds * 1000))
        }
        if let node = keys["dashboard"] {
            _ = node.block(SettingKeys.dashboard)
            node.warning("this version has no dashboard yet; use weir status.")
        }
        if settings.sinks.isEmpty { root.warning("alerts.sinks is empty: alerts are stored and logged, and sent nowhere.") }
        return list.problems.isEmpty ? settings : nil
    }

    func absolute(_ path: String) -> String {
        path.hasPrefix("/") || path == "-" ? path : folder == "" ? path : "\(folder)/\(path)"
    }

    private func key(_ name: String, _ keys: [SettingKey]) -> SettingKey? { keys.first { $0.name == name } }

    // MARK: Sources

    private func sources(_ node: SettingsNode) -> [SourceSettings] {
        let items = node.items()
        if items.isEmpty { node.problem("names no source: weir has nothing to read.") }
        var result: [SourceSettings] = []
        for item in items {
            guard let source = source(item) else { continue }
            if result.contains(where: { $0.name == source.name }) {
                item.problem("the name \(source.name) is taken by another source: give each its own.")
            }
            for path in source.paths where result.contains(where: { $0.paths.contains(path) }) {
                item.problem("\(path) is read by another source already: its events would count twice.")
            }
            result.append(source)
        }
        return result
    }

    private func source(_ node: SettingsNode) -> SourceSettings? {
        let keys = node.block(SettingKeys.source)
        guard let name = keys["name"].flatMap(name), let paths = keys["paths"].map(paths), let format = keys["format"]?.text() else { return nil }
        guard let type = FormatCatalog.format(named: format) else {
            let hint = NearestName.of(format, among: FormatCatalog.names).map { "did you mean \($0)?" } ?? "`weir formats` lists them."
            keys["format"]?.problem("there is no format \(format): \(hint)")
            return nil
        }
        var source = SourceSettings(
            name: name, format: format, paths: paths, environment: keys["environment"]?.text(), fields: [:],
            lateness: type.descriptor.defaultLateness, rotateWait: .seconds(10), accountsMax: 200_000)
        if let node = keys["environment"], let environment = source.environment,
            !["production", "synthetic", "staging", "training"].contains(environment)
        {
            node.problem("\(environment) is no environment: use production, synthetic, staging or training.")
        }
        if let seconds = number("lateness_seconds", keys) { source.lateness = EventDuration(milliseconds: Int64(seconds * 1000)) }
        if let seconds = number("rotate_wait_seconds", keys) { source.rotateWait = EventDuration(milliseconds: Int64(seconds * 1000)) }
        if let count = number("accounts_max", keys) { source.accountsMax = Int(count) }
        if let node = keys["fields"] { source.fields = fields(node, type) }
        return source
    }

    private func number(_ name: String, _ keys: [String: SettingsNode]) -> Double? {
        guard let node = keys[name], let key = key(name, SettingKeys.source) else { return nil }
        return node.number(key)
    }

    private func name(_ node: SettingsNode) -> String? {
        guard let name = node.text() else { return nil }
        let isSafe = name.utf8.count <= 64 && name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard isSafe else {
            node.problem("use at most 64 letters, digits, dots, dashes and underscores.")
            return nil
        }
        return name
    }

    private func paths(_ node: SettingsNode) -> [String] {
        let items = node.items()
        if items.isEmpty { node.problem("names no file.") }
        return items.compactMap { $0.text().map(absolute) }
    }

    private func fields(_ node: SettingsNode, _ type: any LineFormat.Type) -> [String: String] {
        var fields: [String: String] = [:]
        for (key, value) in node.entries() { if let text = value.text() { fields[key] = text } }
        do throws(FormatOptionsError) {
            _ = try type.init(options: FormatOptions(fields: fields))
        } catch {
            for problem in error.problems { node.problem(problem + ".") }
        }
        return fields
    }

    // MARK: Detection

    private func readDetection(_ node: SettingsNode, _ settings: inout WeirSettings) {
        let keys = node.block(SettingKeys.detection)
        if let model = keys["model"]?.text() { settings.modelName = model }
        if let budget = keys["alert_budget"] {
            let values = budget.block(SettingKeys.budget)
            for key in SettingKeys.budget {
                guard let value = values[key.name]?.number(key) else { continue }
                if key.name == "pages_per_day" { settings.pagesPerDay = value } else { settings.ticketsPerWeek = value }
            }
        }
        for (id, options) in keys["detectors"]?.entries() ?? [] { settings.detectorOptions[id] = detector(id, options) }
    }

    private func detector(_ id: String, _ node: SettingsNode) -> [String: Double] {
        let descriptors = DetectorCatalog.all.map { $0.descriptor }
        guard let descriptor = descriptors.first(where: { $0.id == id }) else {
            let known = descriptors.map { "\($0.id) \($0.name)" }.joined(separator: ", ")
            node.problem("there is no such detector: known are \(known).")
            return [:]
        }
        var values: [String: Double] = [:]
        for (name, value) in node.entries() {
            guard let option = descriptor.options.first(where: { $0.name == name }) else {
                let names = descriptor.options.map(\.name)
                let hint = NearestName.of(name, among: names).map { "Did you mean \($0)?" } ?? "It has \(names.joined(separator: ", "))."
                value.problem("\(id) has no such option. \(hint)")
                continue
            }
            if let number = value.number(in: option.range) { values[name] = number }
        }
        return values
    }

    // MARK: Sinks

    private func sinks(_ node: SettingsNode) -> [SinkSettings] {
        let keys = node.block(SettingKeys.alerts)
        return keys["sinks"]?.items().compactMap(sink) ?? []
    }

    private func sink(_ node: SettingsNode) -> SinkSettings? {
        let entries = node.entries()
        guard let type = entries.first(where: { $0.key == "type" })?.value.text() else {
            node.problem("type is missing: use one of \(SinkCatalog.all.map { $0.descriptor.type }.joined(separator: ", ")).")
            return nil
        }
        guard let sink = SinkCatalog.sink(ofType: type) else {
            node.problem("there is no sink \(type): use one of \(SinkCatalog.all.map { $0.descriptor.type }.joined(separator: ", ")).")
            return nil
        }
        let before = list.problems.count
        var values: [String: String] = [:]
        for (name, value) in entries where name != "type" {
            guard let option = sink.descriptor.options.first(where: { $0.name == name }) else {
                let names = sink.descriptor.options.map(\.name)
                let hint = NearestName.of(name, among: names).map { "Did you mean \($0)?" } ?? "It has \(names.joined(separator: ", "))."
                value.problem("\(type) has no such option. \(hint)")
                continue
            }
            values[name] = optionText(value, option)
        }
        for option in sink.descriptor.options where option.isRequired && values[option.name] == nil {
            node.problem("\(option.name) is missing: \(option.reason).")
        }
        guard list.problems.count == before else { return nil }
        let options = SinkOptions(sink.descriptor, values: values)
        do throws(SinkOptionsError) {
            _ = try sink.init(options: options)
        } catch {
            for problem in error.problems { node.problem(problem) }
        }
        return SinkSettings(type: type, options: options)
    }

    private func optionText(_ node: SettingsNode, _ option: SinkOption) -> String? {
        switch option.kind {
        case .text: return node.text()
        case .path: return node.text().map(absolute)
        case .number(let range): return node.number(in: range).map(SettingsText.number)
        case .flag:
            guard let text = node.text(), text == "true" || text == "false" else {
                node.problem("is to be true or false.")
                return nil
            }
            return text
        case .choice(let names):
            guard let text = node.text(), names.contains(text) else {
                node.problem("use one of \(names.joined(separator: ", ")).")
                return nil
            }
            return text
        }
    }
}
