// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

extension FileTreeSource {
    package mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        guard let generation = generation(stream) else { return .ended }
        if let failure = openIfNeeded(generation) { return failure }
        guard let bytes = generation.stream else { return .ended }
        if isFollowing, bytes.compression == .none, let cut = checkIntact(generation, bytes) { return cut }
        switch bytes.read(into: &output) {
        case .bytes:
            generation.quietSince = nil
            return .bytes
        case .end: return end(of: generation, bytes)
        case .failed(let counter, let message):
            return .failed(
                SourceTrouble(
                    counter: counter, message: "\(generation.path): \(message). What came before counts; the rest is missing.", isLoss: true))
        }
    }

    private func openIfNeeded(_ generation: Generation) -> ReadOutcome? {
        guard generation.stream == nil else { return nil }
        do throws(FileFailure) {
            let stream = try ByteStream(file: OpenFile(path: generation.path))
            guard stream.skip(to: generation.offset) else {
                return .failed(
                    SourceTrouble(
                        counter: "truncated_archive", message: "\(generation.path) ends before the place where reading stopped.", isLoss: true))
            }
            generation.stream = stream
            return nil
        } catch {
            // Removed between the scan and its turn: nothing of it was read, so it is lost.
            return .failed(
                SourceTrouble(
                    counter: "unreadable_file", message: "\(generation.path) cannot be opened (\(error.text)); it is left out.", isLoss: true))
        }
    }

    /// A file that was cut, or cut and filled again, ends here; its successor starts at 0.
    private mutating func checkIntact(_ generation: Generation, _ bytes: ByteStream) -> ReadOutcome? {
        let status = bytes.status()
        guard status != generation.lastStatus else { return nil }
        generation.lastStatus = status
        guard !bytes.isIntact() else { return nil }
        generation.state = .cut
        lookAgain()
        return .failed(
            SourceTrouble(
                counter: "copytruncate",
                message: "\(generation.path) was truncated after byte \(bytes.offset): reading goes on with its copy, if there is one, and from its start."
            ))
    }

    private func end(of generation: Generation, _ bytes: ByteStream) -> ReadOutcome {
        guard isFollowing, bytes.compression == .none else { return .ended }
        let isRotated = !generation.isPresent || generation.path != generation.firstPath || CandidateFiles.looksRotated(generation.path)
        guard isRotated else { return .idle }
        let time = monotonic()
        guard let since = generation.quietSince else {
            generation.quietSince = time
            return .idle
        }
        return time - since >= quietTime ? .ended : .idle
    }

    package func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        guard let generation = generation(stream) else {
            preconditionFailure("a position is asked for a stream that was announced")
        }
        generation.offset = offset
        generation.marker = marker
        if let prefix = generation.stream?.prefix, prefix.count > generation.prefixCount {
            generation.prefixCount = prefix.count
            generation.prefixHash = ContentHash.of(prefix)
        }
        return StreamPosition(
            stream: stream.rawValue, path: generation.path, device: generation.key.device, inode: generation.key.inode,
            prefixHash: generation.prefixHash, prefixCount: generation.prefixCount, offset: offset, marker: marker,
            isFinished: generation.state == .finished, formatState: [])
    }

    package mutating func finish(_ stream: StreamID) {
        guard let generation = generation(stream) else { return }
        generation.lastStatus = generation.stream?.status()
        generation.stream = nil
        if generation.state == .reading { generation.state = .finished }
    }

    package mutating func wait(atMost limit: EventDuration) {
        guard isFollowing else { return }
        sleep(atMost: limit)
    }
}
