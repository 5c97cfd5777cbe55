// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Runs of evenly paced calls that each fetch a full page, or that go one way through a listing: enumerations. State: 136 bytes.
public struct PaceHistory: Sendable {
    /// Days for which a walk makes the next one of the same route a usual thing.
    static let usualDays: Int64 = 28
    /// Calls from which on a run is a walk that is remembered.
    static let leastCalls = 500

    public private(set) var run = Run()
    /// The last four long runs on different routes, the latest first, each with its last bucket.
    private var walks = InlineArray<4, UInt64>(repeating: 0)
    private var walkBuckets = InlineArray<4, Int64>(repeating: -1)

    /// Buckets in a row in which every call came by a timer and fetched a full page, or the next part.
    public struct Run: Equatable, Sendable {
        public var last: Int64 = -1
        public var buckets: UInt16 = 0
        public var calls: UInt32 = 0
        public var rows: UInt64 = 0
        /// The route with most calls.
        public var lead = RouteKey(rawValue: 0)
        public var direction = Direction.unstated
        /// Where in the listing the run began, and where it has come to.
        public var from: Double = 0
        public var to: Double = 0

        public init() {}
    }

    /// Which way a run goes through a listing.
    public enum Direction: UInt8, Sendable {
        /// Calls state no position: full pages must do.
        case unstated = 0
        case up, down
    }

    public init() {}

    /// The run that a bucket makes longer; nil when it is not part of one.
    public func run(endingWith bucket: borrowing ClosedBucket) -> Run? {
        guard bucket.sums.calls >= 10 else { return nil }
        if let walk = walkApart(bucket) { return walk }
        // Cheapest first: few buckets are listings or hold full pages, and the pace takes a division for every minute.
        let isListing = bucket.access.isListing(bucket.sums)
        guard isListing || bucket.access.isPageFull(bucket.sums), bucket.access.isPaced else { return nil }
        var direction = Direction.unstated
        var (from, to) = (0.0, 0.0)
        if isListing, let positions = bucket.access.tally?.positions {
            // Whoever asks for the same pages again and again walks nowhere, however full they are.
            guard let walk = positions.walk else { return nil }
            direction = walk.rises ? .up : .down
            (from, to) = (walk.first, walk.last)
        }
        return longer(by: Stretch(lead: bucket.access.lead, direction: direction, from: from, to: to, sums: bucket.sums), bucket.number)
    }

    /// The run that the calls of a bucket make longer which say where in a listing they stand, if they have an even pace of their own:
    /// other calls between them, however many, do not make the walk another thing. Nil where nearly all calls are of the listing.
    private func walkApart(_ bucket: borrowing ClosedBucket) -> Run? {
        guard let positions = bucket.access.tally?.positions, positions.calls >= 10, !bucket.access.isListing(bucket.sums),
            let route = positions.route, positions.isPaced, let walk = positions.walk
        else { return nil }
        var sums = bucket.access.amount(of: [route]).sums
        sums.calls = UInt64(positions.calls)
        return longer(
            by: Stretch(lead: route, direction: walk.rises ? .up : .down, from: walk.first, to: walk.last, sums: sums), bucket.number)
    }

    /// What a bucket adds to a run.
    private struct Stretch {
        var lead: RouteKey
        var direction: Direction
        var from: Double
        var to: Double
        var sums: MeasureSums
    }

    private func longer(by stretch: Stretch, _ number: Int64) -> Run {
        let goesOn =
            run.last == number - 1 && run.lead == stretch.lead && run.direction == stretch.direction
            && (stretch.direction == .unstated || (stretch.direction == .up ? stretch.from >= run.to : stretch.from <= run.to))
        var next = goesOn ? run : Run()
        if !goesOn { (next.lead, next.direction, next.from) = (stretch.lead, stretch.direction, stretch.from) }
        next.to = stretch.to
        next.last = number
        if next.buckets < .max { next.buckets += 1 }
        next.calls = UInt32(clamping: UInt64(next.calls) + min(stretch.sums.calls, UInt64(UInt32.max)))
        next.rows &+= stretch.sums.rows
        return next
    }

    /// Whether the account walked so by this route within four weeks, in an earlier run.
    public func isUsual(_ route: RouteKey, at bucket: Int64) -> Bool {
        for index in 0..<4 where walks[index] == PaceHistory.key(route) && walkBuckets[index] >= 0 {
            return bucket - walkBuckets[index] < PaceHistory.usualDays * Int64(BucketGrid.perDay)
        }
        return false
    }

    /// Never 0: a log that names no route has one as well.
    private static func key(_ route: RouteKey) -> UInt64 { route.rawValue | 1 << 63 }

    mutating func learn(_ bucket: borrowing ClosedBucket) {
        let next = run(endingWith: bucket)
        if Int(run.calls) >= PaceHistory.leastCalls && (next == nil || next?.buckets == 1) { remember(run) }
        run = next ?? Run()
    }

    private mutating func remember(_ run: Run) {
        let key = PaceHistory.key(run.lead)
        var place = 3
        for index in 0..<4 where walks[index] == key { place = index }
        for index in (0..<place).reversed() {
            walks[index + 1] = walks[index]
            walkBuckets[index + 1] = walkBuckets[index]
        }
        walks[0] = key
        walkBuckets[0] = run.last
    }

    func encode(into writer: inout StateWriter) {
        writer.write(run.last)
        writer.write(run.buckets)
        writer.write(run.calls)
        writer.write(run.rows)
        writer.write(run.lead.rawValue)
        writer.write(run.direction.rawValue)
        writer.write(run.from)
        writer.write(run.to)
        for index in 0..<4 {
            writer.write(walks[index])
            writer.write(walkBuckets[index])
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        run.last = try reader.readBucket()
        run.buckets = try reader.read()
        run.calls = try reader.read()
        run.rows = try reader.read()
        run.lead = RouteKey(rawValue: try reader.read())
        guard let direction = Direction(rawValue: try reader.read()) else { throw StateError.implausible("walk of an account") }
        run.direction = direction
        run.from = try reader.readDouble(in: -1e30...1e30, "walk of an account")
        run.to = try reader.readDouble(in: -1e30...1e30, "walk of an account")
        for index in 0..<4 {
            walks[index] = try reader.read()
            walkBuckets[index] = try reader.readBucket()
        }
    }
}
