// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The rhythm of an account that its measures share: how often each hour of the week and of the day was visited, and in which quarter of
/// its hours the account works.
///
/// State: 384 bytes; counts saturate at 255, far beyond where the weights below change.
public struct SlotVisits: Equatable, Sendable {
    public var week = InlineArray<168, UInt8>(repeating: 0)
    public var day = InlineArray<24, UInt8>(repeating: 0)
    /// The usual amount of each quarter hour of the day, in units of the account's level.
    public var quarters = InlineArray<96, UInt16>(repeating: 0)

    public init() {}

    public static func == (left: SlotVisits, right: SlotVisits) -> Bool {
        for slot in 0..<168 where left.week[slot] != right.week[slot] { return false }
        for slot in 0..<24 where left.day[slot] != right.day[slot] { return false }
        for slot in 0..<96 where left.quarters[slot] != right.quarters[slot] { return false }
        return true
    }

    /// Counts one more bucket in this hour, in which the account did `activity` times its level.
    @inline(__always)
    public mutating func count(_ slot: WeekSlot, activity: Double = 0) {
        let hour = slot.hourOfDay
        let mean = CompactMean(code: quarters[slot.quarterOfDay]).value
        let gain = max(4 / (Double(day[hour]) + 3), 0.05)
        quarters[slot.quarterOfDay] = CompactMean(mean + min(gain, 1) * (activity - mean)).code
        if week[slot.rawValue] < 255 { week[slot.rawValue] += 1 }
        if day[hour] < 255 { day[hour] += 1 }
    }

    /// What a slot's visits mean for an expectation there, the same for all measures.
    @inline(__always)
    public mutating func standing(_ slot: WeekSlot) -> SlotStanding {
        SlotStanding(
            slot: slot, weekVisits: Double(week[slot.rawValue]), dayVisits: Double(day[slot.hourOfDay]), share: share(of: slot))
    }

    /// How many times the mean of its hour a quarter gets: jobs start at the same minute every day, and a baseline by the hour would find
    /// each of them four times too large.
    @inline(__always)
    mutating func share(of slot: WeekSlot) -> Double {
        let first = slot.hourOfDay * 4
        var sum = 0.0
        for quarter in 0..<4 { sum += CompactMean(code: quarters[first + quarter]).value }
        return 4 * (CompactMean(code: quarters[first + slot.quarter]).value + 0.1) / (sum + 0.4)
    }
}

/// Where a bucket stands in the rhythm of an account: a few numbers instead of all of ``SlotVisits``, taken once for each bucket.
public struct SlotStanding: Sendable {
    public var slot: WeekSlot
    /// Weights of the mean by hour of the week against the hour of the day, and of that against the level.
    public var weekWeight: Double
    public var dayWeight: Double
    /// How many times the mean of its hour this quarter gets.
    public var share: Double
    /// How much of a new value the means by hour of the week and of the day take up.
    var weekGain: Double
    var dayGain: Double
    /// The same of the spread by hour of the day, which is learnt from the twenty-fifth visit on; and its weight against the account's.
    var spreadGain: Float
    var spreadWeight: Float

    /// A slot that was never visited.
    public init(_ slot: WeekSlot) { self.init(slot: slot, weekVisits: 0, dayVisits: 0, share: 1) }

    /// - Parameters:
    ///   - weekVisits: visits of this hour of the week before this bucket; at most 255.
    ///   - dayVisits: those of this hour of the day.
    @inline(__always)
    init(slot: WeekSlot, weekVisits: Double, dayVisits: Double, share: Double) {
        self.slot = slot
        self.share = share
        weekWeight = weekVisits / (weekVisits + 6)
        dayWeight = dayVisits / (dayVisits + 4)
        weekGain = max(1 / (weekVisits + 1), SeasonalBaseline.smallestSlotGain)
        dayGain = max(1 / (dayVisits + 1), SeasonalBaseline.smallestSlotGain)
        spreadGain = Float(max(1 / max(dayVisits - 24, 1), 0.02))
        spreadWeight = Float(dayVisits / (8 + dayVisits))
    }
}

/// What an account usually does in each hour of the week, shrunk towards the hour of the day and that towards the account's level.
///
/// State: 388 bytes (16-bit slot means). Units: amount per 15-minute bucket. Complexity: O(1).
///
/// Source: the credibility weights n/(n+6) and n/(n+4) of design/statistics.md section 2 (Bühlmann 1967 with prior weights 6 and 4).
public struct SeasonalBaseline: Sendable {
    public var week = InlineArray<168, UInt16>(repeating: 0)
    public var day = InlineArray<24, UInt16>(repeating: 0)
    /// The account's level: EWMA over 5,000 buckets (52 days).
    public var level: Float = 0

    public static let levelSpan = 5000
    /// Slots keep learning at this gain: the last fifty visits dominate.
    public static let smallestSlotGain = 0.02

    public init() {}

    /// The expected amount in a bucket of this hour. `mutating` only so that the baseline is not copied: it is asked for every account and
    /// bucket.
    @inline(__always)
    public mutating func expectation(_ standing: SlotStanding) -> Double {
        let byDay =
            standing.dayWeight * CompactMean(code: day[standing.slot.hourOfDay]).value + (1 - standing.dayWeight) * Double(level)
        let byWeek = CompactMean(code: week[standing.slot.rawValue]).value
        return standing.weekWeight * byWeek + (1 - standing.weekWeight) * byDay
    }

    /// Learns the amount of one closed bucket. `age` counts the account's buckets, this one included; the visits do not yet.
    @inline(__always)
    public mutating func learn(_ amount: Double, at standing: SlotStanding, age: Int) {
        let hour = standing.slot.hourOfDay
        let slot = standing.slot.rawValue
        level += Float(gain(count: age, span: SeasonalBaseline.levelSpan) * (amount - Double(level)))
        week[slot] = SeasonalBaseline.updated(week[slot], amount, gain: standing.weekGain)
        day[hour] = SeasonalBaseline.updated(day[hour], amount, gain: standing.dayGain)
    }

    /// Raises or lowers every expectation.
    mutating func scale(by factor: Double) {
        level = Float(Double(level) * factor)
        for slot in 0..<168 { week[slot] = CompactMean(CompactMean(code: week[slot]).value * factor).code }
        for hour in 0..<24 { day[hour] = CompactMean(CompactMean(code: day[hour]).value * factor).code }
    }

    @inline(__always)
    private static func updated(_ code: UInt16, _ amount: Double, gain: Double) -> UInt16 {
        let mean = CompactMean(code: code).value
        return CompactMean(mean + gain * (amount - mean)).code
    }
}
