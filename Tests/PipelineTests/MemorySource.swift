// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import TestSupport

@testable import Pipeline

/// Files in memory as a source: announced in their order, read in pieces of seeded random size.
struct MemorySource: LaneSource {
    struct File: Sendable {
        var path: String
        var bytes: [UInt8]

        init(_ path: String, _ bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    private let files: [File]
    private let largestRead: Int
    private let resume: [UInt32: StreamPosition]
    private var random: SeededRandom
    private var offsets: [Int]
    private var isAnnounced = false
    /// The stream of this number breaks at its end instead of ending.
    var broken: UInt32?
    /// One read of so many finds nothing.
    var idleEvery = Int.max

    init(_ files: [File], largestRead: Int = 1 << 20, seed: UInt64 = 1, resume: [StreamPosition] = []) {
        self.files = files
        self.largestRead = largestRead
        self.resume = Dictionary(resume.map { ($0.stream, $0) }, uniquingKeysWith: { $1 })
        random = SeededRandom(seed: seed)
        offsets = files.indices.map { index in
            resume.last { $0.stream == UInt32(index) }.map { Int($0.offset) } ?? 0
        }
    }

    mutating func scan() -> [StreamChange] {
        if isAnnounced { return [] }
        isAnnounced = true
        return files.indices.compactMap { index in
            let position = resume[UInt32(index)]
            if position?.isFinished == true { return nil }
            return .opened(
                StreamID(rawValue: UInt32(index)), path: files[index].path, resumeOffset: UInt64(offsets[index]),
                resumeState: position?.formatState ?? [])
        }
    }

    mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        let index = Int(stream.rawValue)
        if idleEvery != .max && Int.random(in: 0..<idleEvery, using: &random) == 0 { return .idle }
        let left = files[index].bytes.count - offsets[index]
        if left == 0 {
            let trouble = SourceTrouble(counter: "truncated_archive", message: "the archive ends early", isLoss: true)
            return broken == stream.rawValue ? .failed(trouble) : .ended
        }
        let count = min(left, output.freeCapacity, Int.random(in: 1...largestRead, using: &random))
        for byte in files[index].bytes[offsets[index]..<offsets[index] + count] { output.append(byte) }
        offsets[index] += count
        return .bytes
    }

    func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        StreamPosition(
            stream: stream.rawValue, path: files[Int(stream.rawValue)].path, device: 0, inode: UInt64(stream.rawValue), prefixHash: 0,
            prefixCount: 0, offset: offset, marker: marker, isFinished: false, formatState: [])
    }

    mutating func finish(_ stream: StreamID) {}
    mutating func wait(atMost limit: EventDuration) {}
    var isEndless: Bool { false }
}
