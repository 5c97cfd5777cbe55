// weir
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// gzip through zlib: any number of members, padding and garbage behind the last one ignored.
@safe
final class ZlibInflater: Inflater {
    private var stream = unsafe z_stream()
    private var isAtMemberStart = true
    private var memberCount = 0
    /// Garbage was met; whatever follows it is garbage too.
    private var isOver = false

    init() { unsafe precondition(weir_inflate_init(&stream) == Z_OK, "zlib cannot start: out of memory") }

    deinit { unsafe inflateEnd(&stream) }

    /// A single byte behind a member is no member that breaks off, whatever it is.
    var isComplete: Bool { unsafe isAtMemberStart || memberCount > 0 && stream.total_in < 2 && stream.total_out == 0 }

    func inflate(_ input: [UInt8], count: Int, position: inout Int, into output: inout OutputRawSpan) -> InflateOutcome {
        if isOver { return position < count ? .trailing : .progress }
        if isAtMemberStart && memberCount > 0 {
            while position < count && input[position] == 0 { position += 1 }
            guard position < count else { return .progress }
            guard input[position] == 0x1F, position + 1 >= count || input[position + 1] == 0x8B else {
                isOver = true
                return .trailing
            }
            unsafe inflateReset(&stream)
        }
        guard position < count else { return .progress }
        isAtMemberStart = false
        let start = position
        var code: Int32 = Z_OK
        var used = 0
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBytes { target, initialized in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe stream.next_in = UnsafeMutablePointer(mutating: from + start)
                unsafe stream.avail_in = UInt32(count - start)
                unsafe stream.next_out = to.assumingMemoryBound(to: UInt8.self) + initialized
                unsafe stream.avail_out = UInt32(target.count - initialized)
                code = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                used = count - start - Int(unsafe stream.avail_in)
                initialized = target.count - Int(unsafe stream.avail_out)
            }
        }
        position = start + used
        switch code {
        case Z_STREAM_END:
            isAtMemberStart = true
            memberCount += 1
            return .progress
        case Z_OK, Z_BUF_ERROR: return .progress
        default:
            // A lone 0x1F at the end of a piece looked like the next member's start, and is garbage after all.
            if unsafe memberCount > 0 && stream.total_in <= 2 && stream.total_out == 0 {
                isAtMemberStart = true
                isOver = true
                return .trailing
            }
            return .corrupt(unsafe stream.msg.map { unsafe String(cString: $0) } ?? "zlib error \(code)")
        }
    }
}
