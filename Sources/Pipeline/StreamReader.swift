// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import RollingStatistics

/// One stream of a lane while it is read: its bytes, its format's state, and the lines decoded but not yet handed over.
///
/// A class, because it owns a buffer and has identity; used by one reader only. State: its buffer, 256 KiB unless a line is longer, and
/// never more than the longest line. What it hands over does not depend on how the bytes arrive.
final class StreamReader {
    /// What is read at once.
    static let chunk = 262_144
    /// A longer line (its end included) is refused and skipped. The buffer grows to exactly this size, so that a line fits or does not fit
    /// whatever the sizes of the reads.
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
    private var nextIgnored = 0
    private var scratch = ChunkBuffer(capacity: 256)
    /// The last bytes before the buffer's first, for the marker.
    private var tail: [UInt8] = []
    /// Where a too long line began, while its end has not been found: a restart comes back to its start, so that it is counted once.
    private var skipped: (offset: UInt64, marker: TailMarker)?
    /// Every whole line of the buffer was decoded.
    private var needsBytes = true
    /// The offset that was last put into a batch.
    var notedOffset: UInt64 = .max
    private var countedOffset: UInt64
    /// Nothing can be read now.
    var isIdle = false
    private(set) var hasEnded = false
    /// The latest event time handed over: the stream's place in the merge.
    private(set) var reached = Int64.min

    /// - Parameter state: what ``resumeState`` gave at `offset`; empty for a new stream.
    init(id: StreamID, format: any LineFormat, offset: UInt64, state: [UInt8] = []) {
        self.id = id
        self.format = format
        bufferOffset = offset
        countedOffset = offset
        // It grows at the first read: hundreds of archives may wait for their turn.
        buffer = ChunkBuffer(capacity: 1)
        var reader = StateReader(state)
        do {
            if !state.isEmpty { reached = try reader.read() }
        } catch {
            // A state that was cut short says nothing, and costs no more than the stream's place among others.
            reached = .min
        }
        if state.count > 8 { self.format.resume(from: Array(state.dropFirst(8))) }
    }

    /// The place in the merge and what the format learnt: what a restart needs beside the offset.
    var resumeState: [UInt8] {
        var writer = StateWriter(reserving: 8)
        writer.write(reached)
        return writer.bytes + format.resumeState
    }

    /// Whether decoded lines wait.
    var hasLines: Bool { nextLine < lines.lines.count }
    /// Whether everything of the stream was handed over, and no more will come.
    var isExhausted: Bool { hasEnded && !hasLines && nextMalformed == lines.malformed.count && decodedCount == buffer.count }
    /// The time of the next line, never less than what was reached.
    var headTime: Int64 { hasLines ? place(of: nextLine, after: reached) : Int64.max }

    /// Whether lines may be there that were not decoded or read yet, so that it is not known what comes next.
    var isBehind: Bool { !hasLines && !isExhausted && !(isIdle && needsBytes) }

    /// The offset of the first byte not handed over.
    var offset: UInt64 {
        if let skipped { return skipped.offset }
        if hasLines { return bufferOffset + UInt64(lines.lines[nextLine].start) }
        return bufferOffset + UInt64(decodedCount)
    }

    /// Bytes handed over since the last call.
    func takeHandedOver() -> UInt64 {
        defer { countedOffset = offset }
        return offset - countedOffset
    }

    /// Reads and decodes until lines wait, or nothing is left to read now. Adds what was refused before them to `batch`, and troubles.
    func refill(from source: inout some LaneSource, into batch: inout EventBatch) {
        while isBehind && batch.marks.count < EventBatch.limit {
            if needsBytes {
                guard read(from: &source, into: &batch) else { return }
                needsBytes = false
            }
            decode()
            markOthers(into: &batch)
        }
    }

    /// Reads more bytes; false when there are none now.
    private func read(from source: inout some LaneSource, into batch: inout EventBatch) -> Bool {
        compact()
        if buffer.count >= StreamReader.longestLine {
            skipLongLine()
        } else if buffer.freeCount < StreamReader.chunk / 4 {
            buffer.grow(to: min(buffer.count * 2 + StreamReader.chunk, StreamReader.longestLine))
        }
        let before = buffer.count
        let outcome = buffer.withFreeSpace { source.read(id, into: &$0) }
        if skipped != nil { skipToLineEnd(into: &batch) }
        switch outcome {
        case .bytes: return true
        case .idle:
            isIdle = true
            return buffer.count > before
        case .ended:
            hasEnded = true
        case .failed(let trouble):
            hasEnded = true
            batch.troubles.append(trouble)
            // The torn last line of a broken archive is no line.
            let whole = buffer.withBytes { bytes in lastLineEnd(bytes) }
            truncate(to: whole)
        }
        if skipped != nil { endSkipping(into: &batch) }
        return true
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
        dropFirst(decodedCount)
        decodedCount = 0
        lines.removeAll()
        nextLine = 0
        nextMalformed = 0
        nextIgnored = 0
    }

