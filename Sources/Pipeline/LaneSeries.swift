// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What a lane, an endpoint group or a pinned account moves, as single series: rows and calls, bucket by bucket.
///
/// State: 90 KB; about 50 KB encoded, most of it cells that the series has visited. Complexity: O(1) a bucket.
struct LaneSeries: Sendable {
    /// Buckets between two openings: one alert a series and day. Source: design/detectors.md, D37.
    static let bucketsBetweenAlerts: Int64 = 96

    private var rows = SeriesNovelty()
    private var calls = SeriesNovelty()
    /// The first bucket that was learnt; negative before.
    private(set) var firstBucket: Int64 = -1
    /// The bucket at which an alert opened last; negative before.
    private(set) var lastOpened: Int64 = -1

    init() {}

    /// How a closed bucket stands to the alerts.
    struct Standing {
        var isAlerted = false
        var isSupported = false
    }

    /// Learns a closed bucket. Returns it as detectors get it, of rows and of calls, with what was known before.
    mutating func take(
        _ sums: MeasureSums, bucket: Int64, of subject: SeriesBucket.Subject, source: String, _ standing: Standing
    ) -> [SeriesBucket] {
        if firstBucket < 0 { firstBucket = bucket }
        let slot = WeekSlot(BucketGrid.start(of: bucket))
        let age = Int(rows.rows)
        let readings = [(Measure.rows, rows.take(Double(sums.rows), at: slot)), (.calls, calls.take(Double(sums.calls), at: slot))]
        return readings.map { measure, reading in
            SeriesBucket(
                subject, source: source, measure: measure, number: bucket, amount: Double(sums[measure]), reading: reading, age: age,
                firstBucket: firstBucket, isAlerted: standing.isAlerted, isSupported: standing.isSupported)
        }
    }

    /// Judges what ``take(_:bucket:of:source:_:)`` returned. Rows and calls rise together: one finding, about the newer of them; none while
    /// an alert of the day before forbids another.
    mutating func judge(_ taken: [SeriesBucket], by detector: any Detector) -> Finding? {
        guard let bucket = taken.first, let finding = taken.compactMap({ detector.judge($0) }).max(by: { $0.score < $1.score }) else {
            return nil
        }
        if bucket.isAlerted { return finding }
        guard lastOpened < 0 || bucket.number - lastOpened >= LaneSeries.bucketsBetweenAlerts else { return nil }
        lastOpened = bucket.number
        return finding
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
