// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// The reading half of one lane: a source's bytes in, batches of attributed events out, in lane order.
///
/// Lane order: of all streams that have something to read, always the one whose next event is earliest (ties: the older stream). A stream
/// whose lines run backwards keeps the place it has reached. So archives that follow each other are read one after the other, and files
/// that several writers fill side by side are interleaved by event time, in a replay exactly so, live as they arrive. Parts of one log, as
/// in a spool, are read one after the other. Complexity of a run of events from one stream: O(log streams), whatever the number of streams
/// at rest.
package struct LaneReader<Source: LaneSource>: ~Copyable {
    /// Streams at rest up to this number keep their buffers; beyond it, waking them up costs an allocation instead of memory.
    private static var warmStreams: Int { 32 }

    private var source: Source
    private let makeFormat: () -> any LineFormat
    private var attribution: Attribution
    /// Announced and not taken up, in the order of their first events. Those taken up leave their place empty, so that they can go.
    private var waiting: [StreamReader?] = []
    private var nextWaiting = 0
    /// The first event of the stream taken up last: no waiting one begins before it.
    private var waitingBound = Int64.min
    /// To be read before the next event can be chosen.
    private var hungry: [StreamReader] = []
    /// With lines to hand over.
    private var ready = StreamHeap()
    /// With nothing to read now.
    private var resting: [StreamID: StreamReader] = [:]
    /// Those that may have more to read since they last said that they had none, and were not at rest when that was heard.
    private var stirred: Set<StreamID> = []
    /// Those whose position may have changed since the last batch.
    private var touched: [StreamReader] = []
    /// Waiting streams that an earlier run had begun: they were taken up then, and are again, whatever comes before them.
    private var waitingResumed = 0
    private let batchLimit: Int
    private let leap: EventDuration

    /// - Parameters:
    ///   - leap: see ``LaneOptions/leap``.
    ///   - batchLimit: events after which a batch is handed over. No result depends on it.
    ///   - makeFormat: a fresh decoder for each stream.
    package init(
        source: consuming Source, attribution: consuming Attribution, leap: EventDuration = LaneOptions.shortestLeap,
        batchLimit: Int = EventBatch.limit, makeFormat: @escaping () -> any LineFormat
    ) {
        self.source = source
        self.attribution = attribution
        self.leap = leap
        self.batchLimit = batchLimit
        self.makeFormat = makeFormat
    }

    /// Fills a batch with what is there now. Returns whether more may be there at once; false means that waiting is due, or the end.
    package mutating func fill(_ batch: inout EventBatch) -> Bool {
        scan(into: &batch)
        while hasRoom(batch) {
            refill(into: &batch)
            guard hasRoom(batch), let stream = ready.removeFirst() else { break }
            // Up to where this stream comes before all others; on a tie the older one goes first.
            let limit = ready.first.map { $0.id > stream.id ? $0.headTime : $0.headTime - 1 } ?? Int64.max
            stream.emit(
                upTo: max(limit, stream.headTime), atMost: batchLimit - batch.events.count, attribution: &attribution, into: &batch)
            place(stream, into: &batch)
        }
        notePositions(into: &batch)
        if isOver {
            // What the source came across while it finished its last streams is told by one more scan.
            scan(into: &batch)
            batch.isLast = isOver
        }
        return !batch.isLast && (!hasRoom(batch) || !batch.marks.isEmpty)
    }

    /// Whether every stream there will ever be has ended.
    private var isOver: Bool {
        !source.isEndless && ready.isEmpty && hungry.isEmpty && resting.isEmpty && nextWaiting == waiting.count
    }

    private func hasRoom(_ batch: borrowing EventBatch) -> Bool {
        batch.events.count < batchLimit && batch.marks.count < EventBatch.limit
    }

    /// Waits until the source may have more, at most `limit`.
    package mutating func wait(atMost limit: EventDuration) { source.wait(atMost: limit) }

    private mutating func scan(into batch: inout EventBatch) {
        for change in source.scan() {
            switch change {
            case .opened(let id, let path, let offset, let state):
                if nextWaiting == waiting.count {
                    waiting.removeAll()
                    nextWaiting = 0
                    waitingBound = .min
                }
                waiting.append(StreamReader(id: id, format: makeFormat(), leap: leap, offset: offset, state: state))
                if offset > 0 { waitingResumed += 1 }
                batch.openedStreams.append(EventBatch.OpenedStream(stream: id.rawValue, path: path))
            case .trouble(let trouble): batch.troubles.append(trouble)
            case .moved(let position): batch.positions.append(position)
            }
        }
        // What was written last to the part before stands in front of a new part.
        guard let streams = source.awakened(), !source.isSequence || nextWaiting == waiting.count else {
            for stream in resting.values.sorted(by: { $0.id < $1.id }) { wake(stream) }
            resting.removeAll()
            return
        }
        for id in streams {
            guard let stream = resting.removeValue(forKey: id) else {
                stirred.insert(id)
                continue
            }
            wake(stream)
        }
    }

    private mutating func wake(_ stream: StreamReader) {
        stream.isIdle = false
        hungry.append(stream)
    }

    /// Makes every stream that may show a line show it, and takes up waiting streams as long as one of them may begin before that line.
    private mutating func refill(into batch: inout EventBatch) {
        while !hungry.isEmpty {
            let streams = hungry
            hungry.removeAll(keepingCapacity: true)
            for stream in streams {
                stream.refill(from: &source, into: &batch)
                place(stream, into: &batch)
            }
            if batch.marks.count >= EventBatch.limit { return }
        }
        while nextWaiting < waiting.count && mayTakeUp {
            let next = waiting[nextWaiting].take()
            nextWaiting += 1
            guard let stream = next else { continue }
            let isResumed = stream.offset > 0
            if isResumed { waitingResumed -= 1 }
            stream.refill(from: &source, into: &batch)
            // The next line of a stream that an earlier run had begun says nothing of where it began.
            if stream.hasLines && !isResumed { waitingBound = stream.headTime }
            place(stream, into: &batch)
            if batch.marks.count >= EventBatch.limit { return }
        }
    }

    /// Whether the next waiting stream may begin before everything that is there to be read.
    private var mayTakeUp: Bool {
        if waitingResumed > 0 { return true }
        if source.isSequence { return ready.isEmpty && hungry.isEmpty }
        return ready.first.map { waitingBound <= $0.headTime } ?? true
    }

    /// Puts a stream where its state belongs.
    private mutating func place(_ stream: StreamReader, into batch: inout EventBatch) {
        if !stream.isTouched {
            stream.isTouched = true
            touched.append(stream)
        }
        if stream.hasLines {
            ready.insert(stream)
        } else if stream.isExhausted {
            retire(stream, into: &batch)
        } else if stream.isIdle && stirred.remove(stream.id) == nil {
            resting[stream.id] = stream
            if resting.count > Self.warmStreams { stream.releaseMemory() }
        } else {
            wake(stream)
        }
    }

    private mutating func retire(_ stream: StreamReader, into batch: inout EventBatch) {
        stream.hasRetired = true
        stirred.remove(stream.id)
        var position = source.position(of: stream.id, offset: stream.offset, marker: stream.marker)
        position.isFinished = true
        batch.bytes += stream.takeHandedOver()
        position.formatState = stream.resumeState
        batch.positions.append(position)
        source.remember(formatState: position.formatState, of: stream.id)
        source.finish(stream.id)
    }

    private mutating func notePositions(into batch: inout EventBatch) {
        for stream in touched {
            stream.isTouched = false
            guard !stream.hasRetired, stream.offset != stream.notedOffset || stream.isInsideLine else { continue }
            stream.notedOffset = stream.offset
            batch.bytes += stream.takeHandedOver()
            var position = source.position(of: stream.id, offset: stream.offset, marker: stream.marker)
            position.formatState = stream.resumeState
            batch.positions.append(position)
        }
        touched.removeAll(keepingCapacity: true)
    }
}

/// Streams that show a line, the earliest first: a binary heap.
struct StreamHeap {
    private var streams: [StreamReader] = []

    var isEmpty: Bool { streams.isEmpty }
    var first: StreamReader? { streams.first }

    private static func comesBefore(_ left: StreamReader, _ right: StreamReader) -> Bool {
        (left.headTime, left.id) < (right.headTime, right.id)
    }

    mutating func insert(_ stream: StreamReader) {
        streams.append(stream)
        var child = streams.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard StreamHeap.comesBefore(streams[child], streams[parent]) else { return }
            streams.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() -> StreamReader? {
        guard let first = streams.first else { return nil }
        let last = streams.removeLast()
        guard !streams.isEmpty else { return first }
        streams[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < streams.count && StreamHeap.comesBefore(streams[child], streams[least]) {
                least = child
            }
            if least == parent { return first }
            streams.swapAt(parent, least)
            parent = least
        }
    }
}
