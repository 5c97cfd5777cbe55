// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import GRDB

/// A second copy of the state beside it, at most a day old: what a damaged database is replaced by.
///
/// Made from a reading connection of its own, so that commits go on; it takes the place of the one before only when it is whole and on the
/// disk. Source: sqlite.org, "VACUUM INTO".
package enum StateSnapshot {
    /// How old a snapshot gets before the next one is made.
    package static let interval = EventDuration.days(1)

    static func path(of database: String) -> String { database + ".snapshot" }
    static func draft(of database: String) -> String { database + ".snapshot-new" }

    /// Whether there is none, or the one that is there is older than ``interval``.
    package static func isDue(directory: String, now: EventTime) -> Bool {
        guard let made = StateFolder.modified(path(of: StateFolder.path(directory, StateFolder.databaseName))) else { return true }
        // One of the future is of a clock that was wrong.
        return now - made >= interval || made > now
    }

    /// Copies the state as it is committed. Returns the bytes of the copy. Complexity: O(database); needs as much room again.
    /// Throws: ``JournalFailure`` where it cannot be written; the snapshot before stays.
    package static func make(directory: String) throws(JournalFailure) -> UInt64 {
        let path = StateFolder.path(directory, StateFolder.databaseName)
        let draft = draft(of: path)
        try StateFolder.remove(draft)
        // SQLite writes into a file that is there if it is empty: so it is private from its first byte.
        try StateFolder.makePrivate(draft)
        do {
            var configuration = Configuration()
            configuration.label = "weir.snapshot"
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.inDatabase { db in try db.execute(sql: "VACUUM INTO ?", arguments: [draft]) }
            try database.close()
        } catch {
            try StateFolder.remove(draft)
            throw JournalFailure(.database, DatabaseTrouble.sentence("copying", path, error))
        }
        try StateFolder.synchronize(file: draft)
        try StateFolder.move(draft, to: self.path(of: path))
        try StateFolder.synchronize(directory)
        return StateFolder.size(self.path(of: path))
    }

    /// Puts the snapshot in the place of a database that was set aside; when it was made, nil where there is none.
    static func restore(_ path: String, directory: String) throws(JournalFailure) -> EventTime? {
        guard let made = StateFolder.modified(self.path(of: path)) else { return nil }
        try StateFolder.move(self.path(of: path), to: path)
        try StateFolder.synchronize(directory)
        return made
    }
}
