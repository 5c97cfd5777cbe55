// weir
// SPDX-License-Identifier: Apache-2.0

/// Turns compressed bytes into plain ones, a piece at a time, in constant memory.
protocol Inflater: AnyObject {
    /// Consumes from `input` (from `position` on, advancing it) and writes to `output` until one of them is used up or the stream pauses.
    func inflate(_ input: [UInt8], count: Int, position: inout Int, into output: inout OutputRawSpan) -> InflateOutcome

    /// Whether the input may end here: between members or frames.
    var isComplete: Bool { get }
}

/// What one step came to.
enum InflateOutcome: Equatable {
    case progress
    /// Garbage behind the last member or frame; the rest is ignored.
    case trailing
    case corrupt(String)
}

/// How the bytes of a file are packed: told by their first bytes, never by the name.
enum Compression: Equatable, Sendable {
    case none
    case gzip
    case zstandard
    /// Packed in a way that weir does not read: its name.
    case unsupported(String)

    /// Bytes that tell.
    static let magicLength = 6

    init(magic: [UInt8]) {
        if magic.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstandard
        } else if magic.count >= 4 && magic[0] & 0xF0 == 0x50 && magic[1...3].elementsEqual([0x2A, 0x4D, 0x18]) {
            // A skippable frame first: still Zstandard.
            self = .zstandard
        } else if magic.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
            self = .unsupported("xz")
        } else if magic.starts(with: [0x42, 0x5A, 0x68]) && magic.count >= 4 && (0x31...0x39).contains(magic[3]) {
            self = .unsupported("bzip2")
        } else if magic.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            self = .unsupported("zip")
        } else if magic.starts(with: [0x04, 0x22, 0x4D, 0x18]) {
            self = .unsupported("lz4")
        } else {
            self = .none
        }
    }

    var isPacked: Bool { self != .none }

    /// The endings of names that packed files have.
    static let suffixes = [".gz", ".zst"]
}
