// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics
import Testing

@testable import Pipeline

/// What people declare of a time raises what is expected, and mutes nothing (X9). Three accounts are too few to tell a common rise.
@Suite struct CalendarTests {
    private static let usual = Activity(rows: 1000, bytes: 100_000, calls: 4, spread: 0.3)
    private static let sale = ExpectedRise(
        name: "Black Friday", start: RehearsalLane.start + .days(28), end: RehearsalLane.start + .days(29), uplift: 4)

    private func fleet(_ rows: UInt64...) -> [Activity?] { rows.map { Self.usual.moving(rows: $0) } }

    private func lane(_ calendar: [ExpectedRise]) -> RehearsalLane {
        var lane = RehearsalLane(calendar: calendar)
        lane.live([Stretch(days: 28, fleet(1000, 1000, 1000))])
        return lane
    }

    @Test func `a declared rise that comes alerts nobody, and without the word all alert`() {
        var declared = lane([Self.sale])
        #expect(declared.volumeAlerts(Stretch(days: 1, fleet(3500, 3500, 3500))).isEmpty)
        var bare = lane([])
        #expect(bare.volumeAlerts(Stretch(days: 1, fleet(3500, 3500, 3500))).count == 3)
    }

    @Test func `twenty times the usual inside of a declared rise alerts, and says what was declared`() throws {
        var lane = lane([Self.sale])
        lane.live([Stretch(buckets: 40, fleet(3500, 3500, 3500))])
        let alert = try #require(lane.volumeAlerts(Stretch(buckets: 4, fleet(20_000, 3500, 3500))).first)
        #expect(alert.account == "account-1")
        #expect(alert.summary.contains("raised 4× as declared for Black Friday") && !alert.summary.contains("Half of"), "\(alert.summary)")
    }

    @Test(arguments: [1000, 3500] as [UInt64]) func `whether it comes or not, nothing of it is learnt`(rows: UInt64) {
        var lane = lane([Self.sale])
        #expect(lane.volumeAlerts(Stretch(days: 1, fleet(rows, rows, rows))).isEmpty)
        // The day after is one like others, and four times as much in it are too much.
        #expect(lane.volumeAlerts(Stretch(days: 3, fleet(1000, 1000, 1000))).isEmpty)
        #expect(lane.volumeAlerts(Stretch(buckets: 4, fleet(4000, 1000, 1000))).map(\.account) == ["account-1"])
    }

    @Test func `the largest of what covers a quarter hour counts, from its beginning to its end`() {
        var options = LaneOptions(name: "a", format: "json", lateness: .seconds(0))
        let hours = { (from: Int64, to: Int64, uplift: Double) in
            ExpectedRise(
                name: "x\(uplift)", start: EventTime(milliseconds: from * 3_600_000), end: EventTime(milliseconds: to * 3_600_000),
                uplift: uplift)
        }
        options.calendar = [hours(1, 3, 2), hours(2, 4, 5)]
        let core = LaneCore(options: options)
        let seen = (0..<5).map { core.declaring(FleetView(), bucket: $0 * 4).measures[.rows].rise }
        #expect(seen == [1, 2, 5, 5, 1])
        #expect(core.declaring(FleetView(), bucket: 8).declaration == "x5.0")
        var bare = options
        bare.calendar = []
        #expect(LaneCore.stamp(bare).hash != LaneCore.stamp(options).hash)
    }

    @Test func `a lane that resumes inside of a declared rise goes on as it would have`() throws {
        var options = LaneOptions(name: "a", format: "json", lateness: .seconds(0))
        options.calendar = [Self.sale]
        var core = LaneCore(options: options)
        let day = RehearsalLane.start.milliseconds / 86_400_000
        core.process(Self.batch(from: day, to: day + 28, rows: 1000, isFirst: true))
        core.process(Self.batch(from: day + 28, to: day + 29, rows: 3500))
        let commit = core.takeCommit()
        let accounts = commit.accounts.sorted { $0.id < $1.id }
        var resumed = try LaneCore(options: options, resume: LaneResume(header: commit.header, accounts: accounts, positions: []))
        #expect(resumed.fleet == core.fleet && core.fleet.measures[.rows].declared == 4)
        let next = Self.batch(from: day + 29, to: day + 30, rows: 9000)
        core.process(next)
        resumed.process(next)
        #expect(core.takeCommit().header == resumed.takeCommit().header)
    }

    /// Four exports an hour by each of three accounts.
    private static func batch(from: Int64, to: Int64, rows: UInt64, isFirst: Bool = false) -> EventBatch {
        var batch = EventBatch()
        if isFirst { batch.newAccounts = ["a", "b", "c"] }
        for quarter in from * 96..<to * 96 {
            for account in 1...3 as ClosedRange<UInt32> {
                batch.events.append(
                    AccessEvent(
                        time: EventTime(milliseconds: quarter * 900_000 + Int64(account) * 1000), rows: rows + UInt64(quarter * 7 % 90),
                        bytes: 0, offset: 0, rowKey: 0, account: AccountID(rawValue: account), stream: 0, endpoint: .unknown,
                        object: .unknown, network: Network(ipv4: 0xC000_0201), status: 200, operation: .export, presence: [.rows]))
            }
        }
        return batch
    }
}
