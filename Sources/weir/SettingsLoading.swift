// weir
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Settings

/// Loads a settings file for a command: prints every problem, a line each, and ends the command when there is one.
enum SettingsLoading {
    /// - Parameter use: `.reading` for commands that may run as another user than the daemon's, who sees neither its secrets nor its files.
    static func load(_ path: String, for use: SettingsUse = .running, model: DetectionModel? = nil) throws -> WeirSettings {
        do {
            return try SettingsFile.load(path: path, for: use, model: model, at: use == .running ? System.wallClock() : nil)
        } catch {
            for problem in error.problems { System.write(problem.text(file: path) + "\n", to: 2) }
            throw CommandFailure.badNews("\(path) has \(NumberText.count(error.problems.count, "problem")); nothing was started.")
        }
    }
}
