// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D04: an API limit that is gone, was raised, or does not hold.
public struct LimitUnenforcedDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D04", name: "limit-misconfiguration", family: "pacing",
        sees: "a stated limit that doubles; calls beyond the stated limit that are not refused, in a quarter hour with 20 calls that state "
            + "it, or in six quarter hours out of three hours; a limit that is no longer stated for one account while others still have theirs",
        misses: "limits that the log never stated, or by less than once a quarter hour",
        warmUp: "the account's first day with a stated limit",
        options: [
            DetectorOption(name: "rise", defaultValue: 2, range: 1.1...100, reason: "a limit that is raised by less is fine tuning"),
            DetectorOption(
                name: "overuse", defaultValue: 1.2, range: 1...100,
                reason: "mean use of the limit without a refusal; some services allow a little more than they state"),
        ],
        nextSteps: [
            "Ask who changed the limit, and whether they meant this account.",
            "If nobody did: set it back; a limit that does not hold is no limit for a thief either.",
        ])
    public static let subject = "the limit itself"

    private enum Case: Int {
        case unenforced = 0
        case gone
        case raised
    }

    /// Calls of a quarter hour that state the limit, from which on its mean is believed by itself.
    private static let samples: UInt32 = 20
    /// Quarter hours beyond the limit within three hours, from which on fewer calls in each are.
    private static let quarters = 6

    private let rise: Double
    private let overuse: Double

    public init(options: DetectorOptions) {
        rise = options["rise"]
        overuse = options["overuse"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        // A later line may take back what the first ones say.
        guard bucket.isClosed else { return AccessLook(.openBucket) }
        guard let history = account.access?.facts.limit, history.limit > 0 else { return .nothing }
        guard history.usual.count >= 16 else { return AccessLook(.learning) }
        let stated = Double(history.limit)
        guard let now = bucket.access.tally?.limits, now.samples > 0 else {
            // What is refused at the door is told no limit.
            guard bucket.hasAnswers else { return .nothing }
            // Four quarter hours with calls and without a limit; the other accounts say whether it is the log that has changed.
            let missing = Double(history.unstated) + 1
            let isLog = bucket.access.values.othersWithLimit < 0.75
            let gate: Gate = missing < 4 ? .score : missing > 8 ? .usual : isLog ? .notApplicable : .fired
            return AccessLook(gate, observed: 0, expected: stated, score: missing, needed: 4, variant: Case.gone.rawValue)
        }
        if Double(now.highest) >= rise * stated {
            return AccessLook(
                .fired, observed: Double(now.highest), expected: stated, score: Double(now.highest) / stated, needed: rise,
                variant: Case.raised.rawValue)
        }
        var look = AccessLook(.score, observed: now.mean * stated, expected: stated, score: now.mean, needed: overuse)
        guard now.mean >= overuse else { return look }
        let stretch = history.stretch(endingWith: bucket)
        let isLong = stretch.beyond >= Self.quarters
        look.gate = now.samples >= Self.samples || isLong ? .fired : .excess
        // A quarter hour with many calls has its own refusals to show; where there are few they may come in any.
        let isRefused = now.samples >= Self.samples ? bucket.access.tally?.throttled ?? 0 > 0 : stretch.throttledShare >= 0.01
        if look.gate == .fired && isRefused { look.gate = .notApplicable }
        return look
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        finding(
            look, bucket, of: account, measure: .calls, severity: .medium, score: 3,
            phrase: "\(words(look)). \(bucket.span): \(bucket.moved) in \(NumberText.amount(Double(bucket.sums.calls), of: .calls)).")
    }

    private func words(_ look: AccessLook) -> String {
        let stated = NumberText.grouped(look.expected)
        switch Case(rawValue: look.variant) {
        case .gone: return "is no longer told any API limit, where it was \(stated); other accounts still are"
        case .raised:
            let factor = NumberText.ratio(look.score ?? 0)
            return "has a new API limit of \(NumberText.grouped(look.observed)), \(factor) the \(stated) before"
        default:
            let share = NumberText.grouped((look.score ?? 0) * 100)
            return "uses \(share) % of its API limit of \(stated) and is not refused: the limit does not hold"
        }
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .openBucket: return "the limit is judged when the bucket closes"
        case .nothing: return "its lines never stated a limit"
        case .learning: return "learning: judged after 16 quarter hours of lines with a limit"
        case .usual: return "no limit has been stated for a while; that was told when it began"
        case .notApplicable:
            return look.variant == Case.gone.rawValue
                ? "no limit is stated, but other accounts have lost theirs too: the log has changed" : "calls are refused: the limit holds"
        case .excess:
            let limits = bucket.access.tally?.limits.samples ?? 0
            let beyond = account.access?.facts.limit.stretch(endingWith: bucket).beyond ?? 0
            return
                "\(NumberText.grouped((look.score ?? 0) * 100)) % of the limit of \(NumberText.grouped(look.expected)) is used, but only "
                + "\(NumberText.amount(Double(limits), of: .calls)) of this quarter hour state it, \(Self.samples) needed; and it is exceeded "
                + "in \(beyond) of the last twelve quarter hours, \(Self.quarters) needed"
        case .score: return "limit \(NumberText.grouped(look.expected)) as before, and calls keep to it"
        default: return words(look)
        }
    }
}

extension LimitUnenforcedDetector {
    public static var selfTests: [SelfTest] {
        func work(_ used: UInt32, of limit: UInt32) -> SelfTest.Activity {
            SelfTest.Activity(rows: 100, calls: 24).with {
                $0.endpoints = ["/contacts"]
                $0.detail.limitUsed = used
                $0.detail.limitMax = limit
            }
        }
        let days = [SelfTest.Stretch(days: 2, [work(300, of: 1000), work(200, of: 1000), work(100, of: 1000)])]
        func few(_ stretch: SelfTest.Stretch) -> SelfTest.Stretch {
            .init(buckets: stretch.buckets, stretch.accounts.map { $0?.with { $0.calls = 2 } })
        }
        func last(_ first: SelfTest.Activity, _ others: SelfTest.Activity) -> SelfTest.Stretch {
            SelfTest.Stretch(buckets: 6, [first, others, others])
        }
        return [
            SelfTest("the limit is twice what it was", .fires, history: days, last: last(work(300, of: 2000), work(200, of: 1000))),
            SelfTest(
                "half as much again as the limit, never refused", .fires, history: days,
                last: last(work(1500, of: 1000), work(200, of: 1000))),
            SelfTest(
                "half as much again in two calls a quarter hour for an hour and a half", .fires, history: days,
                last: few(SelfTest.Stretch(buckets: 6, [work(1500, of: 1000), work(200, of: 1000)]))),
            SelfTest(
                "the same for three quarters of an hour", .staysSilent, history: days,
                last: few(SelfTest.Stretch(buckets: 3, [work(1500, of: 1000), work(200, of: 1000)]))),
            SelfTest("no limit any more, others have theirs", .fires, history: days, last: last(work(0, of: 0), work(200, of: 1000))),
            SelfTest("no limit any more for anybody", .staysSilent, history: days, last: last(work(0, of: 0), work(0, of: 0))),
            SelfTest("the limit is half as high again", .staysSilent, history: days, last: last(work(300, of: 1500), work(200, of: 1000))),
        ]
    }
}
