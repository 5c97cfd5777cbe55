// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline

/// One generation of a file as plain bytes, whatever its packing, with what is needed to know it again.
///
/// Plain bytes go from the file into the caller's memory without a copy. State: 1.2 KB, and an ``Unpacker`` for a packed file.
final class ByteStream {
    /// Bytes of a file that are hashed to know it again.
    static let prefixLength = 1024

    let compression: Compression
    let file: OpenFile
    private let unpacked: (any UnpackedSource)?
    /// Of a file in a tar, what the tar is read through, and where it stands there.
    let outer: ByteStream?
    private let member: TarMember
    private let inner: Unpacker?
    private let ratio: UInt64
    /// Bytes of the member that were taken so far, packed as they are.
    private var memberOffset: UInt64 = 0
    /// Plain bytes delivered, from the start of the generation.
    private(set) var offset: UInt64 = 0
    /// The first bytes of the generation, at most ``prefixLength``.
    private(set) var prefix: [UInt8] = []
    /// The last bytes delivered, at most 64.
    private(set) var tail: [UInt8] = []
    /// What broke the reading off.
    private(set) var failure: Outcome?

    /// - Parameters:
    ///   - ratio: more plain bytes than this for a packed one are refused.
    ///   - threads: where a large packed file is unpacked beside who reads it.
    init(file: OpenFile, ratio: UInt64 = Unpacker.bombRatio, threads: UnpackThreads? = nil) throws(FileFailure) {
        self.file = file
        self.ratio = ratio
        let compression = Compression(magic: try file.bytes(at: 0, count: Compression.magicLength))
        self.compression = compression
        var ahead: UnpackedAhead?
        if let threads, compression.isPacked, compression.refusal == nil, file.status()?.size ?? 0 >= UInt64(UnpackedAhead.blockLength) {
            ahead = UnpackedAhead(file, compression, ratio: ratio, threads)
        }
        unpacked = ahead ?? UnpackedFile(file, compression, ratio: ratio)
        outer = nil
        inner = nil
        member = TarMember(name: "", start: 0, size: 0)
    }

    /// A file in a tar. Precondition: the tar's stream has not come further than the start of it, unless the tar is plain.
    init(_ member: TarMember, _ compression: Compression, of outer: ByteStream, ratio: UInt64) {
        file = outer.file
        self.outer = outer
        self.member = member
        self.compression = compression
        self.ratio = ratio
        unpacked = nil
        inner = Unpacker(compression, ratio: ratio)
    }

    /// Bytes of the file that were taken so far, packed as they are.
    var fileOffset: UInt64 { outer == nil ? unpacked?.inputTotal ?? offset : memberOffset }

    /// Whether going to a place costs no more than opening.
    var isSeekable: Bool { compression == .none && !(outer?.compression.isPacked ?? false) }

    /// What a read came to.
    enum Outcome: Equatable, Sendable {
        case bytes
        case end
        /// The file no longer holds the bytes that were delivered.
        case changed
        /// The packing is broken; what was written before counts.
        case failed(counter: String, message: String)
        /// The system refuses to read.
        case unreadable(FileFailure)
    }

    /// Delivers the next bytes.
    func read(into output: inout OutputRawSpan) -> Outcome {
        let before = output.byteCount
        let outcome = readNext(into: &output)
        if output.byteCount > before { remember(output, from: before) }
        if let outer, inner != nil, Unpacker.isBomb(offset, of: outer.fileOffset, ratio: ratio) {
            // Packed twice, each within its limit.
            failure = Unpacker.bomb(ratio)
            return Unpacker.bomb(ratio)
        }
        if case .failed = outcome { failure = outcome }
        return outcome
    }

    private func readNext(into output: inout OutputRawSpan) -> Outcome {
        if let refusal = compression.refusal { return .failed(counter: "unsupported_compression", message: refusal) }
        if let outer { return readMember(outer, into: &output) }
        if let unpacked { return unpacked.read(into: &output) }
        do throws(FileFailure) {
            guard let count = try file.read(at: offset, behind: tail, into: &output) else { return .changed }
            return count > 0 ? .bytes : .end
        } catch {
            return .unreadable(error)
        }
    }

    // MARK: In a tar

