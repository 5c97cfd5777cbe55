// weir
// SPDX-License-Identifier: Apache-2.0

import Yams

/// The settings file.
package enum SettingsFile {
    /// A larger file is no settings file.
    package static let sizeLimit = 1_048_576

    /// Reads and checks a settings file.
    /// Throws: ``SettingsFailure`` with every problem.
    package static func load(path: String) throws(SettingsFailure) -> WeirSettings {
        switch SettingsPaths.contents(path, limit: sizeLimit) {
        case .failure(let reason):
            throw SettingsFailure(problems: [SettingsProblem(path: "", line: 0, message: "cannot be read: \(reason).")])
        case .text(let text): return try read(text, folder: SettingsPaths.folder(of: path))
        }
    }

    /// Reads and checks settings; relative paths start from `folder`.
    /// Throws: ``SettingsFailure`` with every problem.
    package static func read(_ text: String, folder: String) throws(SettingsFailure) -> WeirSettings {
        let reader = SettingsReader(folder: folder)
        let root = SettingsNode(yaml: try parsed(text), path: "", list: reader.list)
        guard var settings = reader.read(root) else {
            throw SettingsFailure(problems: reader.list.problems.sorted { ($0.line, $0.path) < ($1.line, $1.path) })
        }
        settings.warnings = reader.list.warnings
        return settings
    }

    private static func parsed(_ text: String) throws(SettingsFailure) -> Node {
        // Anchors are of no use here, and nested ones are a way to fill the memory.
        if text.split(separator: "\n").contains(where: { $0.drop { $0 == " " }.hasPrefix("<<:") }) {
            throw SettingsFailure(problems: [SettingsProblem(path: "", line: 0, message: "merge keys (<<) are not supported.")])
        }
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let error as YamlError {
            throw SettingsFailure(problems: [problem(error)])
        } catch {
            throw SettingsFailure(problems: [SettingsProblem(path: "", line: 0, message: "is no valid YAML.")])
        }
        throw SettingsFailure(problems: [SettingsProblem(path: "", line: 0, message: "is empty: state_directory and sources are needed.")])
    }

    private static func problem(_ error: YamlError) -> SettingsProblem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            let hint = problem.contains("cannot start any token") ? " (YAML indents with spaces, not with tabs)" : ""
            return SettingsProblem(path: "", line: mark.line, message: "is no valid YAML here: \(problem)\(hint).")
        default: return SettingsProblem(path: "", line: 0, message: "is no valid YAML.")
        }
    }
}
