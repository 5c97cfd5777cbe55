// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// The accounts of one shard of a lane: profiles, minute rings, and tallies of the open buckets.
///
/// An account's shard is its number modulo the number of shards, and no result depends on that number. A class, because it is one thing
/// with identity that must never be copied; owned by one core. State: about 3.2 KB an account.
final class AccountShard {
    private let shardCount: UInt32
    private let shardNumber: UInt32
    private let detectors: [any Detector]
    private let judgesIdle: [Bool]
    /// Which of them restrain what is learnt under their alerts.
    private let restraining: [Bool]
    private var profiles: [AccountProfile] = []
    private var rings: [MinuteRing] = []
    /// How each account stands to the checkpoints; the changed ones, in order of first change; and those of a checkpoint in the making.
    private var marks: [CheckpointMark] = []
    private var dirty: [Int] = []
    private var frozen: [Int] = []
    private var captured: [(AccountID, [UInt8])] = []
    /// Open buckets, oldest first, aligned with the lane's.
    private var open: [OpenTallies] = []
    /// The number of the oldest open bucket.
    var oldestBucket: Int64 = 0

    /// What detectors see of the fleet: kept here, because handing it over for every event would copy it.
    var fleet: FleetView
    /// The names of the lane's endpoints and objects, and who uses which.
    let values: ValueTable
    /// Accounts that nobody has a reason to use.
    private(set) var canaries: Set<UInt32> = []

    init(number: Int, of shardCount: Int, detectors: [any Detector], fleet: FleetView, values: ValueTable) {
        self.fleet = fleet
        self.values = values
        shardNumber = UInt32(number)
        self.shardCount = UInt32(shardCount)
        self.detectors = detectors
        judgesIdle = detectors.map { type(of: $0).judgesIdleBuckets }
        restraining = detectors.map { type(of: $0).descriptor.restrainsLearning }
    }

    /// How an account stands to the checkpoints.
    private enum CheckpointMark: UInt8 {
        /// As the last checkpoint has it, or the one in the making has it already.
        case clean
        /// Changed since.
        case dirty
        /// The checkpoint in the making still has to take it: it must be captured before it changes.
        case frozen
    }

    /// What an event set off.
    struct Signal: OptionSet {
        let rawValue: UInt8
        static let nothing: Signal = []
        /// The account is to be judged now.
        static let judge = Signal(rawValue: 1)
        /// ``note(_:rows:detail:isNewRoute:position:)`` is to be called.
        static let note = Signal(rawValue: 2)
        /// The same, for a route that is not among those kept of the bucket.
        static let noteRoute = Signal(rawValue: 4)
    }

    @inline(__always)
    private func local(_ account: AccountID) -> Int { Int(shardCount == 1 ? account.rawValue : account.rawValue / shardCount) }

    private func number(_ index: Int) -> AccountID { AccountID(rawValue: UInt32(index) * shardCount + shardNumber) }

    var accountCount: Int { rings.count }

    /// Makes room for one more account, of which no event has counted yet. Accounts come in the order of their numbers.
    func addNewAccount() { addAccount(bucket: .max) }

    /// Makes room for one more account, first seen in `bucket`. Accounts come in the order of their numbers.
    func addAccount(bucket: Int64) {
        profiles.append(AccountProfile(firstBucket: bucket))
        rings.append(MinuteRing())
        // Changed from the start: a checkpoint must know every number below the highest, even of accounts whose events were all late.
        marks.append(.dirty)
        dirty.append(marks.count - 1)
        for index in open.indices { open[index].slots.append(0) }
    }

    func ring(_ account: AccountID) -> MinuteRing { rings[local(account)] }

    func profile(_ account: AccountID) -> AccountProfile { profiles[local(account)] }

