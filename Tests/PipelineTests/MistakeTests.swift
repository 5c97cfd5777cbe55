// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import Testing

@testable import Pipeline

/// Mistakes found in the shipped rules of other systems, which weir must not make: rows X1 to X14 of design/detectors.md, section 6. Those
/// about fleets and many accounts are in ``FleetMistakeTests``.
@Suite struct MistakeTests {
    private let office = Activity(rows: 400, bytes: 120_000, calls: 4, hours: 8..<18, spread: 0.3)
    private let always = Activity(rows: 1000, bytes: 100_000, calls: 2, spread: 0.2)

    @Test func `X1: the amount under test is no part of the baseline that it is held against`() throws {
        var expectations: [[Double]] = []
        for rows: UInt64 in [50_000, 500_000] {
            var lane = RehearsalLane()
            #expect(lane.live([Stretch(days: 14, [always])]).isEmpty)
            let alert = try #require(lane.volumeAlerts(Stretch(buckets: 1, [always.moving(rows: rows)])).first)
            expectations.append([try alert.number("expected"), try alert.number("low"), try alert.number("high")])
        }
        #expect(expectations[0] == expectations[1])
    }

    @Test func `X2: no detector is a rule that can never fire`() {
        for type in DetectorCatalog.all {
            let positives = SelfTestRunner.cases.filter { $0.detector.id == type.descriptor.id && $0.expected == .fired }
            #expect(positives.contains { SelfTestRunner.run($0) == .fired }, "\(type.descriptor.id)")
        }
    }

    @Test func `X3: an hour is held against hours, so 60,000 rows stand out although fourteen days had more`() throws {
        // 5,000 rows a day: 14 days together are 70,000.
        let daily = Activity(rows: 1250, calls: 2, hours: 2..<3)
        var lane = RehearsalLane()
        #expect(lane.live([Stretch(days: 21, [daily]), Stretch(buckets: 8, [daily])]).isEmpty)
        let alert = try #require(lane.volumeAlerts(Stretch(buckets: 4, [daily.moving(rows: 15_000)])).first)
        #expect(try alert.number("observed") < 70_000)
        #expect(try alert.number("expected") < 5001)
    }

    @Test(arguments: [
        (Activity(rows: 1000, bytes: 0, spread: 0.2), Activity(rows: 20_000, bytes: 0)),
        (Activity(rows: 1, bytes: 1_000_000, spread: 0.2), Activity(rows: 1, bytes: 40_000_000)),
        (Activity(rows: 0, bytes: 0, calls: 20, spread: 0.2), Activity(rows: 0, bytes: 0, calls: 700)),
    ])
    func `X4: a measure that has only ever had one value does not blind the others`(usual: Activity, loud: Activity) {
        var lane = RehearsalLane()
        #expect(lane.live([Stretch(days: 14, [usual])]).isEmpty)
        #expect(!lane.volumeAlerts(Stretch(buckets: 2, [loud])).isEmpty)
    }

    @Test(arguments: [100, 10_000, 1_000_000] as [UInt64])
    func `X5: ten times an amount that never varied is found`(rows: UInt64) {
        let constant = Activity(rows: rows, bytes: rows * 100)
        var lane = RehearsalLane()
        #expect(lane.live([Stretch(days: 21, [constant])]).isEmpty)
        #expect(!lane.volumeAlerts(Stretch(buckets: 1, [constant.moving(rows: rows * 10)])).isEmpty)
    }

