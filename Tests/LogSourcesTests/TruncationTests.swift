// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline
import Testing

@testable import LogSources

@Suite struct TruncationTests {
    let folder: TemporaryFolder
    let rig: LaneRig

    init() throws {
        folder = try TemporaryFolder()
        rig = LaneRig([folder.at("app.log")])
    }

    private func started(with numbers: Range<Int>) throws {
        try folder.append(LaneRig.lines(numbers), to: "app.log")
        try rig.start()
        rig.drain()
    }

    /// All refills have lines of one length, so that only the content can tell.
    @Test(arguments: [(100, 105), (100, 110), (100, 150)])
    func `a file truncated and filled again between two looks is read from its start`(from: Int, to: Int) throws {
        try started(with: 110..<120)
        try folder.overwrite("app.log", with: LaneRig.lines(from..<to))
        rig.drain()
        rig.pass()
        #expect(rig.rows == Array(110..<120) + Array(from..<to))
        #expect(rig.count("copytruncate") == 1)
        #expect(rig.losses.isEmpty)
    }

    @Test func `a refill whose last sixty-four bytes are the same is told by its first`() throws {
        let padding = String(repeating: "x", count: 100)
        func line(_ number: Int) -> String {
            #"{"ts":\#(LaneRig.epoch + number),"account":"a","rows":\#(number),"agent":"\#(padding)"}"# + "\n"
        }
        try folder.append((100..<110).map(line).joined(), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.overwrite("app.log", with: (200..<220).map(line).joined())
        rig.drain()
        #expect(rig.rows == Array(100..<110) + Array(200..<220))
    }

    @Test(arguments: [5, 10, 20]) func `the same while weir is stopped`(count: Int) throws {
        try started(with: 110..<120)
        rig.stop()
        try folder.overwrite("app.log", with: LaneRig.lines(200..<200 + count))
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(110..<120) + Array(200..<200 + count))
        rig.pass(1000)
        #expect(rig.count("lost_generation") == 1)
    }

