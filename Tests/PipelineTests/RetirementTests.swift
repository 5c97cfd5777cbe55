// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import Testing

@testable import Pipeline

/// Accounts that hardly worked and have rested for weeks give their memory back; those with a history never do.
@Suite struct RetirementTests {
    private static let start = RehearsalLane.start.milliseconds

    /// One account that works every quarter hour for `days`, and others in the quarter hours that are named.
    private func files(days: Int, _ visits: [String: [Int]]) -> [MemorySource.File] {
        var bytes: [UInt8] = []
        for bucket in 0..<(days * 96) {
            append("svc-steady", bucket, rows: 900 + bucket % 7 * 30, &bytes)
            for (name, buckets) in visits.sorted(by: { $0.key < $1.key }) where buckets.contains(bucket) {
                append(name, bucket, rows: 10, &bytes)
            }
        }
        return [MemorySource.File("/logs/rest", bytes)]
    }

    private func append(_ account: String, _ bucket: Int, rows: Int, _ bytes: inout [UInt8]) {
        let time = RetirementTests.start + Int64(bucket) * 900_000
        bytes += Array("{\"ts\":\(time),\"account\":\"\(account)\",\"action\":\"export\",\"rows\":\(rows)}\n".utf8)
    }

    private func bytes(_ run: LaneRun, _ name: String) -> Int { run.accounts.values.first { $0.name == name }?.bytes.count ?? -1 }

    @Test func `who came once and stayed away for five weeks leaves a tombstone, who worked for longer or comes monthly keeps its profile`()
        throws
    {
        let run = try run(
            files(days: 40, ["once": [5], "hour": Array(4..<8), "longer": Array(4..<9), "monthly": [7, 7 + 31 * 96], "young": [20 * 96]]))
        #expect(bytes(run, "once") < 30 && bytes(run, "hour") < 30)
        for name in ["longer", "monthly", "young", "svc-steady"] { #expect(bytes(run, name) > 2000, "\(name)") }
    }

    @Test func `a name that returns after its retirement begins anew, and its tombstone says when it was there`() throws {
        let files = files(days: 42, ["once": [5, 9], "returns": [5, 9, 40 * 96]])
        let core = try LaneCore(options: LaneRunPlan().options, resume: journal(of: run(files)).resume)
        for name in ["once", "returns"] {
            let tombstone = core.tombstone(name)
            let stone = try #require(tombstone)
            let first = Int(stone.firstBucket) - Int(RetirementTests.start / 900_000)
            #expect(first == 5 && stone.lastBucket == stone.firstBucket + 4)
        }
        let isSteadyBuried = core.tombstone("svc-steady") != nil
        #expect(!isSteadyBuried)
        let firstSeen = [
            core.firstSeen(LaneInquiry(account: "returns", bucket: 0)),
            core.firstSeen(LaneInquiry(account: "once", bucket: 0)),
        ]
        #expect(firstSeen == [EventTime(milliseconds: RetirementTests.start) + .days(40), nil])
    }

    @Test func `law 3 and 4: retired, returned and restarted, on any number of shards, a run comes to the same state`() throws {
        let names = Dictionary(uniqueKeysWithValues: (0..<40).map { ("n\($0)", $0 % 3 == 0 ? [$0, 37 * 96 + $0] : [$0]) })
        let files = files(days: 39, names)
        let whole = try run(files)
        // Those who did not return, and the account of all others, of which nothing was heard.
        #expect(whole.accounts.values.count { $0.bytes.count < 30 } == 27)
        var plan = LaneRunPlan(shards: 3)
        plan.batchLimit = 40
        plan.restarts = 0.2
        plan.seed = 9
        plan.shardsAfterRestart = [1, 3, 2]
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 10)
        let difference = resumed.difference(from: whole)
        #expect(difference == nil)
    }

    private func journal(of run: LaneRun) -> MemoryJournal {
        var journal = MemoryJournal()
        let accounts = run.accounts.values.sorted { $0.id < $1.id }
        journal.store(LaneCommit(lane: "gateway", header: run.header, accounts: accounts, positions: [], alerts: [], counters: []))
        return journal
    }
}