    /// Adds an event to open bucket `position`. `bucket`, the oldest open one, serves the trip levels.
    @inline(__always)
    func add(_ event: AccessEvent, rows: UInt64, bytes: UInt64, position: Int, bucket: Int64) -> Signal {
        let index = local(event.account)
        if marks[index] != .dirty { willChange(index) }
        var slot = Int(open[position].slots[index])
        if slot == 0 { slot = startTally(event, index: index, position: position, oldestBucket: bucket) }
        _ = rings[index].add(minute: Int(event.time.milliseconds / 60_000), rows: rows, bytes: bytes)
        let news = open[position].tallies[slot - 1].add(event, rows: rows, bytes: bytes)
        if news == .nothing { return .nothing }
        var signal: Signal = news.contains(.access) ? .note : .nothing
        if news.contains(.route) { signal.insert(.noteRoute) }
        var isNovel = false
        if news.contains(.network) {
            isNovel = open[position].tallies[slot - 1].note(event.network, at: event.time, known: profiles[index].networks)
        }
        guard position == 0 else { return signal }
        if news.contains(.trip) { open[0].tallies[slot - 1].raiseTrips() }
        if isNovel || news.contains(.trip) { signal.insert(.judge) }
        return signal
    }

    /// Hands out an account's tally in an open bucket to be changed. Precondition: there is one.
    func change<Result>(_ account: AccountID, position: Int, _ body: (inout AccountTally) -> Result) -> Result {
        body(&open[position].tallies[Int(open[position].slots[local(account)]) - 1])
    }

    /// Marks an account as one that nobody has a reason to use.
    func addCanary(_ account: AccountID) { canaries.insert(account.rawValue) }

    /// To be called before anything of an account changes that its state holds.
    private func willChange(_ index: Int) {
        guard marks[index] != .dirty else { return }
        if marks[index] == .frozen { capture(index) }
        marks[index] = .dirty
        dirty.append(index)
    }

    /// Changes what is known of an account outside of a bucket's close.
    func change(_ account: AccountID, _ body: (AccountProfile) -> Void) {
        willChange(local(account))
        body(profiles[local(account)])
    }

    private func startTally(_ event: AccessEvent, index: Int, position: Int, oldestBucket: Int64) -> Int {
        var tally = AccountTally(event)
        let bucket = oldestBucket + Int64(position)
        let profile = profiles[index]
        if profile.age == 0 && bucket < profile.firstBucket { profile.firstBucket = bucket }
        if position == 0 { tally.trips = tripLevels(index, bucket: bucket) }
        open[position].tallies.append(tally)
        open[position].slots[index] = UInt32(open[position].tallies.count)
        return open[position].tallies.count
    }

    private func tripLevels(_ index: Int, bucket: Int64) -> TripLevels {
        var trips = TripLevels.never
        for detector in detectors { trips = trips.lowered(by: detector.tripLevels(bucket: bucket, of: profiles[index], fleet: fleet)) }
        return trips
    }

    // MARK: Buckets

    /// Opens one more bucket behind the newest.
    func openBucket() {
        open.append(OpenTallies(slots: Array(repeating: 0, count: rings.count), tallies: []))
    }

    /// Forgets the oldest bucket.
    func dropOldestBucket() { open.removeFirst() }

    /// The tally of an account in an open bucket, or nil when it was not active there.
    func tally(_ account: AccountID, position: Int) -> AccountTally? {
        guard position < open.count else { return nil }
        let slot = Int(open[position].slots[local(account)])
        return slot == 0 ? nil : open[position].tallies[slot - 1]
    }

    private func activity(_ account: AccountID, position: Int) -> Activity {
        tally(account, position: position).map { Activity($0, values: values) } ?? Activity(values: values)
    }

    /// Sets the trip levels of the oldest bucket, which has just become the oldest; returns the accounts that are over them already, or
    /// came from a network that is still new.
    func arm(bucket: Int64) -> [AccountID] {
        var over: [AccountID] = []
        guard !open.isEmpty else { return over }
        for slot in open[0].tallies.indices {
            let account = open[0].tallies[slot].account
            let index = local(account)
            // The levels are state, and nothing else about the account may have changed since the last checkpoint.
            willChange(index)
            open[0].tallies[slot].trips = tripLevels(index, bucket: bucket)
            open[0].tallies[slot].forgetLearnt(profiles[index])
            let isOver = open[0].tallies[slot].hasTripped
            if isOver { open[0].tallies[slot].raiseTrips() }
            if isOver || open[0].tallies[slot].isUrgent { over.append(account) }
        }
        return over.sorted()
    }

