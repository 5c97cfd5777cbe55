// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// The stores of the estate whose number of records is stated, and which names of endpoints and objects stand for them.
///
/// A store is known by a hash of its name, so that what is learnt of it outlives a change of the settings' order. State: the stores.
/// Complexity: O(stores) a name, asked once a name.
public struct StoreCatalogues: Sendable {
    /// Stores that may state their size: as many as a tally and an account's memory have room for, so that reads of one never hide those of
    /// another.
    public static let limit = 32

    private let index: EstateIndex
    private var sizes: [UInt64: Estate.Store] = [:]

    /// - Parameter stores: all of the estate, because an object's store goes before an endpoint's, whether or not its size is stated.
    public init(_ stores: [Estate.Store] = []) {
        var estate = Estate()
        let sized = stores.filter { $0.records > 0 }.prefix(StoreCatalogues.limit)
        if !sized.isEmpty { estate.stores = stores }
        index = EstateIndex(estate)
        for store in sized { sizes[StoreCatalogues.key(of: store.name)] = store }
    }

    /// What stands for a store in tallies and memories; never 0. Source: FNV-1a (Fowler, Noll and Vo); the same in every run.
    static func key(of name: String) -> UInt64 {
        max(name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, 1)
    }

    /// What a name says: nil where it stands for no store, 0 for one whose size is not stated.
    func key(ofObject name: String) -> UInt64? { index.store(ofObject: name).map(key) }
    func key(ofEndpoint name: String) -> UInt64? { index.store(ofEndpoint: name).map(key) }

    private func key(_ store: Int) -> UInt64 {
        let key = StoreCatalogues.key(of: index.estate.stores[store].name)
        return sizes[key] == nil ? 0 : key
    }

    /// Name and number of records of a store; nil for one that the settings no longer have.
    public subscript(key: UInt64) -> (name: String, records: UInt64)? { sizes[key].map { ($0.name, $0.records) } }

    var isEmpty: Bool { sizes.isEmpty }
}

/// Different records of one store that an account read in a bucket. State: 8 bytes, and 256 of the sketch.
public struct Shelf: SmallestSetElement, Equatable, Sendable {
    public var key: UInt64 { store }
    /// See ``StoreCatalogues/key(of:)``.
    public var store: UInt64
    public var items = DistinctSketch()

    func encode(into writer: inout StateWriter) {
        writer.write(store)
        items.encode(into: &writer)
    }

    init(store: UInt64) { self.store = store }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(store: try reader.read())
        items = try DistinctSketch(from: &reader)
    }
}

/// How much of each store with a stated size an account reads. State: 18 bytes a store, 256 more where it was read today.
public struct ShelfMemory: Sendable {
    public private(set) var shelves: [Known] = []

    public struct Known: Sendable {
        public var store: UInt64
        /// Different records a day, over days on which there were any.
        public var usual = RunningMean()
        public var today = DistinctSketch()
    }

    init() {}

    /// What was learnt of a store; nothing for one that was never read.
    public subscript(store: UInt64) -> Known { shelves.first { $0.store == store } ?? Known(store: store) }

    /// Learns the day that has ended.
    mutating func endDay() {
        for place in shelves.indices where !shelves[place].today.isEmpty {
            shelves[place].usual.learn(shelves[place].today.estimate, horizon: 28)
            shelves[place].today = DistinctSketch()
        }
    }

    mutating func learn(_ shelf: Shelf) {
        if let place = shelves.firstIndex(where: { $0.store == shelf.store }) {
            return shelves[place].today.formUnion(shelf.items)
        }
        if shelves.count == StoreCatalogues.limit {
            // Only stores that were renamed make it full: one that was not read today is forgotten.
            guard let place = shelves.firstIndex(where: \.today.isEmpty) else { return }
            shelves.remove(at: place)
        }
        shelves.append(Known(store: shelf.store, today: shelf.items))
        shelves.sort { $0.store < $1.store }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(shelves.count))
        for shelf in shelves {
            writer.write(shelf.store)
            shelf.usual.encode(into: &writer)
            shelf.today.encode(into: &writer)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let count = try reader.read(UInt8.self)
        guard count <= StoreCatalogues.limit else { throw StateError.implausible("stores of an account") }
        for _ in 0..<count {
            shelves.append(
                Known(store: try reader.read(), usual: try RunningMean(from: &reader), today: try DistinctSketch(from: &reader)))
        }
    }
}
