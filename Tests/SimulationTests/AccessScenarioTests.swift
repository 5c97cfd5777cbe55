// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Simulation
import Testing

/// Six weeks of a fleet with details through the daemon's own lane: each attack is told by its detector, and habits are not.
struct AccessScenarioTests {
    /// The detectors of how an account goes about its calls.
    private static let family: Set<String> = ["D03", "D04", "D05", "D08", "D09", "D10", "D11", "D12", "D14", "D24", "D33", "D34", "D35"]

    private static let attacks = Incident.Kind.allCases.filter { $0.needsDetails && !$0.isHarmless }

    /// Each attack on a day of its own in the last three weeks, from Thursday on, weekends not spared.
    private static let planted = attacks.enumerated().map { place, kind in
        "\(kind.rawValue),,\(kind == .dormantWake ? 35 : 22 + place),"
    }.joined(separator: "\n")

    /// What a habit would be taken for. A job that sleeps for a quarter needs a longer history: it has a test of its own.
    private static let lookalikes: [(kind: Incident.Kind, detector: String)] = [
        (.bulkSyncAtLimit, "D03"), (.expiredPassword, "D34"), (.nightlyWalk, "D05"), (.weeklyRefresh, "D10"), (.countingReport, "D11"),
        (.retentionJob, "D12"), (.addressPool, "D14"), (.priceFeed, "D24"), (.queryLoop, "D24"), (.release, "D09"),
    ]

    /// Habits begin on the first day; what comes once comes when everybody is known.
    private static let habits = lookalikes.map { habit in
        let comesOnce = [.release, .queryLoop, .expiredPassword].contains(habit.kind)
        return "\(habit.kind.rawValue),,\(comesOnce ? 29 : 0),"
    }.joined(separator: "\n")

    private func fleet(_ seed: UInt64, _ text: String) throws -> FleetSimulation {
        let calendar = FleetCalendar(start: firstOfJune, days: 42)
        let names = FleetSimulation.accountNames(accounts: 40, seed: seed)
        let incidents = try IncidentList(text: text, calendar: calendar, accountNames: names, details: true)
        return FleetSimulation(
            accounts: 40, days: 42, seed: seed, start: firstOfJune, rate: 0.03, details: true, incidents: incidents)
    }

    private func opened(_ simulation: FleetSimulation) throws -> [AlertRecord] {
        try replay(simulation, isOperated: true).filter { $0.status == .open && AccessScenarioTests.family.contains($0.detector) }
    }

    /// How long after its start an attack is told at the latest: what the detector's row promises, and a quarter hour with its lateness.
    private static func promise(_ label: IncidentLabel) -> EventDuration {
        let bucket = EventDuration.minutes(20)
        switch label.kind {
        // Three hours of riding, after the hour in which the limit fills.
        case .limitRiding: return .hours(4) + bucket
        // An hour's calls are needed to be over an hour's limit; a fifth of them are enough.
        case .limitUnenforced: return .hours(1) + bucket
        case .limitRaised: return .hours(3)
        // 500 calls, one in three seconds.
        case .pacedExtraction: return .minutes(25) + .minutes(30) + bucket
        case .reconExport, .coverUp, .failedThenBulk, .catalogueSweep, .honeytoken: return label.end - label.start + bucket
        case .nearDuplicateProbing: return .hours(1) + bucket
        default: return .minutes(30) + bucket
        }
    }

    @Test func `every attack on an account's ways is told by its detector, on its account, in time`() throws {
        let simulation = try fleet(1, AccessScenarioTests.planted)
        let alerts = try opened(simulation)
        #expect(simulation.labels.count == AccessScenarioTests.attacks.count)
        for label in simulation.labels {
            let latest = label.start + AccessScenarioTests.promise(label)
            let found = alerts.contains {
                $0.detector == label.kind.detector && $0.account == label.account && $0.opened + .minutes(1) > label.start
                    && $0.opened <= latest
            }
            let told = alerts.filter { $0.account == label.account }.map { "\($0.detector) \(CivilTime($0.opened).rfc3339)" }
            #expect(found, "nobody told of \(label.json) in time; told: \(told)")
        }
    }

    @Test func `habits that only look like attacks are not told, once they are known`() throws {
        let simulation = try fleet(1, AccessScenarioTests.habits)
        let alerts = try opened(simulation).filter { $0.opened >= firstOfJune + .days(7) }
        #expect(simulation.labels.count == AccessScenarioTests.lookalikes.count)
        for label in simulation.labels where label.account != "*" {
            // New endpoints come to everybody: a release is looked at below.
            let told = alerts.filter { $0.account == label.account && $0.detector != "D09" }
            #expect(told.isEmpty, "\(label.kind): \(told.map { "\($0.detector) \($0.summary)" })")
        }
        // Who takes up a release first cannot be told from who found an endpoint; eight accounts and more take up each of two.
        let new = alerts.filter { $0.detector == "D09" && $0.summary.contains("/api/v3/") }
        #expect(new.count <= 4, "\(new.map(\.summary))")
    }

    @Test func `a job that sleeps for a quarter is told when it wakes for the first time, not for the second`() throws {
        let calendar = FleetCalendar(start: firstOfJune, days: 190)
        let names = FleetSimulation.accountNames(accounts: 12, seed: 1)
        let incidents = try IncidentList(text: "quarterly_job,,0,91", calendar: calendar, accountNames: names, details: true)
        let simulation = FleetSimulation(
            accounts: 12, days: 190, seed: 1, start: firstOfJune, rate: 0.002, details: true, incidents: incidents)
        let woken = try opened(simulation).filter { $0.detector == "D08" && $0.account == simulation.labels[0].account }
        let told = woken.map { "\(CivilTime($0.opened).rfc3339) \($0.summary)" }
        #expect(woken.count == 1 && woken.allSatisfy { $0.opened < firstOfJune + .days(92) }, "\(told)")
    }

    /// The seed with the most of the first three: 2, 4 and 2 alerts, all of D09 and most of a release's first users.
    @Test func `six weeks of ordinary work give at most six alerts of the access family`() throws {
        let alerts = try opened(try fleet(2, ""))
        #expect(alerts.count <= 6, "\(alerts.map { "\($0.detector) \($0.opened) \($0.summary)" })")
    }
}
