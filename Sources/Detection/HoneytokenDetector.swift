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
        bucket.access.tally?.canary == nil ? .nothing : AccessLook(.fired, observed: 1)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let touch = bucket.access.tally?.canary
        let what = touch.map { bucket.access.values.words($0.route) } ?? "calls"
        // What else the account did is no part of it: a record stands among others of its endpoint.
        let isAlone = touch?.isItem == false && bucket.access.routeCount <= 1
        let phrase =
            "touched a canary\(touch?.isItem == true ? " record" : ""): \(what). Nobody has a reason to."
            + (isAlone ? " \(bucket.span): \(bucket.movedByCalls)." : "") + (bucket.origin.map { " The account came from \($0)." } ?? "")
        return finding(look, bucket, of: account, measure: nil, severity: .critical, score: 6, phrase: phrase)
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
