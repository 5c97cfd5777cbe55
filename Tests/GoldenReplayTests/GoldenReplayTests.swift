// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Daemon
import EventModel
import Foundation
import LogFormats
import Pipeline
import Simulation
import Testing

/// Small fleets with planted incidents through the assembly of `weir replay`: letter for letter the alerts that are stored in `Golden`.
///
/// What differs was changed on purpose, or is a mistake. After a change on purpose: `make golden`, and the difference is part of the
/// commit.
@Suite struct GoldenReplayTests {
    /// A fleet whose alerts are stored.
    struct Fleet: Sendable {
        var format: EventText.Format
        var hasDetails = false

        var fileName: String { "\(format.rawValue)\(hasDetails ? "-details" : "").ndjson" }
        var planted: String { hasDetails ? GoldenReplayTests.plantedInDetails : GoldenReplayTests.planted }
    }

    /// One of each format, and one whose lines state limits, jobs, agents, items and searches.
    static let fleets = EventText.Format.allCases.map { Fleet(format: $0) } + [Fleet(format: .json, hasDetails: true)]

    /// Large enough to be told of in every format, of which one knows bytes only.
    private static let planted = """
        burst,,23,60
        new_network,,25,40
        drip,,16,4
        off_hours,,28.13,40
        new_account,,30,4
        account_silence,,31,14
        source_silence,,33.44,4
        """

    /// Attacks on how accounts go about their calls, and a habit that looks like one. What the same fleet's volumes give is in the other
    /// files.
    private static let plantedInDetails = """
        retention_job,,0
        limit_riding,,18
        near_duplicate_probing,,20
        paced_extraction,,21
        recon_export,,23
        failed_then_bulk,,27
        credential_spread,,28
        honeytoken,,29
        shadow_endpoint,,30
        """

    @Test(arguments: fleets) func `a fleet's alerts are letter for letter those that were stored`(fleet: Fleet) throws {
        let found = try replay(fleet)
        let file = GoldenFile(name: fleet.fileName)
        if GoldenFile.isRewriting {
            try file.write(found)
            return
        }
        let wanted = try file.lines()
        let difference = GoldenDifference(found: found, wanted: wanted)
        #expect(difference.isEmpty, "\(file.name): make golden rewrites it after an intended change.\n\(difference.text)")
    }

    @Test(arguments: fleets) func `a replay tells transitions in order of time, whatever its source's lateness`(fleet: Fleet) throws {
        let times = try replay(fleet).compactMap { $0.firstMatch(of: /"last":"([^"]+)"/).map { String($0.1) } }
        #expect(times.count > 10 && times == times.sorted())
    }

    @Test(.disabled(if: GoldenFile.isRewriting), arguments: fleets)
    func `what is stored is worth comparing`(fleet: Fleet) throws {
        let lines = try GoldenFile(name: fleet.fileName).lines()
        #expect(lines.contains { $0.contains("\"status\":\"open\"") } && lines.contains { $0.contains("\"status\":\"resolved\"") })
        #expect(Set(lines.compactMap { $0.firstMatch(of: /"detector":"(D\d+)"/)?.1 }).count >= 2, "only one detector speaks")
        #expect(lines.reduce(0) { $0 + $1.utf8.count + 1 } < 100_000, "the file is too large to be read by anybody")
    }

    /// The alerts of a seeded fleet, from files in a folder of its own.
    private func replay(_ fleet: Fleet) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "weir-golden-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            do {
                try FileManager.default.removeItem(at: folder)
            } catch {
                Issue.record("\(folder.path) could not be removed: \(error)")
            }
        }
        try write(fleet, to: folder)
        let type = try #require(FormatCatalog.format(named: fleet.format.rawValue))
        var options = LaneOptions(name: "replay", format: fleet.format.rawValue, lateness: type.descriptor.defaultLateness)
        if fleet.hasDetails {
            options.canaries = [SimulatedDetail.canaryName]
            options.inventory = EndpointCatalog.inventory
        }
        let lane = LaneSpecification(options: options, format: try type.init(options: FormatOptions()), paths: [folder.path])
        var alerts: [String] = []
        let outcome = Replay(lane: lane).run(alert: { alerts.append($0.json) }, progress: { _ in })
        #expect(outcome.counters.malformedTotal == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        if fleet.hasDetails { alerts.removeAll { $0.contains(/"detector":"(D01|D02|D13|D32|D37|H\d+)"/) } }
        // Where the folder stands has no part in the result.
        return alerts.map { $0.replacing(folder.path + "/", with: "") }
    }

    /// Five weeks of twelve accounts with the incidents, in four files.
    private func write(_ fleet: Fleet, to folder: URL) throws {
        // 1 June 2026, a Monday.
        let start = EventTime(milliseconds: 1_780_272_000_000)
        let calendar = FleetCalendar(start: start, days: 35)
        let names = FleetSimulation.accountNames(accounts: 12, seed: 5)
        let incidents = try IncidentList(text: fleet.planted, calendar: calendar, accountNames: names, details: fleet.hasDetails)
        let simulation = FleetSimulation(
            accounts: 12, days: 35, seed: 5, start: start, rate: 0.00496, details: fleet.hasDetails, incidents: incidents)
        let splitter = LogSplitter(
            policy: .equalLines(files: 4, lines: 15_000), naming: .rotated, name: fleet.format.fileName, calendar: calendar)
        let text = EventText(format: fleet.format, accountNames: simulation.accountNames)
        var name = ""
        var bytes = Data()
        _ = try FleetArchive(simulation: simulation, text: text, splitter: splitter).write { piece in
            switch piece {
            case .begin(let file, _): (name, bytes) = (file, Data())
            case .bytes(let chunk): bytes += chunk
            case .end: try bytes.write(to: folder.appending(path: name))
            }
        }
    }
}
