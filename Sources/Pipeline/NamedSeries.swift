// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Digest
import EventModel
import RollingStatistics

/// The series of a lane that the settings name: endpoint groups and pinned accounts. Nothing where nothing is named.
///
/// A series begins with the first bucket in which there is something of it. State: see ``SeriesSelection/limit``. Complexity: O(1) an event
/// of a named group, a look at a table for others while a group is named; O(1) a bucket and series.
struct NamedSeries: Sendable {
    struct Member: Sendable {
        let subject: SeriesBucket.Subject
        /// What the settings say of it, by which a checkpoint knows it again.
        let identity: String
        /// The group's number in the keys of its alerts, the same whatever else is named; 0 for accounts, whose own alerts they are.
        let number: UInt32
        /// Nil before there was something of it.
        var series: LaneSeries?
        /// The account that is called so now.
        var account: AccountID?
    }

    /// Groups first, then accounts, in the order of the settings.
    private(set) var members: [Member] = []
    let groupCount: Int
    private let patterns: [NamePatterns]
    /// By value: the groups that it belongs to, a bit each.
    private var masks: [UInt32] = []
    /// What the groups have moved in each open bucket, oldest first, one group beside the other.
    private var open: [MeasureSums] = []

    init(_ selection: SeriesSelection) {
        precondition(selection.count <= SeriesSelection.limit, "as many series as there is room for")
        groupCount = selection.groups.count
        patterns = selection.groups.map { NamePatterns($0.patterns) }
        members = selection.groups.map { group in
            Member(
                subject: .endpointGroup(group.name), identity: "endpoints \(group.name) \(group.patterns)",
                number: NamedSeries.number(group.name))
        }
        members += selection.accounts.map { Member(subject: .pinnedAccount($0), identity: "account \($0)", number: 0) }
    }

    private static func number(_ name: String) -> UInt32 {
        max(SHA256.hash(Array(name.utf8)).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, 1)
    }

    var isEmpty: Bool { members.isEmpty }
    @inline(__always)
    var watchesEndpoints: Bool { groupCount > 0 }
    var groups: Range<Int> { 0..<groupCount }
    var accounts: Range<Int> { groupCount..<members.count }

    // MARK: Names

    /// The lane has met its next endpoint or object.
    mutating func append(value name: String) {
        guard watchesEndpoints else { return }
        let bytes = Array(name.utf8)
        masks.append(groups.reduce(0) { $0 | (patterns[$1].match(bytes) ? 1 << UInt32($1) : 0) })
    }

    /// An account is called so from now on.
    mutating func name(_ account: AccountID, _ name: String) {
        for index in accounts {
            if members[index].account == account { members[index].account = nil }
            if members[index].subject == .pinnedAccount(name) { members[index].account = account }
        }
    }

    @inline(__always)
    private func mask(_ endpoint: ValueID) -> UInt32 {
        let index = Int(endpoint.rawValue) - 2
        return index >= 0 && index < masks.count ? masks[index] : 0
    }

    /// What an account's tally has of a group, as far as its routes are kept.
    func part(_ group: Int, of tally: AccountTally) -> MeasureSums {
        var sums = MeasureSums()
        for index in 0..<tally.routes.count {
            let route = tally.routes.routes[index]
            if mask(RouteKey(rawValue: route.key).endpoint) & 1 << UInt32(group) != 0 { sums.add(route.sums) }
        }
        return sums
    }

    // MARK: Buckets

    /// Adds an event to open bucket `position`.
    @inline(__always)
    mutating func add(_ event: AccessEvent, rows: UInt64, position: Int) {
        var groups = mask(event.endpoint)
        while groups != 0 {
            let place = position * groupCount + groups.trailingZeroBitCount
            open[place].rows &+= rows
            open[place].calls &+= 1
            groups &= groups - 1
        }
    }

    /// What a group has moved in the oldest bucket.
    func sums(_ group: Int) -> MeasureSums { open[group] }

    mutating func openBucket() { for _ in 0..<groupCount { open.append(MeasureSums()) } }
    mutating func dropOldestBucket() { open.removeFirst(groupCount) }

    /// Learns the oldest bucket of a series, as ``LaneSeries/take(_:bucket:of:source:_:)`` does; nothing before there was something of it.
    ///
    /// - Parameter sums: of an account; a group's are known.
    mutating func take(
        _ index: Int, _ sums: MeasureSums?, bucket: Int64, source: String, _ standing: LaneSeries.Standing
    ) -> [SeriesBucket] {
        let (sums, subject) = (sums ?? open[index], members[index].subject)
        if members[index].series == nil {
            guard index >= groupCount || sums.calls > 0 else { return [] }
            members[index].series = LaneSeries()
        }
        return members[index].series?.take(sums, bucket: bucket, of: subject, source: source, standing) ?? []
    }

    mutating func judge(_ index: Int, _ taken: [SeriesBucket], by detector: any Detector) -> Finding? {
        members[index].series?.judge(taken, by: detector)
    }

    // MARK: State

    func encode(into writer: inout StateWriter) {
        let buckets = groupCount == 0 ? 0 : open.count / groupCount
        writer.write(UInt8(members.count))
        for (index, member) in members.enumerated() {
            writer.write(member.identity)
            writer.write(member.series != nil)
            member.series?.encode(into: &writer)
            writer.write(index < groupCount)
            guard index < groupCount else { continue }
            for bucket in 0..<buckets { open[bucket * groupCount + index].encode(into: &writer) }
        }
    }

    /// Takes up what ``encode(into:)`` wrote, of series that are still named. Precondition: the open buckets are open, and empty.
    mutating func restore(from reader: inout StateReader, buckets: Int) throws(StateError) {
        let count = try reader.read(UInt8.self)
        guard count <= SeriesSelection.limit else { throw StateError.implausible("named series") }
        for _ in 0..<count {
            let identity = try reader.readString()
            let index = members.firstIndex { $0.identity == identity }
            let series = try reader.readBool() ? try LaneSeries(from: &reader) : nil
            if let index { members[index].series = series }
            guard try reader.readBool() else { continue }
            for bucket in 0..<buckets {
                let sums = try MeasureSums(from: &reader)
                if let index, index < groupCount { open[bucket * groupCount + index] = sums }
            }
        }
    }
}
