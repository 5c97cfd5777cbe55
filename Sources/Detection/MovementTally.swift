// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What an account's events of one open bucket say of the records that they moved or touched.
///
/// Counts, sums, extremes and the smallest of sets only, so that the order in which files are read cannot matter. A value, so that a copy
/// forgets nothing. State: about 500 bytes, and 100 an edge. Complexity: O(edges) an event.
public struct MovementTally: Sendable {
    /// Edges kept of a bucket, of declared ones and of the others each: those with the smallest keys.
    static let edgeLimit = 16
    static let routeLimit = 8
    static let sessionLimit = 8
    static let hashLimit = 64
    static let identifierLimit = 512
    static let jobLimit = 16

    /// Movements from here to there, which the settings declare or do not.
    public internal(set) var undeclared = SmallestSet<Edge>(limit: edgeLimit)
    public internal(set) var declared = SmallestSet<Edge>(limit: edgeLimit)
    /// By ``DataEnvironment``: what was read and written there.
    public internal(set) var touches = InlineArray<5, Touch>(repeating: Touch())
    /// Records written where made-up ones belong, or by an account that makes them: with label or origin, and without.
    public internal(set) var labelled: UInt64 = 0
    public internal(set) var unlabelled: UInt64 = 0
    /// Labelled synthetic records written: with the hash of their parent, and without.
    public internal(set) var descended: UInt64 = 0
    public internal(set) var orphaned: UInt64 = 0
    /// Answers by a machine: with their disclosure, and without.
    public internal(set) var disclosed: UInt32 = 0
    public internal(set) var undisclosed: UInt32 = 0
    /// Calls whose transport is known and strong enough, and routes with calls whose transport is not.
    public internal(set) var secured: UInt32 = 0
    public internal(set) var weak = SmallestSet<WeakRoute>(limit: routeLimit)
    public internal(set) var webhooks = Webhooks()
    /// Reads by a checkout endpoint of what is not declared for it.
    public internal(set) var checkoutBreach: RouteUse?
    /// Sensitive objects that moved out.
    public internal(set) var sensitive: RouteUse?
    /// Sessions of a person who saw records.
    public internal(set) var sessions = SmallestSet<SessionViews>(limit: sessionLimit)
    /// The settings allow the account two environments.
    public internal(set) var isAllowedBoth = false
    /// A person's writes: to customers' records in production, and to synthetic ones.
    public internal(set) var customerWrites: UInt32 = 0
    public internal(set) var syntheticWrites: UInt32 = 0
    /// Content hashes stated, and of them those that are none.
    public internal(set) var hashes: UInt32 = 0
    public internal(set) var malformedHashes: UInt32 = 0
    /// The content hashes with the smallest values, and what was said of their records.
    public internal(set) var labels = SmallestSet<HashLabel>(limit: hashLimit)
    /// Jobs that moved synthetic records, or were audited.
    public internal(set) var jobs = SmallestSet<JobTrail>(limit: jobLimit)
    /// Texts made by a machine that were scanned, and the personal data in them.
    public internal(set) var texts: UInt32 = 0
    public internal(set) var personal = PersonalDataSum()

    /// Identifiers of people that customers' content in production showed, and that made-up content did.
    public internal(set) var real = SmallestSet<Identifier>(limit: identifierLimit)
    public internal(set) var madeUp = SmallestSet<Identifier>(limit: identifierLimit)

    /// The keyed hash of an identifier, where it was shown, and when first.
    public struct Identifier: SmallestSetElement, Equatable, Sendable {
        public var key: UInt64 { hash }
        public var hash: UInt64
        public var place: ContentPlace
        public var time: EventTime
    }

    public struct Edge: SmallestSetElement, Equatable, Sendable {
        public var key: FlowKey
        public var isDeclared: Bool
        public var calls: UInt64 = 0
        public var records: UInt64 = 0
        /// Calls with an expired declaration; to a system of the settings; without a disclosure; with personal data in their text; plain;
        /// with a label of real or synthetic records; over TLS older than the settings want.
        public var expired: UInt64 = 0
        public var known: UInt64 = 0
        public var undisclosed: UInt64 = 0
        public var personal: UInt64 = 0
        public var plain: UInt64 = 0
        public var labelled: UInt64 = 0
        public var weak: UInt64 = 0
        public var firstTime: EventTime
        public var route: RouteKey
    }

