// weir
// SPDX-License-Identifier: Apache-2.0

/// A bounded hand-off between exactly two threads: one produces, one consumes, neither locks.
///
/// The ends are noncopyable, so that the type system keeps the promise of a single producer and a single consumer. State: `capacity`
/// elements plus about 400 bytes. Complexity: O(1) for each operation; no allocation after creation.
///
/// Source: Leslie Lamport, "Specifying Concurrent Program Modules", TOPLAS 5(2), 1983; with each end caching the other's position, after
/// Giacomoni, Moseley and Vachharajani, "FastForward for Efficient Pipeline Parallelism", PPoPP 2008.
public enum SPSCRing<Element: ~Copyable> {
    /// Both ends of a new ring. Precondition: the capacity is a power of two.
    public static func make(capacity: Int) -> RingEnds<Element> {
        let storage = RingStorage<Element>(capacity: capacity)
        return RingEnds(producer: RingProducer(storage), consumer: RingConsumer(storage))
    }
}

/// The two ends of a new ring, each to be taken once by its thread.
public struct RingEnds<Element: ~Copyable>: ~Copyable {
    private var producer: RingProducer<Element>?
    private var consumer: RingConsumer<Element>?

    init(producer: consuming RingProducer<Element>, consumer: consuming RingConsumer<Element>) {
        self.producer = consume producer
        self.consumer = consume consumer
    }

    /// The filling end. Precondition: not taken yet.
    public mutating func takeProducer() -> RingProducer<Element> {
        guard let end = producer.take() else { preconditionFailure("the producer was taken before") }
        return end
    }

    /// The emptying end. Precondition: not taken yet.
    public mutating func takeConsumer() -> RingConsumer<Element> {
        guard let end = consumer.take() else { preconditionFailure("the consumer was taken before") }
        return end
    }
}
