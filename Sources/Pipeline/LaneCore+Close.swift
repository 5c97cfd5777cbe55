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
        if !decisions.isEmpty { applyDecisions(before: time) }
        if newest.milliseconds >= 0 && time - newest >= LaneCore.noticedGap { endSilence(at: time) }
        // The buckets close by what was known before this event, so that an idle source's buckets, which close by the clock, are the same.
        while time >= closesAt { closeOldest() }
        newest = time
    }

    /// The source is idle and the wall clock says that event time has come this far: buckets may close, silence may be noticed.
    mutating func idle(until time: EventTime) {
        guard newest.milliseconds >= 0, time > newest else { return }
        if !decisions.isEmpty { applyDecisions(before: time) }
        noticeSilence(until: time)
        while time >= closesAt { closeOldest() }
    }

    private mutating func begin(at time: EventTime) {
        // Events may be as old as the lateness allows: the first open bucket is that far back.
        oldestBucket = max(BucketGrid.number(of: time - options.lateness), 0)
        fleet.firstBucket = oldestBucket
        declareRise()
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
        releaseHalves(upTo: oldestBucket)
        nameActive()
        settleEvents()
        let events = laneEvents[0]
        let isMissing = source.isMissing(bucket: oldestBucket, events: events) || isInsideLongGap(events)
        let known = fleet
        let pulse = isMissing ? nil : pulse(position: 0)
        if let pulse { fleet = known.raised(by: pulse) }
        if !isMissing { noteIdentifiers(position: 0) }
        let answer = inquiry.flatMap { $0.bucket == oldestBucket ? explain($0, isClosed: true) : nil }
        // A missing bucket is neither judged nor learnt, and nobody counts as quiet in it.
        if let pulse {
            detectAndLearn(known, pulse)
            source.learn(bucket: oldestBucket, events: events)
        } else {
            fanOut.lastMissing = oldestBucket
        }
        if let answer { complete(answer, isMissing: isMissing) }
        for shard in shards { shard.dropOldestBucket() }
        named.dropOldestBucket()
        laneEvents.removeFirst()
        rowKeys.removeFirst()
        openCount -= 1
        oldestBucket += 1
        for shard in shards { shard.oldestBucket = oldestBucket }
        currentEnd = 0
        currentStart = 0
        if openCount == 0 { openBucket() }
        setCloseTime()
        declareRise()
        armOldest()
    }

    /// Shows the lane's register whose identifiers an open bucket has, before anybody in it is judged. Complexity: O(active accounts).
    private func noteIdentifiers(position: Int) {
        for shard in shards { shard.noteIdentifiers(position: position) }
        values.compareIdentifiers()
    }

    /// Empty buckets more than a day behind the last event: the log is away, which says nothing about its accounts.
    private func isInsideLongGap(_ events: UInt64) -> Bool {
        events == 0 && openCount <= 1 && BucketGrid.start(of: oldestBucket) - newest > .days(1)
    }

    /// - Parameter known: the fleet as it was before this bucket raised it.
    private mutating func detectAndLearn(_ known: FleetView, _ pulse: FleetPulse) {
        var sums = FleetSums()
        var found: [(AccountID, UInt8, Finding)] = []
        let alerted = restrainedAccounts
        var quarantined: [(account: AccountID, since: Int64)] = []
        for number in shards.indices {
            quarantined += shards[number].closeOldest(fleetSums: &sums, alerted: alerted) { account, detector, finding in
                found.append((account, detector, finding))
            }
        }
        limitQuarantines(quarantined)
        // Shards come one after another; accounts come in the order of their numbers, whatever the shards.
        found.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        closePinned(&found, bucket: oldestBucket)
        collapseShared(&found)
        collapseNetworks(&found, position: 0)
        decide(found, bucket: oldestBucket)
        closeBudget(found, sums.calibration, bucket: oldestBucket)
        closeSeries(bucket: oldestBucket)
        closeFanOut(sums.deviations, sums.risen, bucket: oldestBucket)
        closeHealth(bucket: oldestBucket)
        var view = sums.view(after: known, pulse: pulse)
        view.volumeLevel = budget.control.factor
        fleet = view
        values.countNoted(bucket: oldestBucket, isEmpty: laneEvents[0] == 0)
        closeInventory(bucket: oldestBucket)
        if FleetSums.isDaily(oldestBucket) {
            retireIdle()
            lifecycle.forgetFormer(at: BucketGrid.start(of: oldestBucket + 1))
        }
    }

    /// An account with an open alert keeps its profile until that has ended.
    private func retireIdle() {
        let alerting = Set(lifecycle.open.keys.map(\.account))
        for shard in shards { shard.retireIdle(sparing: alerting) }
    }

    /// Quarantines of a lane, 2 KB each. Where more accounts alert at once, those with the highest numbers learn with restraint and keep
    /// nothing aside: an accept then takes their present level as usual, which is most of it.
    static var quarantineLimit: Int { 4096 }

    private func limitQuarantines(_ quarantined: [(account: AccountID, since: Int64)]) {
        guard quarantined.count > LaneCore.quarantineLimit else { return }
        let excess = quarantined.sorted { ($0.since, $0.account) < ($1.since, $1.account) }.dropFirst(LaneCore.quarantineLimit)
        for (account, _) in excess { shard(account).change(account) { $0.dropQuarantine() } }
    }

    /// The accounts with open alerts under which learning is restrained, and whose alerts these are.
    var restrainedAccounts: [AccountID: Restraint] {
        var accounts: [AccountID: Restraint] = [:]
        for (key, alert) in lifecycle.open where alert.restrains && descriptors[Int(key.detector)].restrainsLearning {
            accounts[key.account, default: Restraint()].note(key.detector, restrains: true)
        }
        return accounts
    }

    func isRestrained(_ account: AccountID) -> Bool {
        lifecycle.open.contains { $0.account == account && $1.restrains && descriptors[Int($0.detector)].restrainsLearning }
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
        endLeap()
        releaseHalves(upTo: .max)
        let known = fleet
        for position in 0..<openCount {
            fleet = declaring(known, bucket: oldestBucket + Int64(position)).raised(by: pulse(position: position))
            noteIdentifiers(position: position)
            judgeAll(position: position)
        }
        fleet = known
        values.forgetIdentifiers()
        let refused = (0..<openCount).reduce(into: MeasureSums()) { sums, position in
            if let tally = shard(.overflow).tally(.overflow, position: position) { sums.add(tally.sums) }
        }
        health.refuse(refused, bucket: oldestBucket)
        if newest.milliseconds >= 0 { health.dateNoted(bucket: oldestBucket) }
        judgeHealth(at: newest, refused: refused)
        settleInquiry()
    }
}
