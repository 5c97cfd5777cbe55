// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import RollingStatistics

/// One stream of a lane while it is read: its bytes, its format's state, and the lines decoded but not yet handed over.
///
/// A class, because it owns a buffer and has identity; used by one reader only. State: its buffer, which grows from 16 KiB to 256 KiB as
/// reads fill it, and further only for a line that does not fit; next to nothing after ``releaseMemory()``.
final class StreamReader {
    /// What is read at once.
    static let chunk = 262_144
    /// What is read at first: of ten thousand small files nobody needs more.
    static let firstChunk = 16_384
    /// A longer line is refused and skipped. The buffer never holds more than such a line and its end, so that the limit does not depend on
    /// how the bytes come.
    static let longestLine = 1_048_576

    let id: StreamID
    var format: any LineFormat
    private(set) var buffer = ChunkBuffer(capacity: 1)
    /// The stream's offset of the buffer's first byte.
    private var bufferOffset: UInt64
    /// Bytes of the buffer that were decoded; those behind wait for the rest of their line.
    private var decodedCount = 0
    private(set) var lines = StreamReader.noLines
    var nextLine = 0
    private(set) var nextMalformed = 0
    private var nextIgnored = 0
    /// Zero bytes that were stepped over in front of lines, not yet told of: their places and lengths, the first last.
    private var holes: [(start: UInt32, length: Int)] = []
    var hasToldHole = false
    /// Records handed over of the line at the offset, which holds more: they come again when it is decoded again.
    private var toSkip = 0
    private var scratch = ChunkBuffer(capacity: 1)
    /// The last bytes before the buffer's first, for the marker.
    private var tail: [UInt8] = []
    /// Where the over-long line that is being skipped began: a restart in its middle has to come back there.
    private var skipped: (offset: UInt64, marker: TailMarker)?
    /// The offset that was last put into a batch.
    var notedOffset: UInt64 = .max
    private var countedOffset: UInt64
    /// The last read filled the buffer: the next one gets a larger one.
    private var isGrowing = false
    /// The times of the first lines that were put back: they still stand behind those that were not.
    private(set) var putBack: [EventTime] = []
    /// Lines were put back until more of them have come, or nothing more can be read now.
    private var awaitsWitnesses = false
    /// Nothing can be read now.
    var isIdle = false
    /// Its position may have changed in this batch.
    var isTouched = false
    /// The source has been told that it is finished.
    var hasRetired = false
    private(set) var hasEnded = false
    /// The latest event time handed over: the stream's place in the merge.
    var reached = Int64.min
    /// See ``LaneOptions/leap``.
    let leap: EventDuration

    /// - Parameter state: the ``resumeState`` of the position it resumes from; empty for a new stream.
    init(id: StreamID, format: any LineFormat, leap: EventDuration, offset: UInt64, state: [UInt8]) {
        self.id = id
        self.leap = leap
        self.format = format
        bufferOffset = offset
        countedOffset = offset
        guard state.count >= StreamReader.ownState else { return }
        var reader = StateReader(state)
        do throws(StateError) {
            reached = try reader.read()
            toSkip = Int(try reader.read(UInt32.self))
        } catch {
            // A state that was cut short says nothing, and costs no more than the stream's place among others.
            reached = .min
        }
        if state.count > StreamReader.ownState { self.format.resume(from: Array(state.dropFirst(StreamReader.ownState))) }
    }

    /// Bytes of the state before those of the format.
    private static let ownState = 12

    /// What a restart needs beside the offset: the place in the merge, what the format learnt, how much of the next line was handed over.
    var resumeState: [UInt8] {
        var writer = StateWriter(reserving: StreamReader.ownState)
        writer.write(reached)
        writer.write(UInt32(truncatingIfNeeded: hasLines ? handedOver : toSkip))
        return writer.bytes + format.resumeState
    }

    /// Whether part of a line that holds several records was handed over: the place has changed though the offset has not.
    var isInsideLine: Bool {
        hasLines && nextLine > 0 && lines.lines[nextLine - 1].start == lines.lines[nextLine].start
    }

    /// Records handed over of the line that the next record stands in.
    private var handedOver: Int {
        var first = nextLine
        while first > 0 && lines.lines[first - 1].start == lines.lines[nextLine].start { first -= 1 }
        return nextLine - first
    }

    /// Bytes handed over since the last call.
    func takeHandedOver() -> UInt64 {
        defer { countedOffset = offset }
        return offset - countedOffset
    }

    /// Whether decoded lines wait.
    var hasLines: Bool { nextLine < lines.lines.count }
    /// Whether everything of the stream was handed over, and no more will come.
    var isExhausted: Bool { hasEnded && !hasLines && nextMalformed == lines.malformed.count && decodedCount == buffer.count }
    /// The time of the next line, never less than what was reached.
    var headTime: Int64 { hasLines ? place(of: nextLine, after: reached) : Int64.max }

