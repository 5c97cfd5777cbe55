// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Pipeline
import Testing

@testable import LogSources

/// What wakes a source, what it looks at then, and what it holds.
@Suite struct WaitTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func source(
        _ paths: [String], watchLimit: Int = .max, openLimit: Int? = nil, clock: ManualClock = ManualClock()
    ) -> FileTreeSource {
        FileTreeSource(
            paths: paths, follows: true, positions: [], rotateWait: .init(milliseconds: 100),
            watch: InotifyWatch(waker: SourceWaker(), limit: watchLimit), openLimit: openLimit, now: { clock.time },
            firstEventTime: { bytes, _ in LaneRig.firstTime(bytes) })
    }

    /// Takes a new source to where nothing is left to read.
    private func settle(_ source: inout FileTreeSource) -> [StreamID] {
        var streams: [StreamID] = []
        for change in source.scan() { if case .opened(let id, _, _, _) = change { streams.append(id) } }
        for id in streams {
            withScratch(count: 65_536) { scratch in while source.read(id, into: &scratch) == .bytes && scratch.freeCapacity > 0 {} }
        }
        _ = source.scan()
        _ = source.awakened()
        return streams
    }

    @Test func `an append wakes its stream alone, and no directory is looked at`() throws {
        for number in 0..<20 { try folder.append(LaneRig.lines(number * 10..<number * 10 + 2), to: "\(number).log") }
        var source = source([folder.at("*.log")])
        let streams = settle(&source)
        let name = "7.log"
        try folder.append(LaneRig.lines(72..<73), to: name)
        source.wait(atMost: .init(milliseconds: 10_000))
        #expect(!source.mustScan)
        #expect(source.awakened() == [streams[7]])
    }

    @Test func `what happens to other files in the directory wakes nobody`() throws {
        try folder.append(LaneRig.lines(0..<2), to: "app.log")
        var source = source([folder.at("app.log")])
        _ = settle(&source)
        try folder.append("x", to: "other.txt")
        try folder.append("x", to: "other.txt")
        try folder.rename("other.txt", "another.txt")
        source.wait(atMost: .init(milliseconds: 0))
        #expect(!source.mustScan)
        #expect(source.awakened() == [])
    }

    @Test func `a wait ends when its file grows, long before its time is over`() throws {
        try folder.append(LaneRig.lines(0..<2), to: "app.log")
        var source = source([folder.at("app.log")])
        _ = settle(&source)
        let path = folder.at("app.log")
        let writing = Thread { do { try Writer(path).write(LaneRig.line(2)) } catch { Issue.record("\(error)") } }
        writing.start()
        let start = ContinuousClock.now
        source.wait(atMost: .init(milliseconds: 9000))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(source.awakened()?.count == 1)
    }

    @Test func `the waker ends a wait`() throws {
        let waker = SourceWaker()
        var source = FileTreeSource(
            paths: [folder.at("app.log")], follows: true, positions: [], waker: waker, firstEventTime: { _, _ in nil })
        _ = source.scan()
        waker.wake()
        let start = ContinuousClock.now
        source.wait(atMost: .init(milliseconds: 9000))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `without watches files are polled, and that is said once with its cause`() throws {
        let rig = LaneRig([folder.at("app.log")])
        rig.watchLimit = 0
        try folder.append(LaneRig.lines(0..<2), to: "app.log")
        try rig.start()
        rig.drain()
        try folder.append(LaneRig.lines(2..<4), to: "app.log")
        rig.drain()
        #expect(rig.rows == [0, 1])
        rig.pass(FileTreeSource.pollInterval)
        #expect(rig.rows == [0, 1, 2, 3])
        try folder.rename("app.log", "app.log.1")
        try folder.append(LaneRig.lines(4..<6), to: "app.log")
        rig.pass(FileTreeSource.pollInterval)
        rig.passLong()
        #expect(rig.rows == Array(0..<6))
        #expect(rig.count("watch_limit") == 1)
        #expect(rig.troubles.first?.message.contains("max_user_watches") == true)
    }

    /// The superuser may read everything, so that there would be nothing to see.
    /// Its copy is to be judged later, and then not before it is noticed that another file was cut. Meanwhile the time is over after which
    /// a file that is nowhere is given up.
    @Test func `a file that is nowhere is given up only after a look that judged everything`() throws {
        let clock = ManualClock()
        var source = source([folder.at("a.log"), folder.at("b.log")], openLimit: 1, clock: clock)
        try folder.append(LaneRig.lines(0..<2), to: "a.log")
        try folder.copy("a.log", "a.log.1")
        try folder.append(LaneRig.lines(2..<4), to: "b.log")
        var streams: [StreamID] = []
        for change in source.scan() { if case .opened(let id, _, _, _) = change { streams.append(id) } }
        try #require(streams.count == 2)
        func read(_ index: Int) -> (ReadOutcome, [UInt8]) {
            withScratch(count: 65_536) { scratch in
                let outcome = source.read(streams[index], into: &scratch)
                return (outcome, scratch.copy(0..<scratch.byteCount))
            }
        }
        #expect(read(1).0 == .bytes)
        try folder.remove("a.log")
        #expect(read(0).0 == .idle)
        #expect(source.scan().isEmpty)
        try folder.overwrite("b.log", with: LaneRig.lines(4..<8))
        clock.time += 2 * FileTreeSource.settleTime + 200
        #expect(source.scan().isEmpty)
        #expect(read(0).0 == .idle, "lost is only what no look has found")
        #expect(read(1).0 == .failed(FileTreeSource.truncation(of: folder.at("b.log"))))
        source.finish(streams[1])
        _ = source.scan()
        #expect(read(0).1 == Array(LaneRig.lines(0..<2).utf8))
    }

    @Test func `a file that is nowhere is given up when its time is over and no look has found it`() throws {
        let clock = ManualClock()
        var source = source([folder.at("a.log"), folder.at("b.log")], openLimit: 1, clock: clock)
        try folder.append(LaneRig.lines(0..<2), to: "a.log")
        try folder.append(LaneRig.lines(2..<4), to: "b.log")
        let id = try #require(source.scan().lazy.compactMap { if case .opened(let id, _, _, _) = $0 { id } else { nil } }.first)
        func read() -> ReadOutcome { withScratch(count: 1024) { source.read(id, into: &$0) } }
        try folder.remove("a.log")
        #expect(read() == .idle)
        _ = source.scan()
        clock.time += 2 * FileTreeSource.settleTime
        #expect(read() == .idle, "one more look is to be made")
        _ = source.scan()
        guard case .failed(let trouble) = read() else { return #expect(Bool(false), "it is not given up") }
        #expect(trouble.counter == "lost_generation")
        #expect(trouble.bytes == UInt64(LaneRig.lines(0..<2).utf8.count))
    }

    @Test(.enabled(if: geteuid() != 0)) func `a file whose rights come back is read from its place`() throws {
        try folder.append(LaneRig.lines(0..<2), to: "app.log")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.at("app.log"))
        let rig = LaneRig([folder.at("app.log")])
        try rig.start()
        rig.drain()
        rig.pass(60_000)
        #expect(rig.rows.isEmpty)
        #expect(rig.troubles.map(\.counter) == ["unreadable_file"])
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.at("app.log"))
        rig.drain()
        #expect(rig.rows == [0, 1])
    }

    @Test func `pipes and matched directories are refused with a sentence, the rest is read`() throws {
        try folder.run("/bin/sh", ["-c", "mkfifo pipe.log"])
        try folder.makeDirectory("folder.log")
        try folder.append(LaneRig.lines(0..<2), to: "real.log")
        let rig = LaneRig([folder.at("*.log")])
        try rig.start()
        rig.drain()
        rig.passLong()
        #expect(rig.rows == [0, 1])
        #expect(rig.count("not_a_regular_file") == 2)
        #expect(rig.troubles.count == 2)
    }

    @Test func `ten thousand files are read with few of them open`() throws {
        let count = 10_000
        for number in 0..<count { try folder.append(LaneRig.line(number), to: "\(number).log") }
        let rig = LaneRig([folder.at("*.log")])
        rig.openLimit = 64
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<count))
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        #expect(open < 1000)
        for number in stride(from: 0, to: count, by: 1000) { try folder.append(LaneRig.line(count + number), to: "\(number).log") }
        rig.drain()
        #expect(rig.rows.count == count + 10)
        // What is closed is found under its new name.
        try folder.rename("17.log", "17b.log")
        try folder.append(LaneRig.line(2 * count), to: "17b.log")
        rig.drain()
        #expect(rig.rows.last == 2 * count)
        #expect(rig.troubles.isEmpty)
    }

    @Test func `files side by side are interleaved by time with fewer open than there are`() throws {
        for writer in 0..<100 { try folder.append(LaneRig.lines(stride(from: writer, to: 20_000, by: 100)), to: "w\(writer).log") }
        let rig = LaneRig([folder.path], follows: false)
        rig.openLimit = 10
        try rig.start()
        rig.drain()
        #expect(rig.rows == Array(0..<20_000))
        #expect(rig.troubles.isEmpty)
    }
}

