// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Wakes a waiting source from another thread, as at shutdown. A pipe, because it can be polled together with inotify.
package final class SourceWaker: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    package init() {
        var ends: [Int32] = [-1, -1]
        unsafe precondition(pipe(&ends) == 0, "no file descriptor is left for a pipe")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Ends the source's wait, now or the next one. A full pipe is as good as a written one.
    package func wake() {
        var byte: UInt8 = 1
        _ = unsafe write(writeEnd, &byte, 1)
    }

    func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(readEnd, &bytes, 64) > 0 {}
    }
}

/// Watches directories for files that grow, appear, move or vanish.
///
/// Only directories are watched: a watch on a directory reports its files too, and there are few of them. Where inotify cannot be had, the
/// owner polls.
final class InotifyWatch {
    /// What is reported of a directory.
    enum Scope {
        /// Everything: names that come and go, files that grow.
        case files
        /// Only names that come: of a directory above one that is not there yet, or that a symbolic link leads through.
        case names
    }

    /// Made with the first watch: archives need none, and a user may only have 128 of them.
    private var descriptor: Int32 = -1
    private let waker: SourceWaker
    private let limit: Int
    private var watches: [String: Int32] = [:]
    private var directories: [Int32: [String]] = [:]
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    /// By directory: on which device it lies, and the name of its file system when that is a silent one. Looked up again when the device is
    /// another: a share is often mounted after the daemon's start, or at the first look at it.
    private var knownTypes: [String: (device: UInt64, silent: String?)] = [:]
    private let mounts: () -> MountTable

    /// - Parameters:
    ///   - limit: watches that may be had, for the test of what happens when the system has none left.
    ///   - mounts: what is mounted where, for the test of what happens on a network's file system.
    init(waker: SourceWaker, limit: Int = .max, mounts: @escaping () -> MountTable = LinuxFileSystem.mounts) {
        self.waker = waker
        self.limit = limit
        self.mounts = mounts
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Something that happened in a directory.
    struct Event: Equatable {
        var path: String
        /// A file grew, shrank or was closed by its writer; otherwise a name came, went or got other rights.
        var isContent: Bool
    }

    /// What a wait ended with.
    struct Wake: Equatable {
        var events: [Event] = []
        /// The system dropped events, or a watched directory went away: anything may have happened.
        var isIncomplete = false
        var wasWoken = false
    }

    /// How asking for a watch went.
    enum Answer {
        case watched
        /// The directory is not there.
        case absent
        /// The system has no watch left, or reports nothing of this file system.
        case refused(String)
    }

    /// Watches a directory. May be asked again at any time: a path that has come to mean another directory is then watched anew.
    func watch(_ directory: String, _ scope: Scope) -> Answer {
        if let type = silentType(of: directory) {
            return .refused("\(directory) lies on \(type), which does not report changes: it is polled.")
        }
        if descriptor < 0 { descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)) }
        guard descriptor >= 0, watches[directory] != nil || watches.count < limit else { return .refused(InotifyWatch.exhausted) }
        let names = IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
        let all = names | IN_MODIFY | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB
        // A mask is added to, so that a directory that is watched for its files is not reduced to its names.
        let watch = unsafe inotify_add_watch(descriptor, directory, UInt32(scope == .files ? all : names) | UInt32(IN_MASK_ADD))
        guard watch >= 0 else {
            forget(directory)
            return errno == ENOSPC || errno == EMFILE || errno == ENOMEM ? .refused(InotifyWatch.exhausted) : .absent
        }
        if watches[directory] != watch {
            forget(directory)
            watches[directory] = watch
            directories[watch, default: []].append(directory)
        }
        return .watched
    }

    private static let exhausted =
        "inotify watches are exhausted, not the disk: raise fs.inotify.max_user_watches or max_user_instances. Files are polled meanwhile."

    private func forget(_ directory: String) {
        guard let watch = watches.removeValue(forKey: directory) else { return }
        directories[watch]?.removeAll { $0 == directory }
        if directories[watch]?.isEmpty == true {
            directories[watch] = nil
            inotify_rm_watch(descriptor, watch)
        }
    }

    private func silentType(of directory: String) -> String? {
        guard let path = LinuxFileSystem.realPath(directory) else { return nil }
        do throws(FileFailure) {
            let device = try LinuxFileSystem.status(path: path).device
            if let known = knownTypes[directory], known.device == device { return known.silent }
            let silent = mounts().silentType(of: path)
            knownTypes[directory] = (device, silent)
            return silent
        } catch {
            // What is gone again, or cannot be looked at, is absent to the watch as well.
            return nil
        }
    }

    /// Sleeps until something happens, the waker is used, or the time is over. Zero only looks.
    func wait(milliseconds: Int32) -> Wake {
        var wake = Wake()
        if milliseconds != 0 || descriptor < 0 {
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: waker.readEnd, events: Int16(POLLIN), revents: 0),
            ]
            _ = unsafe poll(&polled, 2, milliseconds)
            if polled[1].revents != 0 {
                waker.drain()
                wake.wasWoken = true
            }
            guard polled[0].revents != 0 else { return wake }
        }
        drain(&wake)
        return wake
    }

    private func drain(_ wake: inout Wake) {
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            var offset = 0
            // A record: watch, mask, cookie, length of the name (4 bytes each), and the name, padded with zeros.
            while offset + 16 <= count {
                let (watch, mask, length) = unsafe buffer.withUnsafeBytes { bytes in
                    (
                        unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                        unsafe bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
                        Int(unsafe bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
                    )
                }
                let name = buffer[(offset + 16)..<min(offset + 16 + length, count)].prefix { $0 != 0 }
                note(watch, mask, name, &wake)
                offset += 16 + length
            }
        }
    }

    private func note(_ watch: Int32, _ mask: UInt32, _ name: ArraySlice<UInt8>, _ wake: inout Wake) {
        if mask & UInt32(IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT) != 0 {
            // A watch that we removed ourselves is ignored too, and is no news.
            guard mask & UInt32(IN_IGNORED) == 0 || directories[watch] != nil else { return }
            wake.isIncomplete = true
            for directory in directories[watch] ?? [] { watches[directory] = nil }
            if directories.removeValue(forKey: watch) != nil && mask & UInt32(IN_MOVE_SELF) != 0 { inotify_rm_watch(descriptor, watch) }
            return
        }
        let text = String(decoding: name, as: UTF8.self)
        for directory in directories[watch] ?? [] {
            let event = Event(path: text.isEmpty ? directory : FilePath.join(directory, text), isContent: mask & UInt32(IN_MODIFY) != 0)
            if wake.events.last != event { wake.events.append(event) }
        }
    }
}
