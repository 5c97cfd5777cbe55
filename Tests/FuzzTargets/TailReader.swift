// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

@testable import LogSources

/// How a tailer of a run is set up.
struct TailSetting {
    /// Whether the path is a pattern, which rotated files match as well, and not the log's own.
    var isPattern = false
    /// Whether changes are reported as the system would, and not only found by looking.
    var isWatched = false
    var openLimit: Int?
    /// Bytes that each line is longer.
    var padding = 0
    var batchLimit = 1024
    /// Bytes that a read gets at most.
    var readLimit = Int.max

    static let rotateWait: Int64 = 100
    /// Bytes from a file's start in which the time of its first line ends.
    static let distinctive = 20
    /// 2026-05-28T20:26:40Z, in milliseconds: line `n` happened `n` milliseconds later.
    static let epoch = 1_780_000_000_000

    init(_ input: inout FuzzInput) {
        let first = input.byte()
        let second = Int(input.byte())
        isPattern = first & 1 != 0
        isWatched = first & 4 != 0
        openLimit = first & 8 != 0 ? 3 : nil
        padding = [0, 40, 700, 1300][Int(first >> 4 & 3)]
        batchLimit = [1024, 1, 3, 10][second & 3]
        readLimit = [Int.max, 97, 400, 1000][second >> 2 & 3]
    }

    /// The number stands at both ends: in what is hashed of a file's first bytes and of those before an offset.
    func line(_ number: Int) -> [UInt8] {
        let pad = String(repeating: "p", count: padding == 40 ? number * 37 % 150 : padding)
        return Array(#"{"ts":\#(TailSetting.epoch + number),"account":"svc-a","pad":"\#(pad)","rows":\#(number)}"#.utf8) + [0x0A]
    }

    /// The number of a whole line; nil for any other.
    static func number(of line: ArraySlice<UInt8>) -> Int? {
        let text = line.last == 0x0A ? line.dropLast() : line
        guard text.starts(with: "{\"ts\":".utf8), text.last == UInt8(ascii: "}") else { return nil }
        guard let mark = text.lastIndex(of: UInt8(ascii: ":")), text[..<mark].suffix(6).elementsEqual("\"rows\"".utf8) else { return nil }
        return Int(String(decoding: text[(mark + 1)...].dropLast(), as: UTF8.self))
    }

    /// The time in the first whole event.
    static func firstTime(_ bytes: [UInt8]) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "\n").first { $0.hasPrefix("{\"ts\":") }
        return parts.flatMap { Int64($0.dropFirst(6).prefix { $0.isNumber }) }
    }
}

/// A tailer over a folder, driven step by step, that can be stopped and killed.
final class TailReader {
    /// Units: milliseconds.
    private(set) var time: Int64 = 1_000_000
    /// The numbers of the lines that came, in order.
    private(set) var rows: [Int] = []
    private(set) var troubles: [SourceTrouble] = []
    private(set) var malformed = 0
    private(set) var positions: [UInt32: StreamPosition] = [:]
    /// What the last commit holds.
    private var committed: (rows: Int, troubles: Int, malformed: Int, positions: [UInt32: StreamPosition]) = (0, 0, 0, [:])
    private let setting: TailSetting
    private let path: String
    private let waker = SourceWaker()
    private var lane: TailLane?

    init(_ setting: TailSetting, folder: String) {
        self.setting = setting
        path = folder + (setting.isPattern ? "/log*" : "/log")
    }

    var isRunning: Bool { lane != nil }
    /// Whether the folder was looked at since the start.
    var hasLooked: Bool { lane?.source.lastScan != nil }

    /// From where the last commit, or the last stop, left off.
    func start() {
        guard lane == nil else { return }
        // On a share, of which the system reports nothing: making and closing a watch of its own takes longer than a run.
        let watch = InotifyWatch(waker: waker) { MountTable("share / nfs rw") }
        let source = FileTreeSource(
            paths: [path], follows: true, positions: positions.values.sorted { $0.stream < $1.stream },
            rotateWait: EventDuration(milliseconds: TailSetting.rotateWait), watch: watch, openLimit: setting.openLimit,
            now: { [unowned self] in time }, firstEventTime: { bytes, _ in TailSetting.firstTime(bytes) })
        lane = TailLane(source, batchLimit: setting.batchLimit, readLimit: setting.readLimit)
    }

