// weir
// SPDX-License-Identifier: Apache-2.0

import CCodecs

/// A member of an archive through a library that is looked for when it is needed.
@safe
final class LibraryCodec: MemberCodec {
    /// The libraries.
    enum Library: CaseIterable {
        /// gzip by ISA-L, which is several times as fast as zlib.
        case isal
        case bzip2
        case xz

        fileprivate var kind: Int32 {
            switch self {
            case .isal: Int32(WEIR_CODEC_ISAL.rawValue)
            case .bzip2: Int32(WEIR_CODEC_BZIP2.rawValue)
            case .xz: Int32(WEIR_CODEC_XZ.rawValue)
            }
        }

        /// Whether this host has it, and this build knows it.
        var isThere: Bool { weir_codec_is_there(kind) != 0 }

        /// The file that is looked for.
        var file: String {
            switch self {
            case .isal: "libisal.so.2"
            case .bzip2: "libbz2.so.1"
            case .xz: "liblzma.so.5"
            }
        }
    }

    private let codec: OpaquePointer
    /// Restarting found no memory; said at the next step.
    private var hasFailed = false

    /// Nil when the library is not there.
    init?(_ library: Library) {
        guard let opened = unsafe weir_codec_open(library.kind) else { return nil }
        unsafe codec = opened
    }

    deinit { unsafe weir_codec_close(codec) }

    func restart() { hasFailed = unsafe weir_codec_reset(codec) != 0 }

    func step(_ input: [UInt8], _ range: Range<Int>, into output: inout OutputRawSpan) -> (outcome: MemberOutcome, used: Int) {
        var code = Int32(WEIR_CODEC_MEMORY.rawValue)
        var used = 0
        if hasFailed { return (LibraryCodec.outcome(code), 0) }
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBytes { target, initialized in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                var made = 0
                code = unsafe weir_codec_step(
                    codec, from + range.lowerBound, range.count, to.assumingMemoryBound(to: UInt8.self) + initialized,
                    target.count - initialized, &used, &made)
                initialized += made
            }
        }
        return (LibraryCodec.outcome(code), used)
    }

    private static func outcome(_ code: Int32) -> MemberOutcome {
        switch UInt32(code) {
        case WEIR_CODEC_PROGRESS.rawValue: .progress
        case WEIR_CODEC_END.rawValue: .end
        case WEIR_CODEC_UNSUPPORTED.rawValue: .corrupt("it is packed in a way that the library does not know")
        case WEIR_CODEC_CHECKSUM.rawValue: .corrupt("its checksum is wrong")
        case WEIR_CODEC_MEMORY.rawValue: .corrupt("unpacking it takes more memory than there is for it, 160 MiB for xz")
        default: .corrupt("its packed bytes are damaged")
        }
    }
}
