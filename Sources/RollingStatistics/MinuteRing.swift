// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RingBuffers

/// An account's last sixty minutes: rows, bytes and calls of each, readable from any thread while the detector writes.
///
/// State: 976 bytes. Two words a minute: bytes in one; rows (40 bits) and calls (24 bits) in the other. Sums beyond those widths wrap,
/// which 10^12 rows or 16 million calls in one minute would take.
public struct MinuteRing: Sendable {
    private let ring = SnapshotRing<60, 2>()

    public init() {}

    /// Adds one event to its minute; false when the minute has left the ring.
    @inline(__always)
    public func add(minute: Int, rows: UInt64, bytes: UInt64) -> Bool {
        ring.add([bytes, (rows &<< 24) &+ 1], toSlot: minute)
    }

    /// Where a minute stands from the start of the ring in memory: behind the object's header and the ring's two counters.
    @inline(__always)
    public static func offset(ofMinute minute: Int) -> Int { 32 + minute % 60 * 16 }

    /// Adds a whole minute at once, as when a checkpoint is restored.
    public func restore(minute: Int, rows: UInt64, bytes: UInt64, calls: UInt64) {
        _ = ring.add([bytes, (rows &<< 24) &+ calls], toSlot: minute)
    }

    /// The minutes held, oldest first; minutes without activity are left out. Any thread.
    public func minutes() -> [Minute] {
        let (newest, slots) = ring.readAll()
        var result: [Minute] = []
        for (index, words) in slots.enumerated() where words[0] != 0 || words[1] != 0 {
            result.append(Minute(number: newest - 59 + index, rows: words[1] >> 24, bytes: words[0], calls: words[1] & 0xFF_FFFF))
        }
        return result
    }

    /// Sums of one minute.
    public struct Minute: Equatable, Sendable {
        /// Minutes since 1970-01-01T00:00Z.
        public var number: Int
        public var rows: UInt64
        public var bytes: UInt64
        public var calls: UInt64
    }
}
