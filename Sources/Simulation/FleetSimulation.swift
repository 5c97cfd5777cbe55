// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A believable fleet of service accounts, event by event in strict order of time.
///
/// The same arguments give the same events on every machine: no clock, no hash order, no library mathematics. An incident changes nothing
/// but what it adds or silences. State: about 300 bytes an account. Complexity: O(log accounts) an event, about a million events a second.
package struct FleetSimulation: Sendable {
    package let calendar: FleetCalendar
    /// The fleet's accounts, then those that incidents bring.
    package let accountNames: [String]
    /// The truth about the incidents, in order of their starts.
    package let labels: [IncidentLabel]
    package let seed: UInt64
    private var accounts: [SimulatedAccount] = []
    private var actors: [IncidentActor] = []
    private var plans: [CallPlan] = []
    /// One for each account where the fleet logs details; else none.
    private var details: [AccountDetails] = []
    private var silences: [Silence] = []
    private var queue = EventQueue()
    private var last: Int64

    /// An account, or everybody, without events.
    private struct Silence: Sendable {
        var account: Int32?
        var start: Int64
        var end: Int64
    }

    /// Accounts that a simulation may have.
    package static let accountLimit = 1_000_000
    /// Events a second, over the fleet, that a simulation may be asked for: times are whole milliseconds, and no two events share one.
    package static let rateLimit = 250.0

    /// - Parameters:
    ///   - start: the first day; its midnight begins the simulation.
    ///   - rate: mean events a second over the whole fleet; nil for the roles' natural rates. Jobs keep their rows and come in more or
    ///     fewer calls; who acts at random acts more or less often.
    ///   - details: whether events state limits, jobs, sessions, agents, items and queries, and some fail or go to new endpoints.
    ///   - incidents: nil for the usual ones.
    ///
    /// Precondition: 1 to ``accountLimit`` accounts, at least one day, a rate above 0 and at most ``rateLimit``.
    package init(
        accounts count: Int, days: Int, seed: UInt64, start: EventTime, rate: Double? = nil, details hasDetails: Bool = false,
        incidents: IncidentList? = nil
    ) {
        precondition((1...FleetSimulation.accountLimit).contains(count), "a simulation has 1 to \(FleetSimulation.accountLimit) accounts")
        precondition((1...36_525).contains(days), "a simulation has 1 to 36,525 days")
        let isRate = rate.map { $0 > 0 && $0 <= FleetSimulation.rateLimit } ?? true
        precondition(isRate, "the rate is above 0 and at most \(FleetSimulation.rateLimit)")
        let calendar = FleetCalendar(start: start, days: days)
        self.calendar = calendar
        self.seed = seed
        last = calendar.start.milliseconds - 1
        let scale = rate.map { RateScale.solve(accounts: count, seed: seed, calendar: calendar, rate: $0) } ?? 1
        accounts.reserveCapacity(count)
        for index in 0..<count { accounts.append(SimulatedAccount(index: index, seed: seed, scale: scale, calendar: calendar)) }
        var names = AccountNames.make(accounts: count, seed: seed)
        var made = IncidentStage(scale: scale, seed: seed, calendar: calendar, traits: accounts.map(\.traits))
        for incident in (incidents ?? .usual(calendar, details: hasDetails)).incidents { made.add(incident, names: &names) }
        accountNames = names
        labels = made.labels.sorted { ($0.start, $0.account) < ($1.start, $1.account) }
        actors = made.actors
        plans = made.plans
        if hasDetails { details = FleetSimulation.details(of: accounts.map(\.traits), names.count, made, seed: seed, calendar) }
        silences = made.silences.map { Silence(account: $0.account.map { Int32($0) }, start: $0.start, end: $0.end) }
        for (index, account) in accounts.enumerated() { queue.insert(time: account.time, actor: index) }
        for (index, actor) in actors.enumerated() { queue.insert(time: actor.time, actor: count + index) }
        for (index, plan) in plans.enumerated() { queue.insert(time: plan.time, actor: count + actors.count + index) }
    }

    private static func details(
        of traits: [AccountTraits], _ count: Int, _ stage: IncidentStage, seed: UInt64, _ calendar: FleetCalendar
    ) -> [AccountDetails] {
        var details = (0..<count).map { index in
            AccountDetails(
                traits: index < traits.count ? traits[index] : AccountTraits(index: index, seed: seed), index: index, seed: seed,
                scale: stage.scale, calendar: calendar)
        }
        for (account, exception) in stage.exceptions { details[account].change(exception) }
        for (account, release) in stage.releases { details[account].adopt(release) }
        return details
    }

    /// The names of a fleet without making the fleet.
    package static func accountNames(accounts: Int, seed: UInt64) -> [String] { AccountNames.make(accounts: accounts, seed: seed) }

    /// The next event, or nil at the end. Every event is at least a millisecond later than the one before.
    package mutating func next() -> SimulatedEvent? {
        while let (time, actor) = queue.first {
            guard time < calendar.end.milliseconds else { return nil }
            var event: SimulatedEvent
            let incident = actor - accounts.count
            if incident < 0 {
                event = accounts[actor].next(calendar)
                queue.replaceFirst(time: accounts[actor].time)
            } else if incident < actors.count {
                event = actors[incident].next()
                queue.replaceFirst(time: actors[incident].time)
            } else {
                event = plans[incident - actors.count].next()
                queue.replaceFirst(time: plans[incident - actors.count].time)
            }
            if !silences.isEmpty && isSilent(event) { continue }
            if !details.isEmpty { details[Int(event.account)].dress(&event, calendar) }
            last = max(last + 1, event.time.milliseconds)
            event.time = EventTime(milliseconds: last)
            return last < calendar.end.milliseconds ? event : nil
        }
        return nil
    }

    private func isSilent(_ event: SimulatedEvent) -> Bool {
        let time = event.time.milliseconds
        for silence in silences where time >= silence.start && time < silence.end {
            // A plan of its own account goes on while the account's work rests.
            if silence.account == nil || silence.account == event.account && event.detail == nil { return true }
        }
        return false
    }
}

