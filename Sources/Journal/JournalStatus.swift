// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline

/// A lane as of its last commit.
package struct LaneStatus: Equatable, Sendable {
    package var name: String
    /// By the wall clock.
    package var committed: EventTime
    package var commits: Int64
    /// Files that are not finished.
    package var openStreams: Int
    /// By name.
    package var counters: [LaneCommit.Counter]

    /// The value of a counter; nil when the lane has none of that name.
    package func counter(_ name: String) -> Int64? { counters.first { $0.name == name }?.value }
}

/// One stored transition of an alert.
package struct AlertEntry: Equatable, Sendable {
    /// Grows with every stored transition.
    package var number: Int64
    package var lane: String
    /// When it was stored, by the wall clock.
    package var committed: EventTime
    package var record: AlertRecord
}

/// What waits for a sink, and what became of the rest.
package struct QueueStatus: Equatable, Sendable {
    package var sink: String
    package var pending: Int
    /// Of the last ``SQLiteJournal/deliveredRetention``.
    package var delivered: Int
    package var dead: Int
    package var nextDue: EventTime?
    package var lastDelivered: EventTime?
    /// Why the last attempt that failed did.
    package var lastReason: String?
}

/// A message that is tried no more, until somebody replays it.
package struct DeadLetter: Equatable, Sendable {
    package var message: OutboxMessage
    package var reason: String
    package var since: EventTime
}

/// The weir that holds a state folder, or held it last, as another process sees it.
package struct StateHolder: Equatable, Sendable {
    /// What keeps it from storing its state.
    package struct Trouble: Equatable, Sendable {
        package var since: EventTime
        /// One sentence.
        package var message: String
    }

    package var process: Int32?
    package var isRunning: Bool
    /// Nil while it can, or could, store its state.
    package var trouble: Trouble?

    /// Nil where nobody ever held the folder, or who did may not be read.
    package static func of(directory: String) -> StateHolder? { StateLock.holder(directory: directory) }
}

/// The journal as a file.
package struct JournalSummary: Equatable, Sendable {
    package var path: String
    /// Database and write-ahead log.
    package var bytes: UInt64
    /// By the wall clock; nil before the first commit.
    package var lastCommit: EventTime?
    /// Stored transitions.
    package var alerts: Int
}
