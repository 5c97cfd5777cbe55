// weir
// SPDX-License-Identifier: Apache-2.0

import CPrefetch
import Detection
import EventModel
import RollingStatistics

// With tens of thousands of accounts nothing of the next one is in the processor's caches: it is asked for a few steps ahead. No result
// depends on any of this. The references are read as the addresses that they are, because holding an object on to ask for it would wait for
// it.

extension AccountShard {
    /// Accounts from which on an event's account is asked for ahead; the state of fewer is in the caches anyhow.
    static var wideFleet: Int { 2048 }
    /// Events and accounts to look ahead: a main memory's latency in steps of the loops.
    static var eventsAhead: Int { 6 }
    private static var accountsAhead: Int { 2 }

    /// Asks for the minute and the tally that adding an event will change.
    @inline(__always)
    func prefetch(_ event: AccessEvent, position: Int) {
        let index = local(event.account)
        // The lane's position is that of the event before: its bucket may have closed.
        guard index < accountCount, position < open.count else { return }
        let ring = unsafe rings.address(of: index)
        unsafe weir_prefetch(ring, 1)
        unsafe weir_prefetch(ring + MinuteRing.offset(ofMinute: Int(truncatingIfNeeded: event.time.milliseconds / 60_000)), 1)
        let slot = Int(open[position].slots[index])
        guard slot > 0 else { return }
        unsafe open[position].tallies.withUnsafeBufferPointer {
            guard let first = $0.baseAddress else { return }
            unsafe weir_prefetch(first + (slot - 1), MemoryLayout<AccountTally>.size)
        }
    }

    /// Asks for what closing a bucket will read and write of an account soon after `index`.
    @inline(__always)
    static func prefetch(_ profiles: [AccountProfile], after index: Int) {
        let next = index + accountsAhead
        guard next < profiles.count else { return }
        unsafe profiles.withUnsafeBytes {
            let profile = unsafe $0.load(fromByteOffset: next * MemoryLayout<AccountProfile>.stride, as: UnsafeRawPointer.self)
            unsafe weir_prefetch(profile, AccountProfile.size)
        }
    }
}
