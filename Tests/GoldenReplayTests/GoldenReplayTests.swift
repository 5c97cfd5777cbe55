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
    static let formats = EventText.Format.allCases

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

    @Test(arguments: formats) func `a fleet's alerts are letter for letter those that were stored`(format: EventText.Format) throws {
        let found = try replay(format)
        let file = GoldenFile(name: "\(format.rawValue).ndjson")
        if GoldenFile.isRewriting {
            try file.write(found)
            return
        }
        let wanted = try file.lines()
        let difference = GoldenDifference(found: found, wanted: wanted)
        #expect(difference.isEmpty, "\(file.name): make golden rewrites it after an intended change.\n\(difference.text)")
    }

    @Test(.disabled(if: GoldenFile.isRewriting), arguments: formats)
    func `what is stored is worth comparing`(format: EventText.Format) throws {
        let lines = try GoldenFile(name: "\(format.rawValue).ndjson").lines()
        #expect(lines.contains { $0.contains("\"status\":\"open\"") } && lines.contains { $0.contains("\"status\":\"resolved\"") })
        #expect(Set(lines.compactMap { $0.firstMatch(of: /"detector":"(D\d+)"/)?.1 }).count >= 2, "only one detector speaks")
        #expect(lines.reduce(0) { $0 + $1.utf8.count + 1 } < 60_000, "the file is too large to be read by anybody")
    }

    /// The alerts of a seeded fleet, from files in a folder of its own.
    private func replay(_ format: EventText.Format) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "weir-golden-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            do {
                try FileManager.default.removeItem(at: folder)
            } catch {
                Issue.record("\(folder.path) could not be removed: \(error)")
            }
        }
        try write(format, to: folder)
        let type = try #require(FormatCatalog.format(named: format.rawValue))
        let options = LaneOptions(name: "replay", format: format.rawValue, lateness: type.descriptor.defaultLateness)
        let lane = LaneSpecification(options: options, format: try type.init(options: FormatOptions()), paths: [folder.path])
        var alerts: [String] = []
        let outcome = Replay(lane: lane).run(alert: { alerts.append($0.json) }, progress: { _ in })
        #expect(outcome.counters.malformedTotal == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
        // Where the folder stands has no part in the result.
        return alerts.map { $0.replacing(folder.path + "/", with: "") }
    }

    /// Five weeks of twelve accounts with the incidents, in four files.
    private func write(_ format: EventText.Format, to folder: URL) throws {
        // 1 June 2026, a Monday.
        let start = EventTime(milliseconds: 1_780_272_000_000)
        let calendar = FleetCalendar(start: start, days: 35)
        let names = FleetSimulation.accountNames(accounts: 12, seed: 5)
        let incidents = try IncidentList(text: GoldenReplayTests.planted, calendar: calendar, accountNames: names)
        let simulation = FleetSimulation(accounts: 12, days: 35, seed: 5, start: start, rate: 0.00496, incidents: incidents)
        let splitter = LogSplitter(
            policy: .equalLines(files: 4, lines: 15_000), naming: .rotated, name: format.fileName, calendar: calendar)
        let text = EventText(format: format, accountNames: simulation.accountNames)
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
