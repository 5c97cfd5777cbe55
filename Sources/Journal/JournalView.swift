// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import GRDB
import Pipeline

/// What people and commands ask of a journal: lanes, alerts, queues. Never writes.
package struct JournalView: Sendable {
    let database: any DatabaseReader
    let path: String

    init(database: any DatabaseReader, path: String) {
        self.database = database
        self.path = path
    }

    /// Opens the journal of a state folder for reading, whether or not a daemon runs.
    /// Throws: ``JournalFailure`` when there is none, it cannot be read, or a newer weir wrote it.
    package static func open(directory: String) throws(JournalFailure) -> JournalView {
        let path = StateFolder.path(directory, StateFolder.databaseName)
        guard StateFolder.exists(path) else { throw SQLiteJournal.absent(path) }
        var configuration = Configuration()
        configuration.label = "weir.view"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON") }
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let isEmpty = try database.read { db in
                try JournalSchema.refuseForeign(db, path: path)
                return try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
            }
            if isEmpty { throw SQLiteJournal.absent(path) }
            return JournalView(database: database, path: path)
        } catch let failure as JournalFailure {
            throw failure
        } catch {
            throw JournalFailure(.database, DatabaseTrouble.sentence("reading", path, error))
        }
    }

    /// What a lane left behind; nil when it never committed. Complexity: O(accounts of the lane), in one pass in ascending order.
    package func resume(lane: String) throws(JournalFailure) -> LaneResume? {
        try read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT number, header FROM lanes WHERE name = ?", arguments: [lane]) else {
                return nil
            }
            let number: Int64 = try row.value(0)
            var resume = LaneResume(header: try row.bytes(1), accounts: [], positions: [])
            let range = AccountKey.range(lane: number)
            let accounts = try Row.fetchCursor(
                db, sql: "SELECT key, name, state FROM accounts WHERE key BETWEEN ? AND ? ORDER BY key",
                arguments: [range.lowerBound, range.upperBound])
            while let row = try accounts.next() {
                resume.accounts.append(
                    AccountState(id: AccountKey.account(try row.value(0)), name: try row.value(1), bytes: try row.bytes(2)))
            }
            let positions = try Row.fetchCursor(
                db, sql: "SELECT \(JournalRows.position) FROM positions WHERE lane = ? ORDER BY stream", arguments: [number])
            while let row = try positions.next() { resume.positions.append(try JournalRows.position(row)) }
            resume.pages = try FilterTable.pages(lane: number, in: db)
            return resume
        }
    }

    /// Every lane that ever committed, by name.
    package func lanes() throws(JournalFailure) -> [LaneStatus] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT number, name, committed, commits FROM lanes ORDER BY name").map { row in
                let number: Int64 = try row.value(0)
                let counters = try Row.fetchAll(
                    db, sql: "SELECT name, value FROM counters WHERE lane = ? ORDER BY name", arguments: [number]
                ).map { LaneCommit.Counter(name: try $0.value(0), value: try $0.value(1)) }
                let streams = try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM positions WHERE lane = ? AND is_finished = 0", arguments: [number])
                return LaneStatus(
                    name: try row.value(1), committed: try row.time(2), commits: try row.value(3), openStreams: streams ?? 0,
                    counters: counters)
            }
        }
    }

    /// The queue of every sink that has one, by name. Sinks without messages are not listed.
    package func queues() throws(JournalFailure) -> [QueueStatus] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT sink, sum(state = 0), sum(state = 1), sum(state = 2), min(CASE WHEN state = 0 THEN due END),
                        max(CASE WHEN state = 1 THEN changed END)
                    FROM outbox GROUP BY sink ORDER BY sink
                    """)
            return try rows.map { row in
                let sink: String = try row.value(0)
                let reason = try String.fetchOne(
                    db, sql: "SELECT last_error FROM outbox WHERE sink = ? AND last_error <> '' ORDER BY changed DESC LIMIT 1",
                    arguments: [sink])
                return QueueStatus(
                    sink: sink, pending: try row.value(1), delivered: try row.value(2), dead: try row.value(3),
                    nextDue: try row.decode(Int64?.self, atIndex: 4).map { EventTime(milliseconds: $0) },
                    lastDelivered: try row.decode(Int64?.self, atIndex: 5).map { EventTime(milliseconds: $0) }, lastReason: reason)
            }
        }
    }

    /// Messages that are tried no more, oldest first; of one sink, if given.
    package func deadLetters(sink: String? = nil, limit: Int = 1000) throws(JournalFailure) -> [DeadLetter] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(JournalRows.message), o.last_error, o.changed FROM outbox o JOIN alerts a ON a.number = o.alert
                    WHERE o.state = 2 AND (?1 IS NULL OR o.sink = ?1) ORDER BY o.number LIMIT ?2
                    """, arguments: [sink, limit])
            return try rows.map { row in
                DeadLetter(message: try JournalRows.message(row), reason: try row.value(15), since: try row.time(16))
            }
        }
    }

    /// Size, age and version.
    package func summary() throws(JournalFailure) -> JournalSummary {
        let bytes = StateFolder.size(path) + StateFolder.size(path + "-wal")
        return try read { db in
            JournalSummary(
                path: path, bytes: bytes,
                lastCommit: try Int64.fetchOne(db, sql: "SELECT max(committed) FROM lanes").map { EventTime(milliseconds: $0) },
                alerts: try Int.fetchOne(db, sql: "SELECT count(*) FROM alerts") ?? 0)
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(JournalFailure) -> Value {
        do {
            return try database.read(body)
        } catch {
            throw JournalFailure(.database, DatabaseTrouble.sentence("reading", path, error))
        }
    }
}
