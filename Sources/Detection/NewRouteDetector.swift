// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D09: an account reads from an endpoint or object that it never used, and that hardly anybody else uses.
public struct NewRouteDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D09", name: "new-endpoint", family: "access",
        sees: "data leaving by an endpoint, object or operation that the account has not used in its history and its peers hardly use",
        misses: "accounts that use new endpoints all the time; what several accounts begin to use within a week",
        warmUp: "14 days of the account's history",
        options: [
            DetectorOption(
                name: "surprise_bits", defaultValue: 12, range: 1...60,
                reason: "how unlikely it is that this account has anything new, and that this is it: 12 bits are one in 4,096"),
            DetectorOption(name: "minimum_rows", defaultValue: 100, range: 0...1e12, reason: "rows below which nobody would act"),
            DetectorOption(
                name: "release_accounts", defaultValue: 3, range: 2...1000,
                reason: "accounts that begin with the same within a week, each for objects of its own: a release, not a theft"),
        ],
        nextSteps: [
            "Ask the account's owner whether a new version reads this.",
            "If not: take the right away, and look at what was read.",
        ])
    public static let subject = "new endpoints"

    /// A week: clients take up a new version one after the other.
    private static let releaseBuckets = 7 * Int64(BucketGrid.perDay)

    private let bits: Double
    private let minimumRows: Double
    private let releaseAccounts: Double

    public static var judged: JudgedBuckets { .detailed }

    public init(options: DetectorOptions) {
        bits = options["surprise_bits"]
        minimumRows = options["minimum_rows"]
        releaseAccounts = options["release_accounts"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let tally = bucket.access.tally, let memory = account.access else { return .nothing }
        guard let (route, peers) = strangest(tally, bucket) else {
            return account.age < accessWarmUp ? AccessLook(.learning) : .nothing
        }
        let own = NewRouteDetector.bits((Double(memory.facts.noveltyBuckets) + 0.5) / (Double(memory.facts.activeBuckets) + 1))
        let users = bucket.access.values.users(ofFamilyOf: route)
        let moved = bucket.access.amount(of: NewRouteDetector.new(tally))
        var look = AccessLook(.fired, observed: Double(moved.sums.rows), score: own + peers, needed: bits)
        if own + peers < bits {
            look.gate = .score
        } else if let users, Double(users.accounts) >= releaseAccounts,
            bucket.number - users.firstBucket <= NewRouteDetector.releaseBuckets
        {
            look.gate = .release
        } else if Double(moved.sums.rows) < max(minimumRows, 1) && moved.sums.bytes < 1 << 20 {
            look.gate = .excess
        }
        return look
    }

    /// The routes by which data leaves that the account never used.
    private static func new(_ tally: AccessTally) -> Set<RouteKey> {
        Set(tally.newRoutes.filter { $0.dormantDays == nil && $0.route.operation.movesDataOut }.map(\.route))
    }

    /// The new route that fewest peers use, of those by which data leaves, and how many bits that is worth.
    private func strangest(_ tally: AccessTally, _ bucket: borrowing ClosedBucket) -> (RouteKey, Double)? {
        var best: (RouteKey, Double)?
        for route in NewRouteDetector.new(tally).sorted() {
            let users = Double(bucket.access.values.users(of: route)?.accounts ?? 0)
            let surprise = NewRouteDetector.bits(min((users + 0.5) / (Double(max(bucket.fleet.matureCount, 1)) + 1), 1))
            if best.map({ surprise > $0.1 }) ?? true { best = (route, surprise) }
        }
        return best
    }

    private static func bits(_ probability: Double) -> Double { -naturalLog(probability) / naturalLog(2) }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let values = bucket.access.values
        let tally = bucket.access.tally
        let route = tally.flatMap { strangest($0, bucket)?.0 }
        let users = route.flatMap { values.users(of: $0)?.accounts } ?? 0
        let days = NumberText.grouped(Double(account.age) / Double(BucketGrid.perDay))
        let new = tally.map { NewRouteDetector.new($0) } ?? []
        let others = new.count > 1 ? " and \(new.count - 1) more" : ""
        let known = NumberText.count(Double(bucket.fleet.matureCount), "known account")
        let phrase =
            "does for the first time in \(days) days: \(route.map { values.words($0) } ?? "a call")\(others). "
            + "\(users) of \(known) ever did. \(bucket.span): \(bucket.access.amount(of: new).words) by \(new.count > 1 ? "them" : "it")."
        return finding(look, bucket, of: account, measure: .rows, severity: .medium, score: (look.score ?? 0) * 0.30103, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let surprise = "\(NumberText.decimal(look.score ?? 0, places: 1)) bits of surprise"
        switch look.gate {
        case .nothing: return "every endpoint and object in this bucket is known of the account"
        case .learning: return "learning: judged after 14 days"
        case .score: return "\(surprise), \(NumberText.decimal(bits, places: 1)) needed (surprise_bits)"
        case .release: return "\(surprise), but \(NumberText.grouped(releaseAccounts)) accounts or more began with it within a week"
        case .excess:
            return "\(surprise), but only \(NumberText.amount(look.observed, of: .rows)) by what is new (minimum_rows)"
        default: return surprise
        }
    }
}

extension NewRouteDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 400, calls: 4).with { $0.endpoints = ["/contacts"] }
        let known = work.with { $0.endpoints = ["/orders"] }
        let new = work.with { $0.endpoints = ["/contacts", "/payroll"] }
        let everywhere = work.with { $0.endpoints = ["/contacts", "/orders"] }
        let fleet = [SelfTest.Activity?](repeating: known, count: 6)
        let fortnight = [SelfTest.Stretch(days: 14, [work] + fleet)]
        return [
            SelfTest("rows by an endpoint that nobody used", .fires, history: fortnight, last: .init(buckets: 1, [new] + fleet)),
            SelfTest(
                "rows by an endpoint that all others use", .staysSilent, history: fortnight, last: .init(buckets: 1, [everywhere] + fleet)),
            SelfTest(
                "no rows by an endpoint that nobody used", .staysSilent, history: fortnight,
                last: .init(buckets: 1, [new.moving(rows: 0)] + fleet)),
        ]
    }
}
