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

    // MARK: Small logs

    /// A source that is driven call by call, so that a log is found and not read, or read in part.
    private func makeSource(_ clock: ManualClock, _ positions: [StreamPosition] = []) -> FileTreeSource {
        FileTreeSource(
            paths: [folder.at("app.log")], follows: true, positions: positions, rotateWait: .init(milliseconds: 100),
            watch: InotifyWatch(waker: SourceWaker()), openLimit: 64, now: { clock.time },
            firstEventTime: { bytes, _ in LaneRig.firstTime(bytes) })
    }

    private func scan(_ source: inout FileTreeSource) -> (opened: [(id: StreamID, offset: UInt64)], losses: [SourceTrouble]) {
        var (opened, losses): ([(id: StreamID, offset: UInt64)], [SourceTrouble]) = ([], [])
        for change in source.scan() {
            if case .opened(let id, _, let offset, _) = change { opened.append((id, offset)) }
            if case .trouble(let trouble) = change, trouble.isLoss { losses.append(trouble) }
        }
        return (opened, losses)
    }

    /// Reads at most `count` bytes and hands them over. Returns the position that a checkpoint would keep.
    @discardableResult
    private func read(_ source: inout FileTreeSource, _ id: StreamID, from offset: UInt64, _ count: Int) throws -> StreamPosition {
        let (outcome, bytes) = withScratch(count: count) { scratch in
            let outcome = source.read(id, into: &scratch)
            return (outcome, scratch.copy(0..<scratch.byteCount))
        }
        try #require(outcome == .bytes)
        return source.position(of: id, offset: offset + UInt64(bytes.count), marker: TailMarker(ofLast: bytes))
    }

    /// Lets a log that was found end as one that is cut. Returns its position.
    private func noticeCut(
        _ source: inout FileTreeSource, _ id: StreamID, at offset: UInt64, _ marker: TailMarker
    ) throws -> StreamPosition {
        let outcome = withScratch(count: 1024) { source.read(id, into: &$0) }
        try #require(outcome == .failed(FileTreeSource.truncation(of: folder.at("app.log"))))
        let position = source.position(of: id, offset: offset, marker: marker)
        source.finish(id)
        return position
    }

    /// Of ten lines, below the 1,024 bytes by which files are known, none or some were read when the log is cut.
    @Test(arguments: [0, 4], [0, 3]) func `of a small log that is cut before it was read only what its copy lacks is lost`(
        read: Int, missing: Int
    ) throws {
        let clock = ManualClock()
        var source = makeSource(clock)
        try folder.append(LaneRig.lines(0..<10), to: "app.log")
        let log = try #require(scan(&source).opened.first?.id)
        let part = LaneRig.lines(0..<read).utf8.count
        let marker = read == 0 ? TailMarker.none : try self.read(&source, log, from: 0, part).marker
        try folder.append(LaneRig.lines(0..<10 - missing), to: "app.log.1")
        try folder.truncate("app.log")
        _ = try noticeCut(&source, log, at: UInt64(part), marker)
        let found = scan(&source)
        #expect(found.losses.isEmpty)
        let copy = try #require(found.opened.first)
        #expect(copy.offset == UInt64(part))
        try self.read(&source, copy.id, from: copy.offset, 4096)
        source.finish(copy.id)
        #expect(scan(&source).losses.map(\.bytes) == (missing > 0 ? [bytes(ofLast: missing) - 4 * UInt64(missing)] : []))
    }

    /// What a log had when it was cut is known after a restart as well.
    @Test(arguments: [nil, 0, 3]) func `what is lost of a log that was cut before a restart is told after it`(missing: Int?) throws {
        let clock = ManualClock()
        var source = makeSource(clock)
        try folder.append(LaneRig.lines(10_000..<10_100), to: "app.log")
        let log = try #require(scan(&source).opened.first?.id)
        let position = try read(&source, log, from: 0, 500)
        try folder.truncate("app.log")
        var cut = try noticeCut(&source, log, at: position.offset, position.marker)
        // As the lane stores it, whose last line of the log is handed over.
        cut.isFinished = true
        if let missing { try folder.append(LaneRig.lines(10_000..<10_100 - missing), to: "app.log.1") }

        var next = makeSource(clock, [cut])
        var (opened, losses) = scan(&next)
        if let copy = opened.first {
            try read(&next, copy.id, from: copy.offset, 65_536)
            next.finish(copy.id)
            losses += scan(&next).losses
        }
        #expect(opened.count == (missing == nil ? 0 : 1))
        let lost = missing.map { bytes(ofLast: $0) } ?? bytes(ofLast: 100) - position.offset
        #expect(losses.map(\.bytes) == (lost > 0 ? [lost] : []))
    }

    @Test func `a packed copy that is broken is told once, with what is missing of the log`() throws {
        try startCopyOfPacked(keeping: 20_000)
        rig.drain()
        rig.passLong()
        rig.pass(FileTreeSource.patience)
        rig.passLong()
        let old = rig.rows.filter { $0 < CutCopyTests.last }
        #expect(old == Array(10_000..<10_000 + old.count) && old.count < 30_000)
        #expect(rig.losses.map(\.counter) == ["truncated_archive"])
        #expect(rig.losses.map(\.bytes) == [bytes(ofLast: 30_000 - old.count)])
    }

    /// Reads the beginning of a log and cuts it; its copy is packed, and only so many bytes of that are left.
    private func startCopyOfPacked(keeping count: Int) throws {
        try folder.append(LaneRig.lines(10_000..<CutCopyTests.last), to: "app.log")
        try rig.start()
        while rig.rows.isEmpty { _ = rig.step() }
        try folder.append(LaneRig.lines(10_000..<CutCopyTests.last), to: "app.log.1")
        try folder.gzip("app.log.1")
        try folder.truncate("app.log.1.gz", to: UInt64(count))
        try folder.overwrite("app.log", with: LaneRig.lines(50_000..<50_003))
    }
}
