// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// How an account went about its calls in one open bucket, beside how much it moved: what only some buckets have.
///
/// Made when something of it happens: a failure, a detail, a route that the account does not know, a seventh route. Counts, sums, extremes
/// and sets only, so that the order in which files are read cannot matter to the judgement at the close. A class, because most buckets have
/// none. State: about 250 bytes and 8 bytes a route beyond six.
public final class AccessTally {
    /// Routes kept of a bucket once it has more than a tally's six; beyond it they count as seen.
    public static let routeLimit = 128
    /// Calls refused for want of rights (401, 403, 407), and the latest of them.
    public private(set) var refused: UInt32 = 0
    public private(set) var lastRefusal = EventTime(milliseconds: 0)
    /// Calls refused because there were too many (429).
    public private(set) var throttled: UInt32 = 0
    /// Other calls that failed (400 and above).
    public private(set) var failed: UInt32 = 0
    public private(set) var limits = LimitUse()
    /// Every route of the bucket, in order, where it has more than six; else empty.
    public private(set) var routes: [RouteKey] = []
    /// Routes that the account has not used before, or not for ninety days, in order, with their first event.
    public private(set) var newRoutes: [NewRoute] = []
    public var newRouteCount: Int { newRoutes.count }
    /// Of them, those by which an account looks around without moving anything: see ``ValueTraits/reconnaissance``.
    public var newReconnaissance: Int { newRoutes.count { $0.isReconnaissance } + counts.count { $0.isReconnaissance } }
    /// What was counted without being read, in order: a ``RouteKey/counted`` each, reconnaissance where the account never counted it. Apart
    /// from the routes, which are new to it or not.
    public private(set) var counts: [NewRoute] = []
    static let countLimit = 32
    public private(set) var canary: CanaryTouch?
    /// What the lines moved that touched a record which is one.
    public private(set) var canaryItems = MeasureSums()
    public private(set) var coverUp: CoverUp?
    /// A user agent that the account has not used before.
    public private(set) var newAgent: UInt64 = 0
    public private(set) var agents: [UInt64] = []
    /// Versions of its programs, at most four.
    public private(set) var versions: [UInt32] = []
    /// Rows, then bytes, by ``AccessChannel``, of routes that are not among a tally's six; empty where there are none.
    public private(set) var rest: [UInt64] = []
    public private(set) var discovery: DiscoveryTally?
    /// Export and query jobs that the account ran, with their rows.
    public private(set) var jobs: [JobRun] = []
    /// Where in a listing the calls stood; one, or none.
    private var places: [PositionTally] = []
    /// One, or none: inline it would triple the size of every tally.
    private var moved: [MovementTally] = []

    /// Where in a listing the calls stood; nil where none says so.
    public var positions: PositionTally? { places.first }
    /// The calls that said so: cheaper than to look at where.
    public var placedCalls: UInt32 { places.isEmpty ? 0 : places[0].calls }

    /// What the events say of the records that they moved; nil where they say nothing.
    public var movement: MovementTally? { moved.first }
    /// Whether they say anything: cheaper than to look at what.
    public var hasMovement: Bool { !moved.isEmpty }

    public init() {}

    /// Whether it holds anything of ``AccessMemory/Seldom``.
    var isSeldom: Bool {
        refused > 0 || throttled > 0 || limits.samples > 0 || newReconnaissance > 0 || discovery != nil || !jobs.isEmpty || !agents.isEmpty
            || !moved.isEmpty
    }

    /// One of its own, for a judgement of what would be if earlier buckets closed as they stand.
    public func copy() -> AccessTally {
        let other = AccessTally()
        (other.refused, other.lastRefusal, other.throttled, other.failed) = (refused, lastRefusal, throttled, failed)
        (other.limits, other.routes, other.newRoutes) = (limits, routes, newRoutes)
        (other.canary, other.coverUp, other.newAgent, other.agents) = (canary, coverUp, newAgent, agents)
        (other.discovery, other.jobs, other.moved) = (discovery, jobs, moved)
        (other.versions, other.rest, other.places) = (versions, rest, places)
        (other.counts, other.canaryItems) = (counts, canaryItems)
        return other
    }

