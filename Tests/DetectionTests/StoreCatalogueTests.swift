// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import TestSupport
import Testing

@testable import Detection

@Suite struct StoreCatalogueTests {
    private let stores = [
        Estate.Store(name: "products", system: "shop", dataClass: .product, endpoints: ["/items/{id}"], records: 3000),
        Estate.Store(name: "carts", system: "shop", dataClass: .other, objects: ["Cart"]),
        Estate.Store(name: "people", system: "crm", dataClass: .customer, objects: ["Contact"], records: 500),
    ]

    /// The store of a route by its names.
    private func store(_ object: String?, _ endpoint: String?, of stores: [Estate.Store]) -> String? {
        let values = ValueTable(catalogues: StoreCatalogues(stores))
        var numbers: [UInt64] = []
        for name in [endpoint, object] {
            guard let name else {
                numbers.append(0)
                continue
            }
            values.append(name)
            numbers.append(UInt64(values.names.count + 1))
        }
        return values.catalogues[values.catalogue(of: RouteKey(rawValue: numbers[0] | numbers[1] << 16))]?.name
    }

    @Test func `an object says which store is read, an endpoint where no object of a store is named`() {
        #expect(store("Contact", nil, of: stores) == "people")
        #expect(store("Contact", "/items/{id}", of: stores) == "people")
        #expect(store("Banner", "/items/{id}", of: stores) == "products")
        #expect(store("Cart", "/items/{id}", of: stores) == nil, "a cart is no product, though nobody says how many there are")
        #expect(store("Banner", "/banners", of: stores) == nil)
        #expect(store("Cart", nil, of: [stores[1]]) == nil)
    }

    private func tally(_ reads: [(store: UInt64, items: Range<UInt64>)]) -> DiscoveryTally {
        var tally = DiscoveryTally()
        var random = SeededRandom(seed: 5)
        for (store, items) in reads {
            for item in items { tally.add(query: 0, shape: 0, item: random.next() ^ item | 1, of: store) }
        }
        return tally
    }

    @Test func `reads of every store that may state its size are counted apart, in any order`() {
        let all = (1...UInt64(StoreCatalogues.limit)).map { (store: $0 * 77, items: 0..<($0 * 3)) }
        let forward = tally(all)
        #expect(forward.shelves.count == StoreCatalogues.limit && forward.distinctItems.isEmpty)
        for (place, shelf) in forward.shelves.enumerated() {
            let count = Double(all[place].items.count)
            #expect(abs(shelf.items.estimate - count) <= max(count * 4 * DistinctSketch.relativeError, 3), "store \(place)")
        }
        var memory = DiscoveryMemory()
        memory.learn(forward, bucket: 960)
        memory.learn(tally([(store: 77, items: 0..<200)]), bucket: 970)
        #expect(memory.shelves.shelves.count == StoreCatalogues.limit)
        #expect(memory.items(endingWith: 971, Shelf(store: 77)) > 150, "a day's reads add up")
        #expect(memory.items(endingWith: 1056, Shelf(store: 77)) == 0, "and a new day begins with none")
    }

    @Test func `a day's reads become what is usual when the next day with reads begins, and outlive a restart`() throws {
        var memory = DiscoveryMemory()
        for day in 0..<9 as Range<Int64> {
            #expect(memory.days(before: day * 96) == Int(day))
            memory.learn(tally([(store: 77, items: 0..<40)]), bucket: day * 96)
        }
        #expect(memory.shelves[77].usual.count == 8 && abs(memory.shelves[77].usual.mean - 40) < 6)
        #expect(memory.usualItems.count == 0 || memory.usualItems.mean == 0, "what has a size is not counted twice")
        var writer = StateWriter()
        memory.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        let restored = try DiscoveryMemory(from: &reader)
        #expect(restored.shelves[77].usual == memory.shelves[77].usual && restored.shelves[77].today == memory.shelves[77].today)
        #expect(restored.days == memory.days && reader.isAtEnd)
    }

    @Test func `a store that was renamed makes room for one that is read`() {
        var memory = ShelfMemory()
        func shelf(_ store: UInt64) -> Shelf {
            var shelf = Shelf(store: store)
            shelf.items.insert(store &* 0x9E37_79B9_7F4A_7C15)
            return shelf
        }
        for store in 1...UInt64(StoreCatalogues.limit) { memory.learn(shelf(store)) }
        memory.learn(shelf(100))
        #expect(memory.shelves.count == StoreCatalogues.limit && memory[100].today.isEmpty, "all were read today")
        memory.endDay()
        memory.learn(shelf(100))
        #expect(memory.shelves.count == StoreCatalogues.limit && !memory[100].today.isEmpty)
    }
}
