// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import Testing

/// D01: what it sees, what it lets pass, and when it is silent.
@Suite struct ExportVolumeDetectorTests {
    private let detector = make(ExportVolumeDetector.self)

    @Test func `fifty times the usual rows of a quarter hour is found`() throws {
        var account = TestAccount.steady(days: 21)
        account.liveUntilMonday(quarter: 40)
        let finding = try #require(detector.judge(account.bucket(MeasureSums(rows: 20_000, bytes: 100, calls: 20)), of: account.profile))
        #expect(finding.measure == .rows)
        #expect(finding.severity >= .high)
        #expect(finding.observed >= 20_000 && finding.ratio > 1.2)
        #expect((finding.low...finding.high).contains(finding.expected))
        #expect(finding.probability < 0.001)
        #expect(finding.windowEnd == BucketGrid.start(of: account.number + 1))
    }

    @Test func `after two weeks a hundred times the usual rows of a quarter hour is found`() {
        var account = TestAccount.steady(days: 14)
        account.liveUntilMonday(quarter: 40)
        #expect(detector.judge(account.bucket(MeasureSums(rows: 43_000, bytes: 100, calls: 20)), of: account.profile) != nil)
    }

    @Test func `a usual bucket is nothing`() {
        var account = TestAccount.steady(days: 21)
        for _ in 0..<96 {
            let usual = account.usual()
            #expect(detector.judge(account.bucket(usual), of: account.profile) == nil)
            account.live(usual)
        }
    }

    @Test func `a near miss, 99 rows above nothing, is not worth a look`() {
        var account = TestAccount(seed: 3)
        account.live(buckets: 1400, MeasureSums())
        #expect(detector.judge(account.bucket(MeasureSums(rows: 99, bytes: 100, calls: 1)), of: account.profile) == nil)
        #expect(detector.judge(account.bucket(MeasureSums(rows: 100, bytes: 100, calls: 1)), of: account.profile) != nil)
    }

    @Test func `an export at night by an account that works by day is found`() throws {
        var account = TestAccount.steady(days: 21)
        account.liveUntilMonday(quarter: 8)
        let finding = try #require(detector.judge(account.bucket(MeasureSums(rows: 900, bytes: 100, calls: 3)), of: account.profile))
        #expect(finding.phrase.contains("Monday 02:00–02:15"))
    }

    @Test func `what is left of a burst in the quarter hours after it opens nothing`() {
        var account = TestAccount.steady(days: 21)
        account.liveUntilMonday(quarter: 8)
        account.live(MeasureSums(rows: 90_000, bytes: 100, calls: 3))
        let after = detector.judge(account.bucket(MeasureSums()), of: account.profile)
        #expect(after?.opens == false, "the hours with it are unusual still, and nothing came")
    }

    @Test func `in its first week an account is not judged by itself`() {
        var account = TestAccount(seed: 5)
        for _ in 0..<672 {
            #expect(detector.judge(account.bucket(MeasureSums(rows: 1_000_000, bytes: 0, calls: 1)), of: account.profile) == nil)
            #expect(detector.tripLevels(bucket: account.number, of: account.profile, fleet: account.fleet) == .never)
            account.live(account.usual())
        }
    }

    @Test func `a new account in a known fleet is held against the fleet's highest levels`() throws {
        var account = TestAccount(seed: 5, startingAt: TestAccount.firstBucket + 1000)
        account.fleet.firstBucket = TestAccount.firstBucket
        account.fleet.matureCount = 40
        account.fleet.highLevel = [100, 100, 100]
        let below = MeasureSums(rows: 1599, bytes: 0, calls: 1)
        #expect(detector.judge(account.bucket(below), of: account.profile) == nil)
        let finding = try #require(
            detector.judge(account.bucket(MeasureSums(rows: 1600, bytes: 0, calls: 1)), of: account.profile))
        #expect(finding.phrase.contains("cold start"))
        let trips = detector.tripLevels(bucket: account.number, of: account.profile, fleet: account.fleet)
        #expect(trips == TripLevels(rows: 1600, bytes: .max, calls: .max))
    }

    @Test func `a new account in a new lane is not held against anything`() {
        var account = TestAccount(seed: 5, startingAt: TestAccount.firstBucket + 191)
        account.fleet.firstBucket = TestAccount.firstBucket
        account.fleet.highLevel = [100, 100, 100]
        #expect(detector.judge(account.bucket(MeasureSums(rows: 1_000_000, bytes: 0, calls: 1)), of: account.profile) == nil)
    }

    @Test(arguments: [
        (0, 100_000, "critical where no account is known"), (5, 10_000, "any of the 5 known accounts"), (19, 10_000, "any of"),
    ])
    func `where few accounts are known or none, a new one is held against limits that are stated`(known: Int, limit: UInt64, words: String)
        throws
    {
        var account = TestAccount(seed: 5, startingAt: TestAccount.firstBucket + 192)
        account.fleet.firstBucket = TestAccount.firstBucket
        account.fleet.matureCount = known
        account.fleet.highLevel = known > 0 ? [100, 100, 100] : nil
        #expect(detector.judge(account.bucket(MeasureSums(rows: limit - 1, bytes: 0, calls: 1)), of: account.profile) == nil)
        let finding = try #require(
            detector.judge(account.bucket(MeasureSums(rows: limit, bytes: 0, calls: 1)), of: account.profile))
        #expect(finding.phrase.contains(words) && finding.severity == .high, "\(finding.phrase)")
        let trips = detector.tripLevels(bucket: account.number, of: account.profile, fleet: account.fleet)
        #expect(trips == TripLevels(rows: limit, bytes: .max, calls: .max))
    }

    @Test func `a rise that the whole fleet shares is expected`() {
        var account = TestAccount.steady(days: 42)
        account.liveUntilMonday(quarter: 40)
        let tripled = MeasureSums(rows: 1500, bytes: 450_000, calls: 60)
        #expect(detector.judge(account.bucket(tripled), of: account.profile) != nil)
        for measure in Measure.allCases { account.fleet.measures[measure] = FleetMeasure(factor: 3.5, dispersion: 0.15) }
        #expect(detector.judge(account.bucket(tripled), of: account.profile) == nil)
    }

    @Test func `bytes and calls are found as well, and the most unusual measure is told`() throws {
        var account = TestAccount.steady(days: 21)
        account.liveUntilMonday(quarter: 40)
        let bytes = try #require(detector.judge(account.bucket(MeasureSums(rows: 400, bytes: 1 << 34, calls: 20)), of: account.profile))
        #expect(bytes.measure == .bytes)
        let calls = try #require(detector.judge(account.bucket(MeasureSums(rows: 400, bytes: 1, calls: 9000)), of: account.profile))
        #expect(calls.measure == .calls)
        #expect(calls.phrase.hasPrefix("made"))
    }
}
