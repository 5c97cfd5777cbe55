// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import LogSources

/// A way to unpack archives of members, and the tool that packs them.
enum MemberPacking: String, CaseIterable, Sendable {
    case zlib, isal, bzip2, xz

    /// Those that this host has the libraries of.
    static let there = allCases.filter { $0.isThere }

    var isThere: Bool {
        switch self {
        case .zlib: true
        case .isal: LibraryCodec.Library.isal.isThere
        case .bzip2: LibraryCodec.Library.bzip2.isThere
        case .xz: LibraryCodec.Library.xz.isThere
        }
    }

    var tool: String {
        switch self {
        case .zlib, .isal: Tool.gzip
        case .bzip2: Tool.bzip2
        case .xz: Tool.xz
        }
    }

    func inflater() throws -> any Inflater {
        switch self {
        case .zlib: Compression.gzipInflater(ZlibCodec())
        case .isal: Compression.gzipInflater(try #require(LibraryCodec(.isal)))
        case .bzip2: try #require(Compression.bzip2.inflater())
        case .xz: try #require(Compression.xz.inflater())
        }
    }
}

/// Every library behind the same members, over one corpus: whole, broken, and in any pieces.
struct MemberTests {
    private static let text = Array(LaneRig.lines(0..<3000).utf8)
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Everything that an inflater makes of some bytes.
    struct Unpacked: Equatable {
        var bytes: [UInt8] = []
        var isCorrupt = false
        var isComplete = false
        var hasGarbage = false
    }

    private func unpack(_ packed: [UInt8], _ packing: MemberPacking, input: Int = .max, output: Int = 4096) throws -> Unpacked {
        let inflater = try packing.inflater()
        var result = Unpacked()
        var start = 0
        while true {
            let piece = Array(packed[start..<min(packed.count, start + min(input, packed.count))])
            start += piece.count
            var position = 0
            while true {
                var outcome = InflateOutcome.progress
                let before = position
                let bytes = withScratch(count: output) { scratch in
                    outcome = inflater.inflate(piece, count: piece.count, position: &position, into: &scratch)
                    return scratch.copy(0..<scratch.byteCount)
                }
                result.bytes += bytes
                if case .corrupt = outcome {
                    result.isCorrupt = true
                    return result
                }
                if outcome == .trailing {
                    result.hasGarbage = true
                    break
                }
                if bytes.isEmpty && position == before { break }
            }
            if start == packed.count { break }
        }
        result.isComplete = inflater.isComplete
        return result
    }

    private func pack(_ bytes: [UInt8], _ packing: MemberPacking) throws -> [UInt8] {
        [UInt8](try folder.packed(Data(bytes), with: packing.tool))
    }

    @Test(arguments: MemberPacking.there) func `members behind each other are one text, in pieces of any size`(packing: MemberPacking)
        throws
    {
        let (first, second) = (Array(MemberTests.text.prefix(40_000)), Array(MemberTests.text.dropFirst(40_000)))
        let packed = try pack(first, packing) + pack([], packing) + pack(second, packing)
        for input in [1, 2, 3, 7, 1000, Int.max] {
            for output in [1, 100, 65_536] where input > 3 || output > 1 {
                let seen = try unpack(packed, packing, input: input, output: output)
                #expect(seen.bytes == MemberTests.text, "\(input) in, \(output) out")
                #expect(seen.isComplete && !seen.isCorrupt && !seen.hasGarbage, "\(input) in, \(output) out")
            }
        }
    }

    @Test(arguments: MemberPacking.there) func `zeros between members and behind them are padding`(packing: MemberPacking) throws {
        let one = try pack(Array("one\n".utf8), packing)
        let seen = try unpack(one + [0, 0, 0, 0] + one + [UInt8](repeating: 0, count: 512), packing)
        #expect(seen == Unpacked(bytes: Array("one\none\n".utf8), isComplete: true))
    }

    @Test(arguments: MemberPacking.there, [1, 4096]) func `garbage behind a member is told from a member`(
        packing: MemberPacking, input: Int
    ) throws {
        let one = try pack(Array("one\n".utf8), packing)
        for garbage in [[1, 2, 3], Array(one.prefix(1)) + [0xFF], [0, 0, 7]] as [[UInt8]] {
            let seen = try unpack(one + garbage, packing, input: input)
            #expect(seen == Unpacked(bytes: Array("one\n".utf8), isComplete: true, hasGarbage: true), "\(garbage)")
        }
    }

