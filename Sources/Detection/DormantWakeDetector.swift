// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D08: an account, or a right of it, that nobody has used for long is used again.
public struct DormantWakeDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D08", name: "dormant-wake", family: "access",
        sees: "an account that was silent for 30 days, or an endpoint, object or operation that it had not used for 90, in use again",
        misses: "accounts that pause so long as a habit, such as quarterly jobs, from their second pause on",
        warmUp: "30 days",
        options: [
            DetectorOption(name: "dormant_days", defaultValue: 30, range: 7...365, reason: "longer than holidays"),
            DetectorOption(name: "high_rows", defaultValue: 1000, range: 0...1e12, reason: "rows from which on it is severity high"),
        ],
        nextSteps: [
            "Ask the account's owner whether they woke it.",
            "If not: disable the account; a right that nobody needs should have been taken away.",
        ])
    public static let subject = "pauses"

    /// The case of an endpoint or object of an account that is awake.
    private static let ofRoute = 1

    private let dormantDays: Double
    private let highRows: Double

    public init(options: DetectorOptions) {
        dormantDays = options["dormant_days"]
        highRows = options["high_rows"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let memory = account.access, memory.facts.lastActive >= 0 else { return .nothing }
        let days = Double(bucket.number - memory.facts.lastActive) / Double(BucketGrid.perDay)
        var look = AccessLook(.fired, observed: days, expected: 0, score: days, needed: dormantDays)
        if days >= dormantDays {
            let isHabit = memory.facts.pauses.contains { abs(Double($0) - days) <= max(0.25 * days, 5) }
            if isHabit { look.gate = .usual }
            return look
        }
        if let scope = DormantWakeDetector.scope(bucket) {
            return AccessLook(
                .fired, observed: Double(scope.dormantDays ?? 0), score: Double(scope.dormantDays ?? 0),
                needed: Double(AccessMemory.dormantRouteDays), variant: DormantWakeDetector.ofRoute)
        }
        look.gate = .score
        return look
    }

    private static func scope(_ bucket: borrowing ClosedBucket) -> AccessTally.NewRoute? {
        bucket.access.tally?.newRoutes.first { $0.dormantDays != nil && $0.route.operation.movesDataOut }
    }

    public static var hasTripLevels: Bool { true }

    public func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels {
        guard let last = account.access?.facts.lastActive, last >= 0, Double(bucket - last) >= dormantDays * Double(BucketGrid.perDay)
        else {
            return .never
        }
        return TripLevels(rows: .max, bytes: .max, calls: 1)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let days = NumberText.grouped(look.observed.rounded(.down))
        var phrase = "was unused for \(days) days and works again"
        if look.variant == DormantWakeDetector.ofRoute, let scope = DormantWakeDetector.scope(bucket) {
            phrase = "uses what it had not used for \(days) days: \(bucket.access.values.words(scope.route))"
        } else {
            let routes = (0..<min(bucket.access.fewCount, 3)).map { bucket.access.values.words(bucket.access.few[$0]) }
            if !routes.isEmpty { phrase += ": \(routes.joined(separator: ", "))" }
        }
        let isHigh = Double(bucket.sums.rows) >= max(highRows, 1)
        return finding(
            look, bucket, of: account, measure: nil, severity: isHigh ? .high : .medium, score: 3,
            phrase: "\(phrase). \(bucket.span): \(bucket.moved).")
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let days = "\(NumberText.grouped(look.observed.rounded(.down))) days"
        switch look.gate {
        case .nothing: return "it was not seen before with lines that name an endpoint"
        case .score: return "last active \(days) before, \(NumberText.grouped(dormantDays)) needed (dormant_days)"
        case .usual: return "unused for \(days), as it was before"
        default: return "unused for \(days)"
        }
    }
}

extension DormantWakeDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 40, calls: 4).with { $0.endpoints = ["/contacts"] }
        let other = work.with { $0.endpoints = ["/orders"] }
        let days = SelfTest.Stretch(days: 3, [work, other])
        func pause(_ days: Int) -> SelfTest.Stretch { SelfTest.Stretch(days: days, [nil, other]) }
        return [
            SelfTest("one call after 31 days of silence", .fires, history: [days, pause(31)], last: .init(buckets: 1, [work, other])),
            SelfTest(
                "one call after 29 days of silence", .staysSilent, history: [days, pause(29)], last: .init(buckets: 1, [work, other])),
        ]
    }
}
