// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Pipeline

/// Alerts about detection itself: names without an account, alerts that are too many to read, models that are blind.
@Suite struct HealthTests {
    private let usual = Activity(rows: 1000, bytes: 100_000, calls: 4, spread: 0.3)

    private func fleet(_ rows: UInt64) -> [Activity?] { Array(repeating: usual.moving(rows: rows), count: 10) }

    /// A fleet in which four of ten alert in the same quarter hour, where a detector may alert three times a day.
    private func flood(_ lane: inout RehearsalLane) -> [AlertRecord] {
        lane.live([Stretch(days: 28, fleet(1000))])
        return lane.live(Stretch(buckets: 1, Array(repeating: usual.moving(rows: 6000), count: 4) + Array(repeating: usual, count: 6)))
    }

    private static func lane() -> RehearsalLane { RehearsalLane(detectorOptions: ["H02": ["alerts_per_day": 3]]) }

    @Test func `X10: alerts beyond a detector's daily limit become one summary that counts them`() throws {
        var lane = HealthTests.lane()
        let alerts = flood(&lane)
        #expect(alerts.filter { $0.detector == "D01" && $0.status == .open }.count == 3)
        let summaries = alerts.filter { $0.detector == "H02" }
        #expect(summaries.first?.status == .open)
        #expect(summaries.allSatisfy { $0.account == "*" && $0.severity == .high })
        #expect(try #require(summaries.last).number("observed") == 1)
        #expect(try #require(summaries.last).summary.contains("1 of D01 export-volume"))
    }

    @Test func `X10: a critical alert goes out by itself however many came before, also one that becomes critical later`() {
        var lane = HealthTests.lane()
        _ = flood(&lane)
        let stolen =
            [usual] + Array(repeating: usual.moving(rows: 6000), count: 7) + [usual.moving(rows: 200_000), usual.moving(rows: 90_000)]
        let alerts = lane.live(Stretch(buckets: 1, stolen)).filter { $0.detector == "D01" && $0.status == .open }
        #expect(Set(alerts.map(\.account)) == ["account-9", "account-10"])
        #expect(alerts.allSatisfy { $0.severity == .critical })
        let end = lane.now
        #expect(alerts.contains { $0.account == "account-10" && $0.time < end }, "at the event that crosses, not when the bucket closes")
    }

    @Test func `X10: a flooded detector is heard again the next day, what was collapsed ends unheard, and the summary ends a day after`() {
        var lane = HealthTests.lane()
        _ = flood(&lane)
        let rest = lane.live(Stretch(days: 2, fleet(1000)))
        #expect(rest.filter { $0.detector == "D01" && $0.status == .resolved }.count == 3)
        #expect(rest.filter { $0.detector == "H02" }.map(\.status) == [.resolved])
        let again = lane.live(Stretch(buckets: 1, [usual.moving(rows: 6000)] + fleet(1000).dropFirst()))
        #expect(again.filter { $0.detector == "D01" && $0.status == .open }.map(\.account) == ["account-1"])
    }

