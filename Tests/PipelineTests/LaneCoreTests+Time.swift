// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Pipeline

/// Dates that are late or ahead, and the clock of a live source.
extension LaneCoreTests {
    // MARK: Late

    @Test func `an event within the lateness counts in its bucket, a later one when it came`() {
        var core = core(lateness: .minutes(2))
        core.process(batch([event(0), event(20 * 60), event(14 * 60, rows: 7)], accounts: ["a"]))
        #expect(core.counters.events == 3 && core.counters.moved == 1 && core.counters.late == 0)
        #expect(sums(core, bucket: 1)?.rows == 8, "the slow call of seven rows counts beside the newest event")
        core.process(batch([event(31 * 60), event(29 * 60)]))
        #expect(core.counters.events == 5 && core.counters.moved == 1)
    }

    @Test func `a late row with an identity counts nowhere, because it may be a second delivery`() {
        var core = core(lateness: .minutes(2))
        core.process(batch([event(0), event(20 * 60), event(14 * 60, rows: 7, key: 9)], accounts: ["a"]))
        #expect(core.counters.events == 2 && core.counters.late == 1 && core.counters.moved == 0)
    }

    @Test func `a flood of late events is left out from its thirty-third on, and few count again when the flood is over`() {
        var core = core(lateness: .minutes(2))
        let hour: Int64 = 3600
        let flood = (0..<100).map { event($0) }
        core.process(batch([event(0), event(hour), event(hour + 1)] + flood, accounts: ["a"]))
        #expect(core.counters.moved == 32 && core.counters.late == 68)
        // What weighs the flood up: sixteen others for each of the 64 that it is held to have at most.
        core.process(batch((0..<1000).map { event(hour + $0 / 10) } + [event(0)]))
        #expect(core.counters.late == 69)
        core.process(batch((0..<1024).map { event(hour + 100 + $0 / 10) } + [event(0)]))
        #expect(core.counters.late == 69 && core.counters.moved == 33)
    }

    // MARK: Ahead

    @Test(arguments: [32 * 60, 3 * 3600, 400 * 86_400] as [Int64])
    func `one date far ahead closes nothing, and counts when it came`(_ lead: Int64) {
        var core = core()
        core.process(batch([event(0), event(lead, rows: 5), event(60)], accounts: ["a"]))
        #expect(core.counters.future == 1 && core.counters.events == 3)
        #expect(core.newestEvent == time(60) && core.oldestBucket == bucketNumber(0) - 1)
        #expect(sums(core)?.rows == 7)
    }

    @Test func `a leap is believed when as many agree as usually come in half an hour, and all of them count at their dates`() {
        var core = core()
        let before = 300
        // As many as these would do, and at most so many are asked for.
        let agreeing = LaneCore.leapAgreement
        let leapt = (0..<agreeing).map { event(10 * 86_400 + Int64($0)) }
        core.process(batch((0..<before).map { event(Int64($0)) } + leapt.dropLast(), accounts: ["a"]))
        #expect(core.counters.events == 300 && core.newestEvent == time(299))
        core.process(batch(leapt.suffix(1)))
        #expect(core.counters.events == UInt64(300 + agreeing) && core.counters.future == 0)
        #expect(core.newestEvent == time(10 * 86_400 + Int64(agreeing) - 1))
    }

    @Test func `a wrong date among those that agree on a leap does not take them further`() {
        var core = core()
        core.process(batch([event(0), event(7200), event(400 * 86_400), event(7201), event(7202)], accounts: ["a"]))
        #expect(core.counters.events == 5 && core.counters.future == 1)
        #expect(core.newestEvent == time(7202))
    }

    @Test func `a lane whose first date is years ahead begins at the second`() {
        var core = core()
        core.process(batch([event(400 * 86_400), event(0), event(60)], accounts: ["a"]))
        #expect(core.counters.events == 3 && core.counters.future == 1 && core.counters.late == 0)
        #expect(core.newestEvent == time(60))
    }

