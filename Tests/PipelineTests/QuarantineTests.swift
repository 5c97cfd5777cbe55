// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// What an account does under an alert does not become usual, unless a person says so.
@Suite struct QuarantineTests {
    private let usual = Activity(rows: 1000, bytes: 100_000, calls: 4, spread: 0.3)
    private var theft: Activity { usual.moving(rows: 10_000) }

    private func known() -> RehearsalLane {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 28, [usual])])
        return lane
    }

    /// An hour of something, then the account's usual until `hours` are over; whether the hour alerted.
    private func round(_ lane: inout RehearsalLane, _ activity: Activity, hours: Int) -> Bool {
        let hasAlerted = !lane.volumeAlerts(Stretch(buckets: 4, [activity])).isEmpty
        lane.live([Stretch(buckets: 4 * hours - 4, [usual])])
        return hasAlerted
    }

    @Test(arguments: [5_000, 10_000, 50_000] as [UInt64])
    func `the same theft every other day for six weeks alerts every time`(rows: UInt64) {
        var lane = known()
        let alerts = (0..<21).map { _ in round(&lane, usual.moving(rows: rows), hours: 48) }
        #expect(alerts.allSatisfy { $0 }, "\(alerts)")
    }

    @Test func `a new weekly job alerts for months, and never again once a person has accepted it`() {
        var lane = known()
        var weeks = 0
        while weeks < 104, round(&lane, theft, hours: 168) { weeks += 1 }
        #expect((26...104).contains(weeks), "\(weeks)")
        var accepted = known()
        #expect(!accepted.volumeAlerts(Stretch(buckets: 4, [theft])).isEmpty)
        _ = accepted.decide(.accept, account: "account-1")
        accepted.live([Stretch(buckets: 664, [usual]), Stretch(buckets: 4, [usual])])
        let after = (0..<6).map { _ in round(&accepted, theft, hours: 168) }
        #expect(after == [false, false, false, false, false, false])
    }

    @Test func `a theft that goes on for three weeks is not taken for the level, and is found again after a pause`() {
        var lane = known()
        let doubled = usual.moving(rows: 2500)
        #expect(lane.volumeAlerts(Stretch(days: 21, [doubled])).count == 1)
        #expect(lane.volumeAlerts(Stretch(days: 7, [usual])).isEmpty)
        #expect(lane.volumeAlerts(Stretch(days: 2, [doubled])).count == 1)
    }

    @Test func `a new level alerts once, and is the usual one when a person has accepted it`() throws {
        var lane = known()
        let raised = usual.moving(rows: 2500)
        #expect(lane.volumeAlerts(Stretch(days: 3, [raised])).count == 1)
        let closed = lane.decide(.accept, account: "account-1").filter { $0.detector == "D01" }
        #expect(closed.map(\.status) == [.resolved])
        #expect(closed.first?.summary.contains("was accepted as usual after") == true)
        #expect(lane.volumeAlerts(Stretch(days: 14, [raised])).isEmpty)
        let alert = try #require(lane.volumeAlerts(Stretch(buckets: 4, [usual.moving(rows: 40_000)])).first)
        #expect(alert.json.contains("\"similar\":[{\"id\":\"") && alert.json.contains("\"label\":\"benign\""))
    }

    @Test func `what was called an incident is never learnt, whoever accepts the account later`() {
        var lane = known()
        #expect(round(&lane, theft, hours: 48))
        #expect(lane.decide(.incident, account: "account-1").isEmpty)
        _ = lane.decide(.accept, account: "account-1")
        #expect(round(&lane, theft, hours: 48))
    }

    @Test func `what nobody decided about for a fortnight is no longer kept`() {
        var lane = known()
        #expect(round(&lane, theft, hours: 17 * 24))
        _ = lane.decide(.benign, account: "account-1")
        #expect(round(&lane, theft, hours: 48))
    }

    @Test func `decisions are the same wherever the input is split, on any number of shards and after any restart`() throws {
        var lines = ""
        let begin = RehearsalLane.start.milliseconds
        for bucket in 0..<Int64(40 * 96) {
            for account in 0..<3 as Range<Int64> {
                let isTheft = bucket >= 20 * 96 && bucket % 192 < 4 && account < 2
                let rows = 900 + (bucket * 7 + account * 13) % 211
                let time = begin + bucket * 900_000 + account * 60_000
                lines += "{\"ts\":\(time),\"account\":\"svc-\(account)\",\"action\":\"export\",\"rows\":\(isTheft ? rows * 12 : rows)}\n"
            }
        }
        let files = [MemorySource.File("/logs/a", Array(lines.utf8))]
        func time(_ day: Int64) -> EventTime { RehearsalLane.start + .days(day) + .minutes(37) }
        var plan = LaneRunPlan()
        plan.decisions = [
            LaneDecision(.accept, account: "svc-0", time: time(22)), LaneDecision(.incident, account: "svc-1", time: time(24)),
            LaneDecision(.benign, account: "svc-1", time: time(27)), LaneDecision(.accept, account: "nobody", time: time(28)),
        ]
        let whole = try run(files, plan)
        #expect(
            whole.alerts.contains { $0.contains("accepted as usual") } || whole.alerts.contains { $0.contains("\"label\":\"incident\"") })
        plan.decisions = []
        #expect(try run(files, plan).alerts != whole.alerts)
        for seed in 1...4 as ClosedRange<UInt64> {
            plan = LaneRunPlan(shards: Int(seed))
            plan.decisions = [
                LaneDecision(.accept, account: "svc-0", time: time(22)), LaneDecision(.incident, account: "svc-1", time: time(24)),
                LaneDecision(.benign, account: "svc-1", time: time(27)), LaneDecision(.accept, account: "nobody", time: time(28)),
            ]
            (plan.seed, plan.largestRead, plan.batchLimit) = (seed, 4001, 500)
            plan.restarts = 0.05
            plan.captureStep = seed == 2 ? 1 : nil
            let other = try run(files, plan)
            #expect(other.difference(from: whole) == nil, "seed \(seed): \(other.difference(from: whole) ?? "")")
        }
    }
}
