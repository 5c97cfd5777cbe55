// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import TestSupport
import Testing

@testable import LogSources

/// Archives as they are found: whole, broken, and not what their names say.
@Suite(.enabled(if: Tool.isThere(Tool.zstd) && Tool.isThere(Tool.gzip))) struct ArchiveTests {
    private static let count = 20_000
    private static let text = LaneRig.lines(0..<count)
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ names: String...) throws -> LaneRig {
        let rig = LaneRig(names.map(folder.at), follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.isOver)
        #expect(rig.malformed.isEmpty)
        return rig
    }

    private func read(_ data: Data, as name: String) throws -> LaneRig {
        try folder.write(data, to: name)
        return try read(name)
    }

    private func expectBeginning(
        _ rig: LaneRig, _ counter: String, atLeast share: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(rig.rows == Array(0..<rig.rows.count), sourceLocation: sourceLocation)
        #expect(Double(rig.rows.count) >= Double(ArchiveTests.count) * share, sourceLocation: sourceLocation)
        #expect(rig.losses.map(\.counter) == [counter], sourceLocation: sourceLocation)
    }

    private func expectAll(_ rig: LaneRig, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(rig.rows == Array(0..<ArchiveTests.count), sourceLocation: sourceLocation)
        #expect(rig.losses.isEmpty, sourceLocation: sourceLocation)
    }

    // MARK: gzip

    @Test func `all members of a gzip file are read`() throws {
        let half = ArchiveTests.count / 2
        let first = try folder.gzipped(LaneRig.lines(0..<half))
        let second = try folder.gzipped(LaneRig.lines(half..<ArchiveTests.count))
        expectAll(try read(first + second, as: "a.gz"))
    }

    @Test(arguments: [[0], [1, 2, 3], [0x1F], [0x1F, 0x00], Array(repeating: 7, count: 100_000)] as [[UInt8]])
    func `garbage behind the last member is left out and said`(garbage: [UInt8]) throws {
        let rig = try read(folder.gzipped(ArchiveTests.text) + Data(garbage), as: "a.gz")
        expectAll(rig)
        // Zeros are padding; a first byte of a member alone is too little to speak of.
        #expect(rig.count("trailing_garbage") == (garbage == [0] || garbage == [0x1F] ? 0 : 1))
    }

    @Test func `a member's first byte at the end of a piece is not taken for garbage`() throws {
        // The second member begins at every place around the end of the first piece that is read.
        var random = SeededRandom(seed: 1)
        for size in (Unpacker.inputLength - 2)...Unpacker.inputLength {
            let noise = Data((0..<size).map { _ in UInt8.random(in: 14...255, using: &random) })
            try folder.write(noise, to: "noise")
            try folder.run(Tool.gzip, ["-1", "-f", "-n", "noise"])
            let packed = try folder.content("noise.gz")
            // Stored blocks add a few bytes; cut the noise so that the member ends where it should.
            let shorter = noise.prefix(size - (packed.count - size))
            try folder.write(shorter, to: "noise")
            try folder.run(Tool.gzip, ["-1", "-f", "-n", "noise"])
            let first = try folder.content("noise.gz")
            let rig = LaneRig([folder.at("a.gz")], follows: false)
            try folder.write(first + folder.gzipped("\n" + LaneRig.lines(0..<3)), to: "a.gz")
            try rig.start()
            rig.drain()
            #expect(rig.rows == [0, 1, 2], "first member of \(first.count) bytes")
            #expect(rig.troubles.isEmpty)
        }
    }

    @Test func `a truncated gzip file counts up to its last whole line, and is said to be broken`() throws {
        let packed = try folder.gzipped(ArchiveTests.text)
        expectBeginning(try read(packed.prefix(packed.count * 6 / 10), as: "a.gz"), "truncated_archive", atLeast: 0.5)
    }

    @Test func `a wrong checksum is said, and what came before counts`() throws {
        var packed = try folder.gzipped(ArchiveTests.text)
        packed[packed.count - 8] ^= 0xFF
        expectBeginning(try read(packed, as: "a.gz"), "corrupt_archive", atLeast: 1)
    }

    @Test func `a flipped byte in the middle is said`() throws {
        var packed = try folder.gzipped(ArchiveTests.text)
        packed[packed.count / 2] ^= 0xFF
        try folder.write(packed, to: "a.gz")
        let rig = LaneRig([folder.at("a.gz")], follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.losses.map(\.counter) == ["corrupt_archive"])
        #expect(rig.rows.count > ArchiveTests.count / 4)
    }

    @Test(arguments: ["a.gz", "a.zst"]) func `plain text under a packed name is read as text`(name: String) throws {
        expectAll(try read(Data(ArchiveTests.text.utf8), as: name))
    }

    @Test(arguments: ["a.gz", "a.zst"]) func `an archive of zero bytes is said to be broken`(name: String) throws {
        let rig = try read(Data(), as: name)
        #expect(rig.rows.isEmpty)
        #expect(rig.losses.map(\.counter) == ["truncated_archive"])
    }

    @Test func `an empty log is no trouble`() throws {
        let rig = try read(Data(), as: "a.log")
        #expect(rig.rows.isEmpty && rig.troubles.isEmpty)
    }

    // MARK: Zstandard

    @Test func `all frames of a Zstandard file are read, skippable ones skipped`() throws {
        let half = ArchiveTests.count / 2
        let first = try folder.zstandard(LaneRig.lines(0..<half))
        let second = try folder.zstandard(LaneRig.lines(half..<ArchiveTests.count))
        let skippable = Data([0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3])
        expectAll(try read(skippable + first + skippable + second + skippable, as: "a.zst"))
    }

    @Test func `a truncated Zstandard file counts up to its last whole line, and is said to be broken`() throws {
        let packed = try folder.zstandard(ArchiveTests.text)
        expectBeginning(try read(packed.prefix(packed.count * 6 / 10), as: "a.zst"), "truncated_archive", atLeast: 0.1)
    }

    @Test func `a flipped byte in a Zstandard file is said`() throws {
        var packed = try folder.zstandard(ArchiveTests.text, "--check")
        packed[packed.count / 2] ^= 0xFF
        try folder.write(packed, to: "a.zst")
        let rig = LaneRig([folder.at("a.zst")], follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.losses.map(\.counter) == ["corrupt_archive"])
    }

    @Test func `a window that is too large is said with what to do`() throws {
        // A frame header that asks for a window of 2^31 bytes.
        let rig = try read(Data([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x01, 0x00, 0x00]), as: "a.zst")
        #expect(rig.losses.first?.message.contains("--long=31") == true)
    }

    // MARK: Both

    @Test func `a decompression bomb is stopped`() throws {
        try folder.run("/bin/sh", ["-c", "head -c 200000000 /dev/zero | \(Tool.zstd) -q -o bomb.zst"])
        let rig = LaneRig([folder.at("bomb.zst")], follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.isOver)
        #expect(rig.losses.map(\.counter) == ["decompression_bomb"])
    }

    @Test func `the limit of a decompression bomb is the source's own`() throws {
        try folder.run("/bin/sh", ["-c", "head -c 200000000 /dev/zero | \(Tool.zstd) -q -o bomb.zst"])
        let rig = LaneRig([folder.at("bomb.zst")], follows: false)
        rig.archiveRatio = 1_000_000
        try rig.start()
        rig.drain()
        #expect(rig.losses.isEmpty)
    }

    @Test func `what is packed in other ways is refused with a sentence`() throws {
        let rig = try read(Data([0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00]), as: "a.zip")
        #expect(rig.losses.map(\.counter) == ["unsupported_compression"])
        #expect(rig.losses.first?.message.contains("zip") == true)
    }

    @Test func `a tree of folders is read in the order of first events`() throws {
        try folder.makeDirectory("b/deep")
        try folder.makeDirectory("a")
        try folder.append(LaneRig.lines(0..<10), to: "b/deep/z.log")
        try folder.append(LaneRig.lines(10..<20), to: "a/y.log")
        try folder.gzip("a/y.log")
        try folder.append(LaneRig.lines(20..<30), to: "b/a.log")
        try folder.append(LaneRig.lines(900..<901), to: ".hidden")
        let rig = LaneRig([folder.path], follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<30))
    }

    @Test func `files of writers side by side are interleaved by time`() throws {
        for writer in 0..<5 { try folder.append(LaneRig.lines(stride(from: writer, to: 3000, by: 5)), to: "w\(writer).log") }
        let rig = LaneRig([folder.path], follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<3000))
    }

    @Test func `a plain file and its packed copy are read once, and that is said`() throws {
        try folder.append(ArchiveTests.text, to: "a.log")
        try folder.run(Tool.gzip, ["-k", "a.log"])
        let rig = try read("a.log", "a.log.gz")
        expectAll(rig)
        #expect(rig.count("duplicate_archive") == 1)
    }

    @Test func `paths that cannot be read are said`() throws {
        try folder.run("/bin/sh", ["-c", "mkfifo pipe"])
        let rig = try read("pipe", "nowhere.log")
        #expect(rig.losses.map(\.counter).sorted() == ["missing_file", "not_a_regular_file"])
    }

    @Test func `reading an archive goes on from a position`() throws {
        try folder.write(folder.gzipped(ArchiveTests.text), to: "a.gz")
        let rig = LaneRig([folder.at("a.gz")], follows: false)
        try rig.start()
        for _ in 0..<5 { _ = rig.step() }
        rig.stop()
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<ArchiveTests.count))
    }
}
