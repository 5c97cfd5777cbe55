// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What an alert's account moved in all the closed buckets in which it was unusual: a finding tells of one window only, and the last of
/// them of what is left of it. Nothing for detectors that do not count volume. State: 130 bytes.
package struct AlertTotal: Equatable, Sendable {
    private var amounts = Finding.BucketAmounts()
    /// Numbers of the first bucket and the last; −1 for none.
    private var first: Int64 = -1
    private var last: Int64 = -1
    /// What had moved when somebody was last told.
    private var told = SIMD4<Double>.zero

    package init() {}

    mutating func add(_ bucket: Finding.BucketAmounts, bucket number: Int64) {
        // What an alert is held open by may lie hours back: a bucket that moved no more than usual is none of the unusual ones.
        guard Measure.allCases.contains(where: { bucket.moved[$0.rawValue] > bucket.usual[$0.rawValue] }) else { return }
        amounts.moved += bucket.moved
        amounts.usual += bucket.usual
        if first < 0 { first = number }
        last = number
    }

    /// Whether ten times as much has moved as was told.
    func hasGrown(_ measure: Measure?) -> Bool {
        guard let measure, told[measure.rawValue] > 0 else { return false }
        return amounts.moved[measure.rawValue] >= 10 * told[measure.rawValue]
    }

    mutating func tell() { told = amounts.moved }

    /// Of a measure: how much, where how much is usual, and from when to when. Nil where nothing was counted.
    package func of(_ measure: Measure) -> (moved: Double, usual: Double, start: EventTime, end: EventTime)? {
        guard first >= 0 else { return nil }
        return (
            amounts.moved[measure.rawValue], amounts.usual[measure.rawValue], BucketGrid.start(of: first), BucketGrid.start(of: last + 1)
        )
    }
}

extension AlertTotal {
    func encode(into writer: inout StateWriter) {
        for measure in 0..<3 {
            writer.write(amounts.moved[measure])
            writer.write(amounts.usual[measure])
            writer.write(told[measure])
        }
        writer.write(first)
        writer.write(last)
    }

    init(from reader: inout StateReader) throws(StateError) {
        for measure in 0..<3 {
            amounts.moved[measure] = try reader.readDouble()
            amounts.usual[measure] = try reader.readDouble()
            told[measure] = try reader.readDouble()
        }
        first = try reader.readBucket()
        last = try reader.readBucket()
    }
}
