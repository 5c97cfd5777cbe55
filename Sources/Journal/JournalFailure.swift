// weir
// SPDX-License-Identifier: Apache-2.0

import GRDB
import Pipeline

/// A state folder or journal that cannot be used.
package struct JournalFailure: Error, Equatable, Sendable {
    /// What stands in the way, for callers that act on it.
    package enum Reason: Equatable, Sendable {
        /// The folder or a file in it cannot be created, read or written, or others may write to it.
        case folder
        /// Another process holds the state folder.
        case inUse(process: Int32?)
        /// A newer weir wrote the database.
        case newerSchema
        /// The database was made or altered by something that is not weir.
        case foreign
        /// There is no database yet.
        case absent
        /// SQLite refused.
        case database
    }

    package let reason: Reason
    /// One sentence that says where, what, and what the operator can do.
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

extension JournalFailure: CustomStringConvertible {
    package var description: String { message }
}

/// What the operator should read about the opening of a journal that succeeded all the same.
package struct JournalNotice: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// A damaged database was set aside, and detection starts without history.
        case damagedStateSetAside = "damaged_state_set_aside"
        /// A damaged database was set aside, and the snapshot of it is in its place.
        case snapshotRestored = "snapshot_restored"
        /// The folder's owner or rights are wider than they should be.
        case looseFolder = "loose_state_folder"
    }

    package let kind: Kind
    /// One sentence.
    package let message: String
}

/// Turns whatever GRDB throws into sentences.
enum DatabaseTrouble {
    /// Codes after which the same commit may succeed: space is freed, a lock is released, a disk is mounted for writing again.
    static func isRetryable(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_NOMEM: return true
        default: return false
        }
    }

    /// Whether the file itself is damaged, as opposed to out of reach.
    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }

    /// What happened and what to do, without values: a database error's own text may quote the statement's arguments.
    static func sentence(_ action: String, _ path: String, _ error: any Error) -> String {
        guard let error = error as? DatabaseError else {
            return "\(path): \(action) failed: the database holds a value that weir never writes; move it away and start without history."
        }
        let remedy =
            switch error.resultCode {
            case .SQLITE_FULL: "the disk is full: free some space; nothing is lost while weir runs"
            case .SQLITE_BUSY, .SQLITE_LOCKED: "another process holds the database: end it, or wait"
            case .SQLITE_IOERR: "the disk reported an error: look at the kernel's log"
            case .SQLITE_READONLY: "the database is not writable: check the rights of the file and how its disk is mounted"
            case .SQLITE_CANTOPEN: "the database cannot be opened: check the rights of the folder and the limit of open files"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: "the database is damaged: restart weir, which sets it aside and starts without history"
            case .SQLITE_ERROR where error.message?.hasPrefix("no such ") == true:
                "a table or column is missing, as in the state of an older weir: start weir run of this version, which adds it"
            default: "SQLite said \"\(error.message ?? "nothing")\""
            }
        return "\(path): \(action) failed (\(error.extendedResultCode.rawValue)): \(remedy)."
    }

    static func outletFailure(_ action: String, _ path: String, _ error: any Error) -> OutletFailure {
        OutletFailure(message: sentence(action, path, error), isRetryable: isRetryable(error))
    }
}
