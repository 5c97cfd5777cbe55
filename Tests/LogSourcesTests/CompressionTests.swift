// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import Testing

@testable import LogSources

/// How a rotated file is packed.
enum Packing: String, CaseIterable, Sendable {
    case gzip, zstd, bzip2, xz

    var suffix: String {
        switch self {
        case .gzip: ".gz"
        case .zstd: ".zst"
        case .bzip2: ".bz2"
        case .xz: ".xz"
        }
    }

    func pack(_ name: String, in folder: TemporaryFolder) throws {
        switch self {
        case .gzip: try folder.gzip(name)
        case .zstd: try folder.zstd(name)
        case .bzip2: try folder.run(Tool.bzip2, ["-f", name])
        case .xz: try folder.run(Tool.xz, ["-f", name])
        }
    }
}

@Suite(.enabled(if: Tool.isThere(Tool.zstd) && Tool.isThere(Tool.gzip))) struct CompressionTests {
    let folder: TemporaryFolder
    let rig: LaneRig

    init() throws {
        folder = try TemporaryFolder()
        rig = LaneRig([folder.at("app.log")])
    }

    @Test(arguments: Packing.allCases) func `a file packed after it was read is not read again`(packing: Packing) throws {
        try folder.append(LaneRig.lines(0..<100), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.rename("app.log", "app.log.1")
        rig.passLong()
        try packing.pack("app.log.1", in: folder)
        rig.passLong()
        #expect(rig.rows == Array(0..<100))
        #expect(rig.positions[0]?.path == folder.at("app.log.1" + packing.suffix))
        rig.stop()
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<100))
        #expect(rig.troubles.isEmpty)
    }

    @Test(arguments: Packing.allCases) func `a file packed in the middle of reading is read on`(packing: Packing) throws {
        try folder.append(LaneRig.lines(0..<5000), to: "app.log")
        try rig.start()
        _ = rig.step()
        try folder.rename("app.log", "app.log.1")
        try packing.pack("app.log.1", in: folder)
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<5000))
        #expect(rig.losses.isEmpty)
    }

    @Test(arguments: Packing.allCases) func `a file packed before it was ever opened is read packed`(packing: Packing) throws {
        try folder.append(LaneRig.lines(0..<10), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.rename("app.log", "app.log.1")
        try folder.append(LaneRig.lines(10..<20), to: "app.log")
        try folder.rename("app.log.1", "app.log.2")
        try folder.rename("app.log", "app.log.1")
        try packing.pack("app.log.1", in: folder)
        try packing.pack("app.log.2", in: folder)
        try folder.append(LaneRig.lines(20..<30), to: "app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == Array(0..<30))
        #expect(rig.rows.count == 30)
        #expect(rig.losses.isEmpty)
    }

    @Test(arguments: Packing.allCases) func `a file packed while stopped is gone on with at its place`(packing: Packing) throws {
        try folder.append(LaneRig.lines(0..<5000), to: "app.log")
        try rig.start()
        _ = rig.step()
        rig.stop()
        try folder.rename("app.log", "app.log.1")
        try packing.pack("app.log.1", in: folder)
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<5000))
        #expect(rig.losses.isEmpty)
    }

    @Test func `an archive that is still being packed is neither read nor taken for a new file`() throws {
        try folder.append(LaneRig.lines(0..<5000), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.rename("app.log", "app.log.1")
        rig.passLong()
        let packed = try folder.gzipped(LaneRig.lines(0..<5000))
        let writer = try folder.beginBytes("app.log.1.gz")
        for share in stride(from: 0, to: packed.count, by: packed.count / 7 + 1) {
            try writer.write(contentsOf: packed[share..<min(share + packed.count / 7 + 1, packed.count)])
            rig.drain()
            rig.passLong()
        }
        try folder.remove("app.log.1")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<5000))
        #expect(rig.troubles.isEmpty)
    }

    @Test func `a packed file beside its plain one at the first start is read once`() throws {
        try folder.append(LaneRig.lines(0..<100), to: "app.log.1")
        try folder.run(Tool.gzip, ["-k", "app.log.1"])
        try folder.append(LaneRig.lines(100..<110), to: "app.log")
        try rig.start()
        rig.drain()
        rig.passLong()
        try folder.remove("app.log.1")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<110))
    }

    @Test func `an archive that grows is waited for, and its end is not taken for the last`() throws {
        let packed = try folder.gzipped(LaneRig.lines(0..<60_000))
        let rig = LaneRig([folder.at("*.gz")])
        let writer = try folder.beginBytes("upload.gz")
        try writer.write(contentsOf: packed.prefix(packed.count / 2))
        try folder.age("upload.gz", seconds: 10)
        try rig.start()
        rig.drain()
        #expect(!rig.rows.isEmpty && rig.rows.count < 60_000)
        try writer.write(contentsOf: packed.suffix(from: packed.count / 2))
        rig.pass(1000)
        #expect(rig.rows == Array(0..<60_000))
        #expect(rig.troubles.isEmpty)
    }

    @Test func `an archive that stays broken is reported after a minute`() throws {
        let packed = try folder.gzipped(LaneRig.lines(0..<60_000))
        try folder.write(packed.prefix(packed.count / 2), to: "app.log.1.gz")
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.troubles.isEmpty)
        rig.pass(FileTreeSource.patience)
        rig.pass(1000)
        #expect(rig.losses.map(\.counter) == ["truncated_archive"])
        #expect(rig.rows == Array(0..<rig.rows.count))
    }

    @Test func `existing archives are read oldest first before the live file`() throws {
        try folder.append(LaneRig.lines(0..<50), to: "app.log.3")
        try folder.gzip("app.log.3")
        try folder.append(LaneRig.lines(50..<100), to: "app.log.2")
        try folder.zstd("app.log.2")
        try folder.append(LaneRig.lines(100..<150), to: "app.log.1")
        try folder.append(LaneRig.lines(150..<160), to: "app.log")
        for name in try folder.names() { try folder.age(name) }
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<160))
        #expect(rig.opened.map { FilePath.name(of: $0) } == ["app.log.3.gz", "app.log.2.zst", "app.log.1", "app.log"])
    }
}
