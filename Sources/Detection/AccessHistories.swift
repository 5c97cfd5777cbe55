// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// How an account stands to its API limit: usual share, the last three hours, and the limit itself.
///
/// The share is what the lines state or, where they state none, calls a minute over the rate at which calls were refused for being too
/// many. State: 40 bytes.
public struct LimitHistory: Sendable {
    /// Buckets of three hours.
    public static let window = 12

    /// The share of the limit used, over the buckets that state one.
    public private(set) var usual = RunningMean()
    private var trail = LimitTrail()
    private var bucket: Int64 = -1
    /// Calls and refusals of about the last three hours.
    private var calls: Float = 0
    private var throttled: Float = 0
    /// The limit stated last; 0 is none.
    public private(set) var limit: UInt32 = 0
    /// Buckets in a row that had calls and no stated limit, after one that had.
    public private(set) var unstated: UInt16 = 0
    /// Calls a minute at which refusals began; 0 while there were none.
    public private(set) var refusedRate: Float = 0
    /// How much of a stated limit was used when it began to be just below it, and the calls since.
    private var ridingFrom: Float = 0
    private var ridingCalls: Float = 0

    public init() {}

    /// The share of the limit in a bucket; nil where there is nothing to tell it by.
    public func share(_ bucket: borrowing ClosedBucket) -> Double? {
        if let limits = bucket.access.tally?.limits, limits.samples > 0 { return limits.mean }
        guard refusedRate > 0, bucket.sums.calls > 0 else { return nil }
        return Double(bucket.sums.calls) / 15 / Double(refusedRate)
    }

    /// Quarter hours after which whoever comes back to just below a limit begins anew: less than lies between two days of one that is
    /// counted by the day.
    private static let pause = 4

    /// The share of a stated limit from which on a quarter hour is beyond it: services let through a little more than they state.
    static let excess = 1.2

    private static func standing(_ share: Double, isStated: Bool) -> LimitTrail.Standing {
        if isStated && share >= excess { return .beyond }
        return share >= 0.8 && share < 1 ? .riding : .elsewhere
    }

    /// The three hours that end with a bucket.
    public struct Stretch {
        public var buckets: Int
        public var riding: Int
        /// Those in which the stated limit was exceeded.
        public var beyond: Int
        /// Quarter hours since it was just below the limit first.
        public var length: Int
        /// Whether that was three hours ago, or before.
        public var isWhole: Bool
        /// Whether each call was counted on top of those before: such a limit is arrived at once, and not ridden.
        public var isCountedUp: Bool
        public var throttledShare: Double
    }

    public func stretch(endingWith bucket: borrowing ClosedBucket) -> Stretch {
        var next = self
        next.roll(bucket)
        let trail = next.trail.standings
        let standings = trail.prefix(LimitHistory.window)
        let first = standings.lastIndex(of: .riding)
        return Stretch(
            buckets: standings.count { $0 != .unknown }, riding: standings.count { $0 == .riding },
            beyond: standings.count { $0 == .beyond }, length: first.map { $0 + 1 } ?? 0,
            isWhole: trail[(LimitHistory.window - 1)...].contains(.riding), isCountedUp: next.isCountedUp(bucket),
            throttledShare: next.calls > 0 ? Double(next.throttled / next.calls) : 0)
    }

    /// How much of a stated limit was used in a bucket.
    private static func used(_ bucket: borrowing ClosedBucket) -> Float? {
        guard let limits = bucket.access.tally?.limits, limits.samples > 0 else { return nil }
        return Float(limits.mean) * Float(limits.highest)
    }

    /// Whether more was used by about as much as was called. Half of it: of the first and the last bucket there are means.
    private func isCountedUp(_ bucket: borrowing ClosedBucket) -> Bool {
        guard ridingCalls > 0, let used = LimitHistory.used(bucket) else { return false }
        return used - ridingFrom >= ridingCalls / 2
    }

