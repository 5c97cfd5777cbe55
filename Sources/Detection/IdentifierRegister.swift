// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Which identifiers of people the lane's production content showed lately, and which its made-up content did.
///
/// An identifier belongs to the side that showed it first: what production showed before does not become made up by being repeated, so
/// that the next order of the same customer is no overlap. Changes only when a bucket closes. What both sides show for the first time in
/// one bucket is compared before anybody in it is judged, hash by hash, so that it is found whatever the order of accounts; it belongs to
/// the side whose earliest event has it, and to production's where both are of the same millisecond. State: two ``IdentifierFilter``s, and
/// while a bucket closes 16 bytes an identifier of it.
public struct IdentifierRegister: Sendable {
    private var real = IdentifierFilter()
    private var madeUp = IdentifierFilter()
    private var notedReal: [Shown] = []
    private var notedMadeUp: [Shown] = []
    /// Of the identifiers that both sides showed in the noted buckets, and neither before: whether production was first.
    private var together: [UInt64: Bool] = [:]

    /// An identifier of one side, and when it was shown.
    private struct Shown: Comparable {
        var hash: UInt64
        var time: EventTime

        static func < (left: Shown, right: Shown) -> Bool { (left.hash, left.time) < (right.hash, right.time) }
    }

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
        /// The other side showed it in the same bucket first, and not before that.
        public var isTogether = false
    }

    public init() {}

    /// Identifiers in the filters, and how often one was full before its time.
    public var count: Int { real.count + madeUp.count }
    public var earlyRotations: UInt64 { real.earlyRotations &+ madeUp.earlyRotations }

    /// What an account's content of a bucket shares with what the other side showed before it, or in it where that was noted and compared.
    /// Complexity: O(identifiers).
    public func matches(_ tally: MovementTally) -> [Match] {
        var matches: [Match] = []
        if real.count > 0 || !together.isEmpty {
            for shown in tally.madeUp {
                let isTogether = together[shown.hash] == true
                guard isTogether || real.contains(shown.hash) else { continue }
                matches.append(Match(hash: shown.hash, place: shown.place, isLeak: true, isTogether: isTogether))
            }
        }
        if madeUp.count > 0 || !together.isEmpty {
            for shown in tally.real {
                let isTogether = together[shown.hash] == false
                guard isTogether || madeUp.contains(shown.hash) else { continue }
                matches.append(Match(hash: shown.hash, place: shown.place, isLeak: false, isTogether: isTogether))
            }
        }
        return matches
    }

    /// Notes what an account showed in a bucket that is about to be judged.
    mutating func note(_ tally: MovementTally) {
        for shown in tally.real { notedReal.append(Shown(hash: shown.hash, time: shown.time)) }
        for shown in tally.madeUp { notedMadeUp.append(Shown(hash: shown.hash, time: shown.time)) }
    }

    /// Finds what both sides showed of what was noted, in whatever order that was. Complexity: O(n log n) of the identifiers noted.
    mutating func compareNoted() {
        together.removeAll(keepingCapacity: true)
        guard !notedReal.isEmpty, !notedMadeUp.isEmpty else { return }
        notedReal.sort()
        notedMadeUp.sort()
        var (one, other) = (0, 0)
        while one < notedReal.count && other < notedMadeUp.count {
            let (left, right) = (notedReal[one], notedMadeUp[other])
            // Of what is noted more than once the first stands first.
            if left.hash == right.hash, together[left.hash] == nil, !real.contains(left.hash), !madeUp.contains(left.hash) {
                together[left.hash] = left.time <= right.time
            }
            if left.hash <= right.hash { one += 1 }
            if right.hash <= left.hash { other += 1 }
        }
    }

    /// Forgets what was noted of buckets that have not closed.
    mutating func forgetNoted() {
        notedReal.removeAll(keepingCapacity: true)
        notedMadeUp.removeAll(keepingCapacity: true)
        together.removeAll(keepingCapacity: true)
    }

    /// Takes in what was noted, in an order that does not depend on who noted it first.
    mutating func countNoted(bucket: Int64) {
        real.advance(to: bucket)
        madeUp.advance(to: bucket)
        guard !notedReal.isEmpty || !notedMadeUp.isEmpty else { return }
        notedReal.sort()
        notedMadeUp.sort()
        for shown in notedReal where together[shown.hash] != false && !madeUp.contains(shown.hash) { real.insert(shown.hash) }
        for shown in notedMadeUp where !real.contains(shown.hash) { madeUp.insert(shown.hash) }
        forgetNoted()
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
