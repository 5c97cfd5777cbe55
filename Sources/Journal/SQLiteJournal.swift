// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import GRDB
import Pipeline
import Synchronization

/// The daemon's memory: lanes, accounts, positions, alerts and the outbox in one SQLite database.
///
/// One connection, used by one caller at a time; every write is one transaction. `weir status` reads beside it through ``JournalView``.
///
/// WAL with `synchronous = FULL`: a commit is on the disk when ``commit(_:now:)`` returns. NORMAL would be safe for the database but may
/// forget the last commits when the power fails; a file that was read, committed, rotated away and deleted in between would then be
/// missing from the statistics. It costs one flush for each checkpoint and each delivery, of which there are few a minute.
///
/// State: about 4 KB a page; an account takes one page, an alert about two. Alerts are kept for good.
package final class SQLiteJournal: Sendable {
    /// Positions of finished files that are kept in each lane; the oldest go first. Hourly files of five years. A file that is still there
    /// after its position went is read again at the next start.
    package static let finishedLimit = 50_000
    /// How long a delivered message is kept, for whoever asks whether it was sent.
    package static let deliveredRetention = EventDuration.days(7)
    /// How long a dead letter can be looked at and replayed.
    package static let deadLetterRetention = EventDuration.days(90)
    /// Messages that may wait for one sink; later ones become dead letters at once, so that a sink that never answers cannot fill the disk.
    package static let pendingLimit = 100_000
    /// How long messages wait for a sink that is not among the sinks, so that a mistake in the settings can be undone; then they are dead
    /// letters, and a sink that comes back next year is not flooded with them.
    package static let orphanRetention = EventDuration.days(7)
    /// Damaged databases that are set aside before weir asks for a person.
    static let setAsideLimit = 9

    /// What the operator should read about the opening.
    package let notices: [JournalNotice]
    /// The database was empty or absent: detection starts without history.
    package let isFresh: Bool
    package let path: String
    let database: DatabaseQueue
    private let sinkNames: Mutex<[String]>
    private let sinkSelections = Mutex<[String: AlertSelection]>([:])
    /// Nil when only the outbox is administered beside a running daemon.
    private let lock: StateLock?

    private init(path: String, database: DatabaseQueue, sinks: [String], lock: StateLock?, notices: [JournalNotice], isFresh: Bool) {
        self.path = path
        self.database = database
        self.lock = lock
        self.notices = notices
        self.isFresh = isFresh
        sinkNames = Mutex(sinks)
    }

    /// Opens the journal of a state folder for the one process that writes it; creates what is missing.
    ///
    /// A damaged database is set aside as `weir.sqlite.corrupt-<n>`, and its last snapshot takes its place; without a sound one the
    /// journal starts empty: a daemon that learns again is worth more than one that does not start. ``notices`` says so. Complexity:
    /// O(database), because every page is checked.
    /// Throws: ``JournalFailure`` for a folder that cannot be used, another process in it, a newer schema, a foreign database.
    package static func open(directory: String, sinks: [String]) throws(JournalFailure) -> SQLiteJournal {
        var notices = try StateFolder.prepare(directory)
        let lock = try StateLock(directory: directory)
        let path = StateFolder.path(directory, StateFolder.databaseName)
        var isFresh = StateFolder.size(path) == 0
        let database: DatabaseQueue
        if let sound = try openSound(path) {
            database = sound
        } else {
            let aside = try setAside(path, directory: directory)
            let replacement = try replaced(path, aside: aside, directory: directory)
            notices.append(replacement.notice)
            isFresh = replacement.notice.kind == .damagedStateSetAside
            database = replacement.database
        }
        try StateFolder.synchronize(directory)
        return SQLiteJournal(path: path, database: database, sinks: sinks, lock: lock, notices: notices, isFresh: isFresh)
    }

    /// Opens a state folder for an administrator, while a daemon may be running: to replay dead letters, or write down a decision.
    /// Tables that an older weir has not made yet are added; it does not mind them.
    ///
    /// It takes no lock and MUST NOT be used to commit.
    package static func administer(directory: String) throws(JournalFailure) -> SQLiteJournal {
        let path = StateFolder.path(directory, StateFolder.databaseName)
        guard StateFolder.exists(path) else { throw absent(path) }
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration())
            try JournalSchema.migrate(database, path: path)
            return SQLiteJournal(path: path, database: database, sinks: [], lock: nil, notices: [], isFresh: false)
        } catch let failure as JournalFailure {
            throw failure
        } catch {
            throw JournalFailure(.database, DatabaseTrouble.sentence("opening", path, error))
        }
    }

    /// Writes the log back into the database and lets another process have the folder. No call may follow.
    package func close() throws(JournalFailure) {
        do {
            try database.close()
        } catch {
            throw JournalFailure(.database, DatabaseTrouble.sentence("closing", path, error))
        }
        lock?.release()
    }

    /// The sinks for which the next commits leave messages.
    package var sinks: [String] { sinkNames.withLock { $0 } }

    /// Takes over other sinks, at the start or after the settings were reloaded. What waits for a sink that is gone waits on for
    /// ``orphanRetention``.
    ///
    /// - Parameter selections: what each of them takes; all alerts where it is not said.
    package func use(sinks: [String], selections: [String: AlertSelection] = [:]) {
        sinkSelections.withLock { $0 = selections }
        sinkNames.withLock { $0 = sinks }
    }

    var selections: [String: AlertSelection] { sinkSelections.withLock { $0 } }

    /// Says beside the database why it cannot be written, or that it can again: on a full disk there is room for that.
    ///
    /// - Parameter trouble: one sentence; nil when it is over.
    package func note(trouble: String?, now: EventTime) { lock?.write(trouble.map { StateHolder.Trouble(since: now, message: $0) }) }

    /// What people ask of the journal.
    package var view: JournalView { JournalView(database: database, path: path) }

    /// What a lane left behind; nil when it never committed.
    package func resume(lane: String) throws(JournalFailure) -> LaneResume? { try view.resume(lane: lane) }

    /// Of a path at which nothing is found.
    static func absent(_ path: String) -> JournalFailure {
        if let reason = StateFolder.closed(path) {
            return JournalFailure(.folder, "\(path) cannot be looked at (\(reason)): run this command as weir's user.")
        }
        return JournalFailure(.absent, "\(path) does not exist: no weir has run with this state_directory yet.")
    }

    static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "weir.journal"
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // Source of the guards: sqlite.org, "Defense Against The Dark Arts".
            try db.execute(
                sql: """
                    PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON;
                    PRAGMA journal_size_limit = 67108864
                    """)
        }
        return configuration
    }

    // MARK: Opening

    /// The database, checked and of this version; nil when it is damaged.
    private static func openSound(_ path: String) throws(JournalFailure) -> DatabaseQueue? {
        try StateFolder.makePrivate(path)
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration())
            let verdict = try database.read { db in try String.fetchOne(db, sql: "PRAGMA quick_check(1)") }
            guard verdict == "ok" else {
                try database.close()
                return nil
            }
            try JournalSchema.migrate(database, path: path)
            return database
        } catch let failure as JournalFailure {
            throw failure
        } catch {
            if DatabaseTrouble.isDamage(error) { return nil }
            throw JournalFailure(.database, DatabaseTrouble.sentence("opening", path, error))
        }
    }

    /// What takes the place of a damaged database: its snapshot, or nothing.
    private static func replaced(
        _ path: String, aside: String, directory: String
    ) throws(JournalFailure) -> (database: DatabaseQueue, notice: JournalNotice) {
        if let made = try StateSnapshot.restore(path, directory: directory) {
            if let database = try openSound(path) {
                let message = """
                    \(path) was damaged and is now \(aside); its snapshot of \(CivilTime(made).rfc3339) is in its place. Logs are read again from where \
                    they stood then, so that alerts since then may come a second time; decisions of people since then are lost.
                    """
                return (database, JournalNotice(kind: .snapshotRestored, message: message))
            }
            _ = try setAside(path, directory: directory)
        }
        guard let database = try openSound(path) else {
            throw JournalFailure(.database, "\(path) is damaged right after it was created: check the disk.")
        }
        let message = "\(path) was damaged and is now \(aside): weir learns again from nothing and may repeat recent alerts."
        return (database, JournalNotice(kind: .damagedStateSetAside, message: message))
    }

    /// Renames the database and its companions; returns the new name.
    private static func setAside(_ path: String, directory: String) throws(JournalFailure) -> String {
        for number in 1...setAsideLimit {
            let aside = "\(path).corrupt-\(number)"
            if StateFolder.exists(aside) { continue }
            for companion in ["-wal", "-shm", ""] { try StateFolder.move(path + companion, to: aside + companion) }
            try StateFolder.synchronize(directory)
            return aside
        }
        throw JournalFailure(
            .database, "\(path) is damaged, as \(setAsideLimit) before it: check the disk, then remove \(path).corrupt-* and start again.")
    }
}
