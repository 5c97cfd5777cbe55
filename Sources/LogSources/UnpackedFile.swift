// weir
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// A packed file as plain bytes, one piece after the other.
protocol UnpackedSource: AnyObject {
    func read(into output: inout OutputRawSpan) -> ByteStream.Outcome
    /// Bytes of the file that were taken for what was read so far.
    var inputTotal: UInt64 { get }
    /// Bytes of the file behind its last member, which are no member.
    var trailing: UInt64 { get }
}

/// Unpacks where it is read.
final class UnpackedFile: UnpackedSource {
    private let file: OpenFile
    private let unpacker: Unpacker

    /// Nil when the file is not packed, or by nothing that this host has.
    init?(_ file: OpenFile, _ compression: Compression, ratio: UInt64) {
        guard let unpacker = Unpacker(compression, ratio: ratio) else { return nil }
        self.file = file
        self.unpacker = unpacker
    }

    var inputTotal: UInt64 { unpacker.inputTotal }
    var trailing: UInt64 { unpacker.trailing }

    func read(into output: inout OutputRawSpan) -> ByteStream.Outcome {
        do throws(FileFailure) {
            return try unpacker.unpack(into: &output) { [file] (start, input) throws(FileFailure) in try file.read(at: start, into: &input)
            }
        } catch {
            return .unreadable(error)
        }
    }
}

/// The threads that files are unpacked on, beside the one that decodes them.
package final class UnpackThreads: Sendable {
    private let free: Atomic<Int>
    private let start: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// - Parameters:
    ///   - limit: files that are unpacked in this way at once; further ones are unpacked where they are read.
    ///   - start: runs what it is given on a thread that may be blocked.
    package init(limit: Int = 4, start: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
        free = Atomic(limit)
        self.start = start
    }

    /// Runs `work` on a thread if one is free. Whether it does.
    func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        // Only a count: what the thread works on is handed over by whoever starts it.
        guard free.subtract(1, ordering: .relaxed).newValue >= 0 else {
            free.add(1, ordering: .relaxed)
            return false
        }
        start {
            work()
            self.free.add(1, ordering: .relaxed)
        }
        return true
    }
}

/// Unpacks on a thread of its own, a few blocks ahead of whoever reads. What is read is the same, and so is the order of bytes and mishaps.
///
/// State: ``depth`` and two more blocks of 256 KiB, and what the inflater needs.
final class UnpackedAhead: UnpackedSource {
    static let blockLength = 262_144
    static let depth = 4

    private let relay: BlockRelay
    private var block = UnpackedBlock()
    private var position = 0

    /// Nil when no thread is free, or no descriptor.
    init?(_ file: OpenFile, _ compression: Compression, ratio: UInt64, _ threads: UnpackThreads) {
        guard let descriptor = file.duplicate() else { return nil }
        let relay = BlockRelay()
        self.relay = relay
        let isStarted = threads.run {
            guard let source = UnpackedFile(OpenFile(descriptor: descriptor), compression, ratio: ratio) else {
                preconditionFailure("only what is packed is unpacked")
            }
            var bytes = [UInt8](repeating: 0, count: UnpackedAhead.blockLength)
            while true {
                let (outcome, count) = bytes.overwrite { source.read(into: &$0) }
                let block = UnpackedBlock(
                    bytes: bytes, count: count, outcome: outcome, inputTotal: source.inputTotal, trailing: source.trailing)
                bytes = []
                guard let next = relay.give(block), outcome == .bytes else { return }
                bytes = next
            }
        }
        guard isStarted else {
            // Taken over only to be closed.
            _ = OpenFile(descriptor: descriptor)
            return nil
        }
    }

    deinit { relay.abandon() }

    var inputTotal: UInt64 { block.inputTotal }
    var trailing: UInt64 { block.trailing }

    func read(into output: inout OutputRawSpan) -> ByteStream.Outcome {
        if position == block.count {
            // Behind anything but bytes there is nothing; it is said as often as it is asked.
            guard block.outcome == .bytes else { return block.outcome }
            block = relay.take(giving: block.bytes)
            position = 0
        }
        guard block.count > 0 else { return block.outcome }
        position += output.add(block.bytes[position..<block.count])
        return .bytes
    }
}

/// Plain bytes and what came of reading them.
private struct UnpackedBlock: Sendable {
    var bytes: [UInt8] = []
    /// How many of ``bytes`` are meant.
    var count = 0
    var outcome = ByteStream.Outcome.bytes
    var inputTotal: UInt64 = 0
    var trailing: UInt64 = 0
}

/// Hands blocks from the thread that unpacks to the one that reads, and emptied ones back. The semaphores only let a side sleep.
private final class BlockRelay: Sendable {
    private struct State {
        var filled: [UnpackedBlock] = []
        var emptied: [[UInt8]] = []
        var isAbandoned = false
    }

    private let state = Mutex(State())
    private let arrival = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)

    /// Hands a block over as soon as there is room. Returns memory for the next one; nil when nobody reads any more.
    func give(_ block: UnpackedBlock) -> [UInt8]? {
        var pending: UnpackedBlock? = block
        while true {
            let next: [UInt8]?? = state.withLock { state in
                if state.isAbandoned { return .some(nil) }
                guard state.filled.count < UnpackedAhead.depth, let block = pending.take() else { return nil }
                state.filled.append(block)
                return state.emptied.popLast() ?? [UInt8](repeating: 0, count: UnpackedAhead.blockLength)
            }
            if let next {
                arrival.signal()
                return next
            }
            room.wait()
        }
    }

    /// Waits for the next block.
    func take(giving emptied: [UInt8]) -> UnpackedBlock {
        state.withLock { if !emptied.isEmpty { $0.emptied.append(emptied) } }
        while true {
            let block = state.withLock { $0.filled.isEmpty ? nil : $0.filled.removeFirst() }
            if let block {
                room.signal()
                return block
            }
            arrival.wait()
        }
    }

    func abandon() {
        state.withLock { $0.isAbandoned = true }
        room.signal()
    }
}
