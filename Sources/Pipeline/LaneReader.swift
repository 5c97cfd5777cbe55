// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// The reading half of one lane: a source's bytes in, batches of attributed events out, in lane order.
///
/// Lane order: of all streams that have something to read, always the one whose next event is earliest (ties: the older stream). A stream
/// whose lines run backwards keeps the place it has reached. So archives that follow each other are read one after the other, and files
/// that several writers fill side by side are interleaved by event time, in a replay exactly so, live as they arrive.
package struct LaneReader<Source: LaneSource>: ~Copyable {
    private var source: Source
    private let makeFormat: () -> any LineFormat
    private var attribution: Attribution
    private var waiting: [StreamReader] = []
    private var active: [StreamReader] = []
    /// Waiting streams that an earlier run had begun: they were taken up then, and are again, whatever comes before them.
    private var waitingResumed = 0
    private let batchLimit: Int

    /// - Parameters:
    ///   - batchLimit: events after which a batch is handed over. No result depends on it.
    ///   - makeFormat: a fresh decoder for each stream.
    package init(
        source: consuming Source, attribution: consuming Attribution, batchLimit: Int = EventBatch.limit,
        makeFormat: @escaping () -> any LineFormat
    ) {
        self.source = source
        self.attribution = attribution
        self.batchLimit = batchLimit
        self.makeFormat = makeFormat
    }

    /// Fills a batch with what is there now. Returns whether more may be there at once; false means that waiting is due, or the end.
    package mutating func fill(_ batch: inout EventBatch) -> Bool {
        if active.isEmpty && waiting.isEmpty || active.allSatisfy({ $0.isIdle || $0.isExhausted }) { scan(into: &batch) }
        while batch.events.count < batchLimit {
            refill(into: &batch)
            // A stream whose next line is not known yet, because the batch is full of marks, might come first.
            guard !active.contains(where: { $0.isBehind }), let (index, limit) = earliest() else { break }
            active[index].emit(upTo: limit, atMost: batchLimit - batch.events.count, attribution: &attribution, into: &batch)
        }
        notePositions(into: &batch)
        batch.isLast = !source.isEndless && active.isEmpty && waiting.isEmpty
        return !batch.isLast && (batch.events.count >= batchLimit || !batch.marks.isEmpty)
    }

    /// Waits until the source may have more, at most `limit`.
    package mutating func wait(atMost limit: EventDuration) {
        source.wait(atMost: limit)
        for stream in active { stream.isIdle = false }
    }

    private mutating func scan(into batch: inout EventBatch) {
        for change in source.scan() {
            switch change {
            case .opened(let id, let path, let offset, let state):
                waiting.append(StreamReader(id: id, format: makeFormat(), offset: offset, state: state))
                if offset > 0 { waitingResumed += 1 }
                batch.openedStreams.append(EventBatch.OpenedStream(stream: id.rawValue, path: path))
            case .trouble(let trouble): batch.troubles.append(trouble)
            }
        }
        for stream in active { stream.isIdle = false }
    }

    /// Makes every active stream show its next line, and takes up waiting streams, which are in the order of their first events, until the
    /// last one taken up begins after another one's next line.
    private mutating func refill(into batch: inout EventBatch) {
        for stream in active where stream.isBehind { stream.refill(from: &source, into: &batch) }
        retire(into: &batch)
        while !waiting.isEmpty && batch.marks.count < EventBatch.limit && mayComeNext() {
            let stream = waiting.removeFirst()
            if stream.offset > 0 { waitingResumed -= 1 }
            active.append(stream)
            stream.refill(from: &source, into: &batch)
            retire(into: &batch)
        }
    }

    /// Whether the first waiting stream may begin before the next line of every active one.
    private func mayComeNext() -> Bool {
        if waitingResumed > 0 { return true }
        guard let last = active.last, last.hasLines else { return true }
        return active.dropLast().allSatisfy { last.headTime <= $0.headTime }
    }

    private mutating func retire(into batch: inout EventBatch) {
        for stream in active where stream.isExhausted {
            var position = source.position(of: stream.id, offset: stream.offset, marker: stream.marker)
            position.isFinished = true
            position.formatState = []
            batch.bytes += stream.takeHandedOver()
            batch.positions.append(position)
            source.finish(stream.id)
        }
        active.removeAll { $0.isExhausted }
    }

    /// The stream to read from, and the time up to which it comes before all others.
    private func earliest() -> (index: Int, limit: Int64)? {
        var best: Int?
        var second = Int64.max
        for index in active.indices where active[index].hasLines {
            guard let current = best else {
                best = index
                continue
            }
            if active[index].headTime < active[current].headTime {
                second = active[current].headTime - 1
                best = index
            } else {
                second = min(second, active[index].headTime)
            }
        }
        guard let index = best else { return nil }
        return (index, max(second, active[index].headTime))
    }

    private func notePositions(into batch: inout EventBatch) {
        for stream in active where stream.offset != stream.notedOffset {
            stream.notedOffset = stream.offset
            batch.bytes += stream.takeHandedOver()
            var position = source.position(of: stream.id, offset: stream.offset, marker: stream.marker)
            position.formatState = stream.resumeState
            batch.positions.append(position)
        }
    }
}
