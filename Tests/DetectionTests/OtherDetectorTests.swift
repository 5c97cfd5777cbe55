// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import Testing

/// D13 and D32: what they see, what they let pass, and when they are silent.
@Suite struct OtherDetectorTests {
    private static let elsewhere = Network(ipv4: 0xC633_6401)

    @Test func `D13: a network never used is named, and the known ones beside it`() throws {
        let account = TestAccount.steady(days: 15)
        let detector = make(NewSourceDetector.self)
        let bucket = account.bucket(MeasureSums(rows: 5, bytes: 0, calls: 1), from: OtherDetectorTests.elsewhere)
        let finding = try #require(detector.judge(bucket, of: account.profile))
        #expect(finding.phrase.contains("198.51.100.0/24"))
        #expect(finding.phrase.contains("10.0.4.0/24"))
        #expect(finding.score.isFinite && finding.probability > 0 && finding.probability < 1)
    }

    @Test func `D13: the usual network is nothing, and neither is an event without an address`() {
        let account = TestAccount.steady(days: 15)
        let detector = make(NewSourceDetector.self)
        let sums = MeasureSums(rows: 5, bytes: 0, calls: 1)
        #expect(detector.judge(account.bucket(sums), of: account.profile) == nil)
        #expect(detector.judge(account.bucket(sums, from: .unknown), of: account.profile) == nil)
    }

    @Test func `D13: before fourteen days a new network is nothing`() {
        let account = TestAccount.steady(days: 13)
        let detector = make(NewSourceDetector.self)
        let bucket = account.bucket(MeasureSums(rows: 5, bytes: 0, calls: 1), from: OtherDetectorTests.elsewhere)
        #expect(detector.judge(bucket, of: account.profile) == nil)
    }

    @Test func `D13: an account that wanders all the time is left alone`() {
        var account = TestAccount.steady(days: 15)
        let detector = make(NewSourceDetector.self)
        for day in 0..<8 {
            account.live(MeasureSums(rows: 5, bytes: 0, calls: 1), from: Network(ipv4: UInt32(0xCB00_0000 + day * 256)))
        }
        let bucket = account.bucket(MeasureSums(rows: 5, bytes: 0, calls: 1), from: OtherDetectorTests.elsewhere)
        #expect(detector.judge(bucket, of: account.profile) == nil)
    }

    @Test func `D32: an account that always works and stops is missed, at the close only`() throws {
        var account = TestAccount(seed: 2)
        account.live(buckets: 15 * 96, MeasureSums(rows: 400, bytes: 1000, calls: 20))
        let detector = make(SilenceDetector.self)
        var silent = 0
        while detector.judge(account.bucket(MeasureSums()), of: account.profile) == nil && silent < 96 {
            account.live(MeasureSums())
            silent += 1
        }
        #expect((8...48).contains(silent), "missed after \(silent) quarter hours")
        #expect(detector.judge(account.bucket(MeasureSums(), isClosed: false), of: account.profile) == nil)
        #expect(detector.judge(account.bucket(MeasureSums(rows: 0, bytes: 0, calls: 1)), of: account.profile) == nil)
    }

    @Test func `D32: nights off are usual, and quiet accounts are not missed`() {
        let detector = make(SilenceDetector.self)
        var account = TestAccount.steady(days: 21)
        for _ in 0..<(7 * 96) {
            let usual = account.usual()
            #expect(detector.judge(account.bucket(usual), of: account.profile) == nil)
            account.live(usual)
        }
        var quiet = TestAccount(seed: 2)
        quiet.live(buckets: 15 * 96, MeasureSums(rows: 1, bytes: 1, calls: 1))
        for _ in 0..<96 {
            #expect(detector.judge(quiet.bucket(MeasureSums()), of: quiet.profile) == nil)
            quiet.live(MeasureSums())
        }
    }

    @Test func `D32: in its first fortnight an account is not missed`() {
        let detector = make(SilenceDetector.self)
        var account = TestAccount(seed: 2)
        account.live(buckets: 13 * 96, MeasureSums(rows: 400, bytes: 1000, calls: 20))
        for _ in 0..<90 {
            #expect(detector.judge(account.bucket(MeasureSums()), of: account.profile) == nil)
            account.live(MeasureSums())
        }
    }

    @Test func `D32: a silence of the source is told with what was to be expected`() throws {
        let detector = make(SilenceDetector.self)
        let start = BucketGrid.start(of: TestAccount.firstBucket)
        let gap = SourceGap(source: "crm", start: start, alarm: start + .minutes(25), missed: 1234, age: 700, since: start - .days(8))
        let finding = try #require(detector.judge(gap))
        #expect(finding.phrase.contains("25 min"))
        #expect(finding.phrase.contains("1,234"))
        #expect(finding.score.isFinite && finding.probability > 0)
    }
}
