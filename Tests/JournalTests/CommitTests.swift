// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline
import TestSupport
import Testing

@testable import Journal

@Suite struct CommitTests {
    let folder: TemporaryFolder
    let journal: SQLiteJournal

    init() throws {
        folder = try TemporaryFolder()
        journal = try SQLiteJournal.open(directory: folder.state, sinks: ["syslog", "webhook:a"])
    }

    @Test func `a lane that never committed has nothing to resume`() throws {
        #expect(try journal.resume(lane: "gateway") == nil)
    }

    @Test func `a restart finds what was committed, accounts in ascending order`() throws {
        try journal.commit(
            commit(
                accounts: [account(2), account(0), account(1)],
                positions: [position(9, knownSize: .max), position(3, offset: .max, isFinished: true)]),
            now: noon)
        let resumed = try #require(try journal.resume(lane: "gateway"))
        #expect(resumed.header == [1, 2, 3])
        #expect(resumed.accounts == [account(0), account(1), account(2)])
        #expect(resumed.positions == [position(3, offset: .max, isFinished: true), position(9, knownSize: .max)])
    }

    @Test func `the resume order is the order of ids for any order of writing`() throws {
        let seed: UInt64 = 20_261_124
        var random = SeededRandom(seed: seed)
        var numbers = Array(UInt32(0)..<300).shuffled(using: &random)
        while !numbers.isEmpty {
            let part = numbers.prefix(Int.random(in: 1...40, using: &random))
            numbers.removeFirst(part.count)
            try journal.commit(commit(accounts: part.map { account($0) }), now: noon)
        }
        let resumed = try #require(try journal.resume(lane: "gateway"))
        #expect(resumed.accounts.map(\.id.rawValue) == Array(0..<300), "seed \(seed)")
    }

    @Test func `the last state of an account and a stream wins`() throws {
        try journal.commit(commit(header: [1], accounts: [account(1, 1)], positions: [position(1, offset: 10)]), now: noon)
        try journal.commit(commit(header: [2], accounts: [account(1, 2)], positions: [position(1, offset: 20)]), now: noon)
        let resumed = try #require(try journal.resume(lane: "gateway"))
        #expect(resumed.header == [2])
        #expect(resumed.accounts == [account(1, 2)])
        #expect(resumed.positions.map(\.offset) == [20])
    }

    @Test func `lanes do not see each other's accounts`() throws {
        try journal.commit(commit("a", accounts: [account(.max), account(0, 1)]), now: noon)
        try journal.commit(commit("b", accounts: [account(0, 9)], positions: [position(1)]), now: noon)
        #expect(try journal.resume(lane: "a")?.accounts == [account(0, 1), account(.max)])
        #expect(try journal.resume(lane: "a")?.positions == [])
        #expect(try journal.resume(lane: "b")?.accounts == [account(0, 9)])
    }

