// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What weir has learnt of how an account goes about its calls, beside how much it moves.
///
/// Made with the first bucket whose events name an endpoint or an object, fail, or have a detail. Changes only when a bucket closes. A
/// class, because accounts of plain logs have none. State: 190 bytes, 8 bytes a route, and 280 for an account that does something of
/// ``Seldom``. Complexity: O(routes) a bucket in which the account was active, nothing in others.
public final class AccessMemory {
    public internal(set) var facts: Facts
    /// Whether the account's jobs usually have an audit. Apart from the facts, which say it too: it is asked of accounts at rest, and every
    /// step on the way there is memory that was not touched for a quarter hour.
    private(set) var hasAuditedJobs: Bool

    public init(_ facts: Facts = Facts()) {
        self.facts = facts
        hasAuditedJobs = facts.hasAuditedJobs
    }

    /// Whether the account has not used a route in the ninety days before a bucket.
    public func isNew(_ route: RouteKey, bucket: Int64) -> Bool {
        guard let last = facts.routes.lastDay(of: route) else { return true }
        return Int(bucket) / BucketGrid.perDay - last >= AccessMemory.dormantRouteDays
    }

    /// Active buckets over which rates are taken: four weeks of an account that never rests.
    static let horizon = 2688
    /// Days after which a route that comes back is news.
    public static let dormantRouteDays = 90

    public struct Facts {
        public internal(set) var routes = RouteMemory()
        /// Buckets in which the account was active, and those of them in which it had a new route after its first two weeks.
        public internal(set) var activeBuckets: UInt32 = 0
        public internal(set) var noveltyBuckets: UInt32 = 0
        /// Over active buckets: different routes, refused calls, networks.
        public internal(set) var breadth = RunningMean()
        public internal(set) var refusals = RunningMean()
        public internal(set) var networks = RunningMean()
        /// The last bucket in which a thousand rows left, and how many.
        public internal(set) var lastExport: Int64 {
            get { Int64(exportBucket) }
            set { exportBucket = Int32(clamping: newValue) }
        }
        private var exportBucket: Int32 = -1
        public internal(set) var lastExportRows: UInt64 = 0
        /// The last bucket with activity.
        public internal(set) var lastActive: Int64 {
            get { Int64(activeBucket) }
            set { activeBucket = Int32(clamping: newValue) }
        }
        private var activeBucket: Int32 = -1
        /// One, or none: inline it would triple the size of every account's memory.
        private var more: [Seldom] = []
        /// In place: an object of its own would take half as much again, and most accounts have rows.
        private var way = ChannelMemory()

        public init() {}

        /// What only some accounts do; nil where the account never did.
        public internal(set) var seldom: Seldom? {
            get { more.first }
            set { more = newValue.map { [$0] } ?? [] }
        }

        /// By which channels rows leave; nil where none ever did by one.
        public internal(set) var channels: ChannelMemory? {
            get { way.isUsed ? way : nil }
            set { way = newValue ?? ChannelMemory() }
        }

        // By place, and not by `first`: that would copy everything that only some accounts do.
        @inline(__always) public var lastRefusals: RecentRefusals { more.isEmpty ? RecentRefusals() : more[0].refusals }
        @inline(__always) public var limit: LimitHistory { more.isEmpty ? LimitHistory() : more[0].limit }
        @inline(__always) public var pace: PaceHistory { more.isEmpty ? PaceHistory() : more[0].pace }
        @inline(__always) public var looks: LooksAround { more.isEmpty ? LooksAround() : more[0].looks }
        @inline(__always) public var jobs: [AccessTally.JobRun] { more.isEmpty ? [] : more[0].jobs }
        @inline(__always) public var pauses: [UInt16] { more.isEmpty ? [] : more[0].pauses }
        @inline(__always) public var agents: [UInt64] { more.isEmpty ? [] : more[0].agents }
        @inline(__always) public var movement: MovementMemory { hasMovement ? more[0].movement[0] : MovementMemory() }
        @inline(__always) fileprivate var hasAuditedJobs: Bool { hasMovement && more[0].movement[0].trails.isUsual }
        @inline(__always) private var hasMovement: Bool { !more.isEmpty && !more[0].movement.isEmpty }
        @inline(__always) public var discovery: DiscoveryMemory { more.isEmpty ? DiscoveryMemory() : more[0].discovery }

        /// Whether an account that has used others comes with this user agent for the first time.
        public func isNew(agent: UInt64) -> Bool { agent != 0 && !agents.isEmpty && !agents.contains(agent) }