    @Test func `of two hosts the one whose clock is an hour ahead loses nothing and takes nothing from the other`() {
        var core = core()
        var random = SeededRandom(seed: 5)
        let events = (0..<20_000).map { second -> AccessEvent in
            let isAhead = Double.random(in: 0..<1, using: &random) < 0.3
            return event(Int64(second) + (isAhead ? 3600 : 0), account: isAhead ? 2 : 1)
        }
        core.process(batch(events + [event(20_000)], accounts: ["a", "b"]))
        #expect(core.counters.events == 20_001 && core.counters.late == 0 && core.counters.moved == 0)
        #expect(core.counters.future == UInt64(events.count { $0.account.rawValue == 2 }))
        #expect(core.newestEvent == time(20_000))
    }

    @Test func `a late line is no witness against a leap`() {
        var core = core()
        let usual = (0..<300).map { event(Int64($0 * 10)) }
        core.process(batch(usual + [event(40_000), event(0), event(40_001)], accounts: ["a"]))
        #expect(core.counters.future == 0 && core.counters.moved == 1)
        #expect(core.ahead.count == 2)
    }

    @Test func `a source with an event a week is counted whole`() {
        var core = core()
        var last = batch([event(6 * 7 * 86_400)])
        last.isLast = true
        core.process(batch((0..<6).map { event($0 * 7 * 86_400) }, accounts: ["a"]))
        core.process(last)
        #expect(core.counters.events == 7 && core.counters.future == 0)
        #expect(core.newestEvent == time(6 * 7 * 86_400))
    }

    @Test func `a wrong date in a source with an event a week is still one event of the future`() {
        var core = core()
        let weekly = (0..<6).map { event($0 * 7 * 86_400) }
        core.process(batch(Array(weekly[..<4]) + [event(400 * 86_400)] + weekly[4...], accounts: ["a"]))
        var last = batch([event(6 * 7 * 86_400)])
        last.isLast = true
        core.process(last)
        #expect(core.counters.events == 8 && core.counters.future == 1)
        #expect(core.newestEvent == time(6 * 7 * 86_400))
    }

    @Test func `an archive's last event counts at its date after two days of silence, and not after years`() {
        for (lead, isBelieved) in [(2 * 86_400, true), (4000 * 86_400, false)] as [(Int64, Bool)] {
            var core = core()
            var last = batch((0..<1000).map { event($0) } + [event(lead)], accounts: ["a"])
            last.isLast = true
            core.process(last)
            #expect(core.counters.events == 1001)
            #expect(core.newestEvent == time(isBelieved ? lead : 999))
        }
    }

    @Test func `law 1 and 3: wrong dates come to the same in any chunks and over restarts`() throws {
        let start = GeneratedFleet.start / 1000
        var text = ""
        for minute in 0..<600 {
            let date = start + Int64(minute) * 60
            text += "{\"ts\":\(date),\"account\":\"svc\",\"rows\":5}\n"
            if minute % 7 == 3 { text += "{\"ts\":\(date + 9000),\"account\":\"ahead\",\"rows\":50}\n" }
            if minute % 50 == 49 { text += "{\"ts\":\(date - 7200),\"account\":\"slow\",\"rows\":500}\n" }
            if minute == 300 {
                for late in 0..<90 { text += "{\"ts\":\(start + Int64(late)),\"account\":\"old\",\"rows\":1}\n" }
            }
        }
        let files = [MemorySource.File("/var/log/a.json", Array(text.utf8))]
        let whole = try run(files)
        let told = whole.alerts.filter { $0.contains("\"detector\":\"H05\"") }
        let phrase =
            "59 came too late to be counted, with 59 rows, the latest 4 h 59 min behind the newest, and 2 were dated ahead"
        #expect(told.contains { $0.contains(phrase) }, "\(told)")
        var plan = LaneRunPlan()
        plan.largestRead = 1000
        plan.batchLimit = 3
        plan.restarts = 0.2
        plan.seed = 4
        let resumed = try run(files, plan)
        #expect(resumed.restarts > 20)
        let difference = resumed.difference(from: whole)
        #expect(difference == nil)
    }

    // MARK: The clock

    @Test func `an idle watermark closes the bucket, and what comes for it afterwards counts when it came`() {
        var core = core(lateness: .minutes(2))
        core.process(live([event(0)], at: 0, accounts: ["a"]))
        core.process(live([], at: 16 * 60))
        #expect(core.oldestBucket == bucketNumber(0))
        core.process(live([], at: 17 * 60))
        #expect(core.oldestBucket == bucketNumber(1))
        core.process(live([event(0)], at: 17 * 60 + 1))
        #expect(core.counters.moved == 1)
        #expect(core.newestEvent == time(0))
    }

