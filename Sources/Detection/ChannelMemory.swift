// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// By which channels an account's rows usually leave, and by which they left in about the last day.
///
/// The last day is a decayed sum, so that a job of every midnight does not look like a day of its own; a day's end is learnt by the first
/// bucket of a later one, so that what is tested is no part of what it is held against. Made for accounts with rows on a channel only.
/// State: 96 bytes. Complexity: O(channels).
public struct ChannelMemory: Equatable, Sendable {
    /// Days over which shares are taken.
    static let horizon = 28
    /// Days for which a channel that carried much of a day stays a usual one: a monthly job is as old as its month.
    static let usualDays = 35
    /// The share from which on it does, and the rows (or bytes) of a day below which nothing is learnt of it: who takes little must not
    /// make room for much.
    private static let mainShare = 0.4
    static let leastRows = 1000.0
    static let leastBytes = 1_048_576.0

    /// Mean of what a day had at its end, all channels together.
    private var usualTotal: Float = 0
    /// Decayed sums of about the last day, as of ``bucket``.
    private var window = InlineArray<7, Float>(repeating: 0)
    /// Mean shares of the days, in 1/65,535.
    private var shares = InlineArray<7, UInt16>(repeating: 0)
    /// The last day, since 1970, at whose end a channel carried much; 0 is none.
    private var mainDays = InlineArray<7, UInt16>(repeating: 0)
    /// Versions of the account's programs, the latest first; 0 is none.
    private var versions = InlineArray<4, UInt32>(repeating: 0)
    private var versionDay: UInt16 = 0
    /// Days learnt.
    public private(set) var days: UInt16 = 0
    public private(set) var areBytes = false
    private var lastBucket: Int32 = -1
    /// The last bucket with rows on a channel; −1 before the first.
    private var bucket: Int64 {
        get { Int64(lastBucket) }
        set { lastBucket = Int32(clamping: newValue) }
    }
    /// Whether anything was learnt.
    var isUsed: Bool { lastBucket >= 0 }

    public init() {}

    /// How the last day up to a bucket differs from the days before.
    public struct Shift: Equatable, Sendable {
        /// The Jensen–Shannon divergence of the shares, in bits: 0 to 1; where it is not wanted exactly, the total variation, which is no
        /// less. Source: J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information Theory 37 (1991).
        public var divergence: Double
        /// Which channel lost most, and which gained most, with the usual and the present share of each.
        public var from: AccessChannel
        public var to: AccessChannel
        public var usualFrom: Double
        public var usualTo: Double
        public var nowTo: Double
        /// About what left in the last day, and by ``to``.
        public var amount: Double
        public var amountTo: Double
        /// What ``to`` usually has at the end of a day: an account that rests for days may begin with any part of its work.
        public var usualAmountTo: Double
        public var areBytes: Bool
        public var days: Int
        /// Whether ``to`` carried much of a day lately.
        public var isKnown: Bool
        /// Whether a program of the account came in a new version on the bucket's day.
        public var hasNewVersion: Bool

        public var measure: Measure { areBytes ? .bytes : .rows }
    }

    /// Compares the last day up to a bucket; nil where nothing left by a channel in it, or nothing was learnt yet.
    ///
    /// - Parameter needed: a divergence up to which nobody wants to know it exactly: it is the total variation then, which is no less, and
    ///   needs no logarithms.
    public func shift(endingWith closed: borrowing ClosedBucket, needed: Double = 0) -> Shift? {
        var next = self
        next.learn(closed)
        guard next.bucket == closed.number, next.days > 0, next.areBytes == closed.access.channels.areBytes else { return nil }
        return next.shift(day: ChannelMemory.day(closed.number), needed: needed)
    }

    private func shift(day: Int, needed: Double) -> Shift? {
        let total = self.total
        guard total > 0 else { return nil }
        var variation = 0.0
        var (from, to) = (AccessChannel.reads, AccessChannel.reads)
        var (lost, gained) = (-Double.infinity, -Double.infinity)
        for channel in AccessChannel.allCases {
            let usual = usualShare(channel)
            let now = Double(window[channel.rawValue]) / total
            variation += 0.5 * abs(now - usual)
            if usual - now > lost { (from, lost) = (channel, usual - now) }
            if now - usual > gained { (to, gained) = (channel, now - usual) }
        }
        let divergence = variation > needed ? self.divergence(total) : variation
        let main = Int(mainDays[to.rawValue])
        return Shift(
            divergence: min(max(divergence, 0), 1), from: from, to: to, usualFrom: usualShare(from), usualTo: usualShare(to),
            nowTo: Double(window[to.rawValue]) / total, amount: total, amountTo: Double(window[to.rawValue]),
            usualAmountTo: usualShare(to) * Double(usualTotal), areBytes: areBytes,
            days: Int(days), isKnown: main > 0 && day - main <= ChannelMemory.usualDays, hasNewVersion: Int(versionDay) == day)
    }

