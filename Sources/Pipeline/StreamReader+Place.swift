// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats

/// Where a line stands among those of other streams: at its time, unless that is a mistake.
///
/// One bad date must not hold up its whole stream: everything behind it would come after all other streams had ended, and be late. So a
/// line that leaps ahead is believed only if the lines behind it do not return, as ``LaneCore`` believes a leap only if others agree.
extension StreamReader {
    /// Lines that are asked.
    static var witnesses: Int { 16 }

    /// The time at which line `index` is handed over, when the stream has reached `reached`.
    @inline(__always)
    func place(of index: Int, after reached: Int64) -> Int64 {
        let time = lines.lines[index].time.milliseconds
        if time <= reached { return reached }
        return isLeap(time, after: reached) && isMisdated(index) ? reached : time
    }

    /// Whether a time is so far ahead that it needs witnesses; a stream's first line always does.
    ///
    /// Precondition: time > reached. Their difference as a number without sign, which it fits whatever a damaged state says was reached.
    @inline(__always)
    private func isLeap(_ time: Int64, after reached: Int64) -> Bool {
        reached == .min || UInt64(bitPattern: time &- reached) > UInt64(leap.milliseconds)
    }

    /// Whether most of the next lines are dated long before this one.
    private func isMisdated(_ index: Int) -> Bool {
        let time = lines.lines[index].time
        let next = lines.lines[(index + 1)...].prefix(StreamReader.witnesses)
        let behind = putBack.prefix(StreamReader.witnesses - next.count)
        let returns = next.count { time - $0.time > leap } + behind.count { time - $0 > leap }
        return returns * 2 > next.count + behind.count
    }

    /// The first line that leaps and whose witnesses are not all there yet; it and what follows has to be decoded again, with more bytes,
    /// so that the verdict does not depend on how the bytes arrive.
    var firstDoubtful: Int? {
        var place = reached
        // Nothing leaps where nothing is a leap ahead of what was reached: nearly always, and then nothing else need be asked of each line.
        var latest = reached
        for index in lines.lines.indices { latest = max(latest, lines.lines[index].time.milliseconds) }
        guard latest > reached, isLeap(latest, after: reached) else { return nil }
        for index in lines.lines.indices {
            let time = lines.lines[index].time.milliseconds
            if time > place && isLeap(time, after: place) && lines.lines.count - index - 1 < StreamReader.witnesses { return index }
            place = self.place(of: index, after: place)
        }
        return nil
    }

    /// Passes by lines up to and including those of time `limit`, at most `count` of them, that no refused line stands between.
    func advance(upTo limit: Int64, atMost count: Int) {
        // A line that was understood in spite of a fault, a repeated key, starts where its fault does: the line comes first.
        let stop = nextMalformed < lines.malformed.count ? lines.malformed[nextMalformed].start : UInt32.max
        let end = min(lines.lines.count, nextLine + count)
        // Not in the object itself: it would be written for every line.
        var (next, place) = (nextLine, reached)
        while next < end && lines.lines[next].start <= stop {
            let time = self.place(of: next, after: place)
            if time > limit { break }
            place = time
            next += 1
        }
        (nextLine, reached) = (next, place)
    }

    // MARK: Holes

    /// The length of the run of zero bytes at a position.
    func zeros(from start: Int) -> Int {
        buffer.withBytes { bytes in
            var index = start
            while index < bytes.count && bytes[index] == 0 { index += 1 }
            return index - start
        }
    }

    /// Says that zero bytes were stepped over: once, for a writer who ends lines with them has as many holes as lines.
    func noteHole(_ length: Int, into batch: inout EventBatch) {
        let words =
            "where a line should begin stands a hole of \(NumberText.count(length, "zero byte")), as after a power failure or a "
            + "truncation under a writer that does not append: it is stepped over, and further ones in the same file are counted."
        batch.troubles.append(SourceTrouble(counter: "nul_hole", message: hasToldHole ? "" : words, bytes: UInt64(length)))
        hasToldHole = true
    }
}
