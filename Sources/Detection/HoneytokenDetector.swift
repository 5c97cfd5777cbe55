// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D33: something that nobody has a reason to touch was touched.
public struct HoneytokenDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D33", name: "honeytoken", family: "deception",
        sees: "any use of an account, endpoint, object or item that detection.canaries names",
        misses: "what is not named there; whoever knows the canaries",
        warmUp: "none",
        options: [],
        nextSteps: [
            "Revoke the account's credential now: no work of anybody needs this.",
            "List what the account did since it was last known to be good.",
        ])
    public static let subject = "canaries"

    public static var judged: JudgedBuckets { .detailed }

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let moved = HoneytokenDetector.moved(bucket) else { return .nothing }
        return AccessLook(.fired, observed: Double(moved.sums[moved.measure]))
    }

    /// What the calls to canaries moved: a record's own lines, an endpoint's or object's, or all that an account did which is one.
    private static func moved(_ bucket: borrowing ClosedBucket) -> OwnAmount? {
        guard let tally = bucket.access.tally, let touch = tally.canary else { return nil }
        if touch.isItem { return OwnAmount(tally.canaryItems) }
        let values = bucket.access.values
        var baits: Set<RouteKey> = []
        bucket.access.forEachRoute { if values.traits($0).contains(.canary) { baits.insert($0) } }
        return baits.isEmpty ? OwnAmount(bucket.sums) : bucket.access.amount(of: baits)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let touch = bucket.access.tally?.canary
        let what = touch.map { bucket.access.values.words($0.route) } ?? "calls"
        let moved = HoneytokenDetector.moved(bucket) ?? OwnAmount()
        let amount = (moved.measure == .calls ? [moved.words] : [moved.words, NumberText.amount(Double(moved.sums.calls), of: .calls)])
            .joined(separator: ", ")
        let phrase =
            "touched a canary\(touch?.isItem == true ? " record" : ""): \(what). Nobody has a reason to."
            + " \(bucket.span): \(amount)." + (bucket.origin.map { " The account came from \($0)." } ?? "")
        return finding(look, bucket, of: account, measure: moved.measure, severity: .critical, score: 6, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        look.gate == .fired ? "a canary was touched" : "no canary of the settings was touched"
    }
}

extension HoneytokenDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 10).with { $0.endpoints = ["/contacts"] }
        let bait = work.with {
            $0.calls = 2
            $0.endpoints = ["/contacts", "/vip-customers"]
        }
        let day = SelfTest.Stretch(days: 1, [work])
        let quarter = SelfTest.Stretch(buckets: 1, [bait])
        return [
            SelfTest("a call to a canary endpoint, on the second day", .fires, history: [day], last: quarter, canaries: ["/vip-customers"]),
            SelfTest("the same call where another endpoint is the canary", .staysSilent, history: [day], last: quarter, canaries: ["/vip"]),
        ]
    }
}
