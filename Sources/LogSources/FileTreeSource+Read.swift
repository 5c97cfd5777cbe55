// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

extension FileTreeSource {
    package mutating func read(_ stream: StreamID, into output: inout OutputRawSpan) -> ReadOutcome {
        guard let generation = generations[stream] else { return .ended }
        if let outcome = openIfNeeded(generation) { return outcome }
        guard let bytes = generation.stream else { return .idle }
        if follows && bytes.compression == .none && !isUnchanged(generation, bytes) { return cut(generation, bytes) }
        let before = output.byteCount
        let outcome = bytes.read(into: &output)
        if generation.expectedSize > 0 && bytes.compression != .none { generation.noteLineEnd(output, from: before) }
        generation.isAtEnd = outcome != .bytes
        meter?.count(to: bytes.fileOffset, counted: &generation.metered)
        switch outcome {
        case .bytes:
            generation.quietSince = nil
            return .bytes
        case .end: return end(of: generation, bytes)
        case .changed: return cut(generation, bytes)
        case .unreadable(let failure): return unreadable(generation, failure)
        case .failed(let counter, let message):
            if counter == "truncated_archive" && mayStillGrow(generation, bytes) { return .idle }
            return broken(generation, counter, message)
        }
    }

    /// A packed file whose rest cannot be unpacked. Of the copy of a log that was cut it is known how much that is, and told here alone.
    private func broken(_ generation: Generation, _ counter: String, _ message: String) -> ReadOutcome {
        let end = max(generation.lineEnd, generation.offset)
        let missing = generation.expectedSize - min(end, generation.expectedSize)
        generation.expectedSize = 0
        let rest = missing > 0 ? "the rest (\(NumberText.count(missing, "byte")))" : "the rest"
        return .failed(
            SourceTrouble(
                counter: counter, message: "\(generation.path): \(message). What came before counts; \(rest) is missing.", bytes: missing,
                isLoss: true))
    }

    // MARK: Opening

    private mutating func openIfNeeded(_ generation: Generation) -> ReadOutcome? {
        guard generation.stream == nil else { return nil }
        do throws(FileFailure) {
            let file = try openFile(generation)
            let stream = try stream(of: generation, file)
            let start = generation.restedAt ?? (generation.offset, generation.marker)
            let isSame = stream.skip(to: start.offset) && start.marker.isOf(stream.tail)
            let isPackedAlike = stream.compression == generation.compression
            guard isPackedAlike, isSame, isKnown(stream.prefix, of: generation), beginsAsKnown(generation, stream) else {
                return replaced(generation)
            }
            generation.stream = stream
            if stream.prefix.count >= generation.prefix.count { generation.prefix = [] }
            generation.restedAt = nil
            hold(generation, file)
            return nil
        } catch {
            return cannotOpen(generation, error)
        }
    }

    private mutating func stream(of generation: Generation, _ file: OpenFile) throws(FileFailure) -> ByteStream {
        if let place = generation.place { return try memberStream(generation, place.member, file) }
        return try ByteStream(file: file, ratio: archiveRatio, threads: follows ? nil : threads)
    }

    private mutating func openFile(_ generation: Generation) throws(FileFailure) -> OpenFile {
        if let file = generation.file { return file }
        var opened: OpenFile
        do throws(FileFailure) {
            opened = try OpenFile(path: generation.filePath)
        } catch {
            guard error.isOutOfDescriptors, closeOldest(keeping: 0) else { throw error }
            opened = try OpenFile(path: generation.filePath)
        }
        // The name may mean another file by now; this one is then sought under other names.
        guard opened.status().map(FileKey.init) == generation.key else { throw FileFailure.missing }
        return opened
    }

    /// The file under its name does not hold what was read: cut while it was closed, or, for a packed one, shorter than it was. The inode
    /// of one that was removed meanwhile may have gone to any file, a packed one too.
    private mutating func replaced(_ generation: Generation) -> ReadOutcome {
        guard follows && generation.compression == .none else {
            return .failed(
                SourceTrouble(
                    counter: "truncated_archive", message: "\(generation.path) no longer holds what was read of it before.", isLoss: true))
        }
        generation.isCut = true
        return .failed(FileTreeSource.truncation(of: generation.path))
    }

