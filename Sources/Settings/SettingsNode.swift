// weir
// SPDX-License-Identifier: Apache-2.0

import Yams

/// Collects problems while the settings are read.
final class ProblemList {
    private(set) var problems: [SettingsProblem] = []
    private(set) var warnings: [SettingsProblem] = []

    func add(_ message: String, at node: SettingsNode) {
        problems.append(SettingsProblem(path: node.path, line: node.line, message: message))
    }

    func warn(_ message: String, at node: SettingsNode) {
        warnings.append(SettingsProblem(path: node.path, line: node.line, message: message))
    }
}

/// A place in the settings: its YAML, its key path and its line.
struct SettingsNode {
    let yaml: Node
    let path: String
    let list: ProblemList

    var line: Int { yaml.mark?.line ?? 0 }

    func problem(_ message: String) { list.add(message, at: self) }
    func warning(_ message: String) { list.warn(message, at: self) }

    /// The values of a block by key; unknown and repeated keys are problems, and so are missing ones that must be there.
    func block(_ keys: [SettingKey]) -> [String: SettingsNode] {
        guard let mapping = yaml.mapping else {
            problem("is to be a block of keys: \(keys.map(\.name).joined(separator: ", ")).")
            return [:]
        }
        var result: [String: SettingsNode] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            let child = SettingsNode(yaml: value, path: path.isEmpty ? name : "\(path).\(name)", list: list)
            guard keys.contains(where: { $0.name == name }) else {
                child.unknown(name, among: keys.map(\.name), line: key.mark?.line ?? child.line)
                continue
            }
            result[name] = child
        }
        for key in keys where key.isRequired && result[key.name] == nil {
            problem("\(key.name) is missing: \(key.reason).")
        }
        return result
    }

    /// The values of a map with free keys, in the order of the file.
    func entries() -> [(key: String, value: SettingsNode)] {
        guard let mapping = yaml.mapping else {
            problem("is to be a map of keys and values.")
            return []
        }
        return mapping.map { key, value in
            let name = key.string ?? ""
            return (name, SettingsNode(yaml: value, path: path.isEmpty ? name : "\(path).\(name)", list: list))
        }
    }

    private func unknown(_ name: String, among names: [String], line: Int) {
        let hint = NearestName.of(name, among: names).map { "Did you mean \($0)?" } ?? "Known are \(names.joined(separator: ", "))."
        problem("there is no such setting. \(hint)")
    }

    func items() -> [SettingsNode] {
        guard let sequence = yaml.sequence else {
            problem("is to be a list.")
            return []
        }
        return sequence.enumerated().map { SettingsNode(yaml: $1, path: "\(path)[\($0)]", list: list) }
    }

    func text() -> String? {
        guard let text = yaml.scalar?.string, !text.isEmpty else {
            problem("is to be a text.")
            return nil
        }
        return text
    }

    func number(_ key: SettingKey) -> Double? { number(in: key.range ?? -1e15...1e15) }

    func number(in range: ClosedRange<Double>) -> Double? {
        guard let text = yaml.scalar?.string, let value = Double(text), value.isFinite else {
            problem("is to be a number.")
            return nil
        }
        guard range.contains(value) else {
            problem("\(text) is out of range: use \(SettingsText.number(range.lowerBound)) to \(SettingsText.number(range.upperBound)).")
            return nil
        }
        return value
    }
}

/// Numbers as people write them in settings.
enum SettingsText {
    static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }
}

/// The name somebody probably meant.
enum NearestName {
    /// The known name within two edits, or within a third of its length; nil when none is near. Source: Levenshtein 1966.
    static func of(_ name: String, among names: [String]) -> String? {
        let scored = names.map { ($0, distance(Array(name.utf8), Array($0.utf8))) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let best = scored.first, best.1 <= max(2, best.0.utf8.count / 3) else { return nil }
        return best.0
    }

    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count <= 200 else { return left.count }
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
