// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import LogFormats
import Pipeline
import Testing

@testable import LogSources

/// What the system has only so much of: events of inotify, descriptors, inodes, memory for what was read.
@Suite struct LimitTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The system keeps as many events as this, and says then that there were more.
    private static func queueLength() throws -> Int {
        let text = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    @Test func `when more happens than the system can report, everything is looked at anew`() throws {
        let rig = LaneRig([folder.at("*.log")])
        let writers = try (0..<3).map { try Writer(folder.at("\($0).log")) }
        for (number, writer) in writers.enumerated() { try writer.write(LaneRig.line(number)) }
        try rig.start()
        rig.drain()
        // Appends that alternate are not put together into one event. The third file's is dropped with all that come behind the limit.
        let count = try LimitTests.queueLength() + 10
        try #require(count < 1_000_000)
        for number in 0..<count { try writers[number % 2].write(LaneRig.line(3 + number)) }
        try writers[2].write(LaneRig.line(3 + count))
        try folder.append(LaneRig.line(4 + count), to: "new.log")
        rig.drain()
        #expect(rig.rows.sorted() == Array(0..<count + 5))
        #expect(rig.troubles.isEmpty)
    }

    @Test func `files that all have more to read are read with fewer descriptors than there are files`() throws {
        let rig = LaneRig([folder.at("*.log")])
        rig.openLimit = 20
        for number in 0..<200 { try folder.append(LaneRig.line(number), to: "\(number).log") }
        try rig.start()
        rig.drain()
        // All of them show a line before the first is handed over.
        for number in 0..<200 { try folder.append(LaneRig.line(1000 + number) + LaneRig.line(2000 + number), to: "\(number).log") }
        var most = 0
        while rig.step() { most = max(most, try descriptors()) }
        rig.drain()
        #expect(rig.rows.sorted() == Array(0..<200) + Array(1000..<1200) + Array(2000..<2200))
        #expect(rig.troubles.isEmpty)
        #expect(most <= 60, "\(most) descriptors lead into the folder")
    }

    @Test func `after a restart files are taken up with fewer descriptors than there are files`() throws {
        let rig = LaneRig([folder.at("*.log")])
        rig.openLimit = 20
        for number in 0..<200 { try folder.append(LaneRig.line(number), to: "\(number).log") }
        try rig.start()
        rig.drain()
        rig.stop()
        for number in 0..<200 { try folder.append(LaneRig.line(1000 + number), to: "\(number).log") }
        try rig.start()
        var most = try descriptors()
        while rig.step() { most = max(most, try descriptors()) }
        rig.drain()
        #expect(rig.rows == Array(0..<200) + Array(1000..<1200))
        #expect(most <= 60, "\(most) descriptors lead into the folder")
    }

    @Test func `a file at rest that is opened again while others are in the middle is not closed for them`() throws {
        let rig = LaneRig([folder.at("*.log")])
        rig.openLimit = 1
        try folder.append(LaneRig.lines(0..<2) + String(LaneRig.line(2).prefix(20)), to: "b.log")
        try rig.start()
        rig.drain()
        try folder.append(LaneRig.lines(10_000..<40_000), to: "a.log")
        while rig.rows.count < 2000 { _ = rig.step() }
        try folder.append(String(LaneRig.line(2).dropFirst(20)), to: "b.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == [0, 1, 2] + Array(10_000..<40_000))
        #expect(rig.malformed.isEmpty)
    }

    /// Without reports, as on a share, the next look is a while away.
    @Test func `a file that was removed since the last look is not closed for another`() throws {
        let rig = LaneRig([folder.at("*.log")])
        rig.openLimit = 1
        rig.watchLimit = 0
        let writer = try Writer(folder.at("a.log"))
        try writer.write(LaneRig.lines(0..<5000))
        try folder.append(LaneRig.line(10_000), to: "b.log")
        try folder.append(LaneRig.line(20_000), to: "c.log")
        try rig.start()
        while rig.rows.isEmpty { _ = rig.step() }
        try folder.remove("a.log")
        // The third file is opened when nothing is left to be read in the others.
        rig.drain()
        try writer.write(LaneRig.lines(5000..<5003))
        rig.pass(1000)
        rig.passLong()
        #expect(rig.rows.sorted() == Array(0..<5003) + [10_000, 20_000])
        #expect(rig.losses.isEmpty)
    }

    @Test func `a closed file that is copied and removed is gone on with in its copy`() throws {
        let rig = LaneRig([folder.at("a.log"), folder.at("b.log")])
        rig.openLimit = 1
        try folder.append(LaneRig.lines(0..<3), to: "a.log")
        try folder.append(LaneRig.line(10), to: "b.log")
        try rig.start()
        rig.drain()
        try folder.copy("a.log", "a.log.1")
        rig.pass(1000)
        try folder.append(LaneRig.line(11), to: "b.log")
        rig.drain()
        try folder.remove("a.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [0, 1, 2, 10, 11])
        #expect(rig.losses.isEmpty)
    }

    /// The new file has the old one's inode, as where that was removed and its inode given to the next. When it was found, the old one held
    /// half a line, or so little of one that it could have been any.
    @Test(arguments: [100, 10]) func `half a line of a closed file is not put before the end of another file`(found: Int) throws {
        func line(_ number: Int) -> String {
            #"{"ts":\#(LaneRig.epoch + number),"account":"svc-a","pad":"\#(String(repeating: "p", count: 200))","rows":\#(number)}"# + "\n"
        }
        let rig = LaneRig([folder.at("*.log")])
        rig.openLimit = 1
        try folder.append(String(line(1).prefix(found)), to: "b.log")
        try rig.start()
        rig.drain()
        if found < 100 {
            try folder.append(String(line(1).prefix(100).dropFirst(found)), to: "b.log")
            rig.drain()
        }
        try folder.append(LaneRig.line(10), to: "a.log")
        rig.drain()
        try folder.overwrite("b.log", with: line(2))
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [10, 2])
        #expect(rig.opened.count == 3, "the one that was cut, the one in the middle and the new one")
        #expect(rig.losses.map(\.counter) == ["copytruncate"])
        #expect(rig.malformed.isEmpty)
    }

    /// The copy lacks a line that was written, and read, before the log was cut.
    @Test(arguments: [1, 10]) func `a copy that is shorter than its log is known although that was closed`(openLimit: Int) throws {
        let rig = LaneRig([folder.at("a.log"), folder.at("b.log")])
        rig.openLimit = openLimit
        try folder.append(LaneRig.lines(0..<3), to: "a.log")
        try rig.start()
        rig.drain()
        try folder.copy("a.log", "a.log.1")
        rig.drain()
        try folder.append(LaneRig.line(3), to: "a.log")
        rig.drain()
        try folder.append(LaneRig.line(10), to: "b.log")
        rig.drain()
        try folder.truncate("a.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [0, 1, 2, 3, 10])
        #expect(rig.losses.isEmpty)
    }

    @Test(arguments: [1, 10]) func `a copy under way is not read as a new file although its log was closed`(openLimit: Int) throws {
        let rig = LaneRig([folder.at("a.log"), folder.at("b.log")])
        rig.openLimit = openLimit
        try folder.append(LaneRig.lines(0..<10), to: "a.log")
        try folder.append(LaneRig.line(10), to: "b.log")
        try rig.start()
        rig.drain()
        try folder.append(String(LaneRig.lines(0..<10).prefix(100)), to: "a.log.1")
        rig.drain()
        rig.pass(1000)
        try folder.append(String(LaneRig.lines(0..<10).dropFirst(100)), to: "a.log.1")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<11))
        #expect(rig.losses.isEmpty)
    }

    /// Descriptors of this process that lead to files of this folder: other tests have theirs.
    private func descriptors() throws -> Int {
        let manager = FileManager.default
        return try manager.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            do {
                return try manager.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name).hasPrefix(folder.path)
            } catch {
                // It was another test's, and is closed by now.
                return false
            }
        }
    }

    @Test func `of a hundred thousand generations that were read only the youngest are remembered`() throws {
        try folder.append(LaneRig.lines(0..<2), to: "app.log")
        let positions = (0..<UInt32(100_000)).map { number in
            StreamPosition(
                stream: number, path: folder.at("app.log.\(100_000 - number)"), device: 1, inode: UInt64(number) + 10,
                prefixHash: UInt64(number), prefixCount: 100, offset: 1000, marker: TailMarker(hash: UInt64(number), count: 64),
                isFinished: true, formatState: [])
        }
        let clock = ManualClock()
        var source = FileTreeSource(
            paths: [folder.at("app.log")], follows: true, positions: positions, rotateWait: .init(milliseconds: 100),
            watch: InotifyWatch(waker: SourceWaker()), openLimit: nil, now: { clock.time }, firstEventTime: { _, _ in nil })
        #expect(source.scan().count == 1)
        #expect(source.generations.count <= FileTreeSource.finishedLimit + 1)
        #expect(source.generations[StreamID(rawValue: 99_999)] != nil)
        #expect(source.generations[StreamID(rawValue: 0)] == nil)
    }

    /// ext4 gives the number of a deleted file to the next one, as a rule; tmpfs never does. Whatever happens, the content decides.
    @Test(arguments: [NSTemporaryDirectory(), "/dev/shm"]) func `a new file under an old inode number is read from its start`(
        parent: String
    ) throws {
        guard FileManager.default.isWritableFile(atPath: parent) else { return }
        let folder = try TemporaryFolder(in: parent.hasSuffix("/") ? String(parent.dropLast()) : parent)
        let rig = LaneRig([folder.at("app.log")])
        try folder.append(LaneRig.lines(100..<110), to: "app.log")
        try rig.start()
        rig.drain()
        let inode = try folder.inode("app.log")
        rig.stop()
        try folder.remove("app.log")
        // Longer than what was read, so that the size does not tell.
        for attempt in 0..<50 {
            try folder.append(LaneRig.lines(200..<230), to: "new\(attempt)")
            if try folder.inode("new\(attempt)") == inode || attempt == 49 {
                try folder.rename("new\(attempt)", "app.log")
                break
            }
        }
        try rig.start()
        rig.drain()
        // The first look is repeated once, and what is sought is given up after the next.
        for _ in 0..<2 { rig.pass(1000) }
        #expect(rig.rows == Array(100..<110) + Array(200..<230))
        #expect(rig.count("lost_generation") == 1)
    }

    /// Source: the table of wazuh's issue 38561: lone continuation, overlong, surrogate, beyond U+10FFFF, cut sequence, bytes of no UTF-8.
    @Test(arguments: [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF, 0xFE]] as [[UInt8]])
    func `bytes that are no UTF-8 cost no line`(bytes: [UInt8]) throws {
        let rig = LaneRig([folder.at("app.log")])
        let line = Array(#"{"ts":\#(LaneRig.epoch + 1),"account":"svc-a","rows":1,"note":"a"#.utf8) + bytes + Array("b\"}\n".utf8)
        try folder.write(Data(Array(LaneRig.line(0).utf8) + line + Array(LaneRig.line(2).utf8)), to: "app.log")
        try rig.start()
        rig.drain()
        #expect(rig.rows == [0, 1, 2])
        #expect(rig.malformed.isEmpty)
    }

    @Test func `a byte order mark is no part of the first line, and UTF-16 is called by its name`() throws {
        let rig = LaneRig([folder.at("*.log")])
        func utf16(_ text: String) -> [UInt8] { text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] } }
        try folder.write(Data([0xEF, 0xBB, 0xBF] + Array(LaneRig.lines(0..<2).utf8)), to: "a.log")
        try folder.write(Data([0xFF, 0xFE] + utf16(LaneRig.lines(2..<100))), to: "b.log")
        try folder.write(Data(utf16(LaneRig.lines(2..<100))), to: "c.log")
        try rig.start()
        rig.drain()
        try folder.write(Data([0xFF, 0xFE] + utf16(LaneRig.lines(2..<200))), to: "b.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [0, 1] && rig.malformed.isEmpty)
        #expect(rig.losses.map(\.counter) == ["utf16_file", "utf16_file"] && rig.troubles.count == 2)
        #expect(rig.losses.allSatisfy { $0.message.contains("UTF-16") } && rig.losses[0].message.contains("b.log"))
    }

    @Test func `two logs of the same content are two logs`() throws {
        let rig = LaneRig([folder.at("*.log")])
        try folder.append(LaneRig.lines(0..<50), to: "messages.log")
        try folder.append(LaneRig.lines(0..<50), to: "syslog.log")
        try rig.start()
        rig.drain()
        try folder.append(LaneRig.lines(50..<51), to: "messages.log")
        try folder.append(LaneRig.lines(60..<61), to: "syslog.log")
        rig.drain()
        #expect(rig.rows.sorted() == (0..<50).flatMap { [$0, $0] } + [50, 60])
    }
}

