// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

extension LaneCore {
    /// Whether the inquiry has its answer, or asks for a time before the lane's first bucket.
    package var isInquirySettled: Bool {
        guard let inquiry else { return true }
        return inquiry.answer != nil || (newest.milliseconds >= 0 && inquiry.bucket < fleet.firstBucket)
    }

    /// The bucket in which an account was first seen; nil when there is no such account, or none of its events counted.
    package func firstSeen(_ inquiry: LaneInquiry) -> EventTime? {
        guard let number = number(of: inquiry) else { return nil }
        let account = AccountID(rawValue: UInt32(number))
        let first = shard(account).profile(account).firstBucket
        return first == .max ? nil : BucketGrid.start(of: first)
    }

    /// When an account was there before it was retired; nil when it never was.
    package func tombstone(_ name: String) -> Tombstone? {
        guard let number = names.firstIndex(of: name) else { return nil }
        let account = AccountID(rawValue: UInt32(number))
        return shard(account).tombstone(account)
    }

    /// Whom the inquiry is about. An account that is called so by the log comes before a person.
    private func number(of inquiry: LaneInquiry) -> Int? {
        names.firstIndex(of: inquiry.account) ?? names.firstIndex(of: inquiry.pseudonym)
    }

    /// Explains the open bucket that the inquiry asks for, before it is learnt. Nil while the account is unknown. Complexity: O(accounts).
    func explain(_ inquiry: LaneInquiry, isClosed: Bool) -> LaneExplanation? {
        guard let number = number(of: inquiry) else { return nil }
        let account = AccountID(rawValue: UInt32(number))
        let position = Int(inquiry.bucket - oldestBucket)
        let shard = shard(account)
        guard shard.profile(account).firstBucket <= inquiry.bucket else { return nil }
        let last = shard.tally(account, position: position)?.lastTime ?? max(newest, BucketGrid.start(of: inquiry.bucket))
        let end = isClosed ? BucketGrid.start(of: inquiry.bucket + 1) : LaneCore.minute(last) + .minutes(1)
        let (profile, bucket) = shard.asJudged(
            account, position: position, oldestBucket: oldestBucket, end: end, isClosed: isClosed,
            isAlerted: isRestrained(account))
        let lane = laneBucket(end: end, refused: self.shard(.overflow).tally(.overflow, position: position)?.sums ?? MeasureSums())
        let entries = detectors.indices.map { index in
            let key = AlertKey(detector: UInt8(index), account: account)
            let sourceKey = AlertKey(detector: UInt8(index), account: LaneCore.sourceAccount)
            let isOfSeries = isClosed && detectors[index] is SeriesNoveltyDetector
            let series = isOfSeries ? seriesBuckets(of: account, detector: index).compactMap { detectors[index].explain($0) } : []
            return LaneExplanation.Entry(
                descriptor: descriptors[index],
                explanation: detectors[index].watchingLane.map { Explanation([$0.explain(lane)]) }
                    ?? explainMissed(bucket, of: profile, key: key)
                    ?? (series.isEmpty ? detectors[index].explain(bucket, of: profile) : Explanation(series)),
                alert: lifecycle.open[key].map { LaneExplanation.Alert($0, bucket: inquiry.bucket) },
                sourceAlert: lifecycle.open[sourceKey].map { LaneExplanation.Alert($0, bucket: inquiry.bucket) },
                seriesAlerts: seriesAlerts(detector: index, bucket: inquiry.bucket))
        }
        return LaneExplanation(
            account: names[number], bucket: bucket, firstSeen: BucketGrid.start(of: profile.firstBucket),
            lastSeenBefore: tombstone(names[number]).map { BucketGrid.start(of: Int64($0.lastBucket)) }, age: Int(profile.age),
            detectors: entries)
    }

    /// Adds what became of the alerts when the bucket was judged.
    mutating func complete(_ explanation: LaneExplanation, isMissing: Bool) {
        guard let bucket = inquiry?.bucket, let number = names.firstIndex(of: explanation.account) else { return }
        var answer = explanation
        answer.isMissing = isMissing
        for index in answer.detectors.indices {
            let key = AlertKey(detector: UInt8(index), account: AccountID(rawValue: UInt32(number)))
            answer.detectors[index].alert = alert(after: answer.detectors[index].alert, key, bucket: bucket)
            let sourceKey = AlertKey(detector: UInt8(index), account: LaneCore.sourceAccount)
            answer.detectors[index].sourceAlert = alert(after: answer.detectors[index].sourceAlert, sourceKey, bucket: bucket)
            var series = answer.detectors[index].seriesAlerts.mapValues { alert in
                var ended = alert
                ended.hasResolved = true
                return ended
            }
            series.merge(seriesAlerts(detector: index, bucket: bucket)) { _, now in now }
            answer.detectors[index].seriesAlerts = series
            answer.detectors[index].similar = lifecycle.past.latest(of: key, before: answer.detectors[index].alert?.id)
        }
        answer.contributions = contributions(answer, AccountID(rawValue: UInt32(number)), bucket: bucket)
        inquiry?.answer = answer
    }

    private func contributions(_ answer: LaneExplanation, _ account: AccountID, bucket: Int64) -> LaneExplanation.Contributions? {
        guard let tally = shard(account).tally(account, position: Int(bucket - oldestBucket)) else { return nil }
        let told = answer.detectors.indices.compactMap { lifecycle.open[AlertKey(detector: UInt8($0), account: account)] }
            .first { $0.findingBucket == bucket }
        let nearest = answer.nearest?.verdict.measure.flatMap { tally.sums[$0] > 0 ? $0 : nil }
        let judged = told.map { $0.finding.measure } ?? nearest
        let (measure, parts) = contributions(tally, judged)
        return parts.isEmpty ? nil : LaneExplanation.Contributions(measure: measure, parts: parts)
    }

    /// The open alerts on series of the source, by their numbers.
    private func seriesAlerts(detector index: Int, bucket: Int64) -> [UInt32: LaneExplanation.Alert] {
        var alerts: [UInt32: LaneExplanation.Alert] = [:]
        for (key, open) in lifecycle.open where key.series != 0 && Int(key.detector) == index {
            alerts[key.series] = LaneExplanation.Alert(open, bucket: bucket)
        }
        return alerts
    }

    private func alert(after before: LaneExplanation.Alert?, _ key: AlertKey, bucket: Int64) -> LaneExplanation.Alert? {
        if let open = lifecycle.open[key] { return LaneExplanation.Alert(open, bucket: bucket) }
        var ended = before
        ended?.hasResolved = true
        return ended
    }

    /// The input has ended: what is open is explained as it stands.
    mutating func settleInquiry() {
        guard let inquiry, inquiry.answer == nil, (oldestBucket..<oldestBucket + Int64(openCount)).contains(inquiry.bucket) else { return }
        let known = fleet
        fleet = known.raised(by: pulse(position: Int(inquiry.bucket - oldestBucket)))
        defer { fleet = known }
        guard BucketGrid.start(of: inquiry.bucket) <= newest, let answer = explain(inquiry, isClosed: false) else { return }
        complete(answer, isMissing: false)
    }
}

extension LaneExplanation.Alert {
    fileprivate init(_ alert: OpenAlert, bucket: Int64) {
        self.init(
            id: alert.id, opened: alert.opened, isNew: alert.openedBucket == bucket, hasResolved: false, severity: alert.severity,
            phrase: alert.finding.phrase)
    }
}
