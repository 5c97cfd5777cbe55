// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// Events whose dates cannot be what they say: too far ahead of the lane's time, or behind it.
///
/// One bad date must not close every bucket, or all that comes after it would be late and count nowhere; and what comes late because it
/// took long, the download of half an hour that the log dates to its beginning, must not be what is overlooked. So both count when they
/// came, and are told by H05; only a flood of late events is left out, since it is no slow call but another time's log.
extension LaneCore {
    /// Events that must agree on a leap, where there are as many. Fewer than the lines that a second host writes at a time would not do.
    static var leapAgreement: Int { 256 }

    /// The same for this lane: as many as it usually has in such a time, two at least. A source with an event a week leaps every time, and
    /// would never be believed.
    private var neededAgreement: Int {
        let age = max((newest - BucketGrid.start(of: fleet.firstBucket)).milliseconds, leap.milliseconds)
        let usual = Double(counters.events) * Double(leap.milliseconds) / Double(age)
        return Int(min(max(usual, 2), Double(LaneCore.leapAgreement)))
    }

    // MARK: Ahead

    /// Keeps an event that is far ahead until enough others agree with it, by not going back, then believes the first of them.
    ///
    /// A live lane need not wait for that: what is ahead of the host's own clock, which the lane has followed so far, is wrong.
    mutating func leapAhead(_ event: DetailedEvent) {
        if let clock = moment?.wall, newest.milliseconds >= 0, newest <= clock + leap, event.event.time > clock + leap {
            return takeFuture([event])
        }
        if let first = ahead.first, first.event.time - event.event.time > leap { distrustLeap(for: event.event.time) }
        ahead.append(event)
        aheadReadAt = moment?.steady
        if ahead.count >= neededAgreement { believeLeap() }
    }

    /// Goes on at the time of the first event ahead. Those behind it may be ahead of that again, and then have fewer that agree with them.
    ///
    /// - Parameter isLast: nothing will come that could go back.
    private mutating func believeLeap(isLast: Bool = false) {
        let believed = ahead
        ahead = []
        for (place, detailed) in believed.enumerated() {
            let time = detailed.event.time
            if place > 0 && !isLast && time - newest > leap {
                leapAhead(detailed)
                continue
            }
            if !ahead.isEmpty { settleLeap(by: detailed.event) }
            if time > newest { advance(to: time) }
            count(detailed)
        }
    }

    /// The archive has ended with events ahead: with the one that did not come, they may be enough. Days that do nothing but end are
    /// believed anyhow.
    mutating func endLeap() {
        guard let last = ahead.last else { return }
        if ahead.count + 1 >= neededAgreement || last.event.time - newest <= .days(3) { believeLeap(isLast: true) }
        distrustLeap()
    }

    /// A live source has nothing more to read: nobody will go back now, so what is ahead is believed if it is not ahead of the clock, or
    /// no more than time has gone by.
    private mutating func restAhead(_ clock: EventTime, _ elapsed: EventDuration) {
        guard let last = ahead.map(\.event.time).max() else { return }
        if last <= clock + leap || (newest.milliseconds >= 0 && last - newest <= elapsed + leap) { believeLeap(isLast: true) }
    }

    /// An event that is not ahead says of those that are whether they were right, as it would of an event of its own time: what is no leap
    /// away was only out of order. A late one says nothing.
    mutating func settleLeap(by event: AccessEvent) {
        guard let first = ahead.first, !isLate(event) else { return }
        if first.event.time - event.time > leap { distrustLeap() } else { believeLeap() }
    }

    /// The source goes on at its old time, so the events ahead of it were wrong.
    ///
    /// - Parameter time: where it goes on, if that is ahead too.
    private mutating func distrustLeap(for time: EventTime? = nil) {
        let wrong = ahead
        ahead = []
        if let time, newest.milliseconds < 0 {
            // The lane's first events: there is no other time to count them at.
            counters.future &+= UInt64(wrong.count)
            ahead = wrong.map { detailed in
                var moved = detailed
                moved.event.time = time
                return moved
            }
            return
        }
        takeFuture(wrong)
    }

