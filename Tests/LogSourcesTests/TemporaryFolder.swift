// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of its own for one test, with what log writers and rotators do in it. Removed with the value.
final class TemporaryFolder {
    let path: String

    /// - Parameter parent: another place than that for temporary files, with another file system.
    init(in parent: String? = nil) throws {
        path = (parent.map { $0 + "/" } ?? NSTemporaryDirectory()) + "weir-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("the folder \(path) stays behind: \(error)")
        }
    }

    func at(_ name: String) -> String { path + "/" + name }

    /// Appends, creating the file if need be, and closes it.
    func append(_ text: String, to name: String) throws {
        let writer = try Writer(at(name))
        try writer.write(text)
    }

    /// Replaces a file's content in place: same inode.
    func overwrite(_ name: String, with text: String) throws {
        try truncate(name)
        try append(text, to: name)
    }

    func truncate(_ name: String, to size: UInt64 = 0) throws {
        let handle = try handle(name)
        try handle.truncate(atOffset: size)
        try handle.close()
    }

    private func handle(_ name: String) throws -> FileHandle {
        guard let handle = FileHandle(forWritingAtPath: at(name)) else { throw FolderError(text: "\(name) cannot be written") }
        return handle
    }

    /// As `rename` does it: over what is there.
    func rename(_ old: String, _ new: String) throws {
        guard unsafe Foundation.rename(at(old), at(new)) == 0 else { throw FolderError(text: "\(old) cannot be renamed to \(new)") }
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: at(name)) }

    func copy(_ old: String, _ new: String) throws { try FileManager.default.copyItem(atPath: at(old), toPath: at(new)) }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: at(name), withIntermediateDirectories: true)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: at(name), withDestinationPath: target)
    }

    /// For bytes that arrive piece by piece.
    func beginBytes(_ name: String) throws -> FileHandle {
        try append("", to: name)
        return try handle(name)
    }

    func appendingHandle(_ name: String) throws -> FileHandle {
        let handle = try beginBytes(name)
        try handle.seekToEnd()
        return handle
    }

    func readingHandle(_ name: String) throws -> FileHandle {
        guard let handle = FileHandle(forReadingAtPath: at(name)) else { throw FolderError(text: "\(name) cannot be read") }
        return handle
    }

    func content(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: at(name))) }

    func write(_ data: Data, to name: String) throws { try data.write(to: URL(fileURLWithPath: at(name))) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func inode(_ name: String) throws -> UInt64 {
        let attributes = try FileManager.default.attributesOfItem(atPath: at(name))
        return (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
    }

    /// Makes a file look as if it had not been written for a while.
    func age(_ name: String, seconds: Double = 3600) throws {
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: at(name))
    }

    /// Runs a tool and waits for it. The exit code is not judged: gzip warns with one.
    @discardableResult
    func run(_ tool: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// As rotation does it: the plain file is gone afterwards.
    func gzip(_ name: String) throws { try run(Tool.gzip, ["-f", name]) }
    func zstd(_ name: String, _ options: String...) throws { try run(Tool.zstd, options + ["-q", "-f", "--rm", name]) }

    /// The packed bytes of any bytes, by a tool that packs what stands before it.
    func packed(_ data: Data, with tool: String, _ options: String...) throws -> Data {
        try write(data, to: "packing")
        try run("/bin/sh", ["-c", "\(tool) -c \(options.joined(separator: " ")) < packing > packing.out"])
        let result = try content("packing.out")
        try remove("packing")
        try remove("packing.out")
        return result
    }

    /// The packed bytes of a text.
    func gzipped(_ text: String) throws -> Data {
        try append(text, to: "packing")
        try gzip("packing")
        let packed = try content("packing.gz")
        try remove("packing.gz")
        return packed
    }

    func zstandard(_ text: String, _ options: String...) throws -> Data {
        try append(text, to: "packing")
        try run(Tool.zstd, options + ["-q", "-f", "--rm", "packing"])
        let packed = try content("packing.zst")
        try remove("packing.zst")
        return packed
    }
}

/// Looks at files as somebody without the superuser's rights, on this thread, while `body` runs.
func asStranger<Result>(_ body: () throws -> Result) throws -> Result {
    guard geteuid() == 0 else { return try body() }
    // The C library's header for it is none that Swift sees. The number is that of nobody on Debian.
    guard let symbol = unsafe dlsym(nil, "setfsuid") else { throw FolderError(text: "there is no setfsuid") }
    let setUser = unsafe unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> Int32).self)
    _ = setUser(65534)
    defer { _ = setUser(0) }
    return try body()
}

struct FolderError: Error { var text: String }

/// A writer that keeps its descriptor, as servers do.
final class Writer {
    private let handle: FileHandle

    init(_ path: String, appends: Bool = true) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : 0), 0o644)
        guard descriptor >= 0 else { throw FolderError(text: "\(path) cannot be opened for writing") }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ text: String) throws { try handle.write(contentsOf: Data(text.utf8)) }
}

/// The tools that tests use, and where they are.
enum Tool {
    static let gzip = find("gzip")
    static let zstd = find("zstd")
    static let bzip2 = find("bzip2")
    static let xz = find("xz")
    static let tar = find("tar")
    static let logrotate = find("logrotate")

    static func isThere(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    private static func find(_ name: String) -> String {
        ["/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/"].map { $0 + name }.first(where: isThere) ?? "/usr/bin/" + name
    }
}
