// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline
import Testing

@testable import LogSources

/// Copies of a log that was cut, which are themselves cut, or gone, before they were read to their end: what is lost is told once, and
/// only when no other file holds it.
@Suite struct CutCopyTests {
    private static let last = 40_000
    let folder: TemporaryFolder
    let rig: LaneRig

    init() throws {
        folder = try TemporaryFolder()
        rig = LaneRig([folder.at("app.log")])
    }

    /// Reads the beginning of a log, cuts that, and goes on until what is left of it was found in its copy.
    private func startCopy(lacking count: Int) throws {
        try folder.append(LaneRig.lines(10_000..<CutCopyTests.last), to: "app.log")
        try rig.start()
        while rig.rows.isEmpty { _ = rig.step() }
        try folder.append(LaneRig.lines(10_000..<CutCopyTests.last - count), to: "app.log.1")
        try folder.overwrite("app.log", with: LaneRig.lines(50_000..<50_003))
        while !rig.opened.contains(folder.at("app.log.1")) { _ = rig.step() }
        #expect(rig.rows.count < 20_000)
    }

    private func bytes(ofLast count: Int) -> UInt64 { UInt64(LaneRig.line(10_000).utf8.count * count) }

    /// As a rotation by `cp` does it: the older copy moves on by being copied, and the newer one is written into its file.
    @Test(arguments: [0, 10]) func `the rest of a copy that is overwritten by the next one is found in its own copy`(missing: Int) throws {
        try startCopy(lacking: missing)
        try folder.copy("app.log.1", "app.log.2")
        try folder.overwrite("app.log.1", with: LaneRig.lines(50_000..<50_003))
        try folder.truncate("app.log")
        rig.drain()
        rig.passLong()
        #expect(rig.rows.sorted() == Array(10_000..<CutCopyTests.last - missing) + Array(50_000..<50_003))
        #expect(rig.losses.map(\.bytes) == (missing > 0 ? [bytes(ofLast: missing)] : []))
    }

    @Test(arguments: [0, 10]) func `what is lost with a copy that is cut is told once`(missing: Int) throws {
        try startCopy(lacking: missing)
        try folder.truncate("app.log.1")
        rig.drain()
        rig.passLong()
        let old = rig.rows.filter { $0 < CutCopyTests.last }
        #expect(old == Array(10_000..<10_000 + old.count))
        #expect(rig.losses.map(\.counter) == ["copytruncate"])
        #expect(rig.losses.map(\.bytes) == [bytes(ofLast: 30_000 - old.count)])
    }

    @Test(arguments: [0, 3]) func `what is lost with a copy that is removed before it is opened is told once`(missing: Int) throws {
        let clock = ManualClock()
        var source = FileTreeSource(
            paths: [folder.at("app.log")], follows: true, positions: [], rotateWait: .init(milliseconds: 100),
            watch: InotifyWatch(waker: SourceWaker()), openLimit: 1, now: { clock.time },
            firstEventTime: { bytes, _ in LaneRig.firstTime(bytes) })
        func scan() -> (opened: [StreamID], losses: [SourceTrouble]) {
            var (opened, losses): ([StreamID], [SourceTrouble]) = ([], [])
            for change in source.scan() {
                if case .opened(let id, _, _, _) = change { opened.append(id) }
                if case .trouble(let trouble) = change, trouble.isLoss { losses.append(trouble) }
            }
            return (opened, losses)
        }
        func read(_ id: StreamID) -> ReadOutcome { withScratch(count: 1024) { source.read(id, into: &$0) } }
        try folder.append(LaneRig.lines(0..<10), to: "app.log")
        let log = try #require(scan().opened.first)
        #expect(read(log) == .bytes)
        try folder.append(LaneRig.lines(0..<10 - missing), to: "app.log.1")
        try folder.truncate("app.log")
        #expect(read(log) == .failed(FileTreeSource.truncation(of: folder.at("app.log"))))
        source.finish(log)
        let copy = try #require(scan().opened.first)
        try folder.remove("app.log.1")
        for _ in 0..<2 {
            #expect(read(copy) == .idle)
            _ = scan()
            clock.time += 2 * FileTreeSource.settleTime
        }
        guard case .failed(let trouble) = read(copy) else { return #expect(Bool(false), "it is not given up") }
        #expect(trouble.counter == "lost_generation")
        #expect(trouble.bytes == UInt64(LaneRig.lines(0..<10).utf8.count))
        source.finish(copy)
        #expect(scan().losses.isEmpty)
    }
}
