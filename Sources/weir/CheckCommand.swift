// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import Settings

/// `weir check`: the settings, before they are used.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks a settings file: every problem at once, with its line and a remedy.",
        discussion: "Exits 1 when the daemon would not start. Example: weir check --settings /etc/weir/weir.yaml")

    @Option(help: ArgumentHelp("The settings file.", valueName: "file")) var settings: String
    @Flag(help: "One JSON object a problem.") var json = false

    func run() throws {
        do throws(SettingsFailure) {
            let settings = try SettingsFile.load(path: settings, at: System.wallClock())
            for warning in settings.warnings { show(warning, "warning") }
            if !json {
                let (sources, sinks) = (NumberText.count(settings.sources.count, "source"), NumberText.count(settings.sinks.count, "sink"))
                System.write("\(self.settings): usable; \(sources), \(sinks).\n", to: 1)
            }
        } catch {
            for problem in error.problems { show(problem, "error") }
            throw CommandFailure.badNews("\(settings) has \(NumberText.count(error.problems.count, "problem")).")
        }
    }

    private func show(_ problem: SettingsProblem, _ severity: String) {
        guard json else {
            System.write("\(severity): \(problem.text(file: settings))\n", to: 1)
            return
        }
        var text = JSONText()
        text.beginObject()
        text.field("severity", severity)
        text.field("path", problem.path)
        text.field("line", Int64(problem.line))
        text.field("message", problem.message)
        text.endObject()
        System.write(text.text + "\n", to: 1)
    }
}

/// `weir settings-reference`: the manual of the settings.
struct SettingsReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings-reference", abstract: "Prints every setting with its default, its range and its reason, as Markdown.",
        discussion: "Example: weir settings-reference > settings.md")

    func run() throws { System.write(SettingsReference.text, to: 1) }
}
