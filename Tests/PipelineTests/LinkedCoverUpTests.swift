// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// D12 by another account than the one that exported.
@Suite struct LinkedCoverUpTests {
    private let work = Activity(rows: 400, calls: 4, spread: 0.2).with { $0.endpoints = ["/contacts"] }
    private var theft: Activity { work.moving(rows: 900_000) }

    private func deletion(_ endpoint: String) -> Activity {
        Activity(rows: 0, calls: 1).with {
            $0.endpoints = [endpoint]
            $0.operation = .delete
        }
    }

    /// Four weeks of two accounts; the first steals or not, the other removes something an hour later.
    private func told(_ endpoint: String, steals: Bool) -> [AlertRecord] {
        var lane = RehearsalLane()
        lane.live([Stretch(days: 28, [work, work])])
        let hour = [
            Stretch(buckets: 1, [steals ? theft : work, work]), Stretch(buckets: 3, [work, work]),
            Stretch(buckets: 1, [work, deletion(endpoint)]),
        ]
        return (hour + [Stretch(days: 5, [work, work])]).flatMap { lane.live($0) }
    }

    @Test(arguments: ["/settings/audit-log", "/audit/logs/{id}"])
    func `an audit log that another account removes under an open alert of volume is told with that alert`(endpoint: String) throws {
        let records = told(endpoint, steals: true)
        let export = try #require(records.first { $0.detector == "D01" && $0.account == "account-1" })
        let deed = try #require(records.first { $0.detector == "D12" && $0.status == .open })
        #expect(deed.account == "account-2" && deed.severity == .critical)
        #expect(deed.summary.contains("account-1 (\(export.id))"), "\(deed.summary)")
        #expect(deed.json.contains(#""related":[""# + export.id), "\(deed.json)")
        let end = try #require(records.last { $0.id == export.id })
        #expect(end.status == .resolved && end.json.contains(deed.id), "\(end.json)")
    }

    @Test func `without an open alert a change of the audit's settings stands alone, and a removed log is nothing`() throws {
        let deed = try #require(told("/settings/audit-log", steals: false).first { $0.detector == "D12" })
        #expect(!deed.summary.contains("account-1"), "\(deed.summary)")
        #expect(told("/audit/logs/{id}", steals: false).allSatisfy { $0.detector != "D12" })
    }

    @Test func `a report that another account removes is no trace of the export`() {
        #expect(told("/reports/{id}", steals: true).allSatisfy { $0.detector != "D12" })
    }
}
