// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Endpoint, object and operation of an event in one word: what access is made of.
///
/// State: 8 bytes, of which 40 bits are used.
public struct RouteKey: Hashable, Comparable, Sendable {
    public let rawValue: UInt64

    @inline(__always)
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    public init(_ event: AccessEvent) {
        rawValue = UInt64(event.endpoint.rawValue) | UInt64(event.object.rawValue) << 16 | UInt64(event.operation.rawValue) << 32
    }

    public var endpoint: ValueID { ValueID(rawValue: UInt16(truncatingIfNeeded: rawValue)) }
    public var object: ValueID { ValueID(rawValue: UInt16(truncatingIfNeeded: rawValue >> 16)) }
    public var operation: Operation { Operation(rawValue: UInt8(truncatingIfNeeded: rawValue >> 32)) ?? .unknown }

    /// The bit above the operation's: a query that only counts what the route leads to. Never the key of an event.
    private static let counting: UInt64 = 1 << 39

    /// The route by which its records are counted: beside it, so that an account that reads them may still be new to counting them.
    public var counted: RouteKey { RouteKey(rawValue: rawValue | RouteKey.counting) }
    public var isCounted: Bool { rawValue & RouteKey.counting != 0 }

    /// Whether the line named an endpoint or an object; without either a route says nothing.
    public var isNamed: Bool { rawValue & 0xFFFF_FFFF != 0 }

    public static func < (left: RouteKey, right: RouteKey) -> Bool { left.rawValue < right.rawValue }
}

/// What the name of an endpoint or object says of its use.
public struct ValueTraits: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Looks at what there is: descriptions of objects, limits, lists of users, metadata.
    public static let reconnaissance = ValueTraits(rawValue: 1)
    /// Holds traces of what was done: jobs, exports, reports, logs.
    public static let evidence = ValueTraits(rawValue: 2)
    /// Sets what is logged, and has no other use: to write there changes it. See ``AuditWords``.
    public static let auditSetting = ValueTraits(rawValue: 4)
    /// A canary of the settings, or below one.
    public static let canary = ValueTraits(rawValue: 8)
    /// In the inventory of the settings, or there is none.
    public static let inventoried = ValueTraits(rawValue: 16)
    /// Says who did what to records, or what they were made from.
    public static let audit = ValueTraits(rawValue: 32)
    /// Is what logs: to remove or administer it changes what is logged, but programs write their own lines there.
    public static let auditTrail = ValueTraits(rawValue: 64)
    /// Is or holds a log, whatever it logs.
    public static let log = ValueTraits(rawValue: 128)
}

/// The names of a lane's endpoints and objects, what they say, and how many accounts use each route.
///
/// A class, because every shard and bucket looks into the one that the lane's core owns. Complexity: O(1) a look.
public final class ValueTable {
    /// Routes whose users are counted; beyond it a route counts as used by nobody.
    public static let routeLimit = 4096

    public private(set) var names: [String] = []
    private var traits: [ValueTraits] = []
    private var channels: [AccessChannel?] = []
    private var users: [RouteKey: Users] = [:]
    private var noted: [RouteKey] = []
    private var families = RouteFamilies()
    /// Where records went.
    public private(set) var flows = FlowLedger()
    /// Whose identifiers contents showed.
    public private(set) var identifiers = IdentifierRegister()
    /// What was said of contents, by their hash.
    public private(set) var provenance = ProvenanceRegistry()
    /// By ``Lack``: accounts of the closing bucket whose records or answers may have lacked it.
    public private(set) var concerned = InlineArray<4, Int>(repeating: 0)
    /// Whether the settings declare flows: then what is not declared is a fault by itself.
    public let declaresFlows: Bool
    /// Items that the lane has shown.
    private var catalogue = DistinctSketch()
    /// The stretch of ``catalogueBuckets`` that they are of, and how many there were in the one before.
    private var catalogueStretch: Int64 = -1
    private var formerCatalogue = 0.0
    /// The bucket in which the lane showed its first items; -1 before.
    private var firstItems: Int64 = -1
    /// Ninety days: items are hashed under a key of so long, and would be counted anew as others with the next.
    public static let catalogueBuckets = 90 * Int64(BucketGrid.perDay)
    /// How many items the lane has shown, but for those of ``catalogues``: in these ninety days, or in those before where they were more.
    public var catalogueSize: Double { max(catalogue.estimate, formerCatalogue) }
    /// Endpoints that moved rows and are not in the inventory, as far as they were told.
    private var toldShadows: Set<UInt16> = []
    /// When each endpoint of the inventory was called last, and which of them a value is.
    public private(set) var use: InventoryUse
    private var places: [UInt16: [Int]] = [:]
    private var notedShadows: [UInt16] = []
    private var notedItems: [DistinctSketch] = []
    /// Of the accounts whose calls stated a limit lately: how many were active in the last such bucket, and of them those that stated one.
    private var limits: (stated: Int64, known: Int64) = (0, 0)
    private var notedLimits: (stated: Int64, known: Int64) = (0, 0)
    private let canaries: CanaryNames
    /// Stores whose size the settings state; by value, the store that it stands for.
    public let catalogues: StoreCatalogues
    private var stores: [(object: UInt64?, endpoint: UInt64?)] = []
    /// The operator's inventory of endpoints; empty when there is none.
    public let inventory: EndpointInventory

