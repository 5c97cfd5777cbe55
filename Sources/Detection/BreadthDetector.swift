// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D10: an account suddenly uses many different endpoints and objects, most of them new to it.
public struct BreadthDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D10", name: "breadth-burst", family: "access",
        sees: "many more different endpoints, objects and operations within a quarter hour than the account ever uses, several of them new",
        misses: "one endpoint after the other over days (D09 sees each); accounts that are broad by nature",
        warmUp: "14 days of the account's history",
        options: [
            DetectorOption(name: "z", defaultValue: 4, range: 1...20, reason: "standard deviations above the account's usual number"),
            DetectorOption(name: "new_routes", defaultValue: 5, range: 1...100, reason: "new ones: an occasional job brings one or two"),
        ],
        nextSteps: [
            "Ask the account's owner what needs all these endpoints.",
            "If nothing does: somebody looks at what there is to take; revoke the token before it is taken.",
        ])
    public static let subject = "breadth"

    private let z: Double
    private let newRoutes: Double

    public static var judged: JudgedBuckets { .detailed }

    public init(options: DetectorOptions) {
        z = options["z"]
        newRoutes = options["new_routes"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let tally = bucket.access.tally, tally.newRouteCount > 0, let usual = account.access?.facts.breadth else { return .nothing }
        let count = Double(bucket.access.routeCount)
        let score = (count - usual.mean) / max(usual.deviation, 0.5, 0.25 * usual.mean)
        var look = AccessLook(.fired, observed: count, expected: usual.mean, score: score, needed: z)
        if score < z { look.gate = .score } else if Double(tally.newRouteCount) < newRoutes { look.gate = .excess }
        return look
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let new = bucket.access.tally?.newRoutes ?? []
        let names = new.prefix(3).map { bucket.access.values.words($0.route) }.joined(separator: ", ")
        let phrase =
            "used \(NumberText.grouped(look.observed)) different endpoints and objects at once, where "
            + "\(NumberText.usual(NumberText.decimal(look.expected, places: 1))); \(BreadthDetector.new(bucket)) new to it: \(names)"
            + "\(new.count > 3 ? " …" : "") \(bucket.span): \(bucket.moved)."
        return finding(look, bucket, of: account, measure: nil, severity: .medium, score: 4, phrase: phrase)
    }

    /// `1 is`, `5 are`.
    private static func new(_ bucket: borrowing ClosedBucket) -> String {
        let count = bucket.access.tally?.newRouteCount ?? 0
        return "\(count) \(count == 1 ? "is" : "are")"
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let usual = NumberText.usual(NumberText.decimal(look.expected, places: 1))
        let breadth = "\(NumberText.grouped(look.observed)) different ones, \(usual)"
        switch look.gate {
        case .nothing: return "nothing that it uses in this bucket is new to it"
        case .score:
            return "\(breadth): z \(NumberText.decimal(look.score ?? 0, places: 1)) of \(NumberText.decimal(z, places: 1)) needed (z)"
        case .excess:
            return
                "\(breadth), but \(BreadthDetector.new(bucket)) new, \(NumberText.grouped(newRoutes)) needed (new_routes)"
        default: return breadth
        }
    }
}

extension BreadthDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 40, calls: 4).with { $0.endpoints = ["/contacts", "/orders"] }
        func broad(_ new: Int) -> SelfTest.Activity {
            work.with {
                $0.calls = 20
                $0.endpoints += (1...new).map { "/object-\($0)" }
            }
        }
        let fortnight = [SelfTest.Stretch(days: 14, [work])]
        return [
            SelfTest("eight endpoints that it never used", .fires, history: fortnight, last: .init(buckets: 1, [broad(8)])),
            SelfTest("four endpoints that it never used", .staysSilent, history: fortnight, last: .init(buckets: 1, [broad(4)])),
        ]
    }
}
