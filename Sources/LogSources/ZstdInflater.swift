// weir
// SPDX-License-Identifier: Apache-2.0

import CZstd

/// Zstandard through libzstd: any number of frames, skippable frames skipped, windows up to 128 MiB.
@safe
final class ZstdInflater: Inflater {
    /// The largest window that is accepted: 2^27 bytes. A frame that wants more says so in its error.
    static let windowLog: Int32 = 27

    private let stream: OpaquePointer
    private(set) var isComplete = true

    init() {
        guard let made = unsafe ZSTD_createDStream() else { preconditionFailure("libzstd cannot start: out of memory") }
        unsafe stream = made
        unsafe ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZstdInflater.windowLog)
    }

    deinit { unsafe ZSTD_freeDStream(stream) }

    func inflate(_ input: [UInt8], count: Int, position: inout Int, into output: inout OutputRawSpan) -> InflateOutcome {
        // At a frame's start an empty input would make libzstd ask for a header, as if something were missing.
        if position == count && isComplete { return .progress }
        var failure: String?
        let start = position
        unsafe input.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target, initialized in
                var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: count, pos: start)
                var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: initialized)
                let code = unsafe ZSTD_decompressStream(stream, &to, &from)
                if ZSTD_isError(code) != 0 {
                    failure = ZstdInflater.sentence(code)
                } else {
                    isComplete = code == 0
                }
                position = unsafe from.pos
                initialized = unsafe to.pos
            }
        }
        if let failure { return .corrupt(failure) }
        return .progress
    }

    private static func sentence(_ code: Int) -> String {
        guard ZSTD_getErrorCode(code) != ZSTD_error_frameParameter_windowTooLarge else {
            return "its window is larger than 128 MiB: unpack it first with zstd -d --long=31"
        }
        return unsafe String(cString: ZSTD_getErrorName(code))
    }
}