    /// How many accounts have used a route, and since when it is known.
    public struct Users: Equatable, Sendable {
        public var accounts: UInt32
        public var firstBucket: Int64

        /// Used by one account only, and not lately: what makes room when somebody makes up more than there is room for.
        func isForgettable(at bucket: Int64) -> Bool { accounts <= 1 && bucket - firstBucket > 7 * Int64(BucketGrid.perDay) }
    }

    /// Networks in which no account is new.
    public let knownNetworks: [NetworkRange]

    public init(
        canaries: [String] = [], inventory: [String] = [], declaresFlows: Bool = false, catalogues: StoreCatalogues = StoreCatalogues(),
        knownNetworks: [NetworkRange] = []
    ) {
        self.knownNetworks = knownNetworks
        self.declaresFlows = declaresFlows
        self.catalogues = catalogues
        self.canaries = CanaryNames(canaries)
        let listed = EndpointInventory(inventory)
        self.inventory = listed
        use = InventoryUse(listed)
    }

    /// Whether the operator calls a network known. Complexity: O(ranges), for networks that are new to an account.
    public func isDeclared(_ network: Network) -> Bool { knownNetworks.contains { $0.contains(network) } }

    /// Adds the name of the next value.
    public func append(_ name: String) {
        names.append(name)
        var traits = ValueWords.traits(of: name)
        if canaries.contains(name) { traits.insert(.canary) }
        if inventory.isEmpty || inventory.contains(name) { traits.insert(.inventoried) }
        self.traits.append(traits)
        channels.append(AccessChannel(endpoint: name))
        if !catalogues.isEmpty { stores.append((catalogues.key(ofObject: name), catalogues.key(ofEndpoint: name))) }
        if !inventory.isEmpty, traits.contains(.inventoried) { places[UInt16(clamping: names.count + 1)] = inventory.places(of: name) }
    }

    /// The name of a value; what is not logged, or beyond the directory's limit, is called so.
    public func name(_ value: ValueID) -> String {
        switch value {
        case .unknown: return "(not logged)"
        case .overflow: return "(other)"
        default:
            let index = Int(value.rawValue) - 2
            return index < names.count ? names[index] : "(other)"
        }
    }

    @inline(__always)
    public func traits(_ value: ValueID) -> ValueTraits {
        let index = Int(value.rawValue) - 2
        return index >= 0 && index < traits.count ? traits[index] : []
    }

    /// What endpoint and object of a route say together.
    @inline(__always)
    public func traits(_ route: RouteKey) -> ValueTraits { traits(route.endpoint).union(traits(route.object)) }

    /// The channel of a route: what its operation says, or its endpoint where that is any way of fetching.
    @inline(__always)
    public func channel(_ route: RouteKey) -> AccessChannel? {
        let operation = route.operation
        switch operation {
        case .read, .list, .query, .unknown:
            let index = Int(route.endpoint.rawValue) - 2
            return (index >= 0 && index < channels.count ? channels[index] : nil) ?? AccessChannel(operation)
        default: return AccessChannel(operation)
        }
    }

