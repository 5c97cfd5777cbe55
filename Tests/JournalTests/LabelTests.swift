// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline
import TestSupport
import Testing

@testable import Journal

/// What people decide is written down beside a running daemon, applied once by each lane, and never lost.
@Suite struct LabelTests {
    let folder: TemporaryFolder
    let journal: SQLiteJournal

    init() throws {
        folder = try TemporaryFolder()
        journal = try SQLiteJournal.open(directory: folder.state, sinks: [])
    }

    private func decision(_ verdict: LaneDecision.Verdict, alert: String = "") -> WrittenDecision {
        WrittenDecision(verdict, account: "svc-bi", alert: alert, reason: "a new report", author: "mara", written: noon)
    }

    @Test func `a decision waits for the lane until a commit says where it was applied`() throws {
        try journal.commit(commit(), now: noon)
        let beside = try SQLiteJournal.administer(directory: folder.state)
        let number = try beside.record(decision(.accept))
        try beside.close()
        let waiting = try journal.pendingDecisions(lane: "gateway")
        #expect(waiting == [LaneDecision(.accept, account: "svc-bi", number: number)])
        var next = commit()
        next.applied = [AppliedDecision(number: number, time: noon)]
        try journal.commit(next, now: noon)
        try journal.commit(next, now: noon)
        #expect(try journal.pendingDecisions(lane: "gateway").isEmpty)
        var written = decision(.accept)
        written.applied = ["gateway": noon]
        #expect(try journal.view.decisions() == [written])
    }

    @Test func `a label of an alert that the lane never had is not the lane's`() throws {
        try journal.commit(commit(), now: noon)
        try journal.record(decision(.incident, alert: "A-nobody"))
        #expect(try journal.pendingDecisions(lane: "gateway").isEmpty)
        #expect(try journal.view.decisions().map(\.verdict) == [.incident])
    }
}
