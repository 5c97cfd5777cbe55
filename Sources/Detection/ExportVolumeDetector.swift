// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D01: an account exports more rows or bytes, or makes more calls, than it ever does at this hour.
///
/// Sees: bursts of minutes and rises of days, in the four spans of ``VolumeSpan`` together, against the account's own hour-of-week baseline
/// and its own tail. Misses: what stays inside the account's own variation, and rises slower than its baseline learns (D02 will). Warm-up:
/// seven days; until then a new account is compared with the highest levels of the others, for its first two days.
public struct ExportVolumeDetector: Detector {
    public static let descriptor = DetectorDescriptor(
        id: "D01", name: "export-volume", family: "volume",
        sees: "an account that moves more rows or bytes, or makes more calls, than its own history explains, in 15 minutes to 3 days",
        misses: "what stays inside the account's own variation; drifts slower than its baseline",
        warmUp: "7 days; a new account is compared with the highest levels of the others for its first two",
        options: [
            DetectorOption(
                name: "score", defaultValue: 1.17, range: 0.5...10,
                reason: "how unusual all spans together must be; 1.17 is about one false alert an account in twenty-one weeks"),
            DetectorOption(
                name: "minimum_rows", defaultValue: 100, range: 0...1e12,
                reason: "rows above the expectation below which nobody would act"),
            DetectorOption(
                name: "minimum_bytes", defaultValue: 1_048_576, range: 0...1e15,
                reason: "bytes above the expectation below which nobody would act"),
            DetectorOption(
                name: "minimum_calls", defaultValue: 100, range: 0...1e12,
                reason: "calls above the expectation below which nobody would act"),
            DetectorOption(
                name: "minimum_ratio", defaultValue: 1.2, range: 1...1000, reason: "a rise of less than a fifth is not worth a look"),
            DetectorOption(
                name: "critical_ratio", defaultValue: 20, range: 2...1e6, reason: "twenty times the usual amount is critical"),
            DetectorOption(
                name: "critical_rows", defaultValue: 100_000, range: 1...1e12,
                reason: "that many rows above the expectation, at twice it, are critical whatever the account"),
            DetectorOption(
                name: "cold_start_rows", defaultValue: 10_000, range: 1...1e12,
                reason: "what a new account may move in four hours where fewer than 20 accounts are known to compare it with"),
        ],
        nextSteps: [
            "Confirm with the account's owner whether this export was planned.",
            "If not: revoke the account's token and keep the logs named in the evidence.",
        ],
        quietBuckets: 24, restrainsLearning: true)

    /// The share of the score that keeps an alert open, and of it the part of the span that is told.
    private static let hold = 0.8
    static let leastPart = 0.5

    let threshold: Double
    let minimums: InlineArray<3, Double>
    let minimumRatio: Double
    private let criticalRatio: Double
    private let criticalRows: Double
    private let coldStartRows: Double

