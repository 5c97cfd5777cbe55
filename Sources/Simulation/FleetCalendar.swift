// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The days of a simulation: weekends, ends of months, and the day of a sale.
package struct FleetCalendar: Equatable, Sendable {
    static let day: Int64 = 86_400_000
    static let hour: Int64 = 3_600_000

    package let start: EventTime
    package let end: EventTime
    package let days: Int
    /// The day of the sale, counted from 0: the first Friday after seven tenths of a simulation of at least two weeks.
    package let saleDay: Int?

    package init(start: EventTime, days: Int) {
        // A simulation begins at midnight, so that its days are days.
        let midnight = start.milliseconds - start.milliseconds % FleetCalendar.day
        self.start = EventTime(milliseconds: midnight)
        self.days = days
        end = EventTime(milliseconds: midnight + Int64(days) * FleetCalendar.day)
        var sale: Int?
        if days >= 14 {
            let first = days * 7 / 10
            sale = (first..<min(first + 7, days)).first { FleetCalendar.weekday(midnight + Int64($0) * FleetCalendar.day) == 4 }
        }
        saleDay = sale
    }

    /// The day of an instant, counted from 0.
    func day(of milliseconds: Int64) -> Int { Int((milliseconds - start.milliseconds) / FleetCalendar.day) }

    /// Midnight of a day counted from 0.
    func midnight(_ day: Int) -> Int64 { start.milliseconds + Int64(day) * FleetCalendar.day }

    /// Monday is 0.
    static func weekday(_ milliseconds: Int64) -> Int { WeekSlot(EventTime(milliseconds: milliseconds)).rawValue / 24 }

    func isWeekend(_ day: Int) -> Bool { FleetCalendar.weekday(midnight(day)) >= 5 }

    /// Whether the next day begins a month.
    func isMonthEnd(_ day: Int) -> Bool { CivilTime(EventTime(milliseconds: midnight(day + 1))).day == 1 }

    /// How busy a day is for a role, against an ordinary working day.
    func factor(_ role: AccountRole, day: Int) -> Double {
        var factor = isWeekend(day) ? role.weekend : 1
        if isMonthEnd(day) { factor *= role.monthEndFactor }
        // The nightly batch carries what happened the day before.
        if let saleDay, day == (role == .nightlySync ? saleDay + 1 : saleDay) { factor *= role.sale }
        return factor
    }
}
