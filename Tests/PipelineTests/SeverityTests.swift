// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// How severe the same detector's alerts are: what wakes somebody, and what does not.
@Suite struct SeverityTests {
    private let usual = Activity(rows: 1000, bytes: 100_000, calls: 4, spread: 0.3)

    @Test(arguments: [(60_000, Severity.high), (3_000_000, .critical)] as [(UInt64, Severity)])
    func `a new account that takes what hardly any other does is high, and far beyond that critical`(rows: UInt64, severity: Severity)
        throws
    {
        var lane = RehearsalLane()
        let fleet: [Activity?] = Array(repeating: usual, count: 25)
        lane.live([Stretch(days: 15, fleet)])
        let alerts = lane.live(Stretch(buckets: 4, fleet + [usual.moving(rows: rows / 4)])) + lane.live(Stretch(buckets: 40, fleet))
        let last = try #require(alerts.last { $0.detector == "D01" && $0.account == "account-26" })
        #expect(last.severity == severity, "\(last.summary)")
        #expect(last.json.contains(severity == .critical ? #""urgency":"page""# : #""urgency":"ticket""#))
    }

    /// Five weeks of a job at 04:00, and then a day with it at another quarter hour, or so many times as large.
    private func job(quarter: Int, times: UInt64, by endpoint: String = "/jobs", comesAsWell: Bool = false) throws -> AlertRecord {
        let idle = usual.moving(rows: 5).with { $0.endpoints = ["/contacts"] }
        let job = usual.moving(rows: 8000).with { $0.endpoints = ["/jobs"] }
        let other = job.moving(rows: 8000 * times).with { $0.endpoints = [endpoint] }
        var lane = RehearsalLane()
        for _ in 0..<35 { lane.live([Stretch(buckets: 16, [idle]), Stretch(buckets: 1, [job]), Stretch(buckets: 79, [idle])]) }
        let late = quarter < 16 ? 15 - quarter : 4
        let day = [
            Stretch(buckets: quarter, [idle]), Stretch(buckets: 1, [other]), Stretch(buckets: late, [idle]),
            Stretch(buckets: 1, [comesAsWell ? job : idle]), Stretch(buckets: 1, [idle]),
        ]
        let alerts = day.flatMap { lane.live($0) }
        return try #require(alerts.last { $0.detector == "D01" })
    }

    @Test(arguments: [20, 22, 24]) func `a job that starts later than ever is told, and is no page`(quarter: Int) throws {
        #expect(try job(quarter: quarter, times: 1).severity == .medium)
    }

    @Test(arguments: [12, 13, 15]) func `a job that starts up to an hour earlier than ever is told, and is no page`(quarter: Int) throws {
        let early = try job(quarter: quarter, times: 1)
        #expect(early.severity == .medium, "\(early.summary)")
        #expect(early.summary.contains("a job may have come early"), "\(early.summary)")
    }

    @Test func `a job that comes an hour late from some day on is no page on the days that follow either`() {
        let idle = usual.moving(rows: 5)
        let job = usual.moving(rows: 8000)
        func day(_ quarter: Int) -> [Stretch] {
            [Stretch(buckets: quarter, [idle]), Stretch(buckets: 1, [job]), Stretch(buckets: 95 - quarter, [idle])]
        }
        var lane = RehearsalLane()
        for _ in 0..<35 { for stretch in day(16) { _ = lane.live(stretch) } }
        let alerts = (0..<4).flatMap { _ in day(20).flatMap { lane.live($0) } }.filter { $0.detector == "D01" }
        #expect(!alerts.isEmpty && alerts.allSatisfy { $0.severity == .medium }, "\(alerts.map(\.summary))")
    }

    @Test func `what looks like an early job is a page when it is larger, by another way, or the job comes as well`() throws {
        #expect(try job(quarter: 12, times: 3).severity == .critical)
        #expect(try job(quarter: 12, times: 1, by: "/elsewhere").severity == .critical)
        let both = try job(quarter: 12, times: 1, comesAsWell: true)
        #expect(both.severity == .critical, "\(both.summary)")
        #expect(both.summary.contains("What is due at this time came as well"), "\(both.summary)")
    }

    /// Ten weeks of a job that comes in any of three quarter hours from 04:00 on, of which the lane's chance decides.
    @Test func `a job with forty minutes of jitter is no page`() {
        let idle = usual.moving(rows: 5)
        let job = usual.moving(rows: 8000)
        var lane = RehearsalLane()
        var severities: [Severity] = []
        for day in 0..<70 {
            let quarter = 16 + (day * 7 + day / 3) % 3
            let stretches = [Stretch(buckets: quarter, [idle]), Stretch(buckets: 1, [job]), Stretch(buckets: 95 - quarter, [idle])]
            let alerts = stretches.flatMap { lane.live($0) }.filter { $0.detector == "D01" }
            if day > 21 { severities += alerts.map(\.severity) }
        }
        #expect(severities.allSatisfy { $0 <= .medium }, "\(severities)")
    }

    @Test func `a job that is not due, or thirty times as large, is critical`() throws {
        #expect(try job(quarter: 8, times: 1).severity == .critical)
        let due = try job(quarter: 16, times: 30)
        #expect(due.severity == .critical, "\(due.summary)")
        let late = try job(quarter: 20, times: 30)
        #expect(late.severity == .critical, "\(late.summary)")
    }

    @Test func `a drain that goes on becomes a ticket`() throws {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 42, [usual, usual, usual])])
        var severities: [Severity] = []
        for day in 1...120 as ClosedRange<UInt64> {
            let drain = usual.moving(rows: 1000 + 12 * day)
            severities += lane.live(Stretch(days: 1, [drain, usual, usual])).filter { $0.detector == "D02" }.map(\.severity)
        }
        #expect(severities == [.low, .medium, .high], "\(severities)")
    }

    @Test func `an endpoint that is new and a network that is new are a page together`() {
        #expect(NewSourceDetector.descriptor.family != NewRouteDetector.descriptor.family)
        var ledger = RiskLedger()
        let time = EventTime(milliseconds: 1_780_272_000_000)
        let account = AccountID(rawValue: 1)
        #expect(!ledger.add(id: "A", family: NewRouteDetector.descriptor.family, severity: .medium, account: account, at: time).isPage)
        #expect(ledger.add(id: "B", family: NewSourceDetector.descriptor.family, severity: .medium, account: account, at: time).isPage)
    }
}
