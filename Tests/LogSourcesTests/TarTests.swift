// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import TestSupport
import Testing

@testable import LogSources

/// Tars written byte by byte, as the standard says.
enum TarText {
    static func header(
        _ name: [UInt8], size: [UInt8], type: Character = "0", magic: String = "ustar\u{0}00", prefix: String = "", sum: Int? = nil
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Collection<UInt8>, at offset: Int) { block.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        put(name.prefix(100), at: 0)
        put("0000644\u{0}".utf8, at: 100)
        put(size, at: 124)
        put("15000000000\u{0}".utf8, at: 136)
        put("        ".utf8, at: 148)
        put(String(type).utf8, at: 156)
        put(magic.utf8, at: 257)
        put(prefix.utf8, at: 345)
        let own = block.reduce(0) { $0 + Int($1) }
        put((octal(sum ?? own, 6) + "\u{0} ").utf8, at: 148)
        return block
    }

    static func octal(_ number: Int, _ width: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }

    static func size(_ count: Int) -> [UInt8] { Array((octal(count, 11) + "\u{0}").utf8) }

    static func padded(_ content: [UInt8]) -> [UInt8] { content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512) }

    static func member(_ name: String, _ text: String, type: Character = "0") -> [UInt8] {
        header(Array(name.utf8), size: size(text.utf8.count), type: type) + padded(Array(text.utf8))
    }

    static let end = [UInt8](repeating: 0, count: 1024)
}

