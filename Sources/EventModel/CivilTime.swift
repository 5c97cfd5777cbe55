// weir
// SPDX-License-Identifier: Apache-2.0

/// A date and time of day in UTC, as people and logs write it.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days); proleptic Gregorian calendar.
public struct CivilTime: Equatable, Sendable {
    /// The year.
    public var year: Int
    /// The month, 1 to 12.
    public var month: Int
    /// The day of the month, 1 to 31.
    public var day: Int
    /// The hour, 0 to 23.
    public var hour: Int
    /// The minute, 0 to 59.
    public var minute: Int
    /// The second, 0 to 59.
    public var second: Int
    /// The millisecond, 0 to 999.
    public var millisecond: Int

    /// The date and time of an instant, in UTC.
    public init(_ time: EventTime) {
        let (days, rest) = floorDivide(time.milliseconds, 86_400_000)
        let shifted = days + 719_468
        let (era, dayOfEra) = floorDivide(shifted, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = Int(rest / 3_600_000)
        minute = Int(rest / 60_000 % 60)
        second = Int(rest / 1000 % 60)
        millisecond = Int(rest % 1000)
    }

    /// Days since 1970-01-01 of a calendar date. Precondition: the month is 1 to 12 (the day may overflow into the next month).
    @inline(__always)
    public static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// `2026-11-24T02:05:00Z`, or with milliseconds where the instant has any: RFC 3339, always UTC.
    public var rfc3339: String {
        var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        if millisecond != 0 { text += ".\(padded(millisecond, 3))" }
        return text + "Z"
    }

    /// `Monday` … `Sunday`.
    public static func weekdayName(_ time: EventTime) -> String {
        weekdayNames[WeekSlot(time).rawValue / 24]
    }
}

private let weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

private func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let quotient = value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    return (quotient, value - quotient * divisor)
}

private func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
}

/// The hour of the week and the quarter of that hour: where an instant stands in the rhythm of a week.
public struct WeekSlot: Hashable, Sendable {
    /// Hours since Monday 00:00 UTC, 0 to 167.
    public let rawValue: Int
    /// The quarter of that hour, 0 to 3.
    public let quarter: Int

    /// The slot of an instant.
    @inline(__always)
    public init(_ time: EventTime) {
        // 1970-01-01 was a Thursday: 72 hours after a Monday.
        let quarters = time.milliseconds >= 0 ? time.milliseconds / 900_000 : (time.milliseconds - 899_999) / 900_000
        let slot = (quarters + 288) % 672
        let quarterOfWeek = Int(slot >= 0 ? slot : slot + 672)
        rawValue = quarterOfWeek / 4
        quarter = quarterOfWeek % 4
    }

    /// The hour of the day, 0 to 23, UTC.
    public var hourOfDay: Int { rawValue % 24 }
    /// The quarter hour of the day, 0 to 95, UTC.
    public var quarterOfDay: Int { hourOfDay * 4 + quarter }
}
