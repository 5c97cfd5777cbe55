// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import RollingStatistics

/// The baseline against a slow one that keeps every slot as a plain number.
@Suite struct SeasonalBaselineTests {
    @Test(arguments: [1, 2] as [UInt64])
    func `a baseline agrees with an independent slow one`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var baseline = SeasonalBaseline()
        var visits = SlotVisits()
        var slow = SlowBaseline()
        for bucket in 0..<(672 * 6) {
            let slot = slot(bucket)
            let exact = slow.expectation(slot.rawValue)
            // Each stored mean is off by 0.05 % of itself at every one of its updates, of which the last fifty or so remain.
            #expect(abs(baseline.expectation(visits.standing(slot)) - exact) <= 0.026 * (exact + 1), "seed \(seed), bucket \(bucket)")
            let amount = Int.random(in: 0..<3, using: &random) == 0 ? 0 : Double.random(in: 0...5000, using: &random)
            baseline.learn(amount, at: visits.standing(slot), age: bucket + 1)
            visits.count(slot)
            slow.learn(amount, slot.rawValue)
        }
    }

    @Test func `an hour that was never visited is expected as its hour of the day, and that as the level`() {
        var baseline = SeasonalBaseline()
        var visits = SlotVisits()
        #expect(baseline.expectation(visits.standing(slot(0))) == 0)
        for age in 1...40 {
            baseline.learn(100, at: visits.standing(slot(0)), age: age)
            visits.count(slot(0))
        }
        let sameHour = baseline.expectation(visits.standing(slot(96)))
        #expect(abs(sameHour - 100) < 0.5)
        #expect(abs(baseline.expectation(visits.standing(slot(4))) - Double(baseline.level)) < 1e-6)
    }

    @Test func `visits saturate instead of overflowing`() {
        var visits = SlotVisits()
        for _ in 0..<300 { visits.count(slot(5)) }
        #expect(visits.week[slot(5).rawValue] == 255)
        #expect(visits.day[slot(5).hourOfDay] == 255)
    }

    @Test func `a job that starts at the same minute every day gets its quarter, and a fresh rhythm gives each the same`() {
        var visits = SlotVisits()
        for quarter in 0..<4 { #expect(visits.share(of: slot(quarter)) == 1) }
        for bucket in 0..<(96 * 20) { visits.count(slot(bucket), activity: bucket % 96 == 9 ? 96 : 0) }
        #expect(visits.share(of: slot(9)) > 3.8)
        for quarter in [8, 10, 11] { #expect(visits.share(of: slot(quarter)) < 0.1) }
        let sum = (8..<12).reduce(0.0) { $0 + visits.share(of: slot($1)) }
        #expect(abs(sum - 4) < 1e-9)
        #expect(abs(visits.share(of: slot(20)) - 1) < 1e-9)
    }

    private func slot(_ bucket: Int) -> WeekSlot {
        WeekSlot(EventTime(milliseconds: 1_780_272_000_000 + Int64(bucket) * 900_000))
    }
}

/// Section 2 of the statistics, written down once more and slowly.
private struct SlowBaseline {
    private var week: [Int: [Double]] = [:]
    private var day: [Int: [Double]] = [:]
    private var all: [Double] = []

    func expectation(_ slot: Int) -> Double {
        let level = mean(all) { max(1 / Double($0), 1.0 / 5000) }
        let dayCount = Double(day[slot % 24, default: []].count)
        let weekCount = Double(week[slot, default: []].count)
        let byDay = weight(dayCount, 4) * mean(day[slot % 24, default: []], gain: slotGain) + (1 - weight(dayCount, 4)) * level
        return weight(weekCount, 6) * mean(week[slot, default: []], gain: slotGain) + (1 - weight(weekCount, 6)) * byDay
    }

    mutating func learn(_ amount: Double, _ slot: Int) {
        week[slot, default: []].append(amount)
        day[slot % 24, default: []].append(amount)
        all.append(amount)
    }

    private func slotGain(_ count: Int) -> Double { max(1 / Double(count), 0.02) }

    private func weight(_ count: Double, _ prior: Double) -> Double {
        let shown = min(count, 255)
        return shown / (shown + prior)
    }

    private func mean(_ values: [Double], gain: (Int) -> Double) -> Double {
        var result = 0.0
        for (index, value) in values.enumerated() { result = (1 - gain(index + 1)) * result + gain(index + 1) * value }
        return result
    }
}
