// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RingBuffers

/// An account's last sixty minutes: rows, bytes and calls of each, readable from any thread while the detector writes.
///
/// State: 976 bytes. Two words a minute: bytes in one; rows (40 bits) and calls (24 bits) in the other. Sums beyond those widths wrap,
/// which 10^12 rows or 16 million calls in one minute would take.
public struct MinuteRing: Sendable {
    fileprivate let ring: SnapshotRing<60, 2>

    public init() { ring = SnapshotRing() }

    fileprivate init(_ ring: SnapshotRing<60, 2>) { self.ring = ring }

    /// Adds one event to its minute; false when the minute has left the ring.
    @inline(__always)
    public func add(minute: Int, rows: UInt64, bytes: UInt64) -> Bool { MinuteRing.add(to: ring, minute: minute, rows: rows, bytes: bytes) }

    @inline(__always)
    fileprivate static func add(to ring: borrowing SnapshotRing<60, 2>, minute: Int, rows: UInt64, bytes: UInt64) -> Bool {
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

/// The rings of many accounts, by number.
///
/// An array would do, but for one thing: to add to a ring of an array that may change, the compiler holds on to it, and to count a
/// reference up and down takes as long as adding an event. State: 8 bytes an account beside the rings.
@safe public final class MinuteRings {
    private typealias Reference = Unmanaged<SnapshotRing<60, 2>>
    public private(set) var count = 0
    private var capacity = 64
    private var references: UnsafeMutablePointer<Reference>

    public init() { unsafe references = .allocate(capacity: 64) }

    deinit {
        for index in 0..<count { unsafe references[index].release() }
        unsafe references.deallocate()
    }

    public func append(_ ring: MinuteRing) {
        if count == capacity {
            let larger = UnsafeMutablePointer<Reference>.allocate(capacity: capacity * 2)
            unsafe larger.initialize(from: references, count: count)
            unsafe references.deallocate()
            unsafe references = larger
            capacity *= 2
        }
        unsafe references[count] = .passRetained(ring.ring)
        count += 1
    }

    public subscript(index: Int) -> MinuteRing {
        get {
            precondition(index >= 0 && index < count)
            return unsafe MinuteRing(references[index].takeUnretainedValue())
        }
        set {
            precondition(index >= 0 && index < count)
            unsafe references[index].release()
            unsafe references[index] = .passRetained(newValue.ring)
        }
    }

    /// Adds one event to its minute of a ring; false when the minute has left the ring.
    @inline(__always)
    public func add(to index: Int, minute: Int, rows: UInt64, bytes: UInt64) -> Bool {
        precondition(index >= 0 && index < count)
        return unsafe references[index]._withUnsafeGuaranteedRef { MinuteRing.add(to: $0, minute: minute, rows: rows, bytes: bytes) }
    }

    /// Where a ring is in memory: for asking for it ahead.
    @inline(__always)
    public func address(of index: Int) -> UnsafeRawPointer {
        precondition(index >= 0 && index < count)
        return unsafe UnsafeRawPointer(references[index].toOpaque())
    }
}
