// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

extension LaneCore {
    /// Takes an event that is half of an export; see ``ExportHalves``.
    mutating func takeHalf(_ detailed: DetailedEvent) {
        let event = detailed.event
        if event.time.milliseconds < currentStart || event.time.milliseconds >= currentEnd {
            guard locate(event) else { return takeLate(detailed) }
        }
        guard isFirst(LaneCore.identity(ofHalf: event)) else { return }
        switch halves.take(detailed) {
        case .waits: break
        case .isTold: counters.joined &+= 1
        case .counts: addWhole(detailed, mayJudge: true)
        case .isWhole(let export):
            counters.joined &+= 1
            addWhole(export, mayJudge: true)
        }
    }

    /// Counts what has waited in vain in buckets up to `bucket`, as what it is, before these are judged.
    mutating func releaseHalves(upTo bucket: Int64) {
        for detailed in halves.release(upTo: bucket) { addWhole(detailed, mayJudge: false) }
    }

    private mutating func addWhole(_ detailed: DetailedEvent, mayJudge: Bool) {
        var whole = detailed
        whole.event.presence.remove(.half)
        whole.event.rowKey = 0
        guard locate(whole.event), let (signal, rows) = add(whole.event) else { return }
        follow(mayJudge ? signal : signal.subtracting(.judge), whole, rows)
    }

    /// What a second delivery of a half has in common with the first: its key holds only a part of the row's hash.
    private static func identity(ofHalf event: AccessEvent) -> UInt64 {
        var hash = event.rowKey
        for number in [UInt64(bitPattern: event.time.milliseconds), event.rows, event.bytes, event.presence.contains(.rows) ? 1 : 0] {
            hash = (hash ^ number) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        return max(hash, 1)
    }
}
