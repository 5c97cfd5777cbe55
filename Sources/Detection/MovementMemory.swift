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
    /// Records written where made-up ones belong, with and without a label; answers with and without disclosure.
    public private(set) var labels = Share()
    public private(set) var disclosures = Share()
    /// Labelled synthetic records written with and without the hash of their parent.
    public private(set) var lineage = Share()
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

    public struct Touch: Equatable, Sendable {
        public var bucket: Int64 = -1
        public var read: UInt64 = 0
        public var written: UInt64 = 0
        public var route = RouteKey(rawValue: 0)
    }

    /// How many had something and how many did not: of all time, halved now and then, and of the last three buckets.
    public struct Share: Equatable, Sendable {
        public private(set) var with: UInt32 = 0
        public private(set) var without: UInt32 = 0
        private var recent: [Counts] = []

        private struct Counts: Equatable, Sendable {
            var bucket: Int64
            var with: UInt32
            var without: UInt32
        }

        /// The usual share without, by what was learnt.
        public var usual: Double { with &+ without == 0 ? 0 : Double(without) / (Double(with) + Double(without)) }

        /// The counts of the hour that ends with `bucket`, whose own counts are given.
        public func hour(_ bucket: Int64, with: UInt64, without: UInt64) -> (with: UInt64, without: UInt64) {
            recent.reduce((with, without)) { sum, counts in
                bucket - counts.bucket > 3 ? sum : (sum.0 &+ UInt64(counts.with), sum.1 &+ UInt64(counts.without))
            }
        }

        mutating func learn(_ bucket: Int64, with: UInt64, without: UInt64, isAlerted: Bool) {
            guard with | without > 0 || !recent.isEmpty else { return }
            recent.removeAll { bucket - $0.bucket >= 3 }
            if with | without > 0 {
                recent.append(Counts(bucket: bucket, with: UInt32(clamping: with), without: UInt32(clamping: without)))
                if recent.count > 3 { recent.removeFirst() }
            }
            // What was told of is not learnt as usual.
            guard !isAlerted else { return }
            let (more, less) = (UInt64(self.with) &+ min(with, 1 << 30), UInt64(self.without) &+ min(without, 1 << 30))
            let halves: UInt64 = more &+ less > 1_000_000 ? 2 : 1
            self.with = UInt32(clamping: more / halves)
            self.without = UInt32(clamping: less / halves)
        }

        func encode(into writer: inout StateWriter) {
            writer.write(with)
            writer.write(without)
            writer.write(UInt8(recent.count))
            for counts in recent {
                writer.write(counts.bucket)
                writer.write(counts.with)
                writer.write(counts.without)
            }
        }

        init() {}

        init(from reader: inout StateReader) throws(StateError) {
            with = try reader.read()
            without = try reader.read()
            for _ in 0..<(try reader.read(UInt8.self)) {
                recent.append(Counts(bucket: try reader.readBucket(), with: try reader.read(), without: try reader.read()))
            }
        }
    }

    public init() {}

    mutating func learn(_ tally: MovementTally, bucket: Int64, isTold: MovementFindings) {
        for place in 0..<5 where tally.touches[place].isAny {
            let touch = tally.touches[place]
            touches[place] = Touch(bucket: bucket, read: touch.read, written: touch.written, route: touch.route)
        }
        if isTold.contains(.bothEnvironments) { toldBoth = bucket }
        labels.learn(bucket, with: tally.labelled, without: tally.unlabelled, isAlerted: isTold.contains(.unlabelled))
        disclosures.learn(
            bucket, with: UInt64(tally.disclosed), without: UInt64(tally.undisclosed), isAlerted: isTold.contains(.undisclosed))
        lineage.learn(bucket, with: tally.descended, without: tally.orphaned, isAlerted: isTold.contains(.orphaned))
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
        labels.encode(into: &writer)
        disclosures.encode(into: &writer)
        lineage.encode(into: &writer)
        writer.write(securedBuckets)
        writer.write(lastWeak)
        writer.write(customerWrites)
        writer.write(syntheticWrites)
        writer.write(writeDays)
        writer.write(lastWriteDay)
        writer.write(lastSensitive)
        personal.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(StateError) {
        for place in 0..<5 {
            touches[place] = Touch(
                bucket: try reader.readBucket(), read: try reader.read(), written: try reader.read(),
                route: RouteKey(rawValue: try reader.read()))
        }
        toldBoth = try reader.readBucket()
        labels = try Share(from: &reader)
        disclosures = try Share(from: &reader)
        lineage = try Share(from: &reader)
        securedBuckets = try reader.read()
        lastWeak = try reader.readBucket()
        customerWrites = try reader.read()
        syntheticWrites = try reader.read()
        writeDays = try reader.read()
        lastWriteDay = try reader.readBucket()
        lastSensitive = try reader.readBucket()
        personal = try RunningMean(from: &reader)
    }
}

/// What was found of a bucket, for what is learnt of it.
struct MovementFindings: OptionSet {
    let rawValue: UInt8
    static let bothEnvironments = MovementFindings(rawValue: 1)
    static let unlabelled = MovementFindings(rawValue: 2)
    static let undisclosed = MovementFindings(rawValue: 4)
    static let orphaned = MovementFindings(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Looks at a bucket once more, after it was judged.
    init(_ bucket: borrowing ClosedBucket, _ memory: MovementMemory) {
        guard let tally = bucket.access.tally?.movement else {
            self = []
            return
        }
        var found: MovementFindings = []
        if DualEnvironmentDetector.sides(tally, memory, bucket: bucket.number) != nil { found.insert(.bothEnvironments) }
        if Shares.isUnusual(tally.labelled, tally.unlabelled, memory.labels, bucket: bucket.number, atLeast: 20) {
            found.insert(.unlabelled)
        }
        if Shares.isUnusual(
            UInt64(tally.disclosed), UInt64(tally.undisclosed), memory.disclosures, bucket: bucket.number, atLeast: 50)
        {
            found.insert(.undisclosed)
        }
        if Shares.isUnusual(tally.descended, tally.orphaned, memory.lineage, bucket: bucket.number, atLeast: 50) {
            found.insert(.orphaned)
        }
        self = found
    }
}

/// Shares of records or answers that lack something.
enum Shares {
    /// Of something that an account usually has, from which number on lacking it means something.
    static let needed: UInt32 = 50

    /// The lower bound of a share by so many of so many. Source: Wilson 1927, with z = 3.
    static func wilson(_ count: UInt64, of total: UInt64) -> Double {
        guard total > 0 else { return 0 }
        let (n, z) = (Double(total), 3.0)
        let share = Double(min(count, total)) / n
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max((share + z * z / (2 * n) - spread) / (1 + z * z / n), 0)
    }

    /// Whether so many of the last hour lack it that neither chance nor habit explains it, where the account's log has it at all.
    static func isUnusual(_ with: UInt64, _ without: UInt64, _ known: MovementMemory.Share, bucket: Int64, atLeast: UInt64) -> Bool {
        guard without > 0, known.with >= needed else { return false }
        let hour = known.hour(bucket, with: with, without: without)
        guard hour.with &+ hour.without >= atLeast, hour.without &+ hour.with < 1 << 60 else { return false }
        let usual = min(max(known.usual, 0.005), 1)
        return wilson(hour.without, of: hour.with &+ hour.without) > usual && hour.without >= 3
    }
}
