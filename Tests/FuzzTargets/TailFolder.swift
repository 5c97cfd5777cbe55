// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

@testable import LogSources

/// One inode of a ``TailFolder``, and what stands in it.
final class TailFile {
    let inode: UInt64
    /// A path that leads to it: one of ``names``, or where it lies since its last name was taken from it.
    var path: String
    var names: [String]
    /// The numbers of the whole lines.
    var lines: [Int] = []
    /// The line that is begun at the end, and its bytes still to come.
    var part: (number: Int, rest: ArraySlice<UInt8>)?
    /// Plain bytes, also of a packed file.
    var content: [UInt8] = []

    init(inode: UInt64, path: String, names: [String]) {
        self.inode = inode
        self.path = path
        self.names = names
    }
}

/// A folder with a log and its rotated files, on the disk and in mind, for one run.
///
/// The times of files are those that the run gives them, far from the wall clock, so that nothing depends on when it runs. A file without a
/// name is kept aside: where the system may have given its inode to a new file, ``create(_:recycling:)`` does.
final class TailFolder {
    private let root: String
    let watched: String
    private let aside: String
    private(set) var files: [String: TailFile] = [:]
    /// Without a name, the one that lost it last at the end.
    private(set) var unlinked: [TailFile] = []
    /// Told of each path where something happens, and whether it happens to the content and not to the name.
    var report: (_ path: String, _ isContent: Bool) -> Void = { _, _ in }
    private var temporary = 0
    private var ticks: Int64 = 0
    /// Seconds of the wall clock: the year 2096, or 2001, for files at rest. Nothing is ever between them and now.
    private var stampBase: Int64 = 4_000_000_000

    init() {
        // Memory, where there is some: nothing here is about disks.
        let parent = unsafe access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/weir-tail-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { fatalError("no folder can be made in \(parent)") }
        root = made
        watched = root + "/logs"
        aside = root + "/aside"
        for folder in [watched, aside] { TailFolder.check(unsafe mkdir(folder, 0o755), folder) }
    }

    deinit {
        for name in files.keys { _ = unsafe unlink(at(name)) }
        for file in unlinked { _ = unsafe unlink(file.path) }
        for folder in [watched, aside, root] { TailFolder.check(unsafe rmdir(folder), folder) }
    }

    private static func check(_ result: Int32, _ path: String) {
        guard result < 0 else { return }
        fatalError("\(path): \(LinuxFileSystem.message(errno))")
    }

    func at(_ name: String) -> String { watched + "/" + name }

    // MARK: Content

    /// A new file, or the inode of one that is gone.
    func create(_ name: String, recycling old: TailFile? = nil) -> TailFile {
        let path = at(name)
        if let old, let index = unlinked.firstIndex(where: { $0 === old }) {
            unlinked.remove(at: index)
            TailFolder.check(unsafe Glibc.truncate(old.path, 0), old.path)
            TailFolder.check(unsafe Glibc.rename(old.path, path), path)
        }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        TailFolder.check(descriptor, path)
        var status = stat()
        unsafe fstat(descriptor, &status)
        stamp(descriptor)
        close(descriptor)
        let file = TailFile(inode: UInt64(status.st_ino), path: path, names: [name])
        files[name] = file
        report(path, false)
        return file
    }

    func append(_ bytes: some Collection<UInt8>, to file: TailFile) {
        write(Array(bytes), to: file, O_APPEND)
        file.content += bytes
    }

    /// In a packed file, bytes that are not ``TailFile/content``.
    func write(_ bytes: [UInt8], to file: TailFile, _ flags: Int32) {
        let descriptor = unsafe open(file.path, O_WRONLY | O_CLOEXEC | flags)
        TailFolder.check(descriptor, file.path)
        let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
        precondition(count == bytes.count, "the folder of the run is full")
        stamp(descriptor)
        close(descriptor)
        for name in file.names { report(at(name), true) }
    }

    func truncate(_ file: TailFile) {
        write([], to: file, O_TRUNC)
        file.content = []
        file.lines = []
        file.part = nil
    }

    private func stamp(_ descriptor: Int32) {
        ticks += 1
        // A millisecond each, so that no two changes look alike.
        let time = timespec(tv_sec: Int(stampBase + ticks / 1000), tv_nsec: Int(ticks % 1000) * 1_000_000)
        let times = [time, time]
        _ = unsafe futimens(descriptor, times)
    }

    /// Makes all files look as if they had not been written for decades.
    func age() {
        stampBase = 1_000_000_000
        for file in Set(files.values.map(\.path)).sorted() {
            let descriptor = unsafe open(file, O_WRONLY | O_CLOEXEC)
            TailFolder.check(descriptor, file)
            stamp(descriptor)
            close(descriptor)
        }
        stampBase = 4_000_000_000
    }

    // MARK: Names

    func rename(_ old: String, _ new: String) {
        guard let file = files[old] else { return }
        if files[new] != nil { remove(new) }
        TailFolder.check(unsafe Glibc.rename(at(old), at(new)), at(new))
        files[old] = nil
        files[new] = file
        file.names = file.names.filter { $0 != old } + [new]
        file.path = at(file.names[0])
        for name in [old, new] { report(at(name), false) }
    }

    func remove(_ name: String) {
        guard let file = files.removeValue(forKey: name) else { return }
        file.names.removeAll { $0 == name }
        defer { report(at(name), false) }
        if let other = file.names.first {
            TailFolder.check(unsafe unlink(at(name)), at(name))
            file.path = at(other)
            return
        }
        file.path = asidePath()
        unlinked.append(file)
        TailFolder.check(unsafe Glibc.rename(at(name), file.path), file.path)
    }

    func link(_ name: String, as other: String) {
        guard let file = files[name], files[other] == nil else { return }
        TailFolder.check(unsafe Glibc.link(at(name), at(other)), at(other))
        files[other] = file
        file.names.append(other)
        report(at(other), false)
    }

    private func asidePath() -> String {
        temporary += 1
        return "\(aside)/\(temporary)"
    }

    /// The bytes of a packed file.
    func packed(_ bytes: [UInt8], _ packing: ArchivePacking) -> [UInt8] {
        let path = asidePath()
        do throws(ArchiveWriteFailure) {
            let writer = try ArchiveWriter(path: path, packing: packing)
            try writer.write(bytes)
            try writer.finish()
        } catch {
            fatalError("\(path): \(error.reason)")
        }
        do throws(FileFailure) {
            let file = try OpenFile(path: path)
            let result = try file.bytes(at: 0, count: Int(file.status()?.size ?? 0))
            TailFolder.check(unsafe unlink(path), path)
            return result
        } catch {
            fatalError("\(path): \(error.text)")
        }
    }
}
