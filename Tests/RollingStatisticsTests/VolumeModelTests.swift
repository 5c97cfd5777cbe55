// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

@testable import RollingStatistics

/// The model over random histories: what it says, when it would say it, and that it keeps its state.
@Suite struct VolumeModelTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `the least amount is below every amount that passes, and the score grows with the amount`(seed: UInt64) {
        var history = RandomHistory(seed: seed)
        var checked = 0
        for _ in 0..<1500 {
            history.step()
            guard history.age > 100, history.age % 5 == 0 else { continue }
            var last = -1.0
            for amount in [0, 1, 10, 100, 1e3, 1e4, 1e6, 1e8, 1e10, 1e12] {
                let score = history.reading(amount).score
                // Single precision: what adds nothing that can be told apart may lose its last digits.
                #expect(score >= last * (1 - 1e-6), "seed \(seed), age \(history.age), amount \(amount)")
                last = score
            }
            for (score, excess, ratio) in [(1.2, 100.0, 1.2), (0.6, 0, 1), (3, 1000, 3)] {
                guard let amount = history.amount(score, excess, ratio) else {
                    #expect(!history.passes(9e15, score, excess, ratio), "seed \(seed), age \(history.age)")
                    continue
                }
                let below = amount * (1 - 1e-6) - 1e-6
                if below >= 0 { #expect(!history.passes(below, score, excess, ratio), "seed \(seed), age \(history.age), \(amount)") }
                checked += 1
            }
        }
        #expect(checked > 300)
    }

    @Test func `a span that holds enough is told where the one with the largest part does not`() {
        var found = 0
        for seed: UInt64 in 1...6 {
            var history = RandomHistory(seed: seed)
            for _ in 0..<1000 {
                history.step()
                let reading = history.reading(history.scale * 3)
                let all = history.model.strongest(reading, part: 0.3, excess: -1e18, ratio: 0)
                let enough = history.model.strongest(reading, part: 0.3, excess: history.scale * 8, ratio: 1.2)
                if let all, let enough, all.span != enough.span { found += 1 }
                if let enough {
                    #expect(enough.observed - enough.expected >= history.scale * 8)
                    #expect(enough.part <= all?.part ?? 0)
                }
            }
        }
        #expect(found > 0)
    }

    @Test func `of one job a night more is asked in the long spans, and no less than its least amount passes`() {
        var history = RandomHistory(seed: 1)
        for index in 0..<3840 { history.learn(index % 96 == 8 ? 1000 + Double(index / 96 * 37 % 200) : 0) }
        // Two nights of more, so that the long spans are near to speaking.
        for index in 0..<200 { history.learn(index % 96 == 8 ? 1900 : 0) }
        let reading = history.reading(4000)
        for lane in 2..<4 {
            let beyond = (reading.z[lane] - history.model.channels.quantile[lane]) / reading.meanExcesses[lane]
            #expect(beyond - reading.depths[lane] > 0.5)
        }
        #expect(reading.depths[0] == (reading.z[0] - history.model.channels.quantile[0]) / reading.meanExcesses[0])
        for score in stride(from: 0.2, to: 2, by: 0.1) {
            guard let amount = history.amount(score, 0, 1) else { continue }
            #expect(!history.passes(amount * (1 - 1e-6) - 1e-6, score, 0, 1), "\(score)")
        }
        var steady = RandomHistory(seed: 1)
        for index in 0..<3848 { steady.learn(1000 + Double(index * 37 % 200)) }
        let plain = steady.reading(4000)
        for lane in 0..<4 {
            #expect(plain.depths[lane] == (plain.z[lane] - steady.model.channels.quantile[lane]) / plain.meanExcesses[lane])
        }
    }

    @Test func `the amount of the bucket itself is told exactly, however large it is`() {
        var history = RandomHistory(seed: 3)
        for _ in 0..<900 { history.step() }
        for amount in [16_777_217.0, 987_654_321_123, 4_503_599_627_370_497] {
            #expect(history.model.window(.quarterHour, of: history.reading(amount)).observed == amount)
        }
    }

    @Test func `a rise of days is seen by the long spans, a burst by the short ones`() {
        for (amounts, isLong) in [([1000.0], false), (Array(repeating: 150, count: 200), true)] {
            var history = RandomHistory(seed: 1)
            for index in 0..<2000 { history.learn(90 + Double(index * 7 % 20)) }
            for amount in amounts.dropLast() { history.learn(amount) }
            let parts = history.reading(amounts.last ?? 0).parts
            #expect((max(parts[2], parts[3]) > max(parts[0], parts[1])) == isLong, "\(parts)")
        }
    }

    @Test(arguments: [7, 8] as [UInt64])
    func `a score depends on the past only`(seed: UInt64) {
        var whole = RandomHistory(seed: seed)
        var scores: [Double] = []
        for _ in 0..<800 {
            scores.append(whole.reading(500).score)
            whole.step()
        }
        var short = RandomHistory(seed: seed)
        for index in 0..<400 {
            #expect(short.reading(500).score == scores[index], "seed \(seed), bucket \(index)")
            short.step()
        }
    }

    @Test func `reading teaches nothing`() {
        var history = RandomHistory(seed: 4)
        for _ in 0..<200 { history.step() }
        let before = history.model.bytes
        _ = history.reading(1e9)
        #expect(history.model.bytes == before)
    }

