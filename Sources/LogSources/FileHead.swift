// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline

/// The beginning of a file that nobody knows yet, in plain bytes.
struct FileHead {
    /// Bytes that are looked at for the time of the first event; a line of a gateway may have several thousand.
    static let sampleLength = 16_384

    let file: OpenFile
    let compression: Compression
    /// At most ``ByteStream/prefixLength``, as they are hashed.
    let bytes: [UInt8]
    /// The hashes of all beginnings of ``bytes``.
    let hashes: [UInt64]
    /// What is behind a leading hole, at most ``sampleLength``.
    let sample: [UInt8]
    /// Zero bytes in front: what truncation leaves when the writer goes on at its old offset.
    let hole: UInt64
    /// The packed bytes end, or break, before ``bytes`` is full.
    let isIncomplete: Bool

    /// Throws: ``FileFailure`` when the file cannot be opened or read.
    init(path: String, size: UInt64) throws(FileFailure) {
        file = try OpenFile(path: path)
        let stream = try ByteStream(file: file)
        compression = stream.compression
        var first: [UInt8] = []
        var isBroken = false
        if compression == .none {
            first = try file.bytes(at: 0, count: FileHead.sampleLength)
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
        isIncomplete = isBroken && bytes.count < ByteStream.prefixLength
        guard compression == .none, first.first == 0 else {
            hole = 0
            sample = first
            return
        }
        hole = try FileHead.holeEnd(file, size)
        sample = try file.bytes(at: hole, count: FileHead.sampleLength)
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

    /// Whether there is something to read.
    var hasContent: Bool { compression.isPacked || !sample.isEmpty }
}
