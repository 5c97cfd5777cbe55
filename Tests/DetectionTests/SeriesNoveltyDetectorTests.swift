// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics
import TestSupport
import Testing

/// D37: when a series is strange enough, and what is said of it.
@Suite struct SeriesNoveltyDetectorTests {
    private static let parts = [
        NoveltyReading.Part(group: .level, channel: 1, margin: 2.25), NoveltyReading.Part(group: .jump, channel: 5, margin: 0.4),
        NoveltyReading.Part(group: .hour, channel: 13, margin: 0.01),
    ]

    private func bucket(_ parts: [NoveltyReading.Part] = SeriesNoveltyDetectorTests.parts, age: Int = 35 * 96) -> SeriesBucket {
        SeriesBucket(
            .total, source: "crm-elf", measure: .rows, number: TestAccount.firstBucket + Int64(age),
            amount: 12_400, reading: NoveltyReading(parts: parts, usual: 812, low: 0, high: 5040), age: age,
            firstBucket: TestAccount.firstBucket, isAlerted: false)
    }

    @Test func `D37: the sentence says what is new, in words, and by how much`() throws {
        let finding = try #require(make(SeriesNoveltyDetector.self).judge(bucket()))
        #expect(
            finding.phrase
                == "crm-elf does something it never did in 35 days: 12,400 rows in 15 min, where 812 rows are usual at this hour "
                + "on a Monday (0 to 5,040 so far). New, by widths of its range so far: the amount for this hour of the week "
                + "(2.25); the jump from the sixteen hours before (0.4).")
        #expect(finding.severity == .low)
        #expect(abs(finding.score - 2.66) < 1e-9)
        #expect(finding.observed == 12_400 && finding.expected == 812 && finding.low == 0 && finding.high == 5040)
        #expect(finding.probability == 1.0 / 3361)
    }

    @Test func `D37: what the operator named is called so and worth a ticket, and more beside an alert of its accounts`() throws {
        let detector = make(SeriesNoveltyDetector.self)
        let cases: [(SeriesBucket.Subject, String)] = [
            (.endpointGroup("exports"), "crm-elf does something it never did in 35 days, in rows of endpoint group exports: 12,400 rows"),
            (.pinnedAccount("svc-a"), "does something it never did in 35 days, in rows of pinned account svc-a: 12,400 rows in 15 min"),
        ]
        for (subject, words) in cases {
            var series = bucket()
            series.subject = subject
            let finding = try #require(detector.judge(series))
            #expect(finding.severity == .medium && finding.phrase.hasPrefix(words), "\(finding.phrase)")
            series.isSupported = true
            #expect(detector.judge(series)?.severity == .high)
            #expect(detector.explain(series)?.subject == subject.words(.rows))
        }
        var total = bucket()
        total.isSupported = true
        #expect(detector.judge(total)?.severity == .low)
    }

    @Test func `D37: the first fortnight is silent`() {
        #expect(make(SeriesNoveltyDetector.self).judge(bucket(age: 14 * 96 - 1)) == nil)
        #expect(make(SeriesNoveltyDetector.self).judge(bucket(age: 14 * 96)) != nil)
    }

    @Test func `D37: a little beyond the range is nothing`() {
        let little = [
            NoveltyReading.Part(group: .trend, channel: 7, margin: 0.3), NoveltyReading.Part(group: .level, channel: 0, margin: 0.1),
        ]
        #expect(make(SeriesNoveltyDetector.self).judge(bucket(little)) == nil)
        #expect(make(SeriesNoveltyDetector.self, ["score": 0.35]).judge(bucket(little)) != nil)
    }

    @Test func `D37: a series that stays strange keeps its alert, but a new one needs a new peak`() {
        var random = SeededRandom(seed: 5)
        var novelty = SeriesNovelty()
        var last = bucket()
        for row in 0..<1600 {
            let amount = row >= 1598 ? 900 - Double(row - 1598) : Double.random(in: 90...110, using: &random)
            last.number = TestAccount.firstBucket + Int64(row)
            last.reading = novelty.take(amount, at: WeekSlot(BucketGrid.start(of: last.number)))
        }
        let detector = make(SeriesNoveltyDetector.self)
        #expect(detector.judge(last) == nil, "as high as the row before, so no peak")
        last.isAlerted = true
        #expect(detector.judge(last) != nil)
    }

    @Test func `D37: three calls where there were always two are new, and not worth a look`() {
        for (amount, isFound) in [(829.0, false), (833, true), (791, true), (795, false)] {
            var series = bucket()
            series.amount = amount
            #expect((make(SeriesNoveltyDetector.self).judge(series) != nil) == isFound, "\(amount)")
        }
    }

    @Test func `every channel has words of its own`() {
        let groups = NoveltyGroup.allCases.flatMap { Array($0.channels) }
        #expect(groups == Array(0..<15))
        let phrases = NoveltyGroup.allCases.flatMap { group in
            group.channels.compactMap { channel in
                make(SeriesNoveltyDetector.self).judge(bucket([NoveltyReading.Part(group: group, channel: channel, margin: 3)]))?.phrase
            }
        }
        #expect(Set(phrases).count == 15)
    }
}
