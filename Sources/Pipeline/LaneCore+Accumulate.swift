// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

extension LaneCore {
    /// Row identities kept for one open bucket; beyond it rows count unchecked.
    static var rowKeyLimit: Int { 1_000_000 }

    /// What a batch holds beside its events, as far as it was handed to them.
    struct Beside {
        var detail = 0
        var movement = 0
    }

    /// Adds events to their buckets, closing buckets as event time passes. `next` counts what was taken of the batch beside its events.
    mutating func take(_ batch: borrowing EventBatch, _ range: Range<Int>, _ next: inout Beside) {
        // Held on to for all of them: one count of a reference for a batch instead of one for each event.
        let only = shards.count == 1 ? shards[0] : nil
        let wide = only.flatMap { $0.accountCount >= AccountShard.wideFleet ? $0 : nil }
        for index in range {
            let event = batch.events[index]
            let beside = next
            if let wide, index + AccountShard.eventsAhead < range.upperBound {
                wide.prefetch(batch.events[index + AccountShard.eventsAhead], position: currentPosition)
            }
            if event.presence.contains(.detail) { next.detail += 1 }
            if event.presence.contains(.movement) { next.movement += 1 }
            if event.time >= options.from && event.time < options.to { take(event, batch, beside, only) }
        }
    }

    @inline(__always)
    private mutating func take(_ event: AccessEvent, _ batch: borrowing EventBatch, _ beside: Beside, _ only: AccountShard?) {
        if event.time > newest && event.time - newest > leap { return leapAhead(batch.detailed(event, beside)) }
        if !ahead.isEmpty { settleLeap(by: event) }
        if event.time > newest { advance(to: event.time) }
        if event.presence.contains(.half) { return takeHalf(batch.detailed(event, beside)) }
        if event.time.milliseconds < currentStart || event.time.milliseconds >= currentEnd {
            guard locate(event) else { return takeLate(batch.detailed(event, beside)) }
        }
        guard let (signal, rows) = add(event, only) else { return }
        if signal == .noteRoute && !AccountShard.mayRemoveTraces(event.operation) {
            if (only ?? shard(event.account)).noteRoute(of: event, position: currentPosition) { judgeNow(event.account, at: event.time) }
        } else {
            follow(signal, batch.detailed(event, beside), rows)
        }
    }

    /// Adds an event to the current bucket, which is its own; what it set off, if anything, and its rows as they count.
    ///
    /// - Parameter only: the shard, where there is one.
    @inline(__always)
    mutating func add(_ event: AccessEvent, _ only: AccountShard? = nil) -> (AccountShard.Signal, UInt64)? {
        var rows: UInt64 = 0
        var bytes: UInt64 = 0
        if event.operation.movesDataOut {
            rows = event.rows
            bytes = event.bytes
        }
        if event.rowKey != 0 {
            guard let counted = countedRows(event, rows) else { return nil }
            rows = counted
        }
        counters.events &+= 1
        counters.fields.note(event)
        if event.account == .overflow { counters.overflow &+= 1 }
        recentEvents &+= 1
        if named.watchesEndpoints { named.add(event, rows: rows, position: currentPosition) }
        let signal =
            only?.add(event, rows: rows, bytes: bytes, position: currentPosition, bucket: oldestBucket)
            ?? shard(event.account).add(event, rows: rows, bytes: bytes, position: currentPosition, bucket: oldestBucket)
        return signal == .nothing ? nil : (signal, rows)
    }

    @inline(never)
    mutating func follow(_ signal: AccountShard.Signal, _ detailed: DetailedEvent, _ rows: UInt64) {
        let event = detailed.event
        counters.fields.note(detailed)
        var isDue = signal.contains(.judge)
        if signal.contains(.note) || signal.contains(.noteRoute) {
            let isNews = shard(event.account).note(
                detailed, rows: rows, isNewRoute: signal.contains(.noteRoute), position: currentPosition,
                isOtherAlerted: { !exports(besides: event.account, at: event.time).isEmpty })
            isDue = isDue || isNews
        }
        if isDue { judgeNow(event.account, at: event.time) }
    }

    /// Makes an event's bucket the current one. False when it has closed.
    mutating func locate(_ event: AccessEvent) -> Bool {
        let bucket = BucketGrid.number(of: event.time)
        guard bucket >= oldestBucket else { return false }
        while bucket >= oldestBucket + Int64(openCount) { openBucket() }
        settleEvents()
        currentPosition = Int(bucket - oldestBucket)
        currentStart = bucket * BucketGrid.milliseconds
        currentEnd = currentStart + BucketGrid.milliseconds
        return true
    }

    /// Counts the current bucket's events in its place, because another bucket becomes the current one or they are asked for.
    mutating func settleEvents() {
        guard recentEvents > 0 else { return }
        laneEvents[currentPosition] &+= recentEvents
        recentEvents = 0
    }

    mutating func openBucket() {
        for shard in shards { shard.openBucket() }
        named.openBucket()
        laneEvents.append(0)
        rowKeys.append([])
        openCount += 1
    }

    /// What counts of a row that may come twice; nil when it has been counted.
    private mutating func countedRows(_ event: AccessEvent, _ rows: UInt64) -> UInt64? {
        if event.presence.contains(.cumulativeRows) { return jobs.increase(of: event.rowKey, to: rows) }
        return isFirst(event.rowKey) ? rows : nil
    }

    /// Whether a row of this identity comes for the first time in the current bucket; counted when not.
    mutating func isFirst(_ key: UInt64) -> Bool {
        // Looked up once: hashing is most of what it costs.
        let isNew =
            rowKeys[currentPosition].count < LaneCore.rowKeyLimit
            ? rowKeys[currentPosition].insert(key).inserted : !rowKeys[currentPosition].contains(key)
        if !isNew { counters.duplicates &+= 1 }
        return isNew
    }
}

extension EventBatch {
    /// An event with what the batch holds beside it.
    fileprivate borrowing func detailed(_ event: AccessEvent, _ beside: LaneCore.Beside) -> DetailedEvent {
        DetailedEvent(
            event: event, detail: event.presence.contains(.detail) ? details[beside.detail] : nil,
            movement: event.presence.contains(.movement) ? movements[beside.movement] : nil)
    }
}
