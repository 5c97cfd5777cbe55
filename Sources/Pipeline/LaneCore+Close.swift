// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

extension LaneCore {
    /// A silence longer than this is looked at.
    static var noticedGap: EventDuration { .minutes(1) }

    /// Moves event time forward, closing every bucket that the watermark passes.
    mutating func advance(to time: EventTime) {
        if newest.milliseconds < 0 { begin(at: time) }
        if newest.milliseconds >= 0 && time - newest >= LaneCore.noticedGap { endSilence(at: time) }
        // The buckets close by what was known before this event, so that an idle source's buckets, which close by the clock, are the same.
        while time >= closesAt { closeOldest() }
        newest = time
    }

    /// The source is idle and the wall clock says that event time has come this far: buckets may close, silence may be noticed.
    mutating func idle(until time: EventTime) {
        guard newest.milliseconds >= 0, time > newest else { return }
        noticeSilence(until: time)
        while time >= closesAt { closeOldest() }
    }

    private mutating func begin(at time: EventTime) {
        // Events may be as old as the lateness allows: the first open bucket is that far back.
        oldestBucket = max(BucketGrid.number(of: time - options.lateness), 0)
        fleet.firstBucket = oldestBucket
        for shard in shards { shard.oldestBucket = oldestBucket }
        openBucket()
        setCloseTime()
    }

    private mutating func setCloseTime() {
        closesAt = BucketGrid.start(of: oldestBucket + 1) + options.lateness
    }

    /// Closes the oldest bucket: judge everybody by what was known before it, learn it, then arm the next.
    private mutating func closeOldest() {
        if openCount == 0 { openBucket() }
        let events = laneEvents[0]
        let isMissing = source.isMissing(bucket: oldestBucket, events: events) || isInsideLongGap(events)
        let answer = inquiry.flatMap { $0.bucket == oldestBucket ? explain($0, isClosed: true) : nil }
        // A missing bucket is neither judged nor learnt, and nobody counts as quiet in it.
        if !isMissing {
            detectAndLearn()
            source.learn(bucket: oldestBucket, events: events)
        }
        if let answer { complete(answer, isMissing: isMissing) }
        for shard in shards { shard.dropOldestBucket() }
        laneEvents.removeFirst()
        rowKeys.removeFirst()
        openCount -= 1
        oldestBucket += 1
        for shard in shards { shard.oldestBucket = oldestBucket }
        currentEnd = 0
        currentStart = 0
        if openCount == 0 { openBucket() }
        setCloseTime()
        armOldest()
    }

    /// Empty buckets more than a day behind the last event: the log is away, which says nothing about its accounts.
    private func isInsideLongGap(_ events: UInt64) -> Bool {
        events == 0 && openCount <= 1 && BucketGrid.start(of: oldestBucket) - newest > .days(1)
    }

    private mutating func detectAndLearn() {
        var sums = FleetSums()
        var found: [(AccountID, UInt8, Finding)] = []
        for number in shards.indices {
            shards[number].closeOldest(fleetSums: &sums) { account, detector, finding in
                found.append((account, detector, finding))
            }
        }
        // Shards come one after another; accounts come in the order of their numbers, whatever the shards.
        found.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        decide(found, bucket: oldestBucket)
        closeBudget(found, sums.calibration, bucket: oldestBucket)
        closeSeries(bucket: oldestBucket)
        closeHealth(bucket: oldestBucket)
        var view = sums.view(after: fleet)
        view.volumeLevel = budget.control.factor
        fleet = view
        values.countNoted(bucket: oldestBucket)
        if FleetSums.isDaily(oldestBucket) { retireIdle() }
    }

    /// An account with an open alert keeps its profile until that has ended.
    private func retireIdle() {
        let alerting = Set(lifecycle.open.keys.map(\.account))
        for shard in shards { shard.retireIdle(sparing: alerting) }
    }

    private mutating func armOldest() {
        var over: [AccountID] = []
        for shard in shards { over += shard.arm(bucket: oldestBucket) }
        for account in over.sorted() {
            if let tally = shard(account).tally(account, position: 0) { judgeNow(account, at: tally.lastTime) }
        }
    }

    /// The archive has ended: judges the open buckets as they stand, without closing them. What comes next is not known, so nothing is
    /// learnt, completed or resolved.
    mutating func settle() {
        counters.future += UInt64(ahead.count)
        ahead.removeAll()
        for position in 0..<openCount {
            var active: [AccountID] = []
            for shard in shards { active += shard.activeAccounts(position: position) }
            for account in active.sorted() {
                if let tally = shard(account).tally(account, position: position) {
                    judge(account, position: position, at: tally.lastTime)
                }
            }
        }
        let refused = (0..<openCount).reduce(into: MeasureSums()) { sums, position in
            if let tally = shard(.overflow).tally(.overflow, position: position) { sums.add(tally.sums) }
        }
        health.refuse(refused, bucket: oldestBucket)
        judgeHealth(at: newest, refused: refused)
        settleInquiry()
    }
}
