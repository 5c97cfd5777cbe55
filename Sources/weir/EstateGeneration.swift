// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import Simulation

/// `weir generate --estate`: the log of an estate, what is wrong in it, and the settings that describe it.
extension GenerateCommand {
    static var estateManual: String {
        func kinds(where isWanted: (EstateIncident.Kind) -> Bool) -> String {
            EstateIncident.Kind.allCases.filter(isWanted).map { kind in
                "\(kind.rawValue) (\(kind.detector.map { "\($0), " } ?? "")\(kind.sizeMeaning), \(kind.defaultSize))"
            }.joined(separator: "; ")
        }
        return """
            With --estate: the log of a company whose CRM is wired to shops, a data lake and AI features, and estate.yaml, which says so.
            Its kinds of incidents: \(kinds { $0.detector != nil }).
            Of these nobody should speak: \(kinds { $0.detector == nil }).
            Example: weir generate --estate --days 30 --seed 1 --output logs
            """
    }

    func estateArchive() throws -> EstateArchive {
        let isPlain = format == "json" && split == "one" && packing == "none" && events == nil && !details
        guard isPlain, accounts == GenerateCommand.usualAccounts else {
            throw CommandFailure.wrongUse(
                "--estate writes one json log of its own accounts: leave out --accounts, --events, --format, --split, --packing, --details."
            )
        }
        guard (1...3660).contains(days) else { throw CommandFailure.wrongUse("--days of an estate is 1 to 3660.") }
        guard (0...1).contains(sparse) else { throw CommandFailure.wrongUse("--sparse is a share from 0 to 1.") }
        guard let start = TimeArgument(argument: start)?.time else {
            throw CommandFailure.wrongUse("--start is a date such as 2026-06-01.")
        }
        let list = try estateIncidents(FleetCalendar(start: start, days: days))
        return EstateArchive(
            simulation: EstateSimulation(days: days, seed: seed, start: start, incidents: list),
            text: EstateText(seed: seed, sparse: sparse, isRenamed: rename))
    }

    private func estateIncidents(_ calendar: FleetCalendar) throws -> EstateIncidentList? {
        guard let incidents else { return nil }
        if incidents == "none" { return EstateIncidentList() }
        guard let text = System.contents(incidents) else { throw CommandFailure.wrongUse("\(incidents) cannot be read.") }
        do throws(IncidentListError) {
            return try EstateIncidentList(text: text, calendar: calendar)
        } catch {
            throw CommandFailure.wrongUse("\(incidents): \(error.problems.joined(separator: "; "))")
        }
    }
}
