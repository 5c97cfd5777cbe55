// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D03: an account runs for hours just below its API limit, and is never refused.
public struct LimitRidingDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D03", name: "rate-limit-riding", family: "pacing",
        sees:
            "an account that uses 80 to 99.9 % of its API limit for three hours without being refused, and moves more than usual; without "
            + "stated limits, the rate at which calls were refused before stands for one",
        misses: "who stays further below; logs that state no limit and never a 429; a job that always runs at its limit; a limit whose "
            + "count goes up with every call until it begins anew, as by the day: it is arrived at, not ridden",
        warmUp: "7 days of the account's activity",
        options: [
            DetectorOption(name: "riding_share", defaultValue: 0.6, range: 0.1...1, reason: "share of the quarter hours of three hours"),
            DetectorOption(
                name: "usual_max", defaultValue: 0.5, range: 0.05...1, reason: "usual use of the limit above which riding it is normal"),
            DetectorOption(
                name: "minimum_rise", defaultValue: 1.5, range: 1...100,
                reason: "times the usual rows or calls of four hours: full use of a limit that moves nothing more is a poller"),
        ],
        nextSteps: [
            "Ask the account's owner for the job that needs the whole limit.",
            "If there is none: lower the limit or revoke the token; what runs just below a limit knows it.",
        ],
        quietBuckets: 8)
    public static let subject = "use of the limit"
    /// The case of a limit that is counted up, as by the day.
    private static let counter = 1

    private let ridingShare: Double
    private let usualMax: Double
    private let minimumRise: Double

    public init(options: DetectorOptions) {
        ridingShare = options["riding_share"]
        usualMax = options["usual_max"]
        minimumRise = options["minimum_rise"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard bucket.isClosed else { return AccessLook(.openBucket) }
        guard let history = account.access?.facts.limit, let share = history.share(bucket) else { return .nothing }
        guard history.usual.count >= 96, account.isMature else { return AccessLook(.learning, observed: share) }
        let stretch = history.stretch(endingWith: bucket)
        let riding = Double(stretch.riding) / Double(LimitHistory.window)
        var look = AccessLook(.fired, observed: share, expected: history.usual.mean, score: riding, needed: ridingShare)
        if riding < ridingShare || !stretch.isWhole {
            look.gate = .score
        } else if stretch.isCountedUp {
            look.gate = .notApplicable
            look.variant = LimitRidingDetector.counter
        } else if stretch.throttledShare >= 0.01 {
            look.gate = .notApplicable
        } else if history.usual.mean >= usualMax {
            look.gate = .usual
        } else if rise(bucket, of: account) < minimumRise {
            look.gate = .ratio
        }
        return look
    }

    /// How many times its usual rows, or calls, the account moved in the last four hours.
    private func rise(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Double {
        var most = 0.0
        for measure in [Measure.rows, .calls] {
            let window = account.volumes[measure.rawValue].window(.fourHours, of: bucket.readings[measure])
            most = max(most, window.ratio)
        }
        return most
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let history = account.access?.facts.limit ?? LimitHistory()
        let stretch = history.stretch(endingWith: bucket)
        // The time that it really was: most of three hours are enough.
        let hours = BucketGrid.start(of: bucket.number - Int64(max(stretch.length, 1) - 1))
        let length = NumberText.span(EventDuration(milliseconds: Int64(stretch.length) * BucketGrid.milliseconds))
        let limit = history.limit
        let of = limit > 0 ? "its API limit (\(NumberText.grouped(Double(limit))))" : "the rate at which it was refused before"
        let phrase =
            "has run just below \(of) in \(stretch.riding) quarter hours of the last \(length), at \(percent(look.observed)) now, with hardly a "
            + "refusal; usual is "
            + "\(percent(look.expected)). It moves \(NumberText.ratio(rise(bucket, of: account))) its usual. \(bucket.span): \(bucket.moved)."
        return finding(look, bucket, of: account, measure: .calls, severity: .high, score: 4, since: hours, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let now = "\(percent(look.observed)) of the limit, \(percent(look.expected)) are usual"
        let riding = "\(percent(look.score ?? 0)) of the last three hours were just below the limit"
        switch look.gate {
        case .openBucket: return "use of the limit is judged when the bucket closes"
        case .nothing: return "its lines state no limit, and it was never refused for too many calls"
        case .learning: return "learning: judged after 96 quarter hours of lines with a limit, \(now)"
        case .score where look.score ?? 0 < ridingShare: return "\(riding), \(percent(ridingShare)) needed (riding_share); \(now)"
        case .score: return "\(riding), but it came there less than three hours ago; \(now)"
        case .notApplicable where look.variant == LimitRidingDetector.counter:
            return "\(riding), but its calls only add up to that: a limit by the day or longer is arrived at, not ridden"
        case .notApplicable: return "\(riding), but calls were refused: the limit works"
        case .usual: return "\(riding), which is how the account works: \(now) (usual_max)"
        case .ratio: return "\(riding), but it moves no more than usual (minimum_rise)"
        default: return "\(riding); \(now)"
        }
    }

    private func percent(_ share: Double) -> String { "\(NumberText.grouped(share * 100)) %" }
}

extension LimitRidingDetector {
    public static var selfTests: [SelfTest] {
        func work(_ share: UInt32, calls: Int) -> SelfTest.Activity {
            SelfTest.Activity(rows: UInt64(calls) * 20, calls: calls).with {
                $0.endpoints = ["/contacts"]
                $0.detail.limitUsed = share
                $0.detail.limitMax = 1000
            }
        }
        let week = [SelfTest.Stretch(days: 8, [work(300, calls: 10)])]
        let riding = SelfTest.Stretch(buckets: 13, [work(920, calls: 30)])
        // A limit of 15,000 calls a day, of which others use most.
        func day(_ step: Int, calls: Int) -> [SelfTest.Stretch] {
            (0..<BucketGrid.perDay).map { place in
                SelfTest.Stretch(buckets: 1, [work(UInt32(place * step), calls: calls).with { $0.detail.limitMax = 15_000 }])
            }
        }
        let counter = (0..<8).flatMap { _ in day(93, calls: 10) }
        let evening = day(150, calls: 20)
        return [
            SelfTest(
                "a limit counted by the day that is used up to 95 % by the evening", .staysSilent, history: counter + evening.dropLast(),
                last: evening[evening.count - 1]),
            SelfTest("three hours at 92 % of the limit, 30 % before", .fires, history: week, last: riding),
            SelfTest(
                "two hours and a half at 92 % of the limit", .staysSilent, history: week,
                last: .init(buckets: 10, [work(920, calls: 30)])),
            SelfTest(
                "at 92 % of the limit as always", .staysSilent, history: [.init(days: 8, [work(920, calls: 10)])], last: riding),
        ]
    }
}
