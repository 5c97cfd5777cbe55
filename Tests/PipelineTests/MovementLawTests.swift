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

    /// A quarter hour in which two accounts show the same four people, one as customers, one in what a machine wrote; and a line after it.
    private func sameQuarterHour(machineFirst: Bool) -> [MemorySource.File] {
        func line(_ account: String, _ dataClass: String, second: Int, person: Int) -> String {
            "{\"ts\":\"2026-06-01T09:\(second / 60 + 10):\(second % 60 + 10)Z\",\"account\":\"\(account)\",\"action\":\"read\",\"rows\":1,"
                + "\"class\":\"\(dataClass)\",\"env\":\"production\",\"text\":\"write to p\(person)@corp-mail.de\"}"
        }
        let customers = (0..<4).map { line("svc-crm", "customer", second: machineFirst ? 20 + $0 : $0, person: $0) }
        let answers = (0..<4).map { line("svc-bot", "ai_content", second: machineFirst ? $0 : 20 + $0, person: $0) }
        let later = "{\"ts\":\"2026-06-01T11:00:00Z\",\"account\":\"svc-crm\",\"action\":\"read\",\"rows\":1}"
        return [(customers + [later]), answers].enumerated().map {
            MemorySource.File("log.\($0)", Array($1.map { $0 + "\n" }.joined().utf8))
        }
    }

    @Test(arguments: [false, true]) func `people shown by both sides in one quarter hour are told of the later side, however it is read`(
        machineFirst: Bool
    ) throws {
        let files = sameQuarterHour(machineFirst: machineFirst)
        let whole = try run(files, LaneRunPlan())
        let told = whole.alerts.filter { $0.contains("\"D20\"") && $0.contains("\"open\"") }
        #expect(told.count == 1 && told[0].contains(machineFirst ? "\"account\":\"svc-crm\"" : "\"account\":\"svc-bot\""), "\(told)")
        #expect(
            told.first?.contains("4 of them in the same quarter hour") == true && told.first?.contains("at most 1 in a million") == true)
        for shards in 1...3 {
            var other = LaneRunPlan(shards: shards)
            (other.largestRead, other.batchLimit, other.restarts, other.seed) = (64, 1, 0.4, UInt64(shards))
            let parts = try run(shards == 2 ? files.reversed() : files, other)
            #expect(
                parts.restarts > 0
                    && parts.alerts.filter { $0.contains("\"D20\"") }.count == whole.alerts.filter { $0.contains("\"D20\"") }.count)
            if shards != 2 { #expect(parts.difference(from: whole) == nil, "\(parts.difference(from: whole) ?? "")") }
        }
    }

    @Test func `an archive that ends in that quarter hour is told of as well`() throws {
        let files = sameQuarterHour(machineFirst: false)
        let short = [
            MemorySource.File(
                "log.0",
                Array(files[0].bytes.split(separator: 10, omittingEmptySubsequences: true).prefix(4).joined(separator: [10]) + [10])),
            files[1],
        ]
        let alerts = try run(short, LaneRunPlan()).alerts.filter { $0.contains("\"D20\"") }
        #expect(alerts.count == 1, "\(alerts)")
    }
}
