// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import LogSources
import Simulation

/// `weir generate`: a seeded fleet as log files, with the truth beside them.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Writes the logs of a believable, seeded fleet of service accounts, with labelled incidents.",
        discussion: """
            The same arguments give the same files. labels.ndjson says what was planted, and which detector is to find it.
            Example: weir generate --accounts 40 --days 35 --seed 1 --output logs

            Kinds of incidents: \(kinds { !$0.needsDetails }).
            With --details also: \(kinds { $0.needsDetails && !$0.isHarmless }). honeytoken reads the item \(SimulatedDetail.canaryName).
            With --details, and nobody should speak of: \(kinds(where: \.isHarmless)).

            \(estateManual)
            """)

    private static func kinds(where isWanted: (Incident.Kind) -> Bool) -> String {
        Incident.Kind.allCases.filter(isWanted).map { kind in
            "\(kind.rawValue) (\(kind.detector.map { "\($0), " } ?? "")\(kind.sizeMeaning), \(NumberText.decimal(kind.defaultSize, places: 2)))"
        }.joined(separator: "; ")
    }

    static let usualAccounts = 40

    @Option(help: "Service accounts.") var accounts = GenerateCommand.usualAccounts
    @Option(help: "Days of log.") var days = 35
    @Option(help: "The seed: another one is another fleet.") var seed: UInt64 = 1
    @Option(help: ArgumentHelp("The first day.", valueName: "date")) var start = "2026-06-01"
    @Option(help: "Events to aim for; without it, what such a fleet does by nature.") var events: Int?
    @Option(help: "The log format: json, combined or salesforce_elf.") var format = "json"
    @Option(help: ArgumentHelp("Files to split the log into: one, hourly, daily, or a number.", valueName: "how")) var split = "one"
    @Option(help: "Packing of the files that rotation has left behind: none, gzip or zstd.") var packing = "none"
    @Flag(
        help: """
            Log more of each event (json only): API limits, jobs, sessions, user agents, items, searches; \
            incidents then are also of the kinds that are seen in these.
            """)
    var details = false
    @Option(help: ArgumentHelp("Incidents to plant, as lines kind,account,day,size; `none` plants nothing.", valueName: "file"))
    var incidents: String?
    @Flag(help: "Write an estate instead: stores, environments, flows between systems, texts, and the settings that describe them.")
    var estate = false
    @Option(
        help: ArgumentHelp(
            "The share of an estate's keys of movement (env, class, synthetic, provenance, tls, …) that no line has.", valueName: "share"))
    var sparse = 0.0
    @Flag(help: "Write an estate's environments, classes and labels in other words; estate.yaml explains them.") var rename = false
    @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder")) var output: String
    @Flag(help: "Print the planted incidents.") var verbose = false

    func run() throws {
        guard estate || sparse == 0 && !rename else { throw CommandFailure.wrongUse("--sparse and --rename are for --estate.") }
        let labels: [UInt8]
        let outcome: FleetArchive.Outcome
        if estate {
            let archive = try estateArchive()
            try prepareFolder()
            labels = archive.labels
            try write(archive.settings, to: "estate.yaml")
            outcome = try write(packing: .none) { sink throws(ArchiveWriteFailure) in try archive.write(to: sink) }
        } else {
            let archive = try self.archive()
            try prepareFolder()
            guard let packing = ArchivePacking(rawValue: packing) else {
                throw CommandFailure.wrongUse("there is no packing \(packing): use none, gzip or zstd.")
            }
            labels = archive.labels
            outcome = try write(packing: packing) { sink throws(ArchiveWriteFailure) in try archive.write(to: sink) }
        }
        try write(labels, to: "labels.ndjson")
        if verbose { System.write(labels, to: 1) }
        System.write(
            "generate: \(NumberText.count(outcome.events, "event")), \(NumberText.bytes(Double(outcome.bytes))) before packing, "
                + "\(NumberText.count(outcome.files, "file")) in \(output)\n", to: 2)
    }

    private func prepareFolder() throws {
        let (isThere, reason) = System.createFolder(output)
        guard isThere else { throw CommandFailure.wrongUse("\(output) cannot be created (\(reason)).") }
    }

    /// A whole file beside the log.
    private func write(_ bytes: [UInt8], to name: String) throws {
        do throws(ArchiveWriteFailure) {
            let file = try ArchiveWriter(path: "\(output)/\(name)", packing: .none)
            try file.write(bytes)
            try file.finish()
        } catch {
            throw CommandFailure.badNews("\(error.path) cannot be written (\(error.reason)).")
        }
    }

    private typealias Sink = (FleetArchive.Piece) throws(ArchiveWriteFailure) -> Void

    /// The log's files, by whatever hands them over.
    private func write(
        packing: ArchivePacking, _ hand: (Sink) throws(ArchiveWriteFailure) -> FleetArchive.Outcome
    ) throws -> FleetArchive.Outcome {
        var file: ArchiveWriter?
        let folder = output
        do throws(ArchiveWriteFailure) {
            return try hand { (piece) throws(ArchiveWriteFailure) in
                switch piece {
                case .begin(let name, let isNewest):
                    let used = isNewest ? ArchivePacking.none : packing
                    file = try ArchiveWriter(path: "\(folder)/\(name)\(used.suffix)", packing: used)
                case .bytes(let bytes): try file?.write(bytes)
                case .end: try file?.finish()
                }
            }
        } catch {
            throw CommandFailure.badNews("\(error.path) cannot be written (\(error.reason)).")
        }
    }

    private func archive() throws -> FleetArchive {
        guard (1...FleetSimulation.accountLimit).contains(accounts) else {
            throw CommandFailure.wrongUse("--accounts is 1 to \(FleetSimulation.accountLimit).")
        }
        guard (1...36_525).contains(days) else { throw CommandFailure.wrongUse("--days is 1 to 36525.") }
        guard let start = TimeArgument(argument: start)?.time else {
            throw CommandFailure.wrongUse("--start is a date such as 2026-06-01.")
        }
        guard let format = EventText.Format(rawValue: format) else {
            throw CommandFailure.wrongUse("generate writes \(EventText.Format.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        guard !details || format == .json else {
            throw CommandFailure.wrongUse("--details is for --format json: the others have no place for them.")
        }
        let rate = events.map { Double($0) / Double(days) / 86_400 }
        guard rate.map({ $0 > 0 && $0 <= FleetSimulation.rateLimit }) ?? true else {
            throw CommandFailure.wrongUse("--events is at most \(Int(FleetSimulation.rateLimit * 86_400)) a day.")
        }
        let calendar = FleetCalendar(start: start, days: days)
        let simulation = FleetSimulation(
            accounts: accounts, days: days, seed: seed, start: start, rate: rate, details: details,
            incidents: try list(calendar))
        let text = EventText(format: format, accountNames: simulation.accountNames)
        let splitter = LogSplitter(
            policy: try policy(), naming: format == .salesforceELF ? .dated : .rotated, name: format.fileName, calendar: calendar)
        return FleetArchive(simulation: simulation, text: text, splitter: splitter)
    }

    private func policy() throws -> LogSplitter.Policy {
        switch split {
        case "one": return .oneFile
        case "hourly": return .hourly
        case "daily": return .daily
        default:
            guard let files = Int(split), files >= 1, files <= 10_000 else {
                throw CommandFailure.wrongUse("--split is one, hourly, daily, or a number of files.")
            }
            guard let events else { throw CommandFailure.wrongUse("--split into a number of files needs --events, to know their size.") }
            return .equalLines(files: files, lines: events)
        }
    }

    private func list(_ calendar: FleetCalendar) throws -> IncidentList? {
        guard let incidents else { return nil }
        if incidents == "none" { return IncidentList() }
        guard let text = System.contents(incidents) else { throw CommandFailure.wrongUse("\(incidents) cannot be read.") }
        do throws(IncidentListError) {
            return try IncidentList(
                text: text, calendar: calendar, accountNames: FleetSimulation.accountNames(accounts: accounts, seed: seed),
                details: details)
        } catch {
            throw CommandFailure.wrongUse("\(incidents): \(error.problems.joined(separator: "; "))")
        }
    }
}
