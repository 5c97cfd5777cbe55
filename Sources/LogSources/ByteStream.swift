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
    private let file: OpenFile
    private let unpacker: Unpacker?
    /// Plain bytes delivered, from the start of the generation.
    private(set) var offset: UInt64 = 0
    /// The first bytes of the generation, at most ``prefixLength``.
    private(set) var prefix: [UInt8] = []
    /// The last bytes delivered, at most 64.
    private(set) var tail: [UInt8] = []

    init(file: OpenFile) throws(FileFailure) {
        self.file = file
        compression = Compression(magic: try file.bytes(at: 0, count: Compression.magicLength))
        unpacker = Unpacker(compression)
    }

    /// Bytes of the file that were taken so far, packed as they are.
    var fileOffset: UInt64 { unpacker?.inputTotal ?? offset }

    /// What a read came to.
    enum Outcome: Equatable {
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
        return outcome
    }

    private func readNext(into output: inout OutputRawSpan) -> Outcome {
        do throws(FileFailure) {
            if case .unsupported(let name) = compression {
                return .failed(
                    counter: "unsupported_compression", message: "it is packed with \(name): unpack it, or pack it with gzip or zstd")
            }
            guard let unpacker else {
                guard let count = try file.read(at: offset, behind: tail, into: &output) else { return .changed }
                return count > 0 ? .bytes : .end
            }
            return try unpacker.unpack(into: &output) { [file] (start, input) throws(FileFailure) in try file.read(at: start, into: &input)
            }
        } catch {
            return .unreadable(error)
        }
    }

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
        guard unpacker == nil else {
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
        guard unpacker == nil, offset > 0 else { return true }
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
        do throws(FileFailure) {
            return try file.bytes(at: 0, count: count)
        } catch {
            return nil
        }
    }

    /// Of a plain file, the last bytes before an offset, at most 64; nil when they cannot be read at this moment.
    func bytes(before offset: UInt64) -> [UInt8]? {
        let count = min(offset, UInt64(TailMarker.length))
        do throws(FileFailure) {
            return try file.bytes(at: offset - count, count: Int(count))
        } catch {
            return nil
        }
    }

    func status() -> FileStatus? { file.status() }

    /// Compressed bytes behind the last member, which are ignored.
    var trailing: UInt64 { unpacker?.trailing ?? 0 }
}