    /// A route and when it was used first in the bucket.
    public struct NewRoute: Equatable, Sendable {
        public var route: RouteKey
        public var time: EventTime
        /// Days since the account used it last; nil when it never did.
        public var dormantDays: Int?
        public var isReconnaissance: Bool

        public init(route: RouteKey, time: EventTime, dormantDays: Int?, isReconnaissance: Bool) {
            self.isReconnaissance = isReconnaissance
            self.route = route
            self.time = time
            self.dormantDays = dormantDays
        }
    }

    /// Something that nobody has a reason to touch was touched.
    public struct CanaryTouch: Equatable, Sendable {
        public var route: RouteKey
        public var time: EventTime
        /// Whether it was a record, known by its hash only.
        public var isItem: Bool

        public init(route: RouteKey, time: EventTime, isItem: Bool) {
            self.route = route
            self.time = time
            self.isItem = isItem
        }
    }

    /// Traces were removed, or what is logged was changed.
    public struct CoverUp: Equatable, Sendable {
        public var route: RouteKey
        public var time: EventTime
        /// What was changed is the logging itself.
        public var isAuditSetting: Bool
        /// A log was removed by an account that exported nothing, while another one's volume was alerted on.
        public var isForAnother = false
        /// Minutes since the account's own job that was deleted; nil where the log does not name it.
        public var jobMinutes: Int32?
        public var jobRows: UInt64

        public init(route: RouteKey, time: EventTime, isAuditSetting: Bool, jobMinutes: Int32?, jobRows: UInt64) {
            self.route = route
            self.time = time
            self.isAuditSetting = isAuditSetting
            self.jobMinutes = jobMinutes
            self.jobRows = jobRows
        }
    }

    /// A job of the account, and when it ran last.
    public struct JobRun: Equatable, Sendable {
        public var job: UInt64
        public var rows: UInt64
        public var time: EventTime
    }

    /// What the calls of a bucket say of an API limit.
    public struct LimitUse: Equatable, Sendable {
        public var samples: UInt32 = 0
        /// Sum of the shares used, in thousandths.
        public var sum: UInt64 = 0
        public var lowest: UInt32 = .max
        public var highest: UInt32 = 0

        public init() {}

        public var mean: Double { samples == 0 ? 0 : Double(sum) / Double(samples) / 1000 }

        mutating func add(used: UInt32, of limit: UInt32) {
            let share = UInt64(used) * 1000 / UInt64(limit)
            samples &+= 1
            sum &+= min(share, 10_000)
            lowest = min(lowest, limit)
            highest = max(highest, limit)
        }
    }

    // MARK: Adding

    /// Notes a status of 400 or above.
    public func note(status: UInt16, at time: EventTime) {
        switch status {
        case 401, 403, 407:
            refused &+= 1
            lastRefusal = max(lastRefusal, time)
        case 429: throttled &+= 1
        default: failed &+= 1
        }
    }

    /// Adds a route to those of the bucket; false when it was there, or there is no more room.
    public func insert(_ route: RouteKey) -> Bool {
        var low = 0
        var high = routes.count
        while low < high {
            let middle = (low + high) / 2
            if routes[middle] < route { low = middle + 1 } else { high = middle }
        }
        if low < routes.count && routes[low] == route { return false }
        guard routes.count < AccessTally.routeLimit else { return false }
        // Seven come at once, and hardly any account uses more than sixteen in a quarter hour: one allocation instead of three.
        if routes.isEmpty { routes.reserveCapacity(16) }
        routes.insert(route, at: low)
        return true
    }