    private func divergence(_ total: Double) -> Double {
        var divergence = 0.0
        for channel in AccessChannel.allCases {
            let usual = usualShare(channel)
            let now = Double(window[channel.rawValue]) / total
            divergence += ChannelMemory.part(usual, now) + ChannelMemory.part(now, usual)
        }
        return divergence
    }

    /// Half of p · log2(p / m), where m is the mean of p and the other share.
    private static func part(_ share: Double, _ other: Double) -> Double {
        share > 0 ? 0.5 * share * naturalLog(2 * share / (share + other)) * 1.4426950408889634 : 0
    }

    private func usualShare(_ channel: AccessChannel) -> Double { Double(shares[channel.rawValue]) / 65_535 }

    private var total: Double {
        var sum = 0.0
        for index in 0..<AccessChannel.count { sum += Double(window[index]) }
        return sum
    }

    private static func day(_ bucket: Int64) -> Int { Int(bucket) / BucketGrid.perDay }

    /// Learns a bucket. Precondition: it was judged before.
    mutating func learn(_ closed: borrowing ClosedBucket) {
        let amounts = closed.access.channels
        guard !amounts.isEmpty else { return }
        // A log that begins to state its rows is another log; one line without rows in a log that states them is none.
        if areBytes && !amounts.areBytes { self = ChannelMemory() }
        if bucket < 0 { areBytes = amounts.areBytes }
        guard areBytes == amounts.areBytes else { return }
        let day = ChannelMemory.day(closed.number)
        if bucket >= 0 && day > ChannelMemory.day(bucket) { endDay() }
        // Of a day ago a third is left.
        let kept = bucket < 0 ? 0 : ChannelMemory.kept(over: closed.number - bucket)
        for channel in AccessChannel.allCases {
            window[channel.rawValue] = window[channel.rawValue] * kept + Float(amounts[channel])
        }
        bucket = closed.number
        for version in closed.access.tally?.versions ?? [] { note(version: version, day: day) }
    }

    private static let keptOverOne = Float(exponential(-1 / Double(BucketGrid.perDay)))

    private static func kept(over buckets: Int64) -> Float {
        buckets == 1 ? keptOverOne : Float(exponential(-Double(max(buckets, 0)) / Double(BucketGrid.perDay)))
    }

    private mutating func endDay() {
        let total = self.total
        guard total > 0 else { return }
        if days < .max { days += 1 }
        let gain = gain(count: Int(days), span: ChannelMemory.horizon)
        usualTotal += Float(gain * (total - Double(usualTotal)))
        let teaches = total >= (areBytes ? ChannelMemory.leastBytes : ChannelMemory.leastRows)
        for channel in AccessChannel.allCases {
            let share = Double(window[channel.rawValue]) / total
            let known = usualShare(channel)
            shares[channel.rawValue] = UInt16(min(max(((known + gain * (share - known)) * 65_535).rounded(), 0), 65_535))
            if teaches && share >= ChannelMemory.mainShare { mainDays[channel.rawValue] = UInt16(clamping: ChannelMemory.day(bucket)) }
        }
    }

    private mutating func note(version: UInt32, day: Int) {
        for index in 0..<4 where versions[index] == version { return }
        if versions[0] != 0 { versionDay = UInt16(clamping: day) }
        for index in (1..<4).reversed() { versions[index] = versions[index - 1] }
        versions[0] = version
    }

    func encode(into writer: inout StateWriter) {
        writer.write(usualTotal)
        for index in 0..<AccessChannel.count { writer.write(window[index]) }
        writer.write(shares)
        writer.write(mainDays)
        writer.write(versions)
        writer.write(versionDay)
        writer.write(days)
        writer.write(areBytes)
        writer.write(bucket)
    }

    init(from reader: inout StateReader) throws(StateError) {
        usualTotal = try reader.readFloat(in: 0...1e24, "channels of an account")
        for index in 0..<AccessChannel.count { window[index] = try reader.readFloat(in: 0...1e24, "channels of an account") }
        for index in 0..<AccessChannel.count { shares[index] = try reader.read() }
        for index in 0..<AccessChannel.count { mainDays[index] = try reader.read() }
        for index in 0..<4 { versions[index] = try reader.read() }
        versionDay = try reader.read()
        days = try reader.read()
        areBytes = try reader.readBool()
        bucket = try reader.readBucket()
    }

    public static func == (left: ChannelMemory, right: ChannelMemory) -> Bool {
        var (one, other) = (StateWriter(reserving: 96), StateWriter(reserving: 96))
        left.encode(into: &one)
        right.encode(into: &other)
        return one.bytes == other.bytes
    }
}
