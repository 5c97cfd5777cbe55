// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline
import Testing

@testable import Journal

@Suite struct AlertViewTests {
    let folder: TemporaryFolder
    let journal: SQLiteJournal

    init() throws {
        folder = try TemporaryFolder()
        journal = try SQLiteJournal.open(directory: folder.state, sinks: ["syslog", "webhook:hooks.example.com"])
        var other = record("a3", 5, account: "svc-9")
        (other.detector, other.name, other.opened) = ("D13", "new-source", noon + .minutes(5))
        try journal.commit(
            commit(alerts: [record("a1"), record("a2"), record("a1", 1, .update), record("a2", 1, .resolved), other]), now: noon)
    }

    private func found(_ change: (inout AlertFilter) -> Void) throws -> [String] {
        var filter = AlertFilter()
        change(&filter)
        return try journal.view.alerts(filter).map { "\($0.record.id) \($0.record.status.name)" }
    }

    @Test func `each alert is listed once, as it stands, the latest first`() throws {
        #expect(try found { _ in } == ["a3 open", "a2 resolved", "a1 update"])
        #expect(try found { $0.limit = 2 } == ["a3 open", "a2 resolved"])
    }

    @Test func `every condition of a filter holds, together with the others`() throws {
        #expect(try found { $0.isOpen = true } == ["a3 open", "a1 update"])
        #expect(try found { $0.account = "svc-9" } == ["a3 open"])
        #expect(try found { $0.detector = "D13" } == ["a3 open"])
        #expect(try found { $0.detector = "export-volume" } == ["a2 resolved", "a1 update"])
        #expect(try found { $0.since = noon + .minutes(2) } == ["a3 open"])
        #expect(try found { $0.since = noon + .minutes(1) } == ["a3 open", "a2 resolved", "a1 update"])
        #expect(try found { $0.until = noon + .minutes(5) } == ["a2 resolved", "a1 update"])
        #expect(
            try found {
                $0.isOpen = true
                $0.detector = "D01"
            } == ["a1 update"])
    }

    @Test func `following begins behind the last transitions`() throws {
        let number = try journal.view.lastTransition(before: 2)
        #expect(try journal.view.alerts(after: number, limit: 9).map(\.record.id) == ["a2", "a3"])
        #expect(try journal.view.lastTransition(before: 5) == 0)
        let newest = try journal.view.lastTransition(before: 0)
        #expect(try journal.view.alerts(after: newest, limit: 9).isEmpty)
    }

    @Test func `what became of each transition at each sink is told`() throws {
        let due = try journal.due(sink: "syslog", now: noon, limit: 9).filter { $0.record.id == "a1" }
        try journal.settle(due[0], .retry(due: noon + .minutes(5), reason: "connection refused"))
        let hooks = try journal.due(sink: "webhook:hooks.example.com", now: noon, limit: 9).filter { $0.record.id == "a1" }
        try journal.settle(hooks[0], .delivered(at: noon + .seconds(3)))
        let next = try journal.due(sink: "webhook:hooks.example.com", now: noon, limit: 9).filter { $0.record.id == "a1" }
        try journal.settle(next[0], .deadLetter(reason: "410 gone"))

        let deliveries = try journal.view.deliveries(of: "a1")
        let told = deliveries.map { "\($0.sequence) \($0.sink) \($0.state.name) \($0.attempts) \($0.reason)" }
        #expect(
            told == [
                "0 syslog waiting 1 connection refused", "0 webhook:hooks.example.com delivered 1 ", "1 syslog waiting 0 ",
                "1 webhook:hooks.example.com given_up 1 410 gone",
            ])
        #expect(deliveries[1].changed == noon + .seconds(3))
        #expect(try journal.view.deliveries(of: "a9").isEmpty)
    }

    @Test func `decisions about one alert are those about it alone`() throws {
        for (alert, reason) in [("a1", "first"), ("a2", "other"), ("a1", "second")] {
            try journal.record(
                WrittenDecision(.benign, account: "svc-data-005", alert: alert, reason: reason, author: "mara", written: noon))
        }
        #expect(try journal.view.decisions(alert: "a1").map(\.reason) == ["first", "second"])
        #expect(try journal.view.decisions().map(\.reason) == ["first", "other", "second"])
    }

    @Test func `a record that somebody changed is refused, not shown in part`() throws {
        #expect(throws: JournalFailure.self) { try AlertContent(of: record("a1")) }
    }
}
