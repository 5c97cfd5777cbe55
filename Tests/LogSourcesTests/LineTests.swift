// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import LogFormats
import Pipeline
import Testing

@testable import LogSources

/// Lines as they come: in pieces, too long, with holes, across restarts.
@Suite struct LineTests {
    let folder: TemporaryFolder
    let rig: LaneRig

    init() throws {
        folder = try TemporaryFolder()
        rig = LaneRig([folder.at("app.log")])
    }

    @Test func `a line split across reads at every byte is decoded once`() throws {
        let line = #"{"ts":\#(LaneRig.epoch),"account":"svc-ü-日本","rows":7}"# + "\n"
        let bytes = Array(line.utf8)
        try folder.append("", to: "app.log")
        try rig.start()
        for cut in 1..<bytes.count {
            let handle = try folder.appendingHandle("app.log")
            try handle.write(contentsOf: bytes[..<cut])
            rig.drain()
            try handle.write(contentsOf: bytes[cut...])
            rig.drain()
        }
        #expect(rig.rows == Array(repeating: 7, count: bytes.count - 1))
        #expect(rig.malformed.isEmpty)
    }

    @Test func `half a line across a restart is decoded once`() throws {
        try folder.append(LaneRig.lines(0..<3) + LaneRig.line(3).prefix(20), to: "app.log")
        try rig.start()
        rig.drain()
        rig.stop()
        try folder.append(LaneRig.line(3).dropFirst(20) + LaneRig.lines(4..<6), to: "app.log")
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<6))
        #expect(rig.malformed.isEmpty)
    }

    @Test func `half a line of a live file is held however long it takes`() throws {
        try folder.append(LaneRig.lines(0..<1) + LaneRig.line(1).prefix(20), to: "app.log")
        try rig.start()
        for _ in 0..<10 { rig.pass(60_000) }
        #expect(rig.rows == [0])
        try folder.append(String(LaneRig.line(1).dropFirst(20)), to: "app.log")
        rig.drain()
        #expect(rig.rows == [0, 1])
    }

    @Test func `half a line in a file that only looks rotated is held too`() throws {
        let rig = LaneRig([folder.at("*.log")])
        try folder.append(LaneRig.lines(0..<1) + LaneRig.line(1).prefix(20), to: "app-20260601.log")
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [0])
        try folder.append(String(LaneRig.line(1).dropFirst(20)), to: "app-20260601.log")
        rig.drain()
        #expect(rig.rows == [0, 1])
    }

    @Test(arguments: [1_048_575, 1_048_576, 1_048_577, 3_000_000]) func `a line is too long by its length alone`(length: Int) throws {
        let frame = #"{"ts":\#(LaneRig.epoch + 1),"account":"a","rows":1,"pad":""}"#
        let long = frame.dropLast(2) + String(repeating: "x", count: length - frame.utf8.count) + "\"}\n"
        try folder.append(LaneRig.line(0) + long + LaneRig.line(2), to: "app.log")
        try rig.start()
        rig.drain()
        let fits = length <= 1_048_576
        #expect(rig.rows == (fits ? [0, 1, 2] : [0, 2]))
        #expect(rig.malformed == (fits ? [] : [MalformedReason.lineTooLong.rawValue]))
        // The same, arriving in pieces.
        let pieces = LaneRig([folder.at("slow.log")])
        try pieces.start()
        let bytes = Array((LaneRig.line(0) + long + LaneRig.line(2)).utf8)
        let handle = try folder.appendingHandle("slow.log")
        for start in stride(from: 0, to: bytes.count, by: 100_003) {
            try handle.write(contentsOf: bytes[start..<min(start + 100_003, bytes.count)])
            pieces.drain()
        }
        #expect(pieces.rows == rig.rows)
        #expect(pieces.malformed == rig.malformed)
    }

    @Test func `a restart in the middle of a line that is too long counts it once and invents nothing`() throws {
        let inner = LaneRig.line(66).dropLast()
        try folder.append(LaneRig.line(0) + String(repeating: "x", count: 1_500_000), to: "app.log")
        try rig.start()
        rig.drain()
        rig.stop()
        try folder.append(inner + "\n" + LaneRig.line(1), to: "app.log")
        try rig.start()
        rig.drain()
        #expect(rig.rows == [0, 1])
        #expect(rig.malformed == [MalformedReason.lineTooLong.rawValue])
    }

    @Test func `an unfinished line that is too long counts when its file is finished`() throws {
        try folder.append(LaneRig.line(0) + String(repeating: "x", count: 1_500_000), to: "app.log")
        let archive = LaneRig([folder.at("app.log")], follows: false)
        try archive.start()
        archive.drain()
        #expect(archive.rows == [0])
        #expect(archive.malformed == [MalformedReason.lineTooLong.rawValue])
    }

    /// JSON takes zero bytes for blanks; a format that refuses them shows how holes are stepped over, and how many bytes that were.
    @Test(arguments: [1, 100, 70_000, 1_048_575, 1_048_576, 5_000_000]) func `zero bytes where a line begins are stepped over`(length: Int)
        throws
    {
        let hole = String(repeating: "\0", count: length)
        let text = LaneRig.lines(0..<3) + hole + LaneRig.lines(3..<5) + "?\n" + hole + LaneRig.lines(5..<7)
        try folder.append(text, to: "app.log")
        rig.start(try StrictFormat(options: FormatOptions()))
        rig.drain()
        #expect(rig.rows == Array(0..<7))
        #expect(rig.malformed == [MalformedReason.syntax.rawValue])
        #expect(rig.troubles.filter { $0.counter == "nul_hole" }.reduce(0) { $0 + $1.bytes } == UInt64(2 * length))
        let json = LaneRig([folder.at("app.log")])
        try json.start()
        json.drain()
        #expect(json.rows == Array(0..<7))
    }

    @Test func `holes in a file are told once and all counted`() throws {
        try folder.append((0..<50).map { LaneRig.line($0) + "\0\0" }.joined(), to: "app.log")
        rig.start(try StrictFormat(options: FormatOptions()))
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<50))
        let holes = rig.troubles.filter { $0.counter == "nul_hole" }
        #expect(holes.count { !$0.message.isEmpty } == 1 && holes.reduce(0) { $0 + $1.bytes } >= 98)
    }

    @Test func `carriage returns before line ends do not matter`() throws {
        try folder.append(LaneRig.lines(0..<5).replacing("\n", with: "\r\n"), to: "app.log")
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<5))
        #expect(rig.malformed.isEmpty)
    }

    @Test func `a one-byte file is no reason to wait`() throws {
        try folder.append("{", to: "app.log")
        try rig.start()
        rig.drain()
        try folder.append(String(LaneRig.line(0).dropFirst()), to: "app.log")
        rig.drain()
        #expect(rig.rows == [0])
    }

    @Test func `batches end at their limit and nothing is left out between them`() throws {
        try folder.append(LaneRig.lines(0..<10_000), to: "app.log")
        try rig.start()
        var steps = 0
        while rig.step() { steps += 1 }
        #expect(steps >= 9)
        #expect(rig.rows == Array(0..<10_000))
    }

    @Test func `a restart after any batch repeats nothing and loses nothing`() throws {
        let noise = "no json\n"
        try folder.append((0..<9000).map { LaneRig.line($0) + ($0 % 7 == 0 ? noise : "") }.joined(), to: "app.log")
        try rig.start()
        for _ in 0..<30 {
            _ = rig.step()
            try rig.start()
        }
        #expect(rig.rows == Array(0..<9000))
        #expect(rig.malformed.count == 1286)
    }
}