    /// Notes a route that is new to the account; false when that is noted already, or there is no more room.
    public func note(new: NewRoute) -> Bool {
        if let index = newRoutes.firstIndex(where: { $0.route == new.route }) {
            newRoutes[index].time = min(newRoutes[index].time, new.time)
            return false
        }
        guard newRoutes.count < AccessTally.routeLimit else { return false }
        newRoutes.append(new)
        newRoutes.sort { $0.route < $1.route }
        return true
    }

    /// Notes a query that only counts. Where there are too many the first in order stay, whatever came first.
    public func note(count: NewRoute) {
        if let index = counts.firstIndex(where: { $0.route == count.route }) {
            counts[index].time = min(counts[index].time, count.time)
            return
        }
        counts.append(count)
        counts.sort { $0.route < $1.route }
        if counts.count > AccessTally.countLimit { counts.removeLast() }
    }

    /// Counts a line that touched a canary's record.
    public func noteCanaryItem(_ sums: MeasureSums) { canaryItems.add(sums) }

    /// Notes the touch of a canary; false when an earlier one is noted.
    public func note(_ touch: CanaryTouch) -> Bool {
        let isFirst = canary == nil
        if let known = canary, known.time <= touch.time { return false }
        canary = touch
        return isFirst
    }

    /// Notes removed traces; false when a graver case is noted.
    public func note(_ deed: CoverUp) -> Bool {
        func weight(_ deed: CoverUp) -> (Int, UInt64, Int64) {
            (deed.isAuditSetting ? 2 : deed.isForAnother ? 1 : 0, deed.jobRows, -max(deed.time.milliseconds, 0))
        }
        if let known = coverUp, weight(known) >= weight(deed) { return false }
        coverUp = deed
        return true
    }

    /// Notes a detail, whose `rows` were moved, of an item of `store` where that is one of ``StoreCatalogues``.
    public func note(
        _ detail: EventDetail, rows: UInt64, at time: EventTime, operation: Operation, route: RouteKey = RouteKey(rawValue: 0),
        store: UInt64 = 0
    ) {
        if detail.limitMax > 0 { limits.add(used: detail.limitUsed, of: detail.limitMax) }
        if detail.query != 0 || detail.item != 0 {
            if discovery == nil { discovery = DiscoveryTally() }
            discovery?.add(query: detail.query, shape: detail.queryShape, item: detail.item, of: store)
        }
        if detail.agent != 0 && agents.count < 4 && !agents.contains(detail.agent) {
            agents.append(detail.agent)
            agents.sort()
        }
        if detail.agentVersion != 0 && versions.count < 4 && !versions.contains(detail.agentVersion) {
            versions.append(detail.agentVersion)
            versions.sort()
        }
        if let position = detail.position, operation.movesDataOut {
            if places.isEmpty { places.append(PositionTally()) }
            places[0].add(position, at: time, by: route)
        }
        if detail.job != 0 && operation.movesDataOut { run(detail.job, rows: rows, at: time) }
    }

    /// Notes what left by a route for which a tally has no room.
    public func note(rest route: RouteKey, rows: UInt64, bytes: UInt64) {
        guard let channel = AccessChannel(route.operation) else { return }
        if rest.isEmpty { rest = Array(repeating: 0, count: 2 * AccessChannel.count) }
        rest[channel.rawValue] &+= rows
        rest[AccessChannel.count + channel.rawValue] &+= bytes
    }

    /// Notes a movement; true when detectors are to be asked about it at once.
    public func note(_ movement: DataMovement, of event: AccessEvent, _ detail: EventDetail?) -> Bool {
        if moved.isEmpty { moved.append(MovementTally()) }
        return moved[0].add(movement, event, detail)
    }

    /// Notes that a line of an audit or a lineage log names a job.
    public func noteAudit(of job: UInt64) {
        if moved.isEmpty { moved.append(MovementTally()) }
        moved[0].noteAudit(of: job)
    }