@Suite(.enabled(if: Tool.isThere(Tool.logrotate))) struct LogrotateTests {
    @Test(arguments: [
        "create", "create\ncompress\ndelaycompress", "create\ncompress", "copytruncate", "copytruncate\ncompress", "dateext\ncreate",
    ])
    func `nothing is lost or repeated under logrotate`(options: String) throws {
        let folder = try TemporaryFolder()
        let settings = "\(folder.at("app.log")) {\nrotate 20\nsize 1\nsu root root\nmissingok\ndateformat -%Y%m%d-%s\n\(options)\n}\n"
        try folder.append(geteuid() == 0 ? settings : settings.replacing("su root root\n", with: ""), to: "logrotate.conf")
        let rig = LaneRig([folder.at("app.log")])
        try rig.start()
        var next = 0
        for round in 0..<8 {
            try folder.append(LaneRig.lines(next..<next + 500), to: "app.log")
            next += 500
            if round % 2 == 0 { rig.drain() }
            // A date in seconds is the same for rotations within one second, which then fail and are made up for by the next.
            try folder.run(Tool.logrotate, ["-f", "-s", folder.at("state"), folder.at("logrotate.conf")])
            if round % 3 == 0 { rig.passLong() }
        }
        rig.drain()
        rig.passLong()
        // The log, the settings, the state, and what was rotated: with dates in seconds perhaps one file only.
        #expect(try folder.names().count >= 4)
        #expect(rig.rows.sorted() == Array(0..<next))
        #expect(rig.losses.isEmpty)
        #expect(rig.malformed.isEmpty)
    }
}
