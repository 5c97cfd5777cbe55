// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// A file that is no stream of its own, and why. Asked again only when its status changes or the reason falls away.
struct Noted {
    enum Reason: Equatable {
        /// It holds what this generation holds; the reason falls away when that generation's state changes, or its file is nowhere.
        case copy(of: StreamID, Generation.State)
        /// It may still be written: to be looked at again at this time.
        case settling(until: Int64)
        /// It has no content yet, or is no log.
        case unused
    }

    var status: FileStatus
    /// Whether its name made it a hint then: renamed to one that is asked for, it is looked at again.
    var isHint: Bool
    /// When it was first seen with this status. Units: monotonic milliseconds.
    var since: Int64
    var reason: Reason

    init(_ file: CandidateFiles.File, since: Int64, _ reason: Reason) {
        status = file.status
        isHint = file.isHint
        self.since = since
        self.reason = reason
    }

    /// Whether a file is as it was when this was noted.
    func isOf(_ file: CandidateFiles.File) -> Bool { status == file.status && (file.isHint || !isHint) }

    /// Whether what it is will only be known later.
    var isAwaited: Bool {
        if case .settling = reason { return true }
        return false
    }

    /// Whether its growth is no reason to look at it at once.
    var isDull: Bool { reason != .unused }
}
