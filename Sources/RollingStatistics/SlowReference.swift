// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What an account moves on each day of the week, learnt so slowly that nobody can teach it a theft, and the sum of what lies above it.
///
/// A CUSUM on daily log ratios: days a little above the usual add up, days at the usual take away, one wild day counts no more than three
/// deviations. The reference follows a rise by at most 0.25 % a day, its spread by 0.5 %. State: 59 bytes. Complexity: O(1) a day.
///
/// Source: Page, "Continuous Inspection Schemes" (1954); design/statistics.md sections 4 and 5.
public struct SlowReference: Sendable {
    /// The measure that is followed: rows where the log states them, else bytes; nil until a day has shown which.
    public private(set) var measure: Measure?
    private var weekday = InlineArray<7, UInt16>(repeating: 0)
    private var daySum: Float = 0
    private var bucketsSeen: UInt8 = 0
    /// Whole days learnt; saturates.
    public private(set) var days: UInt8 = 0
    private var variance: Float = 0.25
    /// The sum after the last whole day.
    public private(set) var sum: Float = 0
    /// Days since the sum was last nothing, and what was moved and expected in them.
    public private(set) var driftDays: UInt16 = 0
    public private(set) var driftActual: Float = 0
    public private(set) var driftExpected: Float = 0
    /// The last day's log ratio, for the fleet's median.
    public private(set) var lastRatio: Float = 0
    /// The hours of today in which something was unusual, a bit each, and what was too much in them; those hours of the last day that had
    /// any, if all in all it came to no more than usual; and how many days ago that was.
    private var unusualHours: UInt32 = 0
    private var unusualExcess: Float = 0
    private var movedHours: UInt32 = 0
    private var movedDays: UInt8 = 0

    /// Days before anything is said.
    public static let warmUp = 28
    private static let allowance = 0.5
    private static let largestZ = 3.0
    private static let smallestDeviation = 0.15

    public init() {}

    /// What a day would bring that ended now. Units: the sum in standard deviations, amounts of the measure.
    public struct Day: Sendable {
        public var sum: Double
        public var ratio: Double
        public var z: Double
        public var driftDays: Int
        public var driftActual: Double
        public var driftExpected: Double
        var amount: Double
    }

    /// The day that ends with a bucket of this amount; nil unless all of its buckets were seen, and in the first days of an account.
    ///
    /// - Parameter fleet: the fleet's median log ratio of the day before: what everybody does is no drift.
    public func day(endingWith amount: Double, at slot: WeekSlot, fleet: Double) -> Day? {
        guard measure != nil, bucketsSeen == 95 else { return nil }
        let moved = Double(daySum) + amount
        let usual = usual(at: slot, fleet: fleet)
        let floor = 0.1 * usual + 50
        let ratio = naturalLog((moved + floor) / (usual + floor))
        let z = min(max(ratio / max(Double(variance).squareRoot(), SlowReference.smallestDeviation), -10), SlowReference.largestZ)
        let next = Int(days) >= SlowReference.warmUp ? max(Double(sum) + z - SlowReference.allowance, 0) : 0
        let goesOn = next > 0
        return Day(
            sum: next, ratio: ratio, z: z, driftDays: goesOn ? Int(driftDays) + 1 : 0,
            driftActual: goesOn ? Double(driftActual) + moved : 0,
            driftExpected: goesOn ? Double(driftExpected) + usual : 0, amount: moved)
    }

    /// Learns a closed bucket, and with the last one of a whole day the day.
    public mutating func learn(
        rows: Double, bytes: Double, rowsLevel: Double, at slot: WeekSlot, fleet: Double, unusualExcess excess: Double? = nil
    ) {
        if slot.quarterOfDay == 0 {
            if measure == nil && days == 0 && bucketsSeen == 96 { measure = rowsLevel > 0 ? .rows : .bytes }
            daySum = 0
            bucketsSeen = 0
        }
        if let excess {
            unusualHours |= 1 << UInt32(slot.hourOfDay)
            unusualExcess += Float(excess)
        }
        let amount = measure == .bytes ? bytes : rows
        if slot.quarterOfDay == 95 {
            let day = day(endingWith: amount, at: slot, fleet: fleet)
            noteMoves(day, usual: usual(at: slot, fleet: fleet))
            if let day { learn(day, weekday: slot.rawValue / 24) }
        }
        daySum += Float(amount)
        if bucketsSeen < 96 { bucketsSeen += 1 }
    }

    /// Days after which what was unusual says nothing of now: a weekend lies between a Friday and a Monday. What comes once a week could
    /// teach its weekday, which follows, and then be taken for moved.
    private static let moveMemory: UInt8 = 3
    /// Of what was too much at its hour, at most so much may be too much for the day: what was moved is missing elsewhere.
    private static let addedShare = 0.5