    /// The offset of the first byte not handed over.
    var offset: UInt64 {
        if let skipped { return skipped.offset }
        if hasLines { return bufferOffset + UInt64(lines.lines[nextLine].start) }
        return bufferOffset + UInt64(decodedCount)
    }

    /// Reads and decodes until lines wait, or nothing is left to read now. Adds what was refused before them to `batch`, and troubles.
    func refill(from source: inout some LaneSource, into batch: inout EventBatch) {
        while !hasLines && !isExhausted && batch.marks.count < EventBatch.limit {
            if (decodedCount < buffer.count && !awaitsWitnesses) || hasEnded {
                decode(into: &batch)
                if hasLines { return }
                if hasEnded || awaitsWitnesses { continue }
            }
            let wasAwaiting = awaitsWitnesses
            awaitsWitnesses = false
            guard read(from: &source, into: &batch) else {
                // Nobody can tell when more will come: what is there has to do.
                if wasAwaiting { decode(into: &batch) }
                return
            }
        }
    }

    /// Reads more bytes; false when there are none now.
    private func read(from source: inout some LaneSource, into batch: inout EventBatch) -> Bool {
        compact()
        let capacity = buffer.count + buffer.freeCount
        if buffer.freeCount == 0 && capacity > StreamReader.longestLine { return skipLongLine(into: &batch) }
        if capacity < StreamReader.chunk && (isGrowing || buffer.freeCount == 0 || capacity < StreamReader.firstChunk) {
            buffer.grow(to: min(max(capacity * 4, StreamReader.firstChunk), StreamReader.chunk))
        } else if buffer.freeCount == 0 {
            buffer.grow(to: StreamReader.longestLine + 1)
        }
        let before = buffer.count
        let room = buffer.freeCount
        let outcome = buffer.withFreeSpace { source.read(id, into: &$0) }
        let got = buffer.count - before
        if skipped != nil { skipToLineEnd(into: &batch) }
        switch outcome {
        case .bytes:
            isGrowing = got == room
            return true
        case .idle:
            isIdle = true
            return got > 0
        case .ended:
            end(into: &batch)
            return true
        case .failed(let trouble):
            batch.troubles.append(trouble)
            // The torn last line of a broken archive is no line.
            let whole = buffer.withBytes { bytes in lastLineEnd(bytes) }
            truncate(to: whole)
            end(into: &batch)
            return true
        }
    }

    private func end(into batch: inout EventBatch) {
        hasEnded = true
        if skipped != nil { countSkipped(into: &batch) }
    }

    /// Gives the buffer back while there is nothing to read. What waits for the rest of its line is kept, and so is the marker.
    func releaseMemory() {
        guard !hasLines && nextMalformed == lines.malformed.count else { return }
        compact()
        let rest = buffer.withBytes { $0.copy(0..<buffer.count) }
        buffer = ChunkBuffer(capacity: max(rest.count, 1))
        buffer.append(rest)
        scratch = ChunkBuffer(capacity: 1)
        releaseLines()
    }

    /// No lines, and no room for any: of ten thousand streams at rest or in wait, each would have 23 KB of it.
    private static let noLines: DecodedLines = {
        var lines = DecodedLines()
        lines.lines = []
        lines.malformed = []
        return lines
    }()

    private func releaseLines() {
        lines = StreamReader.noLines
        beginLines()
    }

    /// Nothing of the lines has been handed over or marked.
    private func beginLines() {
        (nextLine, nextMalformed, nextIgnored) = (0, 0, 0)
        putBack.removeAll(keepingCapacity: true)
        holes.removeAll(keepingCapacity: true)
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
        beginLines()
    }

    private func lastBytes(before end: Int) -> [UInt8] {
        let own = buffer.withBytes { $0.copy(max(end - TailMarker.length, 0)..<end) }
        return own.count >= TailMarker.length ? own : Array((tail + own).suffix(TailMarker.length))
    }

    /// The buffer is full of one line without an end, or of a hole.
    private func skipLongLine(into batch: inout EventBatch) -> Bool {
        let hole = zeros(from: 0)
        if hole > 0 {
            drop(hole)
            noteHole(hole, into: &batch)
            return true
        }
        skipped = (offset, marker)
        drop(buffer.count)
        return true
    }

    private func skipToLineEnd(into batch: inout EventBatch) {
        let end = buffer.withBytes { $0.firstIndex(of: UInt8(ascii: "\n"), from: 0, to: $0.count) }
        let isEnd = end < buffer.count
        drop(min(end + 1, buffer.count))
        if isEnd { countSkipped(into: &batch) }
    }

    /// Counted at the end of the line, together with the position behind it, so that a restart in its middle does not count it twice.
    private func countSkipped(into batch: inout EventBatch) {
        let length = bufferOffset - (skipped?.offset ?? bufferOffset)
        skipped = nil
        batch.marks.append(
            EventBatch.Mark(
                eventsBefore: batch.events.count, kind: .malformed(MalformedReason.lineTooLong.rawValue), length: length,
                stream: id.rawValue))
    }

