// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Where the bytes of one lane come from: files that grow and rotate, archives, standard input.
///
/// A source yields *streams*, one for each generation of each file, in decompressed bytes. It reads and it knows when a stream has ended;
/// it does not decode, and it does not know about events. Called by one thread.
package protocol LaneSource {
    /// Looks for streams that appeared, changed or ended since the last call. Streams are announced oldest generation first.
    mutating func scan() -> [StreamChange]

    /// Reads the next bytes of a stream into `output`, as many as are there and fit.
    mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome

    /// What must be remembered to come back to `offset` in this stream, which now has been consumed up to there.
    func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition

    /// The lane needs the stream no longer: its last line is consumed. Closes the file.
    mutating func finish(_ stream: StreamID)

    /// Waits for something to read, at most `limit`. Returns at once when something may have happened already.
    mutating func wait(atMost limit: EventDuration)

    /// Streams that said `idle` and may have more since, each once; nil when any of them may. Asked after every scan and every wait.
    mutating func awakened() -> [StreamID]?

    /// What the format had learnt when the stream ended, should a copy of the stream turn out to go on. Called before ``finish(_:)``.
    mutating func remember(formatState: [UInt8], of stream: StreamID)

    /// Whether streams are one log in parts, in the order in which they are announced: then they are read one after the other, whatever the
    /// times in them.
    var isSequence: Bool { get }

    /// Whether streams can still appear or grow. False: after every announced stream has ended, the lane is over.
    var isEndless: Bool { get }
}

extension LaneSource {
    package mutating func awakened() -> [StreamID]? { nil }
    package var isSequence: Bool { false }
    package mutating func remember(formatState: [UInt8], of stream: StreamID) {}
}

/// A stream of one lane: one generation of one file.
package struct StreamID: Hashable, Comparable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
}

/// What `scan` found.
package enum StreamChange: Sendable {
    /// A stream to read, from `resumeOffset` (decompressed bytes) on. `path` is for evidence and messages.
    /// `resumeState` is the ``StreamPosition/formatState`` of the position it resumes from.
    case opened(StreamID, path: String, resumeOffset: UInt64, resumeState: [UInt8])
    /// Something went wrong that the operator should read: one sentence that says what to do, and a counter's name.
    case trouble(SourceTrouble)
    /// A stream that has ended is now found elsewhere, as after its compression: the position that a checkpoint should keep instead.
    case moved(StreamPosition)
}

/// A counted, explained mishap of a source. Reading goes on.
package struct SourceTrouble: Equatable, Sendable {
    /// The counter: `unreadable_file`, `truncated_archive`, `corrupt_archive`, `copytruncate`, `lost_generation`, `watch_limit`, …
    package var counter: String
    /// One sentence for the operator; empty where the same was told before of the same stream, and is only counted.
    package var message: String
    /// Bytes that were or may have been lost, where that is known.
    package var bytes: UInt64
    /// Whether input was lost or left out, so that a replay must report itself incomplete.
    package var isLoss: Bool

    package init(counter: String, message: String, bytes: UInt64 = 0, isLoss: Bool = false) {
        self.counter = counter
        self.message = message
        self.bytes = bytes
        self.isLoss = isLoss
    }
}

/// What one read came to.
package enum ReadOutcome: Equatable, Sendable {
    /// Bytes were written to the output.
    case bytes
    /// Nothing now; more may come.
    case idle
    /// The stream has ended for good: an archive at its end, or a rotated file that nobody writes any more.
    case ended
    /// The stream cannot be read further; what came before counts. It has ended.
    case failed(SourceTrouble)
}

/// A keyed-less hash of the last bytes before an offset: proof that a file still is the one that was read.
package struct TailMarker: Equatable, Sendable {
    package static let length = 64

    package var hash: UInt64
    package var count: Int

    package init(hash: UInt64, count: Int) {
        self.hash = hash
        self.count = count
    }

    package static let none = TailMarker(hash: 0, count: 0)

    /// The marker of some bytes: FNV-1a over the last 64 of them, which any reader of the file can recompute.
    package init(ofLast bytes: some BidirectionalCollection<UInt8>) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let tail = bytes.suffix(TailMarker.length)
        for byte in tail { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        self.hash = hash
        count = tail.count
    }
}

/// Where one stream was left: enough to find the same bytes again after a restart, a rotation, or a compression.
package struct StreamPosition: Equatable, Sendable {
    /// The stream's number in its lane. The next new stream gets a higher one.
    package var stream: UInt32
    package var path: String
    package var device: UInt64
    package var inode: UInt64
    /// Hash (FNV-1a) of the first `prefixCount` decompressed bytes, at most 1,024; grows with a small file.
    package var prefixHash: UInt64
    package var prefixCount: Int
    /// Decompressed bytes consumed: the start of the first line not yet processed.
    package var offset: UInt64
    package var marker: TailMarker
    /// The generation was read to its end. Kept so that a renamed or compressed copy is not read again.
    package var isFinished: Bool
    /// Where the stream stood among others, and what its format had learnt; opaque to a source.
    package var formatState: [UInt8]
    /// Of a generation that was cut, or the copy of one: the decompressed bytes that are known to have been there, so that what is missing
    /// can be told after a restart as well. 0 of all others.
    package var knownSize: UInt64

    package init(
        stream: UInt32, path: String, device: UInt64, inode: UInt64, prefixHash: UInt64, prefixCount: Int, offset: UInt64,
        marker: TailMarker,
        isFinished: Bool, formatState: [UInt8], knownSize: UInt64 = 0
    ) {
        self.stream = stream
        self.path = path
        self.device = device
        self.inode = inode
        self.prefixHash = prefixHash
        self.prefixCount = prefixCount
        self.offset = offset
        self.marker = marker
        self.isFinished = isFinished
        self.formatState = formatState
        self.knownSize = knownSize
    }
}
