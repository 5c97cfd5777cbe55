// weir
// SPDX-License-Identifier: Apache-2.0

import Pipeline

/// What a tailer owes: which lines it must have handed over, which ones it may lose, and what it then has to say.
struct TailLedger {
    /// The end of what stood in a file: it was truncated, or its last name was taken from it.
    private struct Death {
        /// The file, as it stood at that moment.
        var file: TailFile
        /// The number of troubles that had been told before.
        var troublesBefore: Int
        /// Whether the tailer knew of the file, so that it has to say what is lost.
        var isKnown: Bool
    }

    private var deaths: [Death] = []
    /// Lines that nobody could read any more before they were handed over.
    private var forgiven: Set<Int> = []
    /// Lines of which a part stood at the end of a file that may have been finished meanwhile, and is a line for itself then.
    private var torn: Set<Int> = []
    /// Whether anything ever vanished of which there was no copy: without that nothing may be called lost.
    private var isAnythingGone = false
    private(set) var next = 0

    static let lossCounters: Set<String> = ["copytruncate", "lost_generation"]

    mutating func number() -> Int {
        next += 1
        return next - 1
    }

    /// What stands in a file is about to vanish. Asked before it does.
    ///
    /// - Parameter others: the files that stay, or are still being read.
    mutating func vanish(_ file: TailFile, others: some Sequence<TailFile>, _ reader: TailReader) {
        forgiven.formUnion(Set(bury(file, others: others, reader)).subtracting(reader.rows))
    }

    /// Notes the end of what stands in a file. Returns the lines that stand nowhere else.
    private mutating func bury(_ file: TailFile, others: some Sequence<TailFile>, _ reader: TailReader) -> [Int] {
        let kept = Set(others.filter { $0 !== file }.flatMap(\.lines))
        let gone = file.lines.filter { !kept.contains($0) }
        if let part = file.part { torn.insert(part.number) }
        if !gone.isEmpty || file.part != nil { isAnythingGone = true }
        let copy = TailFile(inode: file.inode, path: file.path, names: [])
        copy.lines = gone
        copy.content = file.content
        deaths.append(Death(file: copy, troublesBefore: reader.troubles.count, isKnown: reader.isReading(file)))
        return gone
    }

    /// The tailer is no longer running.
    ///
    /// - Parameters:
    ///   - undone: lines that it had handed over, which are as if it never had.
    ///   - files: those that can be found when it starts again.
    mutating func stop(undone: ArraySlice<Int>, files: some Sequence<TailFile>, _ reader: TailReader) {
        forgiven.formUnion(Set(undone).subtracting(files.flatMap(\.lines)))
    }

    /// The tailer was killed, and what it had done with since the last commit is as if it never had. Of a file that has no name it cannot
    /// know whether more was written, and has to say so. Forgives nothing: what came after the commit ``stop(undone:files:_:)`` does.
    mutating func reopen(_ unnamed: [TailFile], files: some Collection<TailFile>, _ reader: TailReader) {
        for file in unnamed where reader.seeks(file, among: files) { _ = bury(file, others: files, reader) }
    }

    /// The tailer is about to start. What was told and stored is not told again; of what was neither, it knows by its positions.
    mutating func start(files: some Collection<TailFile>, _ reader: TailReader) {
        for index in deaths.indices {
            let before = min(deaths[index].troublesBefore, reader.troubles.count)
            deaths[index].troublesBefore = before
            guard !reader.troubles[before...].contains(where: { TailLedger.lossCounters.contains($0.counter) }) else { continue }
            deaths[index].isKnown = reader.seeks(deaths[index].file, among: files)
        }
    }

    /// Time passes: a file that is no longer at the log's name may be finished.
    mutating func pass(_ files: some Sequence<TailFile>) { torn.formUnion(files.compactMap { $0.part?.number }) }

    /// What is wrong when the tailer has read all there is, if anything.
    func fault(_ reader: TailReader, unfinished: Int?) -> String? {
        var counts = [Int](repeating: 0, count: next)
        for row in reader.rows {
            guard counts.indices.contains(row) else { return "line \(row) was never written" }
            counts[row] += 1
        }
        if let twice = counts.firstIndex(where: { $0 > 1 }) { return "line \(twice) of \(next) came \(counts[twice]) times" }
        let missing = counts.indices.filter { counts[$0] == 0 && !forgiven.contains($0) && !torn.contains($0) && $0 != unfinished }
        if let first = missing.first { return "\(missing.count) of \(next) lines did not come, \(first) first" }
        if torn.isEmpty && reader.malformed > 0 { return "\(reader.malformed) lines came in pieces" }
        for death in deaths where death.isKnown && death.file.lines.contains(where: { counts[$0] == 0 && !torn.contains($0) }) {
            let told = reader.troubles[min(death.troublesBefore, reader.troubles.count)...]
            guard told.contains(where: { TailLedger.lossCounters.contains($0.counter) }) else {
                return "lines up to \(death.file.lines.last ?? 0) are lost with \(death.file.path), and nothing is said of it"
            }
        }
        if !isAnythingGone, let alarm = reader.troubles.first(where: \.isLoss) { return "nothing was lost, but: \(alarm.message)" }
        return nil
    }
}
