// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// D32: an account that is missed stays missed until it calls again.
@Suite struct SilenceTests {
    private static let usual = Activity(rows: 20, calls: 10, hours: 6..<22)
    /// The other account never rests, so that the source goes on.
    private static let steady = Activity(rows: 10, calls: 10)

    private func known() -> RehearsalLane {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 21, [SilenceTests.usual, SilenceTests.steady])])
        return lane
    }

    private func silences(_ lane: inout RehearsalLane, _ stretch: Stretch) -> [AlertRecord] {
        lane.live(stretch).filter { $0.detector == "D32" }
    }

    private func silent(_ days: Int) -> Stretch { Stretch(days: days, [nil, SilenceTests.steady]) }

    @Test func `an account that stays silent for days is one alert, which ends when it calls again`() throws {
        var lane = known()
        let missed = silences(&lane, silent(8))
        #expect(missed.map(\.status) == [.open], "\(missed.map(\.summary))")
        let back = silences(&lane, Stretch(days: 1, [SilenceTests.usual, SilenceTests.steady]))
        #expect(back.map(\.status) == [.resolved], "\(back.map(\.summary))")
        let end = try #require(back.first)
        // What was due before the silence stands, and not what the silence has made of it.
        #expect(try end.summary.contains("is back to usual") && end.number("expected") >= missed[0].number("expected"), "\(end.summary)")
    }

    @Test func `an account that never calls again is waited for four weeks, and the end does not say that it is back`() throws {
        var lane = known()
        let records = silences(&lane, silent(70))
        #expect(records.map(\.status) == [.open, .resolved], "\(records.map(\.summary))")
        let end = try #require(records.last)
        #expect(
            end.summary.contains("has not called since 2026-06-21T22:00:00Z, and is waited for no longer after 28 days"), "\(end.summary)")
        #expect(!end.summary.contains("back to usual"))
    }

    @Test func `a source that speaks again after hours is told with how long it was silent`() throws {
        var lane = known()
        let told = silences(&lane, Stretch(buckets: 40, [nil, nil])) + silences(&lane, Stretch(buckets: 4, [nil, SilenceTests.steady]))
        let source = told.filter { $0.summary.contains("sent nothing") }
        #expect(source.map(\.status) == [.open, .resolved], "\(told.map(\.summary))")
        #expect(source.last?.summary.contains("has sent nothing for 10 h") == true, "\(source.map(\.summary))")
    }

    @Test func `a restart in the middle of a silence changes nothing of it`() throws {
        var lane = known()
        #expect(silences(&lane, silent(3)).count == 1)
        _ = try lane.restart()
        #expect(silences(&lane, silent(3)).isEmpty)
    }

    @Test func `why says since when a missed account has not called, also at an hour in which nothing is due any more`() throws {
        let first = BucketGrid.number(of: RehearsalLane.start)
        let asked = first + 30 * 96 + 8
        var core = LaneCore(options: LaneOptions(name: "gateway", format: "json", lateness: .seconds(0)))
        core.inquiry = LaneInquiry(account: "a", bucket: asked)
        for bucket in first..<asked + 4 {
            var batch = EventBatch()
            if bucket == first { batch.newAccounts = ["a", "b"] }
            for account in 1...2 as ClosedRange<UInt32> where account == 2 || bucket < first + 21 * 96 {
                for call in 0..<10 { batch.events.append(event(bucket, account, call)) }
            }
            batch.events.sort { $0.time < $1.time }
            core.process(batch)
        }
        let verdict = try #require(core.inquiry?.answer?.detectors.first { $0.descriptor.id == "D32" }?.explanation.verdicts.first)
        #expect(verdict.gate == .missed && verdict.reason.contains("it has not called since 2026-06-22T00:00:00Z"), "\(verdict.reason)")
        #expect(verdict.expected > 100, "\(verdict.expected)")
    }

    private func event(_ bucket: Int64, _ account: UInt32, _ call: Int) -> AccessEvent {
        AccessEvent(
            time: BucketGrid.start(of: bucket) + .seconds(Int64(call) * 60), rows: 1, bytes: 0, offset: 0, rowKey: 0,
            account: AccountID(rawValue: account), stream: 0, endpoint: .unknown, object: .unknown, network: .unknown, status: 200,
            operation: .read, presence: [.rows])
    }
}
