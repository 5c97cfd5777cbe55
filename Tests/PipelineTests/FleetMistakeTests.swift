// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// The mistakes of ``MistakeTests`` that take many accounts: peaks, floods and more accounts than there is room for.
@Suite struct FleetMistakeTests {
    private let usual = Activity(rows: 1000, bytes: 100_000, calls: 4, spread: 0.3)

    private func fleet(_ rows: UInt64) -> [Activity?] { Array(repeating: usual.moving(rows: rows), count: 10) }

    @Test func `X9: a peak of the whole fleet alerts nobody, and twenty times as much within it alerts`() {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 28, fleet(1000))])
        let rise = [1375, 1750, 2125, 2500].map { Stretch(buckets: 2, fleet($0)) }
        #expect(lane.live(rise + [Stretch(buckets: 8, fleet(2500))]).filter { $0.detector == "D01" }.isEmpty)
        let thief = [usual.moving(rows: 50_000)] + fleet(2500).dropFirst()
        #expect(lane.volumeAlerts(Stretch(buckets: 1, thief)).map(\.account) == ["account-1"])
    }

    @Test(arguments: [10, 14, 20]) func `X9: in young lanes too, an hour at twenty times as much within a peak alerts`(days: Int) throws {
        var lane = RehearsalLane()
        lane.live([Stretch(days: days, fleet(1000))])
        let rise = [1375, 1750, 2125, 2500].map { Stretch(buckets: 2, fleet($0)) }
        #expect(lane.live(rise + [Stretch(buckets: 8, fleet(2500))]).filter { $0.detector == "D01" }.isEmpty)
        let thief = [usual.moving(rows: 50_000)] + fleet(2500).dropFirst()
        let alert = try #require(lane.volumeAlerts(Stretch(buckets: 4, thief)).first)
        #expect(alert.account == "account-1" && alert.summary.contains("Half of all accounts rose 2."), "\(alert.summary)")
    }

    @Test(arguments: [3000, 6000] as [UInt64])
    func `X9: a very regular fleet that rises at once hides no thief among false alerts`(rows: UInt64) {
        let regular = Activity(rows: 1000, bytes: 100_000, calls: 4, spread: 0.05)
        func fleet(_ rows: UInt64) -> [Activity?] { Array(repeating: regular.moving(rows: rows), count: 30) }
        var lane = RehearsalLane()
        lane.live([Stretch(days: 21, fleet(1000))])
        #expect(lane.volumeAlerts(Stretch(buckets: 8, fleet(rows))).isEmpty)
        let thief = fleet(rows).dropLast() + [regular.moving(rows: rows * 20)]
        #expect(lane.volumeAlerts(Stretch(buckets: 1, Array(thief))).map(\.account) == ["account-30"])
    }

    @Test func `X10: a detector that nine of ten accounts keep flooding still alerts on the tenth`() {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 28, fleet(1000))])
        var flood = 0
        for day in 0..<9 {
            var noisy = fleet(1000)
            for index in 0..<3 { noisy[day % 3 * 3 + index] = usual.moving(rows: 200_000) }
            flood += lane.volumeAlerts(Stretch(buckets: 1, noisy)).count
            flood += lane.volumeAlerts(Stretch(buckets: 95, fleet(1000))).count
        }
        #expect(flood >= 18)
        let thief = fleet(1000).dropLast() + [usual.moving(rows: 20_000)]
        #expect(lane.volumeAlerts(Stretch(buckets: 1, Array(thief))).map(\.account) == ["account-10"])
    }

    @Test func `X10: an account that alerted two days ago alerts again`() {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 28, [usual])])
        for round in 0..<2 {
            #expect(lane.volumeAlerts(Stretch(buckets: 1, [usual.moving(rows: 200_000)])).count == 1, "round \(round)")
            lane.live([Stretch(buckets: 191, [usual])])
        }
    }

    // MARK: More accounts than there is room for

    /// Quarter hours of a lane whose directory has room for two names: `zulu`, first seen of all, and `alpha`, and then names beyond.
    private struct CrowdedLog {
        static let start = RehearsalLane.start.milliseconds

        var files: [MemorySource.File] { [MemorySource.File("/logs/a", bytes)] }
        private var bytes: [UInt8] = []
        private(set) var beyond: UInt64 = 0
        private var bucket: Int64 = 0

        /// Known accounts and twenty others; every day the others are new ones.
        mutating func write(days: Int64) {
            for _ in 0..<(days * 96) {
                append("zulu", 0, rows: 900 + Int(bucket % 7) * 30)
                append("alpha", 1, rows: 900 + Int(bucket % 5) * 40)
                for other in 0..<20 { append("aa-\(bucket / 96)-\(other)", Int64(2 + other), rows: 10 + Int(bucket % 3)) }
                beyond += 20
                bucket += 1
            }
        }

        mutating func append(_ account: String, _ second: Int64, rows: Int) {
            let time = CrowdedLog.start + bucket * 900_000 + second * 1000
            bytes += Array("{\"ts\":\(time),\"account\":\"\(account)\",\"action\":\"export\",\"rows\":\(rows)}\n".utf8)
        }

        mutating func appendBeyond(_ account: String, rows: Int) {
            append(account, 60, rows: rows)
            beyond += 1
        }
    }

    private func replay(_ log: CrowdedLog) throws -> (alerts: [AlertRecord], counters: LaneCounters, names: [String]) {
        var limits = Attribution.Limits()
        limits.accounts = 3
        let format = try JSONFormat(options: FormatOptions())
        var reader = LaneReader(
            source: MemorySource(log.files), attribution: Attribution(limits: limits, pseudonymKey: [1], hashKey: 7)
        ) { format }
        var core = LaneCore(options: LaneOptions(name: "crowd", format: "json", lateness: .seconds(0)))
        var batch = EventBatch()
        while !batch.isLast {
            batch.removeAll()
            _ = reader.fill(&batch)
            core.process(batch)
        }
        return (core.takeAlerts(), core.counters, core.accountNames)
    }

    @Test func `X11: a known account keeps its history however many names come later, and whatever its first letter`() throws {
        var log = CrowdedLog()
        log.write(days: 15)
        log.append("zulu", 50, rows: 50_000)
        let (alerts, _, names) = try replay(log)
        #expect(names == [Attribution.overflowName, "zulu", "alpha"])
        #expect(alerts.filter { $0.detector == "D01" }.map(\.account) == ["zulu"])
    }

    @Test func `X12: names beyond the limit are counted and judged together, and alert`() throws {
        var log = CrowdedLog()
        log.write(days: 15)
        log.appendBeyond("somebody-new", rows: 50_000)
        let (alerts, counters, _) = try replay(log)
        #expect(alerts.filter { $0.detector == "D01" }.map(\.account) == [Attribution.overflowName])
        #expect(counters.overflow == log.beyond)
        let floods = alerts.filter { $0.detector == "H01" }
        #expect(floods.count { $0.status == .open } == 1 && floods.count { $0.status == .update } == 14)
        #expect(try #require(floods.first).summary.contains("judged together, as (other accounts)"))
    }
}
