// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file operation of a sink that failed.
struct SinkFileFailure: Error, Equatable, Sendable {
    /// Completes the sink's or the option's name.
    var message: String

    static func system(_ what: String, _ code: Int32) -> SinkFileFailure {
        SinkFileFailure(message: "\(what): \(unsafe String(cString: strerror(code)))")
    }
}

/// A file that only grows, by whole lines. Closes itself.
///
/// With ``OwnerOnlyFile`` the one place of this target where files are touched.
struct AppendOnlyFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private let device: UInt64
    private let inode: UInt64
    /// The file ends in the middle of a line: a crash, a full disk.
    private var endsTorn: Bool

    /// Opens, or makes the file for its owner only. A link is not followed and a FIFO not waited for: the file is written with weir's
    /// rights.
    init(path: String) throws(SinkFileFailure) {
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let opened = unsafe open(path, flags, 0o600)
        guard opened >= 0 else { throw .system("cannot be opened", errno) }
        var status = stat()
        guard unsafe fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw SinkFileFailure(message: "is not a regular file")
        }
        var last: UInt8 = 0
        let hasLast = unsafe status.st_size > 0 && pread(opened, &last, 1, status.st_size - 1) == 1
        endsTorn = hasLast && last != UInt8(ascii: "\n")
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        self.path = path
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Whether the path still names this file: it was not rotated away or removed.
    func isCurrent() -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    /// Appends a line and its end by one write, and returns when the disk has it. A line that could be written in part only stays alone:
    /// the next one begins with a line end.
    /// Throws: ``SinkFileFailure``; the line is then not a line of the file, and may be written again.
    mutating func append(line: String) throws(SinkFileFailure) {
        var bytes = Array(line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        if endsTorn { bytes.insert(UInt8(ascii: "\n"), at: 0) }
        var written = 0
        repeat { written = unsafe write(descriptor, bytes, bytes.count) } while written < 0 && errno == EINTR
        if written < 0 { throw .system("cannot be written", errno) }
        endsTorn = bytes[..<written].last.map { $0 != UInt8(ascii: "\n") } ?? endsTorn
        guard written == bytes.count else { throw SinkFileFailure(message: "took only part of a line; is the disk full?") }
        guard fdatasync(descriptor) == 0 else { throw .system("cannot be brought to the disk", errno) }
    }

    /// Writes a line to standard output, which may be a pipe that takes it in parts.
    static func print(line: String, to output: Int32 = STDOUT_FILENO) throws(SinkFileFailure) {
        var rest = ArraySlice(Array(line.utf8))
        rest.append(UInt8(ascii: "\n"))
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe write(output, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw .system("cannot be written", errno) }
            rest = rest.dropFirst(written)
        }
    }
}

/// A file that holds a secret.
enum OwnerOnlyFile {
    /// The most that is read; no secret is longer.
    static let sizeLimit = 65_536

    /// The lines of a file that nobody but its owner may read.
    /// Throws: ``SinkFileFailure`` if it cannot be read, is too open, or is no small text file. Never repeats its content.
    static func lines(path: String) throws(SinkFileFailure) -> [String] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system("cannot be opened", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SinkFileFailure(message: "is not a regular file")
        }
        guard isPrivate(mode: status.st_mode, owner: status.st_uid, group: status.st_gid, own: geteuid()) else {
            throw SinkFileFailure(message: "can be read by others; run chmod 600 on it, as the user that weir runs as")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let got = unsafe read(descriptor, &chunk, chunk.count)
            if got < 0 && errno == EINTR { continue }
            if got < 0 { throw .system("cannot be read", errno) }
            if got == 0 { break }
            bytes += chunk[..<got]
            guard bytes.count <= sizeLimit else { throw SinkFileFailure(message: "is too large for a secret") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw SinkFileFailure(message: "is not text") }
        return text.split(whereSeparator: \.isNewline).map { line in
            String(line.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }.filter { !$0.isEmpty }
    }

    /// Whether only the owner, who is weir's user or root, can read or change the file.
    ///
    /// The group root may read a file of root: systemd hands out credentials so, with an access list for the service's user, and the mode
    /// then shows the list's mask in the place of the group's rights.
    static func isPrivate(mode: UInt32, owner: UInt32, group: UInt32, own: UInt32) -> Bool {
        guard owner == own || owner == 0, mode & 0o007 == 0, mode & 0o030 == 0 else { return false }
        return mode & 0o040 == 0 || (owner == 0 && group == 0)
    }
}
