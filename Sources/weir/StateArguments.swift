// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Settings

/// A state directory by either of its two names.
struct StateArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The settings file, for its state directory.", valueName: "file")) var settings: String?
    @Option(help: ArgumentHelp("The state directory itself.", valueName: "folder")) var state: String?

    func directory() throws -> String {
        if let state { return state }
        guard let settings else { throw CommandFailure.wrongUse("name the settings file (--settings) or the state directory (--state).") }
        return try SettingsLoading.load(settings, for: .reading).stateDirectory
    }
}
