// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

extension LaneCore {
    /// An event this far ahead of the newest one is not believed until others agree: one bad date must not close every bucket.
    static var leap: EventDuration { .days(3) }
    /// Events that must agree on a leap.
    static var leapAgreement: Int { 16 }
    /// Row identities kept for one open bucket; beyond it rows count unchecked.
    static var rowKeyLimit: Int { 1_000_000 }

    /// Adds events to their buckets, closing buckets as event time passes. `nextDetail` counts the details taken of the batch.
    mutating func take(_ batch: borrowing EventBatch, _ range: Range<Int>, _ nextDetail: inout Int) {
        for index in range {
            let event = batch.events[index]
            var detail: EventDetail?
            if event.presence.contains(.detail) {
                detail = batch.details[nextDetail]
                nextDetail += 1
            }
            if event.time >= options.from && event.time < options.to { take(event, detail) }
        }
    }

    @inline(__always)
    private mutating func take(_ event: AccessEvent, _ detail: EventDetail?) {
        if event.time > newest {
            if event.time - newest > LaneCore.leap && newest.milliseconds >= 0 {
                leapAhead(DetailedEvent(event: event, detail: detail))
                return
            }
            advance(to: event.time)
        }
        if !ahead.isEmpty { distrustLeap() }
        add(event, detail)
    }

    @inline(__always)
    private mutating func add(_ event: AccessEvent, _ detail: EventDetail?) {
        let time = event.time.milliseconds
        if time < currentStart || time >= currentEnd {
            guard locate(event) else { return }
        }
        var rows: UInt64 = 0
        var bytes: UInt64 = 0
        if event.operation.movesDataOut {
            rows = event.rows
            bytes = event.bytes
        }
        if event.rowKey != 0 {
            guard let counted = countedRows(event, rows) else { return }
            rows = counted
        }
        counters.events &+= 1
        if event.account == .overflow { counters.overflow &+= 1 }
        laneEvents[currentPosition] &+= 1
        // The shards live as long as the core: nothing is gained by counting a reference for every event.
        let signal = unsafe Unmanaged.passUnretained(shard(event.account))._withUnsafeGuaranteedRef {
            $0.add(event, rows: rows, bytes: bytes, position: currentPosition, bucket: oldestBucket)
        }
        if signal != .nothing { follow(signal, event, rows, detail) }
    }

    @inline(never)
    private mutating func follow(_ signal: AccountShard.Signal, _ event: AccessEvent, _ rows: UInt64, _ detail: EventDetail?) {
        var isDue = signal.contains(.judge)
        if signal.contains(.note) || signal.contains(.noteRoute) {
            let isNews = shard(event.account).note(
                event, rows: rows, detail: detail, isNewRoute: signal.contains(.noteRoute), position: currentPosition)
            isDue = isDue || isNews
        }
        if isDue { judgeNow(event.account, at: event.time) }
    }

    /// Finds the bucket of an event outside the current one. False, and counted as late, when it has closed.
    private mutating func locate(_ event: AccessEvent) -> Bool {
        let bucket = BucketGrid.number(of: event.time)
        guard bucket >= oldestBucket else {
            counters.late &+= 1
            return false
        }
        while bucket >= oldestBucket + Int64(openCount) { openBucket() }
        currentPosition = Int(bucket - oldestBucket)
        currentStart = bucket * BucketGrid.milliseconds
        currentEnd = currentStart + BucketGrid.milliseconds
        return true
    }

    mutating func openBucket() {
        for shard in shards { shard.openBucket() }
        laneEvents.append(0)
        rowKeys.append([])
        openCount += 1
    }

    /// What counts of a row that may come twice; nil when it has been counted.
    private mutating func countedRows(_ event: AccessEvent, _ rows: UInt64) -> UInt64? {
        if event.presence.contains(.cumulativeRows) { return jobs.increase(of: event.rowKey, to: rows) }
        if rowKeys[currentPosition].contains(event.rowKey) {
            counters.duplicates &+= 1
            return nil
        }
        if rowKeys[currentPosition].count < LaneCore.rowKeyLimit { rowKeys[currentPosition].insert(event.rowKey) }
        return rows
    }

    // MARK: Leaps

    /// Keeps an event that is days ahead until enough others agree with it, then believes them all.
    private mutating func leapAhead(_ event: DetailedEvent) {
        if let first = ahead.first {
            let difference = event.event.time - first.event.time
            if difference > LaneCore.leap || difference < EventDuration(milliseconds: -LaneCore.leap.milliseconds) { distrustLeap() }
        }
        ahead.append(event)
        guard ahead.count >= LaneCore.leapAgreement else { return }
        let believed = ahead
        ahead = []
        for detailed in believed {
            if detailed.event.time > newest { advance(to: detailed.event.time) }
            add(detailed.event, detailed.detail)
        }
    }

    /// The source goes on at its old time, so the events ahead of it were wrong.
    private mutating func distrustLeap() {
        counters.future &+= UInt64(ahead.count)
        ahead.removeAll()
    }
}
