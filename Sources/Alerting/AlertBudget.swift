// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// How many alerts an operator wants to see.
package struct AlertBudget: Equatable, Sendable {
    package var pagesPerDay: Double
    package var ticketsPerWeek: Double

    package init(pagesPerDay: Double, ticketsPerWeek: Double) {
        self.pagesPerDay = pagesPerDay
        self.ticketsPerWeek = ticketsPerWeek
    }
}

/// What has been used of a budget: pages of the last day, tickets of the last week. State: 300 bytes.
package struct BudgetUse: Equatable, Sendable {
    /// Counts by hour and by day, with the number of the latest.
    private var pages = InlineArray<24, UInt32>(repeating: 0)
    private var tickets = InlineArray<7, UInt32>(repeating: 0)
    /// Alerts by hour that would have been pages.
    private var withheld = InlineArray<24, UInt32>(repeating: 0)
    private var hour: Int64 = -1

    package init() {}

    package static func == (left: BudgetUse, right: BudgetUse) -> Bool {
        left.hour == right.hour && left.pagesToday == right.pagesToday && left.ticketsThisWeek == right.ticketsThisWeek
            && left.withheldToday == right.withheldToday
    }

    /// Pages of the last 24 hours, and tickets of the last seven days (UTC), as of the last call of ``advance(to:)``.
    package var pagesToday: Int { (0..<24).reduce(0) { $0 + Int(pages[$1]) } }
    package var ticketsThisWeek: Int { (0..<7).reduce(0) { $0 + Int(tickets[$1]) } }

    /// Alerts of the last 24 hours that would have been pages.
    package var withheldToday: Int { (0..<24).reduce(0) { $0 + Int(withheld[$1]) } }

    /// When the pages of the last 24 hours are fewer than `limit` again if no more come; nil where no number is.
    package func pageIsFree(below limit: Double) -> EventTime? {
        var left = pagesToday
        for passed in 1...24 as ClosedRange<Int64> {
            left -= Int(pages[Int((max(hour, 0) + passed) % 24)])
            if Double(left) < limit { return EventTime(milliseconds: (max(hour, 0) + passed) * 3_600_000) }
        }
        return nil
    }

    /// Lets time pass.
    package mutating func advance(to time: EventTime) {
        let now = time.milliseconds / 3_600_000
        guard hour >= 0 else {
            hour = now
            return
        }
        guard now > hour else { return }
        for passed in 1...min(now - hour, 24) {
            pages[Int((hour + passed) % 24)] = 0
            withheld[Int((hour + passed) % 24)] = 0
        }
        let days = now / 24 - hour / 24
        if days > 0 { for passed in 1...min(days, 7) { tickets[Int((hour / 24 + passed) % 7)] = 0 } }
        hour = now
    }

    /// Counts an alert that has opened. Precondition: ``advance(to:)`` was called with a time not before its own by more than a day.
    package mutating func count(isPage: Bool) {
        if isPage { pages[Int(max(hour, 0) % 24)] &+= 1 } else { tickets[Int(max(hour, 0) / 24 % 7)] &+= 1 }
    }

    /// Counts an alert that would have been a page. Precondition: as of ``count(isPage:)``.
    package mutating func countWithheld() { withheld[Int(max(hour, 0) % 24)] &+= 1 }

    package func encode(into writer: inout StateWriter) {
        for index in 0..<24 { writer.write(pages[index]) }
        for index in 0..<7 { writer.write(tickets[index]) }
        for index in 0..<24 { writer.write(withheld[index]) }
        writer.write(hour)
    }

    package init(from reader: inout StateReader) throws(StateError) {
        for index in 0..<24 { pages[index] = try reader.read() }
        for index in 0..<7 { tickets[index] = try reader.read() }
        for index in 0..<24 { withheld[index] = try reader.read() }
        hour = try reader.read()
    }
}
