// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Simulation
import Testing

/// What a fleet with details logs when nothing is wrong.
struct DetailTests {
    private func fleet(
        accounts: Int = 40, days: Int = 14, seed: UInt64 = 3, rate: Double? = 0.06, details: Bool = true
    ) -> FleetSimulation {
        FleetSimulation(
            accounts: accounts, days: days, seed: seed, start: firstOfJune, rate: rate, details: details, incidents: IncidentList())
    }

    @Test func `times, accounts and addresses are the same with and without details`() {
        let with = events(fleet(days: 3))
        let without = events(fleet(days: 3, details: false))
        #expect(with.count == without.count && without.allSatisfy { $0.detail == nil } && with.allSatisfy { $0.detail != nil })
        for (one, other) in zip(with, without) {
            #expect(one.time == other.time && one.account == other.account && one.address == other.address)
        }
        #expect(with == events(fleet(days: 3)))
        #expect(with != events(fleet(days: 3, seed: 4)))
    }

    @Test func `API limits are stated by all but hooks and the long tail, and usual use is well under them`() {
        var most: [Int32: Double] = [:]
        var sums: [Int32: (shares: Double, count: Int)] = [:]
        let all = events(fleet(days: 28))
        for event in all {
            guard let detail = event.detail, detail.limitMax > 0 else { continue }
            let share = Double(detail.limitUsed) / Double(detail.limitMax)
            most[event.account] = max(most[event.account, default: 0], share)
            sums[event.account, default: (0, 0)].shares += share
            sums[event.account, default: (0, 0)].count += 1
        }
        let silent = (0..<40).filter { [.webhooks, .longTail].contains(AccountRole.role(ofAccount: $0)) }
        #expect(silent.allSatisfy { most[Int32($0)] == nil } && most.count == 40 - silent.count)
        for (account, sum) in sums { #expect(sum.shares / Double(sum.count) < 0.4, "account \(account)") }
        // Even the sale of the fourth week leaves nearly everybody below four fifths.
        #expect(most.values.filter { $0 > 0.8 }.count <= 2)
        #expect(all.contains { $0.status == 429 } && all.contains { $0.status == 401 } && all.contains { $0.status == 403 })
        #expect(all.filter { $0.status >= 400 }.count * 40 < all.count)
    }

    @Test func `items and searches repeat as popular ones do`() {
        let all = events(fleet(days: 10))
        let items = all.compactMap { $0.detail.flatMap { $0.item == 0 ? nil : $0.item } }
        let queries = all.filter { !($0.detail?.query.isEmpty ?? true) }
        #expect(items.count > 1000 && queries.count > 500)
        #expect(Set(items).count * 2 < items.count && Set(items).count > items.count / 20)
        #expect(!items.contains(999_999))
    }

    @Test func `an account has one family of agents, and sessions of some hours`() {
        var agents: [Int32: Set<UInt8>] = [:]
        var sessions: [Int32: Set<UInt32>] = [:]
        for event in events(fleet(days: 10)) {
            agents[event.account, default: []].insert(event.detail?.agent ?? 0)
            sessions[event.account, default: []].insert(event.detail?.session ?? 0)
        }
        #expect(agents.values.allSatisfy { $0.count <= 2 && !$0.contains(0) })
        #expect(agents.values.contains { $0.count == 2 })
        #expect(sessions.values.allSatisfy { $0.count <= 4 * 10 })
    }

    @Test func `a release brings several accounts the same new endpoint on one day`() {
        var first: [Int32: Int64] = [:]
        for event in events(fleet(days: 28)) where EndpointCatalog.path(event.endpoint).hasPrefix("/api/v3/") {
            if first[event.account] == nil { first[event.account] = (event.time - firstOfJune).milliseconds / 86_400_000 }
        }
        #expect(first.count >= 5)
        let day = first.values.min() ?? -1
        #expect(first.values.filter { $0 == day }.count * 2 >= first.count)
        #expect(CivilTime.weekdayName(firstOfJune + .days(day)) == "Tuesday")
    }

    @Test func `every line parses, and states what its event does`() throws {
        let simulation = FleetSimulation(accounts: 24, days: 35, seed: 1, start: firstOfJune, rate: 0.005, details: true)
        var text = EventText(format: .json, accountNames: simulation.accountNames)
        let wanted = Set(["limit_used", "limit_max", "job", "session", "agent", "item", "query"])
        var seen: Set<String> = []
        for event in events(simulation) {
            var line: [UInt8] = []
            text.append(event, to: &line)
            #expect(line.last == 0x0A)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            seen.formUnion(wanted.intersection(object.keys))
            let detail = try #require(event.detail)
            #expect(object["limit_used"] as? Int == (detail.limitMax == 0 ? nil : Int(detail.limitUsed)))
            if let job = object["job"] as? String, let path = object["endpoint"] as? String, path.contains("/jobs/") {
                #expect(path.contains(job))
            }
        }
        #expect(seen == wanted)
    }
}