    private func readMember(_ outer: ByteStream, into output: inout OutputRawSpan) -> Outcome {
        guard let inner else { return readStored(outer, into: &output) }
        var trouble: Outcome?
        do throws(FileFailure) {
            let outcome = try inner.unpack(into: &output) { (_, input) throws(FileFailure) in
                let (outcome, count) = input.overwrite { readStored(outer, into: &$0) }
                if outcome != .bytes && outcome != .end { trouble = outcome }
                return count
            }
            if case .failed = outcome { return trouble ?? outcome }
            return outcome
        } catch {
            return .unreadable(error)
        }
    }

    /// The bytes of the member as they stand in the tar.
    private func readStored(_ outer: ByteStream, into output: inout OutputRawSpan) -> Outcome {
        guard memberOffset < member.size else { return .end }
        let place = member.start + memberOffset
        guard outer.offset == place || outer.skip(to: place) else { return outer.failure ?? ByteStream.cutMember }
        let before = output.byteCount
        let outcome = output.write(atMost: Int(clamping: member.size - memberOffset)) { outer.read(into: &$0) }
        memberOffset += UInt64(output.byteCount - before)
        return outcome == .end ? ByteStream.cutMember : outcome
    }

    private static let cutMember = Outcome.failed(counter: "truncated_archive", message: "its archive ends in the middle of it")

    private func remember(_ output: borrowing OutputRawSpan, from before: Int) {
        let count = output.byteCount
        if prefix.count < ByteStream.prefixLength && offset == UInt64(prefix.count) {
            prefix += output.copy(before..<before + ByteStream.prefixLength - prefix.count)
        }
        let fresh = output.copy(max(before, count - TailMarker.length)..<count)
        tail = fresh.count >= TailMarker.length ? fresh : Array((tail + fresh).suffix(TailMarker.length))
        offset += UInt64(count - before)
    }

    /// Goes to an offset: by looking there in a plain file, by unpacking and dropping in a packed one. False when it ends before.
    func skip(to target: UInt64) -> Bool {
        guard isSeekable && outer == nil else {
            while offset < target {
                let room = Int(min(target - offset, 262_144))
                guard withScratch(count: room, { read(into: &$0) }) == .bytes else { return false }
            }
            return true
        }
        do throws(FileFailure) {
            prefix = try file.bytes(at: 0, count: Int(min(target, UInt64(ByteStream.prefixLength))))
            tail = try file.bytes(at: target - min(target, UInt64(TailMarker.length)), count: Int(min(target, UInt64(TailMarker.length))))
        } catch {
            return false
        }
        offset = target
        return UInt64(tail.count) == min(target, UInt64(TailMarker.length))
    }

    /// Goes on to the end without delivering anything, or until more than `limit` bytes came: then it returns `bytes`.
    func drain(beyond limit: UInt64) -> Outcome {
        while offset <= limit {
            let outcome = withScratch(count: 262_144) { read(into: &$0) }
            if outcome != .bytes { return outcome }
        }
        return .bytes
    }

    /// For a plain file: whether its first bytes and those before the current offset still are the ones that were delivered.
    func isIntact() -> Bool {
        guard isSeekable, outer == nil, offset > 0 else { return true }
        do throws(FileFailure) {
            let before = UInt64(tail.count)
            guard try file.bytes(at: offset - before, count: tail.count) == tail else { return false }
            return try file.bytes(at: 0, count: prefix.count) == prefix
        } catch {
            // What cannot be read now is not proof of a change; the next read reports it.
            return true
        }
    }

    /// The first bytes that the file has now, as they stand there; nil when it cannot be read at this moment.
    func first(_ count: Int) -> [UInt8]? {
        guard outer == nil else { return nil }
        do throws(FileFailure) {
            return try file.bytes(at: 0, count: count)
        } catch {
            return nil
        }
    }

    /// Of a plain file, the last bytes before an offset, at most 64; nil when they cannot be read at this moment.
    func bytes(before offset: UInt64) -> [UInt8]? {
        guard outer == nil else { return nil }
        let count = min(offset, UInt64(TailMarker.length))
        do throws(FileFailure) {
            return try file.bytes(at: offset - count, count: Int(count))
        } catch {
            return nil
        }
    }

    func status() -> FileStatus? { file.status() }

    /// Compressed bytes behind the last member, which are ignored.
    var trailing: UInt64 { (inner?.trailing ?? unpacked?.trailing) ?? 0 }
}