        fileprivate var isSeldom: Bool { !more.isEmpty }

        fileprivate mutating func learnChannels(_ bucket: borrowing ClosedBucket) {
            guard !bucket.access.channels.isEmpty else { return }
            way.learn(bucket)
        }

        fileprivate mutating func learnSeldom(_ bucket: borrowing ClosedBucket) {
            if more.isEmpty { more.append(Seldom()) }
            more[0].learn(bucket, lastActive: lastActive)
        }
    }

    /// What only some accounts do: run into limits, walk, look around, export in jobs, state their agent, explore a catalogue, pause for a
    /// month.
    public struct Seldom {
        public internal(set) var refusals = RecentRefusals()
        public internal(set) var limit = LimitHistory()
        public internal(set) var pace = PaceHistory()
        public internal(set) var looks = LooksAround()
        /// The jobs run last, latest first; at most eight.
        public internal(set) var jobs: [AccessTally.JobRun] = []
        /// The pauses of a month and more that the account has made, in days; at most eight.
        public internal(set) var pauses: [UInt16] = []
        /// Families of user agents, the newest last; at most eight.
        public internal(set) var agents: [UInt64] = []
        public internal(set) var discovery = DiscoveryMemory()
        /// One, or none: see ``MovementMemory``.
        public internal(set) var movement: [MovementMemory] = []

        public init() {}

        /// Whether a bucket holds anything of the kind.
        static func isIn(_ bucket: borrowing ClosedBucket, lastActive: Int64) -> Bool {
            pause(bucket.number, lastActive) != nil || bucket.access.tally?.isSeldom == true || PaceHistory().run(endingWith: bucket) != nil
        }

        /// Days since the account was active, where they are a month or more.
        private static func pause(_ bucket: Int64, _ lastActive: Int64) -> UInt16? {
            guard lastActive >= 0 else { return nil }
            let days = (bucket - lastActive) / Int64(BucketGrid.perDay)
            return days >= 30 ? UInt16(clamping: days) : nil
        }

        mutating func learn(_ bucket: borrowing ClosedBucket, lastActive: Int64) {
            let tally = bucket.access.tally
            refusals.learn(tally?.refused ?? 0, bucket: bucket.number)
            limit.learn(bucket)
            pace.learn(bucket)
            if let pause = Seldom.pause(bucket.number, lastActive) {
                pauses.append(pause)
                if pauses.count > 8 { pauses.removeFirst() }
            }
            guard let tally else { return }
            looks.learn(tally, bucket: bucket.number)
            discovery.learn(tally.discovery, bucket: bucket.number)
            if let moved = tally.movement {
                if movement.isEmpty { movement.append(MovementMemory()) }
                movement[0].learn(
                    moved, bucket: bucket.number, isTold: MovementFindings(bucket, movement[0]), bucket.access.values)
            }
            for job in tally.jobs {
                jobs.removeAll { $0.job == job.job }
                jobs.append(job)
            }
            jobs.sort { ($0.time, $0.job) > ($1.time, $1.job) }
            if jobs.count > 8 { jobs.removeLast(jobs.count - 8) }
            for agent in tally.agents where !agents.contains(agent) {
                agents.append(agent)
                if agents.count > 8 { agents.removeFirst() }
            }
        }
    }

    /// Learns what an account did in a bucket in which it was active. Precondition: the bucket was judged before.
    func learn(_ bucket: borrowing ClosedBucket, age: Int32) {
        let access = bucket.access
        let tally = access.tally
        let day = Int(bucket.number) / BucketGrid.perDay
        facts.activeBuckets &+= 1
        if let tally, tally.newRouteCount > 0 && age >= 2 * AccountProfile.matureAge { facts.noveltyBuckets &+= 1 }
        access.forEachRoute { if $0.isNamed { facts.routes.learn($0, day: day) } }
        for count in tally?.counts ?? [] { facts.routes.learn(count.route, day: day) }
        facts.breadth.learn(Double(access.routeCount), horizon: AccessMemory.horizon)
        facts.refusals.learn(Double(tally?.refused ?? 0), horizon: AccessMemory.horizon)
        facts.networks.learn(Double(bucket.networks.count), horizon: AccessMemory.horizon)
        if facts.isSeldom || Seldom.isIn(bucket, lastActive: facts.lastActive) {
            facts.learnSeldom(bucket)
            hasAuditedJobs = facts.hasAuditedJobs
        }
        facts.learnChannels(bucket)
        if bucket.sums.rows >= 1000 {
            facts.lastExport = bucket.number
            facts.lastExportRows = bucket.sums.rows
        }
        facts.lastActive = max(facts.lastActive, bucket.number)
    }
}

