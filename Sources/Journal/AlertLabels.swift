// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import GRDB
import Pipeline

/// What a person decided, as it is written down: never changed, never deleted.
package struct WrittenDecision: Equatable, Sendable {
    package var verdict: LaneDecision.Verdict
    package var account: String
    /// The alert that was labelled; empty where the account as a whole was meant.
    package var alert: String
    package var reason: String
    package var author: String
    package var written: EventTime
    /// Where in event time the lanes applied it, by lane; empty while none has.
    package var applied: [String: EventTime] = [:]

    package init(_ verdict: LaneDecision.Verdict, account: String, alert: String, reason: String, author: String, written: EventTime) {
        self.verdict = verdict
        self.account = account
        self.alert = alert
        self.reason = reason
        self.author = author
        self.written = written
    }
}

extension SQLiteJournal {
    /// Writes a decision down, while a daemon may be running: it takes it up at its next commit. Returns the decision's number.
    @discardableResult
    package func record(_ decision: WrittenDecision) throws(JournalFailure) -> Int64 {
        do {
            return try database.write { db in
                try db.execute(
                    sql: "INSERT INTO labels(verdict, account, alert, reason, author, written) VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [
                        Int64(decision.verdict.rawValue), decision.account, decision.alert, decision.reason, decision.author,
                        decision.written.milliseconds,
                    ])
                return db.lastInsertedRowID
            }
        } catch {
            throw JournalFailure(.database, DatabaseTrouble.sentence("writing a label into", path, error))
        }
    }

    /// What a lane has still to apply, in the order in which it was written down. Those about an alert of another lane are not among it.
    package func pendingDecisions(lane: String) throws(JournalFailure) -> [LaneDecision] {
        do {
            return try database.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT n.number, n.verdict, n.account, n.alert FROM labels n, lanes l
                        WHERE l.name = ? AND NOT EXISTS (SELECT 1 FROM label_applications a WHERE a.label = n.number AND a.lane = l.number)
                            AND (n.alert = '' OR EXISTS (SELECT 1 FROM alerts t WHERE t.id = n.alert AND t.lane = l.number))
                        ORDER BY n.number
                        """, arguments: [lane]
                ).compactMap { row in
                    let code: Int64 = try row.value(1)
                    guard let verdict = LaneDecision.Verdict(rawValue: UInt8(clamping: code)) else { return nil }
                    return LaneDecision(verdict, account: try row.value(2), alert: try row.value(3), number: try row.value(0))
                }
            }
        } catch {
            throw JournalFailure(.database, DatabaseTrouble.sentence("reading labels from", path, error))
        }
    }
}

extension JournalView {
    /// Every decision, in the order in which they were written down; those about one alert, if given.
    package func decisions(alert: String? = nil) throws(JournalFailure) -> [WrittenDecision] {
        try read { db in
            let sql = """
                SELECT number, verdict, account, alert, reason, author, written FROM labels WHERE ?1 IS NULL OR alert = ?1 ORDER BY number
                """
            return try Row.fetchAll(db, sql: sql, arguments: [alert])
                .compactMap { row in
                    let code: Int64 = try row.value(1)
                    guard let verdict = LaneDecision.Verdict(rawValue: UInt8(clamping: code)) else { return nil }
                    var decision = WrittenDecision(
                        verdict, account: try row.value(2), alert: try row.value(3), reason: try row.value(4), author: try row.value(5),
                        written: try row.time(6))
                    let number: Int64 = try row.value(0)
                    let applied = try Row.fetchAll(
                        db,
                        sql: "SELECT l.name, a.event_time FROM label_applications a JOIN lanes l ON l.number = a.lane WHERE a.label = ?",
                        arguments: [number])
                    for row in applied { decision.applied[try row.value(0)] = try row.time(1) }
                    return decision
                }
        }
    }

    /// Whether any lane knows an account of this name.
    package func knows(account: String) throws(JournalFailure) -> Bool {
        try read { db in
            try Int.fetchOne(db, sql: "SELECT 1 FROM accounts WHERE name = ? LIMIT 1", arguments: [account]) != nil
        }
    }
}
