// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Channels 0 to 8 of ``SeriesNovelty``: the level of a series, what its hours leave unexplained, its jumps and its trends.
///
/// State: 3.7 KB. Complexity: O(1) a row. Source: design/statistics.md section 6; the order of the operations is that of the reference in
/// Python, because the scores must agree with it to the ninth digit and differences of nearly equal numbers keep every rounding.
struct NoveltyLevels: Sendable {
    // The value itself.
    private var mean = 0.0
    private var hour = 0.0
    /// The mean at each hour of the week.
    private var weekMeans = InlineArray<168, Double>(repeating: 0)

    // The magnitude y = sgn(x)·ln(1+|x|): its level, its day and what the week adds to the day.
    private var level = 0.0
    private var day = InlineArray<24, Double>(repeating: 0)
    private var week = InlineArray<168, Double>(repeating: 0)
    private var rest16 = 0.0
    private var rest64 = 0.0
    private var y4 = 0.0
    private var y16 = 0.0
    private var y64 = 0.0
    private var y256 = 0.0
    private var y1000 = 0.0

    private var dayVisits = InlineArray<24, UInt32>(repeating: 0)
    private var weekVisits = InlineArray<168, UInt32>(repeating: 0)

    init() {}

    /// Writes channels 0 to 8 of a row, each computed before what it is compared with has learnt the row; then learns it.
    mutating func take(
        _ x: Double, magnitude y: Double, slot: WeekSlot, gain: NoveltyGain, into channels: inout InlineArray<15, Double>
    ) {
        if gain.isFirst {
            mean = x
            hour = x
            level = y
            y4 = y
            y16 = y
            y64 = y
            y256 = y
            y1000 = y
        }
        let week = slot.rawValue
        let day = slot.hourOfDay
        channels[0] = x
        channels[1] = x - (weekVisits[week] > 0 ? weekMeans[week] : mean)
        let rest = rest(y, week: week, day: day)
        learnHours(x, y, week: week, day: day, gain: gain)
        channels[2] = hour
        if gain.isFirst {
            rest16 = rest
            rest64 = rest
        }
        rest16 += (rest - rest16) * gain(16)
        rest64 += (rest - rest64) * gain(64)
        channels[3] = rest16
        channels[4] = rest64
        channels[5] = y - y64
        let (last64, last256, last1000) = (y64, y256, y1000)
        y4 += (y - y4) * gain(4)
        y16 += (y - y16) * gain(16)
        y64 += (y - y64) * gain(64)
        y256 += (y - y256) * gain(256)
        y1000 += (y - y1000) * gain(1000)
        channels[6] = y4 - last64
        channels[7] = y16 - last256
        channels[8] = y64 - last1000
    }

    /// What level, hour of the day and hour of the week leave of a magnitude. An hour counts fully once it has been seen often.
    @inline(__always)
    private func rest(_ y: Double, week index: Int, day dayIndex: Int) -> Double {
        let days = Double(dayVisits[dayIndex])
        let weeks = Double(weekVisits[index])
        return y - (level + days / (days + 4) * day[dayIndex] + weeks / (weeks + 4) * week[index])
    }

    @inline(__always)
    private mutating func learnHours(_ x: Double, _ y: Double, week index: Int, day dayIndex: Int, gain: NoveltyGain) {
        // Counts stop before they would overflow: by then their share in every gain is long over.
        if weekVisits[index] < .max { weekVisits[index] += 1 }
        if dayVisits[dayIndex] < .max { dayVisits[dayIndex] += 1 }
        let weekGain = 1 / Double(weekVisits[index])
        weekMeans[index] += (x - weekMeans[index]) * max(weekGain, 0.05)
        mean += (x - mean) * gain(NoveltyGain.memory)
        hour += (x - hour) * gain(4)
        level += (y - level) * gain(5000)
        let departure = y - level
        day[dayIndex] += (departure - day[dayIndex]) * max(1 / Double(dayVisits[dayIndex]), 0.03)
        week[index] += (departure - day[dayIndex] - week[index]) * max(weekGain, 0.03)
    }

    func encode(into writer: inout StateWriter) {
        for number in [mean, hour, level, rest16, rest64, y4, y16, y64, y256, y1000] { writer.write(number) }
        for index in 0..<168 {
            writer.write(weekMeans[index])
            writer.write(week[index])
            writer.write(weekVisits[index])
        }
        for index in 0..<24 {
            writer.write(day[index])
            writer.write(dayVisits[index])
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let name = "series level"
        mean = try reader.readFinite(name)
        hour = try reader.readFinite(name)
        level = try reader.readFinite(name)
        rest16 = try reader.readFinite(name)
        rest64 = try reader.readFinite(name)
        y4 = try reader.readFinite(name)
        y16 = try reader.readFinite(name)
        y64 = try reader.readFinite(name)
        y256 = try reader.readFinite(name)
        y1000 = try reader.readFinite(name)
        for index in 0..<168 {
            weekMeans[index] = try reader.readFinite(name)
            week[index] = try reader.readFinite(name)
            weekVisits[index] = try reader.read()
        }
        for index in 0..<24 {
            day[index] = try reader.readFinite(name)
            dayVisits[index] = try reader.read()
        }
    }
}
