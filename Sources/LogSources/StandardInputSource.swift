// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// Standard input as one stream, plain or packed. Ends when the writer closes it.
package struct StandardInputSource: LaneSource {
    private let file: OpenFile
    private var isAnnounced = false
    /// The first bytes, until it is clear whether they are packed.
    private var first: [UInt8]? = []
    private var unpacker: Unpacker?
    /// No bytes were handed over yet.
    private var isAtStart = true
    /// More plain bytes than this for a packed one are refused: `archive_ratio_max`.
    package var archiveRatio = Unpacker.bombRatio

    package init() { self.init(descriptor: 0) }

    /// From any open descriptor, for tests.
    init(descriptor: Int32) { file = OpenFile(descriptor: descriptor) }

    package mutating func scan() -> [StreamChange] {
        guard !isAnnounced else { return [] }
        isAnnounced = true
        return [.opened(StreamID(rawValue: 0), path: "-", resumeOffset: 0, resumeState: [])]
    }

    package mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        let before = output.byteCount
        let outcome = readNext(into: &output)
        guard isAtStart, output.byteCount > before else { return outcome }
        isAtStart = false
        guard TarArchive.isTar(output.copy(before..<before + TarHeader.blockLength)) else { return outcome }
        return failed("unsupported_compression", "it is a tar, whose files are only read where they can be looked at twice: name the file")
    }

    private mutating func readNext(into output: inout OutputRawSpan) -> ReadOutcome {
        do throws(FileFailure) {
            if let bytes = first { return try begin(bytes, &output) }
            guard let unpacker else { return try file.read(into: &output) > 0 ? .bytes : .ended }
            let outcome = try unpacker.unpack(into: &output) { [file] (_, input) throws(FileFailure) in
                let piece = try StandardInputSource.piece(of: file, atMost: input.count)
                input.replaceSubrange(0..<piece.count, with: piece)
                return piece.count
            }
            switch outcome {
            case .bytes: return .bytes
            case .failed(let counter, let message): return failed(counter, message)
            case .end, .changed, .unreadable: return .ended
            }
        } catch {
            return error.isTemporary ? .idle : failed("unreadable_file", error.text)
        }
    }

    /// Collects enough bytes to tell plain from packed; a pipe cannot be looked at twice.
    private mutating func begin(_ bytes: [UInt8], _ output: inout OutputRawSpan) throws(FileFailure) -> ReadOutcome {
        let piece = try StandardInputSource.piece(of: file, atMost: min(output.freeCapacity, Unpacker.inputLength) - bytes.count)
        let start = bytes + piece
        first = start
        guard piece.isEmpty || start.count >= Compression.magicLength else { return try begin(start, &output) }
        first = nil
        let compression = Compression(magic: start)
        if let refusal = compression.refusal { return failed("unsupported_compression", refusal) }
        if let unpacker = Unpacker(compression, ratio: archiveRatio) {
            unpacker.begin(with: start)
            self.unpacker = unpacker
            return .bytes
        }
        return output.add(start[...]) > 0 ? .bytes : .ended
    }

    private static func piece(of file: OpenFile, atMost count: Int) throws(FileFailure) -> [UInt8] {
        var failure: FileFailure?
        let piece = withScratch(count: count) { scratch -> [UInt8] in
            do throws(FileFailure) {
                _ = try file.read(into: &scratch)
            } catch {
                failure = error
            }
            return scratch.copy(0..<scratch.byteCount)
        }
        if let failure { throw failure }
        return piece
    }

    private func failed(_ counter: String, _ message: String) -> ReadOutcome {
        .failed(SourceTrouble(counter: counter, message: "standard input: \(message). What came before counts.", isLoss: true))
    }

    package func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        StreamPosition(
            stream: stream.rawValue, path: "-", device: 0, inode: 0, prefixHash: 0, prefixCount: 0, offset: offset, marker: marker,
            isFinished: false, formatState: [])
    }

    package mutating func finish(_ stream: StreamID) {}
    package mutating func wait(atMost limit: EventDuration) { file.awaitInput(milliseconds: Int32(clamping: limit.milliseconds)) }
    package var isEndless: Bool { false }
}