/// Finds how much to scale calls so that the fleet has the wished-for rate.
private enum RateScale {
    /// Accounts that are looked at; larger fleets resemble them.
    static let sample = 400

    static func solve(accounts: Int, seed: UInt64, calendar: FleetCalendar, rate: Double) -> Double {
        let stride = max(accounts / sample, 1)
        let traits = Swift.stride(from: 0, to: accounts, by: stride).map { AccountTraits(index: $0, seed: seed) }
        let wanted = rate * 86_400 * Double(calendar.days) * Double(traits.count) / Double(accounts)
        let classes = dayClasses(calendar)
        var low = 1e-5
        var high = 1e8
        // Forty halvings of thirteen decades: far below the noise of the fleet.
        for _ in 0..<40 {
            let middle = (low * high).squareRoot()
            var calls = 0.0
            for account in traits {
                for (day, count) in classes {
                    calls += Double(count) * account.expectedCalls(day: day, scale: middle, calendar: calendar)
                }
            }
            if calls < wanted { low = middle } else { high = middle }
        }
        return (low * high).squareRoot()
    }

    /// Days that are alike to every role, one of each with its number.
    private static func dayClasses(_ calendar: FleetCalendar) -> [(day: Int, count: Int)] {
        var result: [(key: Int, day: Int, count: Int)] = []
        for day in 0..<calendar.days {
            var key = FleetCalendar.weekday(calendar.midnight(day))
            if calendar.isMonthEnd(day) { key += 8 }
            if day == calendar.saleDay { key += 16 }
            if let sale = calendar.saleDay, day == sale + 1 { key += 32 }
            if let place = result.firstIndex(where: { $0.key == key }) {
                result[place].count += 1
            } else {
                result.append((key, day, 1))
            }
        }
        return result.map { ($0.day, $0.count) }
    }
}
