// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import ContentScan
import Detection
import EventModel
import LogFormats
import LogSources

/// What the settings file says, checked: every value is usable.
package struct WeirSettings: Sendable {
    package var stateDirectory = ""
    /// Where the keys of the installation lie; never in the state directory.
    package var keyDirectory = ""
    package var sources: [SourceSettings] = []
    package var modelName = DetectionModel.builtIn.name
    /// Values for detector options, by detector id.
    package var detectorOptions: [String: [String: Double]] = [:]
    /// Accounts that are programs though their names look like people's; a `*` stands for anything.
    package var serviceAccounts: [String] = []
    package var calendar: [RiseSettings] = []
    /// Accounts, endpoints, objects and items that nobody has a reason to touch.
    package var canaries: [String] = []
    /// The endpoints there should be, read from the file of `detection.inventory`.
    package var inventory: [String] = []
    /// Networks that are the operator's own.
    package var knownNetworks: [NetworkRange] = []
    /// What is watched by D37 beside each source's total.
    package var series = SeriesSelection()
    package var estate = Estate()
    /// What free texts are scanned for.
    package var scan = ScanOptions()
    /// Words of the logs for environments, classes and labels.
    package var lexicon: [MarkerLexicon.Entry] = []
    package var pagesPerDay = SettingKeys.pagesPerDay.defaultNumber
    /// Whether the file says anything of the budget.
    package var statesBudget = false
    package var ticketsPerWeek = SettingKeys.ticketsPerWeek.defaultNumber
    package var sinks: [SinkSettings] = []
    package var checkpointInterval = EventDuration(seconds: SettingKeys.checkpointInterval.defaultNumber)
    /// `address:port` or `unix:path`.
    package var dashboardListen: String?
    /// What is legal but probably not meant, in the order of the file.
    package var warnings: [SettingsProblem] = []

    init() {}

    /// Takes up a model, before anything else is said of detectors.
    mutating func take(_ model: DetectionModel) {
        modelName = model.name
        detectorOptions = model.options
    }
}

/// One block of `detection.calendar`.
package struct RiseSettings: Sendable, Equatable {
    package var name: String
    package var start: EventTime
    package var end: EventTime
    package var uplift: Double
    /// Names of sources; empty for all.
    package var sources: [String]
}

/// One block of `sources`.
package struct SourceSettings: Sendable, Equatable {
    package var name: String
    package var format: String
    /// Absolute, or `-`. Of a source that listens, the folder of its spool.
    package var paths: [String]
    /// Where its lines come from, if not from files.
    package var receiver: ReceiverSettings?
    package var environment = DataEnvironment.unknown
    package var fields: [String: String] = [:]
    /// What stands around each line.
    package var wrapper: LineWrapper?
    package var lateness: EventDuration
    package var rotateWait = EventDuration(seconds: SettingKeys.rotateWait.defaultNumber)
    /// Plain bytes for a packed one, beyond which an archive is refused.
    package var archiveRatioMax = UInt64(SettingKeys.archiveRatioMax.defaultNumber)
    package var accountsMax = Int(SettingKeys.accountsMax.defaultNumber)
}

/// What a source that listens says of it.
package struct ReceiverSettings: Sendable, Equatable {
    /// As it is written.
    package var listen: String
    package var address: ReceiverAddress
    package var tokenFile: String?
    /// Bytes that the spool may hold.
    package var spoolLimit: UInt64

    /// Where the lines of sources that listen wait.
    package static func spool(of source: String, in stateDirectory: String) -> String {
        (stateDirectory.hasSuffix("/") ? stateDirectory : stateDirectory + "/") + "spool/" + source
    }
}

/// One entry of `alerts.sinks`.
package struct SinkSettings: Sendable {
    package var type: String
    package var options: SinkOptions
    /// The sink's own name, as in status; empty when the settings were only read.
    package var name: String
    package var line: Int
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

extension EventDuration {
    init(seconds: Double) { self.init(milliseconds: Int64((seconds * 1000).rounded())) }
}
