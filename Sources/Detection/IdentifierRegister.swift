// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// Which identifiers of people the lane's production content showed lately, and which its made-up content did.
///
/// An identifier belongs to the side that showed it first: what production showed before does not become made up by being repeated, so
/// that the next order of the same customer is no overlap. Changes only when a bucket closes, so that both sides within one bucket see
/// nothing of each other. State: two ``IdentifierFilter``s.
public struct IdentifierRegister: Sendable {
    private var real = IdentifierFilter()
    private var madeUp = IdentifierFilter()
    private var notedReal: [UInt64] = []
    private var notedMadeUp: [UInt64] = []

    /// A page of one of the filters, as a checkpoint keeps it.
    public struct Page: Equatable, Sendable {
        /// The filter of production is 0, the other 1.
        public var filter: UInt8
        public var number: UInt16
        /// None where the page is empty.
        public var bits: [UInt8]

        public init(filter: UInt8, number: UInt16, bits: [UInt8]) {
            self.filter = filter
            self.number = number
            self.bits = bits
        }
    }

    /// An identifier of one side that the other side showed before.
    public struct Match: Equatable, Sendable {
        public var hash: UInt64
        public var place: ContentPlace
        /// Made-up content shows what production showed before; else the reverse.
        public var isLeak: Bool
    }

    public init() {}

    /// Identifiers in the filters, and how often one was full before its time.
    public var count: Int { real.count + madeUp.count }
    public var earlyRotations: UInt64 { real.earlyRotations &+ madeUp.earlyRotations }

    /// What an account's content of a bucket shares with what the other side showed before it. Complexity: O(identifiers).
    public func matches(_ tally: MovementTally) -> [Match] {
        var matches: [Match] = []
        if real.count > 0 {
            for shown in tally.madeUp where real.contains(shown.hash) {
                matches.append(Match(hash: shown.hash, place: shown.place, isLeak: true))
            }
        }
        if madeUp.count > 0 {
            for shown in tally.real where madeUp.contains(shown.hash) {
                matches.append(Match(hash: shown.hash, place: shown.place, isLeak: false))
            }
        }
        return matches
    }

    mutating func note(_ tally: MovementTally) {
        for shown in tally.real { notedReal.append(shown.hash) }
        for shown in tally.madeUp { notedMadeUp.append(shown.hash) }
    }

    /// Takes in what was noted, in an order that does not depend on who noted it first.
    mutating func countNoted(bucket: Int64) {
        real.advance(to: bucket)
        madeUp.advance(to: bucket)
        guard !notedReal.isEmpty || !notedMadeUp.isEmpty else { return }
        notedReal.sort()
        notedMadeUp.sort()
        for hash in notedReal where !madeUp.contains(hash) { real.insert(hash) }
        for hash in notedMadeUp where !real.contains(hash) { madeUp.insert(hash) }
        notedReal.removeAll(keepingCapacity: true)
        notedMadeUp.removeAll(keepingCapacity: true)
    }

    // MARK: State

    mutating func takeChangedPages() -> [Page] {
        real.takeChanged().map { Page(filter: 0, number: $0.number, bits: $0.bits) }
            + madeUp.takeChanged().map { Page(filter: 1, number: $0.number, bits: $0.bits) }
    }

    /// Everything but the pages.
    func encode(into writer: inout StateWriter) {
        real.encode(into: &writer)
        madeUp.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        real = try IdentifierFilter(from: &reader)
        madeUp = try IdentifierFilter(from: &reader)
    }

    mutating func restore(_ page: Page) throws(StateError) {
        switch page.filter {
        case 0: try real.restore(page.number, bits: page.bits)
        case 1: try madeUp.restore(page.number, bits: page.bits)
        default: throw StateError.implausible("filter of a page")
        }
    }
}