    @Test func `a message that cannot be queued takes the whole commit back`() throws {
        try journal.commit(commit(header: [1], accounts: [account(1, 1)], positions: [position(1, offset: 10)]), now: noon)
        try journal.tamper(
            "CREATE TEMP TRIGGER refuse BEFORE INSERT ON outbox WHEN new.sink = 'webhook:a' BEGIN SELECT RAISE(ABORT, 'no'); END")
        #expect(throws: OutletFailure.self) {
            try journal.commit(
                commit(
                    header: [2], accounts: [account(1, 2)], positions: [position(1, offset: 20)], alerts: [record("a1")],
                    counters: [LaneCommit.Counter(name: "events", value: 5)]), now: noon)
        }
        let resumed = try #require(try journal.resume(lane: "gateway"))
        #expect(resumed.header == [1])
        #expect(resumed.accounts == [account(1, 1)])
        #expect(resumed.positions.map(\.offset) == [10])
        #expect(try journal.view.alerts(after: 0, limit: 10) == [])
        #expect(try journal.view.queues() == [])
        #expect(try journal.view.lanes().first?.counters == [])
    }

    @Test func `a commit given again after its answer was lost changes nothing and queues nothing twice`() throws {
        let twice = commit(alerts: [record("a1"), record("a1", 1, .update)])
        try journal.commit(twice, now: noon)
        try journal.commit(twice, now: noon + .seconds(5))
        #expect(try journal.view.transitions(of: "a1").map(\.record) == [record("a1"), record("a1", 1, .update)])
        #expect(try journal.view.queues().map(\.pending) == [2, 2])
    }

    @Test func `a transition that fires again beside a new one is queued once`() throws {
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        try journal.commit(commit(alerts: [record("a1"), record("a1", 1, .resolved)]), now: noon)
        let messages = try journal.due(sink: "syslog", now: noon, limit: 10)
        #expect(messages.map(\.record.sequence) == [0])
        #expect(try journal.view.queues().map(\.pending) == [2, 2])
    }

    @Test func `a full disk is a retryable failure and leaves nothing half written`() throws {
        try journal.commit(commit(header: [1], accounts: [account(1, 1)]), now: noon)
        try journal.tamper("PRAGMA max_page_count = 40")
        let large = commit(
            header: [2], accounts: (0..<200).map { account($0, 2, bytes: 3600) }, positions: [position(1)], alerts: [record("a1")])
        let failure = #expect(throws: OutletFailure.self) { try journal.commit(large, now: noon) }
        #expect(failure?.isRetryable == true)
        #expect(failure?.message.contains("the disk is full") == true)
        let resumed = try #require(try journal.resume(lane: "gateway"))
        #expect(resumed.header == [1])
        #expect(resumed.accounts == [account(1, 1)])
        #expect(resumed.positions == [])

        try journal.tamper("PRAGMA max_page_count = 1000000")
        try journal.commit(large, now: noon)
        #expect(try journal.resume(lane: "gateway")?.accounts.count == 200)
    }

    @Test func `only so many finished positions are kept, and the oldest go first`() throws {
        let many = (0..<UInt32(SQLiteJournal.finishedLimit + 3)).map { position($0, isFinished: $0 != 1) }
        try journal.commit(commit(positions: many), now: noon)
        let kept = try #require(try journal.resume(lane: "gateway")).positions
        #expect(kept.count == SQLiteJournal.finishedLimit + 1)
        #expect(kept.prefix(3).map(\.stream) == [1, 3, 4])
    }

    @Test func `status shows counters, open streams and the time of the last commit`() throws {
        try journal.commit(
            commit(
                positions: [position(1), position(2, isFinished: true)],
                counters: [LaneCommit.Counter(name: "events", value: 41), LaneCommit.Counter(name: "late", value: 0)]), now: noon)
        try journal.commit(commit(counters: [LaneCommit.Counter(name: "events", value: 42)]), now: noon + .seconds(5))
        let lane = try #require(try journal.view.lanes().first)
        #expect(lane.counter("events") == 42)
        #expect(lane.counter("late") == 0)
        #expect(lane.openStreams == 1)
        #expect(lane.commits == 2)
        #expect(lane.committed == noon + .seconds(5))
        let summary = try journal.view.summary()
        #expect(summary.lastCommit == noon + .seconds(5))
        #expect(summary.bytes > 0)
    }

    @Test func `open alerts are those whose last transition does not resolve them`() throws {
        try journal.commit(
            commit(alerts: [
                record("a1"), record("a2"), record("a1", 1, .update), record("a2", 1, .resolved), record("a3", account: "svc-9"),
            ]), now: noon)
        #expect(try journal.view.alerts(.open()).map(\.record.id) == ["a3", "a1"])
        #expect(try journal.view.alerts(.open()).last?.record.status == .update)
        let first = try #require(try journal.view.alerts(after: 0, limit: 2).last)
        #expect(try journal.view.alerts(after: first.number, limit: 1).map(\.record) == [record("a1", 1, .update)])
    }
}
