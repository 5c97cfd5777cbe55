// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import EventModel

/// What the settings file says, checked: every value is usable.
package struct WeirSettings: Sendable {
    package var stateDirectory: String
    package var sources: [SourceSettings]
    package var modelName: String
    /// Values for detector options, by detector id.
    package var detectorOptions: [String: [String: Double]]
    package var pagesPerDay: Double
    package var ticketsPerWeek: Double
    package var sinks: [SinkSettings]
    package var checkpointInterval: EventDuration
    /// What is legal but probably not meant.
    package var warnings: [SettingsProblem]
}

/// One block of `sources`.
package struct SourceSettings: Sendable, Equatable {
    package var name: String
    package var format: String
    package var paths: [String]
    package var environment: String?
    package var fields: [String: String]
    package var lateness: EventDuration
    package var rotateWait: EventDuration
    package var accountsMax: Int
}

/// One entry of `alerts.sinks`.
package struct SinkSettings: Sendable {
    package var type: String
    package var options: SinkOptions
}

/// Something wrong with the settings: where, what, and what to do.
package struct SettingsProblem: Equatable, Sendable {
    /// The key path, `sources[1].paths`; empty for the whole file.
    package var path: String
    /// The line, from 1; 0 where there is none.
    package var line: Int
    package var message: String

    package init(path: String, line: Int, message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    /// `weir.yaml:12: sources[0].format: …`
    package func text(file: String) -> String {
        "\(file)\(line > 0 ? ":\(line)" : ""): \(path.isEmpty ? "" : path + ": ")\(message)"
    }
}

/// Settings that cannot be used: every problem at once, in the order of the file.
package struct SettingsFailure: Error, Equatable, Sendable {
    package var problems: [SettingsProblem]

    package init(problems: [SettingsProblem]) { self.problems = problems }
}
