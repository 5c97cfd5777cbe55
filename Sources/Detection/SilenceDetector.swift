// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D32: a source, or an account that always works, has fallen silent.
///
/// Sees: a source without events for longer than its hours explain; an account four standard deviations under its four-hour window. Misses:
/// accounts too quiet to be missed. Warm-up: seven days for a source, fourteen for an account. Silence is never learnt as normal: who
/// is missed stays so until it calls again, however far its baselines sink meanwhile, or ``patience`` is over.
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

    /// Quarter hours without a call after which an account is waited for no longer: four weeks, the span that detectors call usual.
    public static let patience: Int64 = 28 * Int64(BucketGrid.perDay)

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
            "\(gap.source) has sent nothing for \(NumberText.span(minutes)), where \(NumberText.usual(NumberText.count(gap.missed, "event"))) "
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
        guard isAsked(bucket, of: account) == nil else { return nil }
        let hush = Hush(bucket, of: account)
        guard gate(hush) == .fired else { return nil }
        let (actual, expected, z) = (hush.actual, hush.expected, hush.z)
        let phrase =
            "has fallen silent: about \(NumberText.amount(actual, of: .calls)) in 4 hours where "
            + "\(NumberText.usual(NumberText.amount(expected, of: .calls))) (z \(NumberText.decimal(z, places: 1))), while its source goes on."
        return Finding(
            measure: .calls, severity: .low, score: z.magnitude, observed: actual, expected: expected, low: 0, high: 0,
            ratio: actual / max(expected, 1), z: z, probability: exponential(-min(expected, 60)),
            windowStart: BucketGrid.start(of: bucket.number - Int64(VolumeSpan.fourHours.buckets - 1)), windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: nil, phrase: phrase)
    }

    /// What keeps the bucket from being looked at at all; nil where nothing does. Cheap: nearly every bucket ends here.
    private func isAsked(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Gate? {
        guard bucket.isClosed else { return .openBucket }
        guard bucket.sums.calls == 0 else { return .active }
        return account.age >= 2 * AccountProfile.matureAge ? nil : .learning
    }

    private func gate(_ hush: Hush) -> Gate {
        guard hush.settled >= accountMinimum else { return .tooQuiet }
        guard hush.actual <= 0.1 * hush.expected else { return .lately }
        return hush.z <= -accountZ ? .fired : .score
    }

    /// An account's last four hours of calls against what is usual.
    private struct Hush {
        var actual: Double
        var expected: Double
        /// The part of the expectation that had to come before this hour's.
        var settled: Double
        var z: Double

        init(_ bucket: ClosedBucket, of account: borrowing AccountProfile) {
            let span = VolumeSpan.fourHours
            let reading = bucket.readings[.calls]
            let model = account.volumes[Measure.calls.rawValue]
            let window = model.window(span, of: reading)
            actual = window.observed
            expected = window.expected
            // A job has its place within an hour, the baseline has not: what this hour expects may still come.
            settled = expected - reading.bucketExpectation * SilenceDetector.weight(ofBuckets: Int(bucket.number % 4) + 1)
            z = (window.deviation - Double(model.channels.mean[span.rawValue])) / window.spread
        }
    }

    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        let hush = Hush(bucket, of: account)
        let gate = isAsked(bucket, of: account) ?? gate(hush)
        var verdict = Verdict("calls", measure: .calls, gate: gate, reason: reason(gate, hush, bucket, age: Double(account.age)))
        verdict.observed = hush.actual
        verdict.expected = hush.expected
        if gate == .fired || gate == .score {
            verdict.score = max(-hush.z, 0)
            verdict.needed = accountZ
        }
        verdict.span = .fourHours
        let due = "\(NumberText.fine(max(hush.settled, 0), of: .calls)) due before this hour"
        verdict.facts = [
            Verdict.Fact("calls_in_bucket", Double(bucket.sums.calls), ""),
            Verdict.Fact("calls_due", hush.settled, due),
            Verdict.Fact(
                "calls_needed", accountMinimum, "missed from \(NumberText.grouped(accountMinimum)) on (account_minimum_calls)"),
            Verdict.Fact(
                "z", hush.z, "z-score \(NumberText.decimal(hush.z, places: 1)), fires at \(NumberText.decimal(-accountZ, places: 1))"),
        ]
        return Explanation([verdict])
    }

    /// The same of an account that was missed before this bucket, in which it has not called either.
    ///
    /// - Parameters:
    ///   - lastBucket: the last one in which it called.
    ///   - due: the calls of four hours that were usual before; nil when it is waited for no longer.
    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile, missedSince lastBucket: Int64, due: Double?)
        -> Explanation
    {
        var explanation = explain(bucket, of: account)
        let since = "it has not called since \(CivilTime(BucketGrid.start(of: lastBucket + 1)).rfc3339)"
        for index in explanation.verdicts.indices {
            explanation.verdicts[index].gate = .missed
            if let due {
                explanation.verdicts[index].expected = due
                explanation.verdicts[index].reason =
                    "\(since), where \(NumberText.amount(due, of: .calls)) in 4 hours were usual; the alert stays open until it calls again"
            } else {
                explanation.verdicts[index].reason = "\(since), and is waited for no longer"
            }
        }
        return explanation
    }

    private func reason(_ gate: Gate, _ hush: Hush, _ bucket: ClosedBucket, age: Double) -> String {
        switch gate {
        case .openBucket: return "silence is judged when the bucket closes"
        case .active: return "the account was not silent, it made \(NumberText.amount(Double(bucket.sums.calls), of: .calls))"
        case .learning:
            let warmUp = Double(2 * AccountProfile.matureAge)
            return
                "learning: an account is missed after \(NumberText.span(.buckets(warmUp))), in \(NumberText.span(.buckets(warmUp - age)))"
        case .tooQuiet:
            let due = NumberText.amount(max(hush.settled, 0), of: .calls)
            return "too quiet to be missed: \(due) due, \(NumberText.grouped(accountMinimum)) needed (account_minimum_calls)"
        case .lately: return "over a tenth of the usual calls of four hours is still there"
        case .score:
            return "z \(NumberText.decimal(hush.z, places: 1)) is not down to \(NumberText.decimal(-accountZ, places: 1)) (account_z)"
        default:
            return
                "\(NumberText.amount(hush.actual, of: .calls)) in about 4 hours where \(NumberText.usual(NumberText.amount(hush.expected, of: .calls)))"
        }
    }
}
