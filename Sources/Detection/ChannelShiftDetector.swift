// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D06: an account's rows leave another way than they used to.
public struct ChannelShiftDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D06", name: "channel-shift", family: "access",
        sees: "an account most of whose rows leave by another kind of call than in the 28 days before: bulk jobs instead of single reads",
        misses:
            "less than about half of a day's rows; a channel that carried much of a day within five weeks; logs that state no operation",
        warmUp: "14 days of the account, five of them with rows",
        options: [
            DetectorOption(
                name: "divergence", defaultValue: 0.3, range: 0.02...0.95,
                reason: "Jensen-Shannon divergence in bits between the shares of the last day and the usual ones; 1 is nothing in common"),
            DetectorOption(
                name: "minimum_rows", defaultValue: 1000, range: 1...1e12,
                reason: "rows of about the last day below which nobody would act; in a log without rows 1 MiB for each thousand"),
        ],
        nextSteps: [
            "Ask the account's owner whether its jobs were rebuilt.",
            "If not: look at who started them, and revoke the token.",
        ],
        quietBuckets: UInt8(BucketGrid.perDay))
    public static let subject = "channels"

    /// What the channel must have, in times of what it usually has: that others have less today is no move.
    private static let leastRise = 2.0
    /// Days with rows from which on shares mean something.
    private static let leastDays = 5

    private let divergence: Double
    private let minimumRows: Double

    public init(options: DetectorOptions) {
        divergence = options["divergence"]
        minimumRows = options["minimum_rows"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        // Part of a bucket may have one channel only, and its end another.
        guard bucket.isClosed else { return AccessLook(.openBucket) }
        guard account.age >= accessWarmUp else { return AccessLook(.learning) }
        guard let shift = account.access?.facts.channels?.shift(endingWith: bucket, needed: divergence) else { return .nothing }
        var look = AccessLook(
            .fired, observed: shift.amountTo, expected: shift.usualTo * shift.amount, score: shift.divergence, needed: divergence)
        let least = shift.areBytes ? minimumRows / ChannelMemory.leastRows * ChannelMemory.leastBytes : minimumRows
        if shift.days < ChannelShiftDetector.leastDays {
            look.gate = .learning
        } else if shift.divergence <= divergence {
            look.gate = .score
        } else if shift.isKnown {
            look.gate = .usual
        } else if shift.amountTo < ChannelShiftDetector.leastRise * shift.usualAmountTo {
            look.gate = .ratio
        } else if shift.amountTo < least {
            look.gate = .excess
        }
        return look
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        guard let shift = account.access?.facts.channels?.shift(endingWith: bucket, needed: divergence) else {
            return finding(look, bucket, of: account, measure: .rows, severity: .medium, score: 3, phrase: "moved to another channel.")
        }
        let days = min(shift.days, ChannelMemory.horizon)
        var phrase =
            "moved from \(shift.from.title) (\(percent(shift.usualFrom))) to \(shift.to.title) "
            + "(\(percent(shift.nowTo))) today: about \(NumberText.amount(shift.amountTo, of: shift.measure)) of "
            + "\(NumberText.amount(shift.amount, of: shift.measure)) within a day. On \(NumberText.count(Double(days), "day")) before it \(shift.to.title) had "
            + "\(percent(shift.usualTo))."
        if bucket.access.tally?.newAgent ?? 0 != 0 {
            phrase += " Its program is a new one."
        } else if shift.hasNewVersion {
            phrase += " Its program came in a new version today."
        }
        return finding(look, bucket, of: account, measure: shift.measure, severity: .medium, score: 3, phrase: phrase)
    }

    private func percent(_ share: Double) -> String { "\(NumberText.decimal(share * 100, places: share < 0.01 ? 1 : 0)) %" }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let bits = NumberText.decimal(look.score ?? 0, places: 2)
        switch look.gate {
        case .openBucket: return "channels are judged when the bucket closes"
        case .nothing: return "nothing left by a channel that the log names, or the first day is not over"
        case .learning: return "learning: judged after 14 days, five of them with rows"
        case .score:
            return "shares differ by at most \(bits) bits; more than \(NumberText.decimal(divergence, places: 2)) needed (divergence)"
        case .usual: return "shares differ by \(bits) bits, but the channel carried much of a day within five weeks"
        case .ratio: return "shares differ by \(bits) bits, but the channel has less than twice what a day of it usually has"
        case .excess: return "shares differ by \(bits) bits, but only \(NumberText.grouped(look.observed)) left that way (minimum_rows)"
        default: return "shares differ by \(bits) bits"
        }
    }
}

extension ChannelShiftDetector {
    public static var selfTests: [SelfTest] {
        let reads = SelfTest.Activity(rows: 40, calls: 4).with {
            $0.operation = .read
            $0.endpoints = ["/contacts"]
        }
        let bulk = SelfTest.Activity(rows: 6000, calls: 2).with {
            $0.operation = .bulk
            $0.endpoints = ["/jobs"]
        }
        let both = ["/contacts", "/contacts", "/contacts", "/contacts", "/contacts/export"]
        let weeks = [SelfTest.Stretch(days: 20, [reads])]
        let weekly = [
            SelfTest.Stretch(days: 10, [reads]), SelfTest.Stretch(buckets: 4, [bulk]), SelfTest.Stretch(buckets: 92, [reads]),
            SelfTest.Stretch(days: 9, [reads]),
        ]
        return [
            SelfTest(
                "most of a day's rows by bulk jobs, from an account that only read", .fires, history: weeks, last: .init(buckets: 4, [bulk])
            ),
            SelfTest(
                "a job that reads six hundred times as much, the same way", .staysSilent, history: weeks,
                last: .init(buckets: 4, [reads.moving(rows: 24_000)])),
            SelfTest(
                "bulk jobs of few rows, once", .staysSilent, history: [SelfTest.Stretch(days: 20, [reads.moving(rows: 1)])],
                last: .init(buckets: 1, [bulk.moving(rows: 900)])),
            SelfTest(
                "exports as ever while the reads pause", .staysSilent,
                history: [SelfTest.Stretch(days: 20, [reads.with { ($0.rows, $0.calls, $0.endpoints) = (60, 5, both) }])],
                last: .init(days: 3, [reads.with { ($0.rows, $0.calls, $0.endpoints) = (12, 1, ["/contacts/export"]) }])),
            SelfTest("bulk jobs as ten days ago", .staysSilent, history: weekly, last: .init(buckets: 4, [bulk])),
            SelfTest(
                "a third of the rows by bulk jobs", .staysSilent, history: weeks, last: .init(buckets: 1, [bulk.moving(rows: 1500)])),
        ]
    }
}
