// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

extension MovementTally {
    func encode(into writer: inout StateWriter) {
        for edges in [undeclared, declared] { edges.encode(into: &writer) { $0.encode(into: &$1) } }
        for place in 0..<5 {
            for count in [touches[place].read, touches[place].written, touches[place].largest, touches[place].route.rawValue] {
                writer.write(count)
            }
        }
        writer.write(isAllowedBoth)
        writer.write(labelled)
        writer.write(unlabelled)
        writer.write(descended)
        writer.write(orphaned)
        for count in [disclosed, undisclosed, secured, customerWrites, syntheticWrites, hashes, malformedHashes, texts] {
            writer.write(count)
        }
        weak.encode(into: &writer) { route, writer in
            writer.write(route.route.rawValue)
            writer.write(route.calls)
            writer.write(route.weakest.rawValue)
        }
        for count in [webhooks.calls, webhooks.plain, webhooks.weak, webhooks.plainMixed] { writer.write(count) }
        writer.write(webhooks.to.rawValue)
        writer.write(webhooks.weakest.rawValue)
        for use in [checkoutBreach, sensitive] {
            writer.write(use != nil)
            guard let use else { continue }
            for count in [use.route.rawValue, use.calls, use.records] { writer.write(count) }
            writer.write(use.time.milliseconds)
        }
        sessions.encode(into: &writer) { views, writer in
            writer.write(views.session)
            for count in [views.real, views.synthetic, views.exports] { writer.write(count) }
        }
        labels.encode(into: &writer) { label, writer in
            writer.write(label.hash)
            writer.write(label.said)
            writer.write(label.route.rawValue)
            writer.write(label.items.bits)
        }
        jobs.encode(into: &writer) { $0.encode(into: &$1) }
        for identifiers in [real, madeUp] {
            identifiers.encode(into: &writer) { identifier, writer in
                writer.write(identifier.hash)
                writer.write(identifier.place.rawValue)
                writer.write(identifier.time.milliseconds)
            }
        }
        writer.write(personal.kinds)
        for count in [personal.count, personal.certain, personal.route.rawValue] { writer.write(count) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
        undeclared = try SmallestSet(limit: MovementTally.edgeLimit, from: &reader) { reader throws(StateError) in try Edge(from: &reader) }
        declared = try SmallestSet(limit: MovementTally.edgeLimit, from: &reader) { reader throws(StateError) in try Edge(from: &reader) }
        for place in 0..<5 {
            touches[place] = Touch(
                read: try reader.read(), written: try reader.read(), largest: try reader.read(),
                route: RouteKey(rawValue: try reader.read()))
        }
        isAllowedBoth = try reader.readBool()
        labelled = try reader.read()
        unlabelled = try reader.read()
        descended = try reader.read()
        orphaned = try reader.read()
        disclosed = try reader.read()
        undisclosed = try reader.read()
        secured = try reader.read()
        customerWrites = try reader.read()
        syntheticWrites = try reader.read()
        hashes = try reader.read()
        malformedHashes = try reader.read()
        texts = try reader.read()
        weak = try SmallestSet(limit: MovementTally.routeLimit, from: &reader) { reader throws(StateError) in
            let route = RouteKey(rawValue: try reader.read())
            return WeakRoute(route: route, calls: try reader.read(), weakest: try TransportSecurity(from: &reader))
        }
        webhooks.calls = try reader.read()
        webhooks.plain = try reader.read()
        webhooks.weak = try reader.read()
        webhooks.plainMixed = try reader.read()
        webhooks.to = ValueID(rawValue: try reader.read())
        webhooks.weakest = try TransportSecurity(from: &reader)
        checkoutBreach = try RouteUse.optional(from: &reader)
        sensitive = try RouteUse.optional(from: &reader)
        sessions = try SmallestSet(limit: MovementTally.sessionLimit, from: &reader) { reader throws(StateError) in
            SessionViews(session: try reader.read(), real: try reader.read(), synthetic: try reader.read(), exports: try reader.read())
        }
        labels = try SmallestSet(limit: MovementTally.hashLimit, from: &reader) { reader throws(StateError) in
            HashLabel(
                hash: try reader.read(), said: try reader.read(), route: RouteKey(rawValue: try reader.read()),
                items: DistinctBits(bits: try reader.read()))
        }
        jobs = try SmallestSet(limit: MovementTally.jobLimit, from: &reader) { reader throws(StateError) in try JobTrail(from: &reader) }
        real = try MovementTally.identifiers(from: &reader)
        madeUp = try MovementTally.identifiers(from: &reader)
        personal.kinds = try reader.read()
        personal.count = try reader.read()
        personal.certain = try reader.read()
        personal.route = RouteKey(rawValue: try reader.read())
    }
}

extension MovementTally {
    private static func identifiers(from reader: inout StateReader) throws(StateError) -> SmallestSet<Identifier> {
        try SmallestSet(limit: identifierLimit, from: &reader) { reader throws(StateError) in
            Identifier(hash: try reader.read(), place: ContentPlace(rawValue: try reader.read()), time: try reader.readTime())
        }
    }
}

extension MovementTally.Edge {
    fileprivate func encode(into writer: inout StateWriter) {
        key.encode(into: &writer)
        writer.write(isDeclared)
        for count in [calls, records, expired, known, undisclosed, personal, plain, labelled, weak] { writer.write(count) }
        writer.write(firstTime.milliseconds)
        writer.write(route.rawValue)
    }

