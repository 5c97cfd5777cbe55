// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline

@testable import LogSources

/// The least that reads a source as a lane does: lines in batches, positions at the start of the first line not handed over, streams at
/// rest until they are awake, and new ones not begun before the others have nothing to read. A real lane takes longer to make than a run.
struct TailLane {
    /// What one batch held.
    struct Batch {
        var rows: [Int] = []
        var malformed = 0
        var troubles: [SourceTrouble] = []
        var positions: [StreamPosition] = []
        /// The limit was reached, and more is there.
        var isFull = false
        var isEmpty: Bool { rows.isEmpty && malformed == 0 && troubles.isEmpty && positions.isEmpty }
    }

    private struct Stream {
        let id: StreamID
        /// Of the first byte of ``bytes``.
        var offset: UInt64
        /// The last bytes before the offset.
        var tail: [UInt8] = []
        /// Read and not handed over.
        var bytes: ArraySlice<UInt8> = []
        var hasEnded = false
        var isTouched = true
    }

    var source: FileTreeSource
    private let batchLimit: Int
    private let readLimit: Int
    private var waiting: [Stream] = []
    private var active: [Stream] = []
    private var resting: [StreamID: Stream] = [:]

    init(_ source: FileTreeSource, batchLimit: Int, readLimit: Int) {
        self.source = source
        self.batchLimit = batchLimit
        self.readLimit = readLimit
    }

    mutating func fill() -> Batch {
        var batch = Batch()
        for change in source.scan() {
            switch change {
            case .opened(let id, _, let offset, _): waiting.append(Stream(id: id, offset: offset))
            case .trouble(let trouble): batch.troubles.append(trouble)
            case .moved(let position): batch.positions.append(position)
            }
        }
        for id in source.awakened() ?? resting.keys.sorted() { if let stream = resting.removeValue(forKey: id) { active.append(stream) } }
        while !batch.isFull {
            if active.isEmpty {
                if waiting.isEmpty { break }
                active.append(waiting.removeFirst())
            }
            advance(&batch)
        }
        for index in active.indices where active[index].isTouched {
            active[index].isTouched = false
            batch.positions.append(position(of: active[index]))
        }
        for stream in resting.values.sorted(by: { $0.id < $1.id }) where stream.isTouched {
            resting[stream.id]?.isTouched = false
            batch.positions.append(position(of: stream))
        }
        return batch
    }

    private func position(of stream: Stream) -> StreamPosition {
        source.position(of: stream.id, offset: stream.offset, marker: TailMarker(ofLast: stream.tail))
    }

    /// Goes on with the stream that has been active for longest.
    private mutating func advance(_ batch: inout Batch) {
        var stream = active.removeFirst()
        handOver(&stream, &batch)
        if batch.isFull {
            active.insert(stream, at: 0)
            return
        }
        if stream.hasEnded {
            var position = position(of: stream)
            position.isFinished = true
            batch.positions.append(position)
            source.finish(stream.id)
            return
        }
        var outcome = ReadOutcome.idle
        stream.bytes += withScratch(count: min(readLimit, 16_384)) { scratch in
            outcome = source.read(stream.id, into: &scratch)
            return scratch.copy(0..<scratch.byteCount)
        }
        switch outcome {
        case .bytes: active.insert(stream, at: 0)
        case .idle: resting[stream.id] = stream
        case .ended:
            stream.hasEnded = true
            active.insert(stream, at: 0)
        case .failed(let trouble):
            batch.troubles.append(trouble)
            // The torn last line is no line.
            stream.bytes = stream.bytes.prefix(through: stream.bytes.lastIndex(of: 0x0A) ?? stream.bytes.startIndex - 1)
            stream.hasEnded = true
            active.insert(stream, at: 0)
        }
    }

    /// The whole lines of what was read, as far as there is room for them.
    private func handOver(_ stream: inout Stream, _ batch: inout Batch) {
        while !stream.bytes.isEmpty {
            let end = stream.bytes.firstIndex(of: 0x0A)
            guard end != nil || stream.hasEnded else { return }
            if batch.rows.count + batch.malformed == batchLimit {
                batch.isFull = true
                return
            }
            let line = stream.bytes[..<(end.map { $0 + 1 } ?? stream.bytes.endIndex)]
            if let row = TailSetting.number(of: line) { batch.rows.append(row) } else { batch.malformed += 1 }
            stream.bytes = stream.bytes[line.endIndex...]
            stream.offset += UInt64(line.count)
            stream.tail = Array((stream.tail + line).suffix(TailMarker.length))
            stream.isTouched = true
        }
    }
}
