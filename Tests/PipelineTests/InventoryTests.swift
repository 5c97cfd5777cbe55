// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Foundation
import Testing

@testable import Pipeline

/// D35: what of the inventory nobody calls, told once a week.
@Suite struct InventoryTests {
    private let work = Activity(rows: 400).with { $0.endpoints = ["/contacts"] }
    private let listed = ["/contacts"] + (10..<40).map { "/unused/\($0 - 10)x" }

    private func weekly(_ lane: inout RehearsalLane, _ history: [Stretch]) -> [AlertRecord] {
        lane.live(history).filter { $0.detector == "D35" && $0.account == "*" }
    }

    @Test func `one alert a week names ten endpoints, counts the others and asks for nobody`() throws {
        var lane = RehearsalLane(inventory: listed)
        // From day 30 on: the Mondays after days 34, 41, 48 and 55.
        let alerts = weekly(&lane, [Stretch(days: 57, [work])])
        #expect(alerts.count == 4)
        let first = try #require(alerts.first)
        #expect(first.severity == .low && first.opened == RehearsalLane.start + .days(35))
        #expect(first.summary.contains("no call of 30 of the 31 endpoints of the inventory for 30 days or more"), "\(first.summary)")
        #expect(
            first.summary.contains("/unused/0x (never since 2026-06-01)") && first.summary.hasSuffix(" and 20 more."), "\(first.summary)")
        #expect(first.summary.components(separatedBy: "/unused/").count == 11)
    }

    @Test func `an endpoint that is called now and then is not told, and its last day is`() throws {
        var lane = RehearsalLane(inventory: ["/contacts", "/orders/{id}"])
        let orders = work.with {
            $0.calls = 2
            $0.endpoints = ["/contacts", "/orders/{id}"]
        }
        let month = [Stretch(days: 13, [work]), Stretch(days: 1, [orders])]
        #expect(weekly(&lane, month + month + month + month).isEmpty)
        let later = weekly(&lane, [Stretch(days: 36, [work])])
        #expect(
            later.first?.summary.contains("1 of the 2 endpoints") == true && later.first?.summary.contains("last on 2026-07-26") == true)
    }

    @Test func `a lane that is younger than thirty days says nothing of what it has not seen`() {
        var lane = RehearsalLane(inventory: listed)
        #expect(weekly(&lane, [Stretch(days: 34, [work])]).isEmpty)
    }
}
