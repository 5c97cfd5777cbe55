// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline

/// What an unknown file is to a generation that begins alike.
enum Relation: Equatable {
    /// Another file.
    case none
    /// The generation's own file changes at this moment: ask again.
    case unclear
    /// A copy of what is read elsewhere, finished or under way.
    case copy
    /// All of a finished generation, and nothing else.
    case same
    /// It holds the generation up to its offset, and more.
    case more
    /// It replaced the generation's file and holds all of that: from this time on, the generation goes on in it. Units: monotonic
    /// milliseconds.
    case successor(due: Int64)
    /// The copy of a generation that was cut: it ends before what was read of that, with these bytes.
    case shorter(end: UInt64, tail: [UInt8])
}

/// The generations that a file may turn out to be, by their first bytes. Complexity: O(generations) to build, O(matches) to ask.
struct GenerationIndex {
    private struct Prefix: Hashable {
        var hash: UInt64
        var count: Int
    }

    private var byPrefix: [Prefix: [Generation]] = [:]
    private var counts: Set<Int> = []
    private var byKey: [FileKey: [Generation]] = [:]
    /// Generations whose first bytes are at hand, to compare with a file that is shorter than those.
    private var withBytes: [Generation] = []

    /// - Parameter onlyOld: leave out what was found in this run: files that stand side by side at the first look are different files.
    init(_ generations: some Sequence<Generation>, onlyOld: Bool) {
        for generation in generations where generation.isFromCheckpoint || !onlyOld {
            if generation.key != .none { byKey[generation.key, default: []].append(generation) }
            guard generation.prefixCount > 0 else { continue }
            byPrefix[Prefix(hash: generation.prefixHash, count: generation.prefixCount), default: []].append(generation)
            counts.insert(generation.prefixCount)
            if !generation.firstBytes.isEmpty { withBytes.append(generation) }
        }
    }

    /// Those that begin like the file, the one with its inode first, then the one that was read furthest.
    func similar(to head: FileHead, key: FileKey) -> [Generation] {
        guard !head.bytes.isEmpty else { return [] }
        var result: [Generation] = []
        for count in counts where count <= head.bytes.count {
            result += byPrefix[Prefix(hash: head.hashes[count], count: count)] ?? []
        }
        result += (byKey[key] ?? []).filter { $0.prefixCount == 0 && $0.state == .missing }
        for old in withBytes where old.prefixCount > head.bytes.count && old.firstBytes.starts(with: head.bytes) { result.append(old) }
        return result.sorted { left, right in
            let mayStand = (left.mayStand(in: head, key), right.mayStand(in: head, key))
            return (mayStand.0 ? 0 : 1, right.offset, right.id) < (mayStand.1 ? 0 : 1, left.offset, left.id)
        }
    }
}

extension Generation {
    /// The first bytes, as far as they are at hand: of a small file more may have been seen than were read.
    var firstBytes: [UInt8] {
        guard let stream, stream.prefix.count >= prefix.count else { return prefix }
        return stream.prefix
    }

    /// Whether a file may be its own, by the inode. No plain file becomes a packed one: that has the inode of one that is gone, and may be
    /// the copy of what was cut there.
    func mayStand(in head: FileHead, _ key: FileKey) -> Bool {
        self.key == key && (!head.compression.isPacked || FilePath.unpacked(path) != nil)
    }
}

extension FileTreeSource {
    /// - Parameter isPatient: an archive that breaks off may still be written.
    func relation(_ file: CandidateFiles.File, _ head: FileHead, _ old: Generation, isPatient: Bool) -> Relation {
        if old.isTakenUp { return .none }
        if old.state == .reading && old.isCut { return .unclear }
        let key = FileKey(file.status)
        if old.key != key, let original = original(of: old) {
            guard let status = original.status(), holds(original, status, old) else { return .unclear }
            do throws(FileFailure) {
                if try isBeginning(file, head, of: original, status.size) { return .copy }
                return try isReplacement(file, head, of: old, original, status.size) ? .successor(due: successionTime(old)) : .none
            } catch {
                return .unclear
            }
        }
        // A stream that still has its file, or a packed one, is read where it is; what begins alike is another file.
        if old.state == .reading && !old.isAdrift { return .none }
        return content(file, head, old, isPatient: isPatient)
    }

