// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import Simulation
import TestSupport
import Testing

@testable import Pipeline

/// The laws over believable fleets with planted incidents, in every format that the simulation writes.
@Suite struct FleetLawTests {
    static let formats = EventText.Format.allCases

    @Test(arguments: formats) func `law 1: a fleet's alerts and state do not depend on how its bytes are split`(
        format: EventText.Format
    ) throws {
        let fleet = try SimulatedFiles(format, seed: 21)
        let whole = try run(fleet.files, fleet.plan)
        #expect(whole.alerts.count > 2, "seed 21: nothing happens that could differ")
        for (largest, limit) in [(700, 1024), (9000, 17)] {
            var plan = fleet.plan
            plan.largestRead = largest
            plan.batchLimit = limit
            plan.seed = 21 &* UInt64(largest)
            let difference = try run(fleet.files, plan).difference(from: whole)
            #expect(difference == nil, "seed \(plan.seed), reads up to \(largest), batches of \(limit): \(difference ?? "")")
        }
    }

    @Test(arguments: formats) func `law 3: a fleet's run may be stopped and resumed anywhere`(format: EventText.Format) throws {
        for seed in [UInt64(22), 23] {
            let fleet = try SimulatedFiles(format, seed: seed)
            let whole = try run(fleet.files, fleet.plan)
            var plan = fleet.plan
            plan.largestRead = 6000
            plan.batchLimit = 41
            plan.restarts = 0.25
            plan.captureStep = seed == 22 ? nil : 2
            plan.seed = seed &* 131
            let resumed = try run(fleet.files, plan)
            #expect(resumed.restarts > 10, "seed \(plan.seed)")
            let difference = resumed.difference(from: whole)
            #expect(difference == nil, "fleet \(seed), seed \(plan.seed): \(difference ?? "")")
        }
    }

    @Test(arguments: formats) func `law 4: a fleet's alerts and state do not depend on the number of shards`(
        format: EventText.Format
    ) throws {
        let fleet = try SimulatedFiles(format, seed: 24)
        let one = try run(fleet.files, fleet.plan)
        for shards in [2, 8] {
            var plan = fleet.plan
            plan.options.shards = shards
            let difference = try run(fleet.files, plan).difference(from: one)
            #expect(difference == nil, "seed 24, \(shards) shards: \(difference ?? "")")
        }
        var plan = fleet.plan
        plan.restarts = 0.3
        plan.batchLimit = 80
        plan.shardsAfterRestart = [8, 1, 2]
        plan.seed = 24
        let difference = try run(fleet.files, plan).difference(from: one)
        #expect(difference == nil, "seed 24, from one number of shards to another: \(difference ?? "")")
    }
}

/// A fleet's log, cut into files, and the plan that reads it.
struct SimulatedFiles {
    let files: [MemorySource.File]
    let plan: LaneRunPlan

    /// Sixteen days of a few accounts with the usual incidents, about three thousand lines.
    init(_ format: EventText.Format, seed: UInt64) throws {
        let start = EventTime(milliseconds: GeneratedFleet.start)
        let simulation = FleetSimulation(accounts: 5, days: 16, seed: seed, start: start, rate: 0.0022)
        let splitter = LogSplitter(
            policy: .equalLines(files: 5, lines: 3000), naming: .dated, name: format.fileName, calendar: simulation.calendar)
        let archive = FleetArchive(
            simulation: simulation, text: EventText(format: format, accountNames: simulation.accountNames), splitter: splitter)
        var files: [MemorySource.File] = []
        _ = archive.write { piece in
            switch piece {
            case .begin(let name, _): files.append(MemorySource.File("/logs/\(name)", []))
            case .bytes(let bytes): files[files.count - 1].bytes += bytes
            case .end: break
            }
        }
        let type = try #require(FormatCatalog.format(named: format.rawValue))
        var plan = LaneRunPlan()
        plan.options = LaneOptions(name: "gateway", format: format.rawValue, lateness: type.descriptor.defaultLateness)
        self.files = files
        self.plan = plan
    }
}