    private mutating func takeFuture(_ wrong: [DetailedEvent]) {
        for detailed in wrong {
            counters.future &+= 1
            health.noteAhead(detailed.event.time - newest)
            move(detailed)
        }
    }

    // MARK: Late

    private func isLate(_ event: AccessEvent) -> Bool { BucketGrid.number(of: event.time) < oldestBucket }

    /// An event whose bucket has closed.
    mutating func takeLate(_ detailed: DetailedEvent) {
        let event = detailed.event
        // A row with an identity may have been counted in its time, and nobody remembers.
        if event.rowKey == 0 && lateGauge.mayCount(after: counters.events &- counters.moved) {
            counters.moved &+= 1
            move(detailed)
            return
        }
        counters.late &+= 1
        health.noteLate(
            by: newest - event.time, rows: event.operation.movesDataOut ? event.rows : 0, mayBeRepeated: event.rowKey != 0)
    }

    /// Counts an event when it came.
    private mutating func move(_ detailed: DetailedEvent) {
        var moved = detailed
        moved.event.time = max(newest, BucketGrid.start(of: oldestBucket))
        count(moved)
    }

    private mutating func count(_ detailed: DetailedEvent) {
        if detailed.event.presence.contains(.half) { return takeHalf(detailed) }
        guard locate(detailed.event) else { return takeLate(detailed) }
        if let (signal, rows) = add(detailed.event) { follow(signal, detailed, rows) }
    }

    // MARK: The clock

    /// Takes note of when a live source's batch was read; `known` was the newest event before it.
    mutating func keepTime(_ moment: LiveMoment, known: EventTime) {
        if newest != known { newestReadAt = moment.steady }
        guard moment.isResting else { return }
        let before = newest
        restAhead(moment.wall, newestReadAt.map { moment.steady - $0 } ?? .seconds(0))
        let readAt = (newest == before ? newestReadAt : aheadReadAt) ?? moment.steady
        newestReadAt = readAt
        idle(until: newest + (moment.steady - readAt))
    }
}

/// When a live source's batch was read.
package struct LiveMoment: Equatable, Sendable {
    /// By a clock that only goes forward: for how long nothing new has come.
    package var steady: EventDuration
    /// By the host's clock.
    package var wall: EventTime
    /// Whether there was nothing more to read.
    package var isResting: Bool

    package init(steady: EventDuration, wall: EventTime, isResting: Bool) {
        self.steady = steady
        self.wall = wall
        self.isResting = isResting
    }
}

/// Whether late events are few, as slow calls are, or many, as when another time's log comes: then none of them counts.
///
/// A late event weighs as much as sixteen others. At 32 in a row, or more than one in seventeen for long, they are many, until as many
/// others have come as weigh that up. State: 17 bytes. Complexity: O(1) a late event, nothing for others.
struct LateGauge: Equatable, Sendable {
    private static var weight: UInt64 { 16 }
    private static var flood: UInt64 { 32 * weight }

    private var level: UInt64 = 0
    /// The events that had been counted when the level was right.
    private var events: UInt64 = 0
    private var isFlooded = false

    init() {}

    /// - Parameter counted: the lane's events so far, without the late ones among them.
    mutating func mayCount(after counted: UInt64) -> Bool {
        let others = counted &- events
        events = counted
        level = level > others ? level - others : 0
        if level == 0 { isFlooded = false }
        level = min(level + LateGauge.weight, 2 * LateGauge.flood)
        if level > LateGauge.flood { isFlooded = true }
        return !isFlooded
    }

    func encode(into writer: inout StateWriter) {
        writer.write(level)
        writer.write(events)
        writer.write(isFlooded)
    }

    init(from reader: inout StateReader) throws(StateError) {
        level = try reader.read()
        events = try reader.read()
        isFlooded = try reader.readBool()
        guard level <= 2 * LateGauge.flood else { throw StateError.implausible("late events") }
    }
}
