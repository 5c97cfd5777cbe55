// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import RingBuffers
import Synchronization
import TestSupport
import Testing

/// Law 5: random operations on the snapshot ring agree with an array, and readers never see half of a write.
@Suite struct SnapshotRingTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `law 5: random operations agree with an array of everything ever written`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let ring = SnapshotRing<7, 2>()
        var model: [Int: [UInt64]] = [:]
        var newest = -1
        for step in 0..<3000 {
            let number = max(newest + Int.random(in: -10...[2, 2, 2, 20][step % 4], using: &random), 0)
            let amounts: [UInt64] = [random.next() >> 40, random.next() >> 1]
            if step % 9 == 0 {
                ring.advance(to: number)
                newest = max(newest, number)
            } else {
                let isHeld = newest < 0 || number > newest - 7
                #expect(ring.add([amounts[0], amounts[1]], toSlot: number) == isHeld, "seed \(seed), step \(step)")
                if isHeld {
                    newest = max(newest, number)
                    let known = model[number] ?? [0, 0]
                    model[number] = [known[0] &+ amounts[0], known[1] &+ amounts[1]]
                }
            }
            model = model.filter { $0.key > newest - 7 }
            #expect(ring.newestSlot == newest)
            let all = ring.readAll()
            #expect(all.newest == newest)
            let shown = all.slots.map { [$0[0], $0[1]] }
            let expected = (newest - 6...newest).map { model[$0] ?? [0, 0] }
            #expect(shown == expected, "seed \(seed), step \(step)")
            let probe = newest + Int.random(in: -12...3, using: &random)
            let read = ring.read(slot: probe)
            #expect([read[0], read[1]] == (model[probe] ?? [0, 0]), "seed \(seed), step \(step), slot \(probe)")
        }
    }

    @Test func `an empty ring reads as zeros`() {
        let ring = SnapshotRing<4, 3>()
        #expect(ring.newestSlot == -1)
        #expect(ring.readAll().slots.allSatisfy { $0[0] == 0 && $0[1] == 0 && $0[2] == 0 })
        #expect(ring.read(slot: 0)[0] == 0)
        #expect(ring.read(slot: -3)[0] == 0)
    }

    @Test func `skipped slots are cleared, also when the ring is passed more than once`() {
        for skip in 1...12 {
            let ring = SnapshotRing<4, 1>()
            for number in 0..<4 { #expect(ring.add([9], toSlot: number)) }
            #expect(ring.add([1], toSlot: 3 + skip))
            let sum = ring.readAll().slots.reduce(0) { $0 + $1[0] }
            #expect(sum == UInt64(max(4 - skip, 0) * 9 + 1), "skip \(skip)")
        }
    }

    @Test func `a number that left the ring is refused and changes nothing`() {
        let ring = SnapshotRing<4, 1>()
        #expect(ring.add([5], toSlot: 10))
        #expect(ring.add([6], toSlot: 7))
        #expect(!ring.add([7], toSlot: 6))
        #expect(ring.readAll().slots.map { $0[0] } == [6, 0, 0, 5])
        ring.advance(to: 3)
        #expect(ring.newestSlot == 10)
    }

    @Test func `readers never see half of a write while the writer runs`() {
        let ring = SnapshotRing<5, 3>()
        let isDone = Atomic<Bool>(false)
        let torn = Atomic<Int>(0)
        let reads = Atomic<Int>(0)
        let group = DispatchGroup()
        for reader in 0..<2 {
            DispatchQueue(label: "reader \(reader)").async(group: group) {
                while !isDone.load(ordering: .acquiring) {
                    let all = ring.readAll()
                    // Each write adds n, 3n and 7n: any mixture of two writes breaks the proportion.
                    for slot in all.slots where slot[1] != slot[0] &* 3 || slot[2] != slot[0] &* 7 { torn.add(1, ordering: .relaxed) }
                    let one = ring.read(slot: max(all.newest, 0))
                    if one[1] != one[0] &* 3 || one[2] != one[0] &* 7 { torn.add(1, ordering: .relaxed) }
                    reads.add(1, ordering: .relaxed)
                }
            }
        }
        var number = 0
        for step in 0..<40_000 {
            if step % 3 == 0 { number += step % 11 == 0 ? 4 : 1 }
            let amount = UInt64(step)
            _ = ring.add([amount, amount &* 3, amount &* 7], toSlot: number)
            // On one processor the readers need their turn.
            if step % 512 == 0 { sched_yield() }
        }
        while reads.load(ordering: .relaxed) < 20 { sched_yield() }
        isDone.store(true, ordering: .releasing)
        group.wait()
        #expect(torn.load(ordering: .relaxed) == 0)
        #expect(reads.load(ordering: .relaxed) >= 20)
    }
}
