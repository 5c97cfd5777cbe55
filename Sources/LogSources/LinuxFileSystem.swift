// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline

/// What `stat` says of a file, as far as reading logs needs it.
struct FileStatus: Equatable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: UInt64
    /// Units: nanoseconds of the wall clock.
    var modified: Int64
    var isRegular: Bool
    var isDirectory: Bool
    var isLink: Bool
}

/// A system call that failed.
struct FileFailure: Error, Equatable, Sendable {
    var code: Int32

    /// The system's own words.
    var text: String { LinuxFileSystem.message(code) }
    static let missing = FileFailure(code: ENOENT)
    /// There is nothing under that name.
    var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    /// The process or the system has no file descriptor left.
    var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// The server of a network file system forgot the file; opening it again helps.
    var isStale: Bool { code == ESTALE }
    /// The descriptor is not ready; a later read may succeed.
    var isTemporary: Bool { code == EAGAIN }
}

/// An open file. Closes itself.
///
/// With ``LinuxFileSystem`` the one place of this target where file system calls are made.
final class OpenFile {
    private let descriptor: Int32
    /// What the next read fails with: for tests of what a network's file system does.
    var nextFailure: FileFailure?

    /// Opens a regular file for reading. Never blocks on a FIFO, never hands the descriptor to a child.
    ///
    /// Throws: ``FileFailure``, with `EINVAL` for what is no regular file.
    init(path: String) throws(FileFailure) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        if descriptor < 0 { throw FileFailure(code: errno) }
        // Between the look at the name and the opening, the name may have come to mean something else.
        guard status()?.isRegular == true else { throw FileFailure(code: EINVAL) }
    }

    /// Takes over a descriptor that is open already: standard input.
    init(descriptor: Int32) { self.descriptor = descriptor }

    /// A further descriptor of the same file, for another thread; nil when there is none left.
    func duplicate() -> Int32? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        return copy < 0 ? nil : copy
    }

    deinit { if descriptor > 2 { close(descriptor) } }

    func status() -> FileStatus? {
        var raw = stat()
        guard unsafe fstat(descriptor, &raw) == 0 else { return nil }
        return LinuxFileSystem.status(raw)
    }

    /// Sleeps until there is something to read, or the time is over.
    func awaitInput(milliseconds: Int32) {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&polled, 1, milliseconds)
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

    /// Reads from `offset` on into the free part of `output`, provided that the bytes in front of `offset` still are `expected`.
    ///
    /// One system call reads both, so that a file that is cut and filled again between a check and a read cannot pass for the old one.
    /// Returns the bytes read, 0 at the end; nil when the file is not the one it was, and then nothing was written.
    func read(at offset: UInt64, behind expected: [UInt8], into output: inout OutputRawSpan) throws(FileFailure) -> Int? {
        if let failure = nextFailure.take() { throw failure }
        var got = 0
        var isSame = true
        unsafe output.withUnsafeMutableBytes { buffer, initialized in
            guard let base = buffer.baseAddress, buffer.count > initialized else { return }
            unsafe withUnsafeTemporaryAllocation(byteCount: TailMarker.length, alignment: 16) { before in
                unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { parts in
                    unsafe parts[0] = iovec(iov_base: before.baseAddress, iov_len: expected.count)
                    unsafe parts[1] = iovec(iov_base: base + initialized, iov_len: buffer.count - initialized)
                    repeat {
                        got = unsafe preadv(descriptor, parts.baseAddress, 2, off_t(offset) - off_t(expected.count))
                    } while got < 0 && errno == EINTR
                    guard got >= 0 else { return }
                    isSame = unsafe got >= expected.count && before.prefix(expected.count).elementsEqual(expected)
                }
            }
            if isSame && got > 0 {
                got -= expected.count
                initialized += got
            }
        }
        if got < 0 { throw FileFailure(code: errno) }
        return isSame ? got : nil
    }

    /// Reads at most `count` bytes at an offset, without moving the position.
    func bytes(at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        let got = try read(at: offset, into: &result)
        if got < count { result.removeLast(count - got) }
        return result
    }

    /// Fills `target` from an offset on, as far as the file goes. Returns the bytes read.
    func read(at offset: UInt64, into target: inout [UInt8]) throws(FileFailure) -> Int {
        var got = 0
        while got < target.count {
            let part = unsafe target.withUnsafeMutableBytes { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return unsafe pread(descriptor, base + got, buffer.count - got, off_t(offset) + off_t(got))
            }
            if part < 0 && errno == EINTR { continue }
            if part < 0 { throw FileFailure(code: errno) }
            if part == 0 { break }
            got += part
        }
        return got
    }

    /// The first byte at or behind an offset that does not lie in a hole, as far as the file system tells; nil when only a hole follows.
    func firstData(from offset: UInt64) -> UInt64? {
        // SEEK_DATA, whose macro Swift does not see: 3 in linux/fs.h since 3.1.
        let found = lseek(descriptor, off_t(offset), 3)
        if found >= 0 { return UInt64(found) }
        return errno == ENXIO ? nil : offset
    }
}