    @Test(arguments: MemberPacking.there) func `what the library holds back when the output is full comes with the next one`(
        packing: MemberPacking
    ) throws {
        // All of the input at once, and it compresses so well that nearly all of the output is still to come.
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 500_000)
        let packed = try pack(text, packing)
        for output in [1000, 60_001] { #expect(try unpack(packed, packing, output: output) == Unpacked(bytes: text, isComplete: true)) }
        // Without its checksum, the text is there all the same.
        #expect(try unpack(Array(packed.dropLast(packing == .xz ? 20 : 8)), packing, output: 1000).bytes.count > 490_000)
    }

    @Test(arguments: MemberPacking.there) func `a member cut anywhere gives what it holds, and is not complete`(packing: MemberPacking)
        throws
    {
        let packed = try pack(Array(MemberTests.text.prefix(3000)), packing)
        for length in 1..<packed.count {
            let seen = try unpack(Array(packed.prefix(length)), packing)
            #expect(MemberTests.text.starts(with: seen.bytes), "cut at \(length)")
            #expect(!seen.isComplete, "cut at \(length)")
        }
    }

    @Test(arguments: MemberPacking.there) func `a flipped bit is corrupt or cut, never a whole text that is another`(packing: MemberPacking)
        throws
    {
        let text = Array(MemberTests.text.prefix(3000))
        let packed = try pack(text, packing)
        var random = SeededRandom(seed: 5)
        for _ in 0..<300 {
            var broken = packed
            // The first bytes of gzip hold flags and times that no checksum covers.
            broken[Int.random(in: 10..<packed.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            let seen = try unpack(broken, packing)
            #expect(seen.isCorrupt || !seen.isComplete || seen.bytes == text, "seed 5")
        }
    }

    @Test(.enabled(if: LibraryCodec.Library.isal.isThere)) func `ISA-L and zlib agree on damaged archives`() throws {
        let packed = try pack(MemberTests.text, .zlib)
        var random = SeededRandom(seed: 6)
        for round in 0..<300 {
            var broken = packed + packed
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            broken.removeLast(Int.random(in: 0..<broken.count / 2, using: &random))
            let (mine, theirs) = (try unpack(broken, .isal), try unpack(broken, .zlib))
            #expect(mine.isCorrupt == theirs.isCorrupt, "seed 6, round \(round)")
            #expect(mine.isComplete == theirs.isComplete, "seed 6, round \(round)")
            let shared = min(mine.bytes.count, theirs.bytes.count)
            #expect(mine.bytes.prefix(shared) == theirs.bytes.prefix(shared), "seed 6, round \(round)")
            // Where the input breaks off, one may have come a match further than the other; a match has at most 258 bytes.
            let isWhole = mine.isComplete && !mine.isCorrupt
            #expect(mine.isCorrupt || abs(mine.bytes.count - theirs.bytes.count) <= (isWhole ? 0 : 258), "seed 6, round \(round)")
            #expect(mine.hasGarbage == theirs.hasGarbage, "seed 6, round \(round)")
        }
    }

    /// A member with every field that a header may have.
    private static let headed: [UInt8] =
        [0x1F, 0x8B, 8, 0x1F, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3] + Array("name.log\0".utf8) + Array("words\0".utf8)

    @Test(arguments: [MemberPacking.zlib, .isal].filter { $0.isThere }, 1...31)
    func `a header with every field is read in two pieces`(packing: MemberPacking, cut: Int) throws {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in MemberTests.headed {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 != 0 ? 0xEDB8_8320 : 0) }
        }
        let sum = ~crc
        let content = try pack(Array("one\n".utf8), packing).dropFirst(10)
        func member(_ change: UInt8) -> [UInt8] {
            MemberTests.headed + [UInt8(truncatingIfNeeded: sum) ^ change, UInt8(truncatingIfNeeded: sum >> 8)] + content
        }
        #expect(try unpack(member(0) + member(0), packing, input: cut) == Unpacked(bytes: Array("one\none\n".utf8), isComplete: true))
        #expect(try unpack(member(1), packing, input: cut).isCorrupt)
    }