    /// Drops bytes from the buffer's front. Precondition: nothing of the buffer is decoded and waiting.
    private func drop(_ length: Int) {
        tail = lastBytes(before: length)
        buffer.dropFirst(length)
        bufferOffset += UInt64(length)
    }

    private func decode(into batch: inout EventBatch) {
        lines.removeAll()
        beginLines()
        let from = decodedCount
        let learnt = format.resumeState
        decodedCount = buffer.withBytes { format.decode($0, from: from, isFinal: hasEnded, into: &lines) }
        if hasEnded && decodedCount < buffer.count && lines.lines.isEmpty && lines.malformed.isEmpty {
            // A format that leaves bytes behind at the end of a stream cannot use them.
            decodedCount = buffer.count
        }
        // A format that learnt something on the way, a table's new header, could not read the same lines again.
        if !hasEnded && !isIdle && format.resumeState == learnt { putBackDoubtful() }
        skipHandedOver()
        stepOverHoles()
        if !lines.scratch.isEmpty {
            scratch.dropFirst(scratch.count)
            scratch.append(lines.scratch)
        }
        markOthers(into: &batch)
    }

    /// Gives lines back to the undecoded bytes whose place is not certain without the lines behind them. Only a few: a buffer that is half
    /// full of them is handed over as it is.
    private func putBackDoubtful() {
        guard var index = firstDoubtful else { return }
        let start = lines.lines[index].start
        // A line is decoded again as a whole.
        while index > 0 && lines.lines[index - 1].start == start { index -= 1 }
        guard buffer.count - Int(start) < StreamReader.longestLine / 2 else { return }
        // A full array of lines ends where it ends, however many bytes stand behind it: with those before handed over, the rest has room.
        if index == 0 && lines.isFull { return }
        // Lines in front of them were judged by them, and must not be judged anew without.
        putBack = lines.lines[index...].prefix(StreamReader.witnesses).map(\.time)
        lines.putBack(from: index)
        decodedCount = Int(start)
        awaitsWitnesses = index == 0
    }

    /// Passes by the records of the first line that were handed over before a restart, and what was ignored between them.
    private func skipHandedOver() {
        guard toSkip > 0, let start = lines.lines.first?.start else { return }
        while nextLine < toSkip && hasLines && lines.lines[nextLine].start == start { nextLine += 1 }
        while nextIgnored < lines.ignoredRuns.count && lines.ignoredRuns[nextIgnored].linesBefore <= nextLine { nextIgnored += 1 }
        toSkip = 0
    }

    /// Decodes again, from behind their zero bytes, lines that were refused because they begin with such.
    ///
    /// Looking only at refused lines costs nothing where there are none. Each line is decoded alone, into arrays that are made nearly full.
    private func stepOverHoles() {
        let refusals = lines.malformed.filter { refused in buffer.withBytes { $0[Int(refused.start)] } == 0 }
        guard !refusals.isEmpty else { return }
        for refused in refusals {
            let length = zeros(from: Int(refused.start))
            let start = Int(refused.start) + length
            guard length < Int(refused.count) else { continue }
            lines.malformed.removeAll { $0.start == refused.start }
            holes.insert((refused.start, length), at: 0)
            // Places behind any possible line: fillers that are taken out again.
            let filler = Int(UInt32.max)
            while lines.lines.count + lines.malformed.count < DecodedLines.limit - 1 { lines.refuse(.syntax, start: filler, end: filler) }
            _ = buffer.withBytes { format.decode($0, from: start, isFinal: hasEnded, into: &lines) }
            lines.malformed.removeAll { $0.start == .max }
        }
        lines.lines.sort { $0.start < $1.start }
        lines.malformed.sort { $0.start < $1.start }
    }

    /// Hands over lines up to and including those of time `limit`, at most `count` of them.
    func emit(upTo limit: Int64, atMost count: Int, attribution: inout Attribution, into batch: inout EventBatch) {
        var emitted = 0
        while hasLines && emitted < count && headTime <= limit {
            let first = nextLine
            advance(upTo: limit, atMost: count - emitted)
            emitted += nextLine - first
            buffer.withBytes { bytes in
                scratch.withBytes { unescaped in
                    attribution.attribute(
                        lines, first..<nextLine, bytes: bytes, scratch: unescaped, stream: id.rawValue, chunkOffset: bufferOffset,
                        into: &batch)
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
                EventBatch.Mark(
                    eventsBefore: batch.events.count, kind: .malformed(refused.reason.rawValue), example: example,
                    length: UInt64(refused.count), stream: id.rawValue))
            nextMalformed += 1
        }
        while let hole = holes.last, hole.start < start {
            noteHole(hole.length, into: &batch)
            holes.removeLast()
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