    /// What was done in one environment, with the route of its largest event.
    public struct Touch: Equatable, Sendable {
        public var read: UInt64 = 0
        public var written: UInt64 = 0
        public var largest: UInt64 = 0
        public var route = RouteKey(rawValue: 0)

        public var isAny: Bool { read > 0 || written > 0 }
    }

    public struct WeakRoute: SmallestSetElement, Equatable, Sendable {
        public var key: RouteKey { route }
        public var route: RouteKey
        public var calls: UInt32
        public var weakest: TransportSecurity
    }

    public struct Webhooks: Equatable, Sendable {
        public var calls: UInt32 = 0
        public var plain: UInt32 = 0
        public var weak: UInt32 = 0
        /// Of the plain ones, those with personal data in what a machine wrote.
        public var plainMixed: UInt32 = 0
        public var to = ValueID.unknown
        public var weakest = TransportSecurity.unknown
    }

    public struct RouteUse: Equatable, Sendable {
        public var route: RouteKey
        public var calls: UInt64
        public var records: UInt64
        public var time: EventTime
    }

    public struct SessionViews: SmallestSetElement, Equatable, Sendable {
        public var key: UInt64 { session }
        public var session: UInt64
        public var real: UInt32 = 0
        public var synthetic: UInt32 = 0
        public var exports: UInt32 = 0
    }

    /// What was said of the records of one content hash. Bits: synthetic, not synthetic, made by a generator or from a parent.
    public struct HashLabel: SmallestSetElement, Equatable, Sendable {
        public var key: UInt64 { hash }
        public var hash: UInt64
        public var said: UInt8
        public var route: RouteKey
        /// Records that bore it, by their numbers.
        public var items = DistinctBits()
    }

    public struct PersonalDataSum: Equatable, Sendable {
        public var kinds: UInt32 = 0
        public var count: UInt64 = 0
        public var certain: UInt64 = 0
        public var route = RouteKey(rawValue: 0)
    }

    public init() {}

    /// Whether something happened that detectors are asked about at once.
    public var isUrgent: Bool {
        !undeclared.isEmpty || checkoutBreach != nil || webhooks.plain > 0 || webhooks.weak > 0
    }

    /// Those that no settings declare first.
    public var edges: [Edge] { Array(undeclared) + Array(declared) }

    // MARK: Adding

    /// Adds an event. Returns whether it is the first of something that detectors are asked about at once.
    ///
    /// - Parameter detail: what else the line stated.
    public mutating func add(_ movement: DataMovement, _ event: AccessEvent, _ detail: EventDetail? = nil) -> Bool {
        let records = event.presence.contains(.rows) ? event.rows : 1
        let route = RouteKey(event)
        let traits = movement.traits
        var isNews = false
        if traits.contains(.allowedBoth) { isAllowedBoth = true }
        if movement.flow.hasDestination { isNews = add(edge: movement, event, records, route) }
        let isWrite = traits.contains(.write)
        if event.status < 400 { touch(movement, event, records, route, isWrite: isWrite) }
        if isWrite && (movement.environment.isForMadeUpData || traits.contains(.generator)) {
            let hasLabel = movement.synthetic == .yes || movement.provenance != 0
            if hasLabel { labelled &+= records } else if movement.flow.dataClass != .customer { unlabelled &+= records }
        }
        if (isWrite || event.operation == .sync) && movement.synthetic == .yes {
            if movement.parent != 0 { descended &+= records } else { orphaned &+= records }
        }
        if movement.disclosed == .yes {
            disclosed &+= 1
        } else if movement.disclosed == .no || traits.contains(.answer) {
            undisclosed &+= 1
        }
        if traits.contains(.checkoutBreach) {
            isNews = MovementTally.add(event, records, route, to: &checkoutBreach) || isNews
        }
        if traits.contains(.sensitive) && event.operation.movesDataOut && event.status < 400 {
            isNews = MovementTally.add(event, records, route, to: &sensitive) || isNews
        }
        isNews = addTransport(movement, route) || isNews
        if traits.contains(.person) { addPerson(movement, event, isWrite: isWrite) }
        if movement.provenance != 0 { addHash(movement, route, item: detail?.item ?? 0, isMade: isWrite || event.operation == .sync) }
        if movement.personal.count > 0 || movement.flow.dataClass == .aiContent { addPersonal(movement, route) }
        if event.status < 400 {
            addIdentifiers(movement, route, at: event.time)
            if let job = detail?.job, job != 0, isWrite || event.operation.movesDataOut { addJob(job, movement, records, route) }
        }
        return isNews
    }

