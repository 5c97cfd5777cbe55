// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import LogSources

/// What the settings name, looked at: folders, logs, secrets.
extension SettingsReader {
    func check(stateDirectory path: String, _ node: SettingsNode) {
        switch SettingsPaths.writability(of: path) {
        case .writable: return
        case .notAFolder(let place): node.problem("\(SettingsText.quoted(place)) is not a folder: name another one.")
        case .notWritable(let place):
            node.problem(
                "\(SettingsText.quoted(place)) is not writable for user \(SettingsPaths.user): create \(path) and give it to that user.")
        }
    }

    func check(pattern path: String, _ node: SettingsNode) {
        guard path != "-" else { return }
        let files = FilePattern.paths(path)
        if let closed = SettingsPaths.unreadable(files) ?? (files.isEmpty ? SettingsPaths.closedFolder(above: path) : nil) {
            node.warning(
                "User \(SettingsPaths.user) may not read \(SettingsText.quoted(closed)): give weir's user the right, such as that of the group adm."
            )
        } else if files.isEmpty {
            node.warning("Nothing is at \(SettingsText.quoted(path)) yet: weir waits for it.")
        }
    }

    /// Warns of files that two sources read through different patterns.
    func checkOverlap(_ sources: [SourceSettings], _ node: SettingsNode) {
        var readers: [String: String] = [:]
        for source in sources where source.receiver == nil {
            for file in Set(source.paths.flatMap { FilePattern.paths($0) }).sorted() {
                guard let other = readers[file] else {
                    readers[file] = source.name
                    continue
                }
                node.warning("\(SettingsText.quoted(file)) is read by \(other) and by \(source.name): its events count twice.")
                break
            }
        }
    }

    /// Checks the paths among a sink's options: a secret must be private, and a file of alerts must not be read as a log.
    func check(paths values: [String: String], of sink: SinkDescriptor, sources: [SourceSettings], _ node: SettingsNode) {
        for option in sink.options where option.kind == .path {
            guard let path = values[option.name] else { continue }
            if SettingsReader.isSecret(option.name) {
                switch SettingsPaths.secrecy(of: path) {
                case .secret: break
                case .absent(let reason): node.problem("\(option.name): \(SettingsText.quoted(path)) cannot be read: \(reason).")
                case .open:
                    node.problem("\(option.name): everybody may read \(SettingsText.quoted(path)): chmod 600 it, and change the secret.")
                }
            } else if let reader = sources.first(where: { $0.paths.contains { FilePattern.isMatch(path, pattern: $0) } }) {
                node.warning("\(option.name): \(reader.name) reads \(SettingsText.quoted(path)) as a log: weir would watch its own alerts.")
            } else if sink.type == NDJSONSink.descriptor.type, !SettingsPaths.isThere(SettingsPaths.folder(of: path)) {
                node.warning(
                    "\(option.name): the folder of \(SettingsText.quoted(path)) is not there: create it; until then alerts wait.")
            }
        }
    }

    static func isSecret(_ option: String) -> Bool {
        ["secret", "token", "password", "credential", "authorization", "key_file"].contains { option.contains($0) }
    }
}