    public init(options: DetectorOptions) {
        threshold = options["score"]
        minimums = [options["minimum_rows"], options["minimum_bytes"], options["minimum_calls"]]
        minimumRatio = options["minimum_ratio"]
        criticalRatio = options["critical_ratio"]
        criticalRows = options["critical_rows"]
        coldStartRows = options["cold_start_rows"]
    }

    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard account.isMature else { return judgeNewcomer(bucket, of: account) }
        let needed = needed(bucket: bucket.number, of: account, fleet: bucket.fleet)
        var winner: Candidate?
        for measure in Measure.allCases {
            guard let candidate = candidate(measure, bucket, of: account, needed: needed) else { continue }
            if let best = winner, (best.opens ? 1 : 0, best.score) >= (candidate.opens ? 1 : 0, candidate.score) { continue }
            winner = candidate
        }
        return winner.map { finding(bucket, of: account, $0) }
    }

    /// How much more than usual is asked of an account that is young: its spreads rest on little.
    static func strictness(bucket: Int64, of account: borrowing AccountProfile) -> Double {
        let weeks = Double(bucket - account.firstBucket) / Double(AccountProfile.matureAge)
        return 1 + 0.3 / max(weeks - 1, 0.3)
    }

    /// The score that is asked for: more of young accounts, and as much as the alert budget allows.
    func needed(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> Double {
        threshold * ExportVolumeDetector.strictness(bucket: bucket, of: account) * fleet.volumeLevel
    }

    public var budgetedScore: Double? { threshold }

    /// One measure of a bucket that is unusual, and the span that is told of it.
    struct Candidate {
        var measure: Measure
        /// The score against what the account's age asks for.
        var score: Double
        var opens: Bool
        var window: VolumeReading.Window
        /// Whether the quarter hour alone would do.
        var isBurst = false
    }

    public static var hasTripLevels: Bool { true }

    public func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels {
        guard account.isMature else { return newcomerTrips(of: account, fleet: fleet) }
        let standing = account.visits.standing(WeekSlot(BucketGrid.start(of: bucket)))
        let needed = needed(bucket: bucket, of: account, fleet: fleet)
        var trips = InlineArray<3, UInt64>(repeating: .max)
        for measure in Measure.allCases {
            let amount = account.volumes[measure.rawValue].leastAmount(
                reaching: needed, excess: minimums[measure.rawValue], ratio: minimumRatio, at: standing,
                fleet: fleet.measures[measure])
            if let amount { trips[measure.rawValue] = UInt64(amount.rounded(.up)) }
        }
        return TripLevels(rows: trips[0], bytes: trips[1], calls: trips[2])
    }

    func candidate(
        _ measure: Measure, _ bucket: ClosedBucket, of account: borrowing AccountProfile, needed: Double
    ) -> Candidate? {
        let unusual = unusual(measure, bucket, of: account, needed: needed)
        guard unusual?.opens != true, comesAsWell(measure, bucket, of: account) else { return unusual }
        let window = account.volumes[measure.rawValue].window(.fourHours, of: bucket.readings[measure])
        return Candidate(measure: measure, score: threshold, opens: true, window: window)
    }

    private func unusual(
        _ measure: Measure, _ bucket: ClosedBucket, of account: borrowing AccountProfile, needed: Double
    ) -> Candidate? {
        let score = bucket.readings[measure].score
        guard score >= needed * ExportVolumeDetector.hold else { return nil }
        let model = account.volumes[measure.rawValue]
        for (share, opens) in [(1, true), (ExportVolumeDetector.hold, false)] where score >= needed * share {
            let window = model.strongest(
                bucket.readings[measure], part: needed * share * ExportVolumeDetector.leastPart,
                excess: minimums[measure.rawValue], ratio: minimumRatio)
            guard let window else { continue }
            let reading = bucket.readings[measure]
            let isBurst = reading.lack(.quarterHour, part: needed, excess: minimums[measure.rawValue], ratio: minimumRatio) == nil
            // A sum that is only what is left of hours ago keeps an alert open, and tells nobody anything.
            let opens = opens && (!bucket.isClosed || reading.amount > reading.bucketExpectation)
            return Candidate(measure: measure, score: score * threshold / needed, opens: opens, window: window, isBurst: isBurst)
        }
        return nil
    }

    private func finding(_ bucket: ClosedBucket, of account: borrowing AccountProfile, _ candidate: Candidate) -> Finding {
        let (measure, window) = (candidate.measure, candidate.window)
        let excess = window.observed - window.expected
        let timing = ExportVolumeDetector.timing(bucket, of: account, measure, window)
        // Of a job that runs on, the quarter hour in which nothing is expected says nothing: the hours with the job do.
        let compared = timing == .longer ? account.volumes[measure.rawValue].window(.fourHours, of: bucket.readings[measure]) : window
        let isCritical = isCritical(measure, excess: excess, ratio: compared.ratio, ratioAboveFloor: compared.ratioAboveFloor)
        var severity: Severity = isCritical ? .critical : candidate.score >= threshold * 1.25 ? .high : .medium
        switch timing {
        case .unexplained, .longer: break
        case .overdue, .early, .moved: severity = .medium
        case .twice: severity = max(severity, severityBeside(bucket, of: account, measure))
        }
        // A rise of this very bucket is not in the last hour's median yet.
        let peerRatio = max(bucket.fleet.medianRatio[measure.rawValue], bucket.fleet.measures[measure].factor)
        let peers = bucket.fleet.matureCount > 1 ? Finding.Peers(count: bucket.fleet.matureCount - 1, ratio: peerRatio) : nil
        var finding = Finding(
            measure: measure, severity: severity, score: candidate.score, observed: window.observed, expected: window.expected,
            low: window.band.low, high: window.band.high, ratio: window.ratio, z: window.z, probability: window.probability,
            windowStart: BucketGrid.start(of: bucket.number - Int64(window.span.buckets - 1)), windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket), peers: peers, phrase: "")
        finding.opens = candidate.opens
        finding.isBurst = candidate.isBurst
        finding.restrains = timing != .moved
        finding.bucket = ExportVolumeDetector.amounts(bucket)
        // The words are most of the work, and nobody reads those of a finding that only keeps an alert open.
        if candidate.opens {
            let words = ExportVolumeDetector.words(timing, bucket, of: account, measure)
            finding.phrase = phrase(bucket, of: account, measure, window, peers) + words
        }
        return finding
    }

    /// Twenty times nearly nothing is nearly nothing: the ratio counts above the floor of the span, and for ten times the minimum.
    func isCritical(_ measure: Measure, excess: Double, ratio: Double, ratioAboveFloor: Double) -> Bool {
        let isManifold = ratioAboveFloor >= criticalRatio && excess >= 10 * minimums[measure.rawValue]
        return isManifold || (measure == .rows && excess >= criticalRows && ratio >= 2)
    }

    /// The bucket's own sums, beside what is expected of it.
    private static func amounts(_ bucket: ClosedBucket) -> Finding.BucketAmounts {
        var amounts = Finding.BucketAmounts()
        for measure in Measure.allCases {
            amounts.moved[measure.rawValue] = Double(bucket.sums[measure])
            amounts.usual[measure.rawValue] = bucket.readings[measure].bucketExpectation
        }
        return amounts
    }

    private func phrase(
        _ bucket: ClosedBucket, of account: borrowing AccountProfile, _ measure: Measure, _ reading: VolumeReading.Window,
        _ peers: Finding.Peers?
    ) -> String {
        let band = reading.band
        let weeks = max(Int(account.visits.week[bucket.slot.rawValue]) / 4, 1)
        var phrase = "\(ExportVolumeDetector.verb(measure)) \(NumberText.amount(reading.observed, of: measure)) in "
        phrase += "\(words(for: reading.span, in: bucket)). "
        phrase += "Usual \(ExportVolumeDetector.hourWords(bucket, reading.span)): \(NumberText.amount(reading.expected, of: measure)) "
        // Rows and calls need their unit once; bytes come in units of their own.
        let low = measure == .bytes ? NumberText.bytes(band.low) : NumberText.grouped(band.low)
        let high = measure == .bytes ? NumberText.bytes(band.high) : NumberText.grouped(band.high)
        phrase += "(90 %: \(low) to \(high), from \(weeks) \(weeks == 1 ? "week" : "weeks")"
        let factor = bucket.fleet.measures[measure].factor
        let declared = bucket.fleet.measures[measure].declared
        if declared > factor {
            phrase += ", raised \(NumberText.ratio(declared)) as declared for \(bucket.fleet.declaration)"
        } else if factor > 1 {
            phrase += ", raised \(NumberText.ratio(factor)) with the whole fleet"
        }
        // Of an amount that is hardly ever there, the exact multiple says nothing.
        let ratio = reading.ratio < 1000 ? NumberText.ratio(reading.ratio) : "Over 1,000×"
        phrase += "). \(ratio), z \(NumberText.decimal(reading.z, places: 1))."
        guard let peers else { return phrase }
        // Peer-relative (D36): against what it would have done without the common rise.
        if factor > 1 && declared <= factor {
            return phrase + " Half of all accounts rose \(NumberText.ratio(factor)) or more; this one "
                + "\(NumberText.ratio(reading.ratio * factor))."
        }
        // A median: what most do, and not what all move together.
        let others =
            peers.count == 1 ? "The other account is" : "The median of the other \(NumberText.grouped(Double(peers.count))) accounts is"
        return phrase + " \(others) at \(NumberText.ratio(peers.ratio)) of its usual."
    }

    private func words(for span: VolumeSpan, in bucket: ClosedBucket) -> String {
        guard span == .quarterHour else { return span.words }
        return NumberText.span(EventDuration(milliseconds: bucket.end.milliseconds - bucket.start.milliseconds + 59_999))
    }

    private static func verb(_ measure: Measure) -> String { measure == .calls ? "made" : "exported" }

    /// `for Friday 08:15–08:30 UTC`, which is what is expected of a quarter hour; a longer window only ends with it.
    private static func hourWords(_ bucket: ClosedBucket, _ span: VolumeSpan) -> String {
        func time(_ quarter: Int) -> String {
            let (hour, minute) = (quarter / 4, quarter % 4 * 15)
            return (hour < 10 ? "0" : "") + "\(hour):" + (minute == 0 ? "00" : "\(minute)")
        }
        let quarter = bucket.slot.quarterOfDay
        let day = CivilTime.weekdayName(bucket.start)
        return span == .quarterHour ? "for \(day) \(time(quarter))–\(time(quarter + 1)) UTC" : "up to \(day) \(time(quarter + 1)) UTC"
    }
}