    private mutating func cannotOpen(_ generation: Generation, _ failure: FileFailure) -> ReadOutcome {
        generation.file = nil
        guard follows else {
            return .failed(
                SourceTrouble(
                    counter: "unreadable_file", message: "\(generation.path) cannot be opened (\(failure.text)); it is left out.",
                    isLoss: true))
        }
        quieting.insert(generation.id)
        guard failure.isMissing else {
            report(
                generation.path, failure.isOutOfDescriptors ? "descriptor_limit" : "unreadable_file",
                "\(generation.path) cannot be opened (\(failure.text)): its place is kept, and it is tried again.", isLoss: false)
            return .idle
        }
        // Renamed or packed since the last look. Packed files are only looked at when they are settled.
        let time = now()
        if generation.lostSince == nil { mustScan = true }
        generation.isPresent = false
        let since = generation.lostSince ?? time
        generation.lostSince = since
        let end = since + max(rotateWait, 2 * FileTreeSource.settleTime)
        guard time >= end else { return .idle }
        // Time may have gone by without a look, and what holds the rest been put off in the last one.
        guard let lastJudgement, lastJudgement >= end else {
            mustScan = true
            return .idle
        }
        let isCopy = generation.expectedSize > 0
        // Of a packed copy it is known how many plain bytes it should have, where its own size says nothing.
        let size = isCopy && generation.compression != .none ? generation.expectedSize : max(generation.seenSize, generation.expectedSize)
        let rest = size - min(generation.offset, size)
        // Told here with the rest, and not once more at the end.
        generation.expectedSize = 0
        return .failed(
            SourceTrouble(
                counter: "lost_generation",
                message: "\(generation.path) was removed with \(NumberText.count(rest, "byte")) unread: keep rotated files for longer.",
                bytes: generation.compression == .none || isCopy ? rest : 0, isLoss: true))
    }

    /// Keeps a generation's file open, closing those that were opened longest ago when there are too many.
    mutating func hold(_ generation: Generation, _ file: OpenFile) {
        // It may still be listed from before its file was let go.
        if generation.file == nil && !opened.contains(generation.id) { opened.append(generation.id) }
        generation.file = file
        _ = closeOldest(keeping: openLimit, sparing: generation)
    }

    /// Closes files that can be gone back to until only `count` are open. Whether any was closed.
    ///
    /// - Parameter reading: the one that is about to be read. Where all others are in the middle of something, more stay open than should.
    mutating func closeOldest(keeping count: Int, sparing reading: Generation? = nil) -> Bool {
        guard opened.count > count else { return false }
        opened.removeAll { generations[$0]?.file == nil }
        var isAnyClosed = false
        // Closing an eighth at once keeps this from happening at every further file.
        let goal = opened.count > count ? count - count / 8 : count
        // Those at their end first. Of ten thousand that all have something to read, some must wait without a descriptor.
        for isAtEnd in [true, false] where opened.count > goal {
            var kept: [StreamID] = []
            var excess = opened.count - goal
            for id in opened {
                guard excess > 0, let generation = generations[id], generation !== reading, generation.isPresent,
                    canRest(generation, isAtEnd: isAtEnd), isWhereItWas(generation)
                else {
                    kept.append(id)
                    continue
                }
                rest(generation)
                excess -= 1
                isAnyClosed = true
            }
            opened = kept
        }
        return isAnyClosed
    }

    /// Closes a file that can be gone back to.
    func rest(_ generation: Generation) {
        if let stream = generation.stream {
            generation.restedAt = (stream.offset, TailMarker(ofLast: stream.tail))
            // Of an unfinished line the lane holds bytes that no position covers, and that another file's must not be put behind.
            generation.learnBeginning(stream.prefix)
            // A copy that holds less than was read can be known by nothing else.
            if follows && stream.compression == .none { generation.prefix = generation.firstBytes }
        }
        generation.stream = nil
        generation.file = nil
    }

