// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// The accounts of one shard of a lane: profiles, minute rings, and tallies of the open buckets.
///
/// An account's shard is its number modulo the number of shards, and no result depends on that number. A class, because it is one thing
/// with identity that must never be copied; owned by one core. State: about 3.2 KB an account; 30 bytes one that has not been active yet or
/// was retired, see ``Retirement``.
final class AccountShard {
    private let shardCount: UInt32
    private let shardNumber: UInt32
    let detectors: [any Detector]
    /// Those that judge accounts, that judge idle ones, that set trip levels: the others would be asked for nothing all the time.
    let judging: [Int]
    /// Those to ask about a bucket, by its ``JudgedBuckets``.
    private let asked: AskedDetectors
    private let tripping: [Int]
    var profiles: [AccountProfile] = []
    let rings = MinuteRings()
    var retirement = Retirement()
    /// Stand in for those of accounts that have none: no bucket is at or after their first, so that closing one passes them by.
    let noProfile = AccountProfile(firstBucket: .max)
    let noRing = MinuteRing()
    /// How each account stands to the checkpoints; the changed ones, in order of first change; and those of a checkpoint in the making.
    var marks: [CheckpointMark] = []
    var dirty: [Int] = []
    var frozen: [Int] = []
    var captured: [(AccountID, [UInt8])] = []
    /// Open buckets, oldest first, aligned with the lane's.
    var open: [OpenTallies] = []
    /// Accounts that were active in the last bucket to close. No result depends on it.
    private var lastActive = 0
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
        judging = detectors.indices.filter { type(of: detectors[$0]).judgesAccounts }
        let judging = self.judging
        asked = AskedDetectors(judging.map { ($0, detectors[$0]) })
        tripping = judging.filter { type(of: detectors[$0]).hasTripLevels }
    }

    /// How an account stands to the checkpoints.
    enum CheckpointMark: UInt8 {
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
        /// ``note(_:rows:isNewRoute:position:)`` is to be called.
        static let note = Signal(rawValue: 2)
        /// The same, for a route that is not among those kept of the bucket.
        static let noteRoute = Signal(rawValue: 4)
    }

    @inline(__always)
    func local(_ account: AccountID) -> Int { Int(shardCount == 1 ? account.rawValue : account.rawValue / shardCount) }

    func number(_ index: Int) -> AccountID { AccountID(rawValue: UInt32(index) * shardCount + shardNumber) }

    var accountCount: Int { rings.count }

    /// Makes room for one more account, of which no event has counted yet. Accounts come in the order of their numbers.
    func addNewAccount() {
        profiles.append(noProfile)
        rings.append(noRing)
        retirement.addAccount()
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
        _ = rings.add(to: index, minute: Int(truncatingIfNeeded: event.time.milliseconds / 60_000), rows: rows, bytes: bytes)
        let news = open[position].tallies[slot - 1].add(event, rows: rows, bytes: bytes)
        if news == .nothing { return .nothing }
        var signal: Signal = news.contains(.access) ? .note : .nothing
        if news.contains(.route) { signal.insert(.noteRoute) }
        var isNovel = false
        if news.contains(.network) {
            isNovel = open[position].tallies[slot - 1].note(event.network, at: event.time, known: profiles[index].networks, values)
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
    func willChange(_ index: Int) {
        guard marks[index] != .dirty else { return }
        if marks[index] == .frozen { capture(index) }
        marks[index] = .dirty
        dirty.append(index)
    }

    /// To be called before an account gets another name, which its state holds as well.
    func willRename(_ account: AccountID) { willChange(local(account)) }

    /// Changes what is known of an account outside of a bucket's close.
    func change(_ account: AccountID, _ body: (AccountProfile) -> Void) {
        willChange(local(account))
        body(profiles[local(account)])
    }

    private func startTally(_ event: AccessEvent, index: Int, position: Int, oldestBucket: Int64) -> Int {
        var tally = AccountTally(event)
        let bucket = oldestBucket + Int64(position)
        if profiles[index] === noProfile {
            profiles[index] = AccountProfile(firstBucket: bucket)
            rings[index] = MinuteRing()
        }
        let profile = profiles[index]
        if profile.age == 0 && bucket < profile.firstBucket { profile.firstBucket = bucket }
        if position == 0 { tally.trips = tripLevels(index, bucket: bucket) }
        open[position].tallies.append(tally)
        open[position].slots[index] = UInt32(open[position].tallies.count)
        return open[position].tallies.count
    }

    private func tripLevels(_ index: Int, bucket: Int64) -> TripLevels {
        var trips = TripLevels.never
        let all = detectors
        let detectors = all.span
        for number in tripping {
            trips = trips.lowered(by: detectors[number].tripLevels(bucket: bucket, of: profiles[index], fleet: fleet))
        }
        return trips
    }

    // MARK: Buckets

    /// Opens one more bucket behind the newest, with room for as many tallies as the last one to close had and an eighth more: a doubling
    /// array of them would hold up to twice what is needed.
    func openBucket() {
        var tallies: [AccountTally] = []
        tallies.reserveCapacity(lastActive + lastActive / 8)
        open.append(OpenTallies(slots: Array(repeating: 0, count: rings.count), tallies: tallies))
    }

    /// Forgets the oldest bucket.
    func dropOldestBucket() { lastActive = open.removeFirst().tallies.count }

    /// The tally of an account in an open bucket, or nil when it was not active there.
    func tally(_ account: AccountID, position: Int) -> AccountTally? {
        guard position < open.count else { return nil }
        let slot = Int(open[position].slots[local(account)])
        return slot == 0 ? nil : open[position].tallies[slot - 1]
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
            open[0].tallies[slot].forgetLearnt(profiles[index], values)
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
    /// - Parameter alerted: the accounts with open alerts under which learning is restrained.
    /// Returns the accounts that have a quarantine afterwards, and since when.
    func closeOldest(
        fleetSums: inout FleetSums, alerted: [AccountID: Restraint], found: (AccountID, UInt8, Finding) -> Void
    ) -> [(account: AccountID, since: Int64)] {
        let profiles = self.profiles
        let oldest = open[0]
        let isDaily = FleetSums.isDaily(oldestBucket)
        let closed = ClosedBucket(
            number: oldestBucket, end: BucketGrid.start(of: oldestBucket + 1), fleet: fleet, values: values)
        var isIdle = true
        var quarantined: [(account: AccountID, since: Int64)] = []
        for index in profiles.indices where profiles[index].firstBucket <= oldestBucket {
            AccountShard.prefetch(profiles, after: index)
            if marks[index] != .dirty { willChange(index) }
            let slot = Int(oldest.slots[index])
            // Held on to by the array: to hold on to it once more for each of the calls would take as long as some of them.
            unsafe Unmanaged.passUnretained(profiles[index])._withUnsafeGuaranteedRef { profile in
                if slot != 0 {
                    retirement.noteActive(index, oldestBucket)
                    oldest.read(into: closed, of: profile, slot: slot)
                    isIdle = false
                } else if isIdle {
                    // Nothing of the account before is left to be taken out.
                    closed.readModels(of: profile)
                } else {
                    closed.readIdle(profile)
                    isIdle = true
                }
                let before = alerted.isEmpty ? Restraint() : alerted[number(index)] ?? Restraint()
                closed.isAlerted = before.restraining != 0
                fleetSums.test(closed)
                // Whoever alerts only now learns this bucket with restraint already.
                let now = asked.judge(closed, of: profile) { found(number(index), $0, $1) }
                closed.isAlerted = now.restrains(after: before)
                closed.isUnusual = now.isUnusual
                if slot != 0 { noteForLane(closed, profile) }
                profile.learn(closed)
                fleetSums.add(number(index), profile, closed, isDaily: isDaily)
                if let aside = profile.quarantine { quarantined.append((number(index), aside.firstAlerted)) }
            }
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
        for number in judging {
            if let finding = detectors[number].judge(partial, of: profile) { findings.append((UInt8(number), finding)) }
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
            let closed = self.bucket(
                bucket, of: profile, tally: tally(account, position: earlier), end: BucketGrid.start(of: bucket + 1), isClosed: true)
            closed.isAlerted = isAlerted
            profile.learn(closed)
        }
        var judged = tally(account, position: position)
        judged?.separate()
        judged?.forgetLearnt(profile, values)
        let bucket = bucket(
            oldestBucket + Int64(position), of: profile, tally: judged, end: end, isClosed: isClosed)
        bucket.isAlerted = isAlerted
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

    /// The edges on which records moved in open bucket `position`.
    func edges(position: Int) -> [MovementTally.Edge] { open[position].tallies.flatMap { $0.access?.movement?.edges ?? [] } }

    /// Notes whose identifiers were shown in open bucket `position`.
    func noteIdentifiers(position: Int) {
        for index in open[position].tallies.indices {
            guard let access = open[position].tallies[index].access, access.hasMovement, let moved = access.movement else { continue }
            if !moved.real.isEmpty || !moved.madeUp.isEmpty { values.note(identifiers: moved) }
        }
    }

    /// The accounts active in open bucket `position`, in order of number.
    func activeAccounts(position: Int) -> [AccountID] { open[position].tallies.map(\.account).sorted() }

    /// A bucket with what an account did in it, nothing where there is no tally, and what its models say to that.
    private func bucket(
        _ number: Int64, of profile: AccountProfile, tally: AccountTally?, end: EventTime, isClosed: Bool
    ) -> ClosedBucket {
        let bucket = ClosedBucket(number: number, end: end, fleet: fleet, values: values)
        bucket.isClosed = isClosed
        if let tally { bucket.read(profile, tally) } else { bucket.readIdle(profile) }
        return bucket
    }
}
