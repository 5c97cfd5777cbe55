// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import EventModel
import Pipeline
import Synchronization

/// Stores the commits of all lanes on a thread of its own, so that no lane waits for the disk.
///
/// A commit that cannot be stored is kept and tried again until it can; meanwhile its lane goes on in memory and commits nothing else.
/// After one that was given up nothing more of its lane is stored: a later commit holds later positions, and what the lost one held, its
/// alerts among it, would never be read again.
final class JournalWriter: Sendable {
    /// The first and the longest pause between two attempts.
    static let firstPause = EventDuration(milliseconds: 100)
    static let longestPause = EventDuration.seconds(5)

    private let queue = DispatchQueue(label: "weir.journal", qos: .userInitiated)
    private let commit: @Sendable (LaneCommit) throws(OutletFailure) -> Void
    private let pending: @Sendable (_ lane: String) -> [LaneDecision]
    private let stored: @Sendable (_ alerts: Int) -> Void
    private let failed: @Sendable (OutletFailure) -> Void
    private let isAbandoned = Atomic<Bool>(false)
    private let gaveUp = Atomic<Bool>(false)
    /// Whether something that was to be stored is not.
    var hasGivenUp: Bool { gaveUp.load(ordering: .acquiring) }

    /// - Parameters:
    ///   - commit: stores one commit, all or nothing.
    ///   - pending: what people decided that a lane has still to apply.
    ///   - stored: called after each commit, with the number of its alerts.
    ///   - failed: called after each failed attempt.
    init(
        commit: @escaping @Sendable (LaneCommit) throws(OutletFailure) -> Void,
        pending: @escaping @Sendable (_ lane: String) -> [LaneDecision], stored: @escaping @Sendable (_ alerts: Int) -> Void,
        failed: @escaping @Sendable (OutletFailure) -> Void
    ) {
        self.commit = commit
        self.pending = pending
        self.stored = stored
        self.failed = failed
    }

    /// Whether a lane's last commit is still on its way. Each lane has one.
    final class Ticket: Sendable {
        fileprivate let isTaken = Atomic<Bool>(false)
        /// A commit was given up. Used on the queue only.
        fileprivate let hasGap = Atomic<Bool>(false)
        /// Wakes the lane when its commit is stored.
        fileprivate let released: @Sendable () -> Void

        fileprivate let lane: String
        fileprivate let decisions = Mutex<[LaneDecision]>([])

        fileprivate init(lane: String, released: @escaping @Sendable () -> Void) {
            self.lane = lane
            self.released = released
        }

        /// What people decided, as of the last look into the journal, later than decision `number`: one that is on its way into the journal
        /// with a commit may still be among what was read.
        func takeDecisions(after number: Int64) -> [LaneDecision] {
            decisions.withLock { waiting in
                defer { waiting = [] }
                return waiting.filter { $0.number > number }
            }
        }

        /// Pairs with the release store after the commit: what it stored is seen.
        var isFree: Bool { !isTaken.load(ordering: .acquiring) }
    }

    /// - Parameter released: called whenever the ticket is free again.
    func ticket(lane: String, released: @escaping @Sendable () -> Void) -> Ticket { Ticket(lane: lane, released: released) }

    /// Looks for what people decided since, when there is nothing to store.
    func look(_ ticket: Ticket) {
        queue.async { [self] in
            let waiting = pending(ticket.lane)
            ticket.decisions.withLock { $0 = waiting }
            if !waiting.isEmpty { ticket.released() }
        }
    }

    /// Hands a commit over. Precondition: the ticket is free.
    func store(_ commit: consuming LaneCommit, _ ticket: Ticket) {
        ticket.isTaken.store(true, ordering: .relaxed)
        let (commit, alerts) = (commit, commit.alerts.count)
        queue.async { [self] in
            let isStored = !ticket.hasGap.load(ordering: .relaxed) && persist(commit)
            if !isStored {
                ticket.hasGap.store(true, ordering: .relaxed)
                gaveUp.store(true, ordering: .releasing)
            }
            let waiting = pending(ticket.lane)
            ticket.decisions.withLock { $0 = waiting }
            // Pairs with the acquire load in isFree.
            ticket.isTaken.store(false, ordering: .releasing)
            ticket.released()
            if isStored { stored(alerts) }
        }
    }

    /// Waits for everything that was handed over, looks into the journal among it: the last one of a lane may still be on its way when the
    /// lane has ended, and must not find the journal closed.
    func waitUntilIdle() { queue.sync {} }

    /// Gives up commits that cannot be stored, so that a daemon with a full disk can end. What they held is read again at the next start.
    func abandonFailures() { isAbandoned.store(true, ordering: .releasing) }

    /// Whether the commit was stored, and not given up.
    private func persist(_ commit: LaneCommit) -> Bool {
        var pause = JournalWriter.firstPause
        while true {
            do throws(OutletFailure) {
                try self.commit(commit)
                return true
            } catch {
                failed(error)
                if !error.isRetryable || isAbandoned.load(ordering: .acquiring) { return false }
                let rest = DispatchSemaphore(value: 0)
                _ = rest.wait(timeout: .now() + .milliseconds(Int(pause.milliseconds)))
                pause = min(EventDuration(milliseconds: pause.milliseconds * 2), JournalWriter.longestPause)
            }
        }
    }
}
