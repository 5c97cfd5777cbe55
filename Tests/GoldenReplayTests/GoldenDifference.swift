// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What distinguishes two lists of alerts, in words: alerts that are missing or new, and for the rest the fields that changed.
struct GoldenDifference {
    /// Lines for a person. The first ones show as a rule what happened to all.
    static let limit = 40

    private(set) var remarks: [String] = []

    init(found: [String], wanted: [String]) {
        guard found != wanted else { return }
        let (new, old) = (found.map(Alert.init), wanted.map(Alert.init))
        let changes = new.map(\.key).difference(from: old.map(\.key))
        for change in changes {
            switch change {
            case .remove(let offset, _, _): remarks.append("- missing: \(old[offset].title)")
            case .insert(let offset, _, _): remarks.append("+ new:     \(new[offset].title)")
            }
        }
        for (before, after) in GoldenDifference.pairs(old, new) where before.line != after.line {
            remarks.append("~ changed: \(after.title)")
            remarks += GoldenDifference.fields(before.fields, after.fields)
        }
        if remarks.isEmpty { remarks.append("the same alerts in another order, or a line twice") }
    }

    var isEmpty: Bool { remarks.isEmpty }

    var text: String {
        let shown = remarks.prefix(GoldenDifference.limit).joined(separator: "\n")
        return remarks.count > GoldenDifference.limit ? shown + "\n… and \(remarks.count - GoldenDifference.limit) more lines" : shown
    }

    /// One line of a list, by what a person calls it.
    private struct Alert {
        let line: String
        let fields: [String: String]

        init(_ line: String) {
            self.line = line
            do {
                fields = GoldenDifference.flat(try JSONSerialization.jsonObject(with: Data(line.utf8)), "")
            } catch {
                fields = ["line": line]
            }
        }

        /// What it is about. Not its id, which a change of the detectors' names or options may move.
        var key: String { ["detector", "account", "status", "opened"].map { fields[$0] ?? "" }.joined(separator: " ") }

        var title: String { "\(key): \(fields["summary"] ?? line)" }
    }

    /// Alerts of the same key: the first of one list with the first of the other, and so on.
    private static func pairs(_ old: [Alert], _ new: [Alert]) -> [(Alert, Alert)] {
        var left = Dictionary(grouping: old, by: \.key)
        return new.compactMap { alert in
            guard let match = left[alert.key]?.first else { return nil }
            left[alert.key]?.removeFirst()
            return (match, alert)
        }
    }

    private static func fields(_ old: [String: String], _ new: [String: String]) -> [String] {
        Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map { key in
            "      \(key): \(old[key] ?? "(nothing)") → \(new[key] ?? "(nothing)")"
        }
    }

    /// The leaves of a value by their paths, `evidence[0].file`.
    private static func flat(_ value: Any, _ path: String) -> [String: String] {
        switch value {
        case let object as [String: Any]:
            return object.reduce(into: [:]) { result, entry in
                result.merge(flat(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)")) { $1 }
            }
        case let list as [Any]:
            return list.enumerated().reduce(into: [:]) { result, entry in
                result.merge(flat(entry.element, "\(path)[\(entry.offset)]")) { $1 }
            }
        default: return [path: "\(value)"]
        }
    }
}
