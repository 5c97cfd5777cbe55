// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Sums of the three measures.
public struct MeasureSums: Equatable, Sendable {
    public var rows: UInt64 = 0
    public var bytes: UInt64 = 0
    public var calls: UInt64 = 0

    public init(rows: UInt64 = 0, bytes: UInt64 = 0, calls: UInt64 = 0) {
        self.rows = rows
        self.bytes = bytes
        self.calls = calls
    }

    /// Adds another's. Sums of rows and bytes wrap beyond 64 bits: what a line claims must not end the process.
    public mutating func add(_ other: MeasureSums) {
        rows &+= other.rows
        bytes &+= other.bytes
        calls &+= other.calls
    }

    public subscript(_ measure: Measure) -> UInt64 {
        switch measure {
        case .rows: rows
        case .bytes: bytes
        case .calls: calls
        }
    }
}

/// The grid of 15-minute buckets that the volume model steps in.
public enum BucketGrid {
    public static let milliseconds: Int64 = 900_000
    public static let perDay = 96

    /// The number of the bucket that holds an instant. Buckets before 1970 do not exist: times are checked when they are decoded.
    @inline(__always)
    public static func number(of time: EventTime) -> Int64 { time.milliseconds / milliseconds }

    @inline(__always)
    public static func start(of number: Int64) -> EventTime { EventTime(milliseconds: number * milliseconds) }
}

/// What one account did in one bucket, with what its models say to it: the input of every detector.
///
/// A bucket is judged at most twice: *partial*, at the event that crossed a trip level or came from a new network, and when it has closed.
/// State: 1.8 KB. A class, because two kilobytes that go to twenty detectors for every account must not be copied on the way; the loop over
/// accounts fills one of them again and again.
public final class ClosedBucket {
    public var number: Int64
    public var slot: WeekSlot
    public var sums = MeasureSums()
    /// Where the bucket stands in the account's rhythm.
    public var standing: SlotStanding
    /// One reading for each measure.
    public let readings = VolumeReadings()
    /// The networks seen in the bucket.
    public var networks = NetworkSet()
    /// The first event from a network that the account had never used.
    public var newNetwork: NewNetwork?
    /// How the account went about its calls.
    public var access: AccessActivity
    /// Whether the account was old enough to be judged by itself.
    public var isMature = false
    /// False while the bucket is still open.
    public var isClosed = true
    /// Whether an alert about the account's volume is open or opens with this bucket, so that what it teaches is restrained.
    public var isAlerted = false
    /// Whether something that such an alert tells was found in it.
    public var isUnusual = false
    /// The event time up to which the sums hold: the bucket's end once it has closed.
    public var end: EventTime
    public var fleet: FleetView

    /// A bucket in which nothing has happened yet.
    public init(number: Int64, end: EventTime, fleet: FleetView, values: ValueTable) {
        self.number = number
        access = AccessActivity(values: values)
        slot = WeekSlot(BucketGrid.start(of: number))
        standing = SlotStanding(slot)
        self.end = end
        self.fleet = fleet
    }

    /// The same bucket, to be changed alone.
    public func copy() -> ClosedBucket {
        let other = ClosedBucket(number: number, end: end, fleet: fleet, values: access.values)
        (other.sums, other.standing) = (sums, standing)
        for measure in Measure.allCases { other.readings[measure] = readings[measure] }
        (other.networks, other.newNetwork, other.access) = (networks, newNetwork, access)
        (other.isMature, other.isClosed, other.isAlerted) = (isMature, isClosed, isAlerted)
        return other
    }

    /// Fills in what the models of an account say to what is there.
    public func readModels(of account: borrowing AccountProfile) {
        isMature = account.isMature
        standing = account.visits.standing(slot)
        for measure in Measure.allCases {
            account.volumes[measure.rawValue].read(
                Double(sums[measure]), at: standing, fleet: fleet.measures[measure], into: &readings[measure])
        }
    }

    /// The narrowest kind of buckets that it belongs to.
    @inline(__always)
    public var kind: JudgedBuckets {
        if sums.calls == 0 { return .all }
        guard let tally = access.tally else { return .active }
        return tally.hasMovement ? .moved : .detailed
    }

    public var start: EventTime { BucketGrid.start(of: number) }
}

/// The first four networks seen in a bucket, in order of first sight. State: 32 bytes.
public struct NetworkSet: Sendable {
    public static let capacity = 4

    private var networks = InlineArray<4, UInt64>(repeating: 0)

    public init() {}

    public subscript(index: Int) -> Network { Network(rawValue: networks[index]) }

    public var count: Int { (0..<NetworkSet.capacity).count { networks[$0] != 0 } }

    /// Adds a network; false when it was there, or is unknown. A fifth one is not kept, and counts as added.
    public mutating func insert(_ network: Network) -> Bool {
        guard network != .unknown else { return false }
        for index in 0..<NetworkSet.capacity {
            if networks[index] == network.rawValue { return false }
            if networks[index] == 0 {
                networks[index] = network.rawValue
                return true
            }
        }
        return true
    }
}

/// An event from a network that the account had never used.
public struct NewNetwork: Equatable, Sendable {
    public var network: Network
    public var time: EventTime

    public init(network: Network, time: EventTime) {
        self.network = network
        self.time = time
    }
}

/// What the other accounts of the lane did, as of the last closed bucket.
public struct FleetView: Equatable, Sendable {
    /// The common rise and the usual spreads, for each measure.
    public var measures = FleetMeasures.neutral
    /// Mature accounts of the lane.
    public var matureCount = 0
    /// The median over them of the last hour's actual to expected amount, for each measure.
    public var medianRatio = InlineArray<3, Double>(repeating: 1)
    /// The level that 97.5 % of them stay under, per bucket, for each measure: of fewer than forty the highest. Nil while none is mature.
    public var highLevel: InlineArray<3, Double>?
    /// Accounts that are enough to be compared with alone.
    public static let manyAccounts = 20
    /// The median of the last day's log ratios to the accounts' slow references.
    public var dayRatio = 0.0
    /// The lane's first bucket.
    public var firstBucket: Int64 = 0
    /// What a rise that people have declared is called; empty for none.
    public var declaration = ""
    /// What the volume detector asks for, in units of its threshold: set by the alert budget.
    public var volumeLevel = 1.0

    public init() {}

    /// Sets what people have declared of the bucket.
    public mutating func declare(_ uplift: Double, _ name: String) {
        for measure in Measure.allCases { measures[measure].declared = uplift }
        declaration = name
    }

    public static func == (left: FleetView, right: FleetView) -> Bool {
        guard left.measures == right.measures, left.matureCount == right.matureCount, left.dayRatio == right.dayRatio,
            left.volumeLevel == right.volumeLevel,
            left.firstBucket == right.firstBucket,
            (left.highLevel == nil) == (right.highLevel == nil)
        else { return false }
        for index in 0..<3 where left.medianRatio[index] != right.medianRatio[index] { return false }
        if let one = left.highLevel, let other = right.highLevel {
            for index in 0..<3 where one[index] != other[index] { return false }
        }
        return true
    }
}
