// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import RollingStatistics

/// Decides which new names get an account of their own, so that a flood of them cannot fill the memory.
///
/// As long as names come as a fleet grows, each is taken up at once: a daily allowance says how many that are. Beyond it a name waits at
/// the ``Doorkeeper`` until it returns in another quarter hour or has moved many rows; its events belong to `(other accounts)` meanwhile.
///
/// The reader decides; the core keeps a second gate that takes the same requests in the same order, and so holds at every checkpoint what
/// the reader held after the same event. State: 32 bytes, and the doorkeeper's while and for a day after names had to wait.
/// Complexity: O(1) a request, amortised; nothing for events of names that are known.
package struct AdmissionGate: Sendable {
    /// Names a day that are taken up at once, at least. Ten times what the largest fleets grow by on an ordinary day, and 4 MB of profiles.
    package static let leastAllowance: UInt64 = 1000
    /// The allowance of a large fleet: one name for each twenty that are known. Who grows faster has doubled within a fortnight.
    static let namesForOne: UInt64 = 20

    /// An event of a name that has no account.
    package struct Request: Equatable, Sendable {
        /// The name's hash under the installation's key: the same in every process of the installation, and unknown to whoever picks names.
        package var name: UInt64
        /// The quarter hour of the event, see ``BucketGrid``.
        package var bucket: Int64
        /// Rows that the event moved out.
        package var rows: UInt64

        package init(name: UInt64, bucket: Int64, rows: UInt64) {
            self.name = name
            self.bucket = bucket
            self.rows = rows
        }
    }

    /// Accounts that were taken up.
    private var known: UInt64 = 0
    /// The latest bucket of a request; negative before the first.
    private var clock: Int64 = -1
    /// What is left of the allowance, in 96ths of a name, so that a quarter hour gives a whole number back.
    private var left: UInt64 = 0
    private var doorkeeper = Doorkeeper()

    package init() {}

    private var allowance: UInt64 { max(AdmissionGate.leastAllowance, known / AdmissionGate.namesForOne) }
    private static var perName: UInt64 { UInt64(BucketGrid.perDay) }

    /// Whether the name gets an account with this event.
    @discardableResult
    package mutating func admit(_ request: Request) -> Bool {
        advance(to: request.bucket)
        if left >= AdmissionGate.perName {
            left -= AdmissionGate.perName
        } else {
            guard doorkeeper.isReturning(request, at: clock) else { return false }
        }
        known += 1
        return true
    }

    /// Gives back what has passed of the allowance. One misdated line moves the clock by a day at most, or nothing would be given back for
    /// years.
    private mutating func advance(to bucket: Int64) {
        if clock < 0 {
            clock = bucket
            left = allowance * AdmissionGate.perName
        }
        guard bucket > clock else { return }
        let step = min(bucket - clock, Int64(BucketGrid.perDay))
        clock += step
        left = min(left + UInt64(step) * allowance, allowance * AdmissionGate.perName)
        doorkeeper.forget(before: clock)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(known)
        writer.write(clock)
        writer.write(left)
        doorkeeper.encode(into: &writer, clock: clock)
    }

    init(from reader: inout StateReader) throws(StateError) {
        known = try reader.read()
        clock = try reader.read()
        left = try reader.read()
        guard known <= UInt32.max, clock >= -1, left <= allowance * AdmissionGate.perName else { throw StateError.implausible("admission") }
        doorkeeper = try Doorkeeper(from: &reader, clock: clock)
    }
}
