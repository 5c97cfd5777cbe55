// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Which identifiers were seen within the last one to two weeks, as far as bits can say: no identifier is kept.
///
/// Two Bloom filters, of which the older is emptied each week, or earlier when the newer is full. The bits of an identifier lie in one
/// page, so that a checkpoint writes the pages of a quarter hour's identifiers and not the filter. State: at most 2 MiB.
/// Complexity: O(1) a look, a sixteenth of a microsecond. Source: Bloom 1970; Putze, Sanders, Singler 2007 for pages.
public struct IdentifierFilter: Sendable {
    /// Identifiers of one generation. Beyond it the older generation makes room before its week is over.
    public static let capacity = 250_000
    /// The probability that an identifier that was never seen looks as if it had been, when both generations are full: 33 bits and 16
    /// probes give 1.8 in ten million for each, and pages that are fuller than others a little more.
    public static let falsePositiveProbability = 1e-6
    /// Days after which the older generation is emptied.
    public static let generationDays: Int64 = 7

    static let pages = 256
    /// Words of a page: 4 KiB.
    static let words = 512
    private static let probes = 16

    private var generations = InlineArray<2, Generation>(repeating: Generation())
    /// Which of them takes what is new.
    private var newer = 0
    private var period: Int64 = -1
    /// How often a generation was full before its time.
    public private(set) var earlyRotations: UInt64 = 0
    /// Pages that differ from those of the last checkpoint: generation × ``pages`` + page.
    private var changed: Set<UInt16> = []

    private struct Generation: Sendable {
        /// Empty, or ``IdentifierFilter/words`` each.
        var pages: [[UInt64]] = []
        var count: UInt32 = 0
    }

    init() {}

    /// Identifiers that were put in, in both generations.
    public var count: Int { Int(generations[0].count) + Int(generations[1].count) }

    /// Whether an identifier was seen, or looks as if. The stated probability holds for keyed hashes, which nobody can choose.
    public func contains(_ hash: UInt64) -> Bool { isIn(0, hash) || isIn(1, hash) }

    private func isIn(_ generation: Int, _ hash: UInt64) -> Bool {
        guard generations[generation].count > 0 else { return false }
        let page = IdentifierFilter.page(of: hash)
        guard !generations[generation].pages[page].isEmpty else { return false }
        return IdentifierFilter.allProbes(of: hash) { generations[generation].pages[page][$0 >> 6] & (1 << UInt64($0 & 63)) != 0 }
    }

    /// Not the hash's own first bits: where a sample of the smallest hashes is put in, these are all alike.
    private static func page(of hash: UInt64) -> Int { Int(truncatingIfNeeded: mixed(hash &+ 0xD1B5_4A32_D192_ED03) >> 56) }

    /// Source: Steele, Lea, Flood 2014, "SplitMix".
    private static func mixed(_ seed: UInt64) -> UInt64 {
        var word = seed
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// Asks for each of the places of an identifier in its page until one answers no. Each mixed word holds four places of 15 bits.
    private static func allProbes(of hash: UInt64, _ answer: (Int) -> Bool) -> Bool {
        var seed = hash
        for _ in 0..<probes / 4 {
            seed &+= 0x9E37_79B9_7F4A_7C15
            let word = mixed(seed)
            for part in 0..<4 where !answer(Int(truncatingIfNeeded: word >> UInt64(part * 16)) & 0x7FFF) { return false }
        }
        return true
    }

    /// Empties the older generation where a bucket begins another week. To be called before anything of the bucket is put in.
    mutating func advance(to bucket: Int64) {
        let next = bucket / (Int64(BucketGrid.perDay) * IdentifierFilter.generationDays)
        guard next != period else { return }
        if period >= 0 && count > 0 { for _ in 0..<min(max(next - period, 0), 2) { rotate() } }
        period = next
    }

    private mutating func rotate() {
        newer = 1 - newer
        for page in generations[newer].pages.indices where !generations[newer].pages[page].isEmpty {
            changed.insert(UInt16(newer * IdentifierFilter.pages + page))
        }
        generations[newer] = Generation()
    }

    /// Puts an identifier in, unless the newer generation has it.
    ///
    /// Where the capacity is reached, the order of calls says which identifiers are forgotten: it must not depend on shards.
    mutating func insert(_ hash: UInt64) {
        guard !isIn(newer, hash) else { return }
        if generations[newer].count >= UInt32(IdentifierFilter.capacity) {
            rotate()
            earlyRotations &+= 1
        }
        if generations[newer].pages.isEmpty { generations[newer].pages = Array(repeating: [], count: IdentifierFilter.pages) }
        let page = IdentifierFilter.page(of: hash)
        if generations[newer].pages[page].isEmpty { generations[newer].pages[page] = Array(repeating: 0, count: IdentifierFilter.words) }
        let generation = newer
        _ = IdentifierFilter.allProbes(of: hash) { place in
            generations[generation].pages[page][place >> 6] |= 1 << UInt64(place & 63)
            return true
        }
        generations[newer].count += 1
        changed.insert(UInt16(newer * IdentifierFilter.pages + page))
    }

    // MARK: State

    /// The pages that changed since the last call, each with its number; one that is empty now has no bits.
    mutating func takeChanged() -> [(number: UInt16, bits: [UInt8])] {
        defer { changed.removeAll() }
        return changed.sorted().map { number in
            let generation = generations[Int(number) / IdentifierFilter.pages]
            guard !generation.pages.isEmpty else { return (number, []) }
            var writer = StateWriter(reserving: IdentifierFilter.words * 8)
            for word in generation.pages[Int(number) % IdentifierFilter.pages] { writer.write(word) }
            return (number, writer.bytes)
        }
    }

    /// Everything but the pages.
    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(newer))
        writer.write(period)
        writer.write(earlyRotations)
        for place in 0..<2 { writer.write(generations[place].count) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        newer = Int(try reader.read(UInt8.self))
        guard newer < 2 else { throw StateError.implausible("generation of a filter") }
        period = try reader.read()
        earlyRotations = try reader.read()
        for place in 0..<2 {
            generations[place].count = try reader.read()
            guard generations[place].count <= IdentifierFilter.capacity else { throw StateError.implausible("identifiers of a filter") }
            if generations[place].count > 0 { generations[place].pages = Array(repeating: [], count: IdentifierFilter.pages) }
        }
    }

    /// Takes up a page of ``takeChanged()``. Throws: ``StateError`` for one that cannot be.
    mutating func restore(_ number: UInt16, bits: [UInt8]) throws(StateError) {
        let (generation, page) = (Int(number) / IdentifierFilter.pages, Int(number) % IdentifierFilter.pages)
        guard generation < 2, bits.count == IdentifierFilter.words * 8, generations[generation].count > 0 else {
            throw StateError.implausible("page of a filter")
        }
        var reader = StateReader(bits)
        var words: [UInt64] = []
        words.reserveCapacity(IdentifierFilter.words)
        for _ in 0..<IdentifierFilter.words { words.append(try reader.read()) }
        generations[generation].pages[page] = words
    }
}
