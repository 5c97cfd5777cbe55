// weir
// SPDX-License-Identifier: Apache-2.0

import CMalloc
import EventModel
import Glibc

/// The clocks, the terminal and the standard streams: the one file of this target that calls C with pointers.
package enum System {
    /// The wall clock, for time stamps of deliveries and logs. Never an input of a decision.
    package static func wallClock() -> EventTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return EventTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Time since some fixed moment, for durations.
    package static func monotonic() -> EventDuration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return EventDuration(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// CPU time of this process so far.
    package static func processorTime() -> EventDuration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return EventDuration(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// The largest resident size so far, in bytes.
    package static func peakMemory() -> UInt64 {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return UInt64(usage.ru_maxrss) * 1024
    }

    /// Who runs this process, and through whom, for what people decide: `root (sudo: mara)`. Says who said so, and proves nothing.
    package static func userName() -> String {
        var name = "uid \(getuid())"
        if let entry = unsafe getpwuid(getuid()), let text = unsafe entry.pointee.pw_name { name = unsafe String(cString: text) }
        guard let caller = unsafe getenv("SUDO_USER") else { return name }
        return unsafe "\(name) (sudo: \(String(cString: caller)))"
    }

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Writes all of the text; false when the reader is gone or the disk is full.
    @discardableResult
    package static func write(_ text: String, to descriptor: Int32) -> Bool { write(Array(text.utf8), to: descriptor) }

    /// Writes all of the bytes; false when the reader is gone or the disk is full.
    @discardableResult
    package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            start += written
        }
        return true
    }

    /// Opens a file for writing, new or emptied, readable by its owner only. Negative when that fails; the reason in words.
    package static func create(_ path: String) -> (descriptor: Int32, reason: String) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        return (descriptor, descriptor < 0 ? message(errno) : "")
    }

    /// Creates a folder and those above it. False, with the reason, when that fails.
    package static func createFolder(_ path: String) -> (isThere: Bool, reason: String) {
        var partial = ""
        for (index, part) in path.split(separator: "/", omittingEmptySubsequences: true).enumerated() {
            partial += (index > 0 || path.hasPrefix("/") ? "/" : "") + part
            if unsafe mkdir(partial, 0o755) != 0 && errno != EEXIST { return (false, message(errno)) }
        }
        return (true, "")
    }

    package static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// The absolute path of a path.
    package static func absolutePath(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(folder) }
        return unsafe String(cString: folder) + "/" + path
    }

    /// The size of a file, or nil.
    package static func fileSize(_ path: String) -> UInt64? {
        var raw = stat()
        guard unsafe stat(path, &raw) == 0, raw.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(max(raw.st_size, 0))
    }

    /// The text of a small file, or nil.
    package static func contents(_ path: String) -> String? {
        guard let size = fileSize(path), size <= 16_777_216 else { return nil }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes { all in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: all[count...])
                return unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            guard got > 0 else { return nil }
            count += got
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Hands a file out piece by piece, standard input for `-`. Why it could not be read to its end; nil when it could.
    package static func eachChunk(of path: String, _ body: ([UInt8]) throws -> Void) rethrows -> String? {
        let descriptor = path == "-" ? dup(0) : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return message(errno) }
        defer { _ = Glibc.close(descriptor) }
        var block = [UInt8](repeating: 0, count: 262_144)
        while true {
            let got = unsafe block.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return message(errno) }
            if got == 0 { return nil }
            try body(Array(block[..<got]))
        }
    }

    /// Reads standard input until so many bytes are there, or it ends. Why it could not be read; nil when it could.
    package static func read(upTo limit: Int, into bytes: inout [UInt8]) -> String? {
        var block = [UInt8](repeating: 0, count: 262_144)
        while bytes.count < limit {
            let got = unsafe block.withUnsafeMutableBytes { unsafe Glibc.read(0, $0.baseAddress, $0.count) }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return message(errno) }
            if got == 0 { return nil }
            bytes += block[..<got]
        }
        return nil
    }

    /// The host's name, cut to what syslog allows.
    package static func hostName() -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&bytes, 255) == 0 else { return "-" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Ends the process at once, whatever its other threads do: what libraries take down at the end would be taken from under them.
    package static func exit(_ code: Int32) -> Never { _exit(code) }

    package static var processID: Int32 { getpid() }

    package static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// A random number, for table keys that must not be guessed.
    package static func random() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// Random bytes from the system, for keys.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Has blocks of a megabyte and more given back to the system when they are freed. By itself the C library raises that limit to the
    /// largest block that it has seen, of up to 32 MiB, and then the open buckets of 100,000 accounts leave holes of half a kilobyte an
    /// account.
    package static func returnLargeBlocks() { _ = mallopt(M_MMAP_THRESHOLD, 1 << 20) }

    /// Writing to a reader that has gone, or beyond the size that the host allows a file, is an error to handle, not a reason to die.
    package static func ignoreWriteSignals() {
        for number in [SIGPIPE, SIGXFSZ] { _ = signal(number, SIG_IGN) }
    }

    static let hangUp = SIGHUP

    private static func steeringSignals() -> sigset_t {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&signals, number) }
        return signals
    }

    static func blockSteeringSignals() {
        var signals = steeringSignals()
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Sends this process SIGTERM.
    static func terminateSelf() { _ = kill(getpid(), SIGTERM) }

    /// Waits for one of the blocked signals and returns its number.
    static func nextSteeringSignal() -> Int32 {
        var signals = steeringSignals()
        var number: Int32 = 0
        while unsafe sigwait(&signals, &number) != 0 {}
        return number
    }

    static func message(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
