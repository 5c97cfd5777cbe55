// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

extension LaneCore {
    /// What goes out of a transition. An account's alert beyond its detector's daily limit is kept open and counted, and nobody is told; it
    /// goes out after all when it becomes critical.
    mutating func told(_ transition: AlertLifecycle.Transition) -> AlertLifecycle.Transition? {
        let key = transition.key
        guard key.account != LaneCore.sourceAccount else { return transition }
        let isCritical = transition.alert.severity >= .critical
        if transition.status == .open {
            if health.mayOpen(key.detector, isCritical: isCritical, bucket: oldestBucket, limit: alertLimit) { return transition }
            lifecycle.collapse(key, true)
            judgeHealth(at: transition.time, refused: MeasureSums())
            return nil
        }
        guard transition.alert.isCollapsed else { return transition }
        guard transition.status == .update, isCritical else { return nil }
        _ = health.mayOpen(key.detector, isCritical: true, bucket: oldestBucket, limit: alertLimit)
        lifecycle.collapse(key, false)
        var opening = transition
        opening.status = .open
        opening.change = nil
        return opening
    }

    /// Asks the detectors of health in the middle of a bucket: opens what there is to open.
    mutating func judgeHealth(at time: EventTime, refused: MeasureSums) {
        let lane = laneBucket(end: LaneCore.minute(time) + .minutes(1), refused: refused)
        for (number, detector) in healthDetectors {
            guard let finding = detector.judge(lane) else { continue }
            take(finding, number, at: LaneCore.minute(time), isClosed: false)
        }
    }

    /// Judges detection itself in the bucket that is closing.
    mutating func closeHealth(bucket: Int64) {
        if FleetSums.isDaily(bucket) { health.blind = blindModels() }
        let refused = shard(.overflow).tally(.overflow, position: 0)?.sums ?? MeasureSums()
        health.refuse(refused, bucket: bucket)
        health.dateNoted(bucket: bucket)
        let end = BucketGrid.start(of: bucket + 1)
        let lane = laneBucket(end: end, refused: refused)
        for (number, detector) in healthDetectors {
            if let finding = detector.judge(lane) {
                take(finding, number, at: end, isClosed: true)
                continue
            }
            let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
            if let transition = lifecycle.quiet(key: key, at: end, limit: descriptors[number].quietBuckets) {
                emit(transition)
            }
            if lifecycle.open[key] == nil { health.reset(type(of: detector).concern) }
        }
        health.endBucket()
    }

    private mutating func take(_ finding: Finding, _ number: Int, at time: EventTime, isClosed: Bool) {
        let key = AlertKey(detector: UInt8(number), account: LaneCore.sourceAccount)
        let known = lifecycle.open[key]
        // Daily as long as it goes on; a number that stays as it is needs no repeating.
        let isDue = known.map { health.isDue(number, at: oldestBucket) && $0.finding.observed != finding.observed } ?? false
        guard let transition = take(finding, of: key, bucket: oldestBucket, at: time, isClosed: isClosed, isDue: isDue) else { return }
        health.tell(number, at: oldestBucket)
        emit(transition)
    }

    /// Nothing in it may depend on where batches end: not the number of names, of which a batch brings all at once.
    ///
    /// - Parameter refused: what came in this bucket under names without an account.
    func laneBucket(end: EventTime, refused: MeasureSums) -> LaneBucket {
        var lane = LaneBucket(
            name: options.name, number: oldestBucket, end: end, firstBucket: fleet.firstBucket, accounts: fleet.matureCount)
        lane.refusedCalls = refused.calls
        lane.refused = health.refused
        lane.refusedSince = health.refusedSince
        lane.collapsedAlerts = health.collapsedInBucket
        lane.collapsed = health.collapsed.indices.compactMap { number in
            let count = health.collapsed[number]
            return count > 0 ? LaneBucket.Collapsed(detector: title(number), count: count) : nil
        }
        lane.blind = health.blind.map {
            LaneBucket.Blind(detector: title(Int($0.detector)), accounts: $0.accounts, example: accountName($0.example))
        }
        let lines = health.longLines
        if lines.count > 0 && lines.since >= 0 {
            lane.longLines = LaneBucket.LongLines(
                inBucket: lines.inBucket, count: lines.count, since: lines.since, longest: lines.longest,
                file: streamPaths[lines.stream] ?? "")
        }
        if health.misdated.since >= 0 { lane.misdated = health.misdated }
        return lane
    }

    private func title(_ detector: Int) -> String { "\(descriptors[detector].id) \(descriptors[detector].name)" }

    /// What the detectors are blind to, in the order of the catalogue. Complexity: O(accounts), once a day.
    private func blindModels() -> [LaneHealth.Blind] {
        var spots: [(account: AccountID, detector: UInt8)] = []
        for shard in shards { spots += shard.blindSpots() }
        return detectors.indices.compactMap { number in
            let accounts = spots.filter { $0.detector == UInt8(number) }.map(\.account)
            guard let first = accounts.min() else { return nil }
            return LaneHealth.Blind(detector: UInt8(number), accounts: UInt64(accounts.count), example: first)
        }
    }
}
