// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// `weir run`: the daemon.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The daemon: reads the sources, learns, alerts, and keeps its state.",
        discussion: """
            SIGTERM and SIGINT end it after what it has read is stored; SIGHUP reloads the settings.
            Example: weir run --settings /etc/weir/weir.yaml
            """)

    @Option(help: ArgumentHelp("The settings file.", valueName: "file")) var settings: String

    func run() throws {
        let loaded = try SettingsLoading.load(settings)
        do throws(DaemonFailure) {
            try WeirDaemon(settings: loaded, settingsPath: settings).run()
        } catch {
            throw CommandFailure.badNews(error.message)
        }
        // A self-test, or a snapshot of the state, may be under way.
        System.exit(0)
    }
}
