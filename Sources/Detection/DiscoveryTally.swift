// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// Searches and reads of single items in a bucket: who explores a catalogue, and how.
///
/// State: about 300 bytes, and 264 a store with a stated size.
public struct DiscoveryTally: Equatable, Sendable {
    static let shapeLimit = 24

    public private(set) var queries: UInt32 = 0
    /// Queries by shape, near ones under the first of them; those that had to make room are in `otherShapes`. Source: Space-Saving
    /// (Metwally, Agrawal, El Abbadi 2005), but nobody inherits a count, so that none is overstated.
    public private(set) var shapes: [Shape] = []
    public private(set) var otherShapes: UInt32 = 0
    /// Reads of items, and which: those of stores with a stated size apart from the others.
    public private(set) var items: UInt32 = 0
    public private(set) var distinctItems = DistinctSketch()
    public private(set) var shelves = SmallestSet<Shelf>(limit: StoreCatalogues.limit)

    public struct Shape: Equatable, Sendable {
        public var shape: UInt64
        public var count: UInt32
        /// Different texts of this shape.
        public var texts: DistinctBits
    }

    mutating func add(query: UInt64, shape: UInt64, item: UInt64, of store: UInt64) {
        if item != 0 {
            items &+= 1
            if store == 0 {
                distinctItems.insert(item)
            } else {
                shelves.change(store, orAdd: Shelf(store: store)) { $0.items.insert(item) }
            }
        }
        guard query != 0 else { return }
        queries &+= 1
        if let index = shapes.firstIndex(where: { QueryShape.isNear($0.shape, shape) }) {
            shapes[index].count &+= 1
            shapes[index].texts.insert(query)
        } else {
            // Where there is no room the rarest makes it: throw-away searches before the probes must not hide them.
            if shapes.count == DiscoveryTally.shapeLimit,
                let rarest = shapes.indices.min(by: { (shapes[$0].count, shapes[$0].shape) < (shapes[$1].count, shapes[$1].shape) })
            {
                otherShapes &+= shapes[rarest].count
                shapes.remove(at: rarest)
            }
            var texts = DistinctBits()
            texts.insert(query)
            shapes.append(Shape(shape: shape, count: 1, texts: texts))
        }
    }

    init() {}

    init(from reader: inout StateReader) throws(StateError) {
        queries = try reader.read()
        otherShapes = try reader.read()
        items = try reader.read()
        for _ in 0..<(try reader.read(UInt8.self)) {
            shapes.append(
                Shape(shape: try reader.read(), count: try reader.read(), texts: DistinctBits(bits: try reader.read())))
        }
        distinctItems = try DistinctSketch(from: &reader)
        shelves = try SmallestSet(limit: StoreCatalogues.limit, from: &reader) { reader throws(StateError) in try Shelf(from: &reader) }
    }
}
