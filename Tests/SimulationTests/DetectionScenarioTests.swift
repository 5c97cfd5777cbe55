// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline
import Simulation
import Testing

/// Five weeks of a fleet through the daemon's own lane: what was planted is found, and little else is said.
struct DetectionScenarioTests {
    /// 28 May 2026, a Thursday: the first end of a month lies in the week in which nobody is judged.
    private let start = firstOfJune - .days(4)

    /// Incidents of three weeks' history or more, each large enough to be found in a fleet of sparse logs.
    private let planted = """
        burst,,24,40
        new_network,,26,24
        off_hours,,28.13,20
        new_account,,31,3
        source_silence,,33.44,3
        """

    private func fleet(_ seed: UInt64, accounts: Int = 24) throws -> FleetSimulation {
        let calendar = FleetCalendar(start: start, days: 35)
        let names = FleetSimulation.accountNames(accounts: accounts, seed: seed)
        let incidents = try IncidentList(text: planted, calendar: calendar, accountNames: names)
        return FleetSimulation(accounts: accounts, days: 35, seed: seed, start: start, rate: 0.02, incidents: incidents)
    }

    /// Alerts are opened at whole minutes; an account may be told of for an hour after the last event.
    private func covers(_ label: IncidentLabel, _ alert: AlertRecord) -> Bool {
        label.account == alert.account && alert.opened + .minutes(1) > label.start && alert.opened <= label.end + .hours(1)
    }

    @Test(arguments: [UInt64(1), 4]) func `every planted incident is told by its detector on its account in its time`(seed: UInt64) throws {
        let simulation = try fleet(seed)
        let alerts = try replay(simulation)
        let opened = alerts.filter { $0.status == .open }
        for label in simulation.labels {
            let found = opened.contains { $0.detector == label.kind.detector && covers(label, $0) }
            #expect(found, "seed \(seed): nobody told of \(label.json)")
        }
        let others = opened.filter { alert in !simulation.labels.contains { covers($0, alert) } }
        // So sparse a fleet has more than the budget of 0.05 an account-week, which would be six: 0.075 in the mean of ten of them.
        #expect(others.filter { $0.detector == "D01" }.count <= 7, "seed \(seed): \(others.map(\.summary))")
        // What is `low` is evidence beside other alerts, and asks for nobody's time.
        #expect(others.filter { $0.detector != "D01" && $0.severity > .low }.count <= 2, "seed \(seed): \(others.map(\.summary))")
        try expectCalmSale(simulation, others)
        expectSentences(alerts)
    }

    /// On the day of the sale and in the night after it, hardly anybody may be told of who was not planted.
    private func expectCalmSale(_ simulation: FleetSimulation, _ others: [AlertRecord]) throws {
        let sale = try #require(simulation.calendar.saleDay)
        let day = simulation.calendar.start + .days(Int64(sale))
        let lifted = others.filter { $0.opened >= day && $0.opened < day + .hours(32) }
        #expect(Set(lifted.map(\.account)).count <= 3, "\(lifted.map(\.summary))")
    }

    private func expectSentences(_ alerts: [AlertRecord]) {
        for alert in alerts {
            let sourceName = alert.status == .resolved ? "The source" : "Source gateway"
            let name = alert.account == "*" ? sourceName : alert.account
            // What has changed stands in a sentence of its own before the one that names the account.
            let begins =
                alert.status == .update
                ? alert.summary.hasPrefix("Update: ") && alert.summary.contains(". \(name) ") : alert.summary.hasPrefix(name)
            #expect(begins, "\(alert.summary)")
            #expect(alert.summary.hasSuffix("."), "\(alert.summary)")
            for mistake in ["  ", "nan", "∞", ". over"] { #expect(!alert.summary.contains(mistake), "\(alert.summary)") }
        }
    }

    @Test func `shards do not change a letter, with the fleet's factor at work`() throws {
        let incidents = [(Incident.Kind.burst, 12), (.sourceSilence, 14)].map { kind, day in
            Incident(kind: kind, start: start + .days(Int64(day)) + .hours(10), size: kind == .burst ? 40 : 3)
        }
        let simulation = FleetSimulation(
            accounts: 20, days: 16, seed: 2, start: start, rate: 0.02, incidents: IncidentList(incidents))
        let one = try replay(simulation)
        let three = try replay(simulation, shards: 3)
        #expect(!one.isEmpty)
        #expect(one.map(\.json) == three.map(\.json))
    }
}
