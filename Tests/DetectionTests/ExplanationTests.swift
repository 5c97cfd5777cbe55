// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

/// What a detector explains is what it judges: the two may never disagree.
@Suite struct ExplanationTests {
    private static let elsewhere = Network(ipv4: 0xC633_6401)

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `an explanation says fired exactly when there is a finding that opens`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let detectors = DetectorCatalog.make()
        var account = TestAccount.steady(days: seed == 1 ? 1 : Int(seed) * 4, rows: [3, 400, 90_000][Int(seed % 3)], seed: seed)
        if seed == 1 { (account.fleet.highLevel, account.fleet.firstBucket) = ([100, 100, 100], 0) }
        var fired = 0
        for _ in 0..<150 {
            let shift = UInt64.random(in: 20...63, using: &random)
            let sums =
                Int.random(in: 0..<3, using: &random) == 0
                ? MeasureSums() : MeasureSums(rows: random.next() >> shift, bytes: random.next() >> shift, calls: random.next() >> 54)
            let network = Bool.random(using: &random) ? TestAccount.home : ExplanationTests.elsewhere
            let bucket = account.bucket(sums, from: network, isClosed: Bool.random(using: &random))
            for detector in detectors {
                let opens = detector.judge(bucket, of: account.profile)?.opens ?? false
                let explanation = detector.explain(bucket, of: account.profile)
                #expect(explanation.hasFired == opens, "seed \(seed), bucket \(account.number): \(explanation)")
                #expect(!explanation.verdicts.isEmpty && explanation.verdicts.allSatisfy { !$0.reason.isEmpty })
                if opens { fired += 1 }
            }
            account.live(Int.random(in: 0..<12, using: &random) == 0 ? sums : account.usual())
        }
        #expect(fired > 0, "seed \(seed)")
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `at the stated amount the detector fires, and one below it does not`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let detector = make(ExportVolumeDetector.self)
        var account = TestAccount.steady(days: 10 + Int(seed), rows: [3, 400, 90_000, 20][Int(seed % 4)], seed: seed)
        var stated = 0
        for _ in 0..<60 {
            let usual = account.usual()
            for verdict in detector.explain(account.bucket(usual), of: account.profile).verdicts {
                guard let measure = verdict.measure, let least = verdict.leastFiring, least > 0, least < 1 << 50 else { continue }
                func fires(_ amount: UInt64) -> Bool {
                    var sums = MeasureSums()
                    switch measure {
                    case .rows: sums.rows = amount
                    case .bytes: sums.bytes = amount
                    case .calls: sums.calls = amount
                    }
                    let verdicts = detector.explain(account.bucket(sums), of: account.profile).verdicts
                    let ofMeasure = verdicts.first { $0.measure == measure }
                    // Alone in its bucket, so that the detector's finding is this measure's, unless another fires on nothing.
                    let others = verdicts.contains { $0.measure != measure && $0.gate == .fired }
                    let opens = detector.judge(account.bucket(sums), of: account.profile)?.opens ?? false
                    #expect(others || opens == (ofMeasure?.gate == .fired))
                    return ofMeasure?.gate == .fired
                }
                #expect(fires(least), "seed \(seed), bucket \(account.number), \(measure.name) \(least)")
                #expect(!fires(least - 1), "seed \(seed), bucket \(account.number), \(measure.name) \(least)")
                stated += 1
            }
            account.live(Int.random(in: 0..<12, using: &random) == 0 ? MeasureSums(rows: 4000, bytes: 1 << 30, calls: 80) : usual)
        }
        #expect(stated > 30)
    }

    @Test func `the stated amount of a new account fires, and one row less does not`() throws {
        var account = TestAccount(seed: 5, startingAt: TestAccount.firstBucket + 1000)
        account.fleet.firstBucket = TestAccount.firstBucket
        account.fleet.matureCount = 40
        account.fleet.highLevel = [100, 100, 100]
        let detector = make(ExportVolumeDetector.self)
        account.live(MeasureSums(rows: 320, bytes: 0, calls: 1))
        let verdict = try #require(detector.explain(account.bucket(MeasureSums()), of: account.profile).verdicts.first)
        #expect(verdict.gate == .newAccountLevel && verdict.needed == 1600)
        #expect(verdict.leastFiring == 1300)
        #expect(detector.judge(account.bucket(MeasureSums(rows: 1300, bytes: 0, calls: 1)), of: account.profile) != nil)
        #expect(detector.judge(account.bucket(MeasureSums(rows: 1299, bytes: 0, calls: 1)), of: account.profile) == nil)
    }

    @Test func `a learning account is told how long it still learns, and why the rule for new ones does not apply`() throws {
        let account = TestAccount.steady(days: 3)
        let verdict = try #require(
            make(ExportVolumeDetector.self).explain(account.bucket(MeasureSums()), of: account.profile).verdicts.first)
        #expect(verdict.gate == .learning)
        #expect(verdict.reason.contains("in 4 days") && verdict.reason.contains("first 48 hours"), "\(verdict.reason)")
    }

    @Test func `what is unusual but little is stopped by the minimum, with its setting named`() throws {
        var account = TestAccount(seed: 3)
        account.live(buckets: 1400, MeasureSums())
        let bucket = account.bucket(MeasureSums(rows: 99, bytes: 100, calls: 1))
        let rows = try #require(make(ExportVolumeDetector.self).explain(bucket, of: account.profile).verdicts.first)
        #expect(rows.gate == .excess && rows.reason.contains("minimum_rows"), "\(rows)")
        #expect(rows.leastFiring == 100)
    }

    @Test func `EWMA level, hour-of-week baseline, fleet factor and z-scores are there by name`() throws {
        var account = TestAccount.steady(days: 30)
        account.liveUntilMonday(quarter: 40)
        for measure in Measure.allCases { account.fleet.measures[measure] = FleetMeasure(factor: 2, dispersion: 0.15) }
        let verdicts = make(ExportVolumeDetector.self).explain(account.bucket(account.usual()), of: account.profile).verdicts
        let rows = try #require(verdicts.first)
        let facts = Dictionary(rows.facts.map { ($0.key, $0.value) }) { one, _ in one }
        let before = try #require(facts["expected_before_fleet"])
        #expect(try #require(facts["level_ewma"]) > 100 && #require(facts["hour_of_week_baseline"]) > 200)
        #expect(facts["fleet_factor"] == 2 && facts["expected"] == before * 2)
        #expect(rows.windows.map(\.span) == VolumeSpan.allCases)
        #expect(rows.windows.allSatisfy { $0.z.isFinite && $0.band.low <= $0.band.high })
    }

    @Test func `D13 and D32 say which gate stopped them`() {
        func gate(_ detector: any Detector, _ account: TestAccount, _ sums: MeasureSums, from network: Network = TestAccount.home) -> Gate?
        {
            detector.explain(account.bucket(sums, from: network), of: account.profile).verdicts.first?.gate
        }
        let call = MeasureSums(rows: 5, bytes: 0, calls: 1)
        let (young, old) = (TestAccount.steady(days: 13), TestAccount.steady(days: 15))
        let source = make(NewSourceDetector.self)
        #expect(gate(source, old, call) == .knownNetwork)
        #expect(gate(source, old, call, from: .unknown) == .noNetwork)
        #expect(gate(source, young, call, from: ExplanationTests.elsewhere) == .learning)
        #expect(gate(source, old, call, from: ExplanationTests.elsewhere) == .fired)
        let wary = make(NewSourceDetector.self, ["novelty_rate_max": 0.001])
        var wandering = old
        wandering.live(call, from: Network(ipv4: 0xCB00_7100))
        #expect(gate(wary, wandering, call, from: ExplanationTests.elsewhere) == .wandering)
        let silence = make(SilenceDetector.self)
        #expect(gate(silence, old, call) == .active)
        #expect(gate(silence, young, MeasureSums()) == .learning)
        #expect(gate(silence, old, MeasureSums()) == .lately)
        var quiet = TestAccount(seed: 2)
        quiet.live(buckets: 15 * 96, MeasureSums(rows: 1, bytes: 1, calls: 1))
        #expect(gate(silence, quiet, MeasureSums()) == .tooQuiet)
        #expect(silence.explain(old.bucket(MeasureSums(), isClosed: false), of: old.profile).verdicts.first?.gate == .openBucket)
    }

    @Test func `D37 explains a total as it judges it`() throws {
        let detector = make(SeriesNoveltyDetector.self)
        for (age, margin, isAlerted) in [(100, 9.0, false), (2000, 9, false), (2000, 0.1, false), (2000, 0.6, true)] {
            let part = NoveltyReading.Part(group: .level, channel: 0, margin: margin)
            let series = SeriesBucket(
                .total, source: "gateway", measure: .rows, number: TestAccount.firstBucket + 2000, amount: 5000,
                reading: NoveltyReading(parts: [part], usual: 100, low: 10, high: 200), age: age, firstBucket: TestAccount.firstBucket,
                isAlerted: isAlerted)
            let verdict = try #require(detector.explain(series))
            #expect((verdict.gate == .fired) == (detector.judge(series) != nil), "\(verdict)")
            #expect(verdict.isOfSource && verdict.needed == 0.5)
        }
    }
}
