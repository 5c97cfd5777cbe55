// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Pipeline

/// Log files of one source: growing, rotating, compressed, appearing later, or all there already.
///
/// With `follows` it never ends; without, it reads what is there and ends. Every generation is read once, wherever rotation puts it. State:
/// about 2 KB for a file that is read, 300 bytes for one that was; at most ``finishedLimit`` of those are remembered.
///
/// Loses nothing as long as a generation, or a packed copy of it, stays among the candidates, or open, until it was read. What cannot be
/// helped is reported with its bytes, as far as they are known: what a truncation took away before anybody could read or copy it, and what
/// was deleted while weir did not run.
package struct FileTreeSource: LaneSource {
    /// Finished generations that are remembered, so that a packed copy is not read again; the oldest go first.
    static let finishedLimit = 10_000
    /// The time between two looks at the directories when nothing was reported, in case a report is missing.
    static let safetyInterval: Int64 = 10_000
    /// The same with more files than ``manyFiles``, of which each look costs tens of milliseconds.
    static let slowSafetyInterval: Int64 = 60_000
    /// The same where nothing can be reported.
    static let pollInterval: Int64 = 250
    /// The same with more files than ``manyFiles``.
    static let slowPollInterval: Int64 = 1000
    static let manyFiles = 1000
    /// A packed file is left alone until it has not changed for this long: it is being written. Milliseconds.
    static let settleTime: Int64 = 3000
    /// How long a file that was being read must be gone before it is given up, or its successor read. Milliseconds.
    static let renameTime: Int64 = 500
    /// A packed file that ends in the middle is waited for this long. Milliseconds.
    static let patience: Int64 = 60_000
    /// A file that merely looks rotated, and ends in the middle of a line, is waited for this long. Milliseconds.
    static let staleTime: Int64 = 3_600_000

    let candidates: CandidateFiles
    let follows: Bool
    /// Milliseconds.
    let rotateWait: Int64
    let now: () -> Int64
    let firstEventTime: ([UInt8], String) -> Int64?
    let watch: InotifyWatch
    /// Files that may be open at once.
    let openLimit: Int

    var generations: [StreamID: Generation] = [:]
    /// Files that are no stream of their own, and why.
    var noted: [FileKey: Noted] = [:]
    /// Generations whose files had another status in the last look than in the one before.
    private var grown: [Generation] = []
    /// Since when unknown files wait for a cut to be noticed. Units: monotonic milliseconds.
    private var cutSince: Int64?
    /// Files that the last look could not open: what stands in them is not lost.
    var unopened: Set<FileKey> = []
    private var nextID: UInt32 = 0
    var lastScan: Int64?
    /// When last all files of a look were judged, none put off until a cut is noticed.
    var lastJudgement: Int64?
    private var firstLook: Int64?
    var mustScan = true
    /// When a file that is waited for is to be looked at again.
    var nextLook = Int64.max
    private var isPolled = false
    private var reported: Set<String> = []
    /// What reading came across, to be told at the next scan.
    var troubles: [SourceTrouble] = []
    /// Streams that may have more, by the paths that changes are reported under.
    var streamsByPath: [String: StreamID] = [:]
    /// Paths of files that only time decides on; that they grow is no reason to look at once.
    var dullPaths: Set<String> = []
    var awake: Set<StreamID> = []
    var isEverythingAwake = false
    /// Streams that are asked from time to time although nothing is reported of them.
    var quieting: Set<StreamID> = []
    var lastStir: Int64?
    /// Streams whose files are open, in the order of their opening.
    var opened: [StreamID] = []
    /// Whether a name stands for one file for ever, as in a spool: then a file that begins like another is no copy of it, and files follow
    /// each other by their names.
    package var namesTell = false
    package var isSequence: Bool { namesTell }
    /// Where files of a replay are unpacked, beside the thread that reads; nil: where they are read.
    package var threads: UnpackThreads?
    /// More plain bytes than this for a packed one are refused: `archive_ratio_max`.
    package var archiveRatio = Unpacker.bombRatio
    /// Streams of packed tars, for their next members.
    var cursors: [(key: FileKey, stream: ByteStream)] = []
    /// Where somebody wants to see how far reading has come.
    package var meter: ReadingMeter?

    /// - Parameters:
    ///   - includesSiblings: whether a path means its rotated siblings as well; nil: when it follows.
    ///   - positions: where reading stood at the last checkpoint.
    ///   - rotateWait: how long a rotated file must be quiet before it counts as finished.
    ///   - firstEventTime: the time of the first event in a file's first bytes, for reading archives in order.
    ///   - now: monotonic milliseconds.
    package init(
        paths: [String], follows: Bool, includesSiblings: Bool? = nil, positions: [StreamPosition],
        rotateWait: EventDuration = .seconds(10), waker: SourceWaker, now: (() -> Int64)? = nil,
        firstEventTime: @escaping ([UInt8], String) -> Int64?
    ) {
        self.init(
            paths: paths, follows: follows, includesSiblings: includesSiblings, positions: positions, rotateWait: rotateWait,
            watch: InotifyWatch(waker: waker), openLimit: nil, now: now, firstEventTime: firstEventTime)
    }

    /// With what only tests choose: watches that run out, and few open files.
    init(
        paths: [String], follows: Bool, includesSiblings: Bool? = nil, positions: [StreamPosition], rotateWait: EventDuration,
        watch: InotifyWatch, openLimit: Int?, now: (() -> Int64)?, firstEventTime: @escaping ([UInt8], String) -> Int64?
    ) {
        candidates = CandidateFiles(paths: paths, includesSiblings: includesSiblings ?? follows)
        self.follows = follows
        self.rotateWait = rotateWait.milliseconds
        self.now = now ?? LinuxFileSystem.monotonic
        self.firstEventTime = firstEventTime
        self.watch = watch
        // Half of what the process may have: journal, sinks, dashboard and other lanes need theirs.
        self.openLimit = openLimit ?? max(LinuxFileSystem.descriptorLimit() / 2, 64)
        for position in positions {
            let generation = Generation(position)
            generations[generation.id] = generation
            nextID = max(nextID, position.stream + 1)
        }
    }

    package var isEndless: Bool { follows }

    package mutating func scan() -> [StreamChange] {
        if follows { take(watch.wait(milliseconds: 0)) }
        var changes = troubles.map { StreamChange.trouble($0) }
        troubles.removeAll()
        let time = now()
        guard isScanDue(time) else { return changes }
        let isFirst = lastScan == nil
        let listing = look()
        if isFirst && mustHoldBack(listing, time) { return changes }
        lastScan = time
        mustScan = false
        nextLook = .max
        let unknown = recognise(listing, time)
        unopened.removeAll()
        if !unknown.isEmpty && mustAwaitCut(time) {
            indexPaths(listing)
            return changes
        }
        changes += identify(unknown, in: listing, time, isFirst: isFirst)
        lastJudgement = time
        if follows {
            changes += giveUp(listing, time)
            indexPaths(listing)
        }
        forgetOldest()
        changes += troubles.map { StreamChange.trouble($0) }
        troubles.removeAll()
        return changes
    }

    /// Whether the first look has to be repeated: an archive that may still be written belongs before everything that is newer, so that
    /// nothing is announced before all are settled. Not for ever: an archive that never settles is left for later.
    private mutating func mustHoldBack(_ listing: CandidateFiles.Listing, _ time: Int64) -> Bool {
        let begun = firstLook ?? time
        firstLook = begun
        guard follows, time - begun < 2 * FileTreeSource.settleTime else { return false }
        if time - begun < FileTreeSource.renameTime && hasOneInTheMiddle(listing) { return true }
        let wall = LinuxFileSystem.wallNanoseconds()
        return listing.files.contains { file in
            FilePath.unpacked(file.path) != nil && (wall - file.status.modified) / 1_000_000 < FileTreeSource.settleTime
        }
    }

    /// Whether a file that reading goes on with is nowhere, and another stands at its path: it was renamed while its directory was listed,
    /// and the next listing has it. Taken up after its successor, what is left of it would be late.
    private func hasOneInTheMiddle(_ listing: CandidateFiles.Listing) -> Bool {
        let missing = generations.values.filter { $0.state == .missing }
        guard !missing.isEmpty else { return false }
        let present = Set(listing.files.map { FileKey($0.status) })
        return missing.contains { old in
            guard let successor = listing.keys[old.path] else { return false }
            return successor != old.key && !present.contains(old.key)
        }
    }

    private func isScanDue(_ time: Int64) -> Bool {
        guard let lastScan else { return true }
        return follows && (mustScan || time >= nextLook || time - lastScan >= scanInterval)
    }

    /// Milliseconds between two looks at the directories.
    var scanInterval: Int64 {
        let isLarge = generations.count > FileTreeSource.manyFiles
        guard isPolled else { return isLarge ? FileTreeSource.slowSafetyInterval : FileTreeSource.safetyInterval }
        return isLarge ? FileTreeSource.slowPollInterval : FileTreeSource.pollInterval
    }

    /// Lists the candidates. Each directory is watched before it is read, so that nothing can appear unseen in between.
    private mutating func look() -> CandidateFiles.Listing {
        var refusals: [String] = []
        let listing = candidates.list { directory in
            if follows, let refusal = startWatching(directory) { refusals.append(refusal) }
        }
        isPolled = !refusals.isEmpty
        for refusal in refusals { report("inotify", "watch_limit", refusal, isLoss: false) }
        for problem in listing.refused where !follows || problem.counter != "missing_file" {
            report(problem.path, problem.counter, problem.message, isLoss: !follows)
        }
        return listing
    }

    /// Watches a directory, what stands in for it while it is not there, and the symbolic links on the way to it.
    private func startWatching(_ directory: String) -> String? {
        var path = directory
        while true {
            switch watch.watch(path, path == directory ? .files : .names) {
            case .refused(let reason): return reason
            case .watched:
                return watchLinks(on: directory)
            case .absent:
                let parent = FilePath.parent(of: path)
                guard parent != path else { return nil }
                path = parent
            }
        }
    }

    private func watchLinks(on directory: String) -> String? {
        guard let real = LinuxFileSystem.realPath(directory), real != directory else { return nil }
        var path = directory
        while path != "/" && path != "." {
            let parent = FilePath.parent(of: path)
            do throws(FileFailure) {
                if try LinuxFileSystem.linkStatus(path: path).isLink, case .refused(let reason) = watch.watch(parent, .names) {
                    return reason
                }
            } catch {
                // What is gone again is found by the next look.
                return nil
            }
            path = parent
        }
        return nil
    }

    /// Notes which known generations are where, and returns the files that are none of them.
    private mutating func recognise(_ listing: CandidateFiles.Listing, _ time: Int64) -> [CandidateFiles.File] {
        grown.removeAll(keepingCapacity: true)
        var byKey: [FileKey: Generation] = [:]
        var present: Set<StreamID> = []
        for generation in generations.values where generation.state == .reading || generation.state == .finished {
            // Of several that had the inode in their time, the one that has it open now, or had it last.
            if let other = byKey[generation.key],
                (other.state == .reading ? 1 : 0, other.id) > (generation.state == .reading ? 1 : 0, generation.id)
            {
                continue
            }
            byKey[generation.key] = generation
        }
        var unknown: [CandidateFiles.File] = []
        var stillNoted: [FileKey: Noted] = [:]
        for file in listing.files {
            let key = FileKey(file.status)
            if let known = byKey[key], known.state == .reading || known.scannedStatus == file.status {
                present.insert(known.id)
                if known.scannedStatus != file.status && known.state == .reading {
                    awake.insert(known.id)
                    grown.append(known)
                }
                if known.isOutOfSight { clear(FileTreeSource.sight(of: known.path)) }
                known.isOutOfSight = false
                known.scannedStatus = file.status
                known.path = file.path
                continue
            }
            if let note = noted[key] { stillNoted[key] = note }
            if let note = noted[key], note.isOf(file), isStillTrue(note, time) { continue }
            unknown.append(file)
        }
        noted = stillNoted
        let keys = Set(listing.files.map { FileKey($0.status) })
        for generation in generations.values {
            generation.keepsInode = generation.state == .missing && keys.contains(generation.key)
            let isPresent = present.contains(generation.id) || isOutOfSight(generation)
            let isFirst = listing.keys[generation.firstPath] == generation.key
            let holdsFirstPath = generation.isOutOfSight ? generation.holdsFirstPath : isFirst
            if generation.state == .reading && (isPresent != generation.isPresent || holdsFirstPath != generation.holdsFirstPath) {
                awake.insert(generation.id)
            }
            generation.isPresent = isPresent
            generation.holdsFirstPath = holdsFirstPath
        }
        return unknown
    }

    /// Whether a file was cut and filled again, and its reader has not noticed yet. An unknown file may be the copy of what it holds now,
    /// which nobody can say before that is known as a generation of its own. Not for long: the reader may be busy elsewhere.
    private mutating func mustAwaitCut(_ time: Int64) -> Bool {
        guard follows, !namesTell, grown.contains(where: { !stillHolds($0) }) else {
            cutSince = nil
            return false
        }
        let since = cutSince ?? time
        cutSince = since
        guard time - since < FileTreeSource.renameTime else { return false }
        for generation in grown { generation.scannedStatus = nil }
        mustScan = true
        return true
    }

    /// Whether a file that was there at the last look is not gone but cannot be seen. Taken for gone, it would be finished in the middle of
    /// a line.
    private mutating func isOutOfSight(_ generation: Generation) -> Bool {
        generation.isOutOfSight = follows && generation.state == .reading && generation.isPresent && cannotBeSeen(generation)
        return generation.isOutOfSight
    }

    /// Whether a file that no listing has stands where it stood, or the system does not say: its directory may not be listed or entered,
    /// or its server does not answer.
    private mutating func cannotBeSeen(_ generation: Generation) -> Bool {
        do throws(FileFailure) {
            return try FileKey(LinuxFileSystem.status(path: generation.path)) == generation.key
        } catch {
            guard !error.isMissing else { return false }
            report(
                FileTreeSource.sight(of: generation.path), "unreadable_file",
                "\(generation.path) cannot be looked at (\(error.text)): its place is kept, and it is tried again.", isLoss: false)
            return true
        }
    }

    /// What is reported once for all files of a directory.
    static func sight(of path: String) -> String { "out of sight in " + FilePath.parent(of: path) }

    /// Nothing is left to be looked at: what was sought and not found is lost. Said once, not again after the next start.
    private mutating func giveUp(_ listing: CandidateFiles.Listing, _ time: Int64) -> [StreamChange] {
        guard !noted.values.contains(where: { $0.isAwaited }) else { return [] }
        var changes: [StreamChange] = []
        for old in generations.values.sorted(by: { $0.id < $1.id }) where old.state == .missing || old.state == .cut {
            let wasCut = old.state == .cut
            guard wasCut || !unopened.contains(old.key) && (listing.keys[old.path] != nil || !cannotBeSeen(old)) else { continue }
            // One listing may miss a file that is renamed while it is made.
            let since = old.lostSince ?? time
            old.lostSince = since
            guard wasCut || time - since >= FileTreeSource.renameTime else {
                nextLook = min(nextLook, since + FileTreeSource.renameTime)
                continue
            }
            old.state = .finished
            old.prefix = []
            changes.append(.moved(wasCut ? old.settledPosition : old.position))
            // From a checkpoint the size is only known of one that was cut, and of its copy.
            if old.seenSize > old.offset {
                let rest = old.seenSize - old.offset
                troubles.append(
                    SourceTrouble(
                        counter: "copytruncate",
                        message:
                            "\(old.path) was truncated with \(NumberText.count(rest, "byte")) unread, and no copy is found: let the rotation "
                            + "rename the file, or keep its copy beside it.",
                        bytes: rest, isLoss: true))
            } else if !wasCut && old.offset > 0 && !namesTell {
                // A spool lets a file go only when it was read to its end.
                troubles.append(
                    SourceTrouble(
                        counter: "lost_generation",
                        message:
                            "\(old.path) as it was is gone since the last run, read up to byte \(old.offset): what came after, "
                            + "if anything, is lost. Keep rotated files for longer than weir is ever stopped.",
                        isLoss: true))
            }
        }
        return changes
    }

    mutating func add(_ file: CandidateFiles.File) -> Generation {
        let generation = Generation(id: StreamID(rawValue: nextID), key: FileKey(file.status), path: file.path)
        nextID += 1
        generation.scannedStatus = file.status
        generation.seenSize = file.status.size
        generations[generation.id] = generation
        meter?.find(file.status.size)
        return generation
    }

    /// Reports something once, until ``clear(_:)``.
    mutating func report(_ subject: String, _ counter: String, _ message: String, isLoss: Bool) {
        guard reported.insert(subject).inserted else { return }
        troubles.append(SourceTrouble(counter: counter, message: message, isLoss: isLoss))
    }

    /// The trouble with something is over.
    mutating func clear(_ subject: String) { reported.remove(subject) }

    private mutating func forgetOldest() {
        guard generations.count > FileTreeSource.finishedLimit else { return }
        let finished = generations.values.filter { $0.state == .finished && !$0.isPresent }.map(\.id).sorted()
        for id in finished.prefix(generations.count - FileTreeSource.finishedLimit) { generations[id] = nil }
    }
}
