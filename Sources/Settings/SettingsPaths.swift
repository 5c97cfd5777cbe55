// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files and folders as the settings name them: the one place of this target where system calls are made.
enum SettingsPaths {
    enum Contents {
        case text(String)
        case failure(String)
    }

    /// The text of a file of at most `limit` bytes. Never blocks on a FIFO.
    static func contents(_ path: String, limit: Int) -> Contents {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure("\(words(errno))\(remedy(errno))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let got = unsafe block.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return .failure(words(errno)) }
            if got == 0 { return decoded(bytes) }
            bytes += block[..<got]
        }
        return .failure("it is larger than \(limit) bytes")
    }

    /// A byte order mark is no part of the text.
    private static func decoded(_ all: [UInt8]) -> Contents {
        if all.starts(with: [0xFF, 0xFE]) || all.starts(with: [0xFE, 0xFF]) { return .failure("it is UTF-16: save it as UTF-8") }
        let bytes = all.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(all.dropFirst(3)) : all
        if let text = String(validating: bytes, as: UTF8.self) { return .text(text) }
        // The line of the first byte that a repairing decoder has to replace.
        let repaired = String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix { $0 != "\u{FFFD}" }
        return .failure("line \(1 + repaired.count { $0 == "\n" }) is not UTF-8: save it as UTF-8")
    }

    /// The absolute folder of a file.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return current() }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return folder.hasPrefix("/") ? folder : "\(current())/\(folder)"
    }

    private static func current() -> String {
        guard let name = unsafe getcwd(nil, 0) else { return "." }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }

    /// The user that this process acts as.
    static var user: UInt32 { geteuid() }

    enum Writability: Equatable {
        case writable
        case notAFolder(String)
        /// The folder itself, or the nearest one above it, in which it would have to be created.
        case notWritable(String)
    }

    static func writability(of path: String) -> Writability {
        var place = path
        var status = stat()
        while unsafe stat(place, &status) != 0 {
            if errno == ENOTDIR { return .notAFolder(folder(of: place)) }
            guard errno == ENOENT, place != "/" else { return .notWritable(place) }
            place = folder(of: place)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .notAFolder(place) }
        return isAllowed(place, W_OK | X_OK) ? .writable : .notWritable(place)
    }

    static func isThere(_ path: String) -> Bool { isAllowed(path, F_OK) }

    /// What this user may not read among files and folders: the first of them.
    static func unreadable(_ paths: [String]) -> String? { paths.first { !isAllowed($0, R_OK) } }

    /// The folder that keeps this user from seeing what an absolute path or a pattern stands for: it may not be entered, or its names may
    /// not be listed. Nil where none does.
    static func closedFolder(above pattern: String) -> String? {
        var place = "/"
        for part in pattern.split(separator: "/") {
            guard isAllowed(place, X_OK) else { return errno == EACCES ? place : nil }
            if part.contains(where: { "*?[".contains($0) }) { return isAllowed(place, R_OK) ? nil : place }
            place += place == "/" ? String(part) : "/\(part)"
        }
        return nil
    }

    private static func isAllowed(_ path: String, _ mode: Int32) -> Bool { unsafe faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 }

    enum Secrecy: Equatable {
        case secret
        case absent(String)
        case open
    }

    static func secrecy(of path: String) -> Secrecy {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return .absent(words(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .absent("it is not a file") }
        guard status.st_mode & S_IROTH == 0 else { return .open }
        return isAllowed(path, R_OK) ? .secret : .absent(words(errno))
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: ": check the path"
        case EACCES, EPERM: ": give user \(user) the right to read it, or run as the user that may"
        default: ""
        }
    }

    private static func words(_ code: Int32) -> String { unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)" }
}