    private mutating func roll(_ closed: borrowing ClosedBucket) {
        let length = Int64(LimitTrail.length)
        let steps = bucket < 0 ? length : min(max(closed.number - bucket, 1), length)
        let kept = Float(1) - Float(steps) / Float(length)
        calls = calls * kept + Float(closed.sums.calls)
        throttled = throttled * kept + Float(closed.access.tally?.throttled ?? 0)
        let isStated = closed.access.tally?.limits.samples ?? 0 > 0
        let standing = share(closed).map { LimitHistory.standing($0, isStated: isStated) } ?? .unknown
        ridingCalls += Float(closed.sums.calls)
        if standing == .riding, !trail.wasRiding(within: LimitHistory.pause, after: Int(steps)) {
            (ridingFrom, ridingCalls) = (LimitHistory.used(closed) ?? 0, 0)
        }
        trail.add(standing, after: Int(steps))
        bucket = closed.number
    }

    mutating func learn(_ closed: borrowing ClosedBucket) {
        roll(closed)
        if let share = share(closed) { usual.learn(min(share, 2), horizon: AccessMemory.horizon) }
        let tally = closed.access.tally
        if let limits = tally?.limits, limits.samples > 0 {
            limit = limits.highest
            unstated = 0
        } else if limit > 0 && unstated < .max && closed.hasAnswers {
            unstated += 1
        }
        if let tally, tally.throttled > 0, tally.limits.samples == 0 {
            let rate = Float(closed.access.busiestMinute)
            refusedRate = refusedRate == 0 ? rate : refusedRate + 0.2 * (rate - refusedRate)
        }
    }

    func encode(into writer: inout StateWriter) {
        usual.encode(into: &writer)
        trail.encode(into: &writer)
        writer.write(bucket)
        writer.write(calls)
        writer.write(throttled)
        writer.write(limit)
        writer.write(unstated)
        writer.write(refusedRate)
        writer.write(ridingFrom)
        writer.write(ridingCalls)
    }

    init(from reader: inout StateReader) throws(StateError) {
        usual = try RunningMean(from: &reader)
        trail = try LimitTrail(from: &reader)
        bucket = try reader.readBucket()
        calls = try reader.readFloat(in: 0...1e20, "limit history")
        throttled = try reader.readFloat(in: 0...1e20, "limit history")
        limit = try reader.read()
        unstated = try reader.read()
        refusedRate = try reader.readFloat(in: 0...1e20, "limit history")
        ridingFrom = try reader.readFloat(in: 0...1e20, "limit history")
        ridingCalls = try reader.readFloat(in: 0...1e20, "limit history")
    }
}

/// How the last sixteen quarter hours stood to an API limit. State: 4 bytes.
struct LimitTrail: Equatable, Sendable {
    static let length = 16

    enum Standing: UInt32 {
        /// Nothing says what share of the limit was used.
        case unknown
        /// Well below the limit, or so little above it that it may be let through.
        case elsewhere
        /// Just below the limit.
        case riding
        /// A stated limit was exceeded.
        case beyond
    }

    /// Two bits each, the latest lowest.
    private var codes: UInt32 = 0

    init() {}

    /// The latest first.
    var standings: [Standing] { (0..<LimitTrail.length).map { Standing(rawValue: codes >> UInt32(2 * $0) & 3) ?? .unknown } }

    /// Whether one was just below the limit among the last few before a quarter hour that comes so many after the last one.
    func wasRiding(within count: Int, after steps: Int) -> Bool {
        steps <= count && standings.prefix(count - steps + 1).contains(.riding)
    }

    /// Adds a quarter hour that came so many after the last one; of those between nothing is known. Precondition: steps > 0.
    mutating func add(_ standing: Standing, after steps: Int) {
        codes = steps < LimitTrail.length ? codes << UInt32(2 * steps) : 0
        codes |= standing.rawValue
    }

    func encode(into writer: inout StateWriter) { writer.write(codes) }

    init(from reader: inout StateReader) throws(StateError) { codes = try reader.read() }
}

/// How an account explores the catalogue: different items a day, and the searches of the last hour.
///
/// State: 90 bytes, 256 more while it reads items, and what ``ShelfMemory`` has.
public struct DiscoveryMemory: Sendable {
    /// Different items a day, over days on which there were any; of stores without a stated size.
    public private(set) var usualItems = RunningMean()
    /// The same of each store with one.
    public private(set) var shelves = ShelfMemory()
    /// Days that have ended with items in them.
    public private(set) var days: UInt16 = 0
    /// Near-duplicates in a bucket, over buckets with searches.
    public private(set) var usualAlike = RunningMean()
    public private(set) var day: Int64 = -1
    public private(set) var today = DistinctSketch()
    /// Searches of the last four buckets, and how many of them were near-duplicates of each other; the latest first.
    private var queries = InlineArray<4, UInt32>(repeating: 0)
    private var alike = InlineArray<4, UInt32>(repeating: 0)
    private var bucket: Int64 = -1

