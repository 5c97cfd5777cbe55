// weir
// SPDX-License-Identifier: Apache-2.0

/// What stands in a tar, packed or not: found by going through it once.
struct TarArchive {
    /// A file of it, with what is needed to place it among others.
    struct File {
        var member: TarMember
        var head: FileHead
        /// Its bytes are not all there.
        var isCut = false
    }

    /// More members than this are not looked at.
    static let memberLimit = 100_000
    /// Packed bytes of a member that are looked at for its first event; a block of bzip2 may need that many before it shows anything.
    static let packedSample = 1_048_576

    /// In the order of the archive.
    private(set) var files: [File] = []
    /// What is no regular file, has no name that is shown, or is a tar itself.
    private(set) var skipped: [String] = []
    /// Names of files of which the content is left out: those with holes, and tars in the tar.
    private(set) var leftOut: [String] = []
    private(set) var damages: UInt64 = 0
    private(set) var damagedBytes: UInt64 = 0
    /// Why the rest is missing, when no member shows it by itself.
    private(set) var ending: ByteStream.Outcome = .end
    private(set) var isOverLimit = false

    /// Whether plain bytes begin as a tar does.
    static func isTar(_ first: [UInt8]) -> Bool {
        first.count >= TarHeader.blockLength && TarHeader(Array(first.prefix(TarHeader.blockLength))) != nil
    }

    /// - Parameters:
    ///   - size: the bytes of a file that is not packed.
    ///   - limit: looks no further than this many files.
    init(_ stream: ByteStream, size: UInt64, limit: Int = TarArchive.memberLimit) {
        var input = StreamInput(stream: stream)
        var reader = TarReader()
        while true {
            switch reader.find(in: &input) {
            case .member(let member): take(member, &input)
            case .skipped(let name, let hasContent): if hasContent { leftOut.append(name) } else { skipped.append(name) }
            case .damage(let bytes):
                damages += 1
                damagedBytes += bytes
            case .end:
                // Behind the end mark the packing may be broken still.
                if case .failed = input.outcome { ending = input.outcome }
                return
            case .cut:
                settleCut(input, available: stream.compression == .none ? size : stream.offset)
                return
            }
            guard files.count < limit else {
                isOverLimit = true
                return
            }
        }
    }

    private mutating func settleCut(_ input: StreamInput, available: UInt64) {
        if let last = files.indices.last, files[last].member.start + files[last].member.size > available {
            files[last].isCut = true
            return
        }
        ending = input.outcome
        if case .failed = ending { return }
        ending = .failed(counter: "truncated_archive", message: "it has no end mark, so that members may be missing")
    }

    private mutating func take(_ member: TarMember, _ input: inout StreamInput) {
        // As in folders, what is hidden is no log.
        guard member.size > 0, !member.name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else {
            if member.size > 0 { skipped.append(member.name) }
            return
        }
        let raw = input.take(Int(min(member.size, UInt64(FileHead.sampleLength))))
        let compression = Compression(magic: raw)
        var first = raw
        if let unpacker = Unpacker(compression) { first = TarArchive.unpackedSample(unpacker, raw, member.size, &input) }
        if TarArchive.isTar(first) {
            leftOut.append(member.name)
            return
        }
        files.append(File(member: member, head: FileHead(sample: compression.isPacked && first == raw ? [] : first, compression)))
    }

    /// The first plain bytes of a member that is packed itself, as far as its first packed ones show them.
    private static func unpackedSample(_ unpacker: Unpacker, _ raw: [UInt8], _ size: UInt64, _ input: inout StreamInput) -> [UInt8] {
        unpacker.begin(with: raw)
        var result: [UInt8] = []
        var left = min(size, UInt64(packedSample)) - UInt64(raw.count)
        while result.count < FileHead.sampleLength {
            let (isMore, piece) = withScratch(count: FileHead.sampleLength) { scratch -> (Bool, [UInt8]) in
                do throws(FileFailure) {
                    let outcome = try unpacker.unpack(into: &scratch) { (_, target) throws(FileFailure) in
                        let bytes = input.take(min(target.count, Int(left)))
                        left -= UInt64(bytes.count)
                        target.replaceSubrange(0..<bytes.count, with: bytes)
                        return bytes.count
                    }
                    return (outcome == .bytes, scratch.copy(0..<scratch.byteCount))
                } catch {
                    return (false, [])
                }
            }
            result += piece
            if !isMore { break }
        }
        return result
    }
}

/// The plain bytes of a file, as a ``TarReader`` wants them.
private struct StreamInput: TarInput {
    let stream: ByteStream
    /// What the last read came to.
    private(set) var outcome = ByteStream.Outcome.bytes

    init(stream: ByteStream) { self.stream = stream }

    var offset: UInt64 { stream.offset }

    mutating func take(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            let (outcome, piece) = withScratch(count: min(count - result.count, 65_536)) { [stream] scratch in
                (stream.read(into: &scratch), scratch.copy(0..<scratch.byteCount))
            }
            self.outcome = outcome
            result += piece
            if outcome != .bytes { break }
        }
        return result
    }

    mutating func skip(to target: UInt64) -> Bool {
        if stream.skip(to: target) { return true }
        outcome = stream.failure ?? .end
        return false
    }
}
