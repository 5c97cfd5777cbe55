// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A calendar that counts years, months and days one by one: too slow for use, too simple to be wrong.
package enum SlowCalendar {
    /// Year, month, day, hour, minute, second and millisecond of an instant from 1970 on.
    package static func fields(_ milliseconds: Int64) -> [Int] {
        var days = Int(milliseconds / 86_400_000)
        let rest = Int(milliseconds % 86_400_000)
        var year = 1970
        while days >= daysIn(year) {
            days -= daysIn(year)
            year += 1
        }
        var month = 1
        while days >= daysIn(month, of: year) {
            days -= daysIn(month, of: year)
            month += 1
        }
        return [year, month, days + 1, rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000]
    }

    /// Days of a month.
    package static func daysIn(_ month: Int, of year: Int) -> Int {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// The weekday of an instant from 1970 on, Monday being 0, by walking from a Thursday.
    package static func weekday(_ milliseconds: Int64) -> Int {
        var weekday = 3
        for _ in 0..<milliseconds / 86_400_000 { weekday = weekday == 6 ? 0 : weekday + 1 }
        return weekday
    }

    private static func isLeap(_ year: Int) -> Bool { year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) }
    private static func daysIn(_ year: Int) -> Int { isLeap(year) ? 366 : 365 }

    /// A number with leading zeros.
    package static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }

    /// Seeded instants between 1970 and 2199, with the edges of days, months and years among them.
    package static func instants(_ count: Int, seed: UInt64) -> [Int64] {
        var random = SeededRandom(seed: seed)
        var instants: [Int64] = [0, 999, 951_782_400_000, 951_868_799_999, 4_107_542_399_000, 7_258_118_399_999]
        for _ in 0..<count {
            let instant = Int64.random(in: 0..<7_258_118_400_000, using: &random)
            instants.append(instant)
            instants.append(instant - instant % 86_400_000)
        }
        return instants
    }
}
