// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Simulation
import Testing

/// Monday, 1 June 2026.
let firstOfJune = EventTime(milliseconds: Int64(CivilTime.daysSinceEpoch(year: 2026, month: 6, day: 1)) * 86_400_000)

/// Every event of a simulation.
func events(_ simulation: consuming FleetSimulation) -> [SimulatedEvent] {
    var result: [SimulatedEvent] = []
    while let event = simulation.next() { result.append(event) }
    return result
}

struct FleetSimulationTests {
    private let none = IncidentList()

    @Test func `the same seed gives the same events, another seed gives others`() {
        let one = events(FleetSimulation(accounts: 12, days: 3, seed: 7, start: firstOfJune))
        let same = events(FleetSimulation(accounts: 12, days: 3, seed: 7, start: firstOfJune))
        let other = events(FleetSimulation(accounts: 12, days: 3, seed: 8, start: firstOfJune))
        #expect(one == same)
        #expect(one != other)
        #expect(one.count > 5000)
    }

    @Test func `times rise by at least a millisecond and stay inside the days asked for`() {
        let simulation = FleetSimulation(accounts: 24, days: 2, seed: 3, start: firstOfJune, rate: 0.5)
        let end = simulation.calendar.end
        let all = events(simulation)
        for (earlier, later) in zip(all, all.dropFirst()) { #expect(earlier.time < later.time) }
        #expect(all.allSatisfy { $0.time >= firstOfJune && $0.time < end })
    }

    @Test(arguments: [0.02, 0.1, 1.0]) func `the fleet keeps the rate that was asked for`(rate: Double) {
        let days = rate < 0.5 ? 14 : 3
        let count = events(FleetSimulation(accounts: 30, days: days, seed: 5, start: firstOfJune, rate: rate, incidents: none)).count
        let wanted = rate * 86_400 * Double(days)
        #expect(abs(Double(count) / wanted - 1) < 0.1, "\(count) events where \(wanted) were asked for")
    }

    private func sum(_ counts: [Int], _ hours: Range<Int>) -> Int { counts[hours].reduce(0, +) }

    @Test func `each role keeps its hours`() {
        let all = events(FleetSimulation(accounts: 20, days: 7, seed: 11, start: firstOfJune, incidents: none))
        var weekday: [AccountRole: [Int]] = [:]
        var weekend: [AccountRole: Int] = [:]
        for role in AccountRole.allCases { weekday[role] = Array(repeating: 0, count: 24) }
        for event in all {
            let role = AccountRole.role(ofAccount: Int(event.account))
            let slot = WeekSlot(event.time)
            if slot.rawValue < 120 { weekday[role]?[slot.hourOfDay] += 1 } else { weekend[role, default: 0] += 1 }
        }
        let dashboards = weekday[.dashboards] ?? []
        #expect(sum(dashboards, 8..<17) * 4 > sum(dashboards, 0..<24) * 3)
        #expect(sum(dashboards, 0..<5) == 0)
        #expect(weekend[.dashboards, default: 0] * 10 < sum(dashboards, 0..<24))
        let shop = weekday[.shop] ?? []
        #expect(sum(shop, 19..<21) > sum(shop, 2..<4) * 5)
        #expect(shop.allSatisfy { $0 > 0 })
        let nightly = weekday[.nightlySync] ?? []
        #expect(sum(nightly, 2..<5) * 10 > sum(nightly, 0..<24) * 9)
        let hourly = weekday[.hourlySync] ?? []
        #expect(hourly.allSatisfy { $0 >= 5 })
    }

    @Test func `a sale lifts the shops on its day, and the nightly batch the night after`() throws {
        let simulation = FleetSimulation(accounts: 20, days: 28, seed: 2, start: firstOfJune, incidents: none)
        let sale = try #require(simulation.calendar.saleDay)
        var shop: [Int: Int] = [:]
        var nightly: [Int: UInt64] = [:]
        for event in events(simulation) {
            let day = Int((event.time - firstOfJune).milliseconds / 86_400_000)
            switch AccountRole.role(ofAccount: Int(event.account)) {
            case .shop: shop[day, default: 0] += 1
            case .nightlySync: nightly[day, default: 0] += event.rows ?? 0
            default: break
            }
        }
        #expect(CivilTime.weekdayName(simulation.calendar.start + .days(Int64(sale))) == "Friday")
        let (on, before) = (shop[sale, default: 0], shop[sale - 7, default: 0])
        #expect(on > 3 * before)
        let (after, usual) = (Double(nightly[sale + 1, default: 0]), Double(nightly[sale - 6, default: 0]))
        #expect(after > 1.4 * usual)
    }

    @Test func `the fleet calls many endpoints, moves few bytes without rows, and fails now and then`() {
        let all = events(FleetSimulation(accounts: 40, days: 4, seed: 9, start: firstOfJune, incidents: none))
        #expect(Set(all.map(\.endpoint)).count >= 50)
        let failed = all.filter { $0.status >= 400 }
        let share = Double(failed.count) / Double(all.count)
        #expect(share > 0.004 && share < 0.02)
        #expect(failed.contains { $0.status == 429 })
        #expect(failed.contains { $0.status >= 500 })
        #expect(failed.allSatisfy { $0.rows == nil })
        let large = all.filter { ($0.rows ?? 0) > 100 }
        #expect(large.allSatisfy { $0.bytes > ($0.rows ?? 0) * 50 })
    }

    @Test func `an account keeps to its own networks`() {
        let all = events(FleetSimulation(accounts: 40, days: 10, seed: 4, start: firstOfJune, incidents: none))
        var networks: [Int32: Set<UInt32>] = [:]
        for event in all { networks[event.account, default: []].insert(event.address >> 8) }
        #expect(networks.values.allSatisfy { $0.count >= 1 && $0.count <= 3 })
        var together: Set<UInt32> = []
        var count = 0
        for own in networks.values {
            together.formUnion(own)
            count += own.count
        }
        #expect(together.count == count)
    }

    @Test func `account names are different and known without a simulation`() {
        let names = FleetSimulation.accountNames(accounts: 3000, seed: 1)
        #expect(Set(names).count == 3000)
        let simulation = FleetSimulation(accounts: 30, days: 1, seed: 1, start: firstOfJune, incidents: none)
        #expect(simulation.accountNames == Array(names.prefix(30)))
    }
}
