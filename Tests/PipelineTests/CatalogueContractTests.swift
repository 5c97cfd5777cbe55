// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Foundation
import Testing

@testable import Pipeline

/// What every detector of the catalogue must keep in the lane that production uses, by its own cases.
@Suite struct CatalogueContractTests {
    private func lane(_ test: SelfTest) -> RehearsalLane {
        RehearsalLane(canaries: test.canaries, inventory: test.inventory, declaresFlows: test.declaresFlows, series: test.series)
    }

    @Test(arguments: SelfTestRunner.cases.indices)
    func `stopped and resumed before its last stretch, a case comes to the same alerts, in bounded state, with finite numbers`(index: Int)
        throws
    {
        let test = SelfTestRunner.cases[index].test
        var whole = lane(test)
        var stopped = lane(test)
        whole.live(test.history)
        stopped.live(test.history)
        let bytes = try stopped.restart()
        #expect(bytes <= CatalogueContractTests.largestState, "\(test.name): \(bytes) bytes")
        let (one, other) = (whole.live(test.last), stopped.live(test.last))
        #expect(one.map(\.json) == other.map(\.json), "\(test.name)")
        for alert in one { try expectFinite(alert) }
    }

    /// Bytes of an account's state, with its open buckets: 4 KiB are what a quiet account has.
    private static let largestState = 12_288

    private func expectFinite(_ alert: AlertRecord) throws {
        for key in ["observed", "expected", "low", "high", "ratio", "z", "p"] {
            // What is not finite is null in JSON, and no number.
            #expect(try alert.number(key).isFinite, "\(alert.detector) \(key)")
        }
        #expect(try (0...1).contains(alert.number("p")), "\(alert.detector)")
        #expect(!alert.summary.contains("nan") && !alert.summary.contains("∞"), "\(alert.summary)")
    }

    @Test(arguments: [UInt64(11), 12]) func `what comes later changes nothing that was said before`(seed: UInt64) throws {
        let files = GeneratedFleet(seed: seed).files()
        let whole = try run(files)
        // The last week is cut, in both of its files at about the same time.
        let parts = files.dropLast(2) + files.suffix(2).map { MemorySource.File($0.path, Array($0.bytes.prefix($0.bytes.count * 4 / 5))) }
        let part = try run(Array(parts))
        // At its end a run says what its open buckets hold: what was said until a day before it is what counts.
        let newest = try #require(part.counter("newest_event_ms"))
        let limit = CivilTime(EventTime(milliseconds: newest) - .days(1)).rfc3339
        func before(_ alerts: [String]) throws -> [String] {
            try alerts.filter { alert in
                let object = try #require(try JSONSerialization.jsonObject(with: Data(alert.utf8)) as? [String: Any])
                return try #require(object["last"] as? String) < limit
            }
        }
        let said = try before(part.alerts)
        #expect(said.count > 0, "seed \(seed)")
        #expect(said == (try before(whole.alerts)), "seed \(seed)")
    }
}