    private func run(_ job: UInt64, rows: UInt64, at time: EventTime) {
        if let index = jobs.firstIndex(where: { $0.job == job }) {
            jobs[index].rows &+= rows
            jobs[index].time = max(jobs[index].time, time)
            return
        }
        jobs.append(JobRun(job: job, rows: rows, time: time))
        jobs.sort { ($0.time, $0.job) > ($1.time, $1.job) }
        if jobs.count > 8 { jobs.removeLast() }
    }

    /// Notes a user agent that the account has not used; false when one is noted.
    public func note(newAgent agent: UInt64) -> Bool {
        guard newAgent == 0 else { return false }
        newAgent = agent
        return true
    }

    /// Takes back what an earlier bucket has taught since: with hours of lateness many buckets may be open when an account begins to do
    /// something, and it begins only once.
    public func forgetLearnt(_ memory: AccessMemory?) {
        guard let memory, !newRoutes.isEmpty || newAgent != 0 || !counts.isEmpty else { return }
        for index in counts.indices where counts[index].isReconnaissance {
            counts[index].isReconnaissance = memory.isNew(counts[index].route, bucket: BucketGrid.number(of: counts[index].time))
        }
        newRoutes.removeAll { new in
            guard let last = memory.facts.routes.lastDay(of: new.route) else { return false }
            let today = Int(BucketGrid.number(of: new.time)) / BucketGrid.perDay
            return new.dormantDays == nil || today - last < AccessMemory.dormantRouteDays
        }
        if newAgent != 0 && memory.facts.agents.contains(newAgent) { newAgent = 0 }
    }

    /// Takes up what ``encode(into:)`` wrote.
    func restore(from reader: inout StateReader) throws(StateError) {
        refused = try reader.read()
        throttled = try reader.read()
        failed = try reader.read()
        lastRefusal = try reader.readTime()
        limits = try LimitUse(from: &reader)
        for _ in 0..<(try reader.read(UInt8.self)) { routes.append(RouteKey(rawValue: try reader.read())) }
        for _ in 0..<(try reader.read(UInt8.self)) {
            let route = RouteKey(rawValue: try reader.read())
            let time = try reader.readTime()
            let dormant = Int(try reader.read(Int32.self))
            let new = NewRoute(
                route: route, time: time, dormantDays: dormant < 0 ? nil : dormant, isReconnaissance: try reader.readBool())
            if route.isCounted { counts.append(new) } else { newRoutes.append(new) }
        }
        if try reader.readBool() {
            canary = CanaryTouch(
                route: RouteKey(rawValue: try reader.read()), time: try reader.readTime(),
                isItem: try reader.readBool())
            canaryItems = MeasureSums(rows: try reader.read(), bytes: try reader.read(), calls: try reader.read())
        }
        if try reader.readBool() {
            let route = RouteKey(rawValue: try reader.read())
            let time = try reader.readTime()
            let isSetting = try reader.readBool()
            let minutes = try reader.read(Int32.self)
            coverUp = CoverUp(
                route: route, time: time, isAuditSetting: isSetting, jobMinutes: minutes < 0 ? nil : minutes, jobRows: try reader.read())
            coverUp?.isForAnother = try reader.readBool()
        }
        newAgent = try reader.read()
        for _ in 0..<(try reader.read(UInt8.self)) { agents.append(try reader.read()) }
        for _ in 0..<(try reader.read(UInt8.self)) { versions.append(try reader.read()) }
        for _ in 0..<(try reader.read(UInt8.self)) { rest.append(try reader.read()) }
        guard rest.isEmpty || rest.count == 2 * AccessChannel.count else { throw StateError.implausible("routes of a bucket") }
        if try reader.readBool() { discovery = try DiscoveryTally(from: &reader) }
        for _ in 0..<(try reader.read(UInt8.self)) { jobs.append(try JobRun(from: &reader)) }
        if try reader.readBool() { places = [try PositionTally(from: &reader)] }
        if try reader.readBool() { moved = [try MovementTally(from: &reader)] }
    }
}
