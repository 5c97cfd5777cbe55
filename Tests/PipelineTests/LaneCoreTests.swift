// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import RollingStatistics
import TestSupport
import Testing

@testable import Pipeline

/// The deciding half, fed by hand: what is counted, when buckets close, what a checkpoint holds.
@Suite struct LaneCoreTests {
    static let bucket: Int64 = 900_000
    static let start: Int64 = 1_780_200_000_000

    @Test func `a row delivered twice counts once`() {
        var core = core()
        core.process(batch([event(0, rows: 5, key: 7), event(1, rows: 5, key: 7), event(2, rows: 5, key: 8)], accounts: ["a"]))
        #expect(core.counters.duplicates == 1)
        #expect(core.counters.events == 2)
        #expect(sums(core)?.rows == 10)
    }

    @Test func `a job that repeats its total counts what exceeds the largest total so far`() {
        var core = core()
        let totals: [UInt64] = [100, 250, 250, 200, 300]
        core.process(batch(totals.enumerated().map { event(Int64($0), rows: $1, key: 9, isJob: true) }, accounts: ["a"]))
        #expect(sums(core)?.rows == 300)
        #expect(core.counters.duplicates == 0)
    }

    @Test func `writes and logins move no rows out`() {
        var core = core()
        var write = event(0, rows: 50)
        write.operation = .write
        core.process(batch([write, event(1, rows: 7)], accounts: ["a"]))
        #expect(sums(core) == .init(rows: 7, bytes: 0, calls: 2))
    }

    @Test func `an account whose first event was late keeps its number over a restart`() throws {
        var core = core(lateness: .minutes(2))
        core.process(batch([event(0), event(3600)], accounts: ["a"]))
        core.process(batch([event(1, account: 2), event(3601, account: 3)], accounts: ["late", "c"]))
        #expect(try resumed(&core).accountNames == [Attribution.overflowName, "a", "late", "c"])
    }

    @Test func `an account known only by events that wait for others to agree keeps its number over a restart`() throws {
        var core = core()
        core.process(batch([event(0), event(86_400 * 9, account: 2)], accounts: ["a", "ahead"]))
        var next = try resumed(&core)
        #expect(next.accountNames.count == 3)
        next.process(batch((1..<16).map { event(86_400 * 9 + $0, account: 2) }))
        #expect(next.counters.events == 17)
    }

    @Test func `an account first seen in a later open bucket has no history before it`() {
        var core = core(lateness: .hours(1))
        core.process(batch([event(0), event(2000, account: 2)], accounts: ["a", "b"]))
        let first = core.shard(AccountID(rawValue: 2)).profile(AccountID(rawValue: 2)).firstBucket
        #expect(first == bucketNumber(2))
    }

    @Test func `trip levels that were set when a bucket became the oldest survive a restart`() throws {
        var core = core(lateness: .minutes(2))
        // The next bucket opens before the first closes; the commit between them holds no levels for it yet.
        core.process(batch([event(0), event(901, account: 2)], accounts: ["a", "b"]))
        _ = core.takeCommit()
        core.process(batch([event(1100)]))
        let commit = core.takeCommit()
        #expect(commit.accounts.contains { $0.name == "b" }, "an armed account has changed")
    }

    @Test func `a network learnt while later buckets were open is not new again in them`() {
        let network = Network(ipv4: 0x0A00_0001)
        var tally = AccountTally(event(0))
        let profile = AccountProfile(firstBucket: 0)
        let closed = ClosedBucket(number: bucketNumber(0), end: time(900), fleet: FleetView(), values: ValueTable())
        _ = tally.note(network, at: time(0), known: profile.networks, closed.access.values)
        #expect(tally.newNetwork?.network == network)
        closed.read(profile, tally)
        profile.learn(closed)
        tally.forgetLearnt(profile, closed.access.values)
        #expect(tally.newNetwork == nil)
    }

    @Test func `rows that no store has do not end the process when an alert shows what they are made of`() throws {
        var options = LaneOptions(name: "a", format: "json", lateness: .seconds(0))
        options.canaries = ["a"]
        var core = LaneCore(options: options)
        var events: [AccessEvent] = []
        for number in 0..<40 {
            var event = event(Int64(number))
            event.rows = 1 << 62
            event.operation = number % 2 == 0 ? .read : .list
            events.append(event)
        }
        var batch = EventBatch()
        batch.newAccounts = ["a"]
        batch.events = events + [event(500), event(1000), event(1500)]
        core.process(batch)
        #expect(core.takeAlerts().contains { $0.detector == "D33" && $0.status == .update })
    }

    @Test func `a header cut anywhere is refused, never a trap`() throws {
        var core = core()
        core.process(batch([event(0, key: 3), event(86_400 * 9)], accounts: ["a"]))
        let commit = core.takeCommit()
        let accounts = commit.accounts.sorted { $0.id < $1.id }
        for count in 0..<commit.header.count {
            #expect(throws: StateError.self) {
                let header = Array(commit.header.prefix(count))
                _ = try LaneCore(options: core.options, resume: LaneResume(header: header, accounts: accounts, positions: []))
            }
        }
        for count in stride(from: 0, to: accounts[1].bytes.count, by: 7) {
            var cut = accounts
            cut[1].bytes = Array(cut[1].bytes.prefix(count))
            #expect(throws: StateError.self) {
                _ = try LaneCore(options: core.options, resume: LaneResume(header: commit.header, accounts: cut, positions: []))
            }
        }
    }

    // MARK: Making things

    func bucketNumber(_ offset: Int64) -> Int64 { LaneCoreTests.start / LaneCoreTests.bucket + offset }

    func time(_ seconds: Int64) -> EventTime {
        EventTime(milliseconds: bucketNumber(0) * LaneCoreTests.bucket + seconds * 1000)
    }

    func core(lateness: EventDuration = .minutes(2)) -> LaneCore {
        LaneCore(options: LaneOptions(name: "x", format: "json", lateness: lateness))
    }

    func event(_ seconds: Int64, account: UInt32 = 1, rows: UInt64 = 1, key: UInt64 = 0, isJob: Bool = false) -> AccessEvent {
        AccessEvent(
            time: time(seconds), rows: rows, bytes: 0, offset: 0, rowKey: key, account: AccountID(rawValue: account), stream: 0,
            endpoint: .unknown, object: .unknown, network: .unknown, status: 200, operation: .export,
            presence: isJob ? [.rows, .cumulativeRows] : [.rows])
    }

    func batch(_ events: some Sequence<AccessEvent>, accounts: [String] = []) -> EventBatch {
        var batch = EventBatch()
        batch.events = Array(events)
        batch.newAccounts = accounts
        return batch
    }

    /// The sums of the first account in the bucket of the tests' first moment.
    func sums(_ core: borrowing LaneCore) -> MeasureSums? {
        let account = AccountID(rawValue: 1)
        return core.shard(account).tally(account, position: Int(bucketNumber(0) - core.oldestBucket))?.sums
    }

    func resumed(_ core: inout LaneCore) throws -> LaneCore {
        var journal = MemoryJournal()
        journal.store(core.takeCommit())
        return try LaneCore(options: core.options, resume: journal.resume)
    }
}
