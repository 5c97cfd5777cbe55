// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// What an account does at another time than before, or once more.
@Suite struct MovedJobTests {
    private let idle = Activity(rows: 5, bytes: 500, calls: 4, spread: 0.3)
    private var job: Activity { idle.moving(rows: 8000) }

    /// A day with a job of so many rows in each of these quarter hours.
    private func day(_ quarters: [Int], rows: UInt64 = 8000) -> [Stretch] {
        var stretches: [Stretch] = []
        var reached = 0
        for quarter in quarters {
            if quarter > reached { stretches.append(Stretch(buckets: quarter - reached, [idle])) }
            stretches.append(Stretch(buckets: 1, [idle.moving(rows: rows)]))
            reached = quarter + 1
        }
        return stretches + [Stretch(buckets: 96 - reached, [idle])]
    }

    /// A lane in which the job came at 04:00 for five weeks.
    private func lane() -> RehearsalLane {
        var lane = RehearsalLane()
        for _ in 0..<35 { for stretch in day([16]) { _ = lane.live(stretch) } }
        return lane
    }

    private func alerts(_ lane: inout RehearsalLane, _ stretches: [Stretch]) -> [AlertRecord] {
        stretches.flatMap { lane.live($0) }.filter { $0.detector == "D01" }
    }

    @Test(arguments: [36, 4, 60]) func `a job that is moved for good wakes nobody twice, and is learnt`(quarter: Int) {
        var lane = lane()
        _ = alerts(&lane, day([quarter]))
        let next = (0..<7).flatMap { _ in alerts(&lane, day([quarter])) }.filter { $0.status == .open }
        #expect(next.allSatisfy { $0.severity <= .medium }, "\(next.map(\.summary))")
        let later = (0..<14).flatMap { _ in alerts(&lane, day([quarter])) }.filter { $0.status == .open }
        #expect(later.isEmpty, "\(later.map(\.summary))")
    }

    @Test func `as much beside the job every night stays critical`() {
        var lane = lane()
        for night in 0..<7 {
            let told = alerts(&lane, day([4, 16]))
            #expect(told.contains { $0.severity == .critical }, "night \(night): \(told.map(\.summary))")
        }
    }

    @Test func `a job that runs once more is told by the hours with it, and is no page`() throws {
        var lane = lane()
        let told = try #require(alerts(&lane, day([16, 20])).last { $0.status != .resolved })
        #expect(told.severity == .high && told.summary.contains("or once more"), "\(told.summary)")
        #expect(try #require(alerts(&lane, day([16, 20], rows: 400_000)).last { $0.status != .resolved }).severity == .critical)
    }

    @Test func `what begins again while its alert is open is told again`() throws {
        var lane = lane()
        let told = alerts(&lane, day([40, 64], rows: 60_000))
        #expect(told.map(\.status) == [.open, .update, .update], "\(told.map(\.summary))")
        let last = try #require(told.last)
        #expect(last.summary.contains("it has begun again after hours of quiet"), "\(last.summary)")
        #expect(last.json.contains(#""reasons":["again"]"#))
    }

    @Test func `an alert adds up the quarter hours that were unusual, and tells of no others`() throws {
        var lane = lane()
        var told = alerts(&lane, day([40], rows: 60_000))
        for _ in 0..<3 { told += alerts(&lane, day([16])) }
        let end = try #require(told.first { $0.status == .resolved })
        // The quarter hour itself; what is left of it in longer spans hours later is no amount of then.
        #expect(
            end.json.contains(
                #""window":{"start":""#
                    + CivilTime(RehearsalLane.start + .days(35) + .hours(10)).rfc3339), "\(end.json)")
    }
}
