// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// The state folder and the files in it: the one place of this target where system calls are made.
///
/// Everything in the folder is for weir's user alone. The database tells who exported what from a CRM, and whoever can write to it can hide
/// an export, so a folder that others may write to is refused, not repaired: `state_directory: /tmp` must not change the rights of `/tmp`.
enum StateFolder {
    static let databaseName = "weir.sqlite"
    static let lockName = "weir.lock"

    static func path(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }

    /// Creates the folder (0700, and its parents 0755) or checks the one that is there.
    static func prepare(_ directory: String) throws(JournalFailure) -> [JournalNotice] {
        guard !directory.isEmpty else { throw JournalFailure(.folder, "The state folder has no name: set state_directory.") }
        var status = stat()
        if unsafe stat(directory, &status) != 0 {
            guard errno == ENOENT else { throw failure("\(directory) cannot be looked at", errno) }
            try create(directory)
            guard unsafe stat(directory, &status) == 0 else { throw failure("\(directory) cannot be looked at", errno) }
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw JournalFailure(.folder, "\(directory) is not a folder: set state_directory to one.")
        }
        return try check(directory, status)
    }

    private static func create(_ directory: String) throws(JournalFailure) {
        var end = directory.startIndex
        while let slash = directory[end...].dropFirst().firstIndex(of: "/") {
            end = slash
            if unsafe mkdir(String(directory[..<slash]), 0o755) != 0 && errno != EEXIST {
                throw failure("\(directory[..<slash]) cannot be created", errno)
            }
        }
        if unsafe mkdir(directory, 0o700) != 0 && errno != EEXIST { throw failure("\(directory) cannot be created", errno) }
    }

    private static func check(_ directory: String, _ status: stat) throws(JournalFailure) -> [JournalNotice] {
        var notices: [JournalNotice] = []
        let user = geteuid()
        if status.st_mode & 0o022 != 0 {
            throw JournalFailure(.folder, "Others may write to \(directory), and so change what weir knows: chmod 700 \(directory).")
        }
        if status.st_uid != user {
            guard user == 0 else {
                throw JournalFailure(
                    .folder,
                    "\(directory) belongs to user \(status.st_uid), but weir runs as user \(user): chown it, or run weir as that user.")
            }
            notices.append(
                JournalNotice(
                    kind: .looseFolder,
                    message:
                        "\(directory) belongs to user \(status.st_uid), but weir runs as root: run it as that user."
                ))
        }
        if status.st_mode & 0o055 != 0 {
            notices.append(
                JournalNotice(
                    kind: .looseFolder, message: "Others may list \(directory); its files are closed to them: chmod 700 \(directory)."))
        }
        return notices
    }

    /// Makes sure that a file is there, is a plain file, and is for weir's user alone, before a library opens it by name.
    ///
    /// SQLite gives `-wal` and `-shm` the rights of the database file, so 0600 here covers them.
    static func makePrivate(_ path: String) throws(JournalFailure) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw failure("\(path) cannot be opened", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("\(path) cannot be looked at", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw JournalFailure(.folder, "\(path) is not a plain file: move it away.") }
        if status.st_mode & 0o177 != 0, fchmod(descriptor, 0o600) != 0 { throw failure("\(path) cannot be closed to others", errno) }
    }

    /// Whether something of that name is there.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Why nobody can say whether something of that name is there; nil where the system says.
    static func closed(_ path: String) -> String? {
        var status = stat()
        guard unsafe lstat(path, &status) != 0, errno != ENOENT, errno != ENOTDIR else { return nil }
        return unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    }