@Suite struct StandardInputTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func rows(of name: String) throws -> (rows: [Int], troubles: [SourceTrouble]) {
        let handle = try folder.readingHandle(name)
        let format = try JSONFormat(options: FormatOptions())
        var reader = LaneReader(
            source: StandardInputSource(descriptor: dup(handle.fileDescriptor)), attribution: Attribution(pseudonymKey: [1], hashKey: 1),
            makeFormat: { format })
        var rows: [Int] = []
        var troubles: [SourceTrouble] = []
        var batch = EventBatch()
        repeat {
            batch.removeAll()
            _ = reader.fill(&batch)
            rows += batch.events.map { Int($0.rows) }
            troubles += batch.troubles
        } while !batch.isLast
        return (rows, troubles)
    }

    @Test func `plain, gzip and Zstandard input are read alike`() throws {
        let text = LaneRig.lines(0..<30_000)
        try folder.append(text, to: "plain")
        try folder.write(folder.gzipped(text), to: "gz")
        try folder.write(folder.zstandard(text), to: "zst")
        for name in ["plain", "gz", "zst"] {
            let result = try rows(of: name)
            #expect(result.rows == Array(0..<30_000), "\(name)")
            #expect(result.troubles.isEmpty)
        }
    }

    @Test func `empty and very short input end at once`() throws {
        try folder.append("", to: "empty")
        try folder.append("{}\n", to: "short")
        #expect(try rows(of: "empty").rows.isEmpty)
        #expect(try rows(of: "short").troubles.isEmpty)
    }

    @Test func `packed input that breaks off is said to be incomplete`() throws {
        let packed = try folder.gzipped(LaneRig.lines(0..<30_000))
        try folder.write(packed.prefix(packed.count / 2), to: "gz")
        let result = try rows(of: "gz")
        #expect(result.troubles.map(\.counter) == ["truncated_archive"])
        #expect(result.rows == Array(0..<result.rows.count))
    }
}
