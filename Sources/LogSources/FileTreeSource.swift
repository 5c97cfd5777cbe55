// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// Log files of one source: growing, rotating, compressed, appearing later, or all there already.
///
/// With `follows` it never ends; without, it reads what is there and ends. Every generation is read once, wherever rotation puts it. State:
/// about 2 KB for a file that is read, 200 bytes for one that was; at most ``finishedLimit`` of those are remembered.
package struct FileTreeSource: LaneSource {
    /// Finished generations that are remembered, so that a compressed copy is not read again; the oldest go first.
    static let finishedLimit = 10_000
    /// The longest time between two looks at the directories.
    static let scanInterval: Int64 = 1000
    /// A compressed file is left alone until it has not changed for this long.
    static let settleTime: Int64 = 3_000_000_000

    private let candidates: CandidateFiles
    private let follows: Bool
    private let rotateWait: Int64
    private let now: () -> Int64
    private let firstEventTime: ([UInt8], String) -> Int64?
    private let watch: InotifyWatch
    private var cannotWatch = false
    private var generations: [StreamID: Generation] = [:]
    private var nextID: UInt32 = 0
    private var lastScan: Int64?
    private var namesChanged = true
    private var reported: Set<String> = []

    /// - Parameters:
    ///   - positions: where reading stood at the last checkpoint.
    ///   - rotateWait: how long a rotated file must be quiet before it counts as finished.
    ///   - firstEventTime: the time of the first event in a file's first bytes, for reading archives in order.
    ///   - now: monotonic milliseconds.
    package init(
        paths: [String], follows: Bool, positions: [StreamPosition], rotateWait: EventDuration = .seconds(10), waker: SourceWaker,
        now: (() -> Int64)? = nil, firstEventTime: @escaping ([UInt8], String) -> Int64?
    ) {
        candidates = CandidateFiles(paths: paths, includesSiblings: follows)
        self.follows = follows
        self.rotateWait = rotateWait.milliseconds
        self.now = now ?? LinuxFileSystem.monotonic
        self.firstEventTime = firstEventTime
        watch = InotifyWatch(waker: waker)
        for position in positions {
            let generation = Generation(position)
            generations[generation.id] = generation
            nextID = max(nextID, position.stream + 1)
        }
    }

    package var isEndless: Bool { follows }

    // MARK: Finding

    package mutating func scan() -> [StreamChange] {
        let time = now()
        if let last = lastScan, !namesChanged, time - last < FileTreeSource.scanInterval || !follows { return [] }
        let isFirst = lastScan == nil
        lastScan = time
        namesChanged = false
        var changes: [StreamChange] = []
        if follows { startWatching(&changes) }
        let (files, refused) = candidates.list()
        for problem in refused where !follows || problem.counter != "missing_file" {
            report(problem.path, problem.counter, problem.message, isLoss: !follows, &changes)
        }
        let unknown = recognise(files)
        var fresh: [(time: Int64, path: String, change: StreamChange)] = []
        for file in unknown {
            if let found = identify(file, isFirst: isFirst, &changes) { fresh.append(found) }
        }
        if isFirst { reportMissing(&changes) }
        fresh.sort { ($0.time, $0.path) < ($1.time, $1.path) }
        forgetOldest()
        return changes + fresh.map(\.change)
    }

    /// Notes which known generations are where, and returns the files that are none of them.
    private func recognise(_ files: [CandidateFiles.File]) -> [CandidateFiles.File] {
        var byKey: [FileKey: Generation] = [:]
        for generation in generations.values where generation.state == .reading || generation.state == .finished {
            if let other = byKey[generation.key], other.id > generation.id { continue }
            byKey[generation.key] = generation
        }
        for generation in generations.values { generation.isPresent = false }
        var unknown: [CandidateFiles.File] = []
        for file in files {
            guard let known = byKey[FileKey(file.status)], lastScan != nil, isStill(known, file) else {
                unknown.append(file)
                continue
            }
            known.isPresent = true
            known.path = file.path
        }
        return unknown
    }

    /// Whether a file with a known inode still holds that generation. A finished one that grew or shrank has to be looked at.
    private func isStill(_ known: Generation, _ file: CandidateFiles.File) -> Bool {
        if known.state == .reading { return true }
        if known.lastStatus == file.status { return true }
        guard let head = head(of: file) else { return true }
        guard known.beginsLike(head.bytes), head.compression != .none || file.status.size == known.offset else { return false }
        known.lastStatus = file.status
        return true
    }

    /// Finds out what an unknown file is: a generation that moved, one to continue, or a new one.
    private mutating func identify(
        _ file: CandidateFiles.File, isFirst: Bool, _ changes: inout [StreamChange]
    ) -> (time: Int64, path: String, change: StreamChange)? {
        guard let head = head(of: file) else {
            report(file.path, "unreadable_file", "\(file.path) cannot be opened: give weir's user the right to read it.", isLoss: !follows, &changes)
            return nil
        }
        reported.remove(file.path)
        if follows && head.compression != .none && isSettling(file.status) {
            namesChanged = true
            return nil
        }
        let time = firstEventTime(head.bytes, file.path) ?? Int64.max
        switch match(file, head) {
        case .same, .copy: return nil
        case .continued(let old):
            let generation = takeUp(old, file)
            return (
                time, file.path,
                .opened(generation.id, path: file.path, resumeOffset: generation.offset, resumeState: generation.formatState)
            )
        case .new:
            let generation = add(file)
            return (time, file.path, .opened(generation.id, path: file.path, resumeOffset: 0, resumeState: []))
        }
    }

    private enum Match {
        case new
        /// A generation that was read to its end, under another name or packed.
        case same
        /// A copy of a generation that is being read where it is.
        case copy
        /// A generation to go on with from its offset.
        case continued(Generation)
    }

    private func match(_ file: CandidateFiles.File, _ head: Head) -> Match {
        let key = FileKey(file.status)
        let similar = generations.values.filter { $0.prefixCount > 0 && $0.beginsLike(head.bytes) }
            .sorted { ($0.key == key ? 0 : 1, $0.id) < ($1.key == key ? 0 : 1, $1.id) }
        for old in similar {
            guard let size = offsetIsReached(old, file, head) else { continue }
            switch old.state {
            case .finished:
                if size == old.offset || head.compression != .none || old.key != key { return .same }
                return .continued(old)
            case .missing, .cut: return .continued(old)
            case .reading:
                if old.isPresent && old.key != key { return .copy }
                if old.stream != nil { return .copy }
                return .continued(old)
            }
        }
        return .new
    }

    /// The file's plain size if it holds the generation's bytes up to its offset; nil otherwise.
    private func offsetIsReached(_ old: Generation, _ file: CandidateFiles.File, _ head: Head) -> UInt64? {
        if head.compression == .none && file.status.size < old.offset { return nil }
        do throws(FileFailure) {
            let stream = try ByteStream(file: OpenFile(path: file.path))
            guard stream.skip(to: old.offset), TailMarker(ofLast: stream.tail) == old.marker else { return nil }
            return head.compression == .none ? file.status.size : old.offset
        } catch {
            return nil
        }
    }

    /// Goes on with a generation in the file where it was found. A number that was handed out in this run is not used twice.
    private mutating func takeUp(_ old: Generation, _ file: CandidateFiles.File) -> Generation {
        if old.state == .missing {
            old.key = FileKey(file.status)
            old.path = file.path
            old.state = .reading
            old.isPresent = true
            return old
        }
        let generation = add(file)
        generation.offset = old.offset
        generation.marker = old.marker
        generation.prefixHash = old.prefixHash
        generation.prefixCount = old.prefixCount
        generation.formatState = old.formatState
        old.state = .finished
        old.key = FileKey(device: 0, inode: 0)
        return generation
    }

    private mutating func add(_ file: CandidateFiles.File) -> Generation {
        let generation = Generation(id: StreamID(rawValue: nextID), key: FileKey(file.status), path: file.path)
        nextID += 1
        generations[generation.id] = generation
        return generation
    }

    private struct Head {
        var bytes: [UInt8]
        var compression: Compression
    }

    /// The first plain bytes of a file.
    private func head(of file: CandidateFiles.File) -> Head? {
        do throws(FileFailure) {
            let stream = try ByteStream(file: OpenFile(path: file.path))
            while stream.prefix.count < ByteStream.prefixLength {
                guard withScratch(count: 65_536, { stream.read(into: &$0) }) == .bytes else { break }
            }
            return Head(bytes: stream.prefix, compression: stream.compression)
        } catch {
            return nil
        }
    }

    private func isSettling(_ status: FileStatus) -> Bool {
        abs(LinuxFileSystem.wallNanoseconds() - status.modified) < FileTreeSource.settleTime
    }

    private mutating func startWatching(_ changes: inout [StreamChange]) {
        guard !cannotWatch else { return }
        for directory in candidates.directories where !watch.watch(directory) {
            cannotWatch = true
            report(
                "inotify", "watch_limit",
                "inotify watches are exhausted, not the disk: raise fs.inotify.max_user_watches. Files are polled meanwhile.", isLoss: false, &changes)
        }
    }

    private func reportMissing(_ changes: inout [StreamChange]) {
        for old in generations.values.sorted(by: { $0.id < $1.id }) where old.state == .missing {
            old.state = .finished
            changes.append(
                .trouble(
                    SourceTrouble(
                        counter: "lost_generation",
                        message: "\(old.path) is gone since the last run, read up to byte \(old.offset): what came after is not known.",
                        isLoss: true)))
        }
    }

    private mutating func report(_ subject: String, _ counter: String, _ message: String, isLoss: Bool, _ changes: inout [StreamChange]) {
        guard reported.insert(subject).inserted else { return }
        changes.append(.trouble(SourceTrouble(counter: counter, message: message, isLoss: isLoss)))
    }

    // MARK: For reading

    func generation(_ id: StreamID) -> Generation? { generations[id] }
    var isFollowing: Bool { follows }
    var quietTime: Int64 { rotateWait }
    func monotonic() -> Int64 { now() }

    /// The next scan looks at the directories, however recent the last one is.
    mutating func lookAgain() { namesChanged = true }

    mutating func sleep(atMost limit: EventDuration) {
        let milliseconds = cannotWatch ? min(limit.milliseconds, 250) : limit.milliseconds
        let wake = watch.wait(milliseconds: Int32(clamping: milliseconds))
        if wake.namesChanged || cannotWatch { namesChanged = true }
    }

    private mutating func forgetOldest() {
        guard generations.count > FileTreeSource.finishedLimit else { return }
        let finished = generations.values.filter { $0.state == .finished && !$0.isPresent }.map(\.id).sorted()
        for id in finished.prefix(generations.count - FileTreeSource.finishedLimit) { generations[id] = nil }
    }
}
