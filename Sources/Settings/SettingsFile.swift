// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What settings are read for.
package enum SettingsUse: Sendable {
    /// The daemon, or a check for it: sinks are tried out, and files and folders are looked at.
    case running
    /// Commands that only need a name or a path from them, perhaps as another user than the daemon's, who may not see its secrets.
    case reading
}

/// The settings file.
package enum SettingsFile {
    /// Reads and checks a settings file. Relative paths in it start from its folder.
    /// - Parameters:
    ///   - model: stands in for the one that the settings name.
    ///   - now: declarations of the estate that have ended by then are warned of.
    /// Throws: ``SettingsFailure`` with every problem.
    package static func load(
        path: String, for use: SettingsUse = .running, model: DetectionModel? = nil, at now: EventTime? = nil,
        catalogs: SettingsCatalogs = SettingsCatalogs()
    ) throws(SettingsFailure) -> WeirSettings {
        switch SettingsPaths.contents(path, limit: SettingsLimits.size) {
        case .failure(let reason):
            throw SettingsFailure(problems: [SettingsProblem(path: "", line: 0, message: "The file cannot be read: \(reason).")])
        case .text(let text):
            return try read(text, folder: SettingsPaths.folder(of: path), looksAtFiles: use == .running, use, model, now, catalogs)
        }
    }

    /// Reads and checks settings without looking at the files and folders that they name; relative paths start from `folder`.
    /// Throws: ``SettingsFailure`` with every problem.
    package static func read(
        _ text: String, folder: String, for use: SettingsUse = .running, at now: EventTime? = nil,
        catalogs: SettingsCatalogs = SettingsCatalogs()
    ) throws(SettingsFailure) -> WeirSettings {
        try read(text, folder: folder, looksAtFiles: false, use, nil, now, catalogs)
    }

    private static func read(
        _ text: String, folder: String, looksAtFiles: Bool, _ use: SettingsUse, _ model: DetectionModel?, _ now: EventTime?,
        _ catalogs: SettingsCatalogs
    ) throws(SettingsFailure) -> WeirSettings {
        var reader = SettingsReader(folder: folder, catalogs: catalogs, looksAtFiles: looksAtFiles, triesSinks: use == .running)
        reader.model = model
        reader.now = now
        var settings = reader.read(SettingsNode(yaml: try SettingsDocument.parse(text), path: "", list: reader.list))
        guard reader.list.problems.isEmpty else { throw SettingsFailure(problems: reader.list.sortedProblems) }
        settings.warnings = reader.list.warnings.sorted { ($0.line, $0.path) < ($1.line, $1.path) }
        return settings
    }
}
