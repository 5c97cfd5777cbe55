// weir
// SPDX-License-Identifier: Apache-2.0

@testable import LogSources

extension FuzzTarget {
    /// Archives.
    static let archives =
        [tar] + [
            inflater("gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 0x4C, 0x4A, 0xE6, 2, 0, 0x4E, 0x81, 0x88, 0x47, 4, 0, 0, 0]) {
                Compression.gzipInflater(ZlibCodec())
            },
            inflater("gzip-isal", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 0x4C, 0x4A, 0xE6, 2, 0, 0x4E, 0x81, 0x88, 0x47, 4, 0, 0, 0]) {
                LibraryCodec(.isal).map(Compression.gzipInflater)
            },
            inflater("zstd", [0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0x21, 0, 0, 0x61, 0x62, 0x63, 0x0A, 0x58, 0x18, 0x1C, 0x8B]) {
                ZstdInflater()
            },
            inflater("bzip2", Array("BZh9".utf8) + [0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0]) { Compression.bzip2.inflater() },
            inflater("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 1, 0x69, 0x22, 0xDE, 0x36]) { Compression.xz.inflater() },
        ]

    /// More plain bytes than this are not made of one input.
    private static let plainLimit = 1 << 20

    /// An archive in pieces gives the same bytes as in one, and the same judgement.
    private static func inflater(_ name: String, _ seed: [UInt8], _ make: @escaping @Sendable () -> (any Inflater)?) -> FuzzTarget {
        FuzzTarget(name, family: "archive", seeds: [FuzzInput.cut(seed), FuzzInput.cut(seed + seed)]) { (bytes) throws(FuzzFailure) in
            var input = FuzzInput(bytes)
            let pieces = input.pieces()
            // A host without the library has nothing to try. Frames of Zstandard before 1.0 are read by code that
            // is as old, in its own way;
            // a file that begins so is not taken for an archive.
            let isOld = name == "zstd" && hasOldFrame(pieces.flatMap { $0 })
            guard let one = make(), let other = make(), !isOld else { return }
            let (split, whole) = (unpack(pieces, one, output: 777), unpack([pieces.flatMap { $0 }], other, output: 65_536))
            guard !split.isOverLimit, !whole.isOverLimit else { return }
            if name == "gzip-isal" {
                // What ISA-L shows, zlib shows too: nothing that stood in a buffer before.
                let zlib = unpack([pieces.flatMap { $0 }], Compression.gzipInflater(ZlibCodec()), output: 65_536)
                guard whole.bytes.count <= zlib.bytes.count + 258, zlib.bytes.starts(with: whole.bytes.prefix(zlib.bytes.count)),
                    !zlib.isComplete || !whole.isCorrupt
                else { throw FuzzFailure("ISA-L shows \(whole.bytes.count) bytes, zlib \(zlib.bytes.count) or others") }
            }
            let shared = min(split.bytes.count, whole.bytes.count)
            guard split.isCorrupt == whole.isCorrupt, split.bytes.prefix(shared) == whole.bytes.prefix(shared) else {
                throw FuzzFailure(
                    "in pieces \(split.bytes.count) bytes and \(split.isCorrupt ? "" : "not ")corrupt, at once \(whole.bytes.count) and "
                        + "\(whole.isCorrupt ? "" : "not ")corrupt")
            }
            // Of what is damaged, libraries show more or less before they say so.
            guard split.isCorrupt || split.bytes == whole.bytes && split.isComplete == whole.isComplete else {
                throw FuzzFailure("\(split.bytes.count) bytes in pieces, \(whole.bytes.count) at once")
            }
        }
    }

    private static func hasOldFrame(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropFirst(3).contains { index in
            (0x1E...0x27).contains(bytes[index - 3]) && bytes[index - 2...index].elementsEqual([0xB5, 0x2F, 0xFD])
        }
    }

    private struct Unpacked {
        var bytes: [UInt8] = []
        var isCorrupt = false
        var isComplete = false
        var isOverLimit = false
    }

    private static func unpack(_ pieces: [[UInt8]], _ inflater: any Inflater, output: Int) -> Unpacked {
        var result = Unpacked()
        for piece in pieces {
            var position = 0
            while true {
                var outcome = InflateOutcome.progress
                let before = position
                let bytes = withScratch(count: output) { scratch in
                    outcome = inflater.inflate(piece, count: piece.count, position: &position, into: &scratch)
                    return scratch.copy(0..<scratch.byteCount)
                }
                result.bytes += bytes
                result.isOverLimit = result.bytes.count > plainLimit
                if case .corrupt = outcome { result.isCorrupt = true }
                if result.isCorrupt || result.isOverLimit { return result }
                if outcome == .trailing || bytes.isEmpty && position == before { break }
            }
        }
        result.isComplete = inflater.isComplete
        return result
    }

    /// Every member lies inside of the tar or is said to be cut, and none overlaps another.
    private static let tar = FuzzTarget("tar", family: "archive", seeds: [tarSeed(type: 0x30), tarSeed(type: 0x78), tarSeed(type: 0x4C)]) {
        (bytes) throws(FuzzFailure) in
        var input = MemoryInput(bytes: mended(bytes))
        var reader = TarReader()
        var last: UInt64 = 0
        for _ in 0...bytes.count / 256 + 2 {
            switch reader.find(in: &input) {
            case .member(let member):
                guard member.start >= last, member.size < TarHeader.sizeLimit else { throw FuzzFailure("members overlap") }
                last = member.end
            case .skipped, .damage: continue
            case .end, .cut: return
            }
        }
        throw FuzzFailure("\(bytes.count) bytes hold more members than they can")
    }

    private static func tarSeed(type: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        block.replaceSubrange(0..<5, with: "a.log".utf8)
        block.replaceSubrange(124..<136, with: "00000000021 ".utf8)
        block[156] = type
        block.replaceSubrange(257..<263, with: "ustar\0".utf8)
        var content = [UInt8](repeating: 0, count: 512)
        content.replaceSubrange(0..<17, with: "17 path=abc/d.x\n\n".utf8)
        return block + content + block + content + [UInt8](repeating: 0, count: 1024)
    }

    /// Blocks that look like headers get the sum that belongs to them, which chance would not find.
    private static func mended(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for start in stride(from: 0, to: bytes.count - 511, by: 512) where bytes[start + 257] == UInt8(ascii: "u") {
            bytes.replaceSubrange(start + 148..<start + 156, with: "        ".utf8)
            var digits: [UInt8] = []
            var sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
            for _ in 0..<6 {
                digits.insert(UInt8(ascii: "0") + UInt8(sum & 7), at: 0)
                sum >>= 3
            }
            bytes.replaceSubrange(start + 148..<start + 154, with: digits)
        }
        return bytes
    }
}

/// A tar in memory.
private struct MemoryInput: TarInput {
    let bytes: [UInt8]
    private(set) var offset: UInt64 = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func take(_ count: Int) -> [UInt8] {
        let start = min(Int(clamping: offset), bytes.count)
        let taken = Array(bytes[start..<min(start + count, bytes.count)])
        offset += UInt64(taken.count)
        return taken
    }

    mutating func skip(to target: UInt64) -> Bool {
        precondition(target >= offset, "an input that is unpacked cannot go back")
        offset = min(target, UInt64(bytes.count))
        return offset == target
    }
}
