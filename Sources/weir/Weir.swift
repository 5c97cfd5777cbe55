// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LogSources

/// The root command.
struct Weir: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "Measures what service accounts take out of a CRM, and says when it is unusual.",
        discussion: """
            Every command exits 0 on success, 1 when it ran and has bad news, 2 on wrong use; weir privacy check 3 when it finds something.
            Begin with `weir replay --format json access.log` on a log you have, or `make run` for the demo.
            """,
        version: "0.1.0\n\(UnpackingLibraries.sentence)",
        subcommands: [
            RunCommand.self, ReplayCommand.self, WhyCommand.self, StatusCommand.self, AlertsCommand.self, LabelCommand.self,
            BaselineCommand.self, ResendCommand.self, FlowsCommand.self, ReportCommand.self, PrivacyCommand.self,
            CheckCommand.self, GenerateCommand.self, InjectCommand.self,
            SelfTestCommand.self, FormatsCommand.self, DetectorsCommand.self, SettingsReferenceCommand.self,
        ])
}

/// Why a command ended, in one sentence that says what to do.
struct CommandFailure: Error {
    var message: String
    /// 1: it ran and has bad news. 2: it was used wrongly.
    var code: Int32

    static func badNews(_ message: String) -> CommandFailure { CommandFailure(message: message, code: 1) }
    static func wrongUse(_ message: String) -> CommandFailure { CommandFailure(message: message, code: 2) }
}