/// Tars, plain and packed: each file in them as if it stood in a folder.
@Suite(.enabled(if: Tool.isThere(Tool.tar))) struct TarTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ names: String...) throws -> LaneRig {
        let rig = LaneRig(names.map(folder.at), follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.isOver)
        return rig
    }

    private func read(_ bytes: [UInt8]) throws -> LaneRig {
        try folder.write(Data(bytes), to: "a.tar")
        return try read("a.tar")
    }

    /// Four hours in a tree, in an order that is none.
    private func makeHours() throws {
        try folder.makeDirectory("logs/deep")
        try folder.append(LaneRig.lines(3000..<6000), to: "logs/b.log")
        try folder.append(LaneRig.lines(0..<3000), to: "logs/deep/z.log")
        try folder.append(LaneRig.lines(9000..<12_000), to: "logs/a.log")
        try folder.append(LaneRig.lines(6000..<9000), to: "logs/c.log")
        try folder.gzip("logs/c.log")
    }

    @Test(arguments: ["--format=ustar", "--format=gnu", "--format=posix", "--format=v7"], ["", "gzip", "zstd", "bzip2", "xz"])
    func `the files of a tar are read in the order of first events`(format: String, tool: String) throws {
        try makeHours()
        try folder.run(Tool.tar, [format, "-cf", "hours", "logs"])
        if !tool.isEmpty { try folder.write(folder.packed(folder.content("hours"), with: tool), to: "hours") }
        let rig = try read("hours")
        #expect(rig.rows == Array(0..<12_000))
        #expect(rig.troubles.isEmpty)
        #expect(
            Set(rig.opened.map { $0.replacingOccurrences(of: folder.path + "/", with: "") }) == [
                "hours/logs/b.log", "hours/logs/deep/z.log", "hours/logs/a.log", "hours/logs/c.log.gz",
            ])
    }

    @Test func `files of writers side by side in a packed tar are interleaved by time`() throws {
        try folder.makeDirectory("w")
        for writer in 0..<5 { try folder.append(LaneRig.lines(stride(from: writer, to: 9000, by: 5)), to: "w/\(writer).log") }
        try folder.run(Tool.tar, ["-czf", "w.tgz", "w"])
        #expect(try read("w.tgz").rows == Array(0..<9000))
    }

    @Test(arguments: ["--format=gnu", "--format=posix"]) func `names longer than a header are read`(format: String) throws {
        let deep = "d/" + (0..<6).map { String(repeating: Character(UnicodeScalar(UInt8(97 + $0))), count: 60) }.joined(separator: "/")
        try folder.makeDirectory(deep)
        try folder.append(LaneRig.lines(0..<10), to: deep + "/x.log")
        try folder.run(Tool.tar, [format, "-cf", "a.tar", "d"])
        let rig = try read("a.tar")
        #expect(rig.rows == Array(0..<10))
        #expect(rig.opened == [folder.at("a.tar/" + deep + "/x.log")])
    }

    @Test func `what is no regular file is skipped and counted`() throws {
        try folder.makeDirectory("d")
        try folder.append(LaneRig.lines(0..<10), to: "d/a.log")
        try folder.append("hidden\n", to: "d/.b.log")
        try folder.run("/bin/sh", ["-c", "cd d && mkfifo pipe && ln -s a.log soft && ln a.log hard"])
        try folder.run(Tool.tar, ["-cf", "a.tar", "d"])
        let rig = try read("a.tar")
        #expect(rig.rows == Array(0..<10))
        #expect(rig.losses.isEmpty)
        #expect(rig.troubles.map(\.counter) == ["not_a_regular_file"])
        #expect(rig.troubles.first?.message.contains("4 members") == true)
    }

    @Test func `a file with holes is left out, and that is a loss`() throws {
        try folder.run("/bin/sh", ["-c", "truncate -s 10M holes && echo x >> holes"])
        try folder.append(LaneRig.lines(0..<10), to: "a.log")
        for format in ["gnu", "posix"] {
            try folder.run(Tool.tar, ["-S", "--format=" + format, "-cf", "a.tar", "holes", "a.log"])
            let rig = try read("a.tar")
            #expect(rig.rows == Array(0..<10), "\(format)")
            #expect(rig.losses.map(\.counter) == ["unsupported_compression"], "\(format)")
        }
    }

    @Test func `a tar in a tar is left out, and that is a loss`() throws {
        let inner = TarText.member("x.log", LaneRig.lines(0..<3)) + TarText.end
        let outer = TarText.header(Array("in.tar".utf8), size: TarText.size(inner.count)) + inner
        let rig = try read(outer + TarText.member("y.log", LaneRig.lines(5..<8)) + TarText.end)
        #expect(rig.rows == Array(5..<8))
        #expect(rig.losses.map(\.counter) == ["unsupported_compression"])
    }

    @Test func `tars behind each other are read to the last`() throws {
        let first = TarText.member("x.log", LaneRig.lines(0..<3)) + TarText.end
        let rig = try read(first + TarText.member("y.log", LaneRig.lines(3..<6)) + TarText.end)
        #expect(rig.rows == Array(0..<6))
        #expect(rig.troubles.isEmpty)
    }

    @Test func `a damaged header is counted, and the next one found`() throws {
        let wrong = TarText.header(Array("x.log".utf8), size: TarText.size(400), sum: 17) + TarText.padded(Array(LaneRig.lines(0..<3).utf8))
        let rig = try read(
            TarText.member("w.log", LaneRig.lines(0..<3)) + wrong + TarText.member("y.log", LaneRig.lines(5..<8)) + TarText.end)
        #expect(rig.rows == [0, 1, 2, 5, 6, 7])
        #expect(rig.losses.map(\.counter) == ["corrupt_archive"])
        #expect(rig.losses.first?.bytes == 1024)
    }

    @Test(
        arguments: [
            Array("77777777777\u{0}".utf8), [0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [UInt8](repeating: 0xFF, count: 12), Array("9999999999x\u{0}".utf8),
        ] as [[UInt8]]) func `a size beyond the file neither hangs nor allocates`(size: [UInt8]) throws
    {
        let rig = try read(
            TarText.member("w.log", LaneRig.lines(0..<3)) + TarText.header(Array("x.log".utf8), size: size)
                + TarText.padded(Array(LaneRig.lines(3..<6).utf8)) + TarText.end)
        #expect(rig.rows.starts(with: [0, 1, 2]))
        #expect(rig.losses.count == 1)
    }

    @Test func `numbers of GNU's own are sizes`() throws {
        let text = LaneRig.lines(0..<3)
        let size = [0x80] + [UInt8](repeating: 0, count: 10) + [UInt8(text.utf8.count)]
        let rig = try read(TarText.header(Array("x.log".utf8), size: size) + TarText.padded(Array(text.utf8)) + TarText.end)
        #expect(rig.rows == [0, 1, 2])
        #expect(rig.troubles.isEmpty)
    }

    @Test(arguments: ["", "gzip", "zstd"]) func `a tar cut anywhere gives what it holds, and says it once`(tool: String) throws {
        let whole = TarText.member("x.log", LaneRig.lines(0..<40)) + TarText.member("y.log", LaneRig.lines(40..<80)) + TarText.end
        let packed = tool.isEmpty ? whole : [UInt8](try folder.packed(Data(whole), with: tool))
        for length in stride(from: packed.count - 1, to: packed.count / 3, by: tool.isEmpty ? -97 : -7) {
            try folder.write(Data(packed.prefix(length)), to: "a.tar")
            let rig = LaneRig([folder.at("a.tar")], follows: false)
            try rig.start()
            rig.drain()
            #expect(rig.rows == Array(0..<rig.rows.count), "cut at \(length)")
            // A second block of zeros says nothing that the first did not.
            let isHarmless = tool.isEmpty && length >= whole.count - 512
            #expect(rig.losses.map(\.counter) == (isHarmless ? [] : ["truncated_archive"]), "cut at \(length)")
        }
    }

    @Test func `reading a packed tar goes on from where it stood`() throws {
        try makeHours()
        try folder.run(Tool.tar, ["-czf", "hours.tgz", "logs"])
        let rig = LaneRig([folder.at("hours.tgz")], follows: false)
        try rig.start()
        for _ in 0..<2 { _ = rig.step() }
        #expect(!rig.rows.isEmpty && rig.rows.count < 12_000)
        rig.stop()
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<12_000))
    }

    @Test func `a bomb that is packed twice is stopped`() throws {
        try folder.run("/bin/sh", ["-c", "head -c 400000000 /dev/zero | \(Tool.gzip) -1 > a.log.gz"])
        try folder.run(Tool.tar, ["-I", "\(Tool.zstd) -19", "-cf", "a.tar.zst", "a.log.gz"])
        let rig = try read("a.tar.zst")
        #expect(rig.losses.map(\.counter) == ["decompression_bomb"])
    }

    @Test func `a tar where files are followed is refused with a sentence`() throws {
        try folder.write(Data(TarText.member("x.log", LaneRig.lines(0..<3)) + TarText.end), to: "a.tar")
        try folder.age("a.tar")
        let rig = LaneRig([folder.path])
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows.isEmpty)
        #expect(rig.troubles.map(\.counter) == ["unsupported_compression"])
    }

    @Test func `a sample of a tar is one of its first file`() throws {
        try folder.write(Data(TarText.member("x.log", LaneRig.lines(0..<3)) + TarText.end), to: "a.tar")
        let sample = FileSample(path: folder.at("a.tar"), limit: 4096)
        #expect(sample.bytes == Array(LaneRig.lines(0..<3).utf8))
        #expect(sample.isWhole && sample.trouble == nil)
    }
}
