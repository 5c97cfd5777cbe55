// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

extension FileTreeSource {
    /// What an unknown file turns out to be.
    private enum Judgement {
        case fresh
        /// A generation to go on with from its offset.
        case continued(Generation)
        case noted(Noted.Reason)
    }

    struct Found {
        var time: Int64
        var file: CandidateFiles.File
        var head: FileHead
        /// The generation that it goes on with.
        var old: Generation?
        /// In a tar.
        var place: TarPlace?

        /// Its head with its file, opened again where it was let go. Throws: ``FileFailure``, also when its path leads to another file now.
        func opened() throws(FileFailure) -> FileHead {
            var head = head
            if head.file == nil { try head.open(path: file.path, key: FileKey(file.status)) }
            return head
        }
    }

    func isStillTrue(_ note: Noted, _ time: Int64) -> Bool {
        switch note.reason {
        case .copy(let id, let state):
            guard let original = generations[id] else { return true }
            return original.state == state && !original.isCut && !original.isAdrift
        case .settling(let end): return time < end
        case .unused: return true
        }
    }

    /// Finds out what unknown files are, and announces those that are to be read, the one with the earliest event first.
    mutating func identify(
        _ unknown: [CandidateFiles.File], in listing: CandidateFiles.Listing, _ time: Int64, isFirst: Bool
    ) -> [StreamChange] {
        for note in noted.values { if case .settling(let end) = note.reason { nextLook = min(nextLook, end) } }
        guard !unknown.isEmpty else { return [] }
        let plain = plainFiles(unknown, listing)
        let index = GenerationIndex(generations.values, onlyOld: isFirst || !follows)
        var changes: [StreamChange] = []
        var fresh: [Found] = []
        for file in inOrderOfTrust(unknown) {
            let key = FileKey(file.status)
            do throws(FileFailure) {
                let head = try openHead(file)
                clear(file.path)
                clear(FileTreeSource.sight(of: file.path))
                let since = noted[key].flatMap { $0.status == file.status ? $0.since : nil } ?? time
                switch judge(file, head, index, plain, since: since, &changes) {
                case .noted(let reason):
                    noted[key] = Noted(file, since: since, reason)
                    if case .settling(let end) = reason { nextLook = min(nextLook, end) }
                case .continued(let old):
                    noted[key] = nil
                    if var found = takeUp(old, file, head) {
                        // Its own generation holds the file; a second hold would keep it open after that one let go.
                        found.head.trim(keepingFile: old.state != .reading && fresh.count < openLimit / 2)
                        fresh.append(found)
                    }
                case .fresh:
                    noted[key] = nil
                    if head.isTar {
                        fresh += try tar(file, time)
                        continue
                    }
                    var found = Found(time: firstEventTime(head.sample, file.path) ?? .max, file: file, head: head)
                    // A few stay open, in case their files are removed before their turn.
                    found.head.trim(keepingFile: follows && fresh.count < openLimit / 2)
                    fresh.append(found)
                }
            } catch {
                guard !(error.isMissing && follows) else { continue }
                unopened.insert(key)
                guard !error.isOutOfDescriptors else {
                    nextLook = min(nextLook, time + 1000)
                    report(
                        "descriptors", "descriptor_limit",
                        "\(file.path) cannot be opened (\(error.text)), nor can others: raise LimitNOFILE. It is tried again.",
                        isLoss: !follows)
                    continue
                }
                report(
                    file.path, "unreadable_file", "\(file.path) cannot be opened (\(error.text)): give weir's user the right to read it.",
                    isLoss: !follows)
            }
        }
        if follows && !namesTell { leaveOutCopies(&fresh, in: listing, time, isFirst: isFirst) }
        fresh.sort { namesTell ? $0.file.path < $1.file.path : ($0.time, $0.file.path) < ($1.time, $1.file.path) }
        return changes + fresh.flatMap { announce($0) }
    }

    /// The files in a tar. One that is followed is an archive in the wrong place: its files would be read again with every copy of it.
    private mutating func tar(_ file: CandidateFiles.File, _ time: Int64) throws(FileFailure) -> [Found] {
        guard follows else { return try members(of: file) }
        noted[FileKey(file.status)] = Noted(file, since: time, .unused)
        report(
            file.path, "unsupported_compression",
            "\(file.path) is a tar, of which only a replay reads the files: keep it outside of the paths, or unpack it.", isLoss: false)
        return []
    }

