// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// A closed bucket of a single series, with what ``SeriesNovelty`` says to it: the input of detectors that judge a metric as a whole.
public struct SeriesBucket: Sendable {
    /// Whose amounts the series has.
    public enum Subject: Equatable, Sendable {
        /// The source's, of all accounts together.
        case total
        /// Those of the endpoints that the settings name so; see ``SeriesSelection``.
        case endpointGroup(String)
        /// Those of an account that the settings name.
        case pinnedAccount(String)

        /// `rows of endpoint group exports`
        public func words(_ measure: Measure) -> String {
            switch self {
            case .total: "total \(measure.name)"
            case .endpointGroup(let name): "\(measure.name) of endpoint group \(name)"
            case .pinnedAccount(let name): "\(measure.name) of pinned account \(name)"
            }
        }
    }

    public var subject: Subject
    /// The source's name.
    public var source: String
    public var measure: Measure
    /// The bucket's number, see ``BucketGrid``.
    public var number: Int64
    public var amount: Double
    public var reading: NoveltyReading
    /// Buckets learnt before this one; buckets in which the source was dead are none.
    public var age: Int
    /// The series' first bucket.
    public var firstBucket: Int64
    /// Whether an alert about the series is open: it stays open as long as the series is strange, while a new one needs a new peak.
    public var isAlerted: Bool
    /// Whether one of the series' accounts has an alert of a detector in ``SeriesNoveltyDetector/supporters``.
    public var isSupported: Bool

    public init(
        _ subject: Subject, source: String, measure: Measure, number: Int64, amount: Double, reading: NoveltyReading, age: Int,
        firstBucket: Int64, isAlerted: Bool, isSupported: Bool = false
    ) {
        self.subject = subject
        self.source = source
        self.measure = measure
        self.number = number
        self.amount = amount
        self.reading = reading
        self.age = age
        self.firstBucket = firstBucket
        self.isAlerted = isAlerted
        self.isSupported = isSupported
    }
}
