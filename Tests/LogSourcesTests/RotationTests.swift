// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline
import Testing

@testable import LogSources

@Suite struct RotationTests {
    let folder: TemporaryFolder
    let rig: LaneRig

    init() throws {
        folder = try TemporaryFolder()
        rig = LaneRig([folder.at("app.log")])
    }

    private func started(with numbers: Range<Int>) throws -> Writer {
        let writer = try Writer(folder.at("app.log"))
        try writer.write(LaneRig.lines(numbers))
        try rig.start()
        rig.drain()
        return writer
    }

    @Test func `appended lines are read as they come`() throws {
        let writer = try started(with: 0..<3)
        #expect(rig.rows == [0, 1, 2])
        try writer.write(LaneRig.lines(3..<5))
        rig.drain()
        #expect(rig.rows == Array(0..<5))
    }

    @Test func `a renamed file is read on while its writer goes on`() throws {
        let writer = try started(with: 0..<3)
        try folder.rename("app.log", "app.log.1")
        try folder.append(LaneRig.lines(10..<12), to: "app.log")
        rig.drain()
        try writer.write(LaneRig.lines(3..<6))
        rig.drain()
        #expect(rig.rows == [0, 1, 2, 10, 11, 3, 4, 5])
        rig.passLong()
        #expect(rig.positions.values.filter(\.isFinished).map(\.path) == [folder.at("app.log.1")])
        #expect(rig.troubles.isEmpty)
    }