    func commit() { committed = (rows.count, troubles.count, malformed, positions) }

    /// In order: everything taken is stored.
    func stop() {
        commit()
        lane = nil
    }

    /// As `kill -9` does it. Returns the lines that are as if they had never been taken.
    func kill() -> ArraySlice<Int> {
        lane = nil
        let taken = rows[committed.rows...]
        rows.removeLast(rows.count - committed.rows)
        troubles.removeLast(troubles.count - committed.troubles)
        malformed = committed.malformed
        positions = committed.positions
        return taken
    }

    /// One batch. Whether it held anything or more is there.
    func step() -> Bool {
        guard let batch = lane?.fill() else { return false }
        rows += batch.rows
        troubles += batch.troubles
        for position in batch.positions { positions[position.stream] = position }
        malformed += batch.malformed
        return !batch.isEmpty
    }

    /// Takes all that is there now. Throws: ``FuzzFailure`` when that never ends.
    func drain() throws(FuzzFailure) {
        guard lane != nil else { return }
        var empty = 0
        for _ in 0..<20_000 {
            empty = step() ? 0 : empty + 1
            if empty == 2 { return }
            lane?.source.wait(atMost: EventDuration(milliseconds: 0))
        }
        throw FuzzFailure("the tailer is never done")
    }

    func pass(_ milliseconds: Int64) throws(FuzzFailure) {
        time += milliseconds
        try drain()
    }

    /// Everything is looked at anew, as when the system dropped reports.
    func look() { lane?.source.take(InotifyWatch.Wake(isIncomplete: true)) }

    /// Something happened to a file, or its name, in the folder.
    func report(_ path: String, isContent: Bool) {
        guard setting.isWatched else { return }
        lane?.source.take(InotifyWatch.Wake(events: [InotifyWatch.Event(path: path, isContent: isContent)]))
    }

    /// The next read of that of the files that was found first fails.
    func failNext(_ code: Int32, among inodes: [UInt64]) {
        let open = lane?.source.generations.values.filter { $0.file != nil && inodes.contains($0.key.inode) }.min { $0.id < $1.id }
        open?.file?.nextFailure = FileFailure(code: code)
    }

    /// Whether a file, with what stands in it now, is being read, and enough is known of it to tell it from another: the beginning of a
    /// line is the beginning of all of them.
    func isReading(_ file: TailFile) -> Bool { generation(of: file).map { $0.prefixCount >= TailSetting.distinctive } ?? false }

    /// The same, and it is open: it can be read on without a name.
    func holdsOpen(_ file: TailFile) -> Bool { generation(of: file).map { $0.file != nil || $0.stream != nil } ?? false }

    /// Whether a start would go on with what stood in a file, or in the one that it was a copy of, and none of the files that are there
    /// holds as much as was read of it.
    func seeks(_ file: TailFile, among files: some Collection<TailFile>) -> Bool {
        positions.values.contains { position in
            !position.isFinished && position.offset > 0 && holds(file, position) && !files.contains { holds($0, position) }
        }
    }

    /// Whether an inode is open, whatever of it is read.
    func isOpen(_ inode: UInt64) -> Bool {
        lane?.source.generations.values.contains { $0.key.inode == inode && ($0.file != nil || $0.stream != nil) } ?? false
    }

    private func generation(of file: TailFile) -> Generation? {
        lane?.source.generations.values.first { generation in
            generation.state == .reading && !generation.isCut && generation.key.inode == file.inode && holds(file, generation.position)
        }
    }

    /// Whether a position is one in the content that a file has now.
    private func holds(_ file: TailFile, _ position: StreamPosition) -> Bool {
        let content = file.content
        guard position.prefixCount > 0, position.prefixCount <= content.count, position.offset <= UInt64(content.count) else {
            return false
        }
        return ContentHash.of(content.prefix(position.prefixCount)) == position.prefixHash
            && position.marker.isOf(Array(content.prefix(Int(position.offset))))
    }
}