    private func usual(at slot: WeekSlot, fleet: Double) -> Double {
        CompactMean(code: weekday[slot.rawValue / 24]).value * exponential(min(max(fleet, 0), 2))
    }

    private mutating func noteMoves(_ day: Day?, usual: Double) {
        if unusualHours != 0 {
            let isUsual = day.map { $0.amount <= usual + SlowReference.addedShare * Double(unusualExcess) } ?? false
            movedHours = isUsual && days >= 14 ? unusualHours : 0
            movedDays = 0
        } else if movedDays < .max {
            movedDays += 1
        }
        unusualHours = 0
        unusualExcess = 0
    }

    /// Whether it was unusual at this hour, or next to it, on the last day that was, and that day came to no more than usual in all; and
    /// today is still within it.
    ///
    /// Who takes something beside the usual makes a fuller day of it, and is told again. Who is only at it at another time is not.
    ///
    /// - Parameters:
    ///   - amount: of the measure that is followed.
    ///   - excess: how much of it is too much at its hour.
    public func isMoved(adding amount: Double, excess: Double, at slot: WeekSlot, fleet: Double) -> Bool {
        let hours = [slot.hourOfDay, (slot.hourOfDay + 1) % 24, (slot.hourOfDay + 23) % 24]
        guard movedDays < SlowReference.moveMemory, hours.contains(where: { movedHours >> UInt32($0) & 1 == 1 }) else { return false }
        return Double(daySum) + amount
            <= usual(at: slot, fleet: fleet) + SlowReference.addedShare * (Double(unusualExcess) + excess)
    }

    private mutating func learn(_ day: Day, weekday place: Int) {
        sum = Float(day.sum)
        driftDays = UInt16(min(day.driftDays, Int(UInt16.max)))
        driftActual = Float(day.driftActual)
        driftExpected = Float(day.driftExpected)
        lastRatio = Float(min(max(day.ratio, -10), 10))
        let usual = CompactMean(code: weekday[place]).value
        let visits = Int(days) / 7
        if visits < 4 {
            weekday[place] = CompactMean(usual + (day.amount - usual) / Double(visits + 1)).code
        } else {
            let floor = 0.1 * usual + 50
            let step = min(max(naturalLog((day.amount + floor) / (usual + floor)) / 8, -0.1), 0.0175)
            weekday[place] = CompactMean(max((usual + floor) * exponential(step) - floor, 0)).code
        }
        learnSpread(day.ratio)
        if days < .max { days += 1 }
    }

    /// In the first fortnight a weekday is met for the first time, and its ratio says nothing.
    private mutating func learnSpread(_ ratio: Double) {
        guard days >= 7 else { return }
        let limit = 2 * max(Double(variance).squareRoot(), SlowReference.smallestDeviation)
        let clipped = min(max(ratio, -limit), limit)
        let next = Double(variance) + (clipped * clipped - Double(variance)) / min(Double(days) - 6, 28)
        variance = Float(Int(days) < SlowReference.warmUp ? next : min(next, Double(variance) * 1.005))
    }

    /// A person takes the drift as the account's new usual: the reference moves to it, and the sum begins anew.
    public mutating func accept() {
        if driftExpected > 0 && driftActual > driftExpected {
            let factor = Double(driftActual) / Double(driftExpected)
            for day in 0..<7 { weekday[day] = CompactMean(CompactMean(code: weekday[day]).value * factor).code }
        }
        (sum, driftDays, driftActual, driftExpected) = (0, 0, 0, 0)
    }

    public func encode(into writer: inout StateWriter) {
        writer.write(UInt8(measure.map { $0.rawValue + 1 } ?? 0))
        for day in 0..<7 { writer.write(weekday[day]) }
        writer.write(bucketsSeen)
        writer.write(days)
        writer.write(driftDays)
        for number in [daySum, variance, sum, driftActual, driftExpected, lastRatio] { writer.write(number) }
        writer.write(unusualHours)
        writer.write(unusualExcess)
        writer.write(movedHours)
        writer.write(movedDays)
    }

    public init(from reader: inout StateReader) throws(StateError) {
        measure = Measure(rawValue: Int(try reader.read(UInt8.self)) - 1)
        for day in 0..<7 { weekday[day] = try reader.read() }
        bucketsSeen = try reader.read()
        days = try reader.read()
        driftDays = try reader.read()
        daySum = try reader.readFloat(in: 0...1e30, "slow reference")
        variance = try reader.readFloat(in: 0...1e6, "slow reference")
        sum = try reader.readFloat(in: 0...1e30, "slow reference")
        driftActual = try reader.readFloat(in: 0...1e30, "slow reference")
        driftExpected = try reader.readFloat(in: 0...1e30, "slow reference")
        lastRatio = try reader.readFloat(in: -10...10, "slow reference")
        unusualHours = try reader.read()
        unusualExcess = try reader.readFloat(in: 0...1e30, "slow reference")
        movedHours = try reader.read()
        movedDays = try reader.read()
    }
}
