// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// One stream of a lane while it is read: its bytes, its format's state, and the lines decoded but not yet handed over.
///
/// A class, because it owns a buffer and has identity; used by one reader only. State: its buffer, 256 KiB unless a line is longer.
final class StreamReader {
    /// What is read at once.
    static let chunk = 262_144
    /// A longer line is refused and skipped.
    static let longestLine = 1_048_576

    let id: StreamID
    var format: any LineFormat
    private var buffer: ChunkBuffer
    /// The stream's offset of the buffer's first byte.
    private var bufferOffset: UInt64
    /// Bytes of the buffer that were decoded; those behind wait for the rest of their line.
    private var decodedCount = 0
    private(set) var lines = DecodedLines()
    private var nextLine = 0
    private var nextMalformed = 0
    private var scratch = ChunkBuffer(capacity: 256)
    /// The last bytes before the buffer's first, for the marker.
    private var tail: [UInt8] = []
    private var isSkipping = false
    /// The offset that was last put into a batch.
    var notedOffset: UInt64 = .max
    /// Nothing can be read now.
    var isIdle = false
    private(set) var hasEnded = false
    /// The latest event time handed over: the stream's place in the merge.
    private(set) var reached = Int64.min

    init(id: StreamID, format: any LineFormat, offset: UInt64) {
        self.id = id
        self.format = format
        bufferOffset = offset
        buffer = ChunkBuffer(capacity: StreamReader.chunk)
    }

    /// Whether decoded lines wait.
    var hasLines: Bool { nextLine < lines.lines.count }
    /// Whether everything of the stream was handed over, and no more will come.
    var isExhausted: Bool { hasEnded && !hasLines && nextMalformed == lines.malformed.count && decodedCount == buffer.count }
    /// The time of the next line, never less than what was reached.
    var headTime: Int64 { hasLines ? max(lines.lines[nextLine].time.milliseconds, reached) : Int64.max }

    /// The offset of the first byte not handed over.
    var offset: UInt64 {
        if hasLines { return bufferOffset + UInt64(lines.lines[nextLine].start) }
        return bufferOffset + UInt64(decodedCount)
    }

    /// Reads and decodes until lines wait, or nothing is left to read now. Adds the bytes read to `batch`, and troubles.
    func refill(from source: inout some LaneSource, into batch: inout EventBatch) {
        while !hasLines && !isExhausted && batch.marks.count < EventBatch.limit {
            if decodedCount < buffer.count || hasEnded {
                decode(into: &batch)
                if hasLines { return }
                flushMarks(into: &batch)
                if hasEnded { continue }
            }
            guard read(from: &source, into: &batch) else { return }
        }
    }

    /// Reads more bytes; false when there are none now.
    private func read(from source: inout some LaneSource, into batch: inout EventBatch) -> Bool {
        compact()
        if buffer.freeCount < StreamReader.chunk / 4 {
            if buffer.count >= StreamReader.longestLine { return skipLongLine(into: &batch) }
            buffer.grow(to: buffer.count * 2 + StreamReader.chunk)
        }
        let before = buffer.count
        let outcome = buffer.withFreeSpace { source.read(id, into: &$0) }
        batch.bytes += UInt64(buffer.count - before)
        if isSkipping { skipToLineEnd() }
        switch outcome {
        case .bytes: return true
        case .idle:
            isIdle = true
            return buffer.count > before
        case .ended:
            hasEnded = true
            return true
        case .failed(let trouble):
            hasEnded = true
            batch.troubles.append(trouble)
            // The torn last line of a broken archive is no line.
            let whole = buffer.withBytes { bytes in lastLineEnd(bytes) }
            truncate(to: whole)
            return true
        }
    }

    private func lastLineEnd(_ bytes: PaddedBytes) -> Int {
        var end = bytes.count
        while end > 0 && bytes[end - 1] != UInt8(ascii: "\n") { end -= 1 }
        return end
    }

    private func truncate(to count: Int) {
        let kept = buffer.withBytes { $0.copy(0..<count) }
        buffer.dropFirst(buffer.count)
        buffer.append(kept)
        decodedCount = min(decodedCount, count)
    }