    fileprivate init(from reader: inout StateReader) throws(StateError) {
        let key = try FlowKey(from: &reader)
        let isDeclared = try reader.readBool()
        var counts: [UInt64] = []
        for _ in 0..<9 { counts.append(try reader.read()) }
        self.init(
            key: key, isDeclared: isDeclared, calls: counts[0], records: counts[1], expired: counts[2], known: counts[3],
            undisclosed: counts[4], personal: counts[5], plain: counts[6], labelled: counts[7], weak: counts[8],
            firstTime: try reader.readTime(), route: RouteKey(rawValue: try reader.read()))
    }
}

extension MovementTally.RouteUse {
    fileprivate static func optional(from reader: inout StateReader) throws(StateError) -> Self? {
        guard try reader.readBool() else { return nil }
        let route = RouteKey(rawValue: try reader.read())
        return Self(route: route, calls: try reader.read(), records: try reader.read(), time: try reader.readTime())
    }
}

extension FlowKey {
    public func encode(into writer: inout StateWriter) {
        for code in [dataClass.rawValue, fromEnvironment.rawValue, toEnvironment.rawValue] { writer.write(code) }
        for value in [from, to, fromRegion, toRegion] { writer.write(value.rawValue) }
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        guard let dataClass = DataClass(rawValue: try reader.read()) else { throw StateError.implausible("class of records") }
        self.dataClass = dataClass
        fromEnvironment = try DataEnvironment(from: &reader)
        toEnvironment = try DataEnvironment(from: &reader)
        from = ValueID(rawValue: try reader.read())
        to = ValueID(rawValue: try reader.read())
        fromRegion = ValueID(rawValue: try reader.read())
        toRegion = ValueID(rawValue: try reader.read())
    }
}

extension DataEnvironment {
    fileprivate init(from reader: inout StateReader) throws(StateError) {
        guard let environment = DataEnvironment(rawValue: try reader.read()) else { throw StateError.implausible("environment") }
        self = environment
    }
}

extension TransportSecurity {
    fileprivate init(from reader: inout StateReader) throws(StateError) {
        guard let transport = TransportSecurity(rawValue: try reader.read()) else { throw StateError.implausible("transport") }
        self = transport
    }
}

extension DataMovement {
    public func encode(into writer: inout StateWriter) {
        flow.encode(into: &writer)
        for code in [environment.rawValue, synthetic.rawValue, disclosed.rawValue, transport.rawValue] { writer.write(code) }
        writer.write(traits.rawValue)
        for hash in [provenance, parent, session] { writer.write(hash) }
        writer.write(UInt8(identifiers.count))
        for place in 0..<identifiers.count { writer.write(identifiers[place]) }
        writer.write(record)
        writer.write(personal.kinds)
        writer.write(personal.count)
        writer.write(personal.certain)
    }

    public init(from reader: inout StateReader) throws(StateError) {
        self.init()
        flow = try FlowKey(from: &reader)
        environment = try DataEnvironment(from: &reader)
        guard let synthetic = Marker(rawValue: try reader.read()), let disclosed = Marker(rawValue: try reader.read()) else {
            throw StateError.implausible("marker")
        }
        (self.synthetic, self.disclosed) = (synthetic, disclosed)
        transport = try TransportSecurity(from: &reader)
        traits = Traits(rawValue: try reader.read())
        provenance = try reader.read()
        parent = try reader.read()
        session = try reader.read()
        for _ in 0..<(try reader.read(UInt8.self)) { identifiers.insert(try reader.read()) }
        record = try reader.read()
        personal.kinds = try reader.read()
        personal.count = try reader.read()
        personal.certain = try reader.read()
    }
}
