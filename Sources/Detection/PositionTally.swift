// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Where in a listing the calls of a bucket stood, by minute: sums and extremes only, so that the order of the calls cannot matter.
///
/// State: 186 bytes, only in buckets whose calls state an offset or a page.
public struct PositionTally: Equatable, Sendable {
    /// Larger positions count as this one, so that sums cannot wrap: 2^40 times 65,535 calls of a minute are fewer than 2^56.
    static let limit: UInt64 = 1 << 40
    /// The share of neighbouring minutes that must go the same way: a few calls elsewhere do not make a walk another thing.
    private static let agreement = 0.9

    private var sums = InlineArray<15, UInt64>(repeating: 0)
    private var counts = InlineArray<15, UInt16>(repeating: 0)
    public private(set) var calls: UInt32 = 0
    public private(set) var lowest = UInt64.max
    public private(set) var highest: UInt64 = 0
    /// The least and the greatest key of their routes.
    private var routes: (least: RouteKey, greatest: RouteKey) = (RouteKey(rawValue: .max), RouteKey(rawValue: 0))

    public init() {}

    /// The route of all of them; nil where they are of several.
    public var route: RouteKey? { calls > 0 && routes.least == routes.greatest ? routes.least : nil }

    /// Whether they came at an even pace, whatever else the account called between them.
    public var isPaced: Bool { Pace.isEven(counts) }

    /// A way through a listing.
    public struct Walk: Equatable, Sendable {
        public var rises: Bool
        /// The mean position of the first and of the last minute with calls.
        public var first: Double
        public var last: Double
    }

    mutating func add(_ position: UInt64, at time: EventTime, by route: RouteKey = RouteKey(rawValue: 0)) {
        let minute = Int(truncatingIfNeeded: time.milliseconds / 60_000 % 15)
        guard counts[minute] < .max else { return }
        let position = min(position, PositionTally.limit)
        sums[minute] &+= position
        counts[minute] += 1
        calls &+= 1
        lowest = min(lowest, position)
        highest = max(highest, position)
        routes = (min(routes.least, route), max(routes.greatest, route))
    }

    /// The walk that the minutes make; nil where positions come and go.
    public var walk: Walk? {
        var means: [Double] = []
        for minute in 0..<15 where counts[minute] > 0 { means.append(Double(sums[minute]) / Double(counts[minute])) }
        guard means.count >= 4, let first = means.first, let last = means.last else { return nil }
        let steps = zip(means, means.dropFirst())
        let (rises, falls) = (steps.count { $0 < $1 }, steps.count { $0 > $1 })
        let needed = PositionTally.agreement * Double(means.count - 1)
        guard Double(max(rises, falls)) >= needed else { return nil }
        return Walk(rises: rises > falls, first: first, last: last)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(sums)
        writer.write(counts)
        writer.write(calls)
        writer.write(lowest)
        writer.write(highest)
        writer.write(routes.least.rawValue)
        writer.write(routes.greatest.rawValue)
    }

    init(from reader: inout StateReader) throws(StateError) {
        for minute in 0..<15 { sums[minute] = try reader.read() }
        for minute in 0..<15 { counts[minute] = try reader.read() }
        calls = try reader.read()
        lowest = try reader.read()
        highest = try reader.read()
        routes = (RouteKey(rawValue: try reader.read()), RouteKey(rawValue: try reader.read()))
    }

    public static func == (left: PositionTally, right: PositionTally) -> Bool {
        for minute in 0..<15 where left.sums[minute] != right.sums[minute] || left.counts[minute] != right.counts[minute] { return false }
        return left.routes == right.routes && left.calls == right.calls && left.lowest == right.lowest && left.highest == right.highest
    }
}

/// Calls by minute of a quarter hour.
enum Pace {
    /// Whether they came at an even pace: minutes hardly differ. The first and the last minute with calls may be cut.
    ///
    /// A Poisson process has as much variance as mean; calls by a timer have at most a quarter of a call squared.
    static func isEven(_ minuteCalls: InlineArray<15, UInt16>) -> Bool {
        var first = -1
        var last = -1
        for minute in 0..<15 where minuteCalls[minute] > 0 {
            if first < 0 { first = minute }
            last = minute
        }
        guard last - first >= 9 else { return false }
        var sum = 0.0
        var squares = 0.0
        for minute in first + 1..<last {
            let calls = Double(minuteCalls[minute])
            sum += calls
            squares += calls * calls
        }
        let count = Double(last - first - 1)
        let mean = sum / count
        return mean >= 1 && squares / count - mean * mean <= max(0.26, 0.01 * mean * mean)
    }
}
