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
}

/// One generation of one file: from its creation until it is truncated, replaced or gone. It may be renamed and compressed meanwhile.
///
/// Known by device and inode as long as the content agrees, and by content alone afterwards: the hash of its first bytes and the bytes
/// before the offset. State: about 1.5 KB while it is read, 200 bytes afterwards.
final class Generation {
    enum State: Equatable {
        /// Announced or about to be; not opened yet, or being read.
        case reading
        /// Read to its end.
        case finished
        /// Its file was cut; what is left of it may stand in a copy.
        case cut
        /// From a checkpoint; its file has not been found yet.
        case missing
    }

    let id: StreamID
    var key: FileKey
    var path: String
    /// The path it was first seen under: a different one now means that it was rotated away.
    let firstPath: String
    var state: State
    var prefixHash: UInt64
    var prefixCount: Int
    var offset: UInt64
    var marker: TailMarker
    var formatState: [UInt8] = []
    var stream: ByteStream?
    var lastStatus: FileStatus?
    var quietSince: Int64?
    /// Whether its file was among the candidates of the last scan.
    var isPresent = true

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
        state = position.isFinished ? .finished : .missing
        prefixHash = position.prefixHash
        prefixCount = position.prefixCount
        offset = position.offset
        marker = position.marker
        formatState = position.formatState
        isPresent = false
    }

    /// Whether a file that begins with `head` can be this generation.
    func beginsLike(_ head: [UInt8]) -> Bool {
        head.count >= prefixCount && ContentHash.of(head.prefix(prefixCount)) == prefixHash
    }
}

/// FNV-1a, 64 bits: a hash that every version of every tool computes alike.
enum ContentHash {
    static let empty: UInt64 = 0xCBF2_9CE4_8422_2325

    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = empty
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}