    @Test func `a rotated file that grows after it was finished is gone on with`() throws {
        let writer = try started(with: 0..<3)
        try folder.rename("app.log", "app.log.1")
        rig.passLong()
        try writer.write(LaneRig.lines(3..<6))
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<6))
    }

    @Test func `a finished file that grows is noticed at once, not at the next look for safety`() throws {
        let writer = try started(with: 0..<3)
        try folder.rename("app.log", "app.log.1")
        rig.pass()
        rig.pass()
        #expect(rig.positions[0]?.isFinished == true)
        try writer.write(LaneRig.lines(3..<6))
        rig.drain()
        #expect(rig.rows == Array(0..<6))
    }

    @Test func `every generation of ten rotations between two looks is read in order`() throws {
        _ = try started(with: 0..<10)
        for round in 1...10 {
            for old in stride(from: round - 1, through: 1, by: -1) { try folder.rename("app.log.\(old)", "app.log.\(old + 1)") }
            try folder.rename("app.log", "app.log.1")
            try folder.append(LaneRig.lines(round * 10..<round * 10 + 10), to: "app.log")
        }
        rig.drain()
        #expect(rig.rows == Array(0..<110))
        rig.passLong()
        #expect(rig.rows.count == 110)
    }

    @Test func `rotations while stopped are caught up with, the oldest packed`() throws {
        let writer = try started(with: 0..<10)
        rig.stop()
        try writer.write(LaneRig.lines(10..<15))
        try folder.rename("app.log", "app.log.1")
        try folder.append(LaneRig.lines(15..<20), to: "app.log")
        try folder.gzip("app.log.1")
        try folder.rename("app.log.1.gz", "app.log.2.gz")
        try folder.rename("app.log", "app.log.1")
        try folder.append(LaneRig.lines(20..<25), to: "app.log")
        try folder.age("app.log.2.gz")
        try rig.start()
        rig.drain()
        // What was at the path is nowhere as it was: for a moment it might just be between two names.
        rig.pass(1000)
        #expect(rig.rows == Array(0..<25))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a file that is renamed while the first look lists its folder is not read after its successor`() throws {
        let writer = try started(with: 0..<10)
        rig.stop()
        try writer.write(LaneRig.lines(10..<15))
        // Between two names: the listing saw neither.
        try folder.rename("app.log", "elsewhere")
        try folder.append(LaneRig.lines(15..<20), to: "app.log")
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<10))
        try folder.rename("elsewhere", "app.log.1")
        rig.pass(100)
        #expect(rig.rows == Array(0..<20))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a deleted file is read to its end`() throws {
        let writer = try started(with: 0..<3)
        try folder.remove("app.log")
        rig.drain()
        try writer.write(LaneRig.lines(3..<6))
        rig.pass(1000)
        #expect(rig.rows == Array(0..<6))
        rig.passLong()
        #expect(rig.positions[0]?.isFinished == true)
    }

    @Test func `the inode of a closed log that is removed goes to a packed file`() throws {
        let rig = LaneRig([folder.at("a.log"), folder.at("b.log")])
        rig.openLimit = 1
        try folder.append(LaneRig.lines(0..<3), to: "a.log")
        try folder.append(LaneRig.line(10), to: "b.log")
        try rig.start()
        rig.drain()
        try folder.copy("a.log", "a.log.2")
        try folder.write(folder.gzipped(LaneRig.lines(3..<7)), to: "a.log")
        try folder.rename("a.log", "a.log.1.gz")
        try folder.age("a.log.1.gz")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [0, 1, 2, 10, 3, 4, 5, 6])
        #expect(rig.losses.isEmpty)
    }

    @Test func `a file that is deleted and made again is a new one`() throws {
        _ = try started(with: 0..<3)
        try folder.remove("app.log")
        try folder.append(LaneRig.lines(3..<6), to: "app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<6))
    }

    @Test func `a file that replaces another by a rename is read whole`() throws {
        _ = try started(with: 0..<3)
        try folder.append(LaneRig.lines(3..<9), to: "new")
        try folder.rename("new", "app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<9))
    }

    /// As rsync, `kubectl cp` and a daily download bring a log: the whole of it under another name, renamed into place.
    @Test func `a log that is replaced by itself and more is gone on with, also in the middle of a line`() throws {
        _ = try started(with: 0..<3)
        var text = LaneRig.lines(0..<3)
        for round in 1...3 {
            text += LaneRig.lines(round * 10..<round * 10 + 3)
            try folder.append(text + LaneRig.line(round * 10 + 3).prefix(20), to: "new")
            try folder.rename("new", "app.log")
            rig.drain()
            rig.pass(LaneRig.rotateWait / 2)
            rig.pass(LaneRig.rotateWait / 2)
            text += LaneRig.line(round * 10 + 3)
        }
        try folder.append(String(LaneRig.line(33).dropFirst(20)), to: "app.log")
        rig.passLong()
        #expect(rig.rows == Array(0..<3) + Array(10..<14) + Array(20..<24) + Array(30..<34))
        #expect(rig.malformed.isEmpty && rig.troubles.isEmpty)
        #expect(rig.positions.count == 1)
    }

    /// The new log begins with all that the old one holds, and the old one's writer is not done.
    @Test func `a log that begins as the one it replaces loses nothing while that still grows`() throws {
        let header = String(repeating: "#", count: 100) + "\n"
        let writer = try Writer(folder.at("app.log"))
        try writer.write(header)
        try rig.start()
        rig.drain()
        try folder.append(header + LaneRig.lines(0..<3), to: "new")
        try folder.rename("new", "app.log")
        rig.drain()
        rig.pass(LaneRig.rotateWait / 4)
        try writer.write(LaneRig.lines(10..<12))
        rig.pass(LaneRig.rotateWait / 4)
        rig.passLong()
        #expect(rig.rows.sorted() == [0, 1, 2, 10, 11])
    }

    /// How downloads, rsync and many exporters write: beside the log, then renamed.
    @Test(arguments: [".tmp", ".part", ".filepart", ".crdownload"], ["*.log", "app.log"])
    func `a file that was written under a name of its own is read once it has the one that is asked for`(ending: String, path: String)
        throws
    {
        let rig = LaneRig([folder.at(path)])
        try rig.start()
        rig.drain()
        try folder.append(LaneRig.lines(0..<3), to: "app.log" + ending)
        rig.drain()
        rig.passLong()
        #expect(rig.rows.isEmpty)
        try folder.rename("app.log" + ending, "app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [0, 1, 2])
        #expect(rig.losses.isEmpty)
    }

    @Test func `an inode that is used again while weir is stopped is a new file`() throws {
        let writer = try started(with: 0..<3)
        rig.stop()
        try folder.overwrite("app.log", with: LaneRig.lines(100..<110))
        _ = writer
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<3) + Array(100..<110))
        rig.pass(1000)
        #expect(rig.count("lost_generation") == 1)
    }

    @Test func `a symbolic link that is pointed elsewhere is followed`() throws {
        try folder.append(LaneRig.lines(0..<3), to: "a.txt")
        try folder.append(LaneRig.lines(3..<6), to: "b.txt")
        try folder.link("app.log", to: folder.at("a.txt"))
        try rig.start()
        rig.drain()
        try folder.link("next", to: folder.at("b.txt"))
        try folder.append(LaneRig.lines(6..<7), to: "a.txt")
        try folder.rename("next", "app.log")
        rig.drain()
        try folder.append(LaneRig.lines(7..<8), to: "b.txt")
        rig.drain()
        #expect(rig.rows.sorted() == Array(0..<8))
    }

    /// A pattern does not stand for the names that rotation gives, and a link, as a container host has them, says nothing of what lies
    /// beside its target.
    @Test(arguments: ["logs/*.log", "logs/app.log", "links/*.log", "links/pod.log", "links", "*/pod.log"])
    func `what rotation made while weir was stopped is found beside patterns and behind links`(path: String) throws {
        try folder.makeDirectory("logs")
        try folder.makeDirectory("links")
        try folder.link("links/pod.log", to: folder.at("logs/app.log"))
        let rig = LaneRig([folder.at(path)])
        try folder.append(LaneRig.lines(0..<3), to: "logs/app.log")
        try folder.append(LaneRig.lines(50..<60), to: "logs/app.txt.1")
        try rig.start()
        rig.drain()
        rig.stop()
        try folder.append(LaneRig.lines(3..<5), to: "logs/app.log")
        try folder.rename("logs/app.log", "logs/app.log.20261130-225000")
        try folder.gzip("logs/app.log.20261130-225000")
        try folder.age("logs/app.log.20261130-225000.gz")
        try folder.append(LaneRig.lines(5..<7), to: "logs/app.log.1")
        try folder.append(LaneRig.lines(7..<9), to: "logs/app.log")
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<9))
        // And while it runs, with nothing under the name for a while.
        try folder.append(LaneRig.lines(9..<10), to: "logs/app.log")
        try folder.rename("logs/app.log", "logs/app.log.2")
        rig.drain()
        rig.passLong()
        try folder.append(LaneRig.lines(10..<12), to: "logs/app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<12))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a growing file behind a symbolic link into another directory wakes the reader`() throws {
        try folder.makeDirectory("data")
        try folder.append(LaneRig.lines(0..<1), to: "data/real")
        try folder.link("app.log", to: folder.at("data/real"))
        try rig.start()
        rig.drain()
        try folder.append(LaneRig.lines(1..<4), to: "data/real")
        rig.drain()
        #expect(rig.rows == Array(0..<4))
    }

    @Test func `a directory behind a swapped symbolic link is watched anew`() throws {
        try folder.makeDirectory("r1")
        try folder.makeDirectory("r2")
        try folder.append(LaneRig.lines(0..<1), to: "r1/app.log")
        try folder.append(LaneRig.lines(1..<2), to: "r2/app.log")
        try folder.link("current", to: folder.at("r1"))
        let rig = LaneRig([folder.at("current/app.log")])
        try rig.start()
        rig.drain()
        try folder.link("next", to: folder.at("r2"))
        try folder.rename("next", "current")
        rig.drain()
        try folder.append(LaneRig.lines(2..<3), to: "r2/app.log")
        rig.drain()
        #expect(rig.rows == [0, 1, 2])
    }

    @Test func `files that appear later are read, the directory too`() throws {
        let rig = LaneRig([folder.at("deep/down/*.log")])
        try rig.start()
        rig.drain()
        try folder.makeDirectory("deep")
        rig.drain()
        try folder.makeDirectory("deep/down")
        rig.drain()
        try folder.append(LaneRig.lines(0..<2), to: "deep/down/a.log")
        rig.drain()
        try folder.append(LaneRig.lines(2..<4), to: "deep/down/b.log")
        rig.drain()
        #expect(rig.rows == [0, 1, 2, 3])
        #expect(rig.troubles.isEmpty)
    }

    @Test func `a directory that is removed and made again is watched again`() throws {
        try folder.makeDirectory("logs")
        try folder.append(LaneRig.lines(0..<2), to: "logs/app.log")
        let rig = LaneRig([folder.at("logs/app.log")])
        try rig.start()
        rig.drain()
        try folder.remove("logs")
        rig.drain()
        try folder.makeDirectory("logs")
        try folder.append(LaneRig.lines(2..<4), to: "logs/app.log")
        rig.drain()
        try folder.append(LaneRig.lines(4..<6), to: "logs/app.log")
        rig.drain()
        #expect(rig.rows == Array(0..<6))
    }

    @Test func `a last line without an end counts once its file is finished`() throws {
        let writer = try started(with: 0..<2)
        try writer.write(String(LaneRig.line(2).dropLast()))
        rig.passLong()
        #expect(rig.rows == [0, 1])
        try folder.rename("app.log", "app.log.1")
        rig.drain()
        #expect(rig.rows == [0, 1])
        rig.passLong()
        #expect(rig.rows == [0, 1, 2])
    }

    @Test func `two files that begin with the same thousand bytes are two files`() throws {
        let header = String(repeating: "#", count: 1500) + "\n"
        let rig = LaneRig([folder.at("*.csv")])
        try folder.append(header, to: "a.csv")
        try rig.start()
        rig.drain()
        try folder.append(header + LaneRig.lines(0..<5), to: "b.csv")
        rig.drain()
        try folder.append(header + LaneRig.lines(5..<7), to: "c.csv")
        rig.drain()
        try folder.append(LaneRig.lines(7..<9), to: "a.csv")
        rig.drain()
        #expect(rig.rows == Array(0..<9))
    }

    @Test func `files beside a log that no rotation made are not read`() throws {
        _ = try started(with: 0..<2)
        try folder.append(LaneRig.lines(50..<52), to: "app.log.swp")
        try folder.append(LaneRig.lines(60..<62), to: "app.log-notes")
        rig.passLong()
        #expect(rig.rows == [0, 1])
    }
}