/// copytruncate while the writer does not wait: what is written between copy and truncation is nobody's.
@Suite struct CopyUnderLoadTests {
    /// - Parameters:
    ///   - between: lines written behind the copy's end, before the truncation.
    ///   - isRead: whether weir reads them in that moment.
    @Test(arguments: [(0, false), (1, false), (40, false), (40, true)])
    func `only what was written between copy and truncation is missing, and the truncation is counted`(between: Int, isRead: Bool) throws {
        let folder = try TemporaryFolder()
        let rig = LaneRig([folder.at("app.log")])
        try rig.start()
        var next = 0
        var missing: Set<Int> = []
        func write(_ count: Int) throws {
            try folder.append(LaneRig.lines(next..<next + count), to: "app.log")
            next += count
        }
        for round in 1...6 {
            try write(300)
            if round % 2 == 0 || round == 1 { rig.drain() }
            try write(5)
            try folder.rename(round: round)
            try folder.copy("app.log", "app.log.1")
            let first = next
            try write(between)
            if isRead { rig.drain() } else { missing.formUnion(first..<next) }
            try folder.truncate("app.log")
            try write(7)
            rig.drain()
        }
        rig.passLong()
        let expected = (0..<next).filter { !missing.contains($0) }
        #expect(rig.rows.sorted() == expected)
        #expect(rig.count("copytruncate") >= 6)
        // Neither the next start nor packing makes a new file of a copy that holds less than was read.
        rig.stop()
        try rig.start()
        rig.drain()
        for number in 2...3 { try folder.gzip("app.log.\(number)") }
        rig.passLong()
        rig.stop()
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == expected)
        #expect(rig.malformed.isEmpty)
    }

    /// `kill -9` after what was written behind the copy's end was read and stored.
    @Test(arguments: [false, true]) func `a copy that holds less than was read before a restart is not read again`(isPacked: Bool) throws {
        let folder = try TemporaryFolder()
        let rig = LaneRig([folder.at("app.log")])
        try folder.append(LaneRig.lines(0..<100), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.copy("app.log", "app.log.1")
        rig.drain()
        try folder.append(LaneRig.lines(100..<110), to: "app.log")
        rig.drain()
        rig.stop()
        try folder.overwrite("app.log", with: LaneRig.lines(110..<115))
        if isPacked {
            try folder.gzip("app.log.1")
            try folder.age("app.log.1.gz")
        }
        try rig.start()
        rig.drain()
        rig.passLong()
        rig.stop()
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == Array(0..<115))
        #expect(rig.losses.isEmpty)
        #expect(rig.count("copytruncate") == 1)
    }
}

