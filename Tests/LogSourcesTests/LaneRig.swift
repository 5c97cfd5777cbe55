// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import LogFormats
import Pipeline

@testable import LogSources

/// A clock that only moves when a test says so. Units: milliseconds.
final class ManualClock {
    var time: Int64 = 1_000_000
}

/// A lane reader over real files, driven step by step. Lines carry a number as their `rows`, and come back as those numbers.
final class LaneRig {
    static let rotateWait: Int64 = 100
    /// 2026-05-28T20:26:40Z, in milliseconds: line `n` happened `n` milliseconds later.
    static let epoch = 1_780_000_000_000

    struct Place {
        var stream: UInt32
        var offset: UInt64
    }

    let clock = ManualClock()
    let waker = SourceWaker()
    /// What came, in order.
    private(set) var rows: [Int] = []
    /// Where each of ``rows`` came from, for messages.
    private(set) var places: [Place] = []
    private(set) var troubles: [SourceTrouble] = []
    private(set) var positions: [UInt32: StreamPosition] = [:]
    private(set) var malformed: [UInt8] = []
    private(set) var opened: [String] = []
    private(set) var isOver = false
    private var reader: LaneReader<FileTreeSource>?
    private var batch = EventBatch()
    private var committed: (rows: Int, malformed: Int, positions: [UInt32: StreamPosition]) = (0, 0, [:])
    let paths: [String]
    let follows: Bool
    var watchLimit = Int.max
    var openLimit: Int?
    /// What the system says is mounted where.
    var mounts: () -> MountTable = LinuxFileSystem.mounts
    var archiveRatio: UInt64?
    /// Where packed files are unpacked.
    var threads: UnpackThreads?
    /// Whether the files are a spool's.
    var isSpooled = false

    init(_ paths: [String], follows: Bool = true) {
        self.paths = paths
        self.follows = follows
    }

    static func line(_ number: Int) -> String { #"{"ts":\#(epoch + number),"account":"svc-a","rows":\#(number)}"# + "\n" }

    static func lines(_ numbers: some Sequence<Int>) -> String { numbers.map(line).joined() }

    /// The time in the first whole line that is none of a header, as the lane's format would find it.
    static func firstTime(_ bytes: [UInt8]) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let line = text.split(separator: "\n").first(where: { !$0.hasPrefix("#") }), let key = line.range(of: "\"ts\":") else {
            return nil
        }
        return Int64(line[key.upperBound...].prefix { $0.isNumber })
    }

    /// Starts, or starts again from the positions of the batches that were taken: as after a crash right behind the last commit.
    func start(_ format: some LineFormat) {
        var source = FileTreeSource(
            paths: paths, follows: follows, positions: positions.values.sorted { $0.stream < $1.stream },
            rotateWait: EventDuration(milliseconds: LaneRig.rotateWait),
            watch: InotifyWatch(waker: waker, limit: watchLimit, mounts: mounts),
            openLimit: openLimit,
            now: { [clock] in clock.time }, firstEventTime: { bytes, _ in LaneRig.firstTime(bytes) })
        source.namesTell = isSpooled
        if let archiveRatio { source.archiveRatio = archiveRatio }
        source.threads = threads
        reader = LaneReader(source: source, attribution: Attribution(pseudonymKey: [1], hashKey: 7), makeFormat: { format })
        isOver = false
    }

    func start() throws { try start(JSONFormat(options: FormatOptions())) }

    func stop() { reader = nil }

    /// Everything taken so far is stored, with its positions: a commit.
    func commit() { committed = (rows.count, malformed.count, positions) }

    /// Ends as `kill -9` does: what was taken since the last commit is gone, and its positions with it.
    func crash() {
        stop()
        rows.removeLast(rows.count - committed.rows)
        places.removeLast(places.count - committed.rows)
        malformed.removeLast(malformed.count - committed.malformed)
        positions = committed.positions
    }

    /// What the last commit holds.
    var committedRows: ArraySlice<Int> { rows.prefix(committed.rows) }

    /// Goes on from this position at the next start, whatever was taken before.
    func resume(_ position: StreamPosition) { positions[position.stream] = position }

    /// One batch. Whether it held anything or more is there.
    func step() -> Bool {
        batch.removeAll()
        let isMore = reader?.fill(&batch) ?? false
        rows += batch.events.map { Int($0.rows) }
        places += batch.events.map { Place(stream: $0.stream, offset: $0.offset) }
        troubles += batch.troubles
        opened += batch.openedStreams.map(\.path)
        for position in batch.positions { positions[position.stream] = position }
        for mark in batch.marks { if case .malformed(let reason) = mark.kind { malformed.append(reason) } }
        isOver = batch.isLast
        return isMore || !batch.isEmpty && !batch.isLast
    }

    /// Takes everything that is there now, without letting time pass.
    func drain() {
        var emptySteps = 0
        while emptySteps < 2 {
            if step() { emptySteps = 0 } else { emptySteps += 1 }
            if isOver { return }
            reader?.wait(atMost: EventDuration(milliseconds: 0))
        }
    }

    /// Lets time pass, and takes what comes.
    func pass(_ milliseconds: Int64 = LaneRig.rotateWait) {
        clock.time += milliseconds
        drain()
    }

    /// Lets so much time pass that rotated files are finished and archives are settled.
    func passLong() {
        for _ in 0..<3 { pass(FileTreeSource.settleTime + LaneRig.rotateWait) }
    }

    /// Waits in earnest. For tests of the waiting itself.
    func wait(atMost milliseconds: Int64) { reader?.wait(atMost: EventDuration(milliseconds: milliseconds)) }

    /// What was lost, as reported.
    var losses: [SourceTrouble] { troubles.filter(\.isLoss) }
    func count(_ counter: String) -> Int { troubles.count { $0.counter == counter } }
}