    @Test func `X12: names without an account alert once, are counted anew once a day, and the alert ends a day after the last of them`()
        throws
    {
        let strangers = Activity(rows: 20, calls: 2)
        var lane = RehearsalLane()
        lane.live([Stretch(days: 1, [usual])])
        let alerts = lane.live(Stretch(buckets: 200, [usual], others: strangers)).filter { $0.detector == "H01" }
        #expect(alerts.map(\.status) == [.open, .update, .update])
        #expect(try alerts.map { try $0.number("observed") } == [2, 194, 386])
        let rest = lane.live(Stretch(days: 3, [usual])).filter { $0.detector == "H01" }
        #expect(rest.map(\.status) == [.resolved])
        #expect(rest.first.map { $0.time - RehearsalLane.start } == .days(2) + .minutes(200 * 15))
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `X4: whatever an account did for a month, ten trillion rows in an hour are found, or its model is reported as blind`(seed: UInt64)
    {
        var random = SeededRandom(seed: seed)
        var lane = RehearsalLane()
        var isBlind = false
        for day in 0..<30 {
            // From nothing to billions, from one day to the next.
            let rows = UInt64(1) << UInt64.random(in: 0...32, using: &random)
            let hours = seed % 2 == 0 ? 0..<24 : (day % 12)..<(day % 12 + 8)
            let wild = Activity(rows: rows, bytes: rows, calls: 2, hours: hours, spread: 0.5)
            for alert in lane.live(Stretch(days: 1, [wild, usual])) where alert.detector == "H03" { isBlind = alert.status != .resolved }
        }
        lane.live([Stretch(days: 2, [nil, usual])])
        let theft = lane.volumeAlerts(Stretch(buckets: 4, [usual.moving(rows: 2_500_000_000_000), usual]))
        #expect(isBlind || theft.contains { $0.account == "account-1" }, "seed \(seed)")
    }

    @Test func `X4: an account whose only measure a detector does not follow is reported, and constant ones are not`() throws {
        let (login, export) = (Activity(calls: 2), Activity(rows: 1000, calls: 4))
        var lane = RehearsalLane()
        let constant = Activity(rows: 500, bytes: 50_000)
        lane.live([Stretch(days: 3, [constant, login]), Stretch(days: 4, [constant, export])])
        let alerts = lane.live(Stretch(days: 5, [constant, export])).filter { $0.detector == "H03" }
        let alert = try #require(alerts.first)
        #expect(alert.status == .open && alert.account == "*")
        #expect(alert.summary.contains("D02 slow-drain does not see 1 account, such as account-2"), "\(alert.summary)")
        #expect(alerts.count == 1, "a number that stays as it is is not repeated")
    }

    @Test func `law 3: alerts that were collapsed stay so over restarts`() throws {
        let files = GeneratedFleet(seed: 11).files()
        var plan = LaneRunPlan()
        plan.options.detectorOptions = ["H02": ["alerts_per_day": 1]]
        let whole = try run(files, plan)
        #expect(whole.alerts.contains { $0.contains("\"detector\":\"H02\"") })
        plan.batchLimit = 50
        plan.restarts = 0.2
        plan.seed = 31
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 20)
        let difference = resumed.difference(from: whole)
        #expect(difference == nil)
    }

    // MARK: Long lines

    @Test func `H04: a line that is too long alerts at the close, is counted anew once a day, and ends a day after`() throws {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 1, [usual])])
        let first = lane.live(Stretch(buckets: 1, [usual], faults: SelfTest.Faults(longLines: 2))).filter { $0.detector == "H04" }
        let alert = try #require(first.first)
        #expect(first.map(\.status) == [.open])
        #expect(alert.account == "*" && alert.time - RehearsalLane.start == .days(1) + .minutes(15))
        #expect(alert.summary.contains("2 since 2026-06-02T00:00:00Z, the longest of 3,000,000 bytes"), "\(alert.summary)")
        var told: [AlertRecord] = []
        for _ in 0..<97 { told += lane.live(Stretch(buckets: 1, [usual], faults: SelfTest.Faults(longLines: 1))) }
        let updates = told.filter { $0.detector == "H04" }
        #expect(updates.map(\.status) == [.update])
        #expect(try updates.map { try $0.number("observed") } == [98])
        let rest = lane.live(Stretch(days: 2, [usual])).filter { $0.detector == "H04" }
        #expect(rest.map(\.status) == [.resolved])
        let again = lane.live(Stretch(buckets: 1, [usual], faults: SelfTest.Faults(longLines: 1))).filter { $0.detector == "H04" }
        #expect(try again.map { try $0.number("observed") } == [1], "what was told before is over")
    }

    @Test func `law 1 and 3: lines that are too long are told alike in any chunks and over restarts`() throws {
        let start = GeneratedFleet.start / 1000
        var text = ""
        for minute in 0..<120 {
            text += "{\"ts\":\(start + Int64(minute) * 60),\"account\":\"svc\",\"rows\":5}\n"
            if minute == 40 || minute == 70 {
                text += "{\"account\":\"" + String(repeating: "x", count: StreamReader.longestLine + minute) + "\"}\n"
            }
        }
        let other = (0..<120).map { "{\"ts\":\(start + Int64($0) * 60 + 1),\"account\":\"b\",\"rows\":1}\n" }.joined()
        let files = [MemorySource.File("/var/log/a.json", Array(text.utf8)), MemorySource.File("/var/log/b.json", Array(other.utf8))]
        let whole = try run(files)
        let told = whole.alerts.filter { $0.contains("\"detector\":\"H04\"") }
        #expect(told.count == 1)
        #expect(told.allSatisfy { $0.contains("1,048,") && $0.contains("/var/log/a.json") }, "\(told)")
        var plan = LaneRunPlan()
        plan.largestRead = 100_000
        plan.batchLimit = 3
        plan.restarts = 0.2
        plan.seed = 4
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 5)
        #expect(resumed.difference(from: whole) == nil)
    }
}
