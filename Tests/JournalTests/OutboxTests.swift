// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline
import Testing

@testable import Journal

@Suite struct OutboxTests {
    let folder: TemporaryFolder
    let journal: SQLiteJournal

    init() throws {
        folder = try TemporaryFolder()
        journal = try SQLiteJournal.open(directory: folder.state, sinks: ["syslog", "webhook:hooks.example.com"])
    }

    private func due(_ sink: String = "syslog", _ now: EventTime = noon) throws -> [OutboxMessage] {
        try journal.due(sink: sink, now: now, limit: 100)
    }

    @Test func `every sink gets every record, under an identity of its own without a dot`() throws {
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        let syslog = try #require(try due().first)
        let webhook = try #require(try due("webhook:hooks.example.com").first)
        #expect(syslog.record == record("a1"))
        #expect(webhook.record == record("a1"))
        #expect(syslog.messageID != webhook.messageID)
        #expect(!webhook.messageID.contains("."))
    }

    @Test func `records of one alert leave in order and others do not wait for them`() throws {
        try journal.commit(commit(alerts: [record("a1"), record("a1", 1, .update), record("a2")]), now: noon)
        let first = try due()
        #expect(first.map(\.record.id) == ["a1", "a2"])
        try journal.settle(first[0], .retry(due: noon + .minutes(5), reason: "503"))
        #expect(try due().map(\.record.id) == ["a2"])
        try journal.settle(first[1], .delivered(at: noon))
        #expect(try due() == [])
        #expect(try journal.nextDue(sink: "syslog") == noon + .minutes(5))

        let again = try due("syslog", noon + .minutes(5))
        #expect(again.map(\.record.sequence) == [0])
        #expect(again.map(\.attempts) == [1])
        #expect(again.map(\.messageID) == [first[0].messageID])
        try journal.settle(again[0], .delivered(at: noon + .minutes(5)))
        #expect(try due("syslog", noon + .minutes(5)).map(\.record.sequence) == [1])
    }

