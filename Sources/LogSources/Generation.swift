// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// A file's identity in the file system. Reused by the system once the file is gone, so never trusted alone.
struct FileKey: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64

    init(_ status: FileStatus) {
        device = status.device
        inode = status.inode
    }

    init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    /// No file's.
    static let none = FileKey(device: 0, inode: 0)
    /// In a checkpoint, no file's either: of a generation that was cut, once nothing is to be found of it any more.
    static let settled = FileKey(device: 0, inode: 1)
}

/// One generation of one file: from its creation until it is truncated, replaced or gone. It may be renamed and compressed meanwhile.
///
/// Known by device and inode as long as the content agrees, and by content alone afterwards: the hash of its first bytes and the bytes
/// before the offset. State: about 1.5 KB while it is read, 300 bytes afterwards.
final class Generation {
    enum State: Equatable {
        /// Announced; not opened yet, or being read.
        case reading
        /// Read to its end.
        case finished
        /// Its file was truncated, and everything that was read of it is handed over; the rest may stand in a copy.
        case cut
        /// From a checkpoint; its file has not been found yet.
        case missing
    }

    let id: StreamID
    var key: FileKey
    var path: String
    /// The path it was first seen under.
    let firstPath: String
    var state: State
    var prefixHash: UInt64
    var prefixCount: Int
    /// The first bytes; kept only while copies of them may have to be told from new files, and until as many were read.
    var prefix: [UInt8] = []
    /// Plain bytes consumed by the lane.
    var offset: UInt64
    var marker: TailMarker
    var formatState: [UInt8] = []
    var compression = Compression.none
    /// Where it stands in a tar.
    var place: TarPlace?
    /// Open from the moment it is found, so that it can be read even if it is deleted before its turn.
    var file: OpenFile?
    var stream: ByteStream?
    /// Where reading stood when the stream was closed to save a descriptor: beyond ``offset`` by what the lane holds of an unfinished line.
    var restedAt: (offset: UInt64, marker: TailMarker)?
    /// What the file's status was when its bytes were last compared with those that were read.
    var checkedStatus: FileStatus?
    /// What the file's status was at the last look at the directories.
    var scannedStatus: FileStatus?
    /// The largest size that was seen: what a truncation took away is known by it.
    var seenSize: UInt64 = 0
    /// Bytes of the file that ``ReadingMeter`` has counted as read.
    var metered: UInt64 = 0
    /// The number of bytes that this generation should turn out to have, when it is the copy of a truncated file.
    var expectedSize: UInt64 = 0
    /// Of such a copy that is packed, where its last whole line ends: what is behind does not count when the rest is broken.
    private(set) var lineEnd: UInt64 = 0
    /// Since when a rotated file has had nothing to read. Units: monotonic milliseconds.
    var quietSince: Int64?
    /// Since when its file has been sought in vain.
    var lostSince: Int64?
    /// Whether its file was among the candidates of the last scan.
    var isPresent = true
    /// From a checkpoint and not found yet: whether its inode is still there, so that it was probably cut.
    var keepsInode = false
    /// Whether it counts as present although the last scan could not see it.
    var isOutOfSight = false
    /// Whether the path it was first seen under still leads to it.
    var holdsFirstPath = true
    /// Its file was truncated, and what was read of it is not handed over yet.
    var isCut = false
    var isFromCheckpoint = false
    /// The time of its first event, as ``FileTreeSource`` found it; nil for none, and when it comes from a checkpoint.
    var firstTime: Int64?
    /// Another generation goes on with what was read of it: by that one its copies are known, and no other file is one.
    var isTakenUp = false
    /// Its last read found nothing.
    var isAtEnd = false

    init(id: StreamID, key: FileKey, path: String) {
        self.id = id
        self.key = key
        self.path = path
        firstPath = path
        state = .reading
        prefixHash = ContentHash.empty
        prefixCount = 0
        offset = 0
        marker = .none
    }

    /// From a checkpoint.
    init(_ position: StreamPosition) {
        id = StreamID(rawValue: position.stream)
        key = FileKey(device: position.device, inode: position.inode)
        path = position.path
        firstPath = position.path
        state = !position.isFinished ? .missing : key == .none ? .cut : .finished
        prefixHash = position.prefixHash
        prefixCount = position.prefixCount
        offset = position.offset
        marker = position.marker
        formatState = position.formatState
        seenSize = position.knownSize
        isPresent = false
        isFromCheckpoint = true
    }

    /// The file that it stands in: a tar's, or its own.
    var filePath: String { place?.archive ?? path }

    /// Whether no more is to be expected of the file where it stands: it is gone, it was renamed, or it has a name of a rotated one.
    var isRotated: Bool { !isPresent || !holdsFirstPath || FilePath.looksRotated(path) }

    /// Whether it is to be read, and its file is nowhere: neither open, nor among the candidates of the last scan.
    var isAdrift: Bool { state == .reading && !isPresent && stream == nil && file == nil }

    /// Takes in what its stream has just delivered into `output`, behind the first `start` bytes of that.
    func noteLineEnd(_ output: borrowing OutputRawSpan, from start: Int) {
        guard let stream, let index = output.copy(start..<output.byteCount).lastIndex(of: UInt8(ascii: "\n")) else { return }
        lineEnd = stream.offset - UInt64(output.byteCount - start - index - 1)
    }

    /// The number of bytes that are known to have been there, where that tells what is missing: of one that was cut, and of its copy.
    private var knownSize: UInt64 { isCut || state == .cut ? max(seenSize, expectedSize) : expectedSize }

    /// Takes in that it begins with these bytes, where they are more than were known.
    func learnBeginning(_ bytes: [UInt8]) {
        guard bytes.count > prefixCount else { return }
        prefixCount = bytes.count
        prefixHash = ContentHash.of(bytes)
    }

    /// What a checkpoint keeps of it. One that was cut has no inode there, so that its copy is sought after a start as well.
    var position: StreamPosition {
        let key = isCut ? FileKey.none : key
        return StreamPosition(
            stream: id.rawValue, path: path, device: key.device, inode: key.inode, prefixHash: prefixHash, prefixCount: prefixCount,
            offset: offset, marker: marker, isFinished: state == .finished || state == .cut, formatState: formatState, knownSize: knownSize)
    }

    /// The same of one that was cut, when it is known what became of the rest. Sought for ever, it would be found in a file that merely
    /// begins with the same header.
    var settledPosition: StreamPosition {
        var position = position
        position.device = FileKey.settled.device
        position.inode = FileKey.settled.inode
        return position
    }
}

extension TailMarker {
    /// Whether these bytes end with those that the marker was made of.
    func isOf(_ bytes: [UInt8]) -> Bool { count == 0 || bytes.count >= count && TailMarker(ofLast: bytes.suffix(count)) == self }
}

/// FNV-1a, 64 bits: a hash that every version of every tool computes alike.
enum ContentHash {
    static let empty: UInt64 = 0xCBF2_9CE4_8422_2325

    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = empty
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    /// The hashes of all beginnings, from the empty one to the whole.
    static func ofBeginnings(_ bytes: [UInt8]) -> [UInt64] {
        var hashes = [empty]
        hashes.reserveCapacity(bytes.count + 1)
        var hash = empty
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            hashes.append(hash)
        }
        return hashes
    }
}
