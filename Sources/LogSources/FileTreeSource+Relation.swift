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
            (left.key == key ? 0 : 1, right.offset, right.id) < (right.key == key ? 0 : 1, left.offset, left.id)
        }
    }
}

extension Generation {
    /// The first bytes, as far as they are at hand.
    var firstBytes: [UInt8] { stream.map { $0.prefix } ?? prefix }
}

extension FileTreeSource {
    /// - Parameter isPatient: an archive that breaks off may still be written.
    func relation(_ file: CandidateFiles.File, _ head: FileHead, _ old: Generation, isPatient: Bool) -> Relation {
        if old.state == .reading && old.isCut { return .unclear }
        let key = FileKey(file.status)
        if old.key != key, let original = original(of: old) {
            guard let status = original.status(), holds(original, status, old) else { return .unclear }
            do throws(FileFailure) {
                return try isBeginning(file, head, of: original, status.size) ? .copy : .none
            } catch {
                return .unclear
            }
        }
        // A stream that still has its file, or a packed one, is read where it is; what begins alike is another file.
        if old.state == .reading && (old.isPresent || old.stream != nil || old.file != nil) { return .none }
        return content(file, head, old, isPatient: isPatient)
    }

    /// Compares with what is known of a generation whose file is not at hand.
    private func content(_ file: CandidateFiles.File, _ head: FileHead, _ old: Generation, isPatient: Bool) -> Relation {
        if old.state == .finished && old.key == FileKey(file.status) && head.compression.isPacked && old.scannedStatus == nil {
            // The inode and the first bytes of an archive that a checkpoint calls finished: not unpacked once more.
            old.scannedStatus = file.status
            old.isPresent = true
            return .same
        }
        guard let opened = head.file else { return .unclear }
        do throws(FileFailure) {
            let stream = try ByteStream(file: opened)
            guard stream.skip(to: old.offset) else {
                if head.compression.isPacked { return isPatient ? .unclear : .copy }
                // The copy of a file that was read further before it was truncated.
                return old.state == .cut ? .copy : .none
            }
            guard old.marker.isOf(stream.tail) else { return .none }
            if withScratch(count: 1, { stream.read(into: &$0) }) == .bytes { return .more }
            guard old.state != .finished else {
                if old.key == FileKey(file.status) {
                    old.scannedStatus = file.status
                    old.isPresent = true
                }
                return .same
            }
            return .more
        } catch {
            return .unclear
        }
    }

    /// The file that a plain generation is read from, if it is still there.
    private func original(of old: Generation) -> OpenFile? {
        guard old.compression == .none, old.state == .reading || old.state == .finished else { return nil }
        if let file = old.file { return file }
        guard old.isPresent else { return nil }
        do throws(FileFailure) {
            let file = try OpenFile(path: old.path)
            return file.status().map(FileKey.init) == old.key ? file : nil
        } catch {
            return nil
        }
    }

    /// Whether a file still holds what was read of a generation.
    private func holds(_ file: OpenFile, _ status: FileStatus, _ old: Generation) -> Bool {
        guard status.size >= old.offset else { return false }
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
