// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D34: many refusals, then an export that succeeds.
public struct FailedThenBulkDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D34", name: "failed-then-bulk", family: "sequence",
        sees: "an account that was refused (401, 403, 407) many times within an hour and then exports",
        misses: "attempts under other names; logs without a status; what of one quarter hour came first",
        warmUp: "none; an account that is refused all the time is judged against that",
        options: [
            DetectorOption(name: "refusals", defaultValue: 10, range: 1...1e6, reason: "refused calls within an hour: more than a typo"),
            DetectorOption(name: "minimum_rows", defaultValue: 1000, range: 0...1e12, reason: "rows below which nobody would act"),
        ],
        nextSteps: [
            "Find out what changed between the last refusal and the first success: a new scope, a new token, another role.",
            "If nobody granted it: revoke the token and look at what left.",
        ])
    public static let subject = "refusals"

    private let refusals: Double
    private let minimumRows: Double

    public init(options: DetectorOptions) {
        refusals = options["refusals"]
        minimumRows = options["minimum_rows"]
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        let memory = account.access
        let refused = Double(memory?.facts.lastRefusals.before(bucket.number) ?? 0) + Double(bucket.access.tally?.refused ?? 0)
        guard refused > 0 else { return .nothing }
        let usual = 4 * (memory?.facts.refusals.mean ?? 0)
        var look = AccessLook(.score, observed: refused, expected: usual, score: refused, needed: max(refusals, 4 * usual))
        guard refused >= refusals else { return look }
        look.gate = refused < 4 * usual ? .usual : Double(bucket.sums.rows) < max(minimumRows, 1) ? .excess : .fired
        return look
    }

    public static var hasTripLevels: Bool { true }

    public func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels {
        guard let memory = account.access else { return .never }
        let refused = Double(memory.facts.lastRefusals.before(bucket))
        guard refused >= refusals, refused >= 16 * memory.facts.refusals.mean else { return .never }
        return TripLevels(rows: UInt64(max(minimumRows, 1)), bytes: .max, calls: .max)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let phrase =
            "was refused \(NumberText.grouped(look.observed)) times within an hour and then exported \(bucket.moved). "
            + "Usual are \(NumberText.decimal(look.expected, places: 1)) refusals an hour."
        return finding(look, bucket, of: account, measure: .rows, severity: .high, score: 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let count = "\(NumberText.grouped(look.observed)) refusals within an hour"
        switch look.gate {
        case .nothing: return "no call was refused in the last hour"
        case .score: return "\(count), from \(NumberText.grouped(refusals)) on it counts (refusals)"
        case .usual: return "\(count), and \(NumberText.decimal(look.expected, places: 1)) are usual"
        case .excess: return "\(count), but \(bucket.moved) exported since; \(NumberText.grouped(minimumRows)) rows needed (minimum_rows)"
        default: return "\(count), then \(bucket.moved)"
        }
    }
}

extension FailedThenBulkDetector {
    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 100, calls: 4).with { $0.endpoints = ["/contacts"] }
        let refused = work.with {
            $0.calls = 14
            $0.status = 403
            $0.failures = 12
        }
        let history = [SelfTest.Stretch(days: 3, [work]), SelfTest.Stretch(buckets: 1, [refused])]
        return [
            SelfTest("twelve refusals, then 5,000 rows", .fires, history: history, last: .init(buckets: 1, [work.moving(rows: 5000)])),
            SelfTest(
                "twelve refusals, then the usual rows", .staysSilent, history: history, last: .init(buckets: 1, [work])),
            SelfTest(
                "twelve refusals an hour for days, then 5,000 rows", .staysSilent,
                history: [SelfTest.Stretch(days: 3, [refused])], last: .init(buckets: 1, [refused.moving(rows: 5000)])),
        ]
    }
}