/// Names and listings.
enum LinuxFileSystem {
    static func status(path: String) throws(FileFailure) -> FileStatus {
        var raw = stat()
        guard unsafe stat(path, &raw) == 0 else { throw FileFailure(code: errno) }
        return status(raw)
    }

    /// Of the name itself: a symbolic link is not followed.
    static func linkStatus(path: String) throws(FileFailure) -> FileStatus {
        var raw = stat()
        guard unsafe lstat(path, &raw) == 0 else { throw FileFailure(code: errno) }
        return status(raw)
    }

    static func status(_ raw: stat) -> FileStatus {
        FileStatus(
            device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino), size: UInt64(max(raw.st_size, 0)),
            modified: Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec),
            isRegular: raw.st_mode & S_IFMT == S_IFREG, isDirectory: raw.st_mode & S_IFMT == S_IFDIR,
            isLink: raw.st_mode & S_IFMT == S_IFLNK)
    }

    /// The path without any symbolic link in it, or nil when it leads nowhere.
    static func realPath(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// The names in a directory, sorted, without `.` and `..`.
    static func names(in directory: String) throws(FileFailure) -> [String] {
        guard let handle = unsafe opendir(directory) else { throw FileFailure(code: errno) }
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

    /// What is mounted where, as this process sees it.
    static func mounts() -> MountTable {
        do throws(FileFailure) {
            // The file has no size, so it is read piece by piece; more than a megabyte of mounts is not looked at.
            let file = OpenFile(descriptor: unsafe open("/proc/self/mounts", O_RDONLY | O_CLOEXEC))
            return MountTable(String(decoding: try file.bytes(at: 0, count: 1_048_576), as: UTF8.self))
        } catch {
            return MountTable("")
        }
    }

    static func message(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    /// Descriptors that this process may have open.
    static func descriptorLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// The wall clock, to compare with a file's time of modification. Units: nanoseconds.
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

    /// Adds as many of the bytes as fit. Returns how many.
    mutating func add(_ bytes: ArraySlice<UInt8>) -> Int {
        unsafe bytes.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes { buffer, initialized in
                let count = min(source.count, buffer.count - initialized)
                guard count > 0, let from = source.baseAddress, let to = buffer.baseAddress else { return 0 }
                unsafe (to + initialized).copyMemory(from: from, byteCount: count)
                initialized += count
                return count
            }
        }
    }

    /// Lets `body` write at most `limit` bytes.
    mutating func write<Result>(atMost limit: Int, _ body: (inout OutputRawSpan) -> Result) -> Result {
        unsafe withUnsafeMutableBytes { buffer, initialized in
            let free = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer[initialized..<initialized + min(limit, buffer.count - initialized)])
            var part = unsafe OutputRawSpan(buffer: free, initializedCount: 0)
            let result = body(&part)
            initialized += unsafe part.finalize(for: free)
            return result
        }
    }
}

extension [UInt8] {
    /// Lets `body` write over the bytes from the first on. Returns how many were written.
    mutating func overwrite<Result>(_ body: (inout OutputRawSpan) -> Result) -> (result: Result, count: Int) {
        unsafe withUnsafeMutableBytes { buffer in
            var span = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
            let result = body(&span)
            return (result, unsafe span.finalize(for: buffer))
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