    /// Whether a file stands where a generation's file stood, which has no name any more, and holds all of that: a log that is brought
    /// anew as a whole, with what came since. A beginning shorter than a marker many files share.
    private func isReplacement(
        _ file: CandidateFiles.File, _ head: FileHead, of old: Generation, _ original: OpenFile, _ size: UInt64
    ) throws(FileFailure) -> Bool {
        guard follows, !namesTell, old.state == .reading, !old.isPresent, file.path == old.path, head.compression == .none,
            size >= UInt64(TailMarker.length)
        else { return false }
        let known = Int(min(size, UInt64(head.bytes.count)))
        guard try original.bytes(at: 0, count: known).elementsEqual(head.bytes.prefix(known)) else { return false }
        guard case .reached(let tail, _) = try place(size, in: head) else { return false }
        return try original.bytes(at: size - UInt64(tail.count), count: tail.count) == tail
    }

    /// When a file that was replaced has been quiet for half of the wait: its writer may still have it open, and what that writes stands
    /// nowhere else. Not the whole wait, which would count the half line that the replacement may complete.
    private func successionTime(_ old: Generation) -> Int64 { (old.quietSince ?? now()) + max(rotateWait / 2, 1) }

    /// Compares with what is known of a generation whose file is not at hand.
    private func content(_ file: CandidateFiles.File, _ head: FileHead, _ old: Generation, isPatient: Bool) -> Relation {
        if old.state == .finished && head.compression.isPacked && old.scannedStatus == nil && old.mayStand(in: head, FileKey(file.status)) {
            // The inode and the first bytes of an archive that a checkpoint calls finished: not unpacked once more.
            old.scannedStatus = file.status
            old.isPresent = true
            return .same
        }
        do throws(FileFailure) {
            switch try place(old.offset, in: head) {
            case .reached(let tail, let hasMore):
                guard old.marker.isOf(tail) else { return .none }
                // What is shorter than the known beginning agrees with it as any file does that begins with the same header.
                guard head.bytes.count >= old.prefixCount || isNamed(file, after: old) else { return .none }
                if hasMore { return .more }
                guard old.state == .finished else { return .more }
                if old.key == FileKey(file.status) {
                    old.scannedStatus = file.status
                    old.isPresent = true
                }
                return .same
            case .ended(let end, let tail):
                // Under one header the first event tells.
                if let time = old.firstTime, let own = firstEventTime(head.sample, file.path), own != time { return .none }
                if mayBeShorterCopy(file, head, of: old) { return .shorter(end: end, tail: tail) }
                // Not certain enough to be remembered: asked again when it grows.
                return old.state == .cut ? .copy : .none
            case .broken:
                return isPatient ? .unclear : .copy
            }
        } catch {
            return .unclear
        }
    }

    /// Whether a file that holds less than was read of a generation may be its copy: that was cut, and its last lines were written, and
    /// read, between copy and truncation. A file that merely begins with the same long header is another one.
    private func mayBeShorterCopy(_ file: CandidateFiles.File, _ head: FileHead, of old: Generation) -> Bool {
        // The beginning of a line is the beginning of many files.
        guard head.bytes.count >= TailMarker.length, isNamed(file, after: old) else { return false }
        if old.state == .cut { return true }
        // Cut in this run, or not all of it handed over then, or, where its inode is still there with other content, cut since then.
        return old.state == .finished && old.key == .none || old.state == .missing && (old.key == .none || old.keepsInode)
    }

    /// Whether a file has the name of a rotated sibling of a generation.
    private func isNamed(_ file: CandidateFiles.File, after old: Generation) -> Bool {
        [".", "-"].contains { file.path.hasPrefix(old.firstPath + $0) }
    }

    /// What stands before an offset of a file.
    private enum Place {
        /// The last bytes before it, and whether anything stands behind it.
        case reached(tail: [UInt8], hasMore: Bool)
        /// It ends before the offset, with these bytes.
        case ended(at: UInt64, tail: [UInt8])
        /// It is packed and breaks off before the offset.
        case broken
    }