    /// Drops decoded bytes from the buffer, keeping the last of them for the marker.
    private func compact() {
        guard decodedCount > 0 else { return }
        tail = lastBytes(before: decodedCount)
        buffer.dropFirst(decodedCount)
        bufferOffset += UInt64(decodedCount)
        decodedCount = 0
        lines.removeAll()
        nextLine = 0
        nextMalformed = 0
    }

    private func lastBytes(before end: Int) -> [UInt8] {
        let own = buffer.withBytes { $0.copy(max(end - TailMarker.length, 0)..<end) }
        return own.count >= TailMarker.length ? own : Array((tail + own).suffix(TailMarker.length))
    }

    private func skipLongLine(into batch: inout EventBatch) -> Bool {
        batch.marks.append(
            EventBatch.Mark(eventsBefore: batch.events.count, kind: .malformed(MalformedReason.lineTooLong.rawValue)))
        tail = lastBytes(before: buffer.count)
        bufferOffset += UInt64(buffer.count)
        buffer.dropFirst(buffer.count)
        isSkipping = true
        return true
    }

    private func skipToLineEnd() {
        let end = buffer.withBytes { $0.firstIndex(of: UInt8(ascii: "\n"), from: 0, to: $0.count) }
        let length = min(end + 1, buffer.count)
        if end < buffer.count { isSkipping = false }
        tail = lastBytes(before: length)
        buffer.dropFirst(length)
        bufferOffset += UInt64(length)
    }

    private func decode(into batch: inout EventBatch) {
        lines.removeAll()
        nextLine = 0
        nextMalformed = 0
        let from = decodedCount
        decodedCount = buffer.withBytes { format.decode($0, from: from, isFinal: hasEnded, into: &lines) }
        if hasEnded && decodedCount < buffer.count && lines.lines.isEmpty && lines.malformed.isEmpty {
            // A format that leaves bytes behind at the end of a stream cannot use them.
            decodedCount = buffer.count
        }
        if !lines.scratch.isEmpty {
            scratch.dropFirst(scratch.count)
            scratch.append(lines.scratch)
        }
        if lines.ignored > 0 {
            batch.marks.append(EventBatch.Mark(eventsBefore: batch.events.count, kind: .ignored(lines.ignored)))
        }
    }

    /// Hands over lines up to and including those of time `limit`, at most `count` of them.
    func emit(upTo limit: Int64, atMost count: Int, attribution: inout Attribution, into batch: inout EventBatch) {
        var emitted = 0
        while hasLines && emitted < count && headTime <= limit {
            let first = nextLine
            let stop = nextMalformed < lines.malformed.count ? lines.malformed[nextMalformed].start : UInt32.max
            while nextLine < lines.lines.count && emitted < count && lines.lines[nextLine].start < stop {
                let time = lines.lines[nextLine].time.milliseconds
                if max(time, reached) > limit { break }
                reached = max(reached, time)
                nextLine += 1
                emitted += 1
            }
            let run = first..<nextLine
            buffer.withBytes { bytes in
                scratch.withBytes { unescaped in
                    attribution.attribute(
                        lines, run, bytes: bytes, scratch: unescaped, stream: id.rawValue, chunkOffset: bufferOffset, into: &batch)
                }
            }
            // A line may be counted as malformed and still be used (a duplicate key): its mark starts where it starts.
            if hasLines && lines.lines[nextLine].start >= stop { markMalformed(before: lines.lines[nextLine].start + 1, into: &batch) }
        }
        if !hasLines { flushMarks(into: &batch) }
    }

    private func flushMarks(into batch: inout EventBatch) { markMalformed(before: .max, into: &batch) }

    private func markMalformed(before start: UInt32, into batch: inout EventBatch) {
        while nextMalformed < lines.malformed.count && lines.malformed[nextMalformed].start < start {
            let refused = lines.malformed[nextMalformed]
            let range = Int(refused.start)..<Int(refused.start) + min(Int(refused.count), 64)
            let example = buffer.withBytes { MaskedExample.mask($0.copy(range)) }
            batch.marks.append(
                EventBatch.Mark(eventsBefore: batch.events.count, kind: .malformed(refused.reason.rawValue), example: example))
            nextMalformed += 1
        }
    }

    /// The marker at the current offset.
    var marker: TailMarker {
        let end = Int(offset - bufferOffset)
        return TailMarker(ofLast: lastBytes(before: end))
    }
}
