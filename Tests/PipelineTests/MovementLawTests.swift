// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import Simulation
import Testing

@testable import Pipeline

/// The laws over the log of an estate: what is said of records must not depend on chunks, batches, shards or stops.
@Suite struct MovementLawTests {
    /// Three days of an estate with everything planted in the last of them, in two files side by side.
    private static let files: [MemorySource.File] = {
        let simulation = EstateSimulation(days: 3, seed: 8, start: EventTime(milliseconds: 1_780_272_000_000))
        let text = EstateText(seed: 8, sparse: 0, isRenamed: false)
        var bytes: [UInt8] = []
        _ = EstateArchive(simulation: simulation, text: text).write { piece in if case .bytes(let chunk) = piece { bytes += chunk } }
        var halves: [[UInt8]] = [[], []]
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() { halves[number % 3 == 0 ? 0 : 1] += line + [10] }
        return halves.enumerated().map { MemorySource.File("log.\($0)", $1) }
    }()

    private func plan(shards: Int = 1) -> LaneRunPlan {
        var plan = LaneRunPlan(shards: shards)
        plan.movements.estate.systems = [
            Estate.System(name: "crm", environment: .production, region: "EU", hosts: ["crm.shop.internal"]),
            Estate.System(name: "training", environment: .training, region: "US", hosts: ["train.ml.internal"]),
        ]
        plan.movements.estate.flows = [Estate.Flow(dataClass: .synthetic, from: "synthetic", to: "training")]
        plan.movements.estate.generators = ["svc-synth-gen"]
        plan.options.declaresFlows = true
        plan.options.stores = [
            Estate.Store(name: "products", system: "crm", dataClass: .product, objects: ["Product"], records: 3000),
            Estate.Store(name: "customers", system: "crm", dataClass: .customer, objects: ["Contact"], records: 500),
        ]
        return plan
    }

    @Test func `chunks, batches, shards and stops change nothing that is said of records`() throws {
        let whole = try run(MovementLawTests.files, plan())
        for detector in ["D07", "D16", "D17", "D18", "D20", "D22", "D28"] {
            #expect(whole.alerts.contains { $0.contains("\"\(detector)\"") }, "\(detector) says nothing: the law would be about nothing")
        }
        var other = plan(shards: 3)
        (other.largestRead, other.batchLimit, other.restarts, other.seed) = (4096, 100, 0.02, 5)
        other.shardsAfterRestart = [2, 1, 5]
        let stopped = try run(MovementLawTests.files, other)
        #expect(stopped.restarts > 3 && stopped.difference(from: whole) == nil, "\(stopped.difference(from: whole) ?? "")")
        other = plan(shards: 2)
        (other.batchLimit, other.restarts, other.captureStep, other.seed) = (300, 0.02, 3, 6)
        let captured = try run(MovementLawTests.files, other)
        #expect(captured.difference(from: whole) == nil, "\(captured.difference(from: whole) ?? "")")
    }
}
