// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Simulation
import Testing

/// What attacks on an account's ways, and what only looks like them, leave in the events.
struct AccessIncidentTests {
    private static let attacks = Incident.Kind.allCases.filter { $0.needsDetails && !$0.isHarmless }
    private static let habits = Incident.Kind.allCases.filter(\.isHarmless)

    private static let names = FleetSimulation.accountNames(accounts: 24, seed: 8)

    /// A fleet of a week with one incident; six weeks where somebody has to sleep first.
    private func fleet(_ kind: Incident.Kind, day: Double?, size: Double? = nil) throws -> FleetSimulation {
        let days = kind == .dormantWake ? 38 : 9
        let line = day.map { "\(kind.rawValue),,\($0),\(size.map { "\($0)" } ?? "")" } ?? ""
        let list = try IncidentList(
            text: line, calendar: FleetCalendar(start: firstOfJune, days: days), accountNames: AccessIncidentTests.names, details: true)
        return FleetSimulation(
            accounts: 24, days: days, seed: 8, start: firstOfJune, rate: 0.03, details: true, incidents: list)
    }

    /// All events of such a fleet, and those of the incident's account that the same fleet without it does not have.
    private func plant(
        _ kind: Incident.Kind, day: Double? = nil, size: Double? = nil
    ) throws -> (label: IncidentLabel, added: [SimulatedEvent], all: [SimulatedEvent]) {
        let simulation = try fleet(kind, day: day ?? (kind == .dormantWake ? 35 : 4), size: size)
        let label = try #require(simulation.labels.first)
        let all = events(simulation)
        let plain = Set(events(try fleet(kind, day: nil)).map(\.identifier))
        let added = all.filter { event in
            !plain.contains(event.identifier) && (label.account == "*" || AccessIncidentTests.names[Int(event.account)] == label.account)
        }
        return (label, added, all)
    }

    private func path(_ event: SimulatedEvent) -> String { EndpointCatalog.path(event.endpoint) }

    @Test(arguments: attacks) func `an attack is in its account's events, inside its label, and the same for the same seed`(
        kind: Incident.Kind
    ) throws {
        let (label, added, all) = try plant(kind)
        #expect(label.kind == kind && kind.detector != nil && label.size == kind.defaultSize)
        #expect(events(try fleet(kind, day: kind == .dormantWake ? 35 : 4)) == all)
        if kind == .limitRaised { return }
        let inside = added.filter { $0.time >= label.start && $0.time < label.end }
        #expect(!inside.isEmpty && inside.count >= added.count * 9 / 10, "\(inside.count) of \(added.count)")
    }

    @Test(arguments: habits) func `what is harmless has a label without a detector, and is there`(kind: Incident.Kind) throws {
        let (label, added, _) = try plant(kind, day: 1)
        #expect(kind.detector == nil && label.json.contains("\"detector\":null"))
        #expect(added.count > 10)
    }

    @Test func `riding a limit stays just below it for hours and is hardly ever refused`() throws {
        let (label, _, all) = try plant(.limitRiding)
        let shares = all.filter { $0.time >= label.start + .hours(2) && $0.time < label.end }
            .compactMap { event in event.detail.flatMap { $0.limitMax == 0 ? nil : Double($0.limitUsed) / Double($0.limitMax) } }
            .filter { $0 > 0.5 }
        #expect(shares.count > 100 && shares.filter { $0 >= 0.8 && $0 < 1 }.count * 10 > shares.count * 8)
    }

    @Test func `an unenforced limit is exceeded several times over without a refusal`() throws {
        let (label, added, _) = try plant(.limitUnenforced)
        let late = added.filter { $0.time > label.start + .hours(1) }
        #expect(late.allSatisfy { $0.status != 429 })
        #expect(late.contains { ($0.detail?.limitUsed ?? 0) > 3 * ($0.detail?.limitMax ?? .max) })
    }

    @Test func `a raised limit is stated from its start to its end`() throws {
        let (label, _, all) = try plant(.limitRaised)
        let own = all.filter { AccessIncidentTests.names[Int($0.account)] == label.account && ($0.detail?.limitMax ?? 0) > 0 }
        let before = own.filter { $0.time < label.start }.map { $0.detail?.limitMax ?? 0 }
        let inside = own.filter { $0.time >= label.start && $0.time < label.end }.map { $0.detail?.limitMax ?? 0 }
        #expect(Set(before).count == 1 && Set(inside) == [4 * before[0]])
    }

