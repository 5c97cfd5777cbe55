// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D38: many accounts of a source rise a little at once, while most do as always.
///
/// Sees: a list of stolen credentials, each used so little that no account stands out. Misses: fewer than a tenth of the accounts; what
/// everybody does, which is a peak. Warm-up: fourteen days with twenty mature accounts. Judged at the close.
public struct FanOutDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D38", name: "fan-out", family: "volume",
        sees: "many accounts that rise above their own usual in the same hours, while most of the source's accounts do as always",
        misses: "fewer than about a tenth of the accounts; a rise of the whole fleet",
        warmUp: "14 days with 20 accounts that are known for a week",
        options: [
            DetectorOption(
                name: "deviations", defaultValue: 4, range: 2...100,
                reason: "deviations of the source's usual excess; with 4, five quiet fleets of 20 accounts have no false alert in 7 weeks"
            ),
            DetectorOption(
                name: "minimum_accounts", defaultValue: 8, range: 2...1e6,
                reason: "accounts beyond their usual; of fewer each is worth an alert of its own or none"),
        ],
        nextSteps: [
            "Look for what the accounts that rose have in common: an address, an app, a token's issuer.",
            "If nothing planned explains it: treat the credentials they share as stolen.",
        ],
        quietBuckets: 24)

    public static var judgesAccounts: Bool { false }

    /// Buckets of the source before anything is said.
    static let warmUp = 14 * 96
    static let smallestFleet = 20
    private static let smallestDeviation = 0.02
    /// Buckets after a dead source in which the four-hour sums are not what they seem.
    private static let afterGap: Int64 = 24
    private let deviations: Double
    private let minimumAccounts: Double

    public init(options: DetectorOptions) {
        deviations = options["deviations"]
        minimumAccounts = options["minimum_accounts"]
    }

    public func judge(_ fanOut: FanOutBucket) -> Finding? {
        guard fanOut.age >= FanOutDetector.warmUp, fanOut.count >= FanOutDetector.smallestFleet,
            fanOut.factor < FleetMeasure.smallestAtOnce, fanOut.sinceGap > FanOutDetector.afterGap,
            Double(fanOut.accounts) >= max(minimumAccounts, 2 * fanOut.usualAccounts)
        else { return nil }
        let z = (fanOut.excess - fanOut.usual) / max(fanOut.deviation, FanOutDetector.smallestDeviation)
        guard z >= deviations else { return nil }
        let phrase =
            "\(fanOut.name): \(fanOut.accounts) of \(fanOut.count) accounts rose above their own usual in the same four hours, where "
            + "\(FanOutDetector.usual(fanOut.usualAccounts)), while the others do as always (z \(NumberText.decimal(z, places: 1)))."
            + "\(FanOutDetector.furthest(fanOut)) Each may be too little for an alert of its own: that is how a list of stolen credentials is "
            + "used."
        return Finding(
            measure: nil, severity: .medium, score: z, observed: Double(fanOut.accounts), expected: fanOut.usualAccounts, low: 0,
            high: 2 * fanOut.usualAccounts, ratio: Double(fanOut.accounts) / max(fanOut.usualAccounts, 1), z: z,
            probability: exponential(-min(z, 60)), windowStart: BucketGrid.start(of: fanOut.number - 15),
            windowEnd: BucketGrid.start(of: fanOut.number + 1), sampleBuckets: fanOut.age, since: BucketGrid.start(of: fanOut.firstBucket),
            peers: nil, phrase: phrase)
    }

    private static func usual(_ accounts: Double) -> String {
        accounts.rounded() == 0 ? "hardly any is usual" : NumberText.usual(NumberText.grouped(accounts))
    }

    private static func furthest(_ fanOut: FanOutBucket) -> String {
        guard !fanOut.furthest.isEmpty else { return "" }
        let names = fanOut.furthest.map { "\($0.name) (\(NumberText.ratio($0.ratio)))" }.joined(separator: ", ")
        let others = fanOut.accounts - fanOut.furthest.count
        return " Furthest beyond it: \(names)\(others > 0 ? " and \(others) more" : "")."
    }

    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        let reason = "it judges all accounts of the source together when their bucket closes, not one account"
        return Explanation([Verdict("accounts", gate: .notApplicable, reason: reason)])
    }

    public static var selfTests: [SelfTest] {
        let usual = SelfTest.Activity(rows: 1000, calls: 4, spread: 0.3)
        func fleet(raised: Int) -> [SelfTest.Activity?] { (0..<24).map { $0 < raised ? usual.moving(rows: 1800) : usual } }
        let history = [SelfTest.Stretch(days: 22, fleet(raised: 0))]
        return [
            SelfTest(
                "ten of twenty-four accounts at 1.8 times their usual for four hours", .fires, history: history,
                last: SelfTest.Stretch(buckets: 16, fleet(raised: 10))),
            SelfTest(
                "two of twenty-four accounts at 1.8 times their usual for four hours", .staysSilent, history: history,
                last: SelfTest.Stretch(buckets: 16, fleet(raised: 2))),
            SelfTest(
                "all accounts at 1.8 times their usual for four hours", .staysSilent, history: history,
                last: SelfTest.Stretch(buckets: 16, fleet(raised: 24))),
        ]
    }
}
