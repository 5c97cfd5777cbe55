// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What is left of an account that was retired: when it was there.
package struct Tombstone: Equatable, Sendable {
    /// The first and the last quarter hour in which it was active, see ``BucketGrid``.
    package var firstBucket: UInt32
    package var lastBucket: UInt32
}

/// Which accounts of a shard are worth their memory: when each was last active, and in how many quarter hours.
///
/// An account that was hardly ever active and has rested for five weeks is retired: nothing was learnt of it that anybody would miss, and
/// its three kilobytes go to others. Its number stays, and a tombstone. When the name returns it begins anew. An account with a history is
/// never retired, however many names come. By index in the shard. State: 5 bytes an account, about 30 a tombstone.
struct Retirement {
    /// Quarter hours in which an account was active at most: an hour of work in all. A week's model rests on more.
    static let fewBuckets: UInt8 = 4
    /// Buckets without activity: five weeks, so that who comes once a month is never retired.
    static let idleBuckets: Int64 = 35 * 96

    private var lastActive: [UInt32] = []
    /// Saturates.
    private var activeBuckets: [UInt8] = []
    private(set) var tombstones: [Int: Tombstone] = [:]

    init() {}

    mutating func addAccount() {
        lastActive.append(0)
        activeBuckets.append(0)
    }

    /// Notes that an account was active in a bucket that closes.
    @inline(__always)
    mutating func noteActive(_ index: Int, _ bucket: Int64) {
        lastActive[index] = UInt32(truncatingIfNeeded: bucket)
        if activeBuckets[index] < .max { activeBuckets[index] += 1 }
    }

    /// The last closed bucket in which an account was active; 0 where there was none.
    func lastActive(_ index: Int) -> Int64 { Int64(lastActive[index]) }

    /// Whether an account has rested long enough after too little. One that was not active in any closed bucket yet has not begun to rest.
    func isDue(_ index: Int, at bucket: Int64) -> Bool {
        activeBuckets[index] <= Retirement.fewBuckets && activeBuckets[index] > 0
            && bucket - Int64(lastActive[index]) >= Retirement.idleBuckets
    }

    /// Leaves a tombstone, or extends the one that is there back from an earlier life.
    mutating func retire(_ index: Int, firstBucket: Int64) {
        let first = tombstones[index]?.firstBucket ?? UInt32(truncatingIfNeeded: firstBucket)
        tombstones[index] = Tombstone(firstBucket: first, lastBucket: lastActive[index])
        activeBuckets[index] = 0
    }

    func encode(_ index: Int, into writer: inout StateWriter) {
        writer.write(lastActive[index])
        writer.write(activeBuckets[index])
        let stone = tombstones[index]
        writer.write(stone != nil)
        guard let stone else { return }
        writer.write(stone.firstBucket)
        writer.write(stone.lastBucket)
    }

    /// Precondition: the account was added.
    mutating func restore(_ index: Int, from reader: inout StateReader) throws(StateError) {
        lastActive[index] = try reader.read()
        activeBuckets[index] = try reader.read()
        guard try reader.readBool() else { return }
        tombstones[index] = Tombstone(firstBucket: try reader.read(), lastBucket: try reader.read())
    }
}