    @Test func `X6: a drop to nothing is no export`() {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 21, [always, always])])
        #expect(lane.volumeAlerts(Stretch(days: 2, [nil, always])).isEmpty)
        #expect(lane.volumeAlerts(Stretch(days: 2, [Activity(rows: 0), always])).isEmpty)
    }

    @Test func `X6: days without a line are zeros, so the amount of a working day stands out in them`() throws {
        let job = Activity(rows: 10_000, calls: 4, hours: 9..<10)
        let monday = [Stretch(days: 1, [job, always]), Stretch(days: 6, [nil, always])]
        var lane = RehearsalLane()
        lane.live(Array(repeating: monday, count: 5).flatMap { $0 })
        let beforeThursdayMorning = [
            Stretch(days: 1, [job, always]), Stretch(days: 2, [nil, always]), Stretch(buckets: 36, [nil, always]),
        ]
        #expect(lane.live(beforeThursdayMorning).filter { $0.detector == "D01" }.isEmpty)
        let alert = try #require(lane.volumeAlerts(Stretch(buckets: 4, [job, always])).first)
        #expect(try alert.number("expected") < 10_000)
    }

    @Test func `X7: callers from two IPv6 networks of one provider are two networks`() throws {
        func network(_ text: String) -> Network {
            let bytes = Array("<\(text)>".utf8)
            return ChunkBuffer(bytes).withBytes { NetworkParser.network($0, 1, bytes.count - 2) }
        }
        let home = Activity(rows: 10, network: network("2001:db8:7:1::15"))
        var lane = RehearsalLane()
        lane.live([Stretch(days: 15, [home])])
        #expect(lane.live([Stretch(buckets: 1, [home.from(network("2001:db8:7:ffff::1"))])]).isEmpty)
        let alerts = lane.live([Stretch(buckets: 1, [home.from(network("2001:db8:8:1::15"))])])
        #expect(alerts.map(\.detector) == ["D13"])
        #expect(alerts.first?.summary.contains("2001:db8:8::/48") == true)
    }

    @Test func `X8: bulk jobs of a single row alert nobody, whenever they come`() {
        let busy = Activity(rows: 1000, bytes: 100_000, calls: 20, spread: 0.2)
        var lane = RehearsalLane()
        lane.live([Stretch(days: 14, [nil, busy])])
        for day in 0..<28 {
            let hour = day * 7 % 24
            let opened = lane.live([Stretch(days: 1, [Activity(rows: 1, bytes: 100, hours: hour..<(hour + 1)), busy])])
            #expect(opened.isEmpty, "day \(day)")
        }
    }

    @Test func `X13: what is usual at noon is found at night`() {
        var lane = RehearsalLane()
        #expect(lane.live([Stretch(days: 21, [office]), Stretch(buckets: 48, [office])]).isEmpty)
        #expect(lane.volumeAlerts(Stretch(buckets: 4, [office])).isEmpty)
        #expect(lane.live([Stretch(buckets: 60, [office])]).isEmpty)
        let atNight = Activity(rows: office.rows, bytes: office.bytes, calls: office.calls)
        #expect(!lane.volumeAlerts(Stretch(buckets: 4, [atNight])).isEmpty)
    }

    @Test func `X13: what is usual on a weekday is found on a Sunday`() {
        let week = [Stretch(days: 5, [office, always]), Stretch(days: 2, [nil, always])]
        var lane = RehearsalLane()
        lane.live(Array(repeating: week, count: 4).flatMap { $0 })
        #expect(lane.live([Stretch(days: 5, [office, always]), Stretch(days: 1, [nil, always])]).isEmpty)
        #expect(!lane.volumeAlerts(Stretch(days: 1, [office, always])).isEmpty)
    }

    @Test func `X14: the same amount is an incident for one account and a usual day for another`() {
        let small = Activity(rows: 200, bytes: 20_000, calls: 2, spread: 0.2)
        let large = Activity(rows: 20_000, bytes: 2_000_000, calls: 2, spread: 0.2)
        var lane = RehearsalLane()
        #expect(lane.live([Stretch(days: 14, [small, large])]).isEmpty)
        let alerts = lane.volumeAlerts(Stretch(buckets: 1, [large, large]))
        #expect(alerts.map(\.account) == ["account-1"])
    }

    @Test(arguments: [1, 1000] as [UInt64])
    func `X14: accounts a thousand times as large are judged by the same multiples`(scale: UInt64) {
        let usual = Activity(rows: 1000 * scale, calls: 2, spread: 0.2)
        var lane = RehearsalLane()
        #expect(lane.live([Stretch(days: 14, [usual])]).isEmpty)
        #expect(lane.volumeAlerts(Stretch(buckets: 1, [usual.moving(rows: 1500 * scale)])).isEmpty)
        #expect(!lane.volumeAlerts(Stretch(buckets: 1, [usual.moving(rows: 20_000 * scale)])).isEmpty)
    }
}
