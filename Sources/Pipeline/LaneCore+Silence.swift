// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

extension LaneCore {
    // MARK: Silence of an account

    /// What a finding says of an account that may be missed already; nil where it is waited for no longer. Findings of other detectors are
    /// what they are.
    ///
    /// The silence sinks the baselines by which it is found: what was due on its first day stands.
    func asMissed(_ finding: Finding, key: AlertKey, bucket: Int64) -> Finding? {
        guard detectors[Int(key.detector)] is SilenceDetector, key.account != LaneCore.sourceAccount else { return finding }
        let silent = bucket - shard(key.account).lastActive(key.account)
        guard silent <= SilenceDetector.patience else { return nil }
        guard let known = lifecycle.open[key]?.finding else { return finding }
        return silent > Int64(BucketGrid.perDay) || finding.expected < known.expected ? known : finding
    }

    /// Whether an account that was missed and is not found so in this bucket has still not called, so that its alert stays as it is: a
    /// night in which nothing is due brings nobody back. Beyond the detector's patience the alert ends here.
    mutating func isStillMissed(_ key: AlertKey, bucket: Int64, at time: EventTime) -> Bool {
        // Once it has called, the quiet buckets are counted, those without a call as well.
        guard let alert = lifecycle.open[key], alert.quietBuckets == 0 else { return false }
        let last = shard(key.account).lastActive(key.account)
        guard last < bucket else { return false }
        if bucket - last > SilenceDetector.patience {
            let since = BucketGrid.start(of: last + 1)
            if let transition = lifecycle.resolve(key: key, at: time, unheardSince: since) { emit(transition) }
        }
        return true
    }

    /// What is said of an account that was missed before and has not called in the bucket that an inquiry asks for; nil of others.
    func explainMissed(_ bucket: ClosedBucket, of profile: AccountProfile, key: AlertKey) -> Explanation? {
        guard let detector = detectors[Int(key.detector)] as? SilenceDetector, bucket.isClosed, bucket.sums.calls == 0 else { return nil }
        let last = shard(key.account).lastActive(key.account)
        if let alert = lifecycle.open[key], alert.quietBuckets == 0 {
            return detector.explain(bucket, of: profile, missedSince: last, due: alert.finding.expected)
        }
        guard last > 0, bucket.number - last > SilenceDetector.patience else { return nil }
        return detector.explain(bucket, of: profile, missedSince: last, due: nil)
    }

    // MARK: Silence of the source

    /// Opens the silence alert when a silence since the newest event stops being ordinary before `time`.
    mutating func noticeSilence(until time: EventTime) {
        guard silentSince == nil,
            let alarm = source.alarm(silentSince: newest, until: time, minimum: SilenceDetector.minimumSilence(of: detectors))
        else { return }
        let gap = gap(from: newest, to: alarm)
        silentSince = newest
        for (number, detector) in detectors.enumerated() {
            guard let finding = detector.judge(gap) else { continue }
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
            let opened = LaneCore.minute(alarm)
            let bucket = BucketGrid.number(of: alarm)
            if let transition = take(finding, of: key, bucket: bucket, at: opened, isClosed: false) { emit(transition) }
        }
    }

    /// An event came after a gap: an ordinary one is learnt, a silence ends.
    mutating func endSilence(at time: EventTime) {
        noticeSilence(until: time)
        guard let start = silentSince else {
            source.learnGap(from: newest, to: time)
            return
        }
        silentSince = nil
        for (number, detector) in detectors.enumerated() where detector is SilenceDetector {
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
            guard var transition = lifecycle.resolve(key: key, at: LaneCore.minute(time)) else { continue }
            // It opened when the silence stopped being ordinary: only now it is known how long it was.
            if let whole = detector.judge(gap(from: start, to: time)) {
                transition.alert.finding.phrase = whole.phrase
                transition.alert.finding.expected = whole.expected
                transition.alert.finding.windowEnd = whole.windowEnd
            }
            emit(transition)
        }
    }

    private func gap(from start: EventTime, to end: EventTime) -> SourceGap {
        SourceGap(
            source: options.name, start: start, alarm: end, missed: source.deficit(from: start, to: end), age: Int(source.age),
            since: BucketGrid.start(of: fleet.firstBucket))
    }
}
