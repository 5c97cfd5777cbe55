// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D32: a source, or an account that always works, has fallen silent.
///
/// Sees: a source without events for longer than its hours explain; an account four standard deviations under its four-hour window. Misses:
/// accounts too quiet to be missed. Warm-up: seven days for a source, fourteen for an account. Silence is never learnt as normal.
public struct SilenceDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D32", name: "silence", family: "evidence",
        sees: "a source, or an account that always works, that has sent nothing for longer than its hours explain",
        misses: "accounts and sources too quiet to be missed",
        warmUp: "7 days for a source, 14 days for an account",
        options: [
            DetectorOption(
                name: "minimum_silence_minutes", defaultValue: 10, range: 1...1440, reason: "forwarders restart within minutes"),
            DetectorOption(name: "account_z", defaultValue: 4, range: 2...20, reason: "standard deviations under the usual four hours"),
            DetectorOption(
                name: "account_minimum_calls", defaultValue: 40, range: 1...1e9,
                reason: "expected calls in four hours that make an account missed"),
        ],
        nextSteps: [
            "Check that the log is still written and forwarded: attackers disable logs first.",
            "Look at what the account or source did in the hour before the silence.",
        ])

    private let minimum: EventDuration
    private let accountZ: Double
    private let accountMinimum: Double

    public init(options: DetectorOptions) {
        minimum = .minutes(Int64(options["minimum_silence_minutes"]))
        accountZ = options["account_z"]
        accountMinimum = options["account_minimum_calls"]
    }

    /// How long a source may be silent before it is judged.
    public static func minimumSilence(of detectors: [any Detector]) -> EventDuration {
        for case let detector as SilenceDetector in detectors { return detector.minimum }
        return .minutes(10)
    }

    public func judge(_ gap: SourceGap) -> Finding? {
        let minutes = (gap.alarm - gap.start)
        let phrase =
            "\(gap.source) has sent nothing for \(NumberText.span(minutes)), where \(NumberText.grouped(gap.missed)) events are usual "
            + "at this time of the week. Attackers disable logs first."
        return Finding(
            measure: .calls, severity: .medium, score: 4.2, observed: 0, expected: gap.missed, low: 0, high: 0, ratio: 0, z: -accountZ,
            probability: exponential(-min(gap.missed, 60)), windowStart: gap.start, windowEnd: gap.alarm, sampleBuckets: gap.age,
            since: gap.since, peers: nil, phrase: phrase)
    }

    /// What the last buckets together weigh in a decayed sum of four hours. Precondition: 1 to 4.
    private static func weight(ofBuckets count: Int) -> Double {
        var weight = 0.0
        for _ in 0..<count { weight = weight * (1 - 1 / Double(VolumeSpan.fourHours.buckets)) + 1 }
        return weight
    }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard bucket.isClosed, bucket.sums.calls == 0, account.age >= 2 * AccountProfile.matureAge else { return nil }
        let span = VolumeSpan.fourHours
        let reading = bucket.readings[Measure.calls.rawValue]
        let model = account.volumes[Measure.calls.rawValue]
        let window = model.window(span, of: reading)
        let actual = window.observed
        let expected = window.expected
        // A job has its place within an hour, the baseline has not: what this hour expects may still come.
        let settled = expected - reading.bucketExpectation * SilenceDetector.weight(ofBuckets: Int(bucket.number % 4) + 1)
        guard settled >= accountMinimum, actual <= 0.1 * expected else { return nil }
        let z = (window.deviation - Double(model.channels[span.rawValue].mean)) / window.spread
        guard z <= -accountZ else { return nil }
        let phrase =
            "has fallen silent: about \(NumberText.amount(actual, of: .calls)) in 4 hours where \(NumberText.amount(expected, of: .calls)) "
            + "are usual (z \(NumberText.decimal(z, places: 1))), while its source goes on."
        return Finding(
            measure: .calls, severity: .low, score: z.magnitude, observed: actual, expected: expected, low: 0, high: 0,
            ratio: actual / max(expected, 1), z: z, probability: exponential(-min(expected, 60)),
            windowStart: BucketGrid.start(of: bucket.number - Int64(span.buckets - 1)), windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
    }
}
