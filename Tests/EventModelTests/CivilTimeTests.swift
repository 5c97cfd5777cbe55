// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport
import Testing

struct CivilTimeTests {
    @Test func `dates and times agree with a calendar that counts days`() {
        let seed: UInt64 = 101
        for instant in SlowCalendar.instants(400, seed: seed) {
            let civil = CivilTime(EventTime(milliseconds: instant))
            let fields = [civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.millisecond]
            #expect(fields == SlowCalendar.fields(instant), "seed \(seed), instant \(instant)")
        }
    }

    @Test func `days since the epoch invert the date, back to before 1970`() {
        for days in stride(from: -200_000, through: 90_000, by: 137) {
            let civil = CivilTime(EventTime(milliseconds: Int64(days) * 86_400_000))
            #expect(CivilTime.daysSinceEpoch(year: civil.year, month: civil.month, day: civil.day) == days)
        }
    }

    @Test func `a moment before 1970 lies in 1969`() {
        #expect(CivilTime(EventTime(milliseconds: -1)).rfc3339 == "1969-12-31T23:59:59.999Z")
    }

    @Test func `milliseconds are written only where there are any`() {
        #expect(CivilTime(EventTime(milliseconds: 1_780_279_500_000)).rfc3339 == "2026-06-01T02:05:00Z")
        #expect(CivilTime(EventTime(milliseconds: 1_780_279_500_007)).rfc3339 == "2026-06-01T02:05:00.007Z")
    }

    @Test func `the hour of the week starts on Monday at midnight`() {
        let monday: Int64 = 1_780_272_000_000
        #expect(CivilTime(EventTime(milliseconds: monday)).rfc3339 == "2026-06-01T00:00:00Z")
        #expect(WeekSlot(EventTime(milliseconds: monday)).rawValue == 0)
        #expect(WeekSlot(EventTime(milliseconds: monday - 1)).rawValue == 167)
        #expect(CivilTime.weekdayName(EventTime(milliseconds: monday - 1)) == "Sunday")
    }

    @Test func `hours of the week agree with walking through the days`() {
        for instant in SlowCalendar.instants(60, seed: 102) {
            let hour = WeekSlot(EventTime(milliseconds: instant))
            #expect(hour.rawValue == SlowCalendar.weekday(instant) * 24 + SlowCalendar.fields(instant)[3])
            #expect(hour.hourOfDay == SlowCalendar.fields(instant)[3])
        }
    }

    @Test func `hours of the week go on backwards before 1970`() {
        for hours in 1...400 {
            let later = WeekSlot(EventTime(milliseconds: Int64(168 * 3 - hours) * 3_600_000)).rawValue
            #expect(WeekSlot(EventTime(milliseconds: Int64(-hours) * 3_600_000)).rawValue == later)
        }
    }
}