    @Test(arguments: [0, 1, 1e6, 1e12, 1.8446744073709552e19])
    func `readings are finite for extreme amounts, before and after learning them`(amount: Double) {
        var history = RandomHistory(seed: 9)
        for round in 0..<400 {
            let reading = history.reading(amount)
            #expect(reading.score.isFinite)
            for span in VolumeSpan.allCases {
                let window = history.model.window(span, of: reading)
                let numbers = [window.z, window.observed, window.expected, window.ratio, window.band.low, window.band.high]
                #expect(numbers.allSatisfy { $0.isFinite }, "amount \(amount), round \(round): \(window)")
                #expect((0...1).contains(window.probability))
                #expect(window.band.low <= window.band.high)
            }
            if round % 3 == 0 { history.learn(amount) } else { history.step() }
        }
    }

    @Test func `after a week one bucket can lift the baseline only to four times the usual`() {
        var history = RandomHistory(seed: 2)
        for _ in 0..<700 { history.learn(100) }
        let before = Double(history.model.baseline.level)
        history.learn(1e12)
        #expect(Double(history.model.baseline.level) < before * 1.1)
    }

    @Test func `an impossible score has no amount`() {
        var history = RandomHistory(seed: 2)
        for _ in 0..<200 { history.step() }
        #expect(history.amount(1e6, 0, 1) == nil)
    }

    @Test func `a model is the same after encoding and decoding, and cut short it is refused`() throws {
        var history = RandomHistory(seed: 21)
        for _ in 0..<900 { history.step() }
        let bytes = history.model.bytes
        var reader = StateReader(bytes)
        let decoded = try VolumeModel(from: &reader)
        #expect(reader.isAtEnd)
        #expect(decoded.bytes == bytes)
        for count in 0..<bytes.count {
            #expect(throws: StateError.truncated) {
                var cut = StateReader(Array(bytes.prefix(count)))
                _ = try VolumeModel(from: &cut)
            }
        }
    }

    @Test func `a count of quiet buckets that learning would carry over its end is refused`() {
        var model = VolumeModel()
        model.channels.quietBuckets[2] = .max
        var reader = StateReader(model.bytes)
        #expect(throws: StateError.implausible("volume channel")) { _ = try VolumeModel(from: &reader) }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `a model from damaged bytes is refused or gives no trap and no infinite score`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var history = RandomHistory(seed: 21)
        // Old enough for everything to be learnt.
        for _ in 0..<900 { history.step() }
        let bytes = history.model.bytes
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0..<3 { damaged[Int.random(in: 384..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            var reader = StateReader(damaged)
            do {
                history.model = try VolumeModel(from: &reader)
            } catch {
                #expect(error == .implausible("volume channel") || error == .implausible("volume sums") || error == .implausible("level"))
                continue
            }
            let reading = history.reading(1000)
            #expect(!reading.score.isNaN, "seed \(seed)")
            _ = history.amount(1.2, 100, 1.2)
            var taught = history
            for _ in 0..<3 { taught.learn(1000) }
            #expect(!taught.reading(1000).score.isNaN, "seed \(seed)")
        }
    }
}

/// A model that lives through random buckets: quiet nights, busy days, bursts, a fleet that rises.
private struct RandomHistory {
    var model = VolumeModel()
    private var visits = SlotVisits()
    private(set) var age = 0
    private var random: SeededRandom
    private var fleet = FleetMeasure.neutral
    let scale: Double

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        scale = [3, 200, 40_000, 5e9][Int(seed % 4)]
    }

    private var slot: WeekSlot { WeekSlot(EventTime(milliseconds: 1_780_272_000_000 + Int64(age) * 900_000)) }

    private var standing: SlotStanding {
        var visits = visits
        return visits.standing(slot)
    }

    mutating func step() {
        let isBusy = age % 96 > 30
        let burst = Int.random(in: 0..<80, using: &random) == 0 ? 25.0 : 1
        learn(isBusy ? Double.random(in: 0...2, using: &random).rounded(.up) * scale * burst : 0)
        if age % 50 == 0 {
            let factor = Double.random(in: 1...3, using: &random)
            fleet = age % 100 == 0 ? .neutral : FleetMeasure(factor: factor, dispersion: 0.1 * factor)
        }
    }

    mutating func learn(_ amount: Double) {
        age += 1
        var learnt = reading(amount)
        model.learn(&learnt, at: standing, age: age, fleet: fleet, as: .usual)
        visits.count(slot)
    }

    func reading(_ amount: Double) -> VolumeReading { model.read(amount, at: standing, fleet: fleet) }

    mutating func amount(_ score: Double, _ excess: Double, _ ratio: Double) -> Double? {
        model.leastAmount(reaching: score, excess: excess, ratio: ratio, at: standing, fleet: fleet)
    }

    func passes(_ amount: Double, _ score: Double, _ excess: Double, _ ratio: Double) -> Bool {
        let reading = reading(amount)
        return reading.score >= score && model.strongest(reading, part: score / 2, excess: excess, ratio: ratio) != nil
    }
}

extension VolumeModel {
    fileprivate var bytes: [UInt8] {
        var writer = StateWriter()
        encode(into: &writer)
        return writer.bytes
    }
}
