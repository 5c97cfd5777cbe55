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

    init(magic: [UInt8]) {
        if magic.count >= 2 && magic[0] == 0x1F && magic[1] == 0x8B {
            self = .gzip
        } else if magic.count >= 4 && magic[1] == 0xB5 && magic[2] == 0x2F && magic[3] == 0xFD && magic[0] == 0x28 {
            self = .zstandard
        } else if magic.count >= 4 && magic[0] & 0xF0 == 0x50 && magic[1] == 0x2A && magic[2] == 0x4D && magic[3] == 0x18 {
            // A skippable frame first: still Zstandard.
            self = .zstandard
        } else {
            self = .none
        }
    }
}