    public init() {}

    /// Near-duplicates in a bucket: texts of every shape that has many different ones, because a probe keeps one word until it has tried
    /// all others against it, and then the next. The same text again is a cache miss.
    public static func nearDuplicates(_ tally: DiscoveryTally) -> UInt32 {
        tally.shapes.reduce(0) { $1.texts.estimate >= 10 ? $0 &+ $1.count : $0 }
    }

    /// Searches of the hour that ends with a bucket, and the near-duplicates among them.
    public func hour(endingWith number: Int64, _ tally: DiscoveryTally?) -> (queries: UInt32, alike: UInt32) {
        var next = self
        next.roll(tally, bucket: number)
        var sums: (queries: UInt32, alike: UInt32) = (0, 0)
        for index in 0..<4 {
            sums.queries &+= next.queries[index]
            sums.alike &+= next.alike[index]
        }
        return sums
    }

    /// Different items of the day up to and with a bucket.
    public func items(endingWith number: Int64, _ tally: DiscoveryTally?) -> Double {
        var items = number / Int64(BucketGrid.perDay) == day ? today : DistinctSketch()
        if let tally { items.formUnion(tally.distinctItems) }
        return items.estimate
    }

    /// The same of a store with a stated size.
    public func items(endingWith number: Int64, _ shelf: Shelf) -> Double {
        var items = number / Int64(BucketGrid.perDay) == day ? shelves[shelf.store].today : DistinctSketch()
        items.formUnion(shelf.items)
        return items.estimate
    }

    /// Days that had ended with items in them when a bucket began.
    public func days(before number: Int64) -> Int { Int(days) + (day >= 0 && number / Int64(BucketGrid.perDay) != day ? 1 : 0) }

    private mutating func roll(_ tally: DiscoveryTally?, bucket number: Int64) {
        let steps = bucket < 0 ? 4 : Int(min(max(number - bucket, 1), 4))
        for index in (0..<4).reversed() {
            queries[index] = index >= steps ? queries[index - steps] : 0
            alike[index] = index >= steps ? alike[index - steps] : 0
        }
        queries[0] = tally?.queries ?? 0
        alike[0] = tally.map { DiscoveryMemory.nearDuplicates($0) } ?? 0
        bucket = number
    }

    mutating func learn(_ tally: DiscoveryTally?, bucket number: Int64) {
        guard let tally else { return }
        roll(tally, bucket: number)
        if tally.queries > 0 { usualAlike.learn(Double(DiscoveryMemory.nearDuplicates(tally)), horizon: AccessMemory.horizon) }
        guard tally.items > 0 else { return }
        let date = number / Int64(BucketGrid.perDay)
        if date != day {
            if !today.isEmpty { usualItems.learn(today.estimate, horizon: 28) }
            today = DistinctSketch()
            shelves.endDay()
            if day >= 0 && days < .max { days += 1 }
            day = date
        }
        today.formUnion(tally.distinctItems)
        for shelf in tally.shelves { shelves.learn(shelf) }
    }

    func encode(into writer: inout StateWriter) {
        usualItems.encode(into: &writer)
        usualAlike.encode(into: &writer)
        writer.write(day)
        today.encode(into: &writer)
        for index in 0..<4 {
            writer.write(queries[index])
            writer.write(alike[index])
        }
        writer.write(bucket)
        shelves.encode(into: &writer)
        writer.write(days)
    }

    init(from reader: inout StateReader) throws(StateError) {
        usualItems = try RunningMean(from: &reader)
        usualAlike = try RunningMean(from: &reader)
        day = try reader.readBucket()
        today = try DistinctSketch(from: &reader)
        for index in 0..<4 {
            queries[index] = try reader.read()
            alike[index] = try reader.read()
        }
        bucket = try reader.readBucket()
        shelves = try ShelfMemory(from: &reader)
        days = try reader.read()
    }
}
