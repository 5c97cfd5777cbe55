// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline

/// What `stat` says of a file, as far as reading logs needs it.
struct FileStatus: Equatable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: UInt64
    var modified: Int64
    var isRegular: Bool
    var isDirectory: Bool
    var links: UInt64
}

/// A system call that failed.
struct FileFailure: Error, Equatable, Sendable {
    var code: Int32

    /// The system's own words.
    var text: String { LinuxFileSystem.message(code) }
}

/// An open file. Closes itself.
///
/// With ``LinuxFileSystem`` the one place of this target where file system calls are made.
final class OpenFile {
    private let descriptor: Int32

    /// Opens for reading. Never blocks on a FIFO, never hands the descriptor to a child.
    init(path: String) throws(FileFailure) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw FileFailure(code: errno) }
    }

    /// Takes over a descriptor that is open already: standard input.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { if descriptor > 2 { close(descriptor) } }

    func status() -> FileStatus? {
        var raw = stat()
        guard unsafe fstat(descriptor, &raw) == 0 else { return nil }
        return LinuxFileSystem.status(raw)
    }

    /// Reads from the current position into the free part of `output`. Returns the bytes read; 0 at the end.
    func read(into output: inout OutputRawSpan) throws(FileFailure) -> Int {
        var got = 0
        unsafe output.withUnsafeMutableBytes { buffer, initialized in
            guard let base = buffer.baseAddress, buffer.count > initialized else { return }
            repeat { got = unsafe Glibc.read(descriptor, base + initialized, buffer.count - initialized) } while got < 0 && errno == EINTR
            initialized += max(got, 0)
        }
        if got < 0 { throw FileFailure(code: errno) }
        return got
    }

    /// Reads at most `count` bytes at an offset, without moving the position.
    func bytes(at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        var got = 0
        var result = [UInt8](repeating: 0, count: count)
        while got < count {
            let part = unsafe result.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress! + got, count - got, off_t(offset) + off_t(got))
            }
            if part < 0 && errno == EINTR { continue }
            if part < 0 { throw FileFailure(code: errno) }
            if part == 0 { break }
            got += part
        }
        return Array(result.prefix(got))
    }

    func seek(to offset: UInt64) { lseek(descriptor, off_t(offset), SEEK_SET) }
}

/// Names and listings.
enum LinuxFileSystem {
    static func status(path: String) throws(FileFailure) -> FileStatus {
        var raw = stat()
        guard unsafe stat(path, &raw) == 0 else { throw FileFailure(code: errno) }
        return status(raw)
    }

    static func status(_ raw: stat) -> FileStatus {
        FileStatus(
            device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino), size: UInt64(max(raw.st_size, 0)),
            modified: Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec),
            isRegular: raw.st_mode & S_IFMT == S_IFREG, isDirectory: raw.st_mode & S_IFMT == S_IFDIR, links: UInt64(raw.st_nlink))
    }

    /// The paths that a pattern matches, sorted by name. A pattern without wildcards matches itself if it exists.
    static func matches(_ pattern: String) -> [String] {
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        var result: [String] = []
        for index in unsafe 0..<Int(found.gl_pathc) {
            if let path = unsafe found.gl_pathv[index] { result.append(unsafe String(cString: path)) }
        }
        return result.sorted()
    }

    /// The names in a directory, sorted, without `.` and `..`.
    static func names(in directory: String) -> [String] {
        guard let handle = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(handle) }
        var result: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { result.append(name) }
        }
        return result.sorted()
    }

    static func message(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    /// The wall clock, to compare with a file's time of modification.
    static func wallNanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Monotonic milliseconds.
    static func monotonic() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension OutputRawSpan {
    /// A copy of some of the bytes written so far, clipped to them.
    borrowing func copy(_ range: Range<Int>) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { all in
            let lower = min(max(range.lowerBound, 0), all.count)
            return unsafe Array(all[lower..<min(max(range.upperBound, lower), all.count)])
        }
    }
}

/// Lets `body` write into memory that is thrown away afterwards.
func withScratch<Result>(count: Int, _ body: (inout OutputRawSpan) -> Result) -> Result {
    unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { buffer in
        var span = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
        let result = body(&span)
        _ = unsafe span.finalize(for: buffer)
        return result
    }
}
