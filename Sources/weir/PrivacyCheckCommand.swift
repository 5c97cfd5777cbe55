// weir
// SPDX-License-Identifier: Apache-2.0

import AlertSinks
import ArgumentParser
import ContentScan
import Daemon
import EventModel
import Journal
import Pipeline
import Settings

/// `weir privacy check`: proof that weir keeps nothing of what it must not keep.
struct PrivacyCheckCommand: ParsableCommand {
    /// What the command exits with when it found something.
    static let foundCode: Int32 = 3

    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Scans weir's own database, alerts and reports for personal data.",
        discussion: """
            Looks with weir's own scanner, every type on, at each value of each table (the outbox among them), at the bytes of the database,
            its write-ahead log and damaged databases that were set aside, at the files of the ndjson sinks, and at FILE…: logs of weir,
            alerts of a replay, reports. Prints type, place and count, never the value; what stands in a table is found in the file as well.
            Networks (/24, /48), documented test values, the settings' synthetic domains and addresses of sinks are nobody's.
            Exits 0 when nothing was found, 3 when something was, 1 when something could not be read.
            Example: weir privacy check --settings /etc/weir/weir.yaml /var/log/weir.log
            """)

    @Option(
        help: ArgumentHelp("The settings file, for state directory, sinks, personal_data and service_accounts.", valueName: "file"))
    var settings: String?
    @Option(help: ArgumentHelp("The state directory itself.", valueName: "folder")) var state: String?
    @Argument(help: ArgumentHelp("Files to scan as well.", valueName: "file")) var files: [String] = []
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let settings = try self.settings.map { try SettingsLoading.load($0, for: .reading) }
        let directory = state ?? settings?.stateDirectory
        guard directory != nil || !files.isEmpty else {
            throw CommandFailure.wrongUse("name the settings file (--settings), the state directory (--state), or files.")
        }
        var check = PersonalDataCheck(
            settings?.scan ?? ScanOptions(), stated: (settings?.sinks ?? []).flatMap { $0.options.allTexts },
            services: ServiceAccounts(settings?.serviceAccounts ?? []))
        if let directory { try look(atState: directory, &check) }
        for path in sinkFiles(settings) where System.fileSize(path) != nil { try look(atFile: path, &check) }
        for path in files { try look(atFile: path, &check) }
        System.write(json ? check.json : check.text, to: 1)
        let amount = NumberText.bytes(Double(check.bytes))
        guard check.findings.isEmpty else {
            let count = check.findings.count
            throw CommandFailure(
                message: "personal data was found in \(count) place\(count == 1 ? "" : "s"); \(amount) were looked at.",
                code: PrivacyCheckCommand.foundCode)
        }
        System.write("privacy check: nothing was found in \(amount)\n", to: 2)
    }

    private func look(atState directory: String, _ check: inout PersonalDataCheck) throws {
        do throws(JournalFailure) {
            var values = check
            try JournalView.open(directory: directory).eachValue { value in
                values.look(at: value.bytes, place: "\(value.table).\(value.column)", row: value.row)
            }
            check = values
        } catch {
            throw CommandFailure.badNews(error.message)
        }
        check.isPages = true
        for path in JournalView.files(directory: directory) { try look(atFile: path, &check) }
        check.isPages = false
    }

    private func look(atFile path: String, _ check: inout PersonalDataCheck) throws {
        // A text goes to the next piece as a whole.
        var rest: [UInt8] = []
        var start = 0
        let trouble = System.eachChunk(of: path) { chunk in
            let bytes = rest + chunk
            let keep =
                bytes.suffix(PersonalDataCheck.longestPiece).lastIndex { !PersonalDataCheck.isText($0) }.map { bytes.count - $0 - 1 } ?? 0
            check.look(at: Array(bytes.dropLast(keep)), place: path, start: start)
            start += bytes.count - keep
            rest = Array(bytes.suffix(keep))
        }
        check.look(at: rest, place: path, start: start)
        if let trouble { throw CommandFailure.badNews("\(path) cannot be read (\(trouble)).") }
    }

    private func sinkFiles(_ settings: WeirSettings?) -> [String] {
        (settings?.sinks ?? []).filter { $0.type == "ndjson" }.compactMap { $0.options["path"] }.filter { !$0.hasSuffix("-") }
    }
}
