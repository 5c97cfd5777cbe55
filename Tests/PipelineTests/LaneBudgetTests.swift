// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Pipeline

@Suite struct LaneBudgetTests {
    /// Lives `days` with `accounts`, of which each has an episode a day with this probability and peaks that lie exponentially, and with as
    /// many alerts of other detectors a week.
    private func control(
        days: Int64, accounts: Int, rate: Double, budget: AlertBudget?, mean: Double = 0.4, seed: UInt64 = 1, others: Int = 0
    ) -> (ThresholdControl, openedInLastMonth: Int) {
        var random = SeededRandom(seed: seed)
        var control = ThresholdControl()
        var opened = 0
        for bucket in 0..<days * 96 {
            for account in 0..<accounts where Double.random(in: 0..<1, using: &random) < rate / 96 {
                let raw = 0.8 - mean * naturalLog(Double.random(in: 1e-9..<1, using: &random))
                guard raw >= 0.8 * control.factor else { continue }
                control.see(AccountID(rawValue: UInt32(account)), score: raw / control.factor, bucket: bucket)
                if raw >= control.factor && bucket >= (days - 28) * 96 { opened += 1 }
            }
            if others > 0 && bucket % (672 / Int64(others)) == 0 { control.seeOther() }
            control.close(bucket: bucket, quiet: 24, accounts: accounts, budget: budget)
        }
        return (control, opened)
    }

    @Test(arguments: [2.0, 10, 40])
    func `as many alerts come as the budget has room for`(tickets: Double) {
        let budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: tickets)
        let (control, opened) = control(days: 168, accounts: 300, rate: 0.05, budget: budget)
        let allowed = tickets * ThresholdControl.share * 4
        #expect(Double(opened) <= 1.6 * allowed + 6 && Double(opened) >= 0.5 * allowed - 6, "\(opened) in four weeks of \(allowed)")
        #expect(abs(control.expected - tickets * ThresholdControl.share) < 0.05 * tickets, "\(control.expected) of \(tickets)")
    }

    @Test(arguments: [(0, 7.0), (6, 4), (9, 1), (100, 1)])
    func `what other detectors use of the budget is not the volume detector's`(others: Int, allowed: Double) {
        let budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: 10)
        let (control, opened) = control(days: 280, accounts: 300, rate: 0.05, budget: budget, others: others)
        #expect(abs(control.expected - allowed) < 0.25, "\(control.expected) of \(allowed)")
        #expect(Double(opened) <= 1.6 * 4 * allowed + 6, "\(opened) in four weeks")
    }

    @Test func `a budget that has room lowers the level, and without one it stays`() {
        let budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: 500)
        #expect(control(days: 40, accounts: 100, rate: 0.01, budget: budget).0.factor == 0.8)
        #expect(control(days: 40, accounts: 100, rate: 0.01, budget: nil).0.factor == 1)
    }

    @Test func `the control survives its encoding`() throws {
        let budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: 10)
        let before = control(days: 30, accounts: 50, rate: 0.2, budget: budget).0
        var (writer, again) = (StateWriter(), StateWriter())
        before.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        try ThresholdControl(from: &reader).encode(into: &again)
        #expect(reader.isAtEnd && writer.bytes == again.bytes)
    }

    @Test func `beyond the day's pages only critical alerts are pages`() {
        var options = LaneOptions(name: "a", format: "json", lateness: .seconds(0))
        options.budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: 10)
        var core = LaneCore(options: options)
        func weigh(_ account: UInt32, _ detector: String, _ severity: Severity) -> Bool {
            let number = DetectorCatalog.all.firstIndex { $0.descriptor.id == detector } ?? 0
            let key = AlertKey(detector: UInt8(number), account: AccountID(rawValue: account))
            let finding = Finding(
                measure: nil, severity: severity, score: 1, observed: 1, expected: 0, low: 0, high: 0, ratio: 1, z: 0, probability: 1,
                windowStart: EventTime(milliseconds: 0), windowEnd: EventTime(milliseconds: 1), sampleBuckets: 1,
                since: EventTime(milliseconds: 0), peers: nil, phrase: "x")
            guard
                var transition = core.lifecycle.found(
                    finding, key: key, bucket: 0, at: EventTime(milliseconds: 1), isClosed: true, id: "\(account)\(detector)")
            else { return false }
            _ = core.weigh(&transition)
            return transition.alert.isPage
        }
        #expect(!weigh(1, "D01", .high))
        #expect(weigh(1, "D13", .medium), "two families: a page")
        #expect(!weigh(2, "D01", .high) && !weigh(2, "D13", .medium), "the second page of the day waits")
        #expect(weigh(3, "D33", .critical), "a critical one does not")
        #expect(core.budget.use.pagesToday == 2 && core.budget.use.ticketsThisWeek == 3)
    }

    /// Two accounts of which two families find something within an hour, where the budget has room for one page.
    @Test func `an alert that would be a page but for the budget says so, and says when the budget is free again`() throws {
        var options = LaneOptions(name: "a", format: "json", lateness: .seconds(0))
        options.budget = AlertBudget(pagesPerDay: 1, ticketsPerWeek: 10)
        var core = LaneCore(options: options)
        var batch = EventBatch()
        batch.newAccounts = ["svc-a", "svc-b"]
        core.process(batch)
        let start = EventTime(milliseconds: 1_780_272_000_000)
        func open(_ account: UInt32, _ detector: String, _ severity: Severity, minute: Int64) {
            let number = DetectorCatalog.all.firstIndex { $0.descriptor.id == detector } ?? 0
            let key = AlertKey(detector: UInt8(number), account: AccountID(rawValue: account))
            core.newest = start + .minutes(minute)
            let finding = Finding(
                measure: nil, severity: severity, score: 1, observed: 1, expected: 0, low: 0, high: 0, ratio: 1, z: 0, probability: 1,
                windowStart: start, windowEnd: start + .minutes(minute), sampleBuckets: 1, since: start, peers: nil, phrase: "did it.")
            let id = "A-\(account)\(detector)"
            if let transition = core.lifecycle.found(
                finding, key: key, bucket: 0, at: start + .minutes(minute), isClosed: true, id: id)
            {
                core.emit(transition)
            }
        }
        open(1, "D01", .high, minute: 5)
        open(1, "D13", .medium, minute: 10)
        open(2, "D01", .high, minute: 70)
        open(2, "D13", .medium, minute: 80)
        let told = core.takeAlerts()
        #expect(told.map(\.urgency) == [.ticket, .page, .ticket, .ticket])
        for alert in told.prefix(3) {
            #expect(!alert.summary.contains("would be a page") && alert.json.contains(#""page_withheld":null"#), "\(alert.summary)")
        }
        let withheld = try #require(told.last)
        #expect(
            withheld.summary.hasSuffix(
                " It would be a page, for detectors of 2 families agree (network, volume), but the budget of 1 page a day is used until "
                    + "2026-06-02T00:00:00Z."), "\(withheld.summary)")
        #expect(
            withheld.json.contains(#""page_withheld":{"used":1,"per_day":1,"free":"2026-06-02T00:00:00Z"}"#), "\(withheld.json)")
        let counters = Dictionary(core.counterList().map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        #expect(counters["pages_withheld_last_day"] == 1 && counters["page_free_ms"] == 1_780_358_400_000, "\(counters)")
    }
}
