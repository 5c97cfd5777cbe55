// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline

/// The beginning of a file that nobody knows yet, in plain bytes.
struct FileHead {
    /// Bytes that are looked at for the time of the first event; a line of a gateway may have several thousand.
    static let sampleLength = 16_384

    /// Nil once it was let go.
    private(set) var file: OpenFile?
    let compression: Compression
    /// At most ``ByteStream/prefixLength``, as they are hashed.
    let bytes: [UInt8]
    /// The hash of ``bytes``.
    let hash: UInt64
    /// The hashes of all beginnings of ``bytes``, until ``trim(keepingFile:)``.
    private(set) var hashes: [UInt64]
    /// What is behind a leading hole, at most ``sampleLength``, until ``trim(keepingFile:)``.
    private(set) var sample: [UInt8]
    /// Zero bytes in front: what truncation leaves when the writer goes on at its old offset.
    let hole: UInt64
    /// For a packed file that begins like several generations.
    var outline: PackedOutline?
    /// The packed bytes end, or break, before ``bytes`` is full.
    let isIncomplete: Bool

    /// Throws: ``FileFailure`` when the file cannot be opened or read.
    init(path: String, size: UInt64) throws(FileFailure) {
        let file = try OpenFile(path: path)
        self.file = file
        let stream = try ByteStream(file: file)
        compression = stream.compression
        var first: [UInt8] = []
        var isBroken = false
        if compression == .none {
            // No more than there is: large pieces that come and go among small ones that stay tear the memory.
            first = try file.bytes(at: 0, count: Int(min(size, UInt64(FileHead.sampleLength))))
        } else {
            while first.count < FileHead.sampleLength {
                let (outcome, piece) = withScratch(count: FileHead.sampleLength) { scratch in
                    let outcome = stream.read(into: &scratch)
                    return (outcome, scratch.copy(0..<scratch.byteCount))
                }
                first += piece
                guard outcome == .bytes else {
                    isBroken = outcome != .end
                    break
                }
            }
        }
        bytes = Array(first.prefix(ByteStream.prefixLength))
        hashes = ContentHash.ofBeginnings(bytes)
        hash = hashes[bytes.count]
        isIncomplete = isBroken && bytes.count < ByteStream.prefixLength
        guard compression == .none, first.first == 0 else {
            hole = 0
            sample = first
            return
        }
        hole = try FileHead.holeEnd(file, size)
        sample = try file.bytes(at: hole, count: FileHead.sampleLength)
    }

    /// The beginning of a file in a tar.
    ///
    /// - Parameter sample: its first plain bytes.
    init(sample: [UInt8], _ compression: Compression) {
        self.compression = compression
        self.sample = sample
        bytes = Array(sample.prefix(ByteStream.prefixLength))
        hashes = []
        hash = ContentHash.of(bytes)
        hole = 0
        isIncomplete = false
    }

    /// What is left of it after ``trim(keepingFile:)``.
    func trimmed() -> FileHead {
        var head = self
        head.trim(keepingFile: false)
        return head
    }

    /// Where the run of zero bytes at the start of a file ends. Holes are stepped over, not read.
    private static func holeEnd(_ file: OpenFile, _ size: UInt64) throws(FileFailure) -> UInt64 {
        var end: UInt64 = 0
        while end < size {
            guard let data = file.firstData(from: end) else { return size }
            let piece = try file.bytes(at: data, count: 65_536)
            guard !piece.isEmpty else { return size }
            if let index = piece.firstIndex(where: { $0 != 0 }) { return data + UInt64(index) }
            end = data + UInt64(piece.count)
        }
        return end
    }

    /// Lets go of what is only needed for a judgement: of ten thousand new files it would be 250 MB, and as many descriptors.
    mutating func trim(keepingFile: Bool) {
        hashes = []
        sample = []
        if !keepingFile { file = nil }
    }

    /// Takes the file back after it was let go. Throws: ``FileFailure``, also when the path leads to another file by now.
    mutating func open(path: String, key: FileKey) throws(FileFailure) {
        let opened = try OpenFile(path: path)
        guard opened.status().map(FileKey.init) == key else { throw FileFailure.missing }
        file = opened
    }

    /// Whether the file is a tar. Asked before ``trim(keepingFile:)``.
    var isTar: Bool { TarArchive.isTar(sample) }

    /// Whether it is UTF-16, by its mark or by the zero byte of every letter. Asked before ``trim(keepingFile:)``.
    var isUTF16: Bool {
        if sample.starts(with: [0xFF, 0xFE]) || sample.starts(with: [0xFE, 0xFF]) { return true }
        let first = sample.prefix(64)
        return first.count >= 16 && first.enumerated().allSatisfy { ($0.offset % 2 == 1) == ($0.element == 0) }
    }

    /// Whether there is something to read. Asked before ``trim(keepingFile:)``.
    var hasContent: Bool { compression.isPacked || !sample.isEmpty }
}