    /// Whether going back costs no more than opening: not for a packed file in its middle.
    private func canRest(_ generation: Generation, isAtEnd: Bool) -> Bool {
        guard let stream = generation.stream else { return true }
        return stream.isSeekable && (generation.isAtEnd || !follows || !isAtEnd)
    }

    /// Whether a file can be opened again: since the last look it may have been renamed, or have lost its last name.
    private func isWhereItWas(_ generation: Generation) -> Bool {
        do throws(FileFailure) {
            return try FileKey(LinuxFileSystem.status(path: generation.filePath)) == generation.key
        } catch {
            return false
        }
    }

    // MARK: Changes and ends

    /// Whether a file still holds what was read of it. Looks into the file only when its status changed since the last time.
    private func isUnchanged(_ generation: Generation, _ bytes: ByteStream) -> Bool {
        guard let status = bytes.status() else { return true }
        if status == generation.checkedStatus { return true }
        guard status.size >= bytes.offset, bytes.isIntact(), beginsAsKnown(generation, bytes) else { return false }
        generation.seenSize = max(generation.seenSize, status.size)
        // A change within the same tick of the file system's clock would leave the status as it is.
        let isRecent = abs(LinuxFileSystem.wallNanoseconds() - status.modified) < 20_000_000
        generation.checkedStatus = isRecent ? nil : status
        return true
    }

    /// Whether the first bytes of a file that was opened are the known ones, where they reach so far. Those before a place tell little: in
    /// the middle of a long line they may be the same in many lines.
    private func isKnown(_ prefix: [UInt8], of generation: Generation) -> Bool {
        guard generation.prefixCount > 0, prefix.count >= generation.prefixCount else { return true }
        return ContentHash.of(prefix.prefix(generation.prefixCount)) == generation.prefixHash
    }

    /// Whether a plain file of which little or nothing was read yet begins as it did when it was found.
    private func beginsAsKnown(_ generation: Generation, _ bytes: ByteStream) -> Bool {
        guard generation.compression == .none, bytes.prefix.count < generation.prefixCount else { return true }
        guard let first = bytes.first(generation.prefixCount) else { return true }
        return ContentHash.of(first) == generation.prefixHash
    }

    /// A file that was cut, or cut and filled again, ends here; its successor starts at 0.
    private func cut(_ generation: Generation, _ bytes: ByteStream) -> ReadOutcome {
        guard follows else {
            return .failed(
                SourceTrouble(
                    counter: "copytruncate",
                    message: "\(generation.path) was truncated while it was read: read it again when it is at rest.",
                    isLoss: true))
        }
        generation.isCut = true
        generation.prefix = generation.firstBytes
        return .failed(FileTreeSource.truncation(of: generation.path))
    }

    /// What nobody could copy before it was cut away.
    static func shortCopy(_ path: String, _ missing: UInt64) -> SourceTrouble {
        SourceTrouble(
            counter: "copytruncate",
            message:
                "\(path) lacks \(NumberText.count(missing, "byte")) at the end of what it is a copy of, written between copy and truncation. "
                + "Let the rotation rename the file.",
            bytes: missing, isLoss: true)
    }

    static func truncation(of path: String) -> SourceTrouble {
        SourceTrouble(
            counter: "copytruncate",
            message:
                "\(path) was truncated: reading goes on from its start, and with its copy where that holds more than was read.")
    }

    private mutating func unreadable(_ generation: Generation, _ failure: FileFailure) -> ReadOutcome {
        guard follows || failure.isTemporary else {
            return .failed(
                SourceTrouble(
                    counter: "unreadable_file",
                    message: "\(generation.path): \(failure.text). What came before counts; the rest is missing.",
                    isLoss: true))
        }
        report(
            generation.path, "unreadable_file",
            "\(generation.path) cannot be read (\(failure.text)): its place is kept, and it is tried again.",
            isLoss: false)
        if failure.isStale { rest(generation) }
        quieting.insert(generation.id)
        return .idle
    }

