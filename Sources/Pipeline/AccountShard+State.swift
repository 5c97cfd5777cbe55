// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

extension AccountShard {
    var hasChanges: Bool { !dirty.isEmpty }

    /// Begins a checkpoint: what the changed accounts are now is what it will hold, however they change while it is made.
    /// Returns how many. Complexity: O(changed accounts), a byte each. Precondition: none is in the making.
    func freeze() -> Int {
        precondition(frozen.isEmpty && captured.isEmpty, "one checkpoint at a time")
        frozen = dirty
        dirty = []
        for index in frozen { marks[index] = .frozen }
        return frozen.count
    }

    /// At most `limit` more accounts of the checkpoint in the making: fewer mean that these were the last. A closing bucket may have
    /// captured every account at once; these too come out a few at a time.
    func takeSome(atMost limit: Int) -> [(AccountID, [UInt8])] {
        while captured.count < limit, let index = frozen.popLast() {
            guard marks[index] == .frozen else { continue }
            capture(index)
            marks[index] = .clean
        }
        let taken = Array(captured.suffix(limit))
        captured.removeLast(taken.count)
        return taken
    }

    func capture(_ index: Int) { captured.append((number(index), encode(number(index)))) }

    private static var stateVersion: UInt8 { 18 }

    private func encode(_ account: AccountID) -> [UInt8] {
        var writer = StateWriter(reserving: profiles[local(account)] === noProfile ? 64 : 3600)
        writer.write(AccountShard.stateVersion)
        retirement.encode(local(account), into: &writer)
        let profile = profile(account)
        writer.write(profile !== noProfile)
        guard profile !== noProfile else { return writer.bytes }
        profile.encode(into: &writer)
        let minutes = ring(account).minutes()
        writer.write(UInt8(minutes.count))
        for minute in minutes {
            writer.write(UInt32(truncatingIfNeeded: minute.number))
            writer.write(minute.rows)
            writer.write(minute.bytes)
            writer.write(UInt32(truncatingIfNeeded: minute.calls))
        }
        let active = open.indices.filter { tally(account, position: $0) != nil }
        writer.write(UInt8(active.count))
        for position in active {
            writer.write(oldestBucket + Int64(position))
            tally(account, position: position)?.encode(into: &writer)
        }
        return writer.bytes
    }

    /// Adds an account from its state. Precondition: the open buckets are there, ``oldestBucket`` is set, and accounts come in the order of
    /// their numbers.
    func restore(_ account: AccountID, from bytes: [UInt8]) throws(StateError) {
        var reader = StateReader(bytes)
        try reader.expectVersion(AccountShard.stateVersion)
        addNewAccount()
        let index = local(account)
        marks[index] = .clean
        dirty.removeLast()
        try retirement.restore(index, from: &reader)
        if try reader.readBool() { try restoreLife(index, account, &reader) }
        guard reader.isAtEnd else { throw StateError.implausible("trailing bytes") }
    }

    private func restoreLife(_ index: Int, _ account: AccountID, _ reader: inout StateReader) throws(StateError) {
        profiles[index] = try AccountProfile(from: &reader)
        rings[index] = MinuteRing()
        for _ in 0..<(try reader.read(UInt8.self)) {
            rings[index].restore(
                minute: Int(try reader.read(UInt32.self)), rows: try reader.read(), bytes: try reader.read(),
                calls: UInt64(try reader.read(UInt32.self)))
        }
        for _ in 0..<(try reader.read(UInt8.self)) {
            let position = Int(try reader.readBucket() - oldestBucket)
            let tally = try AccountTally(account: account, from: &reader)
            guard position < open.count else { throw StateError.implausible("open bucket") }
            // A bucket that closed without touching the account (its source was dead) is gone.
            guard position >= 0 else { continue }
            open[position].tallies.append(tally)
            open[position].slots[index] = UInt32(open[position].tallies.count)
        }
    }
}
