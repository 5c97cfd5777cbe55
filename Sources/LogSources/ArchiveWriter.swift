// weir
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import Glibc

/// How an archive is packed.
package enum ArchivePacking: String, CaseIterable, Sendable {
    case none
    case gzip
    case zstd

    /// What its files' names end with.
    package var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .zstd: ".zst"
        }
    }
}

/// Writes one file, plain or packed.
@safe
package final class ArchiveWriter {
    private let descriptor: Int32
    private let path: String
    private var gzip: gzFile?
    private var zstd: OpaquePointer?
    private var packed: [UInt8]

    /// Creates or empties a file.
    /// Throws: ``ArchiveWriteFailure``.
    package init(path: String, packing: ArchivePacking) throws(ArchiveWriteFailure) {
        self.path = path
        packed = packing == .zstd ? [UInt8](repeating: 0, count: 131_072) : []
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ArchiveWriteFailure(path: path, reason: LinuxFileSystem.message(errno)) }
        switch packing {
        case .none: break
        case .gzip: unsafe gzip = gzdopen(dup(descriptor), "wb6")
        case .zstd:
            unsafe zstd = ZSTD_createCCtx()
            _ = unsafe ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, 6)
        }
    }

    /// Adds bytes. Throws: ``ArchiveWriteFailure``.
    package func write(_ bytes: [UInt8]) throws(ArchiveWriteFailure) {
        if let gzip = unsafe gzip {
            guard unsafe gzwrite(gzip, bytes, UInt32(bytes.count)) == Int32(bytes.count) else { throw failure() }
        } else if unsafe zstd != nil {
            try pack(bytes, ZSTD_e_continue)
        } else {
            try put(bytes, count: bytes.count)
        }
    }

    /// Ends the file. Throws: ``ArchiveWriteFailure`` when the last bytes could not be written.
    package func finish() throws(ArchiveWriteFailure) {
        if let gzip = unsafe gzip {
            unsafe self.gzip = nil
            guard unsafe gzclose(gzip) == Z_OK else { throw failure() }
        }
        if unsafe zstd != nil { try pack([], ZSTD_e_end) }
        if close(descriptor) != 0 { throw failure() }
    }

    deinit { unsafe ZSTD_freeCCtx(zstd) }

    private func pack(_ bytes: [UInt8], _ directive: ZSTD_EndDirective) throws(ArchiveWriteFailure) {
        var position = 0
        while true {
            var produced = 0
            let rest = unsafe bytes.withUnsafeBytes { source in
                unsafe packed.withUnsafeMutableBytes { target in
                    var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: position)
                    var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    let rest = unsafe ZSTD_compressStream2(zstd, &to, &from, directive)
                    position = unsafe from.pos
                    produced = unsafe to.pos
                    return rest
                }
            }
            guard ZSTD_isError(rest) == 0 else { throw failure() }
            try put(packed, count: produced)
            if position == bytes.count && (directive == ZSTD_e_continue || rest == 0) { return }
        }
    }

    private func put(_ bytes: [UInt8], count: Int) throws(ArchiveWriteFailure) {
        var done = 0
        while done < count {
            let written = unsafe bytes.withUnsafeBytes { all in
                unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: all[done..<count]).baseAddress, count - done)
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw failure() }
            done += written
        }
    }

    private func failure() -> ArchiveWriteFailure { ArchiveWriteFailure(path: path, reason: LinuxFileSystem.message(errno)) }
}

/// A file that could not be written.
package struct ArchiveWriteFailure: Error, Equatable, Sendable {
    package var path: String
    package var reason: String
}
