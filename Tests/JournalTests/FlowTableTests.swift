// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import Pipeline
import Testing

@testable import Journal

@Suite struct FlowTableTests {
    private func flow(_ day: Int64, calls: UInt64, to system: String = "lake") -> FlowDay {
        var counts = FlowLedger.Counts()
        counts.calls = calls
        counts.records = calls * 10
        (counts.labelled, counts.weak) = (calls + 1, calls + 2)
        return FlowDay(
            day: day, dataClass: "customer", from: FlowDay.End(environment: "production", system: "crm", region: "EU"),
            to: FlowDay.End(environment: "production", system: system, region: "EU"), counts: counts, isDeclared: true)
    }

    @Test func `a day's row is replaced as the day goes on, and old days go`() throws {
        let folder = try TemporaryFolder()
        let journal = try SQLiteJournal.open(directory: folder.state, sinks: [])
        var first = commit()
        first.flows = [flow(100, calls: 5), flow(100, calls: 7, to: "mail")]
        try journal.commit(first, now: noon)
        first.flows = [flow(100, calls: 9)]
        try journal.commit(first, now: noon)
        let view = try JournalView.open(directory: folder.state)
        #expect(try view.flows().map(\.flow) == [flow(100, calls: 9), flow(100, calls: 7, to: "mail")])
        #expect(try view.flows().map(\.lane) == ["gateway", "gateway"])
        first.flows = [flow(100 + FlowTable.retainedDays + 1, calls: 1)]
        try journal.commit(first, now: noon)
        #expect(try view.flows().count == 1)
    }
}
