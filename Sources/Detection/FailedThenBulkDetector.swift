// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D34: many refusals, then an export that succeeds.
public struct FailedThenBulkDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D34", name: "failed-then-bulk", family: "sequence",
        sees: "an account that was refused (401, 403, 407) many times within an hour and then exports more than twice what is usual at "
            + "that time: rows, or bytes, or, where the log has neither, calls",
        misses: "attempts under other names; logs without a status; what of one quarter hour came first",
        warmUp: "none; an account that is refused all the time is judged against that",
        options: [
            DetectorOption(name: "refusals", defaultValue: 10, range: 1...1e6, reason: "refused calls within an hour: more than a typo"),
            DetectorOption(name: "minimum_rows", defaultValue: 1000, range: 0...1e12, reason: "rows below which nobody would act"),
            DetectorOption(name: "minimum_bytes", defaultValue: 1_048_576, range: 0...1e15, reason: "the same of bytes"),
            DetectorOption(
                name: "minimum_calls", defaultValue: 100, range: 0...1e12,
                reason: "the same of answered calls, where the log has neither rows nor bytes"),
        ],
        nextSteps: [
            "Find out what changed between the last refusal and the first success: a new scope, a new token, another role.",
            "If nobody granted it: revoke the token and look at what left.",
        ])
    public static let subject = "refusals"

    private let refusals: Double
    /// Amounts below which nobody would act, by measure.
    private let minimums: [Double]

    /// Whose token expired goes on with the usual export once it has another, so that an amount counts from twice of what is usual on.
    private static let leastRise = 2.0

    public init(options: DetectorOptions) {
        refusals = options["refusals"]
        minimums = ["minimum_rows", "minimum_bytes", "minimum_calls"].map { max(options[$0], 1) }
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        let memory = account.access
        let refused = Double(memory?.facts.lastRefusals.before(bucket.number) ?? 0) + Double(bucket.access.tally?.refused ?? 0)
        guard refused > 0 else { return .nothing }
        let usual = 4 * (memory?.facts.refusals.mean ?? 0)
        var look = AccessLook(.score, observed: refused, expected: usual, score: refused, needed: max(refusals, 4 * usual))
        guard refused >= refusals else { return look }
        look.gate = refused < 4 * usual ? .usual : measure(bucket) == nil ? .excess : .fired
        return look
    }

    /// The measure by which a bucket exports; nil where it does not.
    private func measure(_ bucket: borrowing ClosedBucket) -> Measure? {
        if Double(bucket.sums.rows) >= needed(.rows, bucket) { return .rows }
        if Double(bucket.sums.bytes) >= needed(.bytes, bucket) { return .bytes }
        // Rows or bytes may still follow in an open bucket, and say that it is no export.
        guard bucket.isClosed, bucket.sums.rows == 0, bucket.sums.bytes == 0 else { return nil }
        return Double(bucket.answeredCalls) >= needed(.calls, bucket) ? .calls : nil
    }

    /// What would be an export.
    private func needed(_ measure: Measure, _ bucket: borrowing ClosedBucket) -> Double {
        max(minimums[measure.rawValue], Self.leastRise * bucket.readings[measure].baseline)
    }

    public static var hasTripLevels: Bool { true }

    public func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels {
        guard let memory = account.access else { return .never }
        let refused = Double(memory.facts.lastRefusals.before(bucket))
        guard refused >= refusals, refused >= 16 * memory.facts.refusals.mean else { return .never }
        return TripLevels(
            rows: UInt64(minimums[Measure.rows.rawValue]), bytes: UInt64(minimums[Measure.bytes.rawValue]), calls: .max)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let measure = measure(bucket) ?? .rows
        let deed = measure == .calls ? "then got \(exported(bucket, .calls)) answered" : "then exported \(exported(bucket, measure))"
        let phrase =
            "was refused \(NumberText.grouped(look.observed)) times within an hour and \(deed). "
            + "Within an hour \(NumberText.usual(NumberText.decimal(look.expected, places: 1)))."
        return finding(look, bucket, of: account, measure: measure, severity: .high, score: 4, phrase: phrase)
    }

    private func exported(_ bucket: borrowing ClosedBucket, _ measure: Measure) -> String {
        NumberText.amount(Double(measure == .calls ? bucket.answeredCalls : bucket.sums[measure]), of: measure)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        let count = "\(NumberText.count(look.observed, "refusal")) within an hour"
        switch look.gate {
        case .nothing: return "no call was refused in the last hour"
        case .score: return "\(count), from \(NumberText.grouped(refusals)) on it counts (refusals)"
        case .usual: return "\(count), and \(NumberText.usual(NumberText.decimal(look.expected, places: 1)))"
        case .excess: return "\(count), but \(lacking(bucket))"
        default: return "\(count), then \(exported(bucket, measure(bucket) ?? .rows))"
        }
    }
}

