// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import TestSupport
import Testing

@testable import Pipeline

/// Endpoint groups and pinned accounts as series of their own, beside an account that moves a thousand times as much.
@Suite struct NamedSeriesTests {
    private static let first: Int64 = 1_780_272_000_000 / BucketGrid.milliseconds
    private static let peak: Int64 = 20 * 96 + 50
    private static let exports = SeriesSelection.EndpointGroup(name: "exports", patterns: ["/JOBS*"])
    private static let both = SeriesSelection(groups: [exports], accounts: ["svc-b"])

    /// How a lane is fed.
    private struct Plan {
        var series = NamedSeriesTests.both
        /// After the restart, where there is one.
        var seriesAfter: SeriesSelection?
        var restartAt: Int64?
        var shards = 1
        /// Buckets of a batch.
        var chunk: Int64 = 1
        var buckets = NamedSeriesTests.peak + 40
        /// Times what is usual, in the four buckets of the peak.
        var rise = 1.5
        var inquiry: LaneInquiry?
    }

    private func run(_ plan: Plan) throws -> (alerts: [AlertRecord], answer: LaneExplanation?, header: Int) {
        var options = LaneOptions(name: "gateway", format: "json", lateness: .minutes(2))
        options.shards = plan.shards
        options.series = plan.series
        var core = LaneCore(options: options)
        core.inquiry = plan.inquiry
        var journal = MemoryJournal()
        var alerts: [AlertRecord] = []
        var batch = EventBatch()
        (batch.newAccounts, batch.newValues) = (["svc-large", "svc-b", "svc-c"], ["/contacts", "/jobs/{id}"])
        for bucket in 0..<plan.buckets {
            if bucket == plan.restartAt {
                core.process(batch)
                batch.removeAll()
                alerts += core.takeAlerts()
                journal.store(core.takeCommit())
                options.series = plan.seriesAfter ?? plan.series
                core = try LaneCore(options: options, resume: journal.resume)
            }
            for account in 1...3 as ClosedRange<UInt32> { batch.events.append(event(bucket, account, plan)) }
            guard (bucket + 1) % plan.chunk == 0 || bucket == plan.buckets - 1 else { continue }
            core.process(batch)
            batch.removeAll()
            alerts += core.takeAlerts()
        }
        return (alerts, core.inquiry?.answer, core.encodedHeader().count)
    }

    private func event(_ bucket: Int64, _ account: UInt32, _ plan: Plan) -> AccessEvent {
        let isLarge = account == 1
        let usual = Double((bucket * 37 + Int64(account) * 11) % 23 + 100) * (isLarge ? 10_000 : 10)
        let isPeak = account == 2 && (NamedSeriesTests.peak..<NamedSeriesTests.peak + 4).contains(bucket)
        return AccessEvent(
            time: BucketGrid.start(of: NamedSeriesTests.first + bucket) + .seconds(Int64(account) * 60),
            rows: UInt64(usual * (isPeak ? plan.rise : 1)), bytes: 0, offset: UInt64(bucket * 100), rowKey: 0,
            account: AccountID(rawValue: account), stream: 0, endpoint: ValueID(rawValue: isLarge ? 2 : 3), object: .unknown,
            network: .unknown, status: 200, operation: .export, presence: [.rows])
    }

    private func novelties(_ plan: Plan = Plan()) throws -> [AlertRecord] { try run(plan).alerts.filter { $0.detector == "D37" } }

    @Test func `each is an alert of its own by its name, the account's under the account`() throws {
        let alerts = try novelties(Plan(buckets: NamedSeriesTests.peak + 2))
        #expect(alerts.map(\.status) == [.open, .open] && alerts.map(\.account) == ["svc-b", "*"])
        #expect(alerts.allSatisfy { $0.severity == .medium } && Set(alerts.map(\.id)).count == 2)
        #expect(alerts[0].summary.hasPrefix("svc-b does something it never did in 20 days, in rows of pinned account svc-b: "))
        #expect(alerts[1].summary.hasPrefix("Source gateway does something it never did in 20 days, in rows of endpoint group exports: "))
        #expect(alerts[0].json.contains(#""kind":"endpoint","value":"/jobs/{id}","share":1"#), "\(alerts[0].json)")
        #expect(alerts[1].json.contains(#""kind":"account","value":"svc-b","share":0.5"#), "\(alerts[1].json)")
        let again = SeriesSelection.EndpointGroup(name: "again", patterns: ["/jobs/{id}"])
        let groups = SeriesSelection(groups: [NamedSeriesTests.exports, again])
        #expect(Set(try novelties(Plan(series: groups, buckets: NamedSeriesTests.peak + 2)).map(\.id)).count == 2)
        let ended = try novelties()
        #expect(ended.count == 4 && ended.suffix(2).allSatisfy { $0.status == .resolved })
    }

