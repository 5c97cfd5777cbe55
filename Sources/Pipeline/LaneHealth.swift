// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What a lane counts about detection itself: the alerts of the day, those that were collapsed, the names that were refused, the models
/// that are blind. State: some hundred bytes. Complexity: O(detectors) a bucket.
struct LaneHealth: Sendable {
    /// The day (UTC) that ``opened`` belongs to.
    private var day: Int64 = -1
    /// By number of detector: alerts on accounts that were sent today, and alerts collapsed since the first that still counts.
    private var opened: [UInt32]
    private(set) var collapsed: [UInt64]
    private(set) var collapsedInBucket: UInt64 = 0
    private(set) var refused = MeasureSums()
    /// The bucket of the first refused event that still counts; negative when none does.
    private(set) var refusedSince: Int64 = -1
    /// As of the last midnight: how many accounts each detector does not see, and the first of them.
    var blind: [Blind] = []
    private(set) var longLines = LongLines()
    private(set) var misdated = LaneBucket.MisdatedEvents()
    /// By number of detector: the bucket in which its health alert was sent last.
    private var told: [Int64]

    /// Lines that were too long to be read.
    struct LongLines: Sendable {
        var inBucket: UInt64 = 0
        var count: UInt64 = 0
        /// The bucket of the first that still counts; negative before it has been looked at.
        var since: Int64 = -1
        /// The bytes of the longest, and the stream of the first of that length.
        var longest: UInt64 = 0
        var stream: UInt32 = 0
    }

    struct Blind: Sendable {
        var detector: UInt8
        var accounts: UInt64
        var example: AccountID
    }

    init(detectors: Int) {
        opened = Array(repeating: 0, count: detectors)
        collapsed = Array(repeating: 0, count: detectors)
        told = Array(repeating: -1, count: detectors)
    }

    /// Counts an alert on an account, and says whether it goes out by itself: as long as the day has few, and always when it is critical.
    mutating func mayOpen(_ detector: UInt8, isCritical: Bool, bucket: Int64, limit: UInt32) -> Bool {
        let today = bucket / Int64(BucketGrid.perDay)
        if today != day {
            day = today
            for number in opened.indices { opened[number] = 0 }
        }
        guard isCritical || opened[Int(detector)] < limit else {
            collapsed[Int(detector)] &+= 1
            collapsedInBucket &+= 1
            return false
        }
        opened[Int(detector)] &+= 1
        return true
    }

    mutating func refuse(_ sums: MeasureSums, bucket: Int64) {
        guard sums.calls > 0 else { return }
        if refusedSince < 0 { refusedSince = bucket }
        refused.add(sums)
    }

    mutating func noteLongLine(_ length: UInt64, of stream: UInt32) {
        longLines.inBucket &+= 1
        longLines.count &+= 1
        guard length > longLines.longest else { return }
        longLines.longest = length
        longLines.stream = stream
    }

    mutating func noteLate(by lag: EventDuration, rows: UInt64, mayBeRepeated: Bool) {
        misdated.lateInBucket &+= 1
        misdated.late &+= 1
        misdated.rows &+= rows
        if mayBeRepeated { misdated.repeated &+= 1 }
        misdated.latest = max(misdated.latest, lag)
    }

    mutating func noteAhead(_ lead: EventDuration) {
        misdated.aheadInBucket &+= 1
        misdated.ahead &+= 1
        misdated.farthest = max(misdated.farthest, lead)
    }

    /// Says in which bucket the lines and events noted so far are told for the first time.
    mutating func dateNoted(bucket: Int64) {
        if longLines.count > 0 && longLines.since < 0 { longLines.since = bucket }
        if misdated.late &+ misdated.ahead > 0 && misdated.since < 0 { misdated.since = bucket }
    }

    mutating func endBucket() {
        collapsedInBucket = 0
        longLines.inBucket = 0
        misdated.lateInBucket = 0
        misdated.aheadInBucket = 0
    }

    /// Whether a day has passed since a health alert was sent.
    func isDue(_ detector: Int, at bucket: Int64) -> Bool { bucket - told[detector] >= Int64(BucketGrid.perDay) }

    mutating func tell(_ detector: Int, at bucket: Int64) { told[detector] = bucket }

    /// What was counted is over: the next alert begins from nothing.
    mutating func reset(_ concern: HealthConcern) {
        switch concern {
        case .refusedNames:
            refused = MeasureSums()
            refusedSince = -1
        case .collapsedAlerts: for number in collapsed.indices { collapsed[number] = 0 }
        case .longLines: longLines = LongLines()
        case .misdatedEvents: misdated = LaneBucket.MisdatedEvents()
        case .blindModels: break
        }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(day)
        writer.write(UInt8(opened.count))
        for number in opened.indices {
            writer.write(opened[number])
            writer.write(collapsed[number])
            writer.write(told[number])
        }
        writer.write(collapsedInBucket)
        for sum in [refused.rows, refused.bytes, refused.calls] { writer.write(sum) }
        writer.write(refusedSince)
        for number in [longLines.inBucket, longLines.count, longLines.longest] { writer.write(number) }
        writer.write(longLines.since)
        writer.write(longLines.stream)
        misdated.encode(into: &writer)
        writer.write(UInt8(blind.count))
        for entry in blind {
            writer.write(entry.detector)
            writer.write(entry.accounts)
            writer.write(entry.example.rawValue)
        }
    }

    /// Throws: ``StateError`` also when the state is of another number of detectors.
    init(detectors: Int, from reader: inout StateReader) throws(StateError) {
        self.init(detectors: detectors)
        day = try reader.readBucket()
        guard try reader.read(UInt8.self) == detectors else { throw StateError.implausible("number of detectors") }
        for number in opened.indices {
            opened[number] = try reader.read()
            collapsed[number] = try reader.read()
            told[number] = try reader.readBucket()
        }
        collapsedInBucket = try reader.read()
        refused = MeasureSums(rows: try reader.read(), bytes: try reader.read(), calls: try reader.read())
        refusedSince = try reader.readBucket()
        longLines.inBucket = try reader.read()
        longLines.count = try reader.read()
        longLines.longest = try reader.read()
        longLines.since = try reader.readBucket()
        longLines.stream = try reader.read()
        misdated = try LaneBucket.MisdatedEvents(from: &reader)
        for _ in 0..<(try reader.read(UInt8.self)) {
            let detector = try reader.read(UInt8.self)
            guard detector < detectors else { throw StateError.implausible("blind detector") }
            let accounts = try reader.read(UInt64.self)
            blind.append(Blind(detector: detector, accounts: accounts, example: AccountID(rawValue: try reader.read())))
        }
    }
}

extension LaneBucket.MisdatedEvents {
    func encode(into writer: inout StateWriter) {
        for number in [lateInBucket, late, rows, repeated, aheadInBucket, ahead] { writer.write(number) }
        writer.write(latest.milliseconds)
        writer.write(farthest.milliseconds)
        writer.write(since)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init()
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
}
