// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// Standard input as one stream. Ends when the writer closes it. Compressed input has to be unpacked in front (`zstd -dc | weir replay -`),
/// because a pipe cannot be looked at twice.
package struct StandardInputSource: LaneSource {
    private let file = OpenFile(descriptor: 0)
    private var isAnnounced = false

    package init() {}

    package mutating func scan() -> [StreamChange] {
        guard !isAnnounced else { return [] }
        isAnnounced = true
        return [.opened(StreamID(rawValue: 0), path: "-", resumeOffset: 0, resumeState: [])]
    }

    package mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        do throws(FileFailure) {
            return try file.read(into: &output) > 0 ? .bytes : .ended
        } catch {
            return .failed(SourceTrouble(counter: "unreadable_file", message: "standard input: \(error.text)", isLoss: true))
        }
    }

    package func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        StreamPosition(
            stream: stream.rawValue, path: "-", device: 0, inode: 0, prefixHash: 0, prefixCount: 0, offset: offset, marker: marker,
            isFinished: false, formatState: [])
    }

    package mutating func finish(_ stream: StreamID) {}
    package mutating func wait(atMost limit: EventDuration) {}
    package var isEndless: Bool { false }
}