/// The routes an account uses, with the day of each one's last use: the 128 it used last.
///
/// State: 8 bytes a route.
public struct RouteMemory: Sendable {
    public static let limit = 128
    /// The key in the low 40 bits, the day above.
    private var entries: [UInt64] = []

    public init() {}

    /// Whether the next new route makes the account forget one.
    public var isFull: Bool { entries.count >= RouteMemory.limit }

    /// Days since 1970 on which the account used the route last; nil when it is not known to.
    public func lastDay(of route: RouteKey) -> Int? {
        place(of: route).map { Int(entries[$0] >> 40) }
    }

    /// Where a route stands. Complexity: O(routes); its loop does nothing else, because it runs for every route of every bucket.
    @inline(__always)
    private func place(of route: RouteKey) -> Int? {
        for index in entries.indices where entries[index] & 0xFF_FFFF_FFFF == route.rawValue { return index }
        return nil
    }

    /// Calls `body` with every route. Complexity: O(routes).
    public func forEach(_ body: (RouteKey) -> Void) {
        for entry in entries { body(RouteKey(rawValue: entry & 0xFF_FFFF_FFFF)) }
    }

    mutating func learn(_ route: RouteKey, day: Int) {
        let entry = UInt64(day) << 40 | route.rawValue
        if let place = place(of: route) {
            if entries[place] < entry { entries[place] = entry }
        } else if entries.count < RouteMemory.limit {
            entries.append(entry)
        } else if let oldest = entries.indices.min(by: { entries[$0] < entries[$1] }) {
            entries[oldest] = entry
        }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(entries.count))
        for entry in entries { writer.write(entry) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let count = try reader.read(UInt8.self)
        guard count <= RouteMemory.limit else { throw StateError.implausible("routes of an account") }
        for _ in 0..<count { entries.append(try reader.read()) }
    }
}

/// Refused calls of the last four active buckets of an hour. State: 16 bytes.
public struct RecentRefusals: Sendable {
    private var counts = InlineArray<4, UInt16>(repeating: 0)
    private var bucket: Int64 = -1

    public init() {}

    /// Refusals in the three buckets before `bucket`.
    public func before(_ bucket: Int64) -> Int {
        var sum = 0
        for age in 0..<3 where bucket - 1 - Int64(age) <= self.bucket {
            let back = Int(self.bucket - (bucket - 1 - Int64(age)))
            if back >= 0 && back < 4 { sum += Int(counts[back]) }
        }
        return sum
    }

    mutating func learn(_ refused: UInt32, bucket: Int64) {
        let steps = self.bucket < 0 ? 4 : Int(min(bucket - self.bucket, 4))
        guard steps > 0 else { return }
        for index in (0..<4).reversed() { counts[index] = index >= steps ? counts[index - steps] : 0 }
        counts[0] = UInt16(clamping: refused)
        self.bucket = bucket
    }

    func encode(into writer: inout StateWriter) {
        for index in 0..<4 { writer.write(counts[index]) }
        writer.write(bucket)
    }

    init(from reader: inout StateReader) throws(StateError) {
        for index in 0..<4 { counts[index] = try reader.read() }
        bucket = try reader.readBucket()
    }
}

/// What an account looked around at for the first time in the last eight days: up to sixteen routes with their buckets.
public struct LooksAround: Sendable {
    public static let days = 8
    static let limit = 16
    public private(set) var looks: [Look] = []

    public struct Look: Equatable, Sendable {
        public var route: RouteKey
        public var bucket: Int64
    }

    public init() {}

    /// Those of the eight days up to `bucket`, oldest first.
    public func recent(_ bucket: Int64) -> [Look] { looks.filter { bucket - $0.bucket < Int64(LooksAround.days * BucketGrid.perDay) } }

    mutating func learn(_ tally: AccessTally, bucket: Int64) {
        guard !looks.isEmpty || tally.newReconnaissance > 0 else { return }
        looks = recent(bucket)
        for new in tally.newRoutes + tally.counts where new.isReconnaissance {
            looks.append(Look(route: new.route, bucket: bucket))
        }
        if looks.count > LooksAround.limit { looks.removeFirst(looks.count - LooksAround.limit) }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(looks.count))
        for look in looks {
            writer.write(look.route.rawValue)
            writer.write(look.bucket)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt8.self)) {
            looks.append(Look(route: RouteKey(rawValue: try reader.read()), bucket: try reader.readBucket()))
        }
    }
}