    @Test func `a paced walk keeps its pace and its pages`() throws {
        let (_, added, _) = try plant(.pacedExtraction)
        let walk = added.filter { $0.rows == 200 }
        let gaps = zip(walk, walk.dropFirst()).map { Double(($1.time - $0.time).milliseconds) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        #expect(walk.count >= 1490 && abs(mean - 3000) < 30 && variance.squareRoot() / mean < 0.1)
    }

    @Test func `a dormant account has slept for as long as was asked, and works again only as the intruder`() throws {
        let (label, added, all) = try plant(.dormantWake)
        let own = all.filter { AccessIncidentTests.names[Int($0.account)] == label.account }
        #expect(!own.contains { $0.time >= label.start - .days(32) && $0.time < label.start })
        #expect(own.contains { $0.time < label.start } && own.filter { $0.time >= label.start } == added)
    }

    @Test func `recon looks around first and exports days later`() throws {
        let (label, added, _) = try plant(.reconExport)
        let looks = added.filter { $0.time < label.start + .hours(1) }
        #expect(Set(looks.map(path)).count >= 8 && looks.contains { path($0).hasSuffix("/limits") })
        let export = added.filter { $0.time > label.start + .days(2) }
        #expect(export.allSatisfy { path($0).contains("/jobs/query/") } && export.count >= 40)
    }

    @Test func `a cover-up deletes the job that it exported with, minutes later`() throws {
        let (label, added, _) = try plant(.coverUp)
        let last = try #require(added.last)
        let job = last.detail?.job ?? 0
        #expect(EndpointCatalog.operation(last.endpoint) == .delete && last.status == 204 && job != 0)
        #expect(added.filter { $0.detail?.job == job }.count == 41)
        #expect(label.end - last.time < .minutes(1))
    }

    @Test func `a credential is spread over as many networks as was asked`() throws {
        let (_, added, _) = try plant(.credentialSpread, size: 7)
        #expect(Set(added.map { $0.address >> 8 }).count == 7)
    }

    @Test func `a sweep covers its share of the catalogue, and probes change one word`() throws {
        let (_, sweep, _) = try plant(.catalogueSweep)
        #expect(Set(sweep.compactMap { $0.detail?.item }).count >= 1990)
        let (label, probes, _) = try plant(.nearDuplicateProbing)
        var text = EventText(format: .json, accountNames: AccessIncidentTests.names)
        let queries = probes.map { event in
            var line: [UInt8] = []
            text.append(event, to: &line)
            return String(decoding: line, as: UTF8.self).split(separator: "\"query\":\"").last.map(String.init) ?? ""
        }
        #expect(queries.count >= 1190 && queries.allSatisfy { $0.hasPrefix("which customers bought both the ") })
        #expect(Set(queries).count > 500 && label.account.hasPrefix("svc-"))
    }

    @Test func `a honeytoken is touched once, among ordinary records`() throws {
        let (_, added, _) = try plant(.honeytoken)
        #expect(added.filter { $0.detail?.item == 999_999 && $0.status == 200 }.count == 1 && added.count == 20)
        #expect(SimulatedDetail.canaryName == "P-999999")
    }

    @Test func `guesses fail, then one is right, then rows leave`() throws {
        let (_, added, _) = try plant(.failedThenBulk, size: 25)
        #expect(added.prefix(25).allSatisfy { $0.status == 401 } && added[25].status == 200)
        #expect(added.dropFirst(26).allSatisfy { path($0).hasSuffix("/export") })
    }

    @Test func `kinds that need details are refused where there are none, and sleep needs a past`() {
        let calendar = FleetCalendar(start: firstOfJune, days: 40)
        let refused = #expect(throws: IncidentListError.self) {
            try IncidentList(text: "honeytoken,,3", calendar: calendar, accountNames: [])
        }
        #expect(refused?.problems.first?.contains("--details") == true)
        let young = #expect(throws: IncidentListError.self) {
            try IncidentList(text: "dormant_wake,,12\nrelease,svc-x,12", calendar: calendar, accountNames: [], details: true)
        }
        #expect(young?.problems.first?.contains("days of sleep") == true && young?.problems.last?.contains("whole log") == true)
    }

    @Test func `with details the usual incidents are also one of each attack`() {
        let simulation = FleetSimulation(accounts: 40, days: 56, seed: 1, start: firstOfJune, rate: 0.02, details: true)
        #expect(Set(simulation.labels.map(\.kind)) == Set(Incident.Kind.allCases.filter { !$0.isHarmless }))
        #expect(Set(simulation.labels.map(\.account)).count == simulation.labels.count)
    }
}