    @Test func `time goes on while nothing but late lines come`() {
        var core = core(lateness: .minutes(2))
        core.process(live([event(0)], at: 0, accounts: ["a"]))
        for minute in 1...17 { core.process(live([event(-7200, key: 1)], at: Int64(minute) * 60)) }
        #expect(core.oldestBucket == bucketNumber(1) && core.counters.late == 17)
    }

    @Test func `live, an event after a silence counts at once, without others that agree`() {
        var core = core()
        core.process(live((0..<900).map { event($0) }, at: 900, accounts: ["a"]))
        core.process(live([], at: 4 * 3600))
        core.process(live([event(4 * 3600)], at: 4 * 3600 + 1))
        #expect(core.newestEvent == time(4 * 3600) && core.ahead.isEmpty)
    }

    @Test func `live, what is dated ahead of the host's clock counts when it came, however many agree`() {
        var core = core()
        core.process(live((0..<900).map { event($0) }, at: 900, accounts: ["a"]))
        core.process(live((0..<5000).map { event(86_400 + $0) }, at: 901))
        core.process(live([event(901)], at: 902))
        #expect(core.counters.future == 5000 && core.counters.events == 5901)
        #expect(core.newestEvent == time(901))
    }

    @Test func `events out of order at the edge of a leap come to the same with a rest between them and without`() {
        // The second is a leap away from the first, the third is not, and is before the second.
        let times: [Int64] = [0, 1805, 1795, 1806, 1807, 3700, 3690, 3701]
        var whole = core(lateness: .minutes(30))
        var split = core(lateness: .minutes(30))
        whole.process(batch(times.map { event($0, rows: UInt64($0)) }, accounts: ["a"]))
        for (place, time) in times.enumerated() {
            split.process(live([event(time, rows: UInt64(time))], at: 3700, accounts: place == 0 ? ["a"] : []))
        }
        whole.endLeap()
        #expect(whole.counters == split.counters && whole.counters.events == 8 && whole.counters.future == 0 && whole.counters.moved == 0)
        let buckets: [Int64] = [2, 4]
        let (sums, others) = (buckets.map { self.sums(whole, bucket: $0)?.rows }, buckets.map { self.sums(split, bucket: $0)?.rows })
        #expect(sums == others && sums == [5418, 11_091])
    }

    @Test func `a source that is two hours ahead of the host's clock from the start keeps its own time`() {
        var core = core()
        let zone: Int64 = 7200
        core.process(live([event(zone)], at: 0, accounts: ["a"]))
        #expect(core.newestEvent == nil, "nobody agrees yet")
        core.process(live([event(zone + 10)], at: 10))
        core.process(live([event(zone + 3600)], at: 3600))
        #expect(core.newestEvent == time(zone + 3600) && core.counters.events == 3 && core.counters.future == 0)
    }

    @Test func `a host whose clock jumps an hour ahead is counted as it comes, and its lane goes on by the clock`() {
        var core = core(lateness: .minutes(2))
        core.process(live([event(0)], at: 0, accounts: ["a"]))
        for minute in 1..<30 as Range<Int64> { core.process(live([event(minute * 60)], at: minute * 60)) }
        for minute in 30..<80 as Range<Int64> { core.process(live([event(minute * 60 + 3600)], at: minute * 60)) }
        #expect(core.counters.events == 80 && core.counters.future == 50)
        #expect(core.oldestBucket == bucketNumber(5), "79 minutes less the lateness")
    }

    /// A batch after which there is nothing more to read, both clocks being `clock` seconds after the tests' first moment.
    private func live(_ events: some Sequence<AccessEvent>, at clock: Int64, accounts: [String] = []) -> EventBatch {
        var batch = batch(events, accounts: accounts)
        batch.moment = LiveMoment(steady: .seconds(clock + 1000), wall: time(clock), isResting: true)
        return batch
    }

    private func sums(_ core: borrowing LaneCore, bucket: Int64) -> MeasureSums? {
        core.shard(AccountID(rawValue: 1)).tally(AccountID(rawValue: 1), position: Int(bucketNumber(bucket) - core.oldestBucket))?.sums
    }
}
