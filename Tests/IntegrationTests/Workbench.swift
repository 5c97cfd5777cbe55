// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A folder of its own and the release binary: what every integration test works with. Removes the folder when it goes.
final class Workbench {
    let folder: URL
    private var children: [Process] = []

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        for child in children where child.isRunning { kill(child.processIdentifier, SIGKILL) }
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            FileHandle.standardError.write(Data("could not remove \(folder.path): \(error)\n".utf8))
        }
    }

    /// The root of the checkout.
    static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The release binary that `make test` built.
    static var binary: String {
        ProcessInfo.processInfo.environment["WEIR_BINARY"] ?? root.appendingPathComponent(".build/release/weir").path
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: existing(name))
        defer { handle.closeFile() }
        handle.seekToEndOfFile()
        handle.write(Data(text.utf8))
    }

    private func existing(_ name: String) -> URL {
        let url = folder.appendingPathComponent(name)
        if !FileManager.default.fileExists(atPath: url.path) { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
        return url
    }

    func text(_ name: String) -> String {
        guard let data = FileManager.default.contents(atPath: path(name)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    func lines(_ name: String) -> [String] { text(name).split(separator: "\n").map(String.init) }

    /// The whole numbers of each object in the list `key` of a JSON object.
    func numbers(in json: String, _ key: String) throws -> [[String: Int]] {
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let list = object?[key] as? [[String: Any]] ?? []
        return list.map { $0.compactMapValues { $0 as? Int } }
    }

    /// Alerts as they must agree however their lines arrived: without the places where those stand and the number of lines refused
    /// beside them, sorted.
    static func comparable(_ lines: some StringProtocol) -> [String] {
        let places = /"file":"[^"]*","offset":\d+/
        let refused = /"malformed":\d+/
        return Set(lines.split(separator: "\n").map { String($0).replacing(places, with: "").replacing(refused, with: "") }).sorted()
    }

    /// Permissions of a file, as in `ls`.
    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    /// What a finished command said.
    struct Result {
        var code: Int32
        var output: String
        var errors: String
    }

    /// Runs a command to its end.
    func run(_ executable: String, _ arguments: [String], input: String? = nil) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        let (outputName, errorName) = ("run-\(UUID().uuidString).out", "run-\(UUID().uuidString).err")
        process.standardOutput = try FileHandle(forWritingTo: existing(outputName))
        process.standardError = try FileHandle(forWritingTo: existing(errorName))
        process.standardInput = try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Result(code: process.terminationStatus, output: text(outputName), errors: text(errorName))
    }

    func weir(_ arguments: String..., input: String? = nil) throws -> Result { try run(Workbench.binary, arguments, input: input) }

    /// Starts a command that goes on; its output goes to files named after it.
    func start(_ executable: String, _ arguments: [String], name: String, environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = try FileHandle(forWritingTo: existing(name + ".log"))
        output.seekToEndOfFile()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        children.append(process)
        return process
    }

    /// Waits until a condition holds, at most `seconds`; returns whether it does.
    func wait(atMost seconds: Double, for condition: () throws -> Bool) rethrows -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if try condition() { return true }
            usleep(10_000)
        }
        return try condition()
    }

    /// Ends a process with a signal and waits for it.
    func end(_ process: Process, signal: Int32) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }
}
