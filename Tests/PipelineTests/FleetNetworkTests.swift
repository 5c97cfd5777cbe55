// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// D13 when the accounts of a lane move to another network together.
@Suite struct FleetNetworkTests {
    private static let home = Network(ipv4: 0x0A01_0200)
    private static let gate = Network(ipv4: 0xCB00_7100)
    private let work = Activity(rows: 100, calls: 2, spread: 0.2).from(FleetNetworkTests.home)
    private var moved: Activity { work.from(FleetNetworkTests.gate) }

    private func lane(_ accounts: Int) -> RehearsalLane {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 15, Array(repeating: work, count: accounts))])
        return lane
    }

    private func told(_ lane: inout RehearsalLane, _ stretches: [Stretch]) -> [AlertRecord] {
        stretches.flatMap { lane.live($0) }.filter { $0.detector == "D13" }
    }

    @Test func `a new gateway of all accounts is one alert, which names the network and how many they are`() throws {
        var lane = lane(12)
        let records = told(&lane, [Stretch(buckets: 2, Array(repeating: moved, count: 12))])
        #expect(Set(records.map(\.id)).count == 1, "\(records.map(\.summary))")
        let last = try #require(records.last)
        #expect(last.summary.contains("203.0.113.0/24") && last.summary.contains("11 other accounts"), "\(last.summary)")
    }

    @Test func `accounts that work later join the alert of those that moved first`() throws {
        var lane = lane(12)
        let early = Array(repeating: moved as Activity?, count: 4) + Array(repeating: nil, count: 8)
        let all = Array(repeating: moved as Activity?, count: 12)
        let records = told(&lane, [Stretch(buckets: 1, early), Stretch(buckets: 1, all)])
        #expect(Set(records.map(\.id)).count == 1, "\(records.map(\.summary))")
        #expect(try #require(records.last).summary.contains("11 other accounts"))
    }

    @Test func `two of twelve accounts from one new network are an alert each`() {
        var lane = lane(12)
        let some = Array(repeating: moved, count: 2) + Array(repeating: work, count: 10)
        #expect(Set(told(&lane, [Stretch(buckets: 1, some)]).map(\.account)) == ["account-1", "account-2"])
    }

    @Test func `accounts that move each to a network of their own are an alert each`() {
        var lane = lane(4)
        let own = (0..<4).map { work.from(Network(ipv4: 0xCB00_7100 + UInt32($0) << 8)) }
        #expect(Set(told(&lane, [Stretch(buckets: 1, own)]).map(\.account)).count == 4)
    }

    @Test func `a network that the settings declare is new to nobody, and another one is`() {
        let gate = NetworkRange([203, 0, 113, 0], prefix: 24)
        var lane = RehearsalLane(knownNetworks: [gate].compactMap(\.self))
        lane.live([Stretch(days: 15, [work, work])])
        #expect(told(&lane, [Stretch(buckets: 1, [moved, work])]).isEmpty)
        let elsewhere = work.from(Network(ipv4: 0xCB00_7200))
        #expect(told(&lane, [Stretch(buckets: 1, [work, elsewhere])]).map(\.account).first == "account-2")
    }

    @Test func `declared networks are part of the model's hash`() {
        var options = LaneOptions(name: "a", format: "json", lateness: .seconds(0))
        let before = LaneCore.stamp(options)
        options.knownNetworks = [NetworkRange([10, 0, 0, 0], prefix: 8)].compactMap(\.self)
        #expect(LaneCore.stamp(options).hash != before.hash)
    }

    @Test func `a move that a checkpoint interrupts is still one alert`() throws {
        var lane = lane(12)
        let early = Array(repeating: moved as Activity?, count: 4) + Array(repeating: nil, count: 8)
        var records = told(&lane, [Stretch(buckets: 1, early)])
        _ = try lane.restart()
        records += told(&lane, [Stretch(buckets: 1, Array(repeating: moved, count: 12))])
        #expect(Set(records.map(\.id)).count == 1, "\(records.map(\.summary))")
    }
}
