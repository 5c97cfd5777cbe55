// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Sums of the three measures.
package struct MeasureSums: Equatable, Sendable {
    package var rows: UInt64 = 0
    package var bytes: UInt64 = 0
    package var calls: UInt64 = 0

    package init(rows: UInt64 = 0, bytes: UInt64 = 0, calls: UInt64 = 0) {
        self.rows = rows
        self.bytes = bytes
        self.calls = calls
    }

    package subscript(_ measure: Measure) -> UInt64 {
        switch measure {
        case .rows: rows
        case .bytes: bytes
        case .calls: calls
        }
    }
}

/// The grid of 15-minute buckets that the volume model steps in.
package enum BucketGrid {
    package static let milliseconds: Int64 = 900_000
    package static let perDay = 96

    /// The number of the bucket that holds an instant. Buckets before 1970 do not exist: times are checked when they are decoded.
    @inline(__always)
    package static func number(of time: EventTime) -> Int64 { time.milliseconds / milliseconds }

    @inline(__always)
    package static func start(of number: Int64) -> EventTime { EventTime(milliseconds: number * milliseconds) }
}

/// What one account did in one bucket, with what its models say to it: the input of every detector.
///
/// A bucket is judged at most twice: *partial*, at the event that crossed a trip level or came from a new network, and when it has closed.
package struct ClosedBucket: Sendable {
    package var number: Int64
    package var slot: HourOfWeek
    package var sums: MeasureSums
    /// One reading for each measure, in the order of ``Measure``.
    package var readings: InlineArray<3, VolumeReading>
    /// Networks seen in the bucket, in order of first sight; at most eight.
    package var networks: [Network]
    /// The first event from a network that the account had never used.
    package var newNetwork: NewNetwork?
    /// Whether the account was old enough to be judged by itself.
    package var isMature: Bool
    /// False while the bucket is still open.
    package var isClosed: Bool
    /// The event time up to which the sums hold: the bucket's end once it has closed.
    package var end: EventTime
    package var fleet: FleetView

    package init(
        number: Int64, sums: MeasureSums, readings: InlineArray<3, VolumeReading>, networks: [Network], newNetwork: NewNetwork?,
        isMature: Bool, isClosed: Bool, end: EventTime, fleet: FleetView
    ) {
        self.number = number
        slot = HourOfWeek(BucketGrid.start(of: number))
        self.sums = sums
        self.readings = readings
        self.networks = networks
        self.newNetwork = newNetwork
        self.isMature = isMature
        self.isClosed = isClosed
        self.end = end
        self.fleet = fleet
    }

    package var start: EventTime { BucketGrid.start(of: number) }
}

/// An event from a network that the account had never used.
package struct NewNetwork: Equatable, Sendable {
    package var network: Network
    package var time: EventTime

    package init(network: Network, time: EventTime) {
        self.network = network
        self.time = time
    }
}

/// What the other accounts of the lane did, as of the last closed bucket.
package struct FleetView: Equatable, Sendable {
    /// The common rise that expectations are multiplied by.
    package var factor = FleetFactor.neutral
    /// Mature accounts of the lane.
    package var matureCount = 0
    /// The median over them of the last hour's actual to expected amount, for each measure.
    package var medianRatio = InlineArray<3, Double>(repeating: 1)
    /// The level that 97.5 % of them stay under, per bucket, for each measure; nil until twenty are mature.
    package var highLevel: InlineArray<3, Double>?
    /// The lane's first bucket.
    package var firstBucket: Int64 = 0

    package init() {}

    package static func == (left: FleetView, right: FleetView) -> Bool {
        guard left.factor == right.factor, left.matureCount == right.matureCount, left.firstBucket == right.firstBucket,
            (left.highLevel == nil) == (right.highLevel == nil)
        else { return false }
        for index in 0..<3 where left.medianRatio[index] != right.medianRatio[index] { return false }
        if let one = left.highLevel, let other = right.highLevel {
            for index in 0..<3 where one[index] != other[index] { return false }
        }
        return true
    }
}
