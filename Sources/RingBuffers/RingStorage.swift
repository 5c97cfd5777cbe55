// weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory that both ends of a ``SPSCRing`` share: slots, and the two positions.
///
/// The one unsafe file of this target. A slot is initialized exactly while `head <= index < tail`; the consumer alone moves `head`, the
/// producer alone moves `tail`. The positions stand on cache lines of their own, so that one end's stores do not evict the other's loads.
@safe
final class RingStorage<Element: ~Copyable>: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<Element>
    let capacity: Int
    private let padding0 = InlineArray<15, Int>(repeating: 0)
    /// The next index to consume. Written by the consumer with release, read by the producer with acquire: the slot is free again.
    let head = Atomic<Int>(0)
    private let padding1 = InlineArray<15, Int>(repeating: 0)
    /// The next index to fill. Written by the producer with release, read by the consumer with acquire: the slot is filled.
    let tail = Atomic<Int>(0)
    private let padding2 = InlineArray<15, Int>(repeating: 0)
    /// Set with release after the last push, read with acquire: no more elements will come.
    let isClosed = Atomic<Bool>(false)

    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        self.capacity = capacity
        unsafe slots = .allocate(capacity: capacity)
    }

    deinit {
        // Both ends are gone, so nothing moves any more: relaxed loads see the last values.
        for index in head.load(ordering: .relaxed)..<tail.load(ordering: .relaxed) {
            unsafe (slots + (index & (capacity - 1))).deinitialize(count: 1)
        }
        unsafe slots.deallocate()
    }

    /// Precondition: the caller is the producer and `head + capacity > index`.
    func fill(_ index: Int, with element: consuming Element) {
        unsafe (slots + (index & (capacity - 1))).initialize(to: element)
    }

    /// Precondition: the caller is the consumer and `index < tail`.
    func take(_ index: Int) -> Element {
        unsafe (slots + (index & (capacity - 1))).move()
    }
}