    /// Takes copies out of what is new: of two new files with the same content, the one that was asked for by name is the original.
    ///
    /// A copy made just now of a file that is new itself; whose copy it is can be said once that one has its number.
    private mutating func leaveOutCopies(_ fresh: inout [Found], in listing: CandidateFiles.Listing, _ time: Int64, isFirst: Bool) {
        guard fresh.count > 1 else { return }
        var ranks: [FileKey: Int] = [:]
        for (rank, file) in listing.files.enumerated() { ranks[FileKey(file.status)] = file.isPacked ? rank + listing.files.count : rank }
        func rank(_ found: Found) -> Int { ranks[FileKey(found.file.status)] ?? 0 }
        var kept: [Found] = []
        for found in fresh.sorted(by: { rank($0) < rank($1) }) {
            guard found.old == nil, isCopy(found, of: kept, isFirst: isFirst) else {
                kept.append(found)
                continue
            }
            noted[FileKey(found.file.status)] = Noted(found.file, since: time, .settling(until: time + 1000))
            nextLook = min(nextLook, time + 1000)
        }
        fresh = kept
    }

    /// Whether a file holds the beginning of another that was found in the same look. At the first look only a file and its own siblings
    /// are compared: ten thousand files with the same header would take hours.
    private func isCopy(_ found: Found, of others: [Found], isFirst: Bool) -> Bool {
        if isFirst && !candidates.isSibling(found.file.path) { return false }
        return others.contains { other in
            guard other.head.compression == .none, other.head.bytes.starts(with: found.head.bytes) else { return false }
            if isFirst && !found.file.path.hasPrefix(other.file.path) { return false }
            do throws(FileFailure) {
                // Of many new files only a few are still open.
                let (head, original) = (try found.opened(), try other.opened().file)
                guard let original, let status = original.status() else { return false }
                return try isBeginning(found.file, head, of: original, status.size)
            } catch {
                return false
            }
        }
    }

    private mutating func openHead(_ file: CandidateFiles.File) throws(FileFailure) -> FileHead {
        do throws(FileFailure) {
            return try FileHead(path: file.path, size: file.status.size)
        } catch {
            guard error.isOutOfDescriptors, closeOldest(keeping: 0) else { throw error }
            return try FileHead(path: file.path, size: file.status.size)
        }
    }

