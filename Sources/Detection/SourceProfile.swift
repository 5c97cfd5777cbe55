// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// When a whole source usually has events: what tells a quiet night from a dead forwarder.
///
/// State: about 600 bytes. Complexity: O(1) a bucket; O(minutes) a gap.
public struct SourceProfile: Sendable {
    private var visits = SlotVisits()
    private var baseline = SeasonalBaseline()
    public private(set) var age: Int32 = 0
    /// The largest number of expected events that an ordinary gap swallowed; forgets half in a week.
    private var largestDeficit: Double = 0

    public init() {}

    public var isMature: Bool { age >= AccountProfile.matureAge }

    /// The events expected in a bucket.
    public func expectation(bucket: Int64) -> Double {
        var (visits, baseline) = (visits, baseline)
        return baseline.expectation(visits.standing(WeekSlot(BucketGrid.start(of: bucket))))
    }

    /// Whether a bucket without a single event means that the source was dead, not that nobody worked.
    public func isMissing(bucket: Int64, events: UInt64) -> Bool { events == 0 && isMature && expectation(bucket: bucket) >= 10 }

    /// Learns how many events a bucket had. Missing buckets are not learnt: silence must never become normal.
    public mutating func learn(bucket: Int64, events: UInt64) {
        if age < Int32.max { age += 1 }
        let slot = WeekSlot(BucketGrid.start(of: bucket))
        baseline.learn(Double(events), at: visits.standing(slot), age: Int(age))
        visits.count(slot)
        largestDeficit *= 0.99897
    }

    /// Learns a gap that was not alerted.
    public mutating func learnGap(from start: EventTime, to end: EventTime) {
        largestDeficit = max(largestDeficit, deficit(from: start, to: end))
    }

    /// The moment at which a silence since `start` is no longer ordinary, if that comes before `end`.
    ///
    /// Ten minutes, ten expected events, and twice what any ordinary gap swallowed, whichever comes last. Complexity: O(minutes), at most a
    /// week of them.
    public func alarm(silentSince start: EventTime, until end: EventTime, minimum: EventDuration) -> EventTime? {
        guard isMature else { return nil }
        let needed = max(10, 2 * largestDeficit)
        var missed = 0.0
        var minute = start
        for _ in 0..<10_080 {
            minute = minute + .minutes(1)
            guard minute <= end else { return nil }
            missed += expectation(bucket: BucketGrid.number(of: minute)) / 15
            if missed >= needed && (minute - start) >= minimum { return minute }
        }
        return nil
    }

    /// The events expected between two instants.
    public func deficit(from start: EventTime, to end: EventTime) -> Double {
        var missed = 0.0
        var minute = start
        for _ in 0..<10_080 {
            guard minute < end else { break }
            minute = minute + .minutes(1)
            missed += expectation(bucket: BucketGrid.number(of: minute)) / 15
        }
        return missed
    }

    public func encode(into writer: inout StateWriter) {
        visits.encode(into: &writer)
        for slot in 0..<168 { writer.write(baseline.week[slot]) }
        for slot in 0..<24 { writer.write(baseline.day[slot]) }
        writer.write(baseline.level)
        writer.write(age)
        writer.write(largestDeficit)
    }

    public init(from reader: inout StateReader) throws(StateError) {
        visits = try SlotVisits(from: &reader)
        for slot in 0..<168 { baseline.week[slot] = try reader.read() }
        for slot in 0..<24 { baseline.day[slot] = try reader.read() }
        baseline.level = try reader.readFloat(in: 0...1e24, "source profile")
        age = try reader.read()
        largestDeficit = try reader.readDouble(in: 0...1e30, "source profile")
        guard age >= 0 else { throw StateError.implausible("source profile") }
    }
}

/// A silence of a whole source that is no longer ordinary.
public struct SourceGap: Equatable, Sendable {
    public var source: String
    /// The last event before the silence.
    public var start: EventTime
    /// When it stopped being ordinary.
    public var alarm: EventTime
    /// Events expected until then.
    public var missed: Double
    public var age: Int
    public var since: EventTime

    public init(source: String, start: EventTime, alarm: EventTime, missed: Double, age: Int, since: EventTime) {
        self.source = source
        self.start = start
        self.alarm = alarm
        self.missed = missed
        self.age = age
        self.since = since
    }
}
