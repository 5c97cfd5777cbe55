// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// D38: many accounts at once, which are named, and never the chance of many quiet accounts.
@Suite struct FanOutTests {
    private static let usual = Activity(rows: 1000, calls: 4, spread: 0.3)

    private func fleet(raised: Range<Int>) -> [Activity?] {
        (0..<24).map { raised.contains($0) ? FanOutTests.usual.moving(rows: 1800) : FanOutTests.usual }
    }

    @Test func `the accounts that rose most are named, and have their parts`() throws {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 22, fleet(raised: 0..<0))])
        let opened = lane.live([Stretch(buckets: 16, fleet(raised: 3..<13))]).filter { $0.detector == "D38" }
        let alert = try #require(opened.first)
        #expect(alert.summary.contains("Furthest beyond it: account-"), "\(alert.summary)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(alert.json.utf8)) as? [String: Any])
        let parts = try #require(object["contributions"] as? [[String: Any]])
        let names = parts.compactMap { $0["value"] as? String }.filter { $0 != "(other)" }
        #expect(!names.isEmpty && names.allSatisfy { (4...13).map { "account-\($0)" }.contains($0) }, "\(names)")
        #expect(parts.allSatisfy { $0["kind"] as? String == "account" })
        let sum = parts.compactMap { ($0["share"] as? NSNumber)?.doubleValue }.reduce(0, +)
        #expect(abs(sum - 1) < 1e-9, "\(sum)")
    }

    @Test(arguments: 0...1 as ClosedRange<UInt64>)
    func `a small fleet of accounts that make a few calls by chance is never told for rising together`(seed: UInt64) {
        var random = SeededRandom(seed: 40 + seed)
        var core = LaneCore(options: LaneOptions(name: "gateway", format: "json", lateness: .seconds(0)))
        var told: [String] = []
        let first = BucketGrid.number(of: RehearsalLane.start)
        for bucket in 0..<49 * 96 as Range<Int64> {
            var batch = EventBatch()
            if bucket == 0 { batch.newAccounts = (0..<20).map { "quiet-\($0)" } }
            // Calls an hour: by day a few, at night and at weekends hardly any.
            let hour = Double(bucket % 96) / 4
            let shape = (0.1 + exp(-((hour - 14) / 4) * ((hour - 14) / 4))) * (bucket / 96 % 7 >= 5 ? 0.3 : 1)
            for account in 0..<20 {
                let expected = [3.0, 6, 12][account % 3] * shape / 4
                for second in 0..<30 where Double.random(in: 0..<1, using: &random) < expected / 30 {
                    let rows = UInt64(exp(3 + 0.6 * normal(&random)).rounded()) + 1
                    batch.events.append(event(first + bucket, UInt32(account + 1), second: Int64(second) * 30, rows: rows))
                }
            }
            batch.events.sort { $0.time < $1.time }
            core.process(batch)
            told += core.takeAlerts().filter { $0.detector == "D38" && $0.status == .open }.map(\.summary)
        }
        #expect(told.isEmpty, "seed \(seed): \(told)")
    }

    private func normal(_ random: inout SeededRandom) -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
    }

    private func event(_ bucket: Int64, _ account: UInt32, second: Int64, rows: UInt64) -> AccessEvent {
        AccessEvent(
            time: BucketGrid.start(of: bucket) + .seconds(second), rows: rows, bytes: 0, offset: 0, rowKey: 0,
            account: AccountID(rawValue: account), stream: 0, endpoint: .unknown, object: .unknown, network: .unknown, status: 200,
            operation: .query, presence: [.rows])
    }
}
