// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// The lane's totals as series of their own: what D37 says of them, once, in its time and with its parts.
@Suite struct LaneSeriesTests {
    private static let first: Int64 = 1_780_272_000_000 / BucketGrid.milliseconds

    /// A lane of four accounts with one event each in every bucket; `rows` gives the rows of an account in a bucket, nil for no event.
    private func alerts(
        buckets: Int64, restartAt cut: Int64? = nil, shards: Int = 1, rows: (Int64, UInt32) -> UInt64?
    ) throws -> [AlertRecord] {
        var options = LaneOptions(name: "gateway", format: "json", lateness: .minutes(2))
        options.shards = shards
        var core = LaneCore(options: options)
        var journal = MemoryJournal()
        var alerts: [AlertRecord] = []
        for bucket in 0..<buckets {
            if bucket == cut {
                journal.store(core.takeCommit())
                core = try LaneCore(options: options, resume: journal.resume)
            }
            var batch = EventBatch()
            if bucket == 0 { batch.newAccounts = ["svc-a", "svc-b", "svc-c", "svc-d"] }
            for account in 1...4 as ClosedRange<UInt32> {
                guard let amount = rows(bucket, account) else { continue }
                batch.events.append(event(bucket, account, rows: amount))
            }
            core.process(batch)
            alerts += core.takeAlerts().filter { $0.detector == "D37" }
        }
        return alerts
    }

    private func event(_ bucket: Int64, _ account: UInt32, rows: UInt64) -> AccessEvent {
        AccessEvent(
            time: BucketGrid.start(of: LaneSeriesTests.first + bucket) + .seconds(Int64(account) * 60), rows: rows, bytes: 0,
            offset: UInt64(bucket * 100), rowKey: 0, account: AccountID(rawValue: account), stream: 0, endpoint: .unknown, object: .unknown,
            network: .unknown, status: 200, operation: .export, presence: [.rows])
    }

    /// Steady for three weeks, then eight buckets with six times as much, twice within a day.
    private func peaks(_ bucket: Int64, _ account: UInt32) -> UInt64? {
        let usual = UInt64(100 + (bucket * 37 + Int64(account) * 11) % 23)
        let isPeak = (2000..<2008).contains(bucket) || (2050..<2054).contains(bucket)
        return isPeak ? usual * 6 * UInt64(account) : usual
    }

    @Test func `a total that was never reached opens one low alert on the source, which ends`() throws {
        let alerts = try alerts(buckets: 2200, rows: peaks)
        #expect(alerts.map(\.status) == [.open, .resolved])
        let alert = try #require(alerts.first)
        #expect(alert.account == "*" && alert.severity == .low && alert.name == "series-novelty")
        #expect(alert.opened == BucketGrid.start(of: LaneSeriesTests.first + 2001))
        #expect(alert.summary.hasPrefix("Source gateway does something it never did in 20 days: "))
        #expect(alert.summary.contains("rows in 15 min"))
        #expect(alerts.last?.summary.hasPrefix("The source is back to usual after ") == true)
    }

    @Test func `its parts are the accounts, and its evidence the largest of them`() throws {
        let opened = try #require(try alerts(buckets: 2003, rows: peaks).first)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(opened.json.utf8)) as? [String: Any])
        let parts = try #require(json["contributions"] as? [[String: Any]])
        #expect(parts.compactMap { $0["value"] as? String } == ["svc-d", "svc-c", "svc-b", "svc-a"])
        #expect(parts.allSatisfy { $0["kind"] as? String == "account" })
        #expect(abs(parts.compactMap { $0["share"] as? Double }.reduce(0, +) - 1) < 1e-9)
        let evidence = try #require(json["evidence"] as? [[String: Any]])
        #expect(evidence.compactMap { $0["offset"] as? Int } == [200_000])
    }

    @Test func `a restart within the peak and more shards change no letter`() throws {
        let whole = try alerts(buckets: 2200, rows: peaks).map(\.json)
        #expect(try alerts(buckets: 2200, restartAt: 2003, rows: peaks).map(\.json) == whole)
        #expect(try alerts(buckets: 2200, restartAt: 1999, shards: 3, rows: peaks).map(\.json) == whole)
    }

    @Test func `the first fortnight and a dead source are not judged`() throws {
        #expect(try alerts(buckets: 1340) { bucket, _ in bucket % 400 == 399 ? 90_000 : 100 }.isEmpty)
        // Two days without a line, in which zero is no total but a gap.
        let gap: (Int64, UInt32) -> UInt64? = { bucket, account in
            (2000..<2192).contains(bucket) ? nil : UInt64(100 + (bucket * 37 + Int64(account) * 11) % 23)
        }
        #expect(try alerts(buckets: 2400, rows: gap).filter { $0.status == .open }.count <= 1)
    }
}
