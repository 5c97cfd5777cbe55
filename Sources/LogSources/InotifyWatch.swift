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
    private let descriptor: Int32
    private var watched: [String: Int32] = [:]
    private let waker: SourceWaker

    init(waker: SourceWaker) {
        self.waker = waker
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What a wait ended with.
    struct Wake: Equatable {
        /// Files appeared, vanished, moved or changed their permissions: look at the directories again.
        var namesChanged = false
        var anything = false
    }

    /// Watches a directory; false when the system refuses for want of watches. A directory that is not there yet is no failure.
    func watch(_ directory: String) -> Bool {
        guard descriptor >= 0 else { return false }
        guard watched[directory] == nil else { return true }
        let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF)
        let watch = unsafe inotify_add_watch(descriptor, directory, mask)
        if watch >= 0 { watched[directory] = watch }
        return watch >= 0 || (errno != ENOSPC && errno != EMFILE && errno != ENOMEM)
    }

    /// Sleeps until something happens, the waker is used, or the time is over.
    func wait(milliseconds: Int32) -> Wake {
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: waker.readEnd, events: Int16(POLLIN), revents: 0),
        ]
        _ = unsafe poll(&polled, 2, milliseconds)
        var wake = Wake()
        if polled[1].revents != 0 {
            waker.drain()
            wake.anything = true
        }
        if polled[0].revents != 0 { drain(&wake) }
        return wake
    }

    private func drain(_ wake: inout Wake) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            wake.anything = true
            var offset = 0
            while offset + 16 <= count {
                let (mask, length) = unsafe buffer.withUnsafeBytes { bytes in
                    (
                        unsafe bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
                        unsafe bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
                    )
                }
                if mask & ~UInt32(IN_MODIFY | IN_CLOSE_WRITE) != 0 { wake.namesChanged = true }
                if mask & UInt32(IN_DELETE_SELF | IN_IGNORED) != 0 { watched.removeAll() }
                offset += 16 + Int(length)
            }
        }
    }
}
