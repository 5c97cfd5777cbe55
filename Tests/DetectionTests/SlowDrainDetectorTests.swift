// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Detection

/// D02 over days: what adds up, what does not, and what an attacker who knows everything gets away with.
@Suite struct SlowDrainDetectorTests {
    private let detector = make(SlowDrainDetector.self)

    /// A day of an account that works from 8 to 18, at so many times its usual.
    private func day(_ account: inout TestAccount, times factor: Double, _ random: inout SeededRandom, days: Int = 1) -> [Finding] {
        var found: [Finding] = []
        for _ in 0..<(96 * days) {
            let quarter = account.number % 96
            let isWorking = quarter >= 32 && quarter < 72
            let rows = isWorking ? UInt64(Double.random(in: 800...1200, using: &random) * factor) : 0
            let sums = MeasureSums(rows: rows, calls: isWorking ? 10 : 0)
            let bucket = account.bucket(sums)
            let finding = detector.judge(bucket, of: account.profile)
            if quarter == 95 { explain(bucket, account, fired: finding?.opens ?? false) }
            if let finding, finding.opens { found.append(finding) }
            account.live(sums)
        }
        return found
    }

    /// The explanation agrees with the finding, and its amount fires while one less does not.
    private func explain(_ bucket: ClosedBucket, _ account: TestAccount, fired: Bool) {
        let explanation = detector.explain(bucket, of: account.profile)
        #expect(explanation.hasFired == fired, "\(explanation)")
        guard let least = explanation.verdicts.first?.leastFiring, least > 0 else { return }
        for (amount, fires) in [(least, true), (least - 1, false)] {
            #expect((detector.judge(account.bucket(MeasureSums(rows: amount)), of: account.profile)?.opens ?? false) == fires)
        }
    }

    private func account() -> TestAccount { TestAccount() }

    @Test func `thirty per cent more for two weeks is found, and told with what it comes to`() throws {
        var random = SeededRandom(seed: 1)
        var account = account()
        #expect(day(&account, times: 1, &random, days: 60).isEmpty)
        let found = day(&account, times: 1.3, &random, days: 14)
        let first = try #require(found.first)
        #expect(first.measure == .rows && first.severity == .low)
        #expect(first.ratio > 1.2 && first.ratio < 1.4)
        #expect(first.phrase.contains("% more"))
        #expect(first.windowEnd - first.windowStart >= .days(3))
    }

    @Test func `a near miss: one day of ten times the usual, days that differ, and a rise that ends are none of it`() {
        var random = SeededRandom(seed: 2)
        var account = account()
        _ = day(&account, times: 1, &random, days: 40)
        #expect(day(&account, times: 10, &random).isEmpty)
        #expect(day(&account, times: 1, &random, days: 10).isEmpty)
        #expect(day(&account, times: 1.3, &random, days: 3).isEmpty)
        #expect(day(&account, times: 1, &random, days: 20).isEmpty)
    }

    @Test func `what the whole fleet does more is no drift`() {
        var random = SeededRandom(seed: 3)
        var account = account()
        _ = day(&account, times: 1, &random, days: 40)
        account.fleet.dayRatio = naturalLog(1.5)
        #expect(day(&account, times: 1.5, &random, days: 20).isEmpty)
    }

    @Test func `in the first four weeks nothing is found`() {
        var random = SeededRandom(seed: 4)
        var account = account()
        #expect(day(&account, times: 1, &random, days: 14).isEmpty)
        #expect(day(&account, times: 3, &random, days: 13).isEmpty)
    }

    /// design/threats.md section 2.2: an attacker who knows every threshold and raises the account by a constant factor a day.
    @Test(arguments: [0.002, 0.006, 0.01, 0.03])
    func `nobody gets to three times the usual by small steps without an alert, in four hundred days`(step: Double) {
        var random = SeededRandom(seed: 5)
        var account = account()
        _ = day(&account, times: 1, &random, days: 40)
        var factor = 1.0
        for _ in 0..<400 {
            factor *= 1 + step
            if !day(&account, times: factor, &random).isEmpty { break }
        }
        #expect(factor < 3, "step \(step): \(factor)")
    }

    @Test func `a slow reference is the same after encoding and decoding, and cut short it is refused`() throws {
        var random = SeededRandom(seed: 6)
        var account = account()
        _ = day(&account, times: 1, &random, days: 33)
        _ = day(&account, times: 1.4, &random, days: 2)
        var writer = StateWriter()
        account.profile.slow.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        var again = StateWriter()
        try SlowReference(from: &reader).encode(into: &again)
        #expect(again.bytes == writer.bytes && reader.isAtEnd)
        for count in 0..<writer.bytes.count {
            #expect(throws: StateError.truncated) {
                var cut = StateReader(Array(writer.bytes.prefix(count)))
                _ = try SlowReference(from: &cut)
            }
        }
    }
}