    @Test func `lines that only the copy of a truncated file holds are read from there`() throws {
        try started(with: 0..<5)
        try folder.append(LaneRig.lines(5..<9), to: "app.log")
        try folder.copy("app.log", "app.log.1")
        try folder.overwrite("app.log", with: LaneRig.lines(9..<12))
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == Array(0..<12))
        #expect(rig.rows.count == 12)
        #expect(rig.losses.isEmpty)
    }

    @Test func `a copy under way is not read as a new file`() throws {
        try started(with: 0..<50)
        let content = LaneRig.lines(0..<50)
        let copy = try Writer(folder.at("app.log.1"))
        var sent = content.startIndex
        for share in [10, 700, 1500, 2000] {
            let end = content.index(content.startIndex, offsetBy: share)
            try copy.write(String(content[sent..<end]))
            sent = end
            rig.drain()
            rig.pass(1000)
        }
        try copy.write(String(content[sent...]))
        rig.drain()
        try folder.overwrite("app.log", with: LaneRig.lines(50..<52))
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<52))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a truncated file whose copy is packed at once loses nothing`() throws {
        try started(with: 0..<5)
        try folder.append(LaneRig.lines(5..<9), to: "app.log")
        try folder.copy("app.log", "app.log.1")
        try folder.gzip("app.log.1")
        try folder.overwrite("app.log", with: LaneRig.lines(9..<12))
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == Array(0..<12))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a copy and a truncation while stopped lose nothing`() throws {
        try started(with: 0..<5)
        rig.stop()
        try folder.append(LaneRig.lines(5..<9), to: "app.log")
        try folder.copy("app.log", "app.log.1")
        try folder.overwrite("app.log", with: LaneRig.lines(9..<12))
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<12))
        #expect(rig.losses.isEmpty)
    }

    /// The inode of a log that was removed goes to the next file that is made.
    @Test(arguments: [false, true]) func `a packed copy that has the inode of the log that was cut is gone on with`(isRead: Bool) throws {
        try folder.append(LaneRig.lines(0..<5000), to: "app.log")
        try folder.copy("app.log", "app.log.1")
        try rig.start()
        while rig.rows.isEmpty { _ = rig.step() }
        // The copy is looked at again in a second.
        try folder.truncate("app.log")
        rig.drain()
        #expect(rig.rows.count < 5000)
        if isRead { rig.passLong() }
        rig.stop()
        let inode = try folder.inode("app.log")
        try folder.write(folder.gzipped(LaneRig.lines(0..<5000)), to: "app.log")
        try folder.rename("app.log", "app.log.1.gz")
        try folder.remove("app.log.1")
        try folder.age("app.log.1.gz")
        #expect(try folder.inode("app.log.1.gz") == inode)
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<5000))
        #expect(rig.losses.isEmpty)
    }

    /// A longer file was read before, so that the copy could be a shortened one.
    @Test func `a copy and its packed form that are found in one look are read once`() throws {
        try started(with: 0..<20)
        try folder.rename("app.log", "app.log.2")
        try folder.append(LaneRig.lines(20..<24), to: "app.log")
        rig.drain()
        rig.passLong()
        try folder.copy("app.log", "app.log.1")
        try folder.write(folder.gzipped(LaneRig.lines(20..<24)), to: "app.log.1.gz")
        try folder.age("app.log.1.gz")
        try folder.truncate("app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<24))
        #expect(rig.losses.isEmpty)
    }

    /// The newer copy is too short for what was read, as one would be that was made before the last lines came: it holds other lines.
    @Test func `of two copies made while stopped the one that holds what was read is gone on with`() throws {
        let header = "#" + String(repeating: "h", count: 1100) + "\n"
        try folder.append(header, to: "app.log")
        try started(with: 0..<12)
        rig.stop()
        try folder.append(LaneRig.lines(12..<16), to: "app.log")
        try folder.copy("app.log", "app.log.2")
        try folder.overwrite("app.log", with: header + LaneRig.lines(19..<25))
        try folder.copy("app.log", "app.log.1")
        try folder.overwrite("app.log", with: header + LaneRig.lines(27..<30))
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == Array(0..<16) + Array(19..<25) + Array(27..<30))
        #expect(rig.losses.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a new short file is not taken for the copy of a log that was cut and replaced, while the copy settles`(hasHeader: Bool) throws {
        let header = hasHeader ? "#" + String(repeating: "h", count: 1100) + "\n" : ""
        try folder.append(header, to: "app.log")
        try started(with: 0..<10)
        try folder.copy("app.log", "app.log.1")
        rig.drain()
        try folder.truncate("app.log")
        try folder.append(header + LaneRig.lines(10..<11), to: "new")
        try folder.rename("new", "app.log")
        try folder.rename("app.log.1", "app.log.2")
        try folder.rename("app.log", "app.log.1")
        try folder.append(header + LaneRig.lines(11..<13), to: "app.log-20260614")
        try folder.append(header + LaneRig.lines(13..<14), to: "app.log")
        rig.drain()
        for time: Int64 in [600, 1000, 3100, 6200, 61_000] { rig.pass(time) }
        #expect(rig.rows.sorted() == Array(0..<14))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a short file is not taken for the copy of a log that is gone on with in another`() throws {
        let header = "#" + String(repeating: "h", count: 1100) + "\n"
        try folder.append(header, to: "app.log")
        try folder.append(header + LaneRig.lines(0..<4), to: "app.log-20260611")
        try started(with: 0..<4)
        try folder.truncate("app.log")
        try folder.append(header + LaneRig.lines(4..<5), to: "new")
        try folder.rename("new", "app.log")
        try folder.copy("app.log", "app.log.1")
        rig.drain()
        try folder.overwrite("app.log", with: "")
        rig.passLong()
        #expect(rig.rows == Array(0..<5))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a short log under the header of one that was cut and copied nowhere is read`() throws {
        let header = "#" + String(repeating: "h", count: 1100) + "\n"
        try folder.append(header, to: "app.log")
        try started(with: 0..<10)
        try folder.overwrite("app.log", with: "")
        try folder.rename("app.log", "app.log.2")
        try folder.append(header + LaneRig.lines(10..<11), to: "app.log.1")
        try folder.append("", to: "app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<11))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a log of which nothing was handed over yet is cut under a header that stays`() throws {
        let header = "#" + String(repeating: "h", count: 1100) + "\n"
        let rig = LaneRig([folder.at("*.log")])
        try folder.append(LaneRig.lines(1000..<5000), to: "b.log")
        try folder.append(header + LaneRig.lines(6000..<6010), to: "c.log")
        try rig.start()
        _ = rig.step()
        try folder.copy("c.log", "c.log.1")
        try folder.overwrite("c.log", with: header + LaneRig.lines(7000..<7020))
        rig.drain()
        rig.passLong()
        #expect(rig.rows.filter { $0 >= 6000 }.sorted() == Array(6000..<6010) + Array(7000..<7020))
    }

    @Test func `a copy of a new file is known although that is no longer open`() throws {
        let rig = LaneRig([folder.at("*.log*")])
        rig.openLimit = 2
        try folder.append(LaneRig.lines(0..<3), to: "a.log")
        try rig.start()
        rig.drain()
        try folder.append(LaneRig.lines(10..<13), to: "b.log")
        try folder.append(LaneRig.lines(20..<23), to: "c.log")
        try folder.copy("c.log", "c.log.1")
        rig.pass(3100)
        rig.passLong()
        #expect(rig.rows.sorted() == Array(0..<3) + Array(10..<13) + Array(20..<23))
    }

    @Test func `a truncation in the middle of a line takes the line from the copy`() throws {
        try started(with: 0..<2)
        try folder.append(String(LaneRig.line(2).prefix(20)), to: "app.log")
        rig.drain()
        try folder.append(String(LaneRig.line(2).dropFirst(20)), to: "app.log")
        try folder.copy("app.log", "app.log.1")
        try folder.overwrite("app.log", with: LaneRig.lines(3..<4))
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == [0, 1, 2, 3])
        #expect(rig.malformed.isEmpty)
    }

    @Test func `bytes known to be cut off and copied nowhere are reported with their number`() throws {
        let lines = LaneRig.lines(10_000..<40_000)
        try folder.append(lines, to: "app.log")
        try rig.start()
        // A first batch only: the rest of the file was seen, and not read.
        _ = rig.step()
        try folder.overwrite("app.log", with: LaneRig.lines(50_000..<50_003))
        rig.drain()
        let read = rig.rows.count - 3
        #expect(Array(rig.rows.suffix(3)) == [50_000, 50_001, 50_002])
        #expect(rig.losses.map(\.bytes) == [UInt64(lines.utf8.count / 30_000 * (30_000 - read))])
    }

    @Test func `bytes written between copy and truncation are reported with their number`() throws {
        let whole = LaneRig.lines(10_000..<40_000)
        try folder.append(whole, to: "app.log")
        try rig.start()
        _ = rig.step()
        try folder.append(LaneRig.lines(10_000..<39_990), to: "app.log.1")
        try folder.overwrite("app.log", with: LaneRig.lines(50_000..<50_003))
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == Array(10_000..<39_990) + [50_000, 50_001, 50_002])
        #expect(rig.losses.map(\.bytes) == [UInt64(LaneRig.line(39_990).utf8.count * 10)])
    }

    /// A packed copy is judged when it has not changed for a while. Another log of the same header comes after that, while weir is stopped.
    @Test func `a shorter copy that is first judged after a restart is not read again, and nothing else is taken for it`() throws {
        let header = "#" + String(repeating: "h", count: 1100) + "\n"
        try folder.append(header + LaneRig.lines(0..<3), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.write(folder.gzipped(header + LaneRig.lines(0..<3)), to: "app.log.2.gz")
        rig.drain()
        try folder.append(LaneRig.line(3), to: "app.log")
        rig.drain()
        try folder.truncate("app.log")
        rig.drain()
        rig.stop()
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<4))
        #expect(rig.losses.isEmpty)
        rig.stop()
        try folder.append(header + LaneRig.line(4), to: "app.log.1")
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<5))
    }

    /// What is known of a cut log in a checkpoint is given up there, too, when no copy of it is found.
    @Test func `a log that begins like one that was cut without a copy is not taken for its copy after a restart`() throws {
        let header = "#" + String(repeating: "h", count: 1100) + "\n"
        try started(with: 0..<1)
        try folder.overwrite("app.log", with: header + LaneRig.lines(1..<4))
        rig.drain()
        try folder.truncate("app.log")
        rig.drain()
        rig.passLong()
        rig.stop()
        try folder.append(header + LaneRig.line(4), to: "app.log.1")
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<5))
    }

    @Test func `a writer that does not append leaves a hole, which is stepped over`() throws {
        let writer = try Writer(folder.at("app.log"), appends: false)
        try writer.write(LaneRig.lines(0..<5))
        try rig.start()
        rig.drain()
        let hole = UInt64(LaneRig.lines(0..<5).utf8.count)
        try folder.truncate("app.log")
        try writer.write(LaneRig.lines(5..<8))
        rig.drain()
        try writer.write(LaneRig.lines(8..<9))
        rig.drain()
        #expect(rig.rows == Array(0..<9))
        #expect(rig.troubles.filter { $0.counter == "nul_hole" }.map(\.bytes) == [hole])
        rig.stop()
        try writer.write(LaneRig.lines(9..<10))
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<10))
        #expect(rig.losses.isEmpty)
    }

    @Test func `a file that is empty for a while is read once it has lines`() throws {
        try folder.append("", to: "app.log")
        try rig.start()
        rig.drain()
        #expect(rig.opened.isEmpty)
        try folder.append(LaneRig.lines(0..<1), to: "app.log")
        rig.drain()
        try folder.truncate("app.log")
        rig.drain()
        try folder.append(LaneRig.lines(1..<2), to: "app.log")
        rig.drain()
        #expect(rig.rows == [0, 1])
    }
}
