// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import Pipeline

/// The laws of determinism, over whole generated weeks: every run must come to the same alerts and the same bytes of state.
@Suite struct LawTests {
    private static let seeds: [UInt64] = [11, 12]

    @Test func `the generated fleet exercises what the laws are about`() throws {
        let whole = try run(GeneratedFleet(seed: 11).files())
        for detector in ["D01", "D13", "D32", "D37"] {
            #expect(whole.alerts.contains { $0.contains("\"detector\":\"\(detector)\"") }, "\(detector) never speaks")
        }
        for counter in ["moved", "future", "malformed_syntax", "malformed_duplicate_key", "malformed_missing_time"] {
            #expect((whole.counter(counter) ?? 0) > 0, "nothing is counted as \(counter)")
        }
        let moved = try #require(whole.counter("moved"))
        #expect(moved < 300, "most events are in time")
    }

    @Test(arguments: LawTests.seeds)
    func `law 1: any split of the bytes into reads gives the same alerts and state`(seed: UInt64) throws {
        let files = GeneratedFleet(seed: seed).files()
        let whole = try run(files)
        for (largest, limit) in [(400, 1024), (5000, 13)] {
            var plan = LaneRunPlan()
            plan.largestRead = largest
            plan.batchLimit = limit
            plan.seed = seed &* 31 &+ UInt64(largest)
            let split = try run(files, plan)
            #expect(split.difference(from: whole) == nil, "seed \(plan.seed), reads up to \(largest), batches of \(limit)")
        }
    }

    @Test(arguments: LawTests.seeds)
    func `law 3: stopped and resumed anywhere, a run comes to the same alerts and state`(seed: UInt64) throws {
        let files = GeneratedFleet(seed: seed).files()
        var plan = LaneRunPlan()
        plan.options.lateness = seed == 12 ? .hours(3) : .minutes(2)
        let whole = try run(files, plan)
        plan.largestRead = 3000
        plan.batchLimit = 27
        plan.restarts = 0.5
        plan.seed = seed &* 77
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 150)
        #expect(resumed.difference(from: whole) == nil, "seed \(plan.seed)")
    }

    @Test(arguments: LawTests.seeds)
    func `law 3: a checkpoint that is encoded while the lane goes on holds the moment at which it began`(seed: UInt64) throws {
        let files = GeneratedFleet(seed: seed).files()
        let whole = try run(files)
        var plan = LaneRunPlan(shards: seed == 12 ? 2 : 1)
        plan.batchLimit = 60
        plan.restarts = 0.3
        plan.captureStep = 1
        plan.seed = seed &* 99
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 30)
        #expect(resumed.difference(from: whole) == nil, "seed \(plan.seed)")
    }

    @Test(arguments: LawTests.seeds)
    func `law 4: one, two and eight shards agree byte for byte`(seed: UInt64) throws {
        let files = GeneratedFleet(seed: seed).files()
        let one = try run(files)
        #expect(try run(files, LaneRunPlan(shards: 2)).difference(from: one) == nil, "seed \(seed), two shards")
        var plan = LaneRunPlan(shards: 8)
        plan.batchLimit = 200
        plan.restarts = 0.3
        plan.seed = seed
        #expect(try run(files, plan).difference(from: one) == nil, "seed \(seed), eight shards, with restarts")
    }

    @Test func `a state from one number of shards resumes on another`() throws {
        let files = GeneratedFleet(seed: 14).files()
        let whole = try run(files)
        var plan = LaneRunPlan()
        plan.restarts = 0.4
        plan.batchLimit = 50
        plan.shardsAfterRestart = [1, 2, 8, 3]
        #expect(try run(files, plan).difference(from: whole) == nil)
    }
}
