// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D31: an account moves rows at an hour at which it never works.
///
/// Sees: the first work at an hour of the day that the account has rested in for weeks. Misses: accounts without a schedule, and the same
/// hour on another day of the week until that day has been seen for months. Warm-up: about five weeks, until rest is known well enough.
/// Evidence beside volume: severity low.
public struct OffScheduleDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D31", name: "off-schedule", family: "volume",
        sees: "an account that moves rows in an hour of the week in which it never works",
        misses: "accounts that work at all hours; an hour that is worked on other days of the week",
        warmUp: "as long as the bits take: about five weeks of rest at an hour",
        options: [
            DetectorOption(
                name: "bits", defaultValue: 8, range: 2...40,
                reason: "the surprise of any work in this hour; 8 bits are once in 256 quarter hours"),
            DetectorOption(name: "minimum_rows", defaultValue: 1000, range: 1...1e12, reason: "rows below which nobody would act"),
        ],
        nextSteps: [
            "Ask the account's owner whether a job was moved or started by hand.",
            "If not: look at what was read, and where the calls came from.",
        ],
        quietBuckets: 8)

    private let bits: Double
    private let minimumRows: Double
    /// Quarter hours that the same hour on other days counts for: one visit of an hour of the week.
    private static let dayWeight = 4.0

    public static var judged: JudgedBuckets { .active }

    public init(options: DetectorOptions) {
        bits = options["bits"]
        minimumRows = options["minimum_rows"]
    }

    /// The surprise of any work in a bucket: −log2 of a bound of its probability, from how often the account worked in this hour of the
    /// week, shrunk to this hour of the day. The mean number of calls bounds how often there was any (Markov).
    static func surprise(_ slot: WeekSlot, of account: borrowing AccountProfile) -> Double {
        let calls = account.volumes[Measure.calls.rawValue].baseline
        let dayVisits = Double(account.visits.day[slot.hourOfDay])
        let weekVisits = Double(account.visits.week[slot.rawValue])
        let byDay = (min(CompactMean(code: calls.day[slot.hourOfDay]).value, 1) * dayVisits + 0.5) / (dayVisits + 1)
        let worked = min(CompactMean(code: calls.week[slot.rawValue]).value, 1) * weekVisits
        return -naturalLog((worked + dayWeight * byDay) / (weekVisits + dayWeight)) * 1.4426950408889634
    }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard Double(bucket.sums.rows) >= minimumRows, account.isMature else { return nil }
        let surprise = OffScheduleDetector.surprise(bucket.slot, of: account)
        guard surprise >= bits else { return nil }
        let weeks = Int(account.age) / Int(AccountProfile.matureAge)
        let hour = bucket.slot.hourOfDay
        let phrase =
            "never works on \(CivilTime.weekdayName(bucket.start)) from \(hour):00 to \(hour + 1):00 UTC (known for \(NumberText.count(Double(weeks), "week"))), and now "
            + "moved \(NumberText.amount(Double(bucket.sums.rows), of: .rows)) (\(NumberText.decimal(surprise, places: 1)) bits)."
        return Finding(
            measure: .rows, severity: .low, score: surprise, observed: Double(bucket.sums.rows), expected: 0, low: 0, high: 0,
            ratio: Double(bucket.sums.rows), z: 0, probability: exponential(-surprise * 0.6931471805599453), windowStart: bucket.start,
            windowEnd: bucket.end, sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: nil,
            phrase: phrase)
    }

    public static var hasTripLevels: Bool { true }

    public func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels {
        guard account.isMature, OffScheduleDetector.surprise(WeekSlot(BucketGrid.start(of: bucket)), of: account) >= bits else {
            return .never
        }
        return TripLevels(rows: UInt64(minimumRows.rounded(.up)), bytes: .max, calls: .max)
    }

    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        let surprise = OffScheduleDetector.surprise(bucket.slot, of: account)
        let rows = Double(bucket.sums.rows)
        let gate: Gate = !account.isMature ? .learning : surprise < bits ? .score : rows < minimumRows ? .excess : .fired
        let shown = "\(NumberText.decimal(surprise, places: 1)) bits of \(NumberText.decimal(bits, places: 1)) needed"
        let reason =
            switch gate {
            case .learning: "learning: an hour of rest counts after a week"
            case .excess:
                "\(shown), but only \(NumberText.amount(rows, of: .rows)); from \(NumberText.grouped(minimumRows)) on (minimum_rows)"
            case .fired: "\(shown): the account never works at this hour"
            default: "\(shown): the account works at this hour, or is not known well enough"
            }
        var verdict = Verdict("hour", measure: .rows, gate: gate, reason: reason)
        verdict.observed = rows
        verdict.score = surprise
        verdict.needed = bits
        if gate == .excess || gate == .fired { verdict.leastFiring = UInt64(minimumRows.rounded(.up)) }
        return Explanation([verdict])
    }

    public static var selfTests: [SelfTest] {
        let office = SelfTest.Activity(rows: 400, bytes: 120_000, calls: 4, hours: 8..<18, spread: 0.3)
        let night = SelfTest.Activity(rows: 2000, bytes: 600_000, calls: 4)
        let rested = [SelfTest.Stretch(days: 42, [office]), SelfTest.Stretch(buckets: 8, [office])]
        return [
            SelfTest(
                "two thousand rows at two in the morning from an account that rests then", .fires, history: rested,
                last: SelfTest.Stretch(buckets: 1, [night])),
            SelfTest(
                "fewer rows at that hour than anybody would act on", .staysSilent, history: rested,
                last: SelfTest.Stretch(buckets: 1, [night.moving(rows: 900)])),
        ]
    }
}
