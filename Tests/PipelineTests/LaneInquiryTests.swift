// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// What a lane answers when somebody asks why, and that asking changes nothing.
@Suite struct LaneInquiryTests {
    private static let first: Int64 = 1_780_272_000_000 / BucketGrid.milliseconds
    /// The bucket in which svc-a exports two hundred times its usual.
    private static let burst: Int64 = 15 * 96 + 40
    /// The bucket in which it does so again.
    private static let again = burst + 500

    /// A lane of two accounts, svc-a's bursts in it, the first of which somebody calls an incident, and what it says to an inquiry;
    /// `buckets` are fed.
    private func run(_ account: String, _ bucket: Int64, buckets: Int64 = burst + 4, shards: Int = 1) -> (LaneExplanation?, [AlertRecord]) {
        var options = LaneOptions(name: "gateway", format: "json", lateness: .minutes(2))
        options.shards = shards
        var core = LaneCore(options: options)
        core.inquiry = LaneInquiry(account: account, bucket: LaneInquiryTests.first + bucket)
        let after = BucketGrid.start(of: LaneInquiryTests.first + LaneInquiryTests.burst + 2)
        core.decisions = [LaneDecision(.incident, account: "svc-a", time: after)]
        var alerts: [AlertRecord] = []
        for number in 0..<buckets {
            var batch = EventBatch()
            if number == 0 { (batch.newAccounts, batch.newValues) = (["svc-a", "svc-b"], ["/contacts", "/jobs"]) }
            for account in 1...2 as ClosedRange<UInt32> where account == 1 || number >= 100 {
                let rows = UInt64(100 + (number * 37 + Int64(account) * 11) % 23)
                let isBurst = [LaneInquiryTests.burst, LaneInquiryTests.again].contains(number) && account == 1
                batch.events.append(event(number, account, rows: isBurst ? rows * 200 : rows))
                if isBurst { batch.events.append(event(number, account, rows: rows * 40, endpoint: 3)) }
            }
            batch.isLast = number == buckets - 1
            core.process(batch)
            alerts += core.takeAlerts()
        }
        return (core.inquiry?.answer, alerts)
    }

    private func event(_ bucket: Int64, _ account: UInt32, rows: UInt64, endpoint: UInt16 = 2) -> AccessEvent {
        AccessEvent(
            time: BucketGrid.start(of: LaneInquiryTests.first + bucket) + .seconds(Int64(account) * 60), rows: rows, bytes: 0,
            offset: UInt64(bucket * 100), rowKey: 0, account: AccountID(rawValue: account), stream: 0,
            endpoint: ValueID(rawValue: endpoint), object: .unknown, network: .unknown, status: 200, operation: .export, presence: [.rows])
    }

    @Test func `the bucket of an alert is explained with that alert`() throws {
        let (answer, alerts) = run("svc-a", LaneInquiryTests.burst)
        let explanation = try #require(answer)
        let record = try #require(alerts.first { $0.account == "svc-a" && $0.detector == "D01" && $0.status == .open })
        let entry = try #require(explanation.detectors.first { $0.descriptor.id == "D01" })
        #expect(explanation.hasOpened && entry.explanation.hasFired)
        #expect(entry.alert?.isNew == true && entry.alert?.id == record.id && entry.alert?.opened == record.opened)
        #expect(explanation.bucket.isClosed && explanation.detectors.map(\.descriptor.id) == DetectorCatalog.all.map { $0.descriptor.id })
        let totals = try #require(explanation.detectors.first { $0.descriptor.id == "D37" }).explanation.verdicts
        #expect(totals.map(\.measure) == [.rows, .calls])
    }

    @Test func `a bucket is told by its parts, as its alert is, and with the alerts before it`() throws {
        let (answer, alerts) = run("svc-a", LaneInquiryTests.again, buckets: LaneInquiryTests.again + 4)
        let explanation = try #require(answer)
        let opened = alerts.filter { $0.account == "svc-a" && $0.detector == "D01" && $0.status == .open }
        #expect(opened.count == 2)
        let made = try #require(explanation.contributions)
        #expect(made.measure == .rows)
        #expect(made.parts.filter { $0.kind == "endpoint" }.map(\.value) == ["/contacts", "/jobs"])
        for kind in ["endpoint", "object", "operation"] {
            #expect(abs(made.parts.filter { $0.kind == kind }.map(\.share).reduce(0, +) - 1) < 1e-9, "\(kind)")
        }
        let completed = try #require(alerts.last { $0.id == opened[1].id && $0.status == .update })
        let told = try #require(try JSONSerialization.jsonObject(with: Data(completed.json.utf8)) as? [String: Any])
        let parts = try #require(told["contributions"] as? [[String: Any]])
        #expect(parts.compactMap { $0["value"] as? String } == made.parts.map(\.value))
        #expect(parts.compactMap { $0["share"] as? Double } == made.parts.map(\.share))
        let entry = try #require(explanation.detectors.first { $0.descriptor.id == "D01" })
        #expect(entry.similar == [PastAlert(id: opened[0].id, opened: opened[0].opened, label: .incident)])
        // A quiet bucket has its parts as well.
        let quiet = try #require(run("svc-a", LaneInquiryTests.again - 1, buckets: LaneInquiryTests.again + 4).0)
        #expect(quiet.contributions?.parts.first { $0.kind == "endpoint" }?.share == 1)
        #expect(quiet.detectors[0].alert == nil && quiet.detectors[0].similar.map(\.id) == [opened[0].id])
    }

    @Test func `a bucket after it shows the alert as open, and one before it shows nothing`() throws {
        let after = try #require(run("svc-a", LaneInquiryTests.burst + 1).0)
        #expect(!after.hasOpened && after.detectors[0].alert?.isNew == false)
        let before = try #require(run("svc-a", LaneInquiryTests.burst - 1).0)
        #expect(!before.hasOpened && before.detectors.allSatisfy { $0.alert == nil && !$0.explanation.hasFired })
    }

    @Test func `asking changes no alert, and the answer is the same on any number of shards`() throws {
        let (one, alerts) = run("svc-a", LaneInquiryTests.burst)
        #expect(run("nobody", 0).1 == alerts)
        for shards in 2...3 {
            let (other, otherAlerts) = run("svc-a", LaneInquiryTests.burst, shards: shards)
            #expect(otherAlerts == alerts)
            #expect("\(try #require(other))" == "\(try #require(one))")
        }
    }

    @Test func `a bucket that the input leaves open is explained as it stands`() throws {
        let answer = try #require(run("svc-a", LaneInquiryTests.burst, buckets: LaneInquiryTests.burst + 1).0)
        #expect(!answer.bucket.isClosed && answer.hasOpened)
        #expect(answer.bucket.sums.rows > 20_000)
    }

    @Test func `an unknown account, one not yet seen, and times outside the data have no answer`() {
        #expect(run("svc-c", 50).0 == nil)
        #expect(run("svc-b", 50, buckets: 200).0 == nil)
        #expect(run("svc-b", 100, buckets: 200).0 != nil)
        #expect(run("svc-a", -10, buckets: 200).0 == nil)
        #expect(run("svc-a", 300, buckets: 200).0 == nil)
    }
}
