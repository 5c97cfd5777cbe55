// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

extension FileTreeSource {
    /// Streams of packed tars that are kept for the next member, so that it need not be unpacked from the start once more.
    static let cursorLimit = 4

    /// The files in a tar as if they stood in a folder of its name; what is missing or left out is reported.
    mutating func members(of file: CandidateFiles.File) throws(FileFailure) -> [Found] {
        let archive = TarArchive(try ByteStream(file: OpenFile(path: file.path), ratio: archiveRatio), size: file.status.size)
        report(archive, file.path)
        let key = FileKey(file.status)
        var known: [String: Generation] = [:]
        for old in generations.values where old.isFromCheckpoint && old.key == key { known[old.path] = old }
        var result: [Found] = []
        for entry in archive.files {
            var part = file
            part.path = FilePath.join(file.path, entry.member.name)
            part.status.size = entry.member.size
            let old = known[part.path]
            guard old?.state != .finished else { continue }
            if let old {
                old.state = .reading
                old.compression = entry.head.compression
                old.place = TarPlace(archive: file.path, member: entry.member)
                old.isPresent = true
                old.seenSize = entry.member.size
            }
            result.append(
                Found(
                    time: firstEventTime(entry.head.sample, part.path) ?? .max, file: part, head: entry.head.trimmed(), old: old,
                    place: TarPlace(archive: file.path, member: entry.member)))
        }
        return result
    }

    private mutating func report(_ archive: TarArchive, _ path: String) {
        if archive.damages > 0 {
            trouble(
                "corrupt_archive",
                "\(path): damaged headers: \(archive.damages); \(NumberText.count(archive.damagedBytes, "byte")) behind them stepped over.",
                bytes: archive.damagedBytes, isLoss: true)
        }
        if let first = archive.leftOut.first {
            trouble(
                "unsupported_compression",
                "\(path): files in it that have holes, or are tars themselves, are left out: \(archive.leftOut.count), such as \(first).",
                isLoss: true)
        }
        if let first = archive.skipped.first {
            trouble(
                "not_a_regular_file",
                "\(path): \(archive.skipped.count) members are no regular files, or hidden, such as \(first), and are left out.",
                isLoss: false)
        }
        if archive.isOverLimit {
            trouble("file_limit", "\(path) has more than \(TarArchive.memberLimit) files: the others are not read.", isLoss: true)
        }
        if case .failed(let counter, let message) = archive.ending {
            trouble(counter, "\(path): \(message). What came before counts; the rest is missing.", isLoss: true)
        } else if case .unreadable(let failure) = archive.ending {
            trouble("unreadable_file", "\(path): \(failure.text). What came before counts; the rest is missing.", isLoss: true)
        }
    }

    private mutating func trouble(_ counter: String, _ message: String, bytes: UInt64 = 0, isLoss: Bool) {
        troubles.append(SourceTrouble(counter: counter, message: message, bytes: bytes, isLoss: isLoss))
    }

    /// The bytes of a member, through a stream of its tar that has not come further than its start, or a new one.
    mutating func memberStream(_ generation: Generation, _ member: TarMember, _ file: OpenFile) throws(FileFailure) -> ByteStream {
        var outer: ByteStream
        if let index = cursors.firstIndex(where: { $0.key == generation.key && $0.stream.offset <= member.start }) {
            outer = cursors.remove(at: index).stream
        } else {
            outer = try ByteStream(file: file, ratio: archiveRatio, threads: threads)
        }
        return ByteStream(member, generation.compression, of: outer, ratio: archiveRatio)
    }

    /// Keeps the stream of a packed tar for the next of its members.
    mutating func keepCursor(_ generation: Generation) {
        guard let outer = generation.stream?.outer, outer.compression.isPacked else { return }
        cursors.append((generation.key, outer))
        if cursors.count > FileTreeSource.cursorLimit { cursors.removeFirst() }
    }
}