    @Test func `nothing is told of what is not named, or of other names`() throws {
        let other = SeriesSelection(groups: [SeriesSelection.EndpointGroup(name: "exports", patterns: ["/jobs"])], accounts: ["svc"])
        for series in [SeriesSelection(), other] { #expect(try novelties(Plan(series: series)).isEmpty) }
        let (plain, named) = (try run(Plan(series: SeriesSelection())).header, try run(Plan(series: other)).header)
        #expect(named - plain < 200, "a name that never occurs has no series")
    }

    @Test func `beside D01 of one of its accounts it is high`() throws {
        let alerts = try run(Plan(buckets: NamedSeriesTests.peak + 4, rise: 40)).alerts
        #expect(alerts.contains { $0.detector == "D01" && $0.account == "svc-b" })
        let novelties = alerts.filter { $0.detector == "D37" && $0.status == .open }
        #expect(novelties.map(\.account) == ["svc-b", "*"] && novelties.allSatisfy { $0.severity == .high })
    }

    @Test func `shards, batches and a restart in the peak change no letter`() throws {
        let whole = try run(Plan()).alerts.map(\.json)
        #expect(try run(Plan(shards: 3)).alerts.map(\.json) == whole)
        #expect(try run(Plan(chunk: 700)).alerts.map(\.json) == whole)
        for cut in [NamedSeriesTests.peak - 7, NamedSeriesTests.peak + 2] {
            #expect(try run(Plan(restartAt: cut, shards: 2)).alerts.map(\.json) == whole)
        }
    }

    @Test func `the first fortnight is silent, also of what is named later`() throws {
        #expect(try novelties(Plan(seriesAfter: NamedSeriesTests.both, restartAt: 7 * 96)).count == 4)
        let late = Plan(series: SeriesSelection(), seriesAfter: NamedSeriesTests.both, restartAt: 7 * 96)
        #expect(try novelties(late).isEmpty)
        var moved = NamedSeriesTests.both
        moved.groups[0].patterns.append("/bulk")
        #expect(try novelties(Plan(seriesAfter: moved, restartAt: 7 * 96)).map(\.account) == ["svc-b", "svc-b"])
    }

    @Test func `the alert of a group that is named no longer ends`() throws {
        let alerts = try novelties(Plan(seriesAfter: SeriesSelection(), restartAt: NamedSeriesTests.peak + 2))
        #expect(alerts.map(\.status) == [.open, .open, .resolved, .resolved])
        #expect(Set(alerts.map(\.id)).count == 2)
    }

    @Test func `why tells of the group and of the account if it is the one`() throws {
        for (name, subjects) in [("svc-b", ["pinned account svc-b"]), ("svc-c", [])] {
            let inquiry = LaneInquiry(account: name, bucket: NamedSeriesTests.first + NamedSeriesTests.peak)
            let plan = Plan(buckets: NamedSeriesTests.peak + 2, inquiry: inquiry)
            let (alerts, answer, _) = try run(plan)
            #expect(alerts == (try run(Plan(buckets: plan.buckets)).alerts))
            let entry = try #require(answer?.detectors.first { $0.descriptor.id == "D37" })
            let named = (["endpoint group exports"] + subjects).flatMap { ["rows of \($0)", "calls of \($0)"] }
            #expect(entry.explanation.verdicts.map(\.subject) == ["total rows", "total calls"] + named)
            #expect(entry.seriesAlerts.values.map(\.id) == alerts.filter { $0.detector == "D37" && $0.account == "*" }.map(\.id))
            #expect((entry.alert != nil) == (name == "svc-b"))
        }
    }
}
