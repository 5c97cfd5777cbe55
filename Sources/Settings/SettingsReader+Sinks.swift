// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import Alerting

extension SettingsReader {
    func sinks(_ node: SettingsNode, sources: [SourceSettings]) -> [SinkSettings] {
        let keys = node.block(SettingKeys.alerts)
        guard let list = keys["sinks"], !list.isNull else { return [] }
        var result: [SinkSettings] = []
        var targets: [[String: String]: Int] = [:]
        for item in list.items(atMost: SettingsLimits.sinks) {
            guard let (type, values) = sink(item) else { continue }
            var identity = values
            identity["type"] = type.descriptor.type
            if let line = targets[identity] {
                item.problem("The same sink stands in line \(line): every alert would be sent twice.")
                continue
            }
            targets[identity] = item.line
            let options = SinkOptions(type.descriptor, values: values)
            let name = triesSinks ? tried(type, options, item) : ""
            if let name, !name.isEmpty, let other = result.first(where: { $0.name == name }) {
                item.problem("is called \(name), as the sink in line \(other.line) is: give it a name of its own, with name.")
            }
            if looksAtFiles, name != nil { check(paths: values, of: type.descriptor, sources: sources, item) }
            result.append(SinkSettings(type: type.descriptor.type, options: options, name: name ?? "", line: item.line))
        }
        return result
    }

    /// The kind and the values of an entry, when they fit its declaration.
    private func sink(_ node: SettingsNode) -> (any ConfigurableSink.Type, [String: String])? {
        guard let entries = node.entries() else { return nil }
        let types = catalogs.sinks.map { $0.descriptor.type }
        guard let named = entries.first(where: { $0.key == "type" })?.value else {
            node.problem("type is missing: use one of \(types.joined(separator: ", ")).")
            return nil
        }
        guard let name = named.text() else { return nil }
        guard let type = catalogs.sinks.first(where: { $0.descriptor.type == name }) else {
            named.problem("There is no sink \(SettingsText.quoted(name)). \(NearestName.hint(name, among: types))")
            return nil
        }
        let before = list.problems.count
        var values: [String: String] = [:]
        for (name, value) in entries where name != "type" {
            if let option = type.descriptor.options.first(where: { $0.name == name }) {
                values[name] = text(value, option)
            } else {
                value.problem(
                    "\(type.descriptor.type) has no such option. \(NearestName.hint(name, among: type.descriptor.options.map(\.name)))")
            }
        }
        for option in type.descriptor.options where option.isRequired && !entries.contains(where: { $0.key == option.name }) {
            node.problem("\(option.name) is missing: \(SettingsText.ended(option.reason))")
        }
        return list.problems.count == before ? (type, values) : nil
    }

    private func tried(_ type: any ConfigurableSink.Type, _ options: SinkOptions, _ node: SettingsNode) -> String? {
        do throws(SinkOptionsError) {
            return try type.init(options: options).name
        } catch {
            for problem in error.problems { node.problem(SettingsText.ended(problem)) }
            return nil
        }
    }

    private func text(_ node: SettingsNode, _ option: SinkOption) -> String? {
        switch option.kind {
        case .text:
            guard let text = node.text() else { return nil }
            if SettingsReader.holdsPassword(text) {
                node.problem("holds a user name or password: remove it, and name a file with the secret instead.")
                return nil
            }
            return text
        case .path: return node.text().map(absolute)
        case .number(let range): return node.number(in: range).map(SettingsText.number)
        case .choice(let names): return choice(node, names)
        case .flag:
            guard let text = node.rawText, text == "true" || text == "false" else {
                node.problem("is to be true or false.")
                return nil
            }
            return text
        }
    }

    /// Whether an address carries `user:password@`: settings are copied, committed and mailed.
    static func holdsPassword(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else { return false }
        return text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }.contains("@")
    }
}
