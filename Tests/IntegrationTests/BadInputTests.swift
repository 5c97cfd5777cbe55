// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What no log should hold, through the release binary: it is said, it is counted, and the good lines around it give the same alerts.
@Suite(.serialized) struct BadInputTests {
    static let formats = ["json", "combined", "salesforce_elf"]

    @Test(arguments: formats) func `binary garbage between lines is counted and changes no alert`(format: String) throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: format)
        var random = SeededRandom(seed: 41)
        var bytes = Data()
        for (index, part) in log.parts(9).enumerated() {
            if index > 0 { bytes += Data((0..<30_000).map { _ in UInt8.random(in: 0...255, using: &random) }) + Data([0x0A]) }
            bytes += part
        }
        try bytes.write(to: bench.folder.appendingPathComponent("damaged"))
        let replay = try DamagedReplay(bench, format: format, ["damaged"])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.malformed.values.reduce(0, +) > 100, "seed 41: \(replay.malformed)")
        #expect(replay.errors.contains("refused: "), "\(replay.errors)")
        expectSame(replay.alerts, log.alerts)
        // What stands in a log is shown masked, never as it is.
        #expect(replay.errors.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }, "\(replay.errors)")
    }

    @Test(arguments: formats) func `bytes that are no UTF-8 are counted or repaired and change no alert`(format: String) throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: format)
        // A lone continuation, an overlong slash, a surrogate, a lead byte without its rest, a code point beyond the last.
        let wrong: [[UInt8]] = [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80], [0xFF, 0xFE]]
        var bytes = Data()
        for (index, part) in log.parts(wrong.count + 1).enumerated() {
            bytes += part
            if index < wrong.count { bytes += Data("caf".utf8) + Data(wrong[index]) + Data(" is no line\n".utf8) }
        }
        try bytes.write(to: bench.folder.appendingPathComponent("damaged"))
        let replay = try DamagedReplay(bench, format: format, ["damaged"])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.malformed.values.reduce(0, +) == wrong.count, "\(replay.malformed)")
        expectSame(replay.alerts, log.alerts)
        #expect(String(validating: Data(replay.errors.utf8), as: UTF8.self) != nil)
    }

    @Test func `a line of 300 megabytes is counted once, in little memory, and changes no alert but its own`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        let parts = log.parts(2)
        try parts[0].write(to: bench.folder.appendingPathComponent("first"))
        try parts[1].write(to: bench.folder.appendingPathComponent("second"))
        for byte in ["x", "{", "\\\""] {
            let pipeline = """
                cd '\(bench.folder.path)' && { cat first; head -c 300000000 /dev/zero | tr '\\0' '\(byte)'; echo; cat second; } | \
                prlimit --data=\(GoodLog.memoryLimit) '\(Workbench.binary)' replay --format json --summary summary.json -
                """
            let result = try bench.run("/bin/sh", ["-c", pipeline])
            #expect(result.code == 0, "\(byte): \(result.errors)")
            #expect(bench.text("summary.json").contains(#""malformed":{"line_too_long":1}"#), "\(byte): \(bench.text("summary.json"))")
            #expect(result.errors.contains("refused: 1 line, line_too_long"), "\(result.errors)")
            let isOwn = { (alert: Substring) in alert.contains(#""detector":"H04""#) }
            let alerts = result.output.split(separator: "\n")
            #expect(alerts.contains { isOwn($0) && $0.contains("300,000,00") }, "\(result.output)")
            let others = alerts.filter { !isOwn($0) }.map { $0 + "\n" }.joined()
            expectSame(Workbench.comparable(others), log.alerts)
        }
    }

    @Test func `empty files are no trouble, beside others and alone`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        try bench.write("", to: "empty.json")
        let packing = "cd '\(bench.folder.path)' && : | gzip > e.json.gz && : | zstd -q > f.json.zst"
        #expect(try bench.run("/bin/sh", ["-c", packing]).code == 0)
        for name in ["empty.json", "e.json.gz", "f.json.zst"] {
            let alone = try DamagedReplay(bench, format: "json", [name])
            #expect(alone.code == 0 && alone.events == 0 && alone.troubles.isEmpty, "\(name): \(alone.errors)")
        }
        let replay = try DamagedReplay(bench, format: "json", ["empty.json", "e.json.gz", "f.json.zst", GoodLog.name])
        #expect(replay.code == 0 && replay.troubles.isEmpty, "\(replay.errors)")
        expectSame(replay.alerts, log.alerts)
    }

    @Test(arguments: ["gzip", "zstd"]) func `a torn archive is said and counted, and its whole lines give the same alerts`(
        packer: String
    ) throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        let parts = log.parts(2)
        try parts[0].write(to: bench.folder.appendingPathComponent("first"))
        try parts[1].write(to: bench.folder.appendingPathComponent("second.json"))
        // The last member breaks off in its first line, as when the disk was full while logrotate packed.
        let pipeline = """
            cd '\(bench.folder.path)' && \(packer) -c first > torn.json.z && \
            head -c 20000 /dev/urandom | base64 -w 0 | \(packer) -c | head -c 9000 >> torn.json.z
            """
        #expect(try bench.run("/bin/sh", ["-c", pipeline]).code == 0)
        let replay = try DamagedReplay(bench, format: "json", ["torn.json.z", "second.json"])
        #expect(replay.code == 1, "a part is missing: \(replay.errors)")
        #expect(replay.troubles["truncated_archive"] == 1, "\(replay.errors)")
        #expect(replay.errors.contains("torn.json.z") && replay.errors.contains("incomplete"), "\(replay.errors)")
        expectSame(replay.alerts, log.alerts)
    }

    @Test func `files that cannot be read are named and counted, and the others give the same alerts`() throws {
        let bench = try Workbench()
        let log = try GoodLog(bench, format: "json")
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: bench.path("dangling.json"), withDestinationPath: bench.path("nowhere"))
        // Opens for anybody and fails at the first read, for root as well: nobody's memory begins at 0.
        try manager.createSymbolicLink(atPath: bench.path("failing.json"), withDestinationPath: "/proc/self/mem")
        try manager.createDirectory(atPath: bench.path("inner"), withIntermediateDirectories: false)
        let pipe = try bench.run("/usr/bin/mkfifo", [bench.path("pipe.json")])
        #expect(pipe.code == 0)
        let replay = try DamagedReplay(bench, format: "json", ["dangling.json", "failing.json", "pipe.json", "nowhere.json", GoodLog.name])
        #expect(replay.code == 1, "\(replay.errors)")
        for name in ["dangling.json", "failing.json", "pipe.json", "nowhere.json"] {
            #expect(replay.errors.contains(name), "\(name) is not named: \(replay.errors)")
        }
        #expect(replay.troubles.values.reduce(0, +) == 4, "\(replay.troubles)")
        expectSame(replay.alerts, log.alerts)
    }
}
