// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import GRDB
import Pipeline

/// The writing of one commit, inside the transaction that its caller opened.
///
/// Statements are prepared once a connection and bound for each row: a record's own `upsert` is eight times slower (performance.md §9).
/// Complexity: O(accounts + positions + alerts × sinks) rows.
struct LaneTransaction {
    let db: Database
    let sinks: [String]
    /// What each of them takes; all alerts where it is not said.
    let selections: [String: AlertSelection]
    let now: EventTime

    func store(_ commit: LaneCommit) throws {
        let lane = try storeHeader(commit)
        try storeCounters(commit.counters, lane: lane)
        try storeAccounts(commit.accounts, lane: lane)
        try storePositions(commit.positions, lane: lane)
        try storeAlerts(commit.alerts, lane: lane)
        try storeApplied(commit.applied, lane: lane)
        try FlowTable.store(commit.flows, lane: lane, in: db)
        try FilterTable.store(commit.pages, lane: lane, in: db)
        try prune()
    }

    private func storeHeader(_ commit: LaneCommit) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT INTO lanes(name, header, committed, commits) VALUES (?, ?, ?, 1)
                ON CONFLICT(name) DO UPDATE SET header = excluded.header, committed = excluded.committed, commits = commits + 1
                """
        ).execute(arguments: [commit.lane, commit.header.blob, now.milliseconds])
        guard let number = try Int64.fetchOne(db.cachedStatement(sql: "SELECT number FROM lanes WHERE name = ?"), arguments: [commit.lane])
        else { throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "a lane vanished while it was written") }
        return number
    }

    private func storeCounters(_ counters: [LaneCommit.Counter], lane: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO counters(lane, name, value) VALUES (?, ?, ?) ON CONFLICT(lane, name) DO UPDATE SET value = excluded.value")
        for counter in counters { try statement.execute(arguments: [lane, counter.name, counter.value]) }
    }

    private func storeAccounts(_ accounts: [AccountState], lane: Int64) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO accounts(key, name, state) VALUES (?, ?, ?)
                ON CONFLICT(key) DO UPDATE SET name = excluded.name, state = excluded.state
                """)
        // In ascending order pages are filled and visited one after the other; shards hand accounts over in their own order.
        for account in accounts.sorted(by: { $0.id < $1.id }) {
            try statement.execute(arguments: [AccountKey.of(account.id, lane: lane), account.name, account.bytes.blob])
        }
    }

    private func storePositions(_ positions: [StreamPosition], lane: Int64) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO positions(
                    lane, stream, path, device, inode, prefix_hash, prefix_count, byte_offset, marker_hash, marker_count,
                    is_finished, format_state, known_size)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for position in positions {
            try statement.execute(arguments: [
                lane, Int64(position.stream), position.path, Int64(bitPattern: position.device), Int64(bitPattern: position.inode),
                Int64(bitPattern: position.prefixHash), position.prefixCount, Int64(bitPattern: position.offset),
                Int64(bitPattern: position.marker.hash), position.marker.count, position.isFinished, position.formatState.blob,
                Int64(bitPattern: position.knownSize),
            ])
        }
        guard positions.contains(where: \.isFinished) else { return }
        try db.cachedStatement(
            sql: """
                DELETE FROM positions WHERE lane = ?1 AND is_finished = 1 AND stream <= (
                    SELECT stream FROM positions WHERE lane = ?1 AND is_finished = 1 ORDER BY stream DESC LIMIT 1 OFFSET ?2)
                """
        ).execute(arguments: [lane, SQLiteJournal.finishedLimit])
    }

    /// Stores each transition once. One that is there already came before a crash or a commit whose answer was lost: it was queued then,
    /// and must not be queued again.
    private func storeAlerts(_ alerts: [AlertRecord], lane: Int64) throws {
        guard !alerts.isEmpty else { return }
        var room = try sinks.map { sink in (sink: sink, free: try SQLiteJournal.pendingLimit - pending(sink)) }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO alerts(
                    lane, id, sequence, status, severity, detector, name, account, opened, time, summary, json, committed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id, sequence, status) DO NOTHING
                """)
        for alert in alerts {
            let before = db.totalChangesCount
            try statement.execute(arguments: [
                lane, alert.id, Int64(alert.sequence), Int64(alert.status.rawValue), Int64(alert.severity.rawValue), alert.detector,
                alert.name,
                alert.account, alert.opened.milliseconds, alert.time.milliseconds, alert.summary, alert.json, now.milliseconds,
            ])
            guard db.totalChangesCount > before else { continue }
            let number = db.lastInsertedRowID
            for index in room.indices where try isFor(room[index].sink, alert, number: number) {
                try queue(alert, number: number, sink: room[index].sink, isFull: room[index].free <= 0)
                room[index].free -= 1
            }
        }
    }

    /// Whether a sink takes a transition: by its urgency, or because the sink was told of the alert when that was another.
    private func isFor(_ sink: String, _ alert: AlertRecord, number: Int64) throws -> Bool {
        guard let selection = selections[sink], selection != .all else { return true }
        return try selection.takes(alert, after: try earlierUrgencies(of: alert.id, before: number))
    }

    private func earlierUrgencies(of alert: String, before number: Int64) throws -> [AlertUrgency] {
        let statement = try db.cachedStatement(sql: "SELECT json FROM alerts WHERE id = ? AND number < ?")
        return try String.fetchAll(statement, arguments: [alert, number]).map { AlertRecord.urgency(ofJSON: $0) }
    }

    private func storeApplied(_ applied: [AppliedDecision], lane: Int64) throws {
        for decision in applied {
            try db.cachedStatement(
                sql: "INSERT INTO label_applications(label, lane, event_time, committed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
            ).execute(arguments: [decision.number, lane, decision.time.milliseconds, now.milliseconds])
        }
    }

    private func pending(_ sink: String) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT count(*) FROM outbox WHERE sink = ? AND state = \(MessageState.pending)")
        return try Int.fetchOne(statement, arguments: [sink]) ?? 0
    }

    private func queue(_ alert: AlertRecord, number: Int64, sink: String, isFull: Bool) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox(sink, alert, alert_id, message_id, due, state, last_error, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            sink, number, alert.id, MessageID.of(alert, sink: sink), now.milliseconds, isFull ? MessageState.dead : MessageState.pending,
            isFull ? "the outbox of this sink is full" : "", now.milliseconds,
        ])
    }

    private func prune() throws {
        try giveUpOrphans()
        let statement = try db.cachedStatement(sql: "DELETE FROM outbox WHERE state = ? AND changed < ?")
        try statement.execute(arguments: [MessageState.delivered, (now - SQLiteJournal.deliveredRetention).milliseconds])
        try statement.execute(arguments: [MessageState.dead, (now - SQLiteJournal.deadLetterRetention).milliseconds])
    }
}

extension LaneTransaction {
    /// Messages for sinks that are gone. Complexity: one look-up for each sink that has messages waiting.
    private func giveUpOrphans() throws {
        let next = try db.cachedStatement(sql: "SELECT min(sink) FROM outbox WHERE state = 0 AND sink > ?")
        let giveUp = try db.cachedStatement(
            sql: """
                UPDATE outbox SET state = 2, changed = ?, last_error = 'the sink is no longer in the settings'
                WHERE sink = ? AND state = 0 AND changed < ?
                """)
        var last = ""
        while let sink = try String.fetchOne(next, arguments: [last]) {
            if !sinks.contains(sink) {
                try giveUp.execute(arguments: [now.milliseconds, sink, (now - SQLiteJournal.orphanRetention).milliseconds])
            }
            last = sink
        }
    }
}

/// The row of an account.
enum AccountKey {
    static func of(_ account: AccountID, lane: Int64) -> Int64 { lane << 32 | Int64(account.rawValue) }
    static func account(_ key: Int64) -> AccountID { AccountID(rawValue: UInt32(truncatingIfNeeded: key)) }
    static func range(lane: Int64) -> ClosedRange<Int64> { lane << 32...(lane << 32 | 0xFFFF_FFFF) }
}

/// The identity of a message over all attempts: alert, transition and sink, without a dot, which Standard Webhooks reserves.
enum MessageID {
    static func of(_ alert: AlertRecord, sink: String) -> String {
        // FNV-1a. The sink's name itself has dots and colons, and is nobody's business at another sink.
        var hash: UInt32 = 0x811C_9DC5
        for byte in sink.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return "\(alert.id)-\(alert.sequence)-\(alert.status.name)-\(String(repeating: "0", count: 8 - digits.count))\(digits)"
    }
}
