// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import RollingStatistics

/// Remembers names that wait for an account, in a fixed number of places, for a day.
///
/// Errs to one side only: a name may be forgotten and wait longer, but none passes that was not here before. When all places are taken, a
/// new name takes that of the one that waits longest; names that have called more often are passed over, half as often each time, so that
/// names which come once displace each other and not an account at work. Nothing depends on the order of a hash table, nor on the key
/// under which names were hashed.
///
/// State: nothing while nobody waits, then at most 1.5 MB, 394 KB encoded. Complexity: O(1), amortised.
///
/// Source: the doorkeeper of TinyLFU (Einziger, Friedman and Manes 2017), with the clock of Corbató (1968) in place of its Bloom filter,
/// which lets everybody in once it has filled up.
struct Doorkeeper: Sendable {
    /// Places. A flood of 100,000 names in a quarter hour takes five minutes to come round: who calls twice in that time stays.
    static let capacity = 32_768
    /// Buckets after which a name is forgotten.
    static let memory = Int64(BucketGrid.perDay)
    /// Rows that make a name worth an account at once. Source: the level without history in Microsoft Sentinel's bulk-retrieval rules,
    /// design/detectors.md section 2.
    static let enoughRows: UInt64 = 10_000

    private struct Guest {
        /// 0 in a place whose name was let in.
        var name: UInt64 = 0
        /// The quarter hour in which it came.
        var bucket: UInt32 = 0
        /// Below ``enoughRows``.
        var rows: UInt16 = 0
        var calls: UInt8 = 0
    }

    private var guests: [Guest] = []
    private var places: [UInt64: UInt32] = [:]
    /// The place that is looked at next when one is needed.
    private var hand = 0
    /// The latest bucket in which somebody had to wait.
    private var lastUse: Int64 = -1

    init() {}

    /// Whether a name was here in another quarter hour of the last day, or has moved enough rows by now. If so it is forgotten, else noted.
    ///
    /// - Parameter clock: the latest bucket of all requests. The request's own counts for no later.
    mutating func isReturning(_ request: AdmissionGate.Request, at clock: Int64) -> Bool {
        lastUse = clock
        let bucket = UInt32(truncatingIfNeeded: min(request.bucket, clock))
        guard let place = places[request.name].map({ Int($0) }), !isForgotten(guests[place], clock) else {
            guard request.rows < Doorkeeper.enoughRows else { return true }
            note(Guest(name: request.name, bucket: bucket, rows: UInt16(request.rows), calls: 1), clock)
            return false
        }
        let rows = UInt64(guests[place].rows).addingReportingOverflow(request.rows)
        if guests[place].bucket != bucket || rows.overflow || rows.partialValue >= Doorkeeper.enoughRows {
            places[request.name] = nil
            guests[place] = Guest()
            return true
        }
        guests[place].rows = UInt16(rows.partialValue)
        if guests[place].calls < .max { guests[place].calls += 1 }
        return false
    }

    private func isForgotten(_ guest: Guest, _ clock: Int64) -> Bool { clock - Int64(guest.bucket) >= Doorkeeper.memory }

    private mutating func note(_ guest: Guest, _ clock: Int64) {
        if let place = places[guest.name] {
            guests[Int(place)] = guest
        } else if guests.count < Doorkeeper.capacity {
            places[guest.name] = UInt32(guests.count)
            guests.append(guest)
        } else {
            let place = freePlace(clock)
            if guests[place].name != 0 { places[guests[place].name] = nil }
            places[guest.name] = UInt32(place)
            guests[place] = guest
        }
    }

    private mutating func freePlace(_ clock: Int64) -> Int {
        while true {
            let place = hand
            hand = hand + 1 == Doorkeeper.capacity ? 0 : hand + 1
            if guests[place].calls <= 1 || isForgotten(guests[place], clock) { return place }
            guests[place].calls /= 2
        }
    }

    /// Gives the memory back when nobody had to wait for a day.
    mutating func forget(before clock: Int64) {
        if !guests.isEmpty && clock - lastUse >= Doorkeeper.memory { self = Doorkeeper() }
    }

    /// 12 bytes a guest: when it came counts back from the clock, and not beyond what is remembered.
    func encode(into writer: inout StateWriter, clock: Int64) {
        writer.write(lastUse)
        writer.write(UInt32(hand))
        writer.write(UInt32(guests.count))
        for guest in guests {
            writer.write(guest.name)
            writer.write(UInt8(min(clock - Int64(guest.bucket), Doorkeeper.memory)))
            writer.write(guest.calls)
            writer.write(guest.rows)
        }
    }

    init(from reader: inout StateReader, clock: Int64) throws(StateError) {
        lastUse = try reader.read()
        hand = Int(try reader.read(UInt32.self))
        let count = Int(try reader.read(UInt32.self))
        guard count <= Doorkeeper.capacity, hand < Doorkeeper.capacity, lastUse <= clock else {
            throw StateError.implausible("waiting names")
        }
        for place in 0..<count {
            let name = try reader.read(UInt64.self)
            let bucket = UInt32(clamping: clock - Int64(try reader.read(UInt8.self)))
            let calls = try reader.read(UInt8.self)
            let guest = Guest(name: name, bucket: bucket, rows: try reader.read(), calls: calls)
            guard guest.rows < Doorkeeper.enoughRows, name == 0 || places.updateValue(UInt32(place), forKey: name) == nil else {
                throw StateError.implausible("waiting names")
            }
            guests.append(guest)
        }
    }
}
