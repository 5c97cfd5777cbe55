// weir
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// A member of gzip through zlib.
@safe
final class ZlibCodec: MemberCodec {
    private var stream = unsafe z_stream()

    init() { unsafe precondition(weir_inflate_init(&stream) == Z_OK, "zlib cannot start: out of memory") }

    deinit { unsafe inflateEnd(&stream) }

    func restart() { unsafe inflateReset(&stream) }

    func step(_ input: [UInt8], _ range: Range<Int>, into output: inout OutputRawSpan) -> (outcome: MemberOutcome, used: Int) {
        var code: Int32 = Z_OK
        var used = 0
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBytes { target, initialized in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe stream.next_in = UnsafeMutablePointer(mutating: from + range.lowerBound)
                unsafe stream.avail_in = UInt32(clamping: range.count)
                unsafe stream.next_out = to.assumingMemoryBound(to: UInt8.self) + initialized
                unsafe stream.avail_out = UInt32(clamping: target.count - initialized)
                let (there, room) = unsafe (stream.avail_in, stream.avail_out)
                code = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                used = unsafe Int(there - stream.avail_in)
                initialized += unsafe Int(room - stream.avail_out)
            }
        }
        switch code {
        case Z_STREAM_END: return (.end, used)
        case Z_OK, Z_BUF_ERROR: return (.progress, used)
        default: return (.corrupt(unsafe stream.msg.map { unsafe String(cString: $0) } ?? "zlib error \(code)"), used)
        }
    }
}
