// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import GRDB
import Pipeline

extension SQLiteJournal {
    /// Stores a commit of a lane in one transaction: header, counters, accounts, positions, alerts, and a message for each sink.
    ///
    /// A transition that is stored already is left alone and queued no second time, so the same commit may be given again after a failure.
    /// - Parameter now: the wall clock: when messages become due, and by which old ones are pruned.
    /// Complexity: O(changed accounts), written twice, to the log and to the database. Measured on a disk of 450 MB/s with states of
    /// 3.6 KB: 1.8 s for 100,000 accounts that are known (3.2 s for new ones), 0.5 s for 10,000, 2 ms for 100. Not for a detection thread.
    /// Throws: ``OutletFailure``, retryable when space, a lock or the disk may come back. Nothing is stored then.
    package func commit(_ commit: LaneCommit, now: EventTime) throws(OutletFailure) {
        let sinks = sinks
        let selections = selections
        do {
            try database.write { db in try LaneTransaction(db: db, sinks: sinks, selections: selections, now: now).store(commit) }
        } catch {
            throw DatabaseTrouble.outletFailure("a checkpoint of \(commit.lane)", path, error)
        }
    }
}

/// The outlet of the daemon's lanes: every commit goes to the journal under the wall clock.
package struct JournalOutlet: Outlet {
    private let journal: SQLiteJournal
    private let now: @Sendable () -> EventTime

    package init(_ journal: SQLiteJournal, now: (@Sendable () -> EventTime)? = nil) {
        self.journal = journal
        self.now = now ?? StateFolder.wallClock
    }

    package mutating func commit(_ commit: consuming LaneCommit) throws(OutletFailure) {
        try journal.commit(commit, now: now())
    }
}
