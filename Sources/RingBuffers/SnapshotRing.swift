// weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A ring of fixed-size slots that one thread writes and any number of threads read, without a lock and without stopping the writer.
///
/// A sequence counter guards the ring: odd while the writer is inside, and a reader that saw it change reads again. The payload consists of
/// atomic words, so that a torn read is a repeated read and never a data race. One counter for the ring, not one for each slot: with a
/// ring for each of 100,000 accounts the slots' counters would cost 480 bytes an account, and a writer is inside for a few nanoseconds.
///
/// State: 8 × (2 + slots × words) bytes. Complexity: write O(words), read of a slot O(words), read of all O(slots × words).
///
/// Source: Hans Boehm, "Can Seqlocks Get Along with Programming Language Memory Models?", MSPC 2012 (the fences below are its figure 6).
public final class SnapshotRing<let slots: Int, let words: Int>: Sendable {
    private let sequence = Atomic<UInt64>(0)
    /// The absolute number of the newest slot; −1 while nothing was written.
    private let newest = Atomic<Int>(-1)
    private let payload: InlineArray<slots, InlineArray<words, Atomic<UInt64>>>

    public init() {
        payload = InlineArray { _ in InlineArray { _ in Atomic<UInt64>(0) } }
    }

    /// Adds to the words of slot `number`, first clearing the slots between the newest and it.
    ///
    /// Returns false, changing nothing, when the slot has already left the ring. One writer only.
    @inline(__always)
    public func add(_ amounts: InlineArray<words, UInt64>, toSlot number: Int) -> Bool {
        // The writer is alone: it reads its own last stores, relaxed.
        let last = newest.load(ordering: .relaxed)
        if last >= 0 && number <= last - slots { return false }
        let start = enter()
        if number > last { clear(after: last, through: number) }
        let slot = number % slots
        for word in 0..<words {
            let sum = payload[slot][word].load(ordering: .relaxed)
            payload[slot][word].store(sum &+ amounts[word], ordering: .relaxed)
        }
        leave(start)
        return true
    }

    /// Makes `number` the newest slot, clearing what lies between. One writer only.
    public func advance(to number: Int) {
        let last = newest.load(ordering: .relaxed)
        guard number > last else { return }
        let start = enter()
        clear(after: last, through: number)
        leave(start)
    }

    /// The words of slot `number`; zeros when it is not in the ring. Any thread.
    public func read(slot number: Int) -> InlineArray<words, UInt64> {
        var result = InlineArray<words, UInt64>(repeating: 0)
        while true {
            // Pairs with the release store in leave(): what was written before is visible.
            let before = sequence.load(ordering: .acquiring)
            if before & 1 == 0 {
                let last = newest.load(ordering: .relaxed)
                let isHeld = number >= 0 && number <= last && number > last - slots
                for word in 0..<words { result[word] = isHeld ? payload[number % slots][word].load(ordering: .relaxed) : 0 }
                // Pairs with the release fence in enter(): if a later write's word was read, the counter's change is seen too.
                atomicMemoryFence(ordering: .acquiring)
                if sequence.load(ordering: .relaxed) == before { return result }
            }
        }
    }

    /// The newest slot's number and the words of all slots, oldest first, all as of one moment. Any thread.
    public func readAll() -> (newest: Int, slots: [InlineArray<words, UInt64>]) {
        var result = [InlineArray<words, UInt64>](repeating: InlineArray(repeating: 0), count: slots)
        while true {
            let before = sequence.load(ordering: .acquiring)
            if before & 1 == 0 {
                let last = newest.load(ordering: .relaxed)
                for index in 0..<slots {
                    let number = last - slots + 1 + index
                    for word in 0..<words { result[index][word] = number >= 0 ? payload[number % slots][word].load(ordering: .relaxed) : 0 }
                }
                atomicMemoryFence(ordering: .acquiring)
                if sequence.load(ordering: .relaxed) == before { return (last, result) }
            }
        }
    }

    /// The newest slot's number, −1 while nothing was written. Any thread.
    public var newestSlot: Int { newest.load(ordering: .relaxed) }

    @inline(__always)
    private func enter() -> UInt64 {
        let start = sequence.load(ordering: .relaxed)
        sequence.store(start &+ 1, ordering: .relaxed)
        // Pairs with the acquire fence of the readers: the odd counter is visible before any word changes.
        atomicMemoryFence(ordering: .releasing)
        return start
    }

    @inline(__always)
    private func leave(_ start: UInt64) {
        // Pairs with the acquire load of the readers.
        sequence.store(start &+ 2, ordering: .releasing)
    }

    private func clear(after last: Int, through number: Int) {
        let first = max(last + 1, number - slots + 1)
        for absolute in first...number {
            for word in 0..<words { payload[absolute % slots][word].store(0, ordering: .relaxed) }
        }
        newest.store(number, ordering: .relaxed)
    }
}
