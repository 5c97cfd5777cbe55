// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Simulation
import Testing

struct IncidentTests {
    /// The events of one account (all, where it is `*`) inside a label's time.
    private func inside(_ label: IncidentLabel, _ simulation: FleetSimulation) -> [SimulatedEvent] {
        let index = simulation.accountNames.firstIndex(of: label.account)
        return events(simulation).filter {
            $0.time >= label.start && $0.time < label.end && (index == nil || Int($0.account) == index)
        }
    }

    private func rows(_ events: [SimulatedEvent]) -> Double { events.reduce(0) { $0 + Double($1.rows ?? 0) } }

    @Test(arguments: [Incident.Kind.burst, .drip, .offHours, .newAccount]) func `what is exported too much is in the data`(
        kind: Incident.Kind
    ) throws {
        let incident = Incident(kind: kind, start: firstOfJune + .days(1) + .hours(10), size: kind.defaultSize)
        let simulation = FleetSimulation(accounts: 24, days: 8, seed: 6, start: firstOfJune, incidents: IncidentList([incident]))
        let label = try #require(simulation.labels.first)
        #expect(label.kind == kind && label.start == incident.start && label.end == incident.start + incident.duration)
        let quiet = FleetSimulation(accounts: 24, days: 8, seed: 6, start: firstOfJune, incidents: IncidentList())
        let usual = rows(inside(label, quiet))
        let found = rows(inside(label, simulation))
        if kind == .newAccount {
            #expect(found > 20_000)
            #expect(simulation.accountNames.count == 25 && label.account == simulation.accountNames[24])
        } else {
            // A burst of 45 minutes on top of what is there; a drip of as much again.
            #expect(found > usual * (kind == .drip ? 1.7 : 5))
        }
    }

    @Test func `a new network calls from outside, once a few minutes, for two hours`() throws {
        let incident = Incident(kind: .newNetwork, start: firstOfJune + .hours(11), size: 24)
        let simulation = FleetSimulation(accounts: 24, days: 1, seed: 6, start: firstOfJune, incidents: IncidentList([incident]))
        let label = try #require(simulation.labels.first)
        let foreign = inside(label, simulation).filter { $0.address >> 24 != 10 }
        #expect((20...26).contains(foreign.count))
        let networks = Set(foreign.map { $0.address >> 8 })
        #expect(networks == [0xCB_0071])
    }

    @Test func `silences leave no event, and nothing else is missing`() throws {
        let incidents = IncidentList([
            Incident(kind: .sourceSilence, start: firstOfJune + .hours(10), size: 2),
            Incident(kind: .accountSilence, start: firstOfJune + .hours(14), size: 6),
        ])
        let simulation = FleetSimulation(accounts: 24, days: 2, seed: 6, start: firstOfJune, incidents: incidents)
        for label in simulation.labels { #expect(inside(label, simulation).isEmpty, "\(label.json)") }
        let all = events(FleetSimulation(accounts: 24, days: 2, seed: 6, start: firstOfJune, incidents: IncidentList()))
        let left = events(simulation)
        let label = try #require(simulation.labels.last)
        let silent = try #require(simulation.accountNames.firstIndex(of: label.account))
        // Ties were resolved differently where events are missing: compare counts, not times.
        let expected = all.filter { event in
            let hour = (event.time - firstOfJune).milliseconds / 3_600_000
            return !(10..<12).contains(hour) && !((14..<20).contains(hour) && Int(event.account) == silent)
        }
        #expect(abs(expected.count - left.count) <= 2)
    }

    @Test func `the usual incidents are one of each kind, after three fifths of the time, on accounts of their own`() {
        let simulation = FleetSimulation(accounts: 24, days: 35, seed: 1, start: firstOfJune, rate: 0.01)
        let kinds = Incident.Kind.allCases.filter { !$0.needsDetails }
        #expect(Set(simulation.labels.map(\.kind)) == Set(kinds))
        #expect(simulation.labels.allSatisfy { $0.start >= firstOfJune + .days(21) && $0.end <= simulation.calendar.end })
        #expect(Set(simulation.labels.map(\.account)).count == kinds.count)
        let short = FleetSimulation(accounts: 5, days: 1, seed: 1, start: firstOfJune)
        #expect(short.labels.allSatisfy { $0.end <= short.calendar.end })
    }

    @Test func `a list of incidents is read, with and without account and size`() throws {
        let calendar = FleetCalendar(start: firstOfJune, days: 35)
        let names = FleetSimulation.accountNames(accounts: 24, seed: 1)
        let text = "# ours\n\nburst, \(names[3]), 23\noff_hours,,24.5,12\nsource_silence,,30,3.5\r\nnew_account,svc-tmp,25,\n"
        let list = try IncidentList(text: text, calendar: calendar, accountNames: names)
        #expect(list.incidents.map(\.kind) == [.burst, .offHours, .sourceSilence, .newAccount])
        #expect(list.incidents.map(\.size) == [23, 12, 3.5, 3])
        #expect(list.incidents[0].account == 3 && list.incidents[1].account == nil && list.incidents[3].newName == "svc-tmp")
        #expect(list.incidents[0].start == firstOfJune + .days(23) + .minutes(13 * 60 + 7))
        #expect(list.incidents[1].start == firstOfJune + .days(24) + .hours(12))
    }

    @Test func `every mistake in a list is told with its line and what would be right`() {
        let calendar = FleetCalendar(start: firstOfJune, days: 10)
        let text = """
            bust,,3
            burst,svc-nobody,3
            burst,,10
            drip,,7,2
            burst,,3,0.5
            burst
            source_silence,svc-x,3
            new_account,svc-known,3
            burst,,x
            """
        let error = #expect(throws: IncidentListError.self) {
            try IncidentList(text: text, calendar: calendar, accountNames: ["svc-known"])
        }
        let problems = error?.problems ?? []
        #expect(problems.count == 9)
        for (index, words) in [
            "use one of burst, drip, off_hours", "no account \"svc-nobody\"", "from 0 to below 10", "would end after", "1.1 to 10",
            "expected kind,account,day,size", "leave the account empty", "needs a new name", "found \"x\"",
        ].enumerated() where index < problems.count {
            #expect(problems[index].hasPrefix("line \(index + 1): ") && problems[index].contains(words), "\(problems[index])")
        }
    }
}