// MARK: - New accounts

extension ExportVolumeDetector {
    /// Four hours at a level that 97.5 % of the mature accounts never hold, from an account of less than 48 hours, in a lane that was two
    /// days old when it came.
    func judgeNewcomer(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? {
        guard let limit = newcomerLimit(.rows, of: account, fleet: bucket.fleet) else { return nil }
        let sum = account.volumes[Measure.rows.rawValue].window(.fourHours, of: bucket.readings[.rows]).observed
        guard sum >= limit, sum >= minimums[Measure.rows.rawValue] else { return nil }
        let isCritical = sum - limit >= criticalRows && sum >= 2 * limit
        let age = EventDuration(milliseconds: (bucket.number - account.firstBucket + 1) * BucketGrid.milliseconds)
        let phrase =
            "is new (first seen \(NumberText.span(age)) ago) and exported \(NumberText.amount(sum, of: .rows)) in about 4 hours, "
            + "more than \(ExportVolumeDetector.comparison(bucket.fleet, limit)). It has no history of its own yet: cold start."
        var finding = Finding(
            measure: .rows, severity: isCritical ? .critical : .high, score: threshold * sum / limit, observed: sum, expected: limit,
            low: 0, high: limit,
            ratio: sum / max(limit, 1),
            z: 0, probability: 0.025, windowStart: BucketGrid.start(of: max(bucket.number - 15, account.firstBucket)),
            windowEnd: bucket.end,
            sampleBuckets: Int(account.age), since: BucketGrid.start(of: account.firstBucket),
            peers: Finding.Peers(count: bucket.fleet.matureCount, ratio: bucket.fleet.medianRatio[0]), phrase: phrase)
        finding.bucket = ExportVolumeDetector.amounts(bucket)
        // Of an account without a history nothing is usual.
        finding.bucket.usual = .zero
        return finding
    }

    /// What a newcomer is held against, and the limit that comes of it.
    private static func comparison(_ fleet: FleetView, _ limit: Double) -> String {
        let amount = NumberText.amount(limit, of: .rows)
        if fleet.highLevel == nil { return "the \(amount) that are critical where no account is known yet" }
        if fleet.matureCount < FleetView.manyAccounts {
            return "any of the \(fleet.matureCount) known accounts usually does, and than \(amount)"
        }
        return "97.5 % of the \(fleet.matureCount) known accounts usually do (\(amount))"
    }

    /// The four-hour sum of rows that only the top 2.5 % of mature accounts reach, and of a few accounts none; while none is known well
    /// enough, what is critical of any. Nil where the rule does not apply.
    func newcomerLimit(_ measure: Measure, of account: borrowing AccountProfile, fleet: FleetView) -> Double? {
        guard newcomerObstacle(of: account, fleet: fleet) == nil else { return nil }
        guard let levels = fleet.highLevel else { return criticalRows }
        let limit = levels[measure.rawValue] * fleet.measures[measure].rise * Double(VolumeSpan.fourHours.buckets)
        return max(limit, fleet.matureCount < FleetView.manyAccounts ? coldStartRows : 1)
    }

    /// Why the rule for new accounts says nothing of this one, in words; nil where it does.
    func newcomerObstacle(of account: borrowing AccountProfile, fleet: FleetView) -> String? {
        if account.age >= 192 { return "it is for the first 48 hours of an account" }
        // Whoever is there when weir begins is as new to it as the log is.
        if account.firstBucket - fleet.firstBucket < 192 { return "the source itself was not two days old when the account came" }
        return nil
    }

    private func newcomerTrips(of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels {
        guard let limit = newcomerLimit(.rows, of: account, fleet: fleet) else { return .never }
        let past = Double(account.volumes[Measure.rows.rawValue].channels.actual[VolumeSpan.fourHours.rawValue]) * 15 / 16
        let needed = max(limit, minimums[Measure.rows.rawValue]) - past
        return TripLevels(rows: UInt64(max(needed.rounded(.up), 1)), bytes: .max, calls: .max)
    }
}
