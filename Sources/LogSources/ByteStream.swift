// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline

/// One generation of a file as plain bytes, whatever its packing, with what is needed to know it again.
final class ByteStream {
    /// Bytes of a file that are hashed to know it again.
    static let prefixLength = 1024
    /// Output beyond this many bytes may not exceed the input by ``bombRatio``.
    static let bombAllowance: UInt64 = 67_108_864
    static let bombRatio: UInt64 = 1000

    let compression: Compression
    private let file: OpenFile
    private let inflater: (any Inflater)?
    private var input = [UInt8](repeating: 0, count: 0)
    private var inputCount = 0
    private var inputPosition = 0
    private var inputTotal: UInt64 = 0
    private var inputEnded = false
    /// Plain bytes delivered, from the start of the generation.
    private(set) var offset: UInt64 = 0
    private(set) var prefix: [UInt8] = []
    /// The last bytes delivered, at most 64.
    private(set) var tail: [UInt8] = []

    init(file: OpenFile) throws(FileFailure) {
        self.file = file
        let magic = try file.bytes(at: 0, count: 4)
        compression = Compression(magic: magic)
        switch compression {
        case .none: inflater = nil
        case .gzip: inflater = ZlibInflater()
        case .zstandard: inflater = ZstdInflater()
        }
        if inflater != nil { input = [UInt8](repeating: 0, count: 131_072) }
    }

    /// What a read came to.
    enum Outcome: Equatable {
        case bytes
        case end
        case failed(counter: String, message: String)
    }

    /// Delivers the next bytes.
    func read(into output: inout OutputRawSpan) -> Outcome {
        let before = output.byteCount
        let outcome = inflater.map { unpack($0, into: &output) } ?? readPlain(into: &output)
        if output.byteCount > before { remember(output, from: before) }
        return outcome
    }

    private func readPlain(into output: inout OutputRawSpan) -> Outcome {
        do throws(FileFailure) {
            return try file.read(into: &output) > 0 ? .bytes : .end
        } catch {
            return .failed(counter: "unreadable_file", message: error.text)
        }
    }

    private func unpack(_ inflater: any Inflater, into output: inout OutputRawSpan) -> Outcome {
        let before = output.byteCount
        while output.freeCapacity > 0 {
            if inputPosition == inputCount && !inputEnded {
                if let failure = refill() { return failure }
            }
            let count = output.byteCount
            switch inflater.inflate(input, count: inputCount, position: &inputPosition, into: &output) {
            case .progress: break
            case .trailing:
                inputEnded = true
                inputPosition = inputCount
            case .corrupt(let reason): return .failed(counter: "corrupt_archive", message: reason)
            }
            let produced = offset + UInt64(output.byteCount - before)
            if produced > ByteStream.bombAllowance && produced / max(inputTotal, 1) > ByteStream.bombRatio {
                return .failed(counter: "decompression_bomb", message: "it unpacks to more than \(ByteStream.bombRatio) times its size")
            }
            if output.byteCount == count && inputPosition == inputCount && inputEnded { break }
        }
        if output.byteCount > before { return .bytes }
        guard inflater.isComplete else { return .failed(counter: "truncated_archive", message: "it ends in the middle") }
        return .end
    }

    private func refill() -> Outcome? {
        do throws(FileFailure) {
            let bytes = try file.bytes(at: inputTotal, count: 131_072)
            input = bytes
            inputCount = bytes.count
            inputPosition = 0
            inputTotal += UInt64(bytes.count)
            inputEnded = bytes.isEmpty
            return nil
        } catch {
            return .failed(counter: "unreadable_file", message: error.text)
        }
    }

    private func remember(_ output: borrowing OutputRawSpan, from before: Int) {
        let count = output.byteCount
        if prefix.count < ByteStream.prefixLength && offset == UInt64(prefix.count) {
            prefix += output.copy(before..<before + ByteStream.prefixLength - prefix.count)
        }
        tail += output.copy(max(before, count - TailMarker.length)..<count)
        if tail.count > TailMarker.length { tail.removeFirst(tail.count - TailMarker.length) }
        offset += UInt64(count - before)
    }

    /// Goes to an offset: by seeking in a plain file, by unpacking and dropping in a compressed one. False when the stream ends before it.
    func skip(to target: UInt64) -> Bool {
        if compression == .none {
            do throws(FileFailure) {
                prefix = try file.bytes(at: 0, count: Int(min(target, UInt64(ByteStream.prefixLength))))
                let start = target - min(target, UInt64(TailMarker.length))
                tail = try file.bytes(at: start, count: Int(target - start))
            } catch {
                return false
            }
            file.seek(to: target)
            offset = target
            return UInt64(tail.count) == min(target, UInt64(TailMarker.length))
        }
        while offset < target {
            let room = Int(min(target - offset, 262_144))
            guard withScratch(count: room, { read(into: &$0) }) == .bytes else { return false }
        }
        return true
    }

    /// For a plain file: whether the bytes before the current offset still are the ones that were delivered.
    func isIntact() -> Bool {
        guard compression == .none, offset > 0, let status = file.status() else { return true }
        guard status.size >= offset else { return false }
        do throws(FileFailure) {
            return try file.bytes(at: offset - UInt64(tail.count), count: tail.count) == tail
        } catch {
            return true
        }
    }

    func status() -> FileStatus? { file.status() }
}
