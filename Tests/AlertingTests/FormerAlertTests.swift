// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics
import Testing

@testable import Alerting

@Suite struct FormerAlertTests {
    private func time(_ day: Int64) -> EventTime { EventTime(milliseconds: 1_780_272_000_000) + .days(day) }
    private let mara = AccountID(rawValue: 3)

    private func alert(_ id: String, day: Int64) -> PastAlert { PastAlert(id: id, opened: time(day), label: nil) }

    @Test func `an alert under a former name is its account's for a fortnight after the change, and nobody's then`() {
        var former = FormerAlerts()
        former.remember(alert("A-1", day: -3), mara, at: time(0))
        #expect(former.account(of: "A-1") == mara && former.account(of: "A-2") == nil)
        former.forget(at: time(14), sparing: [])
        #expect(former.account(of: "A-1") == mara)
        former.forget(at: time(15), sparing: [])
        #expect(former.account(of: "A-1") == nil && former.count == 0)
    }

    @Test func `one that is still open is kept until a fortnight after its end`() {
        var former = FormerAlerts()
        former.remember(alert("A-1", day: -3), mara, at: time(0))
        for day in 1...30 as ClosedRange<Int64> { former.forget(at: time(day), sparing: ["A-1"]) }
        former.forget(at: time(44), sparing: [])
        #expect(former.account(of: "A-1") == mara)
        former.forget(at: time(45), sparing: [])
        #expect(former.account(of: "A-1") == nil)
    }

    @Test func `what opened a month before the change, and the oldest of a flood, leave no trace`() throws {
        var former = FormerAlerts()
        former.remember(alert("A-old", day: -29), mara, at: time(0))
        #expect(former.count == 0)
        for number in 0..<FormerAlerts.limit + 5 { former.remember(alert("A-\(number + 10_000)", day: 0), mara, at: time(0)) }
        #expect(former.count == FormerAlerts.limit && former.account(of: "A-10000") == nil && former.account(of: "A-14100") == mara)
        var writer = StateWriter()
        former.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        #expect(try FormerAlerts(from: &reader) == former && reader.isAtEnd)
    }
}