    /// Judges and learns the oldest bucket for every account, in order of number. `body` gets what the detectors found.
    ///
    /// The inner loop of a quiet fleet: the arrays are taken out of the class once, and one bucket is filled again for each account.
    ///
    /// - Parameter alerted: the accounts with an open alert under which learning is restrained.
    /// Returns the accounts that have a quarantine afterwards, and since when.
    func closeOldest(
        fleetSums: inout FleetSums, alerted: Set<AccountID>, found: (AccountID, UInt8, Finding) -> Void
    ) -> [(account: AccountID, since: Int64)] {
        let detectors = self.detectors
        let restraining = self.restraining
        let profiles = self.profiles
        let oldest = open[0]
        let isDaily = FleetSums.isDaily(oldestBucket)
        var closed = ClosedBucket(
            number: oldestBucket, end: BucketGrid.start(of: oldestBucket + 1), fleet: fleet, values: values)
        let idle = Activity(values: values)
        var quarantined: [(account: AccountID, since: Int64)] = []
        for index in profiles.indices where profiles[index].firstBucket <= oldestBucket {
            willChange(index)
            let slot = Int(oldest.slots[index])
            let activity = slot == 0 ? idle : Activity(oldest.tallies[slot - 1], values: values)
            closed.read(
                profiles[index], sums: activity.sums, networks: activity.networks, newNetwork: activity.newNetwork,
                access: activity.access)
            closed.isAlerted = !alerted.isEmpty && alerted.contains(number(index))
            for number in detectors.indices where slot != 0 || judgesIdle[number] {
                guard let finding = detectors[number].judge(closed, of: profiles[index]) else { continue }
                if finding.opens && restraining[number] { closed.isAlerted = true }
                found(self.number(index), UInt8(number), finding)
            }
            if slot != 0 { noteForLane(closed, profiles[index]) }
            profiles[index].learn(&closed)
            fleetSums.add(profiles[index], closed, isDaily: isDaily)
            if let aside = profiles[index].quarantine { quarantined.append((self.number(index), aside.firstAlerted)) }
        }
        return quarantined
    }

    /// What the detectors find in a part of open bucket `position`, as though the buckets before it closed as they stand.
    func judgeOpen(
        _ account: AccountID, position: Int, oldestBucket: Int64, end: EventTime, isAlerted: Bool
    ) -> [(UInt8, Finding)] {
        let (profile, partial) = asJudged(
            account, position: position, oldestBucket: oldestBucket, end: end, isClosed: false, isAlerted: isAlerted)
        var findings: [(UInt8, Finding)] = []
        for (number, detector) in detectors.enumerated() {
            if let finding = detector.judge(partial, of: profile) { findings.append((UInt8(number), finding)) }
        }
        return findings
    }

    /// An account's open bucket `position` as detectors get it, and a copy of the profile as though the buckets before it closed as they
    /// stand.
    func asJudged(
        _ account: AccountID, position: Int, oldestBucket: Int64, end: EventTime, isClosed: Bool, isAlerted: Bool
    ) -> (AccountProfile, ClosedBucket) {
        let profile = profiles[local(account)].clone()
        for earlier in 0..<position where profile.firstBucket <= oldestBucket + Int64(earlier) {
            let bucket = oldestBucket + Int64(earlier)
            var closed = self.bucket(
                bucket, of: profile, activity: activity(account, position: earlier), end: BucketGrid.start(of: bucket + 1),
                isClosed: true)
            closed.isAlerted = isAlerted
            profile.learn(&closed)
        }
        var judged = tally(account, position: position)
        judged?.forgetLearnt(profile)
        let bucket = bucket(
            oldestBucket + Int64(position), of: profile, activity: judged.map { Activity($0, values: values) } ?? Activity(values: values),
            end: end,
            isClosed: isClosed)
        return (profile, bucket)
    }

    /// Adds what all accounts together did in open bucket `position`. Complexity: O(active accounts).
    func addTotals(to sums: inout MeasureSums, position: Int) {
        for index in open[position].tallies.indices {
            sums.rows &+= open[position].tallies[index].sums.rows
            sums.bytes &+= open[position].tallies[index].sums.bytes
            sums.calls &+= open[position].tallies[index].sums.calls
        }
    }

    /// Adds how far the mature accounts are above their expectations in open bucket `position`. Complexity: O(accounts).
    func add(to pulse: inout FleetPulse, position: Int, bucket: Int64) {
        let slot = WeekSlot(BucketGrid.start(of: bucket))
        for index in profiles.indices where profiles[index].isMature {
            let place = Int(open[position].slots[index])
            let sums = place == 0 ? MeasureSums() : open[position].tallies[place - 1].sums
            pulse.add(profiles[index], profiles[index].visits.standing(slot), sums)
        }
    }

