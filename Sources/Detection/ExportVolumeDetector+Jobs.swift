// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Jobs that do not come when they are due: told, and nobody is woken for them.
extension ExportVolumeDetector {
    /// How what is too much in a bucket stands to what is due around it.
    enum Timing {
        /// Nothing is due that explains it.
        case unexplained
        /// Half of it was due in the hours before and did not come: a job that started late, or by another hour's clock.
        case overdue
        /// As much is due within the next hour, by what the account has used before: a job that started early. If it is something else, the
        /// job comes as well, and that is ``twice``.
        case early
        /// A job was due in the hour before and came: it may have run longer, or once more.
        case longer
        /// As the last time at this hour, on a day that in all came to no more than usual: a job that has been moved.
        case moved
        /// What is due now came, and as much had come in the hours before.
        case twice
    }

    /// An hour, by which clocks differ, and the quarter hour in which it ends.
    private static let lead = 5
    /// Times the account's level that a quarter hour must expect to be a job's, and not the morning's rise of an office.
    private static let jobLevel = 4.0
    /// How much more than what is due may still be it.
    private static let likeness = 1.5

    static func timing(
        _ bucket: ClosedBucket, of account: borrowing AccountProfile, _ measure: Measure, _ window: VolumeReading.Window
    ) -> Timing {
        if excessBefore(bucket, of: account, measure) != nil { return .twice }
        guard !window.span.isLong else { return .unexplained }
        let hours = account.volumes[measure.rawValue].window(.fourHours, of: bucket.readings[measure])
        let excess = window.observed - window.expected
        let left = min(hours.observed - hours.expected, excess)
        if window.span == .quarterHour && left < 0.5 * excess { return .overdue }
        guard isByKnownWays(bucket, of: account) else { return .unexplained }
        if isMoved(bucket, of: account, measure) { return .moved }
        // The four hours expect less after a day on which the job came elsewhere; what the hour is made for does not.
        let before = hours.observed - bucket.readings[measure].amount
        if excess <= likeness * (due(-lead...(-1), bucket, of: account, measure) - before) { return .overdue }
        if left <= likeness * due(1...lead, bucket, of: account, measure) { return .early }
        let job = due(-lead...(-1), bucket, of: account, measure)
        return job > 0 && before >= 0.5 * job ? .longer : .unexplained
    }

    /// Whether it is the day's usual amount at another hour, as the last time. Of bytes, with no more of them a row than usual: a day's
    /// rows say nothing of who reads the same rows with all their attachments.
    private static func isMoved(_ bucket: ClosedBucket, of account: borrowing AccountProfile, _ measure: Measure) -> Bool {
        guard let followed = account.slow.measure else { return false }
        let (amount, excess) = (bucket.readings[followed].amount, bucket.readings[followed].excess)
        guard account.slow.isMoved(adding: amount, excess: excess, at: bucket.slot, fleet: bucket.fleet.dayRatio) else { return false }
        guard measure == .bytes && followed == .rows else { return true }
        let (bytes, rows) = (account.volumes[Measure.bytes.rawValue].baseline.level, account.volumes[Measure.rows.rawValue].baseline.level)
        return bucket.readings[.bytes].amount * Double(rows) <= likeness * amount * Double(bytes)
    }

    /// What is expected of so many quarter hours around a bucket where that is a job's work; else 0. Complexity: O(1), for findings only.
    static func due(
        _ quarters: ClosedRange<Int>, _ bucket: ClosedBucket, of account: borrowing AccountProfile, _ measure: Measure
    ) -> Double {
        var sum = 0.0
        for ahead in quarters {
            let standing = account.visits.standing(WeekSlot(BucketGrid.start(of: bucket.number + Int64(ahead))))
            sum += account.volumes[measure.rawValue].baseline.expectation(standing) * standing.share
        }
        let level = Double(account.volumes[measure.rawValue].baseline.level)
        return sum >= Double(lead) * jobLevel * level ? sum : 0
    }

    /// What came beyond the expectation in the hours before a bucket in which a job was due and came; nil where that is not so.
    static func excessBefore(_ bucket: ClosedBucket, of account: borrowing AccountProfile, _ measure: Measure) -> Double? {
        let expected = bucket.readings[measure].bucketExpectation
        let amount = bucket.readings[measure].amount
        let level = Double(account.volumes[measure.rawValue].baseline.level)
        // What all accounts do more of today makes no job.
        guard expected >= jobLevel * level * bucket.fleet.measures[measure].rise, amount >= 0.5 * expected else { return nil }
        let hours = account.volumes[measure.rawValue].window(.fourHours, of: bucket.readings[measure])
        // One run that began a few minutes early is not two.
        guard hours.observed >= likeness * hours.expected else { return nil }
        let excess = (hours.observed - amount) - (hours.expected - expected)
        // A burst that is many times the job is told as what it is, and its alert need not go on for the job.
        let job = max(expected, due(0...lead, bucket, of: account, measure))
        return excess >= 0.5 * expected && excess <= 2 * job ? excess : nil
    }

    /// Whether an alert is open of what may have been a job that came early, and the job has come now: the alert must say so, however
    /// little twice a night is beyond what the account varies by.
    func comesAsWell(_ measure: Measure, _ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Bool {
        guard bucket.isAlerted, bucket.isClosed,
            let excess = ExportVolumeDetector.excessBefore(bucket, of: account, measure)
        else { return false }
        return excess >= minimums[measure.rawValue]
    }

    /// Whether the account did nothing that it had not done before. Asked of those only of which that is known.
    private static func isByKnownWays(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Bool {
        guard account.age >= accessWarmUp, bucket.newNetwork == nil else { return false }
        guard let tally = bucket.access.tally else { return true }
        return tally.newRoutes.isEmpty && tally.newAgent == 0 && tally.canary == nil
    }

    /// The severity of what came beside a job, as it would have been told when it came: against a quarter hour without the job.
    func severityBeside(_ bucket: ClosedBucket, of account: borrowing AccountProfile, _ measure: Measure) -> Severity {
        guard let excess = ExportVolumeDetector.excessBefore(bucket, of: account, measure) else { return .medium }
        let model = account.volumes[measure.rawValue]
        let hours = model.window(.fourHours, of: bucket.readings[measure])
        let rest = max(hours.expected - bucket.readings[measure].bucketExpectation, 0) / Double(VolumeSpan.fourHours.buckets)
        let quarter = model.window(.quarterHour, of: bucket.readings[measure])
        let floor = quarter.observed / max(quarter.ratioAboveFloor, 1e-9) - quarter.expected
        let ratio = excess / max(rest + floor, 1)
        return isCritical(measure, excess: excess, ratio: ratio, ratioAboveFloor: ratio) ? .critical : .high
    }

    static func words(_ timing: Timing, _ bucket: ClosedBucket, of account: borrowing AccountProfile, _ measure: Measure) -> String {
        switch timing {
        case .unexplained: return ""
        case .overdue: return " Most of it was due in the hours before: a job may have come late."
        case .early:
            let due = NumberText.amount(due(1...lead, bucket, of: account, measure), of: measure)
            return " Within the next hour \(due) \(NumberText.isOne(due) ? "is" : "are") due: a job may have come early."
        case .longer: return " Its job came in the hour before: it may have run longer, or once more."
        case .moved:
            return " It was so at this hour the last time too, and that day came to no more than usual in all: a job may have been moved."
        case .twice: return " What is due at this time came as well."
        }
    }
}
