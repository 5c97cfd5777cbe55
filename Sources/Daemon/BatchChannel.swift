// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Pipeline
import RingBuffers
import Synchronization

/// The hand-off of batches from one reader's thread to the detection thread: a lock-free ring out, a lock-free ring for the emptied
/// batches back. The semaphores only let an idle side sleep; they guard no data.
final class BatchChannel: Sendable {
    static let depth = 8

    private let filledProducer: Mutex<RingProducer<EventBatch>?>
    private let filledConsumer: Mutex<RingConsumer<EventBatch>?>
    private let emptyProducer: Mutex<RingProducer<EventBatch>?>
    private let emptyConsumer: Mutex<RingConsumer<EventBatch>?>
    private let space = DispatchSemaphore(value: 0)
    /// Signalled once for each batch of every lane that shares it, and at the close.
    let arrivals: DispatchSemaphore

    init(arrivals: DispatchSemaphore) {
        self.arrivals = arrivals
        var ends = SPSCRing<EventBatch>.make(capacity: BatchChannel.depth)
        filledProducer = Mutex(ends.takeProducer())
        filledConsumer = Mutex(ends.takeConsumer())
        var returns = SPSCRing<EventBatch>.make(capacity: BatchChannel.depth * 2)
        emptyProducer = Mutex(returns.takeProducer())
        emptyConsumer = Mutex(returns.takeConsumer())
    }

    /// The reader's side. Precondition: asked for once.
    func writer() -> BatchWriter {
        guard let producer = filledProducer.withLock({ $0.take() }), let consumer = emptyConsumer.withLock({ $0.take() }) else {
            preconditionFailure("a batch channel has one writer")
        }
        return BatchWriter(filled: producer, empty: consumer, space: space, arrivals: arrivals)
    }

    /// The core's side. Precondition: asked for once.
    func reader() -> BatchReader {
        guard let consumer = filledConsumer.withLock({ $0.take() }), let producer = emptyProducer.withLock({ $0.take() }) else {
            preconditionFailure("a batch channel has one reader")
        }
        return BatchReader(filled: consumer, empty: producer, space: space)
    }
}

/// The reader's side of a ``BatchChannel``.
struct BatchWriter: ~Copyable {
    private var filled: RingProducer<EventBatch>
    private var empty: RingConsumer<EventBatch>
    private let space: DispatchSemaphore
    private let arrivals: DispatchSemaphore

    init(
        filled: consuming RingProducer<EventBatch>, empty: consuming RingConsumer<EventBatch>, space: DispatchSemaphore,
        arrivals: DispatchSemaphore
    ) {
        self.filled = filled
        self.empty = empty
        self.space = space
        self.arrivals = arrivals
    }

    /// An empty batch: one that came back, or a new one.
    mutating func blank() -> EventBatch { empty.pop() ?? EventBatch() }

    /// Hands a batch over; sleeps while the ring is full.
    mutating func send(_ batch: consuming EventBatch) {
        var pending: EventBatch? = consume batch
        while let next = pending.take() {
            pending = filled.push(next)
            if pending != nil { space.wait() }
        }
        arrivals.signal()
    }

    mutating func close() {
        filled.close()
        arrivals.signal()
    }
}

/// The core's side of a ``BatchChannel``.
struct BatchReader: ~Copyable {
    private var filled: RingConsumer<EventBatch>
    private var empty: RingProducer<EventBatch>
    private let space: DispatchSemaphore

    init(filled: consuming RingConsumer<EventBatch>, empty: consuming RingProducer<EventBatch>, space: DispatchSemaphore) {
        self.filled = filled
        self.empty = empty
        self.space = space
    }

    /// The next batch, or nil when there is none now.
    mutating func receive() -> EventBatch? {
        guard let batch = filled.pop() else { return nil }
        space.signal()
        return batch
    }

    /// Gives an emptied batch back for reuse; when the way back is full, the batch is let go.
    mutating func giveBack(_ batch: consuming EventBatch) {
        batch.removeAll()
        _ = empty.push(batch)
    }

    /// Whether everything was received and nothing will follow.
    mutating func isDrained() -> Bool { filled.isDrained() }
}
