// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A search or query as numbers; its text is made when the line is written.
package struct SimulatedQuery: Equatable, Sendable {
    var kind = Kind.none
    /// Which phrase, which saved query, which object.
    var number: UInt32 = 0
    /// What a probe varies.
    var variation: UInt32 = 0

    enum Kind: UInt8, Sendable {
        case none
        /// What a shopper types.
        case phrase
        /// A query that an application sends again and again with another date.
        case saved
        /// How many records there are of an object.
        case count
        /// The same sentence with one word changed: somebody asks a recommender what it knows.
        case probe
    }

    package init() {}

    init(_ kind: Kind, _ number: Int, variation: Int = 0) {
        self.kind = kind
        self.number = UInt32(number)
        self.variation = UInt32(variation)
    }

    package var isEmpty: Bool { kind == .none }

    /// Appends the text. Complexity: O(length).
    func append(at time: EventTime, to buffer: inout [UInt8]) {
        switch kind {
        case .none: return
        case .phrase:
            // Two to four words, always the same for one number.
            var random = SimulationRandom(seed: 0x5EA2_C4, part: UInt64(number))
            for place in 0..<(2 + random.below(3)) {
                if place > 0 { buffer.append(0x20) }
                buffer += SimulatedQuery.words[random.below(SimulatedQuery.words.count)]
            }
        case .saved:
            buffer += SimulatedQuery.savedHead
            buffer += Array(EndpointCatalog.objects[Int(number) % EndpointCatalog.objects.count].utf8)
            buffer += SimulatedQuery.savedMiddle
            buffer += Array(CivilTime(time).rfc3339.prefix(10).utf8)
            buffer += SimulatedQuery.savedTail
        case .count:
            buffer += SimulatedQuery.countHead
            buffer += Array(EndpointCatalog.objects[Int(number) % EndpointCatalog.objects.count].utf8)
        case .probe:
            buffer += SimulatedQuery.probeHead
            buffer += SimulatedQuery.words[Int(variation) % SimulatedQuery.words.count]
            buffer += SimulatedQuery.probeMiddle
            buffer += SimulatedQuery.words[Int(number) % SimulatedQuery.words.count]
        }
    }

    /// Words that probes have to vary.
    static var wordCount: Int { words.count }

    private static let words: [[UInt8]] = """
        red blue green black white grey brown olive navy cream running trail walking hiking tennis football winter summer light warm
        waterproof leather cotton wool linen canvas kids women men junior wide narrow slim tall short cheap premium new sale gift
        shoes boots sandals jacket coat shirt trousers jeans socks gloves scarf hat cap belt bag backpack bottle tent lamp watch
        chair table desk shelf sofa bed pillow blanket towel mug plate bowl pan knife kettle toaster mixer fan heater speaker
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) }
    private static let savedHead = Array("SELECT Id, Name, LastModifiedDate FROM ".utf8)
    private static let savedMiddle = Array(" WHERE LastModifiedDate > ".utf8)
    private static let savedTail = Array("T00:00:00Z".utf8)
    private static let countHead = Array("SELECT COUNT() FROM ".utf8)
    private static let probeHead = Array("which customers bought both the ".utf8)
    private static let probeMiddle = Array(" one and also the ".utf8)
}
