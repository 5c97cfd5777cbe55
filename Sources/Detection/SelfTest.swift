// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A small history that a detector ships with itself, and what it must say to it: that it still sees, and still keeps quiet.
///
/// Plain data. Who runs it turns it into events of one lane and feeds them to the same core as any log.
public struct SelfTest: Sendable {
    /// What the detector must do.
    public enum Expectation: Sendable {
        /// Open an alert in the last stretch, and none before.
        case fires
        /// Open none at all: the near miss.
        case staysSilent
    }

    /// The case in words, unique within its detector.
    public let name: String
    public let expectation: Expectation
    /// What is learnt first.
    public let history: [Stretch]
    /// What is judged.
    public let last: Stretch
    /// Settings of the lane.
    public let canaries: [String]
    public let inventory: [String]
    public let declaresFlows: Bool
    public let stores: [Estate.Store]
    public let series: SeriesSelection

    public init(
        _ name: String, _ expectation: Expectation, history: [Stretch], last: Stretch, canaries: [String] = [], inventory: [String] = [],
        declaresFlows: Bool = false, stores: [Estate.Store] = [], series: SeriesSelection = SeriesSelection()
    ) {
        self.series = series
        self.declaresFlows = declaresFlows
        self.stores = stores
        self.canaries = canaries
        self.inventory = inventory
        self.name = name
        self.expectation = expectation
        self.history = history
        self.last = last
    }

    /// Some buckets in which every account of a lane does the same each day.
    public struct Stretch: Sendable {
        public let buckets: Int
        /// What each account does, in the order of their numbers; nil where one has not been seen yet or is silent.
        public let accounts: [Activity?]
        /// What names do that have no account of their own.
        public let others: Activity?
        /// Lines of the first bucket that could not be read.
        public let faults: Faults

        public init(buckets: Int, _ accounts: [Activity?], others: Activity? = nil, faults: Faults = Faults()) {
            self.buckets = buckets
            self.accounts = accounts
            self.others = others
            self.faults = faults
        }

        public init(days: Int, _ accounts: [Activity?]) { self.init(buckets: days * BucketGrid.perDay, accounts) }
    }

    /// Lines that are no events, too long, of three megabytes each, or broken; and events of the first account whose dates are wrong by a
    /// day, behind the others of the bucket.
    public struct Faults: Sendable {
        public var longLines: Int
        public var brokenLines: Int
        public var lateEvents: Int
        public var aheadEvents: Int

        public init(longLines: Int = 0, brokenLines: Int = 0, lateEvents: Int = 0, aheadEvents: Int = 0) {
            self.longLines = longLines
            self.brokenLines = brokenLines
            self.lateEvents = lateEvents
            self.aheadEvents = aheadEvents
        }
    }

    /// What a call says of its records, with the names of systems and jurisdictions.
    public struct Moves: Sendable {
        public var movement = DataMovement()
        public var from: String?
        public var to: String?
        public var fromRegion: String?
        public var toRegion: String?

        public init(
            from: String? = nil, to: String? = nil, fromRegion: String? = nil, toRegion: String? = nil,
            _ change: (inout DataMovement) -> Void
        ) {
            self.from = from
            self.to = to
            self.fromRegion = fromRegion
            self.toRegion = toRegion
            change(&movement)
        }
    }

    /// What an account does in a bucket.
    public struct Activity: Sendable {
        /// Sums of a bucket, spread evenly over its calls.
        public var rows: UInt64
        public var bytes: UInt64
        /// At most 800: one a second.
        public var calls: Int
        /// Hours of the day, UTC, outside of which the account rests.
        public var hours: Range<Int>
        /// The part by which sums and calls stray to either side, as a share.
        public var spread: Double
        public var network: Network
        /// Networks that the calls come from in turn, instead of ``network``.
        public var networks: [Network] = []
        /// Endpoints that the calls go to in turn; none where empty.
        public var endpoints: [String] = []
        public var operation = Operation.export
        /// The status of the first calls of a bucket, and of how many; the others succeed.
        public var status: UInt16 = 200
        public var failures = 0
        /// What each call states beside; the query's texts differ from call to call where ``queries`` says how many there are.
        public var detail = EventDetail()
        /// Different items and different texts of one shape among the calls.
        public var items = 0
        /// By how much each call goes on in a listing, from bucket to bucket; 0: it says no position.
        public var step: UInt64 = 0
        /// Whether it goes on only from call to call among three pages, over and over.
        public var isCircling = false
        public var queries = 0
        /// What each call says of the records that it moves; nil is nothing.
        public var moves: Moves?
        /// Whether every call has a content hash of its own.
        public var hasHashOfEachCall = false
        /// The labels that the calls bear in turn, instead of the movement's own.
        public var markers: [Marker] = []

        public init(
            rows: UInt64 = 0, bytes: UInt64 = 0, calls: Int = 1, hours: Range<Int> = 0..<24, spread: Double = 0,
            network: Network = .unknown
        ) {
            self.rows = rows
            self.bytes = bytes
            self.calls = calls
            self.hours = hours
            self.spread = spread
            self.network = network
        }

        /// The same with other rows.
        public func moving(rows: UInt64) -> Activity {
            var other = self
            other.rows = rows
            return other
        }

        /// The same, changed.
        public func with(_ change: (inout Activity) -> Void) -> Activity {
            var other = self
            change(&other)
            return other
        }

        /// The same, saying something of its records.
        public func moving(_ moves: Moves) -> Activity {
            var other = self
            other.moves = moves
            return other
        }

        /// The same from elsewhere.
        public func from(_ network: Network) -> Activity {
            var other = self
            other.network = network
            return other
        }
    }
}