    /// Whether an archive that ends in the middle may still be being written.
    private mutating func mayStillGrow(_ generation: Generation, _ bytes: ByteStream) -> Bool {
        guard follows, generation.isPresent, let status = bytes.status() else { return false }
        let time = now()
        if status != generation.checkedStatus {
            generation.checkedStatus = status
            generation.quietSince = time
        }
        let quiet = max(time - (generation.quietSince ?? time), (LinuxFileSystem.wallNanoseconds() - status.modified) / 1_000_000)
        guard quiet < FileTreeSource.patience else { return false }
        quieting.insert(generation.id)
        return true
    }

    private mutating func end(of generation: Generation, _ bytes: ByteStream) -> ReadOutcome {
        guard follows, bytes.compression == .none else { return .ended }
        guard generation.isRotated else { return .idle }
        let time = now()
        let since = generation.quietSince ?? time
        generation.quietSince = since
        quieting.insert(generation.id)
        guard time - since >= rotateWait else { return .idle }
        // A name with a date may be that of today's file, whose writer is in the middle of a line: only a rotation ends such a line.
        let isCertain = !generation.isPresent || !generation.holdsFirstPath || candidates.isSibling(generation.path)
        let isWhole = bytes.tail.last.map { $0 == UInt8(ascii: "\n") } ?? true
        let age = bytes.status().map { (LinuxFileSystem.wallNanoseconds() - $0.modified) / 1_000_000 } ?? .max
        return isCertain || isWhole || max(time - since, age) >= FileTreeSource.staleTime ? .ended : .idle
    }

    // MARK: Positions

    package func position(of stream: StreamID, offset: UInt64, marker: TailMarker) -> StreamPosition {
        guard let generation = generations[stream] else {
            preconditionFailure("a position is asked for a stream that was announced")
        }
        // A stream that was resumed has not seen the bytes before its start, and gives a weaker marker at first than the one that is known.
        if offset != generation.offset || marker.count > generation.marker.count {
            generation.marker = strongest(marker, generation, offset)
            generation.offset = offset
        }
        if let stream = generation.stream {
            generation.learnBeginning(stream.prefix)
            if !generation.isCut && stream.prefix.count >= generation.prefix.count { generation.prefix = [] }
        }
        return generation.position
    }

    private func strongest(_ marker: TailMarker, _ generation: Generation, _ offset: UInt64) -> TailMarker {
        guard generation.compression == .none, marker.count < TailMarker.length, let stream = generation.stream else { return marker }
        guard let bytes = stream.bytes(before: offset), bytes.count > marker.count, marker.isOf(bytes) else { return marker }
        return TailMarker(ofLast: bytes)
    }

    package mutating func remember(formatState: [UInt8], of stream: StreamID) { generations[stream]?.formatState = formatState }

    package mutating func finish(_ stream: StreamID) {
        guard let generation = generations[stream], generation.state == .reading else { return }
        // What could not be read is done with too.
        meter?.count(to: generation.seenSize, counted: &generation.metered)
        let status = generation.stream?.status()
        keepCursor(generation)
        if let trailing = generation.stream?.trailing, trailing > 0 {
            troubles.append(
                SourceTrouble(
                    counter: "trailing_garbage",
                    message:
                        "\(generation.path): what stands behind its last member is none, and left out "
                        + "(\(NumberText.count(trailing, "byte"))).",
                    bytes: trailing))
        }
        // A copy that was cut itself was not read to its end: what it held may stand in another one.
        if generation.expectedSize > generation.offset && !generation.isCut {
            troubles.append(FileTreeSource.shortCopy(generation.path, generation.expectedSize - generation.offset))
        }
        // What came after the last read is found by the next look, which sees a status that is not this one.
        generation.scannedStatus = generation.compression != .none || status?.size == generation.offset ? status : nil
        if generation.scannedStatus == nil { mustScan = true }
        generation.stream = nil
        generation.file = nil
        generation.checkedStatus = nil
        if generation.isCut {
            generation.isCut = false
            // All of that is sought now, and told with the rest when nothing has it.
            generation.seenSize = max(generation.seenSize, generation.expectedSize)
            generation.expectedSize = 0
            generation.state = .cut
            generation.key = .none
            mustScan = true
        } else {
            generation.state = .finished
            generation.prefix = []
        }
    }
}