    /// Throws: ``FileFailure`` when the file is not open or cannot be read.
    private func place(_ offset: UInt64, in head: FileHead) throws(FileFailure) -> Place {
        if let outline = head.outline {
            if let tail = outline.tail(at: offset) { return .reached(tail: tail, hasMore: outline.hasMore(behind: offset)) }
            if case .at(let end, let tail) = outline.end(atMost: offset) { return outline.isBroken ? .broken : .ended(at: end, tail: tail) }
        }
        guard let file = head.file else { throw FileFailure.missing }
        let stream = try ByteStream(file: file)
        if head.compression == .none, let size = file.status()?.size, size < offset {
            guard stream.skip(to: size) else { throw FileFailure.missing }
            return .ended(at: size, tail: stream.tail)
        }
        guard stream.skip(to: offset) else {
            let isBroken = withScratch(count: 1) { stream.read(into: &$0) } != .end
            return isBroken ? .broken : .ended(at: stream.offset, tail: stream.tail)
        }
        let tail = stream.tail
        return .reached(tail: tail, hasMore: withScratch(count: 1) { stream.read(into: &$0) } == .bytes)
    }

    /// The file that a plain generation is read from, if it is still there.
    private func original(of old: Generation) -> OpenFile? {
        guard old.compression == .none, old.state == .reading || old.state == .finished else { return nil }
        if let file = old.file { return file }
        guard old.isPresent else { return nil }
        do throws(FileFailure) {
            let file = try OpenFile(path: old.path)
            guard file.status().map(FileKey.init) == old.key else { return nil }
            // One that is read was plain when it was found: what is packed now does not hold what was read, and is seen to be another.
            guard old.state == .finished else { return file }
            // A checkpoint does not say how a file is packed.
            old.compression = Compression(magic: try file.bytes(at: 0, count: Compression.magicLength))
            return old.compression == .none ? file : nil
        } catch {
            return nil
        }
    }

    /// Whether the file that a generation is read from still holds what was read of it, as far as can be seen now.
    func stillHolds(_ generation: Generation) -> Bool {
        guard generation.state == .reading, !generation.isCut, let file = original(of: generation), let status = file.status() else {
            return true
        }
        return holds(file, status, generation)
    }

    /// Whether a file still holds what was read of a generation.
    private func holds(_ file: OpenFile, _ status: FileStatus, _ old: Generation) -> Bool {
        guard status.size >= old.offset else { return false }
        // More may have been read than was handed over.
        if let stream = old.stream, status.size < stream.offset || !stream.isIntact() { return false }
        do throws(FileFailure) {
            let count = min(UInt64(old.marker.count), old.offset)
            guard old.marker.isOf(try file.bytes(at: old.offset - count, count: Int(count))) else { return false }
            return ContentHash.of(try file.bytes(at: 0, count: old.prefixCount)) == old.prefixHash
        } catch {
            return false
        }
    }

    /// Whether a file holds the first bytes of another and no others: its copy, finished or under way. The last 64 bytes tell.
    func isBeginning(
        _ file: CandidateFiles.File, _ head: FileHead, of original: OpenFile, _ size: UInt64
    ) throws(FileFailure) -> Bool {
        guard try original.bytes(at: 0, count: head.bytes.count) == head.bytes else { return false }
        switch head.outline?.end(atMost: size) ?? .unknown {
        case .at(let end, let tail): return try original.bytes(at: end - UInt64(tail.count), count: tail.count) == tail
        case .beyond: return false
        case .unknown: break
        }
        guard let opened = head.file else { return false }
        let stream = try ByteStream(file: opened)
        if head.compression == .none {
            let own = opened.status()?.size ?? file.status.size
            guard own <= size, stream.skip(to: own) else { return false }
        } else {
            guard stream.drain(beyond: size) != .bytes else { return false }
        }
        return try original.bytes(at: stream.offset - UInt64(stream.tail.count), count: stream.tail.count) == stream.tail
    }

    /// Whether a packed file holds what the plain file beside it holds, or the beginning of it.
    func isTwin(_ file: CandidateFiles.File, _ head: FileHead, of path: String, _ status: FileStatus) -> Bool {
        do throws(FileFailure) {
            return try isBeginning(file, head, of: OpenFile(path: path), status.size)
        } catch {
            return false
        }
    }
}
