// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What is wrong with detection itself on a lane, as of a bucket: the input of detectors that watch over the others.
public struct LaneBucket: Sendable {
    /// The source's name.
    public var name: String
    /// The bucket's number, see ``BucketGrid``, and the event time up to which the counts hold.
    public var number: Int64
    public var end: EventTime
    /// The lane's first bucket.
    public var firstBucket: Int64
    /// Accounts that are judged by a history of their own.
    public var accounts: Int
    /// Events of names without one: calls in this bucket, all sums since the first of them, and when that was.
    public var refusedCalls: UInt64 = 0
    public var refused = MeasureSums()
    public var refusedSince: Int64 = -1
    /// Alerts that were not sent one by one: how many in this bucket, and all of them by detector.
    public var collapsedAlerts: UInt64 = 0
    public var collapsed: [Collapsed] = []
    /// Detectors that some accounts are out of sight of, as of the last midnight.
    public var blind: [Blind] = []
    /// Lines that were too long to be read; nil when there were none.
    public var longLines: LongLines?
    /// Events that came too late or are dated ahead; nil when there were none.
    public var misdated: MisdatedEvents?

    public init(name: String, number: Int64, end: EventTime, firstBucket: Int64, accounts: Int) {
        self.name = name
        self.number = number
        self.end = end
        self.firstBucket = firstBucket
        self.accounts = accounts
    }

    /// A detector's alerts that were counted and not sent.
    public struct Collapsed: Sendable {
        public var detector: String
        public var count: UInt64

        public init(detector: String, count: UInt64) {
            self.detector = detector
            self.count = count
        }
    }

    /// Lines that were stepped over: how many in this bucket, all of them since when, and the longest, in bytes, with its file.
    public struct LongLines: Sendable {
        public var inBucket: UInt64
        public var count: UInt64
        public var since: Int64
        public var longest: UInt64
        public var file: String

        public init(inBucket: UInt64, count: UInt64, since: Int64, longest: UInt64, file: String) {
            self.inBucket = inBucket
            self.count = count
            self.since = since
            self.longest = longest
            self.file = file
        }
    }

    /// Events that came so late that they count nowhere, and events dated ahead, which count when they came.
    public struct MisdatedEvents: Equatable, Sendable {
        /// How many of them in this bucket, and all since ``since``.
        public var lateInBucket: UInt64 = 0
        public var late: UInt64 = 0
        /// The rows that late events moved out.
        public var rows: UInt64 = 0
        /// Late events whose rows have an identity: they may have been counted in their time.
        public var repeated: UInt64 = 0
        /// How long the latest came after the newest event.
        public var latest = EventDuration.seconds(0)
        public var aheadInBucket: UInt64 = 0
        public var ahead: UInt64 = 0
        /// How far the farthest was ahead of the newest event.
        public var farthest = EventDuration.seconds(0)
        /// The bucket of the first; negative before it has been looked at.
        public var since: Int64 = -1

        public init() {}
    }

    /// Accounts that a detector cannot see, and the first of them.
    public struct Blind: Sendable {
        public var detector: String
        public var accounts: UInt64
        public var example: String

        public init(detector: String, accounts: UInt64, example: String) {
            self.detector = detector
            self.accounts = accounts
            self.example = example
        }
    }
}

/// A detector that watches over detection itself. Asked when a bucket of the lane closes, and in the middle of one when an alert is
/// collapsed; its alerts are about the source (`*`), come once and are updated once a day at most while it goes on.
public protocol HealthDetector: Detector {
    /// What it watches.
    static var concern: HealthConcern { get }

    func judge(_ lane: LaneBucket) -> Finding?

    /// Says what ``judge(_:)-(LaneBucket)`` looked at.
    func explain(_ lane: LaneBucket) -> Verdict
}

/// What may be wrong with detection itself.
public enum HealthConcern: Sendable {
    case refusedNames
    case collapsedAlerts
    case blindModels
    case longLines
    case misdatedEvents
}

extension HealthDetector {
    public static var judgesAccounts: Bool { false }
    public var watchingLane: (any HealthDetector)? { self }

    public func explain(_ bucket: ClosedBucket, of account: borrowing AccountProfile) -> Explanation {
        Explanation([Verdict("source", gate: .notApplicable, reason: "it watches over the other detectors, when the bucket closes")])
    }

    /// A finding about the lane, of numbers that are counted and not estimated.
    func finding(_ lane: LaneBucket, severity: Severity, observed: Double, since: Int64, phrase: String) -> Finding {
        Finding(
            measure: nil, severity: severity, score: 1, observed: observed, expected: 0, low: 0, high: 0, ratio: 0, z: 0, probability: 1,
            windowStart: BucketGrid.start(of: since), windowEnd: lane.end, sampleBuckets: Int(max(lane.number - lane.firstBucket, 0)),
            since: BucketGrid.start(of: lane.firstBucket), peers: nil, phrase: phrase)
    }
}
