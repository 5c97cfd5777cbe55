// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// A closed bucket of a single series, with what ``SeriesNovelty`` says to it: the input of detectors that judge a metric as a whole.
public struct SeriesBucket: Sendable {
    /// What the series is called in an alert: the source's name for a lane's totals.
    public var name: String
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

    public init(
        name: String, measure: Measure, number: Int64, amount: Double, reading: NoveltyReading, age: Int, firstBucket: Int64,
        isAlerted: Bool
    ) {
        self.name = name
        self.measure = measure
        self.number = number
        self.amount = amount
        self.reading = reading
        self.age = age
        self.firstBucket = firstBucket
        self.isAlerted = isAlerted
    }
}
