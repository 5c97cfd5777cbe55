// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Turns incidents into what they add and what they silence, and chooses accounts where the list named none.
struct IncidentStage {
    let scale: Double
    private let seed: UInt64
    let calendar: FleetCalendar
    private let traits: [AccountTraits]
    private(set) var labels: [IncidentLabel] = []
    private(set) var actors: [IncidentActor] = []
    private(set) var plans: [CallPlan] = []
    private(set) var silences: [(account: Int?, start: Int64, end: Int64)] = []
    /// What incidents change about accounts' API limits, and who follows which release.
    private(set) var exceptions: [(account: Int, exception: APILimit.Exception)] = []
    private(set) var releases: [(account: Int, release: FleetRelease)] = []
    private var used: Set<Int> = []
    private var foreignCount = 0

    init(scale: Double, seed: UInt64, calendar: FleetCalendar, traits: [AccountTraits]) {
        self.scale = scale
        self.seed = seed
        self.calendar = calendar
        self.traits = traits
    }

    mutating func add(_ incident: Incident, names: inout [String]) {
        var account: Int?
        if incident.kind.needsAccount {
            account = incident.account ?? choose(incident.kind)
        } else if incident.kind == .newAccount {
            account = names.count
            names.append(newName(incident, names))
        }
        if let account { used.insert(account) }
        act(incident, account: account)
        labels.append(
            IncidentLabel(
                kind: incident.kind, account: account.map { names[$0] } ?? "*", start: incident.start,
                end: incident.start + incident.duration, size: incident.size))
    }

    private func newName(_ incident: Incident, _ names: [String]) -> String {
        if let name = incident.newName { return name }
        let name = "svc-data-migration"
        let count = names.filter { $0.hasPrefix(name) }.count
        return count == 0 ? name : "\(name)-\(count + 1)"
    }

    /// The first account of a fitting role that has no incident yet; any account, when there is none.
    private func choose(_ kind: Incident.Kind) -> Int {
        for role in kind.roles {
            if let index = traits.indices.first(where: { traits[$0].role == role && !used.contains($0) }) { return index }
        }
        return traits.indices.first { !used.contains($0) } ?? 0
    }

    private mutating func act(_ incident: Incident, account: Int?) {
        let hour = Int((incident.start.milliseconds - calendar.start.milliseconds) / FleetCalendar.hour % 24)
        switch incident.kind {
        case .burst, .drip, .offHours:
            guard let volume = incident.volume(hour: hour, usual: { usualRows(account, hour: $0) }) else { return }
            let call: EndpointCatalog.Call = incident.kind == .offHours ? .bulkResults : .queryPage
            perform(incident, account, call, rows: volume.rows, calls: volume.calls)
        case .newAccount:
            let daily = traits.indices.map { index in (0..<24).reduce(0) { $0 + usualRows(index, hour: $1) } }.sorted()
            let top = daily[min(daily.count * 975 / 1000, daily.count - 1)]
            perform(incident, account, .shopExport, rows: max(top * incident.size * 2, 20_000), calls: 2 * 96)
        case .newNetwork:
            perform(incident, account, .readRecord, rows: incident.size, calls: Int(incident.size))
        case .sourceSilence, .accountSilence:
            silences.append((account, incident.start.milliseconds, (incident.start + incident.duration).milliseconds))
        case .release: release(incident)
        default:
            guard let account else { return }
            let random = SimulationRandom(seed: seed ^ 0xACCE_55, part: UInt64(plans.count))
            var planner = CallPlanner(account: account, traits: traits[account], random: random)
            if incident.kind.isHarmless { plan(habit: incident, &planner) } else { plan(attack: incident, &planner) }
            plans.append(CallPlan(planner.events))
        }
    }

    /// The accounts whose programs follow the API get the new endpoint with their next update.
    private mutating func release(_ incident: Incident) {
        let followers = traits.indices.filter { FleetRelease.followers.contains(traits[$0].role) }
        for account in followers.prefix(Int(incident.size)) {
            releases.append((account, FleetRelease(start: incident.start.milliseconds, call: .feed, share: 0.25)))
        }
    }

    /// Lets an account's own work rest.
    mutating func silence(_ account: Int, from start: Int64, to end: Int64) { silences.append((account, start, end)) }

    /// Changes an account's API limit for a time.
    mutating func except(_ account: Int, _ exception: APILimit.Exception) { exceptions.append((account, exception)) }

    func usualRows(_ account: Int?, hour: Int) -> Double {
        guard let account, account < traits.count else { return 0 }
        return traits[account].usualRows(hour: hour, scale: scale)
    }

    private mutating func perform(_ incident: Incident, _ account: Int?, _ call: EndpointCatalog.Call, rows: Double, calls: Int) {
        guard let account else { return }
        let isForeign = incident.kind == .newNetwork
        if isForeign { foreignCount += 1 }
        actors.append(
            IncidentActor(
                incident, account: account, traits: account < traits.count ? traits[account] : AccountTraits(index: account, seed: seed),
                call: call, rows: rows, calls: max(calls, 1), origin: isForeign ? .foreign(foreignCount - 1) : .usual, seed: seed,
                number: actors.count))
    }
}
