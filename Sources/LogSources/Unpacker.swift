// weir
// SPDX-License-Identifier: Apache-2.0

/// Drives an inflater: asks for compressed bytes as they are needed, and judges the end.
///
/// State: 64 KiB of input, and what the inflater needs: 40 KB for gzip, the window (up to 128 MiB) for Zstandard.
final class Unpacker {
    /// Output beyond this many bytes may not exceed the input by ``bombRatio``.
    static let bombAllowance: UInt64 = 67_108_864
    /// The default of `archive_ratio_max`. gzip cannot exceed 1,032; real logs stay below 100.
    static let bombRatio: UInt64 = 1000
    static let inputLength = 65_536

    private let inflater: any Inflater
    private let ratio: UInt64
    private var input: [UInt8]
    private var inputCount = 0
    private var position = 0
    private var inputEnded = false
    /// Compressed bytes asked for so far.
    private(set) var inputTotal: UInt64 = 0
    private(set) var outputTotal: UInt64 = 0
    /// Compressed bytes behind the last member, which are no member.
    private(set) var trailing: UInt64 = 0

    /// Nil when there is nothing to unpack, or nothing to unpack it with.
    ///
    /// - Parameter ratio: more plain bytes than this for each packed one are refused, beyond ``bombAllowance``.
    init?(_ compression: Compression, ratio: UInt64 = Unpacker.bombRatio) {
        guard let inflater = compression.inflater() else { return nil }
        self.inflater = inflater
        self.ratio = ratio
        input = [UInt8](repeating: 0, count: Unpacker.inputLength)
    }

    /// Takes bytes that were read already. Precondition: not more than ``inputLength``, and before the first ``unpack(into:refill:)``.
    func begin(with bytes: [UInt8]) {
        input.replaceSubrange(0..<bytes.count, with: bytes)
        inputCount = bytes.count
        inputTotal = UInt64(bytes.count)
    }

    /// Writes the next plain bytes to `output`.
    ///
    /// - Parameter refill: puts the next compressed bytes, those from an offset on, into the array and returns their number; 0 at the end.
    func unpack(
        into output: inout OutputRawSpan, refill: (UInt64, inout [UInt8]) throws(FileFailure) -> Int
    ) throws(FileFailure) -> ByteStream.Outcome {
        let before = output.byteCount
        defer { outputTotal += UInt64(output.byteCount - before) }
        while output.freeCapacity > 0 {
            if position == inputCount && !inputEnded {
                inputCount = try refill(inputTotal, &input)
                position = 0
                inputTotal += UInt64(inputCount)
                // A file may still grow: the end is only the end for this call.
                inputEnded = inputCount == 0
            }
            let count = output.byteCount
            switch inflater.inflate(input, count: inputCount, position: &position, into: &output) {
            case .progress: break
            case .trailing:
                trailing += UInt64(max(inputCount - position, 1))
                position = inputCount
            case .corrupt(let reason): return .failed(counter: "corrupt_archive", message: reason)
            }
            if Unpacker.isBomb(outputTotal + UInt64(output.byteCount - before), of: inputTotal, ratio: ratio) {
                return Unpacker.bomb(ratio)
            }
            if output.byteCount == count && position == inputCount && inputEnded { break }
        }
        inputEnded = false
        if output.byteCount > before { return .bytes }
        return inflater.isComplete ? .end : .failed(counter: "truncated_archive", message: "it ends in the middle")
    }

    /// Whether so many plain bytes are too many for so many packed ones.
    static func isBomb(_ produced: UInt64, of packed: UInt64, ratio: UInt64) -> Bool {
        produced > Unpacker.bombAllowance && produced / max(packed, 1) > ratio
    }

    static func bomb(_ ratio: UInt64) -> ByteStream.Outcome {
        .failed(
            counter: "decompression_bomb",
            message: "it unpacks to more than \(ratio) times its size, as no log does: if it is one, raise archive_ratio_max")
    }
}