    /// As a host that starts with a wrong clock does it.
    @Test func `a message that was put off by a clock ten years ahead is due when that is right again`() throws {
        try journal.commit(commit(alerts: [record("a1"), record("a1", 1, .update)]), now: noon)
        let future = noon + .days(3650)
        try journal.settle(try #require(try due("syslog", future).first), .retry(due: future + .minutes(5), reason: "503"))
        #expect(try due("syslog", future).isEmpty)
        #expect(try due("syslog", noon + .minutes(1)).map(\.record.sequence) == [0])
    }

    @Test func `nothing is next when nothing waits`() throws {
        #expect(try journal.nextDue(sink: "syslog") == nil)
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        #expect(try journal.nextDue(sink: "syslog") == noon)
        for message in try due() { try journal.settle(message, .delivered(at: noon)) }
        #expect(try journal.nextDue(sink: "syslog") == nil)
        #expect(try journal.nextDue(sink: "webhook:hooks.example.com") == noon)
    }

    @Test func `a limit takes the oldest`() throws {
        try journal.commit(commit(alerts: (0..<5).map { record("a\($0)") }), now: noon)
        #expect(try journal.due(sink: "syslog", now: noon, limit: 2).map(\.record.id) == ["a0", "a1"])
    }

    @Test func `a dead letter lets the next record of its alert go, is listed, and can be replayed`() throws {
        try journal.commit(commit(alerts: [record("a1"), record("a1", 1, .resolved)]), now: noon)
        let message = try #require(try due().first)
        try journal.settle(message, .deadLetter(reason: "400 bad request"))
        #expect(try due().map(\.record.sequence) == [1])

        let dead = try #require(try journal.view.deadLetters(sink: "syslog").first)
        #expect(dead.reason == "400 bad request")
        #expect(dead.message.record == record("a1"))
        #expect(try journal.view.deadLetters(sink: "webhook:hooks.example.com") == [])

        #expect(try journal.replay(deadLetter: dead.message.row, now: noon))
        #expect(try !journal.replay(deadLetter: dead.message.row, now: noon))
        #expect(try journal.view.deadLetters() == [])
        #expect(try due().map(\.record.sequence) == [0])
        #expect(try due().map(\.attempts) == [0])
    }

    @Test func `every dead letter of a sink can be replayed at once`() throws {
        try journal.commit(commit(alerts: [record("a1"), record("a2")]), now: noon)
        for message in try due() { try journal.settle(message, .deadLetter(reason: "410 gone")) }
        #expect(try journal.replayDeadLetters(sink: "syslog", now: noon) == 2)
        #expect(try due().count == 2)
    }

    @Test func `a message that was settled is not settled again`() throws {
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        let message = try #require(try due().first)
        try journal.settle(message, .delivered(at: noon))
        try journal.settle(message, .deadLetter(reason: "late answer"))
        #expect(try journal.view.queues().first { $0.sink == "syslog" }?.delivered == 1)
        #expect(try journal.view.deadLetters() == [])
    }

    @Test func `the queue of each sink is counted with its last reason`() throws {
        try journal.commit(commit(alerts: [record("a1"), record("a2"), record("a3")]), now: noon)
        let messages = try due()
        try journal.settle(messages[0], .delivered(at: noon))
        try journal.settle(messages[1], .deadLetter(reason: String(repeating: "x", count: 9000)))
        let queue = try #require(try journal.view.queues().first { $0.sink == "syslog" })
        #expect([queue.pending, queue.delivered, queue.dead] == [1, 1, 1])
        #expect(queue.lastDelivered == noon)
        #expect(queue.lastReason?.count == SQLiteJournal.reasonLimit)
    }

    @Test func `delivered messages go after their retention and alerts stay`() throws {
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        let message = try #require(try due().first)
        try journal.settle(message, .retry(due: noon, reason: "503"))
        try journal.settle(message, .delivered(at: noon))
        try journal.commit(commit(), now: noon + SQLiteJournal.deliveredRetention)
        #expect(try journal.view.queues().first?.delivered == 1)
        try journal.commit(commit(), now: noon + SQLiteJournal.deliveredRetention + .seconds(1))
        #expect(try journal.view.queues().map(\.sink) == ["webhook:hooks.example.com"])
        #expect(try journal.view.alerts(after: 0, limit: 9).count == 1)
    }

    @Test func `messages wait a week for a sink that is gone from the settings, then they are dead letters`() throws {
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        journal.use(sinks: ["syslog"])
        try journal.commit(commit(), now: noon + SQLiteJournal.orphanRetention)
        #expect(try journal.view.deadLetters() == [])
        try journal.commit(commit(), now: noon + SQLiteJournal.orphanRetention + .seconds(1))
        #expect(try journal.view.deadLetters().map(\.message.sink) == ["webhook:hooks.example.com"])
        #expect(try journal.due(sink: "syslog", now: noon, limit: 9).count == 1)
    }

    @Test func `what waits survives a restart that names its sinks late`() throws {
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        try journal.close()
        let again = try SQLiteJournal.open(directory: folder.state, sinks: [])
        again.use(sinks: ["syslog", "webhook:hooks.example.com"])
        try again.commit(commit(), now: noon)
        #expect(try again.view.queues().map(\.pending) == [1, 1])
    }

    @Test func `a sink that chooses gets what it takes, and the end of what it was told`() throws {
        func transition(_ id: String, _ sequence: UInt32, _ status: AlertRecord.Status, _ urgency: String) -> AlertRecord {
            var made = record(id, sequence, status)
            made.json = "{\"id\":\"\(id)\",\"urgency\":\"\(urgency)\"}"
            return made
        }
        journal.use(sinks: ["pages", "tickets", "all"], selections: ["pages": .pages, "tickets": .tickets])
        let rows = [
            transition("a1", 0, .open, "ticket"), transition("a2", 0, .open, "record"), transition("a3", 0, .open, "page"),
            transition("a1", 1, .update, "page"),
        ]
        try journal.commit(commit(alerts: rows), now: noon)
        try journal.commit(commit(alerts: [transition("a1", 2, .resolved, "page"), transition("a2", 1, .resolved, "record")]), now: noon)
        func told(_ sink: String) throws -> [String] {
            var told: [String] = []
            while let message = try due(sink).first {
                told.append("\(message.record.id) \(message.record.sequence)")
                try journal.settle(message, .delivered(at: noon))
            }
            return told.sorted()
        }
        #expect(try told("pages") == ["a1 1", "a1 2", "a3 0"])
        #expect(try told("tickets") == ["a1 0", "a1 1", "a1 2"])
        #expect(try told("all").count == 6)
    }

    @Test func `sinks taken over later get messages from the next commit on`() throws {
        journal.use(sinks: ["ndjson"])
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        #expect(try journal.view.queues().map(\.sink) == ["ndjson"])
    }

    @Test func `an administrator replays dead letters while the daemon runs`() throws {
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        for message in try due() { try journal.settle(message, .deadLetter(reason: "410")) }
        let desk = try SQLiteJournal.administer(directory: folder.state)
        #expect(try desk.replayDeadLetters(sink: "syslog", now: noon) == 1)
        #expect(try due().count == 1)
    }
}
