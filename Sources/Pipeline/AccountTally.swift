// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What one account did in one open bucket: exact sums, the trip levels, and what an alert will want to show.
///
/// State: about 440 bytes, only for accounts that are active in an open bucket. Every sum is commutative, so the order in which files are
/// read cannot matter to the judgement at the close.
struct AccountTally {
    var account: AccountID
    /// The calls that moved rows. Here, where four bytes are free.
    var rowCalls: UInt32 = 0
    var sums = MeasureSums()
    var trips = TripLevels.never
    /// The latest event of the bucket.
    var lastTime: EventTime
    var first: Sighting
    /// The event that moved most rows (or bytes, where the log knows no rows).
    var largest: Sighting
    var largestAmount: UInt64 = 0
    /// The same of rows only.
    var largestRows: UInt64 = 0
    /// The network of the last event, known or noted already: the common case is one comparison.
    var lastNetwork = Network.unknown
    var networks = NetworkSet()
    var newNetwork: NewNetwork?
    var routes = RouteShares()
    /// Calls in each minute of the bucket.
    var minuteCalls = InlineArray<15, UInt16>(repeating: 0)
    /// What only some buckets have; made by ``noteAccess()``.
    private(set) var access: AccessTally?

    /// Where a line stands.
    struct Sighting: Equatable, Sendable {
        var stream: UInt32
        var offset: UInt64
        var time: EventTime
    }

    init(_ event: AccessEvent) {
        account = event.account
        lastTime = event.time
        first = Sighting(stream: event.stream, offset: event.offset, time: event.time)
        largest = first
    }

    /// What an event brought that somebody must look at.
    struct News: OptionSet {
        let rawValue: UInt8
        static let nothing: News = []
        /// A sum has reached its trip level.
        static let trip = News(rawValue: 1)
        /// The network differs from that of the event before: most do not, and need no look at the profile.
        static let network = News(rawValue: 2)
        /// The route is not among those that the tally keeps: it may be new to the account.
        static let route = News(rawValue: 8)
        /// The call failed, or has a detail.
        static let access = News(rawValue: 4)
    }

    /// Adds one event; `rows` and `bytes` are what counts of it.
    @inline(__always)
    mutating func add(_ event: AccessEvent, rows: UInt64, bytes: UInt64) -> News {
        sums.rows &+= rows
        sums.bytes &+= bytes
        sums.calls &+= 1
        if event.time > lastTime { lastTime = event.time }
        if rows > 0 {
            rowCalls &+= 1
            largestRows = max(largestRows, rows)
        }
        let amount = event.presence.contains(.rows) ? rows : bytes
        if amount > largestAmount {
            largestAmount = amount
            largest = Sighting(stream: event.stream, offset: event.offset, time: event.time)
        }
        let minute = Int(truncatingIfNeeded: event.time.milliseconds / 60_000 % 15)
        if minuteCalls[minute] < .max { minuteCalls[minute] &+= 1 }
        var news: News = hasTripped ? .trip : .nothing
        switch routes.add(event, rows: rows, bytes: bytes) {
        case .known: break
        case .new: news.insert(.route)
        case .displaced(let route):
            news.insert(.route)
            noteAccess().note(rest: RouteKey(rawValue: route.key), rows: route.sums.rows, bytes: route.sums.bytes)
        }
        if event.status >= 400 || !event.presence.isDisjoint(with: [.detail, .movement]) { news.insert(.access) }
        if event.network != lastNetwork && event.network != .unknown { news.insert(.network) }
        return news
    }

    @inline(__always)
    var hasTripped: Bool { sums.rows >= trips.rows || sums.bytes >= trips.bytes || sums.calls >= trips.calls }

    /// After a judgement the next one is due an eighth higher, on steps that do not depend on where between them the sum stands.
    mutating func raiseTrips() {
        AccountTally.raise(&trips.rows, beyond: sums.rows)
        AccountTally.raise(&trips.bytes, beyond: sums.bytes)
        AccountTally.raise(&trips.calls, beyond: sums.calls)
    }

    private static func raise(_ level: inout UInt64, beyond sum: UInt64) {
        while level <= sum && level < .max { level = level > .max / 2 ? .max : level + level / 8 + 1 }
    }

    /// Notes a network that is ``News/network``; true when the account never used it before.
    mutating func note(_ network: Network, at time: EventTime, known: borrowing NetworkMemory, _ values: ValueTable) -> Bool {
        lastNetwork = network
        guard networks.insert(network), newNetwork == nil, !known.contains(network), !values.isDeclared(network) else { return false }
        newNetwork = NewNetwork(network: network, time: time)
        return true
    }

    /// The place for what only some buckets have.
    mutating func noteAccess() -> AccessTally {
        if let access { return access }
        let made = AccessTally()
        access = made
        return made
    }

    /// Makes what is shared with the tally that this one was copied from its own.
    mutating func separate() { access = access?.copy() }

    /// Notes a route that is ``News/route``: from the sixth on all of them are kept apart, because the next one may displace one of six.
    /// Returns whether it is the route's first event in the bucket; a route that finds no room counts as seen.
    mutating func noteRoute(_ route: RouteKey) -> Bool {
        guard routes.count == RouteShares.limit else { return true }
        let tally = noteAccess()
        guard tally.routes.isEmpty else { return tally.insert(route) }
        for index in 0..<routes.count { _ = tally.insert(RouteKey(rawValue: routes.routes[index].key)) }
        return true
    }

