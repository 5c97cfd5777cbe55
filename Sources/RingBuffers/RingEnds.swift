// weir
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The filling end of a ``SPSCRing``. Owned by one thread.
public struct RingProducer<Element: ~Copyable>: ~Copyable, Sendable {
    private let storage: RingStorage<Element>
    private var tail = 0
    /// The consumer's position when last looked at: while it leaves room, no cache line moves between the cores.
    private var knownHead = 0

    init(_ storage: RingStorage<Element>) { self.storage = storage }

    /// Adds an element, or gives it back when the ring is full. Precondition: the ring is not closed.
    public mutating func push(_ element: consuming Element) -> Element? {
        if tail - knownHead == storage.capacity {
            // Pairs with the release store in RingConsumer.pop: the slot was emptied before its index was given back.
            knownHead = storage.head.load(ordering: .acquiring)
            if tail - knownHead == storage.capacity { return element }
        }
        storage.fill(tail, with: element)
        tail += 1
        // Pairs with the acquire load in RingConsumer.pop: the slot is filled before its index is seen.
        storage.tail.store(tail, ordering: .releasing)
        return nil
    }

    /// Says that no element will follow.
    public mutating func close() {
        // Pairs with the acquire load in RingConsumer.isDrained: every push happened before.
        storage.isClosed.store(true, ordering: .releasing)
    }
}

/// The emptying end of a ``SPSCRing``. Owned by one thread.
public struct RingConsumer<Element: ~Copyable>: ~Copyable, Sendable {
    private let storage: RingStorage<Element>
    private var head = 0
    private var knownTail = 0

    init(_ storage: RingStorage<Element>) { self.storage = storage }

    /// Takes the oldest element, or nil when there is none now.
    public mutating func pop() -> Element? {
        if head == knownTail {
            // Pairs with the release store in RingProducer.push.
            knownTail = storage.tail.load(ordering: .acquiring)
            if head == knownTail { return nil }
        }
        let element = storage.take(head)
        head += 1
        // Pairs with the acquire load in RingProducer.push: the slot is empty before its index is given back.
        storage.head.store(head, ordering: .releasing)
        return element
    }

    /// Whether the producer closed the ring and everything was taken.
    public mutating func isDrained() -> Bool {
        // Closed first, then the tail: a push before the close is never missed. Pairs with the release store in RingProducer.close.
        guard storage.isClosed.load(ordering: .acquiring) else { return false }
        knownTail = storage.tail.load(ordering: .acquiring)
        return head == knownTail
    }
}
