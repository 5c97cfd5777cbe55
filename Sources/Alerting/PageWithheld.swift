// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Why an alert that asks for somebody at once waits with the tickets: the budget of pages is used. State: about 80 bytes, seldom.
package struct PageWithheld: Equatable, Sendable {
    /// The families of detectors that agree, sorted.
    package var families: [String]
    /// Pages of the last day, and how many the operator wants.
    package var used: Int
    package var perDay: Double
    /// When a page is free again; nil where the budget allows none.
    package var free: EventTime?

    package init(families: [String], used: Int, perDay: Double, free: EventTime?) {
        self.families = families
        self.used = used
        self.perDay = perDay
        self.free = free
    }

    /// A sentence with a blank before it.
    func words(isOver: Bool) -> String {
        let agree = "detectors of \(families.count) families agree\(isOver ? "d" : "") (\(families.joined(separator: ", ")))"
        let start = " It would \(isOver ? "have been" : "be") a page, for \(agree), but the budget "
        guard let free else { return start + "allow\(isOver ? "ed" : "s") none." }
        let limit = NumberText.decimal(perDay, places: 2)
        return start + "of \(limit) \(perDay == 1 ? "page" : "pages") a day \(isOver ? "was" : "is") used until \(CivilTime(free).rfc3339)."
    }

    func write(into json: inout JSONText) {
        json.beginObject("page_withheld")
        json.field("used", Int64(used))
        json.field("per_day", perDay, places: 2)
        if let free { json.field("free", CivilTime(free).rfc3339) } else { json.null("free") }
        json.endObject()
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt8(families.count))
        for family in families { writer.write(family) }
        writer.write(Int64(used))
        writer.write(perDay)
        writer.write(free != nil)
        writer.write(free?.milliseconds ?? 0)
    }

    init(from reader: inout StateReader) throws(StateError) {
        families = []
        for _ in 0..<(try reader.read(UInt8.self)) { families.append(try reader.readString()) }
        used = Int(try reader.read(Int64.self))
        perDay = try reader.readDouble()
        let isKnown = try reader.readBool()
        let time = try reader.readTime()
        free = isKnown ? time : nil
    }
}
