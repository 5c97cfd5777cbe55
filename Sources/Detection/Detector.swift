// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// A rule that looks at closed buckets and sometimes has a finding.
///
/// A detector MUST be a pure function of what it is given, MUST NOT find anything while its warm-up lasts, and MUST find at the close of a
/// bucket what it found in a part of it. Called once per closed bucket and account, so `any Detector` is fine here.
public protocol Detector: Sendable {
    static var descriptor: DetectorDescriptor { get }

    /// At least one history in which it must alert, and one as close to that as is sensible in which it must not: `weir selftest` runs
    /// them.
    static var selfTests: [SelfTest] { get }

    /// Whether it ever has something to say to the bucket of an account; others judge series, gaps or the lane.
    static var judgesAccounts: Bool { get }

    /// The buckets to which it may have something to say; of others it is not asked.
    static var judged: JudgedBuckets { get }

    /// Whether ``tripLevels(bucket:of:fleet:)`` ever says anything but never.
    static var hasTripLevels: Bool { get }

    /// Itself, where it watches over detection: asked for when a lane starts, where casts of all detectors would cost a millisecond.
    var watchingLane: (any HealthDetector)? { get }

    /// What the detector's score is measured against where the alert budget sets how much of it is asked for; nil elsewhere.
    var budgetedScore: Double? { get }

    init(options: DetectorOptions)

    /// Judges one account's bucket, given everything learnt *before* it.
    func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding?

    /// Sums below which ``judge(_:of:)`` has nothing to find in this bucket, and from which on it is worth asking.
    func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels

    /// Says what ``judge(_:of:)`` looked at in this bucket and what stopped it, by the same predicates. Slow: for people who ask why.
    func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation

    /// The same for ``judge(_:)-(SeriesBucket)``; nil from detectors that judge no series.
    func explain(_ series: SeriesBucket) -> Verdict?

    /// A measure of which ``judge(_:of:)`` would find nothing, whatever the account did, because of what was learnt of it;
    /// nil where there is none. `bucket` is an empty one that comes next. Asked once a day.
    func blindness(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Measure?

    /// Judges a silence of the whole source.
    func judge(_ gap: SourceGap) -> Finding?

    /// Judges how many accounts of the source are beyond their usual at once.
    func judge(_ fanOut: FanOutBucket) -> Finding?

    /// Judges, once a week, which endpoints of the inventory were not called.
    func judge(_ inventory: InventoryBucket) -> Finding?

    /// Judges the closed bucket of a single series, such as a lane's total, given everything learnt before it.
    func judge(_ series: SeriesBucket) -> Finding?
}

extension Detector {
    public static var judgesAccounts: Bool { true }
    public static var judged: JudgedBuckets { .all }
    public static var hasTripLevels: Bool { false }
    public var watchingLane: (any HealthDetector)? { nil }
    public var budgetedScore: Double? { nil }
    public func judge(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Finding? { nil }
    public func tripLevels(bucket: Int64, of account: borrowing AccountProfile, fleet: FleetView) -> TripLevels { .never }
    public func blindness(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Measure? { nil }
    public func judge(_ gap: SourceGap) -> Finding? { nil }
    public func judge(_ series: SeriesBucket) -> Finding? { nil }
    public func judge(_ inventory: InventoryBucket) -> Finding? { nil }
    public func judge(_ fanOut: FanOutBucket) -> Finding? { nil }
    public func explain(_ series: SeriesBucket) -> Verdict? { nil }
}

/// The buckets of an account by what happened in them, each kind part of the one before it: most detectors have nothing to say to most
/// buckets, and asking forty of them about every account and quarter hour is most of what a close costs.
public enum JudgedBuckets: UInt8, CaseIterable, Comparable, Sendable {
    /// Those in which nothing happened too.
    case all = 0
    /// The account called.
    case active
    /// There is an ``AccessTally``.
    case detailed
    /// There is a ``MovementTally``.
    case moved

    public static func < (left: JudgedBuckets, right: JudgedBuckets) -> Bool { left.rawValue < right.rawValue }
}

/// Sums of the running bucket at which the detectors are asked before it closes. Compared with `>=` for every event; where nothing is found
/// yet, they are asked again an eighth higher.
public struct TripLevels: Equatable, Sendable {
    public var rows: UInt64
    public var bytes: UInt64
    public var calls: UInt64

    public init(rows: UInt64, bytes: UInt64, calls: UInt64) {
        self.rows = rows
        self.bytes = bytes
        self.calls = calls
    }

    public static let never = TripLevels(rows: .max, bytes: .max, calls: .max)

    /// The lower of each pair.
    public func lowered(by other: TripLevels) -> TripLevels {
        TripLevels(rows: min(rows, other.rows), bytes: min(bytes, other.bytes), calls: min(calls, other.calls))
    }
}

/// What the catalogue says about a detector.
public struct DetectorDescriptor: Sendable {
    /// `D01` …, and `H01` … for what watches over detection itself: stable, in alerts, settings, reports and tests.
    public let id: String
    public let name: String
    public let family: String
    /// What it sees, what it misses, and how long it only learns.
    public let sees: String
    public let misses: String
    public let warmUp: String
    public let options: [DetectorOption]
    /// What the reader of an alert should do, in order.
    public let nextSteps: [String]
    /// Closed buckets without a finding after which an alert resolves.
    public let quietBuckets: UInt8
    /// Whether what an account does under an open alert is learnt with restraint, so that it does not become usual.
    public let restrainsLearning: Bool
    /// Whether the same finding for most accounts at once is one alert: what they share is the cause.
    public let collapsesWhenShared: Bool

    public init(
        id: String, name: String, family: String, sees: String, misses: String, warmUp: String, options: [DetectorOption],
        nextSteps: [String], quietBuckets: UInt8 = 4, restrainsLearning: Bool = false, collapsesWhenShared: Bool = false
    ) {
        self.collapsesWhenShared = collapsesWhenShared
        self.restrainsLearning = restrainsLearning
        self.quietBuckets = quietBuckets
        self.id = id
        self.name = name
        self.family = family
        self.sees = sees
        self.misses = misses
        self.warmUp = warmUp
        self.options = options
        self.nextSteps = nextSteps
    }
}

/// One number that an operator may set.
public struct DetectorOption: Sendable {
    public let name: String
    public let defaultValue: Double
    public let range: ClosedRange<Double>
    public let reason: String

    public init(name: String, defaultValue: Double, range: ClosedRange<Double>, reason: String) {
        self.name = name
        self.defaultValue = defaultValue
        self.range = range
        self.reason = reason
    }
}

/// The values of a detector's options: what was set, else the default. Precondition of every read: the name is declared.
public struct DetectorOptions: Sendable {
    private let values: [String: Double]

    public init(_ descriptor: DetectorDescriptor, overrides: [String: Double] = [:]) {
        var values: [String: Double] = [:]
        for option in descriptor.options {
            let value = overrides[option.name] ?? option.defaultValue
            values[option.name] = min(max(value, option.range.lowerBound), option.range.upperBound)
        }
        self.values = values
    }

    public subscript(_ name: String) -> Double {
        guard let value = values[name] else { preconditionFailure("the option \(name) is not declared by its detector") }
        return value
    }
}
