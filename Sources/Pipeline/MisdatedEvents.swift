// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// Events that came so late that they count nowhere, and events dated ahead, which count when they came: what H05 tells.
struct MisdatedEvents: Equatable, Sendable {
    var lateInBucket: UInt64 = 0
    var late: UInt64 = 0
    /// The rows that they moved out.
    var rows: UInt64 = 0
    /// Those of them whose rows have an identity: they may have been counted in their time.
    var repeated: UInt64 = 0
    /// How long the latest came after the newest event.
    var latest = EventDuration.seconds(0)
    var aheadInBucket: UInt64 = 0
    var ahead: UInt64 = 0
    /// How far the farthest was ahead of the newest event.
    var farthest = EventDuration.seconds(0)
    /// The bucket of the first that still counts; negative before it has been looked at.
    var since: Int64 = -1

    init() {}

    func encode(into writer: inout StateWriter) {
        for number in [lateInBucket, late, rows, repeated, aheadInBucket, ahead] { writer.write(number) }
        writer.write(latest.milliseconds)
        writer.write(farthest.milliseconds)
        writer.write(since)
    }

    init(from reader: inout StateReader) throws(StateError) {
        lateInBucket = try reader.read()
        late = try reader.read()
        rows = try reader.read()
        repeated = try reader.read()
        aheadInBucket = try reader.read()
        ahead = try reader.read()
        latest = EventDuration(milliseconds: try reader.read())
        farthest = EventDuration(milliseconds: try reader.read())
        since = try reader.readBucket()
    }

    /// As a detector sees it; nil when there is nothing to tell.
    var seen: LaneBucket.MisdatedEvents? {
        guard since >= 0 else { return nil }
        return LaneBucket.MisdatedEvents(
            lateInBucket: lateInBucket, late: late, rows: rows, repeated: repeated, latest: latest, aheadInBucket: aheadInBucket,
            ahead: ahead, farthest: farthest, since: since)
    }
}
