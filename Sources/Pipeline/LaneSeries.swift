// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// The totals of a lane as single series: rows and calls of all its accounts, bucket by bucket.
///
/// State: 90 KB; about 50 KB encoded, most of it cells that the series has visited. Complexity: O(1) a bucket.
struct LaneSeries: Sendable {
    /// Buckets between two openings: one alert a lane and day. Source: design/detectors.md, D37.
    static let bucketsBetweenAlerts: Int64 = 96

    private var rows = SeriesNovelty()
    private var calls = SeriesNovelty()
    /// The first bucket that was learnt; negative before.
    private(set) var firstBucket: Int64 = -1
    /// The bucket at which an alert opened last; negative before.
    var lastOpened: Int64 = -1

    init() {}

    /// Buckets learnt.
    var age: Int { Int(rows.rows) }

    /// Judges and learns the totals of a closed bucket.
    mutating func take(_ sums: MeasureSums, bucket: Int64) -> [(measure: Measure, reading: NoveltyReading)] {
        if firstBucket < 0 { firstBucket = bucket }
        let slot = WeekSlot(BucketGrid.start(of: bucket))
        return [(.rows, rows.take(Double(sums.rows), at: slot)), (.calls, calls.take(Double(sums.calls), at: slot))]
    }

    func encode(into writer: inout StateWriter) {
        writer.write(firstBucket)
        writer.write(lastOpened)
        rows.encode(into: &writer)
        calls.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        firstBucket = try reader.readBucket()
        lastOpened = try reader.readBucket()
        rows = try SeriesNovelty(from: &reader)
        calls = try SeriesNovelty(from: &reader)
        guard rows.rows == calls.rows else { throw StateError.implausible("series rows") }
    }
}
