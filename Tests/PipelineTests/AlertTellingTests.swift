// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Foundation
import Testing

@testable import Pipeline

/// What an alert says while it goes on and when it ends.
@Suite struct AlertTellingTests {
    private let usual = Activity(rows: 1000, bytes: 100_000, calls: 4, spread: 0.3).with { $0.endpoints = ["/contacts"] }

    private func thief(_ rows: UInt64, by endpoint: String) -> Activity {
        usual.moving(rows: rows).with {
            $0.endpoints = [endpoint]
            $0.spread = 0
        }
    }

    private func endpoints(_ record: AlertRecord) throws -> [String] {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(record.json.utf8)) as? [String: Any])
        let parts = try #require(object["contributions"] as? [[String: Any]])
        return parts.filter { $0["kind"] as? String == "endpoint" }.compactMap { $0["value"] as? String }
    }

    /// Four weeks, an hour of theft that grows and ends with little, and days of rest.
    private func theft() throws -> [AlertRecord] {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 28, [usual])])
        let hours = [
            Stretch(buckets: 1, [thief(60_000, by: "/first")]), Stretch(buckets: 1, [thief(900_000, by: "/most")]),
            Stretch(buckets: 2, [thief(20_000, by: "/least")]), Stretch(days: 5, [usual]),
        ]
        return hours.flatMap { lane.live($0) }.filter { $0.detector == "D01" }
    }

    @Test func `what an alert is made of belongs to the finding that it tells, also when it ends`() throws {
        let told = try theft()
        let end = try #require(told.last { $0.status == .resolved })
        #expect(end.summary.contains("The alert was: account-1 exported 900,000 rows"), "\(end.summary)")
        #expect(try endpoints(end) == ["/most"], "\(end.json)")
        #expect(end.json.contains(#""evidence":[{"#))
        for update in told where update.status == .update && update.summary.contains("900,000") {
            #expect(try endpoints(update) == ["/most"], "\(update.json)")
        }
    }

    @Test func `an alert that went through a checkpoint still knows what it is made of`() throws {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 28, [usual])])
        _ = lane.live(Stretch(buckets: 1, [thief(900_000, by: "/most")]))
        _ = try lane.restart()
        let end = try #require(lane.live(Stretch(days: 5, [usual])).last { $0.detector == "D01" && $0.status == .resolved })
        #expect(try endpoints(end) == ["/most"], "\(end.json)")
    }

    @Test func `an update begins with what has changed`() throws {
        let updates = try theft().filter { $0.status == .update }
        #expect(!updates.isEmpty)
        for update in updates { #expect(update.summary.hasPrefix("Update: "), "\(update.summary)") }
        let completion = try #require(updates.first)
        #expect(completion.summary.contains("its quarter hour is over"), "\(completion.summary)")
        #expect(completion.json.contains(#""change":{"reasons":["#), "\(completion.json)")
    }
}
