// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file of a spool, open for appending, for weir's user alone. Closes itself.
///
/// With ``SpoolFolder`` the one place where spools call the system.
final class SpoolFile {
    private let descriptor: Int32

    /// Opens or creates a file. Throws: ``FileFailure``.
    init(path: String) throws(FileFailure) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
        if descriptor < 0 { throw FileFailure(code: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends what stands in `bytes` from `position` on, and moves it on as far as that went.
    func append(_ bytes: [UInt8], from position: inout Int) throws(FileFailure) {
        while position < bytes.count {
            let start = position
            let written = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw FileFailure(code: written == 0 ? ENOSPC : errno) }
            position += written
        }
    }

    /// Throws: ``FileFailure`` when the disk has no room for so many bytes more. Not for certain: others write too, and there are quotas.
    func expectRoom(for count: Int) throws(FileFailure) {
        var disk = statvfs()
        guard unsafe fstatvfs(descriptor, &disk) == 0, disk.f_blocks > 0 else { return }
        // One block more for the last, and one for what the file system itself writes.
        guard UInt64(count) / UInt64(max(disk.f_frsize, 1)) + 2 <= UInt64(disk.f_bavail) else { throw FileFailure(code: ENOSPC) }
    }

    /// Returns when what was appended survives a loss of power.
    func synchronize() throws(FileFailure) {
        while fdatasync(descriptor) != 0 { if errno != EINTR { throw FileFailure(code: errno) } }
    }
}

/// The folders of spools, and what happens to whole files in them.
enum SpoolFolder {
    /// Creates a folder for weir's user alone, and its parent if that is missing.
    static func create(_ path: String) throws(FileFailure) {
        let parent = FilePath.parent(of: path)
        if unsafe mkdir(parent, 0o700) != 0 && errno != EEXIST { throw FileFailure(code: errno) }
        if unsafe mkdir(path, 0o700) != 0 && errno != EEXIST { throw FileFailure(code: errno) }
        guard try LinuxFileSystem.linkStatus(path: path).isDirectory else { throw FileFailure(code: ENOTDIR) }
        if unsafe chmod(path, 0o700) != 0 { throw FileFailure(code: errno) }
        try synchronize(parent)
        try synchronize(path)
    }

    /// Returns when the names in a folder survive a loss of power.
    static func synchronize(_ path: String) throws(FileFailure) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(code: errno) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw FileFailure(code: errno) }
    }

    /// Removes a file. False when that failed.
    static func remove(_ path: String) -> Bool { unsafe unlink(path) == 0 || errno == ENOENT }

    static func cut(_ path: String, to size: UInt64) throws(FileFailure) {
        if unsafe truncate(path, off_t(size)) != 0 { throw FileFailure(code: errno) }
    }

    /// Replaces a small file, as a whole.
    static func replace(_ path: String, with bytes: [UInt8]) throws(FileFailure) {
        let fresh = path + ".new"
        if unsafe unlink(fresh) != 0 && errno != ENOENT { throw FileFailure(code: errno) }
        var position = 0
        try SpoolFile(path: fresh).append(bytes, from: &position)
        if unsafe rename(fresh, path) != 0 { throw FileFailure(code: errno) }
    }
}
