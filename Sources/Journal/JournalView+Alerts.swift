// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import GRDB
import Pipeline

/// Which alerts somebody wants to see. What is not set holds of all.
package struct AlertFilter: Sendable {
    package var isOpen = false
    package var account: String?
    /// Its id or its name.
    package var detector: String?
    /// Alerts of which something was told at this event time or later, and opened before that one.
    package var since: EventTime?
    package var until: EventTime?
    package var limit = 1000

    package init() {}

    /// Those that are not resolved.
    package static func open(limit: Int = 1000) -> AlertFilter {
        var filter = AlertFilter()
        (filter.isOpen, filter.limit) = (true, limit)
        return filter
    }
}

/// One transition on its way to one sink.
package struct AlertDelivery: Equatable, Sendable {
    package enum State: Int64, Sendable {
        case waiting = 0
        case delivered, givenUp

        package var name: String {
            switch self {
            case .waiting: "waiting"
            case .delivered: "delivered"
            case .givenUp: "given_up"
            }
        }
    }

    package var sequence: UInt32
    package var sink: String
    package var state: State
    package var attempts: Int64
    /// When it came into this state, by the wall clock.
    package var changed: EventTime
    /// Why the last attempt that failed did; empty if none.
    package var reason: String
}

extension JournalView {
    /// The last transition of each alert, latest first. Complexity: O(transitions stored).
    package func alerts(_ filter: AlertFilter) throws(JournalFailure) -> [AlertEntry] {
        try alerts(
            """
            WHERE NOT EXISTS (SELECT 1 FROM alerts b WHERE b.id = a.id AND b.sequence > a.sequence)
                AND (NOT ?1 OR a.status <> 2) AND (?2 IS NULL OR a.account = ?2) AND (?3 IS NULL OR a.detector = ?3 OR a.name = ?3)
                AND (?4 IS NULL OR a.time >= ?4) AND (?5 IS NULL OR a.opened < ?5)
            ORDER BY a.number DESC LIMIT ?6
            """,
            [filter.isOpen, filter.account, filter.detector, filter.since?.milliseconds, filter.until?.milliseconds, filter.limit])
    }

    /// The number of the transition before the last `count`; 0 where there are no more.
    package func lastTransition(before count: Int) throws(JournalFailure) -> Int64 {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT number FROM alerts ORDER BY number DESC LIMIT 1 OFFSET ?", arguments: [count]) ?? 0
        }
    }

    /// Transitions stored after the one with this number, in order: for following. 0 is before the first.
    package func alerts(after number: Int64, limit: Int) throws(JournalFailure) -> [AlertEntry] {
        try alerts("WHERE a.number > ? ORDER BY a.number LIMIT ?", [number, limit])
    }

    /// Every transition of an alert, in order; none when there is no such alert.
    package func transitions(of id: String) throws(JournalFailure) -> [AlertEntry] {
        try alerts("WHERE a.id = ? ORDER BY a.sequence, a.number", [id])
    }

    /// What became of an alert's transitions at each sink, in order. Delivered ones are kept for ``SQLiteJournal/deliveredRetention``.
    package func deliveries(of id: String) throws(JournalFailure) -> [AlertDelivery] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT a.sequence, o.sink, o.state, o.attempts, o.changed, o.last_error FROM outbox o JOIN alerts a ON a.number = o.alert
                    WHERE a.id = ? ORDER BY a.sequence, o.sink
                    """, arguments: [id]
            ).map { row in
                guard let state = AlertDelivery.State(rawValue: try row.value(2)) else {
                    throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a message has a state that does not exist")
                }
                return AlertDelivery(
                    sequence: try row.value(0), sink: try row.value(1), state: state, attempts: try row.value(3), changed: try row.time(4),
                    reason: try row.value(5))
            }
        }
    }

    private func alerts(_ rest: String, _ arguments: StatementArguments) throws(JournalFailure) -> [AlertEntry] {
        try read { db in
            let sql = "SELECT \(JournalRows.entry) FROM alerts a JOIN lanes l ON l.number = a.lane \(rest)"
            return try Array(Row.fetchCursor(db, sql: sql, arguments: arguments).map(JournalRows.entry))
        }
    }
}