    @Test(arguments: [MemberPacking.zlib, .isal].filter { $0.isThere }) func `a match from before the start shows nothing of the buffer`(
        packing: MemberPacking
    ) throws {
        // Found by fuzzing: behind 55 bytes a match reaches back further than there are bytes.
        let text =
            "H4sIAQAAAAAAADP//////////////ykpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKYAfiwgpKSkpKSkpKSkpKSkpKSkpLSkpKSkpKSkpKf////8fAG50"
        let packed = [UInt8](try #require(Data(base64Encoded: text)))
        let seen = try unpack(packed, packing, output: 65_536)
        #expect(seen.isCorrupt)
        #expect(try unpack(packed, .zlib, output: 65_536).bytes.starts(with: seen.bytes))
    }

    @Test(arguments: [MemberPacking.bzip2, .xz].filter { $0.isThere }) func `a file of many members is read, and a broken one is said`(
        packing: MemberPacking
    ) throws {
        let packed = try pack(MemberTests.text, packing) + pack(Array(LaneRig.lines(3000..<4000).utf8), packing)
        try folder.write(Data(packed), to: "a.log")
        let rig = LaneRig([folder.at("a.log")], follows: false)
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<4000))
        #expect(rig.troubles.isEmpty)
        try folder.write(Data(packed.dropLast(30)), to: "b.log")
        let cut = LaneRig([folder.at("b.log")], follows: false)
        try cut.start()
        cut.drain()
        #expect(cut.losses.map(\.counter) == ["truncated_archive"])
        #expect(cut.rows.starts(with: 0..<3000))
    }

    @Test func `a library that is not there is named, with what to do`() {
        #expect(Compression.bzip2.refusal == nil || Compression.bzip2.refusal?.contains("libbz2.so.1") == true)
        #expect(Compression.unsupported("lz4").refusal?.contains("lz4") == true)
    }
}

/// Unpacking beside reading gives what unpacking in the reader gives.
struct UnpackedAheadTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Lines that packing makes little of, so that the file is large enough for a thread.
    private static func noisyLines(_ count: Int) -> String {
        var random = SeededRandom(seed: 9)
        return (0..<count).map { number in
            let noise = (0..<8).map { _ in String(UInt64.random(in: .min ... .max, using: &random), radix: 36) }.joined()
            return #"{"ts":\#(LaneRig.epoch + number),"account":"svc-a","rows":\#(number),"noise":"\#(noise)"}"# + "\n"
        }.joined()
    }

    private static func threads(_ limit: Int) -> (UnpackThreads, Counter) {
        let counter = Counter()
        let threads = UnpackThreads(limit: limit) { work in
            counter.add()
            Thread.detachNewThread(work)
        }
        return (threads, counter)
    }

    private func read(_ limit: Int, _ names: String...) throws -> (LaneRig, Int) {
        let (threads, counter) = UnpackedAheadTests.threads(limit)
        let rig = LaneRig(names.map(folder.at), follows: false)
        rig.threads = threads
        try rig.start()
        rig.drain()
        return (rig, counter.count)
    }

    @Test(arguments: ["gzip", "zstd", "bzip2", "xz"]) func `a large file is read beside, and so is what is wrong with it`(tool: String)
        throws
    {
        let text = Data(UnpackedAheadTests.noisyLines(6000).utf8)
        let packed = try folder.packed(text, with: tool)
        try folder.write(packed, to: "whole")
        let (rig, started) = try read(4, "whole")
        #expect(started == 1)
        #expect(rig.rows == Array(0..<6000) && rig.troubles.isEmpty)
        try folder.write(packed.prefix(packed.count * 9 / 10), to: "cut")
        let (beside, _) = try read(4, "cut")
        let (inline, none) = try read(0, "cut")
        #expect(none == 0)
        #expect(beside.losses.map(\.counter) == ["truncated_archive"])
        #expect(beside.rows == inline.rows && beside.troubles == inline.troubles)
    }

    @Test func `small files take no thread, and threads come back`() throws {
        try folder.write(folder.packed(Data(LaneRig.lines(0..<100).utf8), with: "gzip"), to: "small.gz")
        #expect(try read(4, "small.gz").1 == 0)
        let packed = try folder.packed(Data(UnpackedAheadTests.noisyLines(6000).utf8), with: "gzip")
        for number in 0..<6 { try folder.write(packed, to: "\(number).gz") }
        let (rig, started) = try read(1, "0.gz", "1.gz", "2.gz", "3.gz", "4.gz", "5.gz")
        #expect(rig.rows.count == 36_000)
        #expect((1...6).contains(started))
    }

    @Test func `a reader that goes away ends the thread that unpacks for it`() throws {
        try folder.write(folder.packed(Data(UnpackedAheadTests.noisyLines(60_000).utf8), with: "gzip", "-1"), to: "a.gz")
        let ended = DispatchSemaphore(value: 0)
        let threads = UnpackThreads { work in
            Thread.detachNewThread {
                work()
                ended.signal()
            }
        }
        let rig = LaneRig([folder.at("a.gz")], follows: false)
        rig.threads = threads
        try rig.start()
        _ = rig.step()
        rig.stop()
        #expect(ended.wait(timeout: .now() + 60) == .success)
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}
