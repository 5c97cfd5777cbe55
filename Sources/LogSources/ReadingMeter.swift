// weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How much of the files that a source has found is read, in bytes as they lie on the disk: written by the thread that reads, looked at by
/// the one that shows progress. Nothing else depends on it. State: 16 bytes.
package final class ReadingMeter: Sendable {
    private let found = Atomic<UInt64>(0)
    private let read = Atomic<UInt64>(0)

    package init() {}

    /// The share that is read, at most 1; nil before anything was found.
    package var share: Double? {
        // The two numbers need not fit each other to the byte, so nothing orders their loads.
        let found = found.load(ordering: .relaxed)
        return found == 0 ? nil : min(Double(read.load(ordering: .relaxed)) / Double(found), 1)
    }

    func find(_ bytes: UInt64) { found.add(bytes, ordering: .relaxed) }

    /// Counts a file as read up to `offset`; `counted` is how far it was before, and is brought up to date.
    func count(to offset: UInt64, counted: inout UInt64) {
        guard offset > counted else { return }
        read.add(offset - counted, ordering: .relaxed)
        counted = offset
    }
}
