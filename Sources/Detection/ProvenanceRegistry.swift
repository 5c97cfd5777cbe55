// weir
// SPDX-License-Identifier: Apache-2.0

import RollingStatistics

/// What was said of the records of each content hash, for as many hashes as there is room for: those with the smallest values, so that
/// every part of the log keeps the same sample. The hashes are keyed, so that nobody can choose who is in it.
///
/// State: 9 bytes a hash, at most ``limit``. Changes only when a bucket closes. Complexity: O(log n) a look. Source: bottom-k sampling
/// (Cohen and Kaplan, 2007).
public struct ProvenanceRegistry: Sendable {
    public static let limit = 16_384

    private var hashes: [UInt64] = []
    private var saids: [UInt8] = []
    private var noted: [MovementTally.HashLabel] = []
    /// Hashes that found no room.
    public private(set) var left: UInt64 = 0

    public init() {}

    public var count: Int { hashes.count }

    /// The bits of ``MovementTally/HashLabel``; 0 where nothing is known.
    public func said(of hash: UInt64) -> UInt8 {
        let place = self.place(of: hash)
        return place < hashes.count && hashes[place] == hash ? saids[place] : 0
    }

    /// Whether a hash that is not kept was never noted: beyond the largest that is kept, nobody knows.
    public func wouldKnow(_ hash: UInt64) -> Bool { hashes.count < ProvenanceRegistry.limit || hash <= hashes[hashes.count - 1] }

    private func place(of hash: UInt64) -> Int {
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func note(_ labels: some Sequence<MovementTally.HashLabel>) { noted += labels }

    /// Takes in what was noted, in an order that does not depend on who noted it first. Complexity: O(m log n) for m notes, and O(n) where
    /// one of them is new.
    mutating func countNoted() {
        guard !noted.isEmpty else { return }
        noted.sort { ($0.hash, $0.said) < ($1.hash, $1.said) }
        var new: [MovementTally.HashLabel] = []
        for label in noted {
            let place = self.place(of: label.hash)
            if place < hashes.count && hashes[place] == label.hash {
                saids[place] |= label.said
            } else if let last = new.last, last.hash == label.hash {
                new[new.count - 1].said |= label.said
            } else {
                new.append(label)
            }
        }
        noted.removeAll(keepingCapacity: true)
        if !new.isEmpty { merge(new) }
    }

    /// Adds hashes that are not there, in their order; the largest of all make room. From the end, so that only what stands behind a new
    /// one is moved.
    private mutating func merge(_ new: [MovementTally.HashLabel]) {
        var (old, next) = (hashes.count - 1, new.count - 1)
        hashes += new.map(\.hash)
        saids += new.map(\.said)
        while next >= 0 {
            let target = old + next + 1
            if old >= 0 && hashes[old] > new[next].hash {
                (hashes[target], saids[target]) = (hashes[old], saids[old])
                old -= 1
            } else {
                (hashes[target], saids[target]) = (new[next].hash, new[next].said)
                next -= 1
            }
        }
        let excess = hashes.count - ProvenanceRegistry.limit
        guard excess > 0 else { return }
        left &+= UInt64(excess)
        hashes.removeLast(excess)
        saids.removeLast(excess)
    }

    func encode(into writer: inout StateWriter) {
        writer.write(left)
        writer.write(UInt32(hashes.count))
        for hash in hashes { writer.write(hash) }
        writer.write(saids)
    }

    init(from reader: inout StateReader) throws(StateError) {
        left = try reader.read()
        let count = try reader.read(UInt32.self)
        guard count <= ProvenanceRegistry.limit else { throw StateError.implausible("content hashes of a lane") }
        for _ in 0..<count { hashes.append(try reader.read()) }
        saids = try reader.readBytes()
        guard saids.count == hashes.count else { throw StateError.implausible("labels of content hashes") }
        // A damaged order would only hide some of them, but would do so for ever.
        guard zip(hashes, hashes.dropFirst()).allSatisfy({ $0 < $1 }) else { throw StateError.implausible("order of content hashes") }
    }
}