    /// Bytes of a file; 0 when it is not there.
    static func size(_ path: String) -> UInt64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? UInt64(max(status.st_size, 0)) : 0
    }

    /// The rights of a file, without its type; nil when it is not there.
    static func rights(_ path: String) -> UInt32? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    /// When a file was last written; nil when it is not there.
    static func modified(_ path: String) -> EventTime? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return EventTime(milliseconds: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000)
    }

    /// A path without links and dots, as far as it exists; as it is, where it does not.
    static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// Overwrites a secret where it lies, then removes it; false when it was not there. Where the file system writes to other places than
    /// it read from, only the removal counts.
    static func destroyPrivate(_ path: String) throws(JournalFailure) -> Bool {
        let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 && errno == ENOENT { return false }
        guard descriptor >= 0 else { throw failure("\(path) cannot be deleted", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("\(path) cannot be looked at", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw JournalFailure(.folder, "\(path) is not a plain file: move it away.") }
        let zeros = [UInt8](repeating: 0, count: min(max(Int(status.st_size), 0), 4096))
        let wrote = unsafe zeros.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard wrote == zeros.count, fsync(descriptor) == 0 else { throw failure("\(path) cannot be overwritten", errno) }
        guard unsafe unlink(path) == 0 else { throw failure("\(path) cannot be deleted", errno) }
        return true
    }

    static func move(_ path: String, to other: String) throws(JournalFailure) {
        if unsafe rename(path, other) != 0 && errno != ENOENT { throw failure("\(path) cannot be renamed to \(other)", errno) }
    }

    /// Removes a plain file; nothing happens where it is not there.
    static func remove(_ path: String) throws(JournalFailure) {
        if unsafe unlink(path) != 0 && errno != ENOENT { throw failure("\(path) cannot be removed", errno) }
    }

    /// Makes the content of a file survive a power cut.
    static func synchronize(file path: String) throws(JournalFailure) {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("\(path) cannot be opened", errno) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw failure("\(path) cannot be written to the disk", errno) }
    }

    /// Makes names in the folder survive a power cut.
    static func synchronize(_ directory: String) throws(JournalFailure) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("\(directory) cannot be opened", errno) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw failure("\(directory) cannot be written to the disk", errno) }
    }

    /// The content of a small private file; nil when it is not there. Throws when others may read it.
    static func readPrivate(_ path: String, limit: Int) throws(JournalFailure) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 && errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw failure("\(path) cannot be read", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("\(path) cannot be looked at", errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw JournalFailure(.folder, "\(path) is a secret that others may read: chmod 600 \(path).")
        }
        var bytes = [UInt8](repeating: 0, count: limit)
        let got = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard got >= 0 else { throw failure("\(path) cannot be read", errno) }
        return Array(bytes.prefix(got))
    }

    /// Creates a private file with a content, whole or not at all; false when one of that name is there already.
    ///
    /// The content is written and flushed under another name, then linked: a crash leaves no half-written secret behind.
    static func createPrivate(_ path: String, _ content: [UInt8]) throws(JournalFailure) -> Bool {
        let draft = "\(path).\(getpid())"
        if unsafe unlink(draft) != 0 && errno != ENOENT { throw failure("\(draft) cannot be removed", errno) }
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("\(draft) cannot be created", errno) }
        defer {
            close(descriptor)
            unsafe unlink(draft)
        }
        let wrote = unsafe content.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard wrote == content.count, fsync(descriptor) == 0 else { throw failure("\(draft) cannot be written", errno) }
        if unsafe link(draft, path) == 0 { return true }
        guard errno == EEXIST else { throw failure("\(path) cannot be created", errno) }
        return false
    }

    /// The text of a file of the system's; empty when it cannot be read.
    static func systemText(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16_384)
        while text.count < 4_194_304 {
            let got = unsafe block.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard got > 0 else { break }
            text += block[..<got]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The wall clock.
    static func wallClock() -> EventTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return EventTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    private static func failure(_ what: String, _ code: Int32) -> JournalFailure {
        let words = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let remedy =
            switch code {
            case EACCES, EPERM: "give weir's user the right to it"
            case ENOSPC, EDQUOT: "free some space"
            case EROFS: "mount the disk for writing, or set state_directory to another one"
            case ELOOP: "it is a symbolic link, which weir does not follow here"
            default: "check state_directory"
            }
        return JournalFailure(.folder, "\(what) (\(words)): \(remedy).")
    }
}

/// The right to be the only weir on a state folder. Held until released; the system releases it when the process dies, however it dies.
final class StateLock: Sendable {
    /// Bytes of its file.
    private static let length = 1024

    private let descriptor: Int32

    /// Throws: ``JournalFailure/Reason/inUse(process:)`` when another process holds it.
    init(directory: String) throws(JournalFailure) {
        let path = StateFolder.path(directory, StateFolder.lockName)
        try StateFolder.makePrivate(path)
        descriptor = unsafe open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalFailure(.folder, "\(path) cannot be opened: check its rights.") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = StateLock.holder(descriptor)
            close(descriptor)
            throw JournalFailure(
                .inUse(process: holder),
                "Another weir\(holder.map { " (process \($0))" } ?? "") uses \(directory): stop it, or set another state_directory."
            )
        }
        write(nil)
    }

    /// Writes who holds the folder and what keeps it from storing its state. Always as many bytes, over those of before: that needs no room
    /// on the disk. The lock is what counts, and the text is for people: a failure to write it is no obstacle.
    func write(_ trouble: StateHolder.Trouble?) {
        var text = "\(getpid())\n"
        if let trouble { text += "\(trouble.since.milliseconds) \(trouble.message.prefix(400).filter { !$0.isNewline })\n" }
        let bytes = Array(text.utf8.prefix(StateLock.length))
        let block = bytes + [UInt8](repeating: UInt8(ascii: " "), count: StateLock.length - bytes.count)
        _ = unsafe block.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        ftruncate(descriptor, off_t(StateLock.length))
    }

    /// Gives the folder free while this value lives on.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: Int32) -> Int32? { parse(text(descriptor)).process }

    private static func text(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: length)
        let got = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return String(decoding: bytes.prefix(max(got, 0)), as: UTF8.self)
    }

    private static func parse(_ text: String) -> (process: Int32?, trouble: StateHolder.Trouble?) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let words = lines.dropFirst().first?.split(separator: " ", maxSplits: 1) ?? []
        let since = words.first.flatMap { Int64($0) }.map { EventTime(milliseconds: $0) }
        let trouble = since.map { StateHolder.Trouble(since: $0, message: words.count > 1 ? DisplayName.safe(words[1], limit: 400) : "") }
        return (lines.first.flatMap { Int32($0) }, trouble)
    }

    /// Who holds the folder, or held it last; nil where the file is not there or may not be read. Takes no lock: a weir that starts at this
    /// moment would be refused.
    static func holder(directory: String) -> StateHolder? {
        let descriptor = unsafe open(StateFolder.path(directory, StateFolder.lockName), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        let (process, trouble) = parse(text(descriptor))
        let inode = UInt64(status.st_ino)
        // One line a lock: `1: FLOCK ADVISORY WRITE process device:inode …`.
        let holders = StateFolder.systemText("/proc/locks").split(separator: "\n").compactMap { line -> Int32? in
            let words = line.split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK" else { return nil }
            return words[5].split(separator: ":").last.flatMap { UInt64($0) } == inode ? Int32(words[4]) : nil
        }
        // The number that another name space gives it is the one it knows itself by.
        let isHeld = holders.contains { $0 == process || $0 <= 0 } || !holders.isEmpty && process == nil
        return StateHolder(process: process, isRunning: isHeld, trouble: trouble)
    }
}