    /// The accounts active in open bucket `position`, in order of number.
    func activeAccounts(position: Int) -> [AccountID] { open[position].tallies.map(\.account).sorted() }

    /// A bucket with what an account did in it and what its models say to that.
    private func bucket(
        _ number: Int64, of profile: AccountProfile, activity: Activity, end: EventTime, isClosed: Bool
    ) -> ClosedBucket {
        var bucket = ClosedBucket(number: number, end: end, fleet: fleet, values: values)
        bucket.isClosed = isClosed
        bucket.read(
            profile, sums: activity.sums, networks: activity.networks, newNetwork: activity.newNetwork, access: activity.access)
        return bucket
    }
}

/// The tallies of one open bucket of a shard: `slots` gives an account's tally plus one, 0 while it was not active.
private struct OpenTallies {
    var slots: [UInt32]
    var tallies: [AccountTally]
}

// MARK: - State

extension AccountShard {
    var hasChanges: Bool { !dirty.isEmpty }

    /// Begins a checkpoint: what the changed accounts are now is what it will hold, however they change while it is made.
    /// Returns how many. Complexity: O(changed accounts), a byte each. Precondition: none is in the making.
    func freeze() -> Int {
        precondition(frozen.isEmpty && captured.isEmpty, "one checkpoint at a time")
        frozen = dirty
        dirty = []
        for index in frozen { marks[index] = .frozen }
        return frozen.count
    }

    /// At most `limit` more accounts of the checkpoint in the making: fewer mean that these were the last. A closing bucket may have
    /// captured every account at once; these too come out a few at a time.
    func takeSome(atMost limit: Int) -> [(AccountID, [UInt8])] {
        while captured.count < limit, let index = frozen.popLast() {
            guard marks[index] == .frozen else { continue }
            capture(index)
            marks[index] = .clean
        }
        let taken = Array(captured.suffix(limit))
        captured.removeLast(taken.count)
        return taken
    }

    private func capture(_ index: Int) { captured.append((number(index), encode(number(index)))) }

    private static var stateVersion: UInt8 { 4 }

    private func encode(_ account: AccountID) -> [UInt8] {
        var writer = StateWriter(reserving: 3600)
        writer.write(AccountShard.stateVersion)
        profile(account).encode(into: &writer)
        let minutes = ring(account).minutes()
        writer.write(UInt8(minutes.count))
        for minute in minutes {
            writer.write(UInt32(truncatingIfNeeded: minute.number))
            writer.write(minute.rows)
            writer.write(minute.bytes)
            writer.write(UInt32(truncatingIfNeeded: minute.calls))
        }
        let active = open.indices.filter { tally(account, position: $0) != nil }
        writer.write(UInt8(active.count))
        for position in active {
            writer.write(oldestBucket + Int64(position))
            tally(account, position: position)?.encode(into: &writer)
        }
        return writer.bytes
    }

    /// Adds an account from its state. Precondition: the open buckets are there, ``oldestBucket`` is set, and accounts come in the order of
    /// their numbers.
    func restore(_ account: AccountID, from bytes: [UInt8]) throws(StateError) {
        var reader = StateReader(bytes)
        try reader.expectVersion(AccountShard.stateVersion)
        let profile = try AccountProfile(from: &reader)
        addAccount(bucket: profile.firstBucket)
        let index = local(account)
        marks[index] = .clean
        dirty.removeLast()
        profiles[index] = profile
        for _ in 0..<(try reader.read(UInt8.self)) {
            rings[index].restore(
                minute: Int(try reader.read(UInt32.self)), rows: try reader.read(), bytes: try reader.read(),
                calls: UInt64(try reader.read(UInt32.self)))
        }
        for _ in 0..<(try reader.read(UInt8.self)) {
            let position = Int(try reader.read(Int64.self) - oldestBucket)
            let tally = try AccountTally(account: account, from: &reader)
            guard position < open.count else { throw StateError.implausible("open bucket") }
            // A bucket that closed without touching the account (its source was dead) is gone.
            guard position >= 0 else { continue }
            open[position].tallies.append(tally)
            open[position].slots[index] = UInt32(open[position].tallies.count)
        }
        guard reader.isAtEnd else { throw StateError.implausible("trailing bytes") }
    }
}