/// Archives of tables, whose headers are longer than what is hashed of a file.
@Suite(.enabled(if: Tool.isThere(Tool.zstd) && Tool.isThere(Tool.gzip))) struct LongHeaderTests {
    @Test(arguments: Packing.allCases) func `archives that begin with the same long header are each read, longer or shorter`(
        packing: Packing
    ) throws {
        let folder = try TemporaryFolder()
        let rig = LaneRig([folder.at("*\(packing.suffix)")])
        try rig.start()
        let header = String(repeating: "#", count: 1500) + "\n"
        var next = 0
        for (number, count) in [100, 40, 300, 40, 1].enumerated() {
            try folder.append(header + LaneRig.lines(next..<next + count), to: "hour\(number)")
            try packing.pack("hour\(number)", in: folder)
            next += count
            rig.drain()
            rig.passLong()
            #expect(rig.rows == Array(0..<next))
            if number == 2 {
                rig.stop()
                try rig.start()
                rig.drain()
            }
        }
        #expect(rig.losses.isEmpty)
    }
}

extension TemporaryFolder {
    /// Makes room for a new `app.log.1`.
    fileprivate func rename(round: Int) throws {
        for number in stride(from: round - 1, through: 1, by: -1) { try rename("app.log.\(number)", "app.log.\(number + 1)") }
    }
}
