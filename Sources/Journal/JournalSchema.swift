// weir
// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables, and the numbered steps that lead from any older version to this one. A step that was released is never changed.
enum JournalSchema {
    /// `weir` in ASCII, in the database's header: another program's database is refused, not migrated.
    static let applicationID: Int32 = 0x7765_6972

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-first") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: first)
        }
        migrator.registerMigration("2-labels") { db in try db.execute(sql: labels) }
        migrator.registerMigration("3-flows") { db in try db.execute(sql: FlowTable.schema) }
        migrator.registerMigration("4-filter-pages") { db in try db.execute(sql: FilterTable.schema) }
        migrator.registerMigration("5-flow-labels") { db in try db.execute(sql: FlowTable.labels) }
        migrator.registerMigration("6-known-sizes") { db in
            try db.execute(sql: "ALTER TABLE positions ADD COLUMN known_size INTEGER NOT NULL DEFAULT 0")
        }
        return migrator
    }()

    /// `accounts.key` is the lane's number × 2³² + the account's number: a lane's accounts lie side by side in ascending order, which is
    /// how they are resumed, and a row of 3.6 KB fits one page, which it would not in a table without rowid.
    private static let first = """
        CREATE TABLE lanes(
            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, header BLOB NOT NULL, committed INTEGER NOT NULL,
            commits INTEGER NOT NULL
        );
        CREATE TABLE counters(
            lane INTEGER NOT NULL REFERENCES lanes(number), name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY(lane, name)
        ) WITHOUT ROWID;
        CREATE TABLE accounts(key INTEGER PRIMARY KEY, name TEXT NOT NULL, state BLOB NOT NULL);
        CREATE TABLE positions(
            lane INTEGER NOT NULL REFERENCES lanes(number), stream INTEGER NOT NULL, path TEXT NOT NULL, device INTEGER NOT NULL,
            inode INTEGER NOT NULL, prefix_hash INTEGER NOT NULL, prefix_count INTEGER NOT NULL, byte_offset INTEGER NOT NULL,
            marker_hash INTEGER NOT NULL, marker_count INTEGER NOT NULL, is_finished INTEGER NOT NULL, format_state BLOB NOT NULL,
            PRIMARY KEY(lane, stream)
        ) WITHOUT ROWID;
        CREATE INDEX positions_finished ON positions(lane, stream) WHERE is_finished = 1;
        CREATE TABLE alerts(
            number INTEGER PRIMARY KEY AUTOINCREMENT, lane INTEGER NOT NULL REFERENCES lanes(number), id TEXT NOT NULL,
            sequence INTEGER NOT NULL, status INTEGER NOT NULL, severity INTEGER NOT NULL, detector TEXT NOT NULL, name TEXT NOT NULL,
            account TEXT NOT NULL, opened INTEGER NOT NULL, time INTEGER NOT NULL, summary TEXT NOT NULL, json TEXT NOT NULL,
            committed INTEGER NOT NULL, UNIQUE(id, sequence, status)
        );
        CREATE INDEX alerts_account ON alerts(account, number);
        CREATE TABLE outbox(
            number INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, alert INTEGER NOT NULL REFERENCES alerts(number),
            alert_id TEXT NOT NULL, message_id TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL,
            state INTEGER NOT NULL, last_error TEXT NOT NULL DEFAULT '', changed INTEGER NOT NULL
        );
        CREATE INDEX outbox_pending ON outbox(sink, number) WHERE state = 0;
        CREATE INDEX outbox_order ON outbox(sink, alert_id, number) WHERE state = 0;
        CREATE INDEX outbox_done ON outbox(state, changed) WHERE state <> 0;
        CREATE INDEX outbox_alert ON outbox(alert);
        CREATE TABLE attempts(
            message INTEGER NOT NULL REFERENCES outbox(number) ON DELETE CASCADE, number INTEGER NOT NULL, time INTEGER NOT NULL,
            outcome TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(message, number)
        ) WITHOUT ROWID;
        """

    /// What people decided, and where in event time each lane applied it. Both are only ever added to.
    private static let labels = """
        CREATE TABLE labels(
            number INTEGER PRIMARY KEY AUTOINCREMENT, verdict INTEGER NOT NULL, account TEXT NOT NULL, alert TEXT NOT NULL,
            reason TEXT NOT NULL, author TEXT NOT NULL, written INTEGER NOT NULL
        );
        CREATE TABLE label_applications(
            label INTEGER NOT NULL REFERENCES labels(number), lane INTEGER NOT NULL REFERENCES lanes(number),
            event_time INTEGER NOT NULL, committed INTEGER NOT NULL, PRIMARY KEY(label, lane)
        ) WITHOUT ROWID;
        """

    /// Brings a connection's database to this version. Throws: ``JournalFailure`` for a database that is newer or not weir's own.
    static func migrate(_ database: DatabaseQueue, path: String) throws {
        try database.read { db in try refuseForeign(db, path: path) }
        try migrator.migrate(database)
    }

    /// Throws: ``JournalFailure`` unless this program may read and write this database.
    static func refuseForeign(_ db: Database, path: String) throws {
        if try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 { return }
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw JournalFailure(.foreign, "\(path) is not a database of weir: move it away, or set another state_directory.")
        }
        if try migrator.hasBeenSuperseded(db) {
            throw JournalFailure(
                .newerSchema,
                "\(path) was written by a newer weir: run that version, or set another state_directory to start without history.")
        }
        // weir makes none. One that somebody planted would run with weir's rights inside every commit.
        if let planted = try String.fetchOne(db, sql: "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view') LIMIT 1") {
            throw JournalFailure(
                .foreign,
                "\(path) holds \"\(DisplayName.safe(planted))\", which weir did not put there: find out who did, then move the file away.")
        }
    }
}

/// The states of a row of the outbox.
enum MessageState {
    static let pending = 0
    static let delivered = 1
    static let dead = 2
}

/// A name from an untrusted file, for a message on a terminal.
enum DisplayName {
    static func safe(_ name: some StringProtocol, limit: Int = 60) -> String {
        let shown = name.unicodeScalars.prefix(limit).map { $0.value < 32 || (127...159).contains($0.value) ? "?" : $0 }
        return String(String.UnicodeScalarView(shown))
    }
}