    private mutating func addIdentifiers(_ movement: DataMovement, _ route: RouteKey, at time: EventTime) {
        let item = movement.record
        guard movement.identifiers.count > 0 || item != 0, let side = movement.side else { return }
        let place = ContentPlace(route, movement)
        func add(_ hash: UInt64, to set: inout SmallestSet<Identifier>) {
            set.change(hash, orAdd: Identifier(hash: hash, place: place, time: time)) {
                $0.place = max($0.place, place)
                $0.time = min($0.time, time)
            }
        }
        for index in 0..<movement.identifiers.count {
            if side == .real { add(movement.identifiers[index], to: &real) } else { add(movement.identifiers[index], to: &madeUp) }
        }
        // What a machine writes about a customer's case bears that case's number; a made-up record has no business with one.
        guard item != 0 && movement.flow.dataClass != .aiContent else { return }
        if side == .real { add(item, to: &real) } else { add(item, to: &madeUp) }
    }

    private mutating func add(edge movement: DataMovement, _ event: AccessEvent, _ records: UInt64, _ route: RouteKey) -> Bool {
        let traits = movement.traits
        func count(_ isSo: Bool, _ number: inout UInt64) { if isSo { number &+= 1 } }
        func add(_ edge: inout Edge) {
            edge.calls &+= 1
            edge.records &+= records
            count(traits.contains(.expired), &edge.expired)
            count(traits.contains(.knownDestination), &edge.known)
            count(movement.disclosed != .yes, &edge.undisclosed)
            count(movement.personal.count > 0, &edge.personal)
            count(movement.transport == .plain, &edge.plain)
            count(movement.synthetic != .unstated, &edge.labelled)
            count(traits.contains(.weakTransport) && movement.transport != .plain, &edge.weak)
            if (event.time, route) < (edge.firstTime, edge.route) { (edge.firstTime, edge.route) = (event.time, route) }
        }
        let isDeclared = traits.contains(.declared)
        let new = Edge(key: movement.flow, isDeclared: isDeclared, firstTime: event.time, route: route)
        if isDeclared {
            declared.change(movement.flow, orAdd: new, add)
            return false
        }
        return undeclared.change(movement.flow, orAdd: new, add) == .new
    }

    private mutating func touch(_ movement: DataMovement, _ event: AccessEvent, _ records: UInt64, _ route: RouteKey, isWrite: Bool) {
        guard isWrite || event.operation.movesDataOut else { return }
        func add(_ place: Int, read: UInt64, written: UInt64) {
            touches[place].read &+= read
            touches[place].written &+= written
            let amount = max(read, written)
            if amount > touches[place].largest || (amount == touches[place].largest && route < touches[place].route) {
                touches[place].largest = amount
                touches[place].route = route
            }
        }
        if movement.environment != .unknown {
            add(Int(movement.environment.rawValue), read: isWrite ? 0 : records, written: isWrite ? records : 0)
        }
        // What a job moves between stores, its account reads here and writes there.
        if !isWrite && movement.flow.toEnvironment != .unknown && movement.flow.toEnvironment != movement.environment {
            add(Int(movement.flow.toEnvironment.rawValue), read: 0, written: records)
        }
    }

    private static func add(_ event: AccessEvent, _ records: UInt64, _ route: RouteKey, to use: inout RouteUse?) -> Bool {
        guard var known = use else {
            use = RouteUse(route: route, calls: 1, records: records, time: event.time)
            return true
        }
        known.calls &+= 1
        known.records &+= records
        if (event.time, route) < (known.time, known.route) { (known.time, known.route) = (event.time, route) }
        use = known
        return false
    }

    private mutating func addTransport(_ movement: DataMovement, _ route: RouteKey) -> Bool {
        guard movement.transport != .unknown else {
            if movement.traits.contains(.webhook) { webhooks.calls &+= 1 }
            return false
        }
        let isWeak = movement.traits.contains(.weakTransport)
        if movement.traits.contains(.webhook) {
            let before = (webhooks.plain, webhooks.weak)
            webhooks.calls &+= 1
            guard isWeak else { return false }
            if movement.transport == .plain { webhooks.plain &+= 1 } else { webhooks.weak &+= 1 }
            let isMixed = movement.flow.dataClass.isMachineMade || movement.flow.dataClass == .mixed
            if movement.transport == .plain && movement.personal.count > 0 && isMixed { webhooks.plainMixed &+= 1 }
            if webhooks.to == .unknown || movement.flow.to.rawValue < webhooks.to.rawValue { webhooks.to = movement.flow.to }
            if webhooks.weakest == .unknown || movement.transport < webhooks.weakest { webhooks.weakest = movement.transport }
            return before == (0, 0) || (webhooks.plainMixed == 1 && movement.transport == .plain)
        }
        guard isWeak else {
            secured &+= 1
            return false
        }
        let addition = weak.change(route, orAdd: WeakRoute(route: route, calls: 0, weakest: movement.transport)) {
            $0.calls &+= 1
            $0.weakest = min($0.weakest, movement.transport)
        }
        return addition == .new && weak.count == 1
    }