    /// The store of a route whose size the settings state; 0 where there is none. An object says more than an endpoint.
    @inline(__always)
    public func catalogue(of route: RouteKey) -> UInt64 {
        if stores.isEmpty { return 0 }
        let (object, endpoint) = (Int(route.object.rawValue) - 2, Int(route.endpoint.rawValue) - 2)
        if object >= 0 && object < stores.count, let store = stores[object].object { return store }
        return endpoint >= 0 && endpoint < stores.count ? stores[endpoint].endpoint ?? 0 : 0
    }

    public func users(of route: RouteKey) -> Users? { users[route] }

    /// Notes one more account that uses a route. Counted only by ``countNoted(bucket:)``, so that no account of a bucket is judged by what
    /// another one did in it.
    public func noteUser(of route: RouteKey) { noted.append(route) }

    /// The family of a route; see ``RouteFamilies``.
    public func family(of route: RouteKey) -> UInt64 {
        families.family(route, endpoint: name(route.endpoint), object: name(route.object))
    }

    /// How many accounts have used a route's family.
    public func users(ofFamilyOf route: RouteKey) -> Users? { families.users(of: family(of: route)) }

    /// Notes one more account that uses a family of routes, as ``noteUser(of:)`` does.
    public func noteUser(ofFamily family: UInt64) { families.noteUser(of: family) }

    /// Counts the noted users. To be called when a bucket has closed.
    public func countNoted(bucket: Int64, isEmpty: Bool = false) {
        // In an order that does not depend on the shards: the last places may go to some of them only.
        noted.sort()
        if users.count + noted.count > ValueTable.routeLimit { users = users.filter { !$0.value.isForgettable(at: bucket) } }
        for route in noted where users[route] != nil || users.count < ValueTable.routeLimit {
            users[route, default: Users(accounts: 0, firstBucket: bucket)].accounts &+= 1
        }
        noted.removeAll(keepingCapacity: true)
        families.countNoted(bucket: bucket)
        flows.countNoted(bucket: bucket)
        provenance.countNoted()
        identifiers.countNoted(bucket: bucket)
        concerned = InlineArray(repeating: 0)
        countItems(bucket: bucket)
        toldShadows.formUnion(notedShadows)
        notedShadows.removeAll()
        use.countNoted(bucket: bucket, isEmpty: isEmpty)
        if notedLimits.known > 0 { limits = notedLimits }
        notedLimits = (0, 0)
    }

    private func countItems(bucket: Int64) {
        let stretch = bucket / ValueTable.catalogueBuckets
        if stretch != catalogueStretch {
            if catalogueStretch >= 0 { formerCatalogue = catalogue.estimate }
            catalogue = DistinctSketch()
            catalogueStretch = stretch
        }
        if firstItems < 0 && !notedItems.isEmpty { firstItems = bucket }
        for items in notedItems { catalogue.formUnion(items) }
        notedItems.removeAll()
    }

    /// Buckets since the lane showed its first items: before, nobody can have read any.
    public func itemsAge(at bucket: Int64) -> Int64 { firstItems < 0 ? 0 : max(bucket - firstItems, 0) }

    /// For an account whose calls state no limit any more: the share of the others that still do; 0 where there are none.
    public var othersWithLimit: Double { limits.known < 2 ? 0 : Double(limits.stated) / Double(limits.known - 1) }

