// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Pipeline
import RingBuffers
import Synchronization

/// The hand-off of batches from one reader's thread to the detection thread: a lock-free ring out, a lock-free ring for the emptied
/// batches back. The semaphores only let an idle side sleep; they guard no data.
///
/// To wake a thread costs as much as to read a hundred events, so that neither side wakes the other for a single batch where more follow at
/// once: half of the ring is filled, or emptied, first.
final class BatchChannel: Sendable {
    static let depth = 8
    /// Batches of a thread's wake.
    static let half = depth / 2

    private let filledProducer: Mutex<RingProducer<EventBatch>?>
    private let filledConsumer: Mutex<RingConsumer<EventBatch>?>
    private let emptyProducer: Mutex<RingProducer<EventBatch>?>
    private let emptyConsumer: Mutex<RingConsumer<EventBatch>?>
    private let space = WriterSleep()
    /// Signalled when there is something to receive, by every lane that shares it, and at the close.
    private let arrivals: DispatchSemaphore

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

/// Lets a writer sleep while the ring is full.
///
/// Whoever takes the mark away owes, or is owed, one signal: none is lost and none is left over.
final class WriterSleep: Sendable {
    private let isAsleep = Atomic(false)
    private let space = DispatchSemaphore(value: 0)

    /// Sleeps until the other side makes room, unless there is room when `isFull` is asked once more.
    func sleep(while isFull: () -> Bool) {
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        if !isFull() && isAsleep.exchange(false, ordering: .sequentiallyConsistent) { return }
        space.wait()
    }

    /// Whether the writer sleeps, or is about to.
    var isWaitedFor: Bool { isAsleep.load(ordering: .sequentiallyConsistent) }

    func wake() {
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { space.signal() }
    }
}

/// The reader's side of a ``BatchChannel``.
struct BatchWriter: ~Copyable {
    private var filled: RingProducer<EventBatch>
    private var empty: RingConsumer<EventBatch>
    private let space: WriterSleep
    private let arrivals: DispatchSemaphore
    /// Batches that the other side was not woken for.
    private var untold = 0

    fileprivate init(
        filled: consuming RingProducer<EventBatch>, empty: consuming RingConsumer<EventBatch>, space: WriterSleep,
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
        var pending = filled.push(batch)
        while pending != nil {
            tell()
            space.sleep {
                pending = pending.take().flatMap { filled.push($0) }
                return pending != nil
            }
            if let next = pending.take() { pending = filled.push(next) }
        }
        untold += 1
        if untold >= BatchChannel.half { tell() }
    }

    /// Wakes the other side for what it was not woken for. To be called before this side waits for anything.
    mutating func tell() {
        guard untold > 0 else { return }
        untold = 0
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
    private let space: WriterSleep
    /// Batches received while the writer slept.
    private var received = 0

    fileprivate init(filled: consuming RingConsumer<EventBatch>, empty: consuming RingProducer<EventBatch>, space: WriterSleep) {
        self.filled = filled
        self.empty = empty
        self.space = space
    }

    /// The next batch, or nil when there is none now.
    mutating func receive() -> EventBatch? {
        guard let batch = filled.pop() else { return nil }
        if space.isWaitedFor {
            received += 1
            if received >= BatchChannel.half {
                received = 0
                space.wake()
            }
        }
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
