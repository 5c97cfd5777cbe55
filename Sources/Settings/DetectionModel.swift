// weir
// SPDX-License-Identifier: Apache-2.0

/// Values for the options of detectors under a name, as a tuning run leaves them: `model.json` of a folder.
///
/// What the settings say of a detector goes before what their model says.
package struct DetectionModel: Equatable, Sendable {
    /// The model that is built in: every option's default.
    package static let builtIn = DetectionModel(name: "default")

    /// What alerts say they were judged by.
    package var name: String
    /// Values by detector id and option.
    package var options: [String: [String: Double]] = [:]

    /// Reads a model: `default` is built in, a plain name is a folder of `models`, anything with a slash the folder itself.
    /// Throws: ``SettingsFailure`` with every problem of the file.
    package static func load(
        _ reference: String, from folder: String = ".", catalogs: SettingsCatalogs = SettingsCatalogs()
    ) throws(SettingsFailure) -> DetectionModel {
        guard reference != builtIn.name else { return builtIn }
        let reader = SettingsReader(folder: folder, catalogs: catalogs, looksAtFiles: false, triesSinks: false)
        let path = path(of: reference, reader)
        switch SettingsPaths.contents(path, limit: SettingsLimits.size) {
        case .failure(let words):
            let message = "the model \(SettingsText.quoted(path)) cannot be read: \(words). Use default, or the name of a folder in models."
            throw SettingsFailure(problems: [SettingsProblem(path: "", line: 0, message: message)])
        case .text(let text):
            let model = read(SettingsNode(yaml: try SettingsDocument.parse(text), path: "", list: reader.list), reader)
            guard reader.list.problems.isEmpty else {
                throw SettingsFailure(
                    problems: reader.list.sortedProblems.map {
                        SettingsProblem(path: "", line: 0, message: $0.text(file: path))
                    })
            }
            return model
        }
    }

    private static func path(of reference: String, _ reader: SettingsReader) -> String {
        reader.absolute(reference.contains("/") ? "\(reference)/model.json" : "models/\(reference)/model.json")
    }

    private static func read(_ root: SettingsNode, _ reader: SettingsReader) -> DetectionModel {
        var model = DetectionModel(name: "")
        for (key, node) in root.entries() ?? [] {
            switch key {
            case "name": model.name = node.text() ?? ""
            case "detectors": for (id, options) in node.entries() ?? [] { model.options[id] = reader.detector(id, options) }
            default: node.problem("A model has a name and detectors, nothing else.")
            }
        }
        if model.name.isEmpty { root.problem("The model has no name.") }
        return model
    }
}