    /// Takes back that a network is new when an earlier bucket has taught it since: with hours of lateness, many buckets may be open when
    /// an account moves, and it moves only once.
    mutating func forgetLearnt(_ profile: borrowing AccountProfile, _ values: ValueTable) {
        access?.forgetLearnt(profile.access)
        let known = profile.networks
        guard let noted = newNetwork, known.contains(noted.network) else { return }
        newNetwork = nil
        for index in 0..<NetworkSet.capacity
        where networks[index] != .unknown && !known.contains(networks[index]) && !values.isDeclared(networks[index]) {
            newNetwork = NewNetwork(network: networks[index], time: lastTime)
            return
        }
    }
}

/// The parts of a bucket by endpoint, object and operation: the six heaviest routes exactly, the rest in one.
///
/// Source: the table of Space-Saving (Metwally, Agrawal, El Abbadi 2005), but an entry that is displaced gives its sums to the rest
/// instead of its successor, so that no part is ever overstated.
struct RouteShares: Sendable {
    struct Route: Sendable {
        var key: UInt64 = 0
        var sums = MeasureSums()
    }

    static let limit = 6

    private(set) var routes = InlineArray<6, Route>(repeating: Route())
    private(set) var count = 0
    private(set) var rest = MeasureSums()

    init() {}

    /// What became of an event's route.
    enum Addition {
        case known
        /// It is kept from now on.
        case new
        /// This one found no room, or had to make it, and is part of the rest.
        case displaced(Route)
    }

    /// Adds one event.
    @inline(__always)
    mutating func add(_ event: AccessEvent, rows: UInt64, bytes: UInt64) -> Addition {
        let key = RouteKey(event).rawValue
        for index in 0..<count where routes[index].key == key {
            routes[index].sums.rows &+= rows
            routes[index].sums.bytes &+= bytes
            routes[index].sums.calls &+= 1
            return .known
        }
        return addNew(Route(key: key, sums: MeasureSums(rows: rows, bytes: bytes, calls: 1)))
    }

    @inline(never)
    private mutating func addNew(_ route: Route) -> Addition {
        if count < RouteShares.limit {
            routes[count] = route
            count += 1
            return .new
        }
        var lightest = 0
        for index in 1..<RouteShares.limit where RouteShares.isLighter(routes[index].sums, routes[lightest].sums) { lightest = index }
        var displaced = route
        if RouteShares.isLighter(routes[lightest].sums, route.sums) {
            displaced = routes[lightest]
            routes[lightest] = route
        }
        rest.add(displaced.sums)
        return .displaced(displaced)
    }

    private static func isLighter(_ left: MeasureSums, _ right: MeasureSums) -> Bool {
        (left.rows, left.bytes, left.calls) < (right.rows, right.bytes, right.calls)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(count))
        for index in 0..<count {
            writer.write(routes[index].key)
            routes[index].sums.encode(into: &writer)
        }
        rest.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        count = Int(try reader.read(UInt8.self))
        guard count <= RouteShares.limit else { throw StateError.implausible("routes") }
        for index in 0..<count { routes[index] = Route(key: try reader.read(), sums: try MeasureSums(from: &reader)) }
        rest = try MeasureSums(from: &reader)
    }
}

extension MeasureSums {
    func encode(into writer: inout StateWriter) {
        writer.write(rows)
        writer.write(bytes)
        writer.write(calls)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(rows: try reader.read(), bytes: try reader.read(), calls: try reader.read())
    }
}

extension AccountTally {
    func encode(into writer: inout StateWriter) {
        sums.encode(into: &writer)
        writer.write(trips.rows)
        writer.write(trips.bytes)
        writer.write(trips.calls)
        writer.write(lastTime.milliseconds)
        for sighting in [first, largest] {
            writer.write(sighting.stream)
            writer.write(sighting.offset)
            writer.write(sighting.time.milliseconds)
        }
        writer.write(largestAmount)
        writer.write(largestRows)
        writer.write(rowCalls)
        writer.write(lastNetwork.rawValue)
        for index in 0..<NetworkSet.capacity { writer.write(networks[index].rawValue) }
        writer.write(newNetwork?.network.rawValue ?? 0)
        writer.write(newNetwork?.time.milliseconds ?? 0)
        routes.encode(into: &writer)
        for minute in 0..<15 { writer.write(minuteCalls[minute]) }
        writer.write(access != nil)
        access?.encode(into: &writer)
    }

    init(account: AccountID, from reader: inout StateReader) throws(StateError) {
        self.account = account
        sums = try MeasureSums(from: &reader)
        trips = TripLevels(rows: try reader.read(), bytes: try reader.read(), calls: try reader.read())
        lastTime = try reader.readTime()
        first = try Sighting(from: &reader)
        largest = try Sighting(from: &reader)
        largestAmount = try reader.read()
        largestRows = try reader.read()
        rowCalls = try reader.read()
        lastNetwork = Network(rawValue: try reader.read())
        for _ in 0..<NetworkSet.capacity { _ = networks.insert(Network(rawValue: try reader.read())) }
        let novelty = NewNetwork(network: Network(rawValue: try reader.read()), time: try reader.readTime())
        newNetwork = novelty.network == .unknown ? nil : novelty
        routes = try RouteShares(from: &reader)
        for minute in 0..<15 { minuteCalls[minute] = try reader.read() }
        access = try reader.readBool() ? try AccessTally(from: &reader) : nil
    }
}

extension AccountTally.Sighting {
    init(from reader: inout StateReader) throws(StateError) {
        self.init(stream: try reader.read(), offset: try reader.read(), time: try reader.readTime())
    }
}
