// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What weir has learnt of the records that an account moves and touches.
///
/// Changes only when a bucket closes. State: about 250 bytes, of accounts whose events say something of records.
public struct MovementMemory: Sendable {
    /// By ``DataEnvironment``: the last bucket in which the account read or wrote there, and what.
    public private(set) var touches = InlineArray<5, Touch>(repeating: Touch())
    /// The bucket in which it was told last that the account works in two environments; −1 is never.
    public private(set) var toldBoth: Int64 = -1
    /// By ``Lack``: what the account's records and answers had, and lacked.
    public private(set) var shares = InlineArray<4, Share>(repeating: Share())
    /// Buckets in which every call's transport was strong enough, and the last bucket with a weak one.
    public private(set) var securedBuckets: UInt32 = 0
    public private(set) var lastWeak: Int64 = -1
    /// A person's writes to records of either kind, and the days on which there were any.
    public private(set) var customerWrites: UInt32 = 0
    public private(set) var syntheticWrites: UInt32 = 0
    public private(set) var writeDays: UInt16 = 0
    private var lastWriteDay: Int64 = -1
    /// The last bucket in which a sensitive object moved out.
    public private(set) var lastSensitive: Int64 = -1
    /// Personal data found in a bucket's machine-made texts.
    public private(set) var personal = RunningMean()
    /// Identifiers shared with the other side within the last day.
    public private(set) var overlaps = OverlapMemory()
    /// Jobs and their audits.
    public private(set) var trails = TrailMemory()
    /// Different items under one content hash, the most of a bucket.
    public private(set) var crowds = RunningMean()

    public struct Touch: Equatable, Sendable {
        public var bucket: Int64 = -1
        public var read: UInt64 = 0
        public var written: UInt64 = 0
        public var route = RouteKey(rawValue: 0)
    }

    public init() {}

    mutating func learn(
        _ tally: MovementTally, bucket: Int64, isTold: MovementFindings, _ values: ValueTable
    ) {
        overlaps.learn(values.identifiers.matches(tally), bucket: bucket)
        trails.learn(tally.jobs, bucket: bucket)
        if let crowd = tally.crowd { crowds.learn(min(crowd.items.estimate, 1000), horizon: AccessMemory.horizon) }
        for place in 0..<5 where tally.touches[place].isAny {
            let touch = tally.touches[place]
            touches[place] = Touch(bucket: bucket, read: touch.read, written: touch.written, route: touch.route)
        }
        if isTold.contains(.bothEnvironments) { toldBoth = bucket }
        for lack in Lack.allCases {
            shares[Int(lack.rawValue)].learn(
                bucket, tally.share(lack, values.provenance), isAlerted: isTold.contains(MovementFindings(lack)))
        }
        if !tally.weak.isEmpty { lastWeak = bucket } else if tally.secured > 0 { securedBuckets &+= 1 }
        if tally.customerWrites > 0 || tally.syntheticWrites > 0 {
            customerWrites = UInt32(clamping: UInt64(customerWrites) + UInt64(tally.customerWrites))
            syntheticWrites = UInt32(clamping: UInt64(syntheticWrites) + UInt64(tally.syntheticWrites))
            let day = bucket / Int64(BucketGrid.perDay)
            if day != lastWriteDay && writeDays < .max { writeDays += 1 }
            lastWriteDay = day
        }
        if tally.sensitive != nil { lastSensitive = bucket }
        if tally.texts > 0 { personal.learn(min(Double(tally.personal.count), 1000), horizon: AccessMemory.horizon) }
    }

    func encode(into writer: inout StateWriter) {
        for place in 0..<5 {
            writer.write(touches[place].bucket)
            writer.write(touches[place].read)
            writer.write(touches[place].written)
            writer.write(touches[place].route.rawValue)
        }
        writer.write(toldBoth)
        for place in 0..<4 { shares[place].encode(into: &writer) }
        writer.write(securedBuckets)
        writer.write(lastWeak)
        writer.write(customerWrites)
        writer.write(syntheticWrites)
        writer.write(writeDays)
        writer.write(lastWriteDay)
        writer.write(lastSensitive)
        personal.encode(into: &writer)
        overlaps.encode(into: &writer)
        trails.encode(into: &writer)
        crowds.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        for place in 0..<5 {
            touches[place] = Touch(
                bucket: try reader.readBucket(), read: try reader.read(), written: try reader.read(),
                route: RouteKey(rawValue: try reader.read()))
        }
        toldBoth = try reader.readBucket()
        for place in 0..<4 { shares[place] = try Share(from: &reader) }
        securedBuckets = try reader.read()
        lastWeak = try reader.readBucket()
        customerWrites = try reader.read()
        syntheticWrites = try reader.read()
        writeDays = try reader.read()
        lastWriteDay = try reader.readBucket()
        lastSensitive = try reader.readBucket()
        personal = try RunningMean(from: &reader)
        overlaps = try OverlapMemory(from: &reader)
        trails = try TrailMemory(from: &reader)
        crowds = try RunningMean(from: &reader)
    }
}

/// What was found of a bucket, for what is learnt of it.
struct MovementFindings: OptionSet {
    let rawValue: UInt8
    static let bothEnvironments = MovementFindings(rawValue: 128)

    /// That so many lack it is unusual.
    init(_ lack: Lack) { rawValue = 1 << lack.rawValue }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Looks at a bucket once more, after it was judged.
    init(_ bucket: borrowing ClosedBucket, _ memory: MovementMemory) {
        guard let tally = bucket.access.tally?.movement else {
            self = []
            return
        }
        var found: MovementFindings = []
        if DualEnvironmentDetector.sides(tally, memory, bucket: bucket.number) != nil { found.insert(.bothEnvironments) }
        for lack in Lack.allCases
        where lack.isUnusual(tally.share(lack, bucket.access.values.provenance), memory.shares[Int(lack.rawValue)], bucket: bucket.number) {
            found.insert(MovementFindings(lack))
        }
        self = found
    }
}