    private mutating func addPerson(_ movement: DataMovement, _ event: AccessEvent, isWrite: Bool) {
        guard event.status < 400 else { return }
        let isSynthetic = movement.synthetic == .yes || movement.flow.dataClass == .synthetic
        let isReal = movement.synthetic == .no || (movement.flow.dataClass == .customer && !isSynthetic)
        guard isSynthetic || isReal else { return }
        if isWrite {
            if isSynthetic { syntheticWrites &+= 1 } else { customerWrites &+= 1 }
        }
        // Who may see both kinds is not counted.
        guard movement.session != 0, !movement.traits.contains(.allowedBoth), isWrite || event.operation.movesDataOut else { return }
        let isExport = event.operation == .export || event.operation == .bulk
        sessions.change(movement.session, orAdd: SessionViews(session: movement.session)) {
            if isSynthetic { $0.synthetic &+= 1 } else { $0.real &+= 1 }
            if isExport { $0.exports &+= 1 }
        }
    }

    private mutating func addJob(_ job: UInt64, _ movement: DataMovement, _ records: UInt64, _ route: RouteKey) {
        guard movement.synthetic == .yes || movement.flow.dataClass == .synthetic || movement.environment.isForMadeUpData else { return }
        jobs.change(job, orAdd: JobTrail(job: job)) {
            $0.records &+= records
            $0.route = max($0.route, route)
        }
    }

    /// Notes that a line of an audit or a lineage log names a job.
    mutating func noteAudit(of job: UInt64) { jobs.change(job, orAdd: JobTrail(job: job)) { $0.isAudited = true } }

    /// The hash that most different records bore, where lines state both.
    var crowd: HashLabel? {
        let crowds = labels.filter { $0.items.bits != 0 }
        return crowds.max { ($0.items.estimate, $1.hash) < ($1.items.estimate, $0.hash) }
    }

    /// Hashes of synthetic records of which somebody was seen to make them, and of which nobody was, as far as the registry can know.
    func origins(_ registry: ProvenanceRegistry) -> MovementMemory.Share.Counts {
        var counts = MovementMemory.Share.Counts()
        for label in labels where label.said & HashLabel.synthetic != 0 {
            let said = label.said | registry.said(of: label.hash)
            if said & HashLabel.made != 0 {
                counts.with += 1
            } else if registry.wouldKnow(label.hash) {
                counts.without += 1
            }
        }
        return counts
    }

    private mutating func addHash(_ movement: DataMovement, _ route: RouteKey, item: UInt64, isMade: Bool) {
        hashes &+= 1
        if movement.traits.contains(.malformedHash) { malformedHashes &+= 1 }
        var said: UInt8 = 0
        if movement.synthetic == .yes || movement.flow.dataClass == .synthetic { said |= HashLabel.synthetic }
        if movement.synthetic == .no { said |= HashLabel.real }
        if isMade && (movement.traits.contains(.generator) || movement.parent != 0) { said |= HashLabel.made }
        guard said != 0 else { return }
        labels.change(movement.provenance, orAdd: HashLabel(hash: movement.provenance, said: said, route: route)) {
            $0.said |= said
            if item != 0 { $0.items.insert(item) }
            $0.route = max($0.route, route)
        }
    }

    private mutating func addPersonal(_ movement: DataMovement, _ route: RouteKey) {
        guard movement.flow.dataClass.isMachineMade else { return }
        texts &+= 1
        guard movement.personal.count > 0 else { return }
        personal.kinds |= movement.personal.kinds
        personal.count &+= UInt64(movement.personal.count)
        personal.certain &+= UInt64(movement.personal.certain)
        personal.route = max(personal.route, route)
    }
}

extension MovementTally.HashLabel {
    public static let synthetic: UInt8 = 1
    public static let real: UInt8 = 2
    public static let made: UInt8 = 4
    /// Both were said.
    public var isConflict: Bool { said & 3 == 3 }
}
