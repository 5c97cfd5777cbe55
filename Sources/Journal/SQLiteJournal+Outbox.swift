// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import GRDB
import Pipeline

extension SQLiteJournal: Outbox {
    /// Complexity: O(waiting messages of the sink), each with one look-up for an earlier one of its alert.
    package func due(sink: String, now: EventTime, limit: Int) throws(OutletFailure) -> [OutboxMessage] {
        do {
            return try database.read { db in
                let statement = try db.cachedStatement(
                    sql: """
                        SELECT \(JournalRows.message) FROM outbox o JOIN alerts a ON a.number = o.alert
                        WHERE o.sink = ? AND o.state = 0 AND (o.due <= ? OR o.due > ?) AND \(SQLiteJournal.isFirst)
                        ORDER BY o.number LIMIT ?
                        """)
                let arguments: StatementArguments = [
                    sink, now.milliseconds, (now + DeliverySchedule.longestWait).milliseconds, limit,
                ]
                return try Array(Row.fetchCursor(statement, arguments: arguments).map(JournalRows.message))
            }
        } catch {
            throw DatabaseTrouble.outletFailure("reading the outbox", path, error)
        }
    }

    package func nextDue(sink: String) throws(OutletFailure) -> EventTime? {
        do {
            return try database.read { db in
                let statement = try db.cachedStatement(
                    sql: "SELECT min(o.due) FROM outbox o WHERE o.sink = ? AND o.state = 0 AND \(SQLiteJournal.isFirst)")
                return try Int64.fetchOne(statement, arguments: [sink]).map { EventTime(milliseconds: $0) }
            }
        } catch {
            throw DatabaseTrouble.outletFailure("reading the outbox", path, error)
        }
    }

    package func settle(_ message: OutboxMessage, _ settlement: DeliverySettlement) throws(OutletFailure) {
        let outcome =
            switch settlement {
            case .delivered(let time): (state: MessageState.delivered, name: "delivered", reason: "", due: time)
            case .retry(let due, let reason): (state: MessageState.pending, name: "retry", reason: reason, due: due)
            case .deadLetter(let reason): (state: MessageState.dead, name: "refused", reason: reason, due: StateFolder.wallClock())
            }
        let time = outcome.state == MessageState.delivered ? outcome.due : StateFolder.wallClock()
        let reason = String(outcome.reason.unicodeScalars.prefix(SQLiteJournal.reasonLimit))
        do {
            try database.write { db in
                // A message that was settled or pruned meanwhile stays as it is.
                try db.cachedStatement(
                    sql: """
                        UPDATE outbox SET attempts = attempts + 1, due = ?, state = ?, last_error = ?, changed = ?
                        WHERE number = ? AND state = 0
                        """
                ).execute(arguments: [outcome.due.milliseconds, outcome.state, reason, time.milliseconds, message.row])
                guard db.changesCount > 0 else { return }
                try db.cachedStatement(
                    sql: """
                        INSERT INTO attempts(message, number, time, outcome, reason)
                        SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4 FROM attempts WHERE message = ?1
                        """
                ).execute(arguments: [message.row, time.milliseconds, outcome.name, reason])
            }
        } catch {
            throw DatabaseTrouble.outletFailure("settling a delivery", path, error)
        }
    }

    /// Makes a dead letter due at once, as if it were new. Returns whether there was such a dead letter.
    package func replay(deadLetter row: Int64, now: EventTime) throws(OutletFailure) -> Bool {
        try replay("number = ?", [row], now: now) > 0
    }

    /// Makes every dead letter of a sink due at once. Returns how many.
    package func replayDeadLetters(sink: String, now: EventTime) throws(OutletFailure) -> Int {
        try replay("sink = ?", [sink], now: now)
    }

    private func replay(_ condition: String, _ arguments: StatementArguments, now: EventTime) throws(OutletFailure) -> Int {
        do {
            return try database.write { db in
                try db.execute(
                    sql: "UPDATE outbox SET state = 0, attempts = 0, due = ?, changed = ? WHERE state = 2 AND \(condition)",
                    arguments: [now.milliseconds, now.milliseconds] + arguments)
                return db.changesCount
            }
        } catch {
            throw DatabaseTrouble.outletFailure("replaying dead letters", path, error)
        }
    }

    /// Unicode scalars of a reason that are kept: a receiver's answer must not fill the database.
    static let reasonLimit = 500

    /// No earlier record of the same alert waits for the same sink. One that became a dead letter no longer stands in the way.
    private static let isFirst = """
        NOT EXISTS (SELECT 1 FROM outbox e WHERE e.sink = o.sink AND e.alert_id = o.alert_id AND e.state = 0 AND e.number < o.number)
        """
}