    /// Files whose inode is that of a generation sought come before copies of it; packed ones, which may be copies of plain ones, then; and
    /// those that are too short for one at the end: they are taken for its shortened copy only where nothing holds as much as was read.
    private func inOrderOfTrust(_ unknown: [CandidateFiles.File]) -> [CandidateFiles.File] {
        let sought = generations.values.filter { $0.state == .missing || $0.state == .finished || $0.state == .cut }
        let keys = Set(sought.filter { $0.state != .cut }.map(\.key))
        let longest = sought.map(\.offset).max() ?? 0
        func rank(_ file: CandidateFiles.File) -> Int {
            let isShort = !file.isPacked && file.status.size < longest
            return (keys.contains(FileKey(file.status)) ? 0 : 1) + (file.isPacked ? 2 : 0) + (isShort ? 4 : 0)
        }
        return unknown.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element)
    }

    /// Unknown files beside which a packed one stands: what both hold is the plain one's.
    private func plainFiles(_ unknown: [CandidateFiles.File], _ listing: CandidateFiles.Listing) -> [String: FileStatus] {
        var result: [String: FileStatus] = [:]
        for file in unknown where Compression.suffixes.contains(where: { listing.keys[file.path + $0] != nil }) {
            result[file.path] = file.status
        }
        return result
    }

    private mutating func judge(
        _ file: CandidateFiles.File, _ head: FileHead, _ index: GenerationIndex, _ plain: [String: FileStatus], since: Int64,
        _ changes: inout [StreamChange]
    ) -> Judgement {
        let age = max(now() - since, (LinuxFileSystem.wallNanoseconds() - file.status.modified) / 1_000_000)
        if let reason = reasonToWait(file, head, since: since, age: age) { return .noted(reason) }
        if let twin = FilePath.unpacked(file.path), head.compression.isPacked, let status = plain[twin],
            isTwin(file, head, of: twin, status)
        {
            if follows { return .noted(.settling(until: now() + FileTreeSource.settleTime)) }
            report(file.path, "duplicate_archive", "\(file.path) holds what \(twin) holds, and is left out.", isLoss: false)
            return .noted(.unused)
        }
        let similar = index.similar(to: head, key: FileKey(file.status)).filter { !namesTell || $0.firstPath == file.path }
        let head = outlined(head, similar)
        for old in similar {
            switch relation(file, head, old, isPatient: max(0, now() - since) < FileTreeSource.patience && age < FileTreeSource.patience) {
            case .none: continue
            case .unclear:
                awake.insert(old.id)
                return .noted(.settling(until: now() + 1000))
            case .copy: return .noted(.copy(of: old.id, old.state))
            case .same:
                if let moved = settle(old, file) { changes.append(moved) }
                return .noted(.copy(of: old.id, old.state))
            case .more: return .continued(old)
            case .successor(let due):
                if now() >= due { return .continued(old) }
                awake.insert(old.id)
                return .noted(.settling(until: due))
            case .shorter(let end, let tail):
                // What may hold all of it is looked at first.
                if noted.values.contains(where: { $0.isAwaited && $0.status.size >= old.offset }) {
                    return .noted(.settling(until: now() + FileTreeSource.settleTime))
                }
                changes.append(adopt(file, head, endingAt: end, tail, as: old))
                return .noted(.copy(of: old.id, old.state))
            }
        }
        return file.isHint ? .noted(.unused) : .fresh
    }

    /// With the outline of a packed file that is to be compared with several generations.
    private func outlined(_ head: FileHead, _ similar: [Generation]) -> FileHead {
        guard head.compression.isPacked, similar.count > 1, let file = head.file else { return head }
        var head = head
        do throws(FileFailure) {
            head.outline = try PackedOutline(file, offsets: similar.flatMap { [$0.offset, $0.seenSize] })
        } catch {
            // Each comparison fails for itself then, and says that nothing is clear.
            head.outline = nil
        }
        return head
    }

    /// Whether it is too early to say anything about a file, or there is nothing to read in it.
    private mutating func reasonToWait(_ file: CandidateFiles.File, _ head: FileHead, since: Int64, age: Int64) -> Noted.Reason? {
        if !head.hasContent {
            if !follows && FilePath.unpacked(file.path) != nil {
                report(file.path, "truncated_archive", "\(file.path) is empty, which no whole archive is.", isLoss: true)
            }
            return .unused
        }
        if head.isUTF16 {
            // Its name is not that of a trouble which is over once the file can be opened.
            report(
                "UTF-16 in " + file.path, "utf16_file",
                "\(file.path) is UTF-16 and is not read: let its writer write UTF-8 (iconv -f utf-16 -t utf-8 makes it of what is there).",
                isLoss: true)
            return .unused
        }
        guard follows else { return nil }
        let isArchive = head.compression.isPacked || FilePath.unpacked(file.path) != nil && file.status.size < Compression.magicLength
        if isArchive && age < FileTreeSource.settleTime { return .settling(until: now() + FileTreeSource.settleTime - max(age, 0)) }
        if head.isIncomplete && head.compression.isPacked && age < FileTreeSource.patience {
            if head.compression.refusal != nil { return nil }
            return .settling(until: now() + FileTreeSource.patience - max(age, 0))
        }
        return nil
    }

    /// The packed form of a finished generation: a checkpoint knows it by its new name, so that a restart need not unpack it to tell.
    private func settle(_ old: Generation, _ file: CandidateFiles.File) -> StreamChange? {
        guard old.state == .finished, !old.isPresent, old.key != FileKey(file.status) else { return nil }
        old.key = FileKey(file.status)
        old.path = file.path
        old.scannedStatus = file.status
        old.isPresent = true
        return .moved(old.position)
    }

    /// The copy of a cut generation that holds less than was read of it. From now on the generation is that file, read to its end: so it
    /// is known after a restart and once it is packed, and not read again.
    private mutating func adopt(
        _ file: CandidateFiles.File, _ head: FileHead, endingAt end: UInt64, _ tail: [UInt8], as old: Generation
    ) -> StreamChange {
        // From a checkpoint the size is only known of one that was cut.
        if old.seenSize > old.offset && (old.state == .cut || old.state == .missing) {
            troubles.append(FileTreeSource.shortCopy(file.path, old.seenSize - old.offset))
        } else if old.state == .missing {
            troubles.append(FileTreeSource.truncation(of: old.path))
        }
        old.key = FileKey(file.status)
        old.path = file.path
        old.state = .finished
        old.prefix = []
        // It may be shorter than what was hashed of the generation.
        old.prefixHash = head.hash
        old.prefixCount = head.bytes.count
        old.offset = end
        old.marker = TailMarker(ofLast: tail)
        old.scannedStatus = file.status
        old.isPresent = true
        return .moved(old.position)
    }

    /// Goes on with a generation in the file where it was found. Nil when its stream is announced already and only gets its file, or that
    /// of its successor. A number whose stream has ended is not used again.
    private mutating func takeUp(_ old: Generation, _ file: CandidateFiles.File, _ head: FileHead) -> Found? {
        let isAnnounced = old.state == .reading
        guard old.state == .missing || isAnnounced else {
            old.isTakenUp = true
            return Found(time: firstEventTime(head.sample, file.path) ?? .max, file: file, head: head, old: old)
        }
        // From a checkpoint the size is only known of one that was cut, and this is its copy.
        if old.state == .missing { old.expectedSize = old.seenSize }
        rest(old)
        old.key = FileKey(file.status)
        old.path = file.path
        old.state = .reading
        old.isPresent = true
        if old.firstPath == file.path { old.holdsFirstPath = true }
        old.quietSince = nil
        old.checkedStatus = nil
        old.compression = head.compression
        old.scannedStatus = file.status
        old.seenSize = max(old.seenSize, file.status.size)
        old.lostSince = nil
        if let file = head.file { hold(old, file) }
        awake.insert(old.id)
        return isAnnounced ? nil : Found(time: firstEventTime(head.sample, file.path) ?? .max, file: file, head: head, old: old)
    }

    private mutating func announce(_ found: Found) -> [StreamChange] {
        if let old = found.old, old.state == .reading {
            return [.opened(old.id, path: old.path, resumeOffset: old.offset, resumeState: old.formatState)]
        }
        var settled: [StreamChange] = []
        let generation = add(found.file)
        generation.compression = found.head.compression
        generation.place = found.place
        if let old = found.old {
            generation.offset = old.offset
            generation.marker = old.marker
            // A copy may be shorter than what is known of the beginning.
            let isShort = found.head.bytes.count < old.prefixCount
            generation.prefixHash = isShort ? found.head.hash : old.prefixHash
            generation.prefixCount = isShort ? found.head.bytes.count : old.prefixCount
            generation.formatState = old.formatState
            generation.firstTime = old.firstTime
            if old.state == .cut {
                generation.expectedSize = old.seenSize
                settled.append(.moved(old.settledPosition))
            }
            old.state = .finished
            old.key = .none
            old.prefix = []
        } else {
            generation.firstTime = found.time == .max ? nil : found.time
            generation.offset = found.head.hole
            generation.prefixHash = found.head.hash
            generation.prefixCount = found.head.bytes.count
            if follows && found.head.compression == .none { generation.prefix = found.head.bytes }
            if found.head.hole > 0 {
                generation.marker = TailMarker(ofLast: [UInt8](repeating: 0, count: Int(min(found.head.hole, 64))))
                troubles.append(
                    SourceTrouble(
                        counter: "nul_hole",
                        message:
                            "\(found.file.path) begins with \(found.head.hole) zero bytes, which are stepped over: its writer does not "
                            + "append (O_APPEND) and went on at its old place after a truncation.",
                        bytes: found.head.hole))
            }
        }
        if follows, let file = found.head.file { hold(generation, file) }
        return [.opened(generation.id, path: generation.path, resumeOffset: generation.offset, resumeState: generation.formatState)]
            + settled
    }
}
