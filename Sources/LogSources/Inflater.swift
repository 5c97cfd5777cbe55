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
    case bzip2
    case xz
    /// Packed in a way that weir does not read: its name.
    case unsupported(String)

    /// Bytes that tell.
    static let magicLength = 6
    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]
    private static let bzip2Magic: [UInt8] = [0x42, 0x5A, 0x68]
    private static let xzMagic: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]

    init(magic: [UInt8]) {
        if magic.starts(with: Compression.gzipMagic) {
            self = .gzip
        } else if magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstandard
        } else if magic.count >= 4 && magic[0] & 0xF0 == 0x50 && magic[1...3].elementsEqual([0x2A, 0x4D, 0x18]) {
            // A skippable frame first: still Zstandard.
            self = .zstandard
        } else if magic.starts(with: Compression.xzMagic) {
            self = .xz
        } else if magic.starts(with: Compression.bzip2Magic) && magic.count >= 4 && (0x31...0x39).contains(magic[3]) {
            self = .bzip2
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
    static let suffixes = [".gz", ".zst", ".bz2", ".xz"]

    /// What unpacks it: nil for what is not packed, or by nothing that this host has.
    func inflater() -> (any Inflater)? {
        switch self {
        case .gzip: LibraryCodec(.isal).map(Compression.gzipInflater) ?? Compression.gzipInflater(ZlibCodec())
        case .zstandard: ZstdInflater()
        case .bzip2: LibraryCodec(.bzip2).map { MemberInflater($0, magic: Compression.bzip2Magic) }
        case .xz: LibraryCodec(.xz).map { MemberInflater($0, magic: Compression.xzMagic) }
        case .none, .unsupported: nil
        }
    }

    static func gzipInflater(_ codec: any MemberCodec) -> any Inflater { MemberInflater(codec, magic: gzipMagic) }

    /// Why a packed file cannot be read, and what to do; nil when it can.
    var refusal: String? {
        switch self {
        case .bzip2 where !LibraryCodec.Library.bzip2.isThere: Compression.lacking("bzip2", .bzip2)
        case .xz where !LibraryCodec.Library.xz.isThere: Compression.lacking("xz", .xz)
        case .unsupported(let name): "it is packed with \(name): unpack it, or pack it with gzip or zstd"
        case .none, .gzip, .zstandard, .bzip2, .xz: nil
        }
    }

    private static func lacking(_ name: String, _ library: LibraryCodec.Library) -> String {
        "it is packed with \(name), and this host lacks \(library.file): install that library, or unpack it"
    }
}

/// What archives are unpacked with on this host, for `weir --version`.
package enum UnpackingLibraries {
    package static var sentence: String {
        let gzip = LibraryCodec.Library.isal.isThere ? "ISA-L" : "zlib"
        let more = [("bzip2", LibraryCodec.Library.bzip2), ("xz", .xz)].map {
            "\($0.0) \($0.1.isThere ? "by" : "not read without") \($0.1.file)"
        }
        return "archives: gzip by \(gzip), zstd by libzstd, " + more.joined(separator: ", ")
    }
}