extension FailedThenBulkDetector {
    /// What was exported since the refusals, and what would be an export, by the measure that the bucket has.
    private func lacking(_ bucket: borrowing ClosedBucket) -> String {
        let measure: Measure = bucket.sums.rows > 0 ? .rows : bucket.sums.bytes > 0 ? .bytes : .calls
        let since = measure == .calls ? "answered" : "exported"
        return "\(exported(bucket, measure)) \(since) since; \(NumberText.amount(needed(measure, bucket), of: measure)) needed "
            + "(minimum_\(measure.name))"
    }

    public static var selfTests: [SelfTest] {
        let work = SelfTest.Activity(rows: 100, calls: 4).with { $0.endpoints = ["/contacts"] }
        let refused = work.with {
            $0.calls = 14
            $0.status = 403
            $0.failures = 12
        }
        let history = [SelfTest.Stretch(days: 3, [work]), SelfTest.Stretch(buckets: 1, [refused])]
        func page(_ megabytes: UInt64) -> SelfTest.Activity {
            work.with {
                $0.rows = 0
                $0.bytes = megabytes * 1_000_000
            }
        }
        func bare(_ calls: Int) -> SelfTest.Activity { page(0).with { $0.calls = calls } }
        func refusal(after usual: SelfTest.Activity) -> [SelfTest.Stretch] {
            [SelfTest.Stretch(days: 9, [usual]), SelfTest.Stretch(buckets: 1, [refused.moving(rows: 0)])]
        }
        let bytes = refusal(after: page(4))
        let calls = refusal(after: bare(120))
        let hour = [SelfTest.Stretch(buckets: 1, [work.moving(rows: 2000)]), SelfTest.Stretch(buckets: 3, [nil])]
        let hourly = (0..<24 * 15).flatMap { _ in hour }
        return [
            SelfTest("twelve refusals, then 5,000 rows", .fires, history: history, last: .init(buckets: 1, [work.moving(rows: 5000)])),
            SelfTest("twelve refusals, then 40 MB of a log without rows", .fires, history: bytes, last: .init(buckets: 1, [page(40)])),
            SelfTest("twelve refusals, then the usual 4 MB", .staysSilent, history: bytes, last: .init(buckets: 1, [page(4)])),
            SelfTest("twelve refusals, then 300 calls without amounts", .fires, history: calls, last: .init(buckets: 1, [bare(300)])),
            SelfTest("twelve refusals, then the usual 120 calls", .staysSilent, history: calls, last: .init(buckets: 1, [bare(120)])),
            SelfTest(
                "twelve refusals, then the 2,000 rows of every hour", .staysSilent, history: hourly,
                last: .init(buckets: 1, [refused.moving(rows: 2000)])),
            SelfTest(
                "twelve refusals, then 5,000 rows where 2,000 are usual", .fires, history: hourly,
                last: .init(buckets: 1, [refused.moving(rows: 5000)])),
            SelfTest(
                "twelve refusals, then the usual rows", .staysSilent, history: history, last: .init(buckets: 1, [work])),
            SelfTest(
                "twelve refusals an hour for days, then 5,000 rows", .staysSilent,
                history: [SelfTest.Stretch(days: 3, [refused])], last: .init(buckets: 1, [refused.moving(rows: 5000)])),
        ]
    }
}