    private func lastBytes(before end: Int) -> [UInt8] {
        let own = buffer.withBytes { $0.copy(max(end - TailMarker.length, 0)..<end) }
        return own.count >= TailMarker.length ? own : Array((tail + own).suffix(TailMarker.length))
    }

    private func skipLongLine() {
        skipped = (bufferOffset, TailMarker(ofLast: tail))
        dropFirst(buffer.count)
    }

    private func skipToLineEnd(into batch: inout EventBatch) {
        let end = buffer.withBytes { $0.firstIndex(of: UInt8(ascii: "\n"), from: 0, to: $0.count) }
        let isFound = end < buffer.count
        dropFirst(min(end + 1, buffer.count))
        if isFound { endSkipping(into: &batch) }
    }

    private func endSkipping(into batch: inout EventBatch) {
        skipped = nil
        batch.marks.append(
            EventBatch.Mark(eventsBefore: batch.events.count, kind: .malformed(MalformedReason.lineTooLong.rawValue)))
    }

    private func dropFirst(_ length: Int) {
        tail = lastBytes(before: length)
        buffer.dropFirst(length)
        bufferOffset += UInt64(length)
    }

    private func decode() {
        lines.removeAll()
        nextLine = 0
        nextMalformed = 0
        nextIgnored = 0
        let from = decodedCount
        decodedCount = buffer.withBytes { format.decode($0, from: from, isFinal: hasEnded, into: &lines) }
        if hasEnded && decodedCount < buffer.count && lines.lines.isEmpty && lines.malformed.isEmpty {
            // A format that leaves bytes behind at the end of a stream cannot use them.
            decodedCount = buffer.count
        }
        needsBytes = !hasEnded && !lines.isFull
        if !hasEnded && !isIdle { putBackDoubtful() }
        if !lines.scratch.isEmpty {
            scratch.dropFirst(scratch.count)
            scratch.append(lines.scratch)
        }
    }

    /// Gives lines back to the undecoded bytes whose place is not certain without the lines behind them. Only a few: a buffer that is half
    /// full of them is handed over as it is.
    private func putBackDoubtful() {
        guard let index = firstDoubtful else { return }
        let start = lines.lines[index].start
        guard buffer.count - Int(start) < StreamReader.longestLine / 2 else { return }
        lines.putBack(from: index)
        decodedCount = Int(start)
    }

    /// Hands over lines up to and including those of time `limit`, at most `count` of them.
    func emit(upTo limit: Int64, atMost count: Int, attribution: inout Attribution, into batch: inout EventBatch) {
        var emitted = 0
        while hasLines && emitted < count && headTime <= limit {
            let first = nextLine
            // A line that was understood in spite of a fault, a repeated key, starts where its fault does: the line comes first.
            let stop = nextMalformed < lines.malformed.count ? lines.malformed[nextMalformed].start : UInt32.max
            while nextLine < lines.lines.count && emitted < count && lines.lines[nextLine].start <= stop {
                let place = headTime
                if place > limit { break }
                reached = place
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
            markOthers(into: &batch)
        }
    }

    /// Marks the lines before the next one that are no events. They are marked as soon as the line before them was handed over, and never
    /// twice: the stream's offset stands behind them.
    private func markOthers(into batch: inout EventBatch) {
        let start = hasLines ? lines.lines[nextLine].start : UInt32.max
        while nextMalformed < lines.malformed.count && lines.malformed[nextMalformed].start < start {
            let refused = lines.malformed[nextMalformed]
            let range = Int(refused.start)..<Int(refused.start) + min(Int(refused.count), 64)
            let example = buffer.withBytes { MaskedExample.mask($0.copy(range)) }
            batch.marks.append(
                EventBatch.Mark(eventsBefore: batch.events.count, kind: .malformed(refused.reason.rawValue), example: example))
            nextMalformed += 1
        }
        var ignored: UInt64 = 0
        while nextIgnored < lines.ignoredRuns.count && lines.ignoredRuns[nextIgnored].linesBefore <= nextLine {
            ignored += lines.ignoredRuns[nextIgnored].count
            nextIgnored += 1
        }
        if ignored > 0 { batch.marks.append(EventBatch.Mark(eventsBefore: batch.events.count, kind: .ignored(ignored))) }
    }

    /// The marker at the current offset.
    var marker: TailMarker {
        if let skipped { return skipped.marker }
        let end = Int(offset - bufferOffset)
        return TailMarker(ofLast: lastBytes(before: end))
    }
}
