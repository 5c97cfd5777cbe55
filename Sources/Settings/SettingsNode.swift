// weir
// SPDX-License-Identifier: Apache-2.0

import Yams

/// Collects problems while the settings are read.
final class ProblemList {
    private(set) var problems: [SettingsProblem] = []
    private(set) var warnings: [SettingsProblem] = []

    func add(_ problem: SettingsProblem) { if problems.count < SettingsLimits.problems { problems.append(problem) } }
    func warn(_ problem: SettingsProblem) { if warnings.count < SettingsLimits.problems { warnings.append(problem) } }

    /// In the order of the file.
    var sortedProblems: [SettingsProblem] { problems.sorted { ($0.line, $0.path) < ($1.line, $1.path) } }
}

/// A place in the settings: its YAML, its key path and its line.
struct SettingsNode {
    let yaml: Node
    let path: String
    /// Of the key, where the value has one.
    let line: Int
    let list: ProblemList

    init(yaml: Node, path: String, line: Int? = nil, list: ProblemList) {
        self.yaml = yaml
        self.path = path
        self.line = line ?? yaml.mark?.line ?? 0
        self.list = list
    }

    func problem(_ message: String) { list.add(SettingsProblem(path: path, line: line, message: message)) }
    func warning(_ message: String) { list.warn(SettingsProblem(path: path, line: line, message: message)) }

    /// The values of a block by key; unknown keys are problems, and so are missing ones that must be there.
    func block(_ keys: [SettingKey]) -> [String: SettingsNode] {
        var result: [String: SettingsNode] = [:]
        let names = keys.map(\.name)
        guard let entries = entries("is to be a block of keys: \(names.joined(separator: ", ")).") else { return [:] }
        for (name, value) in entries {
            if names.contains(name) {
                result[name] = value
            } else {
                value.problem("There is no such setting. \(NearestName.hint(name, among: names))")
            }
        }
        for key in keys where key.isRequired && result[key.name] == nil { problem("\(key.name) is missing: \(key.reason).") }
        return result
    }

    /// The values of a map with free keys, in the order of the file; nil when it is no map, which is a problem.
    func entries(_ otherwise: String = "is to be a map of keys and values.") -> [(key: String, value: SettingsNode)]? {
        // A key without a value is a block without keys: everything in it may have been commented out.
        if isNull { return [] }
        guard let mapping = yaml.mapping else {
            problem(path.isEmpty ? "The file \(otherwise)" : otherwise)
            return nil
        }
        guard mapping.count <= SettingsLimits.keys else {
            problem("has more than \(SettingsLimits.keys) keys.")
            return nil
        }
        var result: [(key: String, value: SettingsNode)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string, !name.isEmpty else {
                list.add(SettingsProblem(path: path, line: key.mark?.line ?? line, message: "a key is to be a word."))
                continue
            }
            let shown = SettingsText.quoted(name).dropFirst().dropLast()
            result.append(
                (name, SettingsNode(yaml: value, path: path.isEmpty ? String(shown) : "\(path).\(shown)", line: key.mark?.line, list: list))
            )
        }
        return result
    }

    /// The members of a list; none when it is no list, which is a problem.
    func items(atMost limit: Int) -> [SettingsNode] {
        guard let sequence = yaml.sequence else {
            problem("is to be a list: one entry a line, each after a dash.")
            return []
        }
        if sequence.count > limit { problem("has more than \(limit) entries.") }
        return sequence.prefix(limit).enumerated().map { SettingsNode(yaml: $1, path: "\(path)[\($0)]", list: list) }
    }

    /// Whether it holds keys.
    var isBlock: Bool { yaml.mapping != nil }

    var isList: Bool { yaml.sequence != nil }

    /// The text as it stands, of whatever kind; nil for lists and maps.
    var rawText: String? { yaml.scalar?.string }

    /// Whether this block has a list that is not empty under a key, usable or not.
    func hasEntries(under key: String) -> Bool { yaml.mapping?[key]?.sequence?.isEmpty == false }

    /// The members of the list under a key of this block, for one who has read it before: what is wrong with them is not said again.
    func members(of key: String) -> [SettingsNode] {
        (yaml.mapping?[key]?.sequence ?? []).enumerated().map {
            SettingsNode(yaml: $1, path: "\(path).\(key)[\($0)]", list: list)
        }
    }

    /// Nothing stands behind the key.
    var isNull: Bool {
        guard case .scalar(let scalar) = yaml, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    func text() -> String? {
        guard let text = yaml.scalar?.string, !text.isEmpty, !isNull else {
            problem(yaml.scalar == nil ? "is to be a text." : "has no value.")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            problem("holds a control character or a line break: write it on one line.")
            return nil
        }
        return text
    }

    func number(_ key: SettingKey) -> Double? {
        guard let value = number(in: key.range ?? -1e15...1e15) else { return nil }
        guard !key.isWhole || value == value.rounded() else {
            problem("is to be a whole number.")
            return nil
        }
        return value
    }

    func number(in range: ClosedRange<Double>) -> Double? {
        guard let text = yaml.scalar?.string, !isNull else {
            problem("has no value: write a number.")
            return nil
        }
        guard let value = Double(text), value.isFinite else {
            problem("\(SettingsText.quoted(text)) is no number: write digits only; the unit is in the key.")
            return nil
        }
        guard range.contains(value) else {
            problem("\(text) is out of range: use \(SettingsText.range(range)).")
            return nil
        }
        return value
    }
}
