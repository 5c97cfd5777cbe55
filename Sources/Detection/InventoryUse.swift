// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// When each endpoint of the inventory was called last.
///
/// State: 12 bytes an endpoint, at most ``limit`` of them. Changes only when a bucket closes.
public struct InventoryUse: Sendable {
    /// Endpoints watched, by the order of their paths; what an inventory lists beyond it is not.
    public static let limit = 4096
    /// Days without a call after which an endpoint is told of.
    public static let unseenDays = 30

    private struct Entry: Sendable {
        /// Days since 1970: from when on it is watched, and of its last call; 0 is none.
        var since: UInt16 = 0
        var last: UInt16 = 0
    }

    private let paths: [String]
    private var entries: [Entry]
    /// The last day on which the log named more endpoints than there are numbers for: any of them may have been one of the inventory's.
    private var lastOverflow: UInt16 = 0
    private var noted: Set<Int> = []
    private var hasOverflowed = false

    init(_ inventory: EndpointInventory) {
        paths = Array(inventory.texts.prefix(InventoryUse.limit))
        entries = Array(repeating: Entry(), count: paths.count)
    }

    /// An endpoint of the inventory that nobody called.
    public struct Unseen: Equatable, Sendable {
        public var path: String
        /// Days since 1970: of the last call, nil where there never was one, and since when it is watched.
        public var lastDay: Int?
        public var since: Int
    }

    /// Those without a call for ``unseenDays`` up to a bucket, the longest unseen first; none while nobody can know.
    public func unseen(at bucket: Int64) -> [Unseen] {
        let today = Int(bucket) / BucketGrid.perDay
        guard lastOverflow == 0 || today - Int(lastOverflow) >= InventoryUse.unseenDays else { return [] }
        let found = zip(paths, entries).filter { _, entry in
            entry.since > 0 && today - Int(max(entry.since, entry.last)) >= InventoryUse.unseenDays
        }
        return found.map { Unseen(path: $0, lastDay: $1.last > 0 ? Int($1.last) : nil, since: Int($1.since)) }
            .sorted { ($0.lastDay ?? 0, $0.path) < ($1.lastDay ?? 0, $1.path) }
    }

    /// Notes a call. Counted only by ``countNoted(bucket:)``.
    mutating func note(_ places: [Int]) { for place in places where place < entries.count { noted.insert(place) } }
    mutating func noteOverflow() { hasOverflowed = true }

    /// - Parameter isEmpty: the source sent nothing in the bucket, as in those before its first event.
    mutating func countNoted(bucket: Int64, isEmpty: Bool) {
        guard !paths.isEmpty else { return }
        let day = UInt16(clamping: Int(bucket) / BucketGrid.perDay)
        // Endpoints that came into the inventory with the last start are watched from now on.
        for index in entries.indices where entries[index].since == 0 && !isEmpty { entries[index].since = day }
        for index in noted { entries[index].last = max(entries[index].last, day) }
        if hasOverflowed { lastOverflow = day }
        noted.removeAll(keepingCapacity: true)
        hasOverflowed = false
    }

    /// Paths are known again by their hash: the inventory may be another one after a restart.
    func encode(into writer: inout StateWriter) {
        writer.write(lastOverflow)
        writer.write(UInt16(entries.count))
        for (path, entry) in zip(paths, entries) {
            writer.write(InventoryUse.hash(path))
            writer.write(entry.since)
            writer.write(entry.last)
        }
    }

    /// Takes up what ``encode(into:)`` wrote.
    mutating func restore(from reader: inout StateReader) throws(StateError) {
        lastOverflow = try reader.read()
        var known: [UInt64: Entry] = [:]
        let count = Int(try reader.read(UInt16.self))
        guard count <= InventoryUse.limit else { throw StateError.implausible("endpoints of the inventory") }
        for _ in 0..<count { known[try reader.read()] = Entry(since: try reader.read(), last: try reader.read()) }
        for (index, path) in paths.enumerated() { entries[index] = known[InventoryUse.hash(path)] ?? Entry() }
    }

    /// Source: FNV-1a (Fowler, Noll and Vo); the same in every run, because it is part of the state.
    private static func hash(_ path: String) -> UInt64 {
        path.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// What of the inventory was called on a lane, as of a bucket: the input of a detector that watches what is missing.
public struct InventoryBucket: Sendable {
    /// The source's name.
    public var name: String
    public var number: Int64
    public var firstBucket: Int64
    public var unseen: [InventoryUse.Unseen]
    /// Endpoints of the inventory.
    public var count: Int

    public init(name: String, number: Int64, firstBucket: Int64, unseen: [InventoryUse.Unseen], count: Int) {
        self.name = name
        self.number = number
        self.firstBucket = firstBucket
        self.unseen = unseen
        self.count = count
    }

    /// Whether a bucket ends with a week: Monday, 00:00 UTC.
    public static func isWeekly(_ number: Int64) -> Bool { (number + 1) % (7 * Int64(BucketGrid.perDay)) == 4 * Int64(BucketGrid.perDay) }
}