    /// Notes what an account looked at, whether its calls state their limit, and an endpoint that is not in the inventory.
    public func note(items: DistinctSketch) { notedItems.append(items) }
    public func note(limitIsStated: Bool) { notedLimits = (notedLimits.stated + (limitIsStated ? 1 : 0), notedLimits.known + 1) }
    /// Notes what an account's events of a bucket said of records.
    public func note(_ movement: MovementTally) {
        for edge in movement.edges { flows.note(edge) }
        provenance.note(movement.labels)
        for lack in Lack.allCases where movement.share(lack, provenance).isAny { concerned[Int(lack.rawValue)] += 1 }
    }
    /// Notes whose identifiers an account showed in a bucket that is about to be judged. To be called for all of its accounts, and then
    /// ``compareIdentifiers()``, so that what both sides showed in it is known whoever is judged first.
    public func note(identifiers movement: MovementTally) { identifiers.note(movement) }
    /// See ``IdentifierRegister/compareNoted()``.
    public func compareIdentifiers() { identifiers.compareNoted() }
    /// See ``IdentifierRegister/forgetNoted()``.
    public func forgetIdentifiers() { identifiers.forgetNoted() }
    /// See ``FlowLedger/takeChanged()``.
    public func takeChangedFlows() -> [(key: FlowKey, value: FlowLedger.Record)] { flows.takeChanged() }
    /// See ``IdentifierRegister/takeChangedPages()``.
    public func takeChangedPages() -> [IdentifierRegister.Page] { identifiers.takeChangedPages() }
    /// Takes up the pages of a checkpoint. Precondition: ``restore(from:)`` came before.
    public func restore(_ pages: [IdentifierRegister.Page]) throws(StateError) { for page in pages { try identifiers.restore(page) } }
    /// Notes that an endpoint was called.
    public func note(use endpoint: ValueID) {
        if endpoint == .overflow { use.noteOverflow() } else if let places = places[endpoint.rawValue] { use.note(places) }
    }
    public func note(shadow endpoint: ValueID) { notedShadows.append(endpoint.rawValue) }

    /// Whether an endpoint is missing from the inventory and was not told yet.
    public func isUntoldShadow(_ endpoint: ValueID) -> Bool {
        !inventory.isEmpty && endpoint != .unknown && endpoint != .overflow && !traits(endpoint).contains(.inventoried)
            && !toldShadows.contains(endpoint.rawValue)
    }

    private func short(_ value: ValueID) -> String { String(name(value).prefix(80)) }

    /// What a ``RouteKey/counted`` counts.
    public func counted(_ route: RouteKey) -> String { short(route.object == .unknown ? route.endpoint : route.object) }

    /// `export of Contact by /bulk/jobs`, with what is known of the route.
    public func words(_ route: RouteKey) -> String {
        if route.isCounted { return "count of \(counted(route))" }
        let operation = route.operation == .unknown ? "calls" : route.operation.name
        switch (route.endpoint, route.object) {
        case (.unknown, .unknown): return operation
        case (_, .unknown): return "\(operation) of \(short(route.endpoint))"
        case (.unknown, _): return "\(operation) of \(short(route.object))"
        default: return "\(operation) of \(short(route.object)) by \(short(route.endpoint))"
        }
    }
}

// MARK: - State

extension ValueTable {
    public func encode(into writer: inout StateWriter) {
        writer.write(UInt32(names.count))
        for name in names { writer.write(name) }
        writer.write(UInt32(users.count))
        for (route, count) in users.sorted(by: { $0.key < $1.key }) {
            writer.write(route.rawValue)
            writer.write(count.accounts)
            writer.write(count.firstBucket)
        }
        families.encode(into: &writer)
        flows.encode(into: &writer)
        provenance.encode(into: &writer)
        identifiers.encode(into: &writer)
        catalogue.encode(into: &writer)
        writer.write(catalogueStretch)
        writer.write(formerCatalogue)
        writer.write(firstItems)
        writer.write(limits.stated)
        writer.write(limits.known)
        writer.write(UInt32(toldShadows.count))
        for endpoint in toldShadows.sorted() { writer.write(endpoint) }
        use.encode(into: &writer)
    }

    /// Takes up what ``encode(into:)`` wrote. Precondition: the table is empty.
    public func restore(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt32.self)) { append(try reader.readString()) }
        let count = try reader.read(UInt32.self)
        guard count <= ValueTable.routeLimit else { throw StateError.implausible("routes of a lane") }
        for _ in 0..<count {
            let route = RouteKey(rawValue: try reader.read())
            users[route] = Users(accounts: try reader.read(), firstBucket: try reader.readBucket())
        }
        families = try RouteFamilies(from: &reader)
        flows = try FlowLedger(from: &reader)
        provenance = try ProvenanceRegistry(from: &reader)
        identifiers = try IdentifierRegister(from: &reader)
        catalogue = try DistinctSketch(from: &reader)
        catalogueStretch = try reader.read()
        formerCatalogue = try reader.readDouble(in: 0...1e15, "items of a lane")
        firstItems = try reader.readBucket()
        limits = (try reader.read(), try reader.read())
        for _ in 0..<(try reader.read(UInt32.self)) { toldShadows.insert(try reader.read()) }
        try use.restore(from: &reader)
    }
}
