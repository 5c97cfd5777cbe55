// weir
// SPDX-License-Identifier: Apache-2.0

/// Where results go: the journal of the daemon, the report of a replay.
package protocol Outlet {
    /// Stores a commit, all of it or nothing.
    /// Throws: ``OutletFailure``; the caller keeps the commit and tries again.
    mutating func commit(_ commit: consuming LaneCommit) throws(OutletFailure)
}

/// A commit that could not be stored.
package struct OutletFailure: Error, Equatable, Sendable {
    /// One sentence that says where, what, and what the operator can do.
    package var message: String
    /// Whether the same commit may succeed later (a full disk, a lock), so that ingestion goes on in memory.
    package var isRetryable: Bool

    package init(message: String, isRetryable: Bool) {
        self.message = message
        self.isRetryable = isRetryable
    }
}
