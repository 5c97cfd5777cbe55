// weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline

@testable import LogSources

extension FuzzTarget {
    /// Files that grow, rotate, are cut, packed, deleted and replaced, under a tailer that is stopped and killed: every line that could be
    /// read comes exactly once, and what is lost is told.
    static let tails = [
        FuzzTarget("tail", family: "tail", seeds: TailSeed.all) { (bytes) throws(FuzzFailure) in
            let run = TailRun(bytes)
            try run.perform()
            try run.finish()
        }
    ]
}

/// One run: operations on files and on the tailer, two bytes each.
final class TailRun {
    /// More operations than this are not carried out: what takes longer finds no more.
    private static let limit = 48
    /// Rotated files are no more than this, so that names have one digit.
    private static let rotatedLimit = 9

    private let setting: TailSetting
    private let folder: TailFolder
    private let reader: TailReader
    private var ledger = TailLedger()
    private var input: FuzzInput
    /// A file that its writer goes on with although it was renamed.
    private var stale: TailFile?
    /// Files whose last name was taken while the tailer had them open, and that it had not done with at the last commit.
    private var unnamed: [TailFile] = []
    /// The next new file gets an inode that was used before.
    private var mustRecycle = false
    private var dates = 0
    /// What was done, for messages: code and choice.
    private var deeds: [String] = []
    private var log: TailFile? { folder.files["log"] }

    init(_ bytes: [UInt8]) {
        var input = FuzzInput(bytes)
        setting = TailSetting(&input)
        self.input = input
        folder = TailFolder()
        reader = TailReader(setting, folder: folder.watched)
        folder.report = { [reader] in reader.report($0, isContent: $1) }
        start()
    }

    func perform() throws(FuzzFailure) {
        for _ in 0..<TailRun.limit where !input.rest.isEmpty {
            let code = input.byte()
            let choice = Int(input.byte())
            deeds.append("\(code % 24)/\(choice) at \(ledger.next)")
            try perform(code, choice)
        }
    }

    private func perform(_ code: UInt8, _ choice: Int) throws(FuzzFailure) {
        switch code % 24 {
        case 0, 1: append(lines: choice % 12 + 1, to: ensuredLog())
        case 2: appendPart(choice, to: ensuredLog())
        case 3: rotate(choice)
        case 4: try copyAndTruncate(choice)
        case 5: truncateAndRefill(choice)
        case 6: try pack(choice)
        case 7: deleteRotated(choice)
        case 8: deleteLog(choice)
        case 9: addFile(choice)
        case 10: replaceLog(choice)
        case 11: link(choice)
        case 12: if let stale { append(lines: choice % 4 + 1, to: stale) }
        case 13: if let stale { appendPart(choice, to: stale) }
        case 14: reader.look()
        case 15: for _ in 0...choice % 4 { _ = reader.step() }
        case 16: try reader.drain()
        case 17: try pass([10, 60, 100, 250, 600, 1000][choice % 6])
        case 18: try pass([3100, 6200, 61_000][choice % 3])
        case 19: commit()
        case 20: stop()
        case 21: kill()
        case 22: start()
        default: try others(choice)
        }
    }

    private func others(_ choice: Int) throws(FuzzFailure) {
        switch choice % 4 {
        case 0: mustRecycle = true
        case 1: folder.age()
        default:
            // A server forgets a file: one without a name is lost with its descriptor, so that it happens at once, and to none of those.
            reader.failNext(choice % 4 == 2 ? ESTALE : EIO, among: folder.files.values.map(\.inode))
            reader.look()
            try reader.drain()
        }
    }

    // MARK: The tailer

    private func pass(_ milliseconds: Int64) throws(FuzzFailure) {
        ledger.pass(readable.filter { $0 !== log })
        try reader.pass(milliseconds)
    }

    private func start() {
        guard !reader.isRunning else { return }
        ledger.start(files: folder.files.values, reader)
        reader.start()
    }

    private func commit() {
        reader.commit()
        unnamed.removeAll { !reader.holdsOpen($0) }
    }

    private func stop() {
        guard reader.isRunning else { return }
        buryUnlinked()
        reader.stop()
        unnamed.removeAll()
        ledger.stop(undone: [], files: folder.files.values, reader)
    }

    private func kill() {
        guard reader.isRunning else { return }
        buryUnlinked()
        ledger.stop(undone: reader.kill(), files: folder.files.values, reader)
        ledger.reopen(unnamed, files: folder.files.values, reader)
        unnamed.removeAll()
    }

    /// Files that only the tailer had open end with it.
    private func buryUnlinked() {
        for file in folder.unlinked where reader.holdsOpen(file) { ledger.vanish(file, others: folder.files.values, reader) }
    }

    /// All files that can be read by somebody.
    private var readable: [TailFile] { folder.files.values + folder.unlinked.filter { reader.holdsOpen($0) } }

    // MARK: Content

    private func create(_ name: String) -> TailFile {
        defer { mustRecycle = false }
        let old = mustRecycle ? folder.unlinked.last { !reader.isOpen($0.inode) } : nil
        if let old, old === stale { stale = nil }
        let file = folder.create(name, recycling: old)
        return file
    }

    private func ensuredLog() -> TailFile { log ?? create("log") }

    private func append(lines count: Int, to file: TailFile) {
        var bytes: [UInt8] = []
        if let part = file.part {
            bytes += part.rest
            file.lines.append(part.number)
            file.part = nil
        }
        let numbers = (0..<count).map { _ in ledger.number() }
        for number in numbers { bytes += setting.line(number) }
        file.lines += numbers
        folder.append(bytes, to: file)
        settleUnlinked(file)
    }

    private func appendPart(_ choice: Int, to file: TailFile) {
        guard file.part == nil else { return finishLine(file) }
        let number = ledger.number()
        let line = setting.line(number)
        // Fewer bytes could be the beginning of any other file, and nobody could say which.
        let cut = TailSetting.distinctive + choice * 7 % (line.count - TailSetting.distinctive)
        folder.append(Array(line[..<cut]), to: file)
        file.part = (number, line[cut...])
        settleUnlinked(file)
    }

    private func finishLine(_ file: TailFile) { if file.part != nil { append(lines: 0, to: file) } }

    /// What is written to a file that has no name, and that nobody has open, is nowhere.
    private func settleUnlinked(_ file: TailFile) {
        guard file.names.isEmpty, !reader.holdsOpen(file) else { return }
        ledger.vanish(file, others: readable, reader)
    }

    // MARK: Names

    private static func number(_ name: String) -> Int { Int(name.split(separator: ".").dropFirst().first ?? "") ?? 0 }

    /// Those with a number, the oldest first.
    private var numbered: [String] {
        folder.files.keys.filter { $0.hasPrefix("log.") }.sorted { (TailRun.number($0), $0) > (TailRun.number($1), $1) }
    }

    private var rotated: [String] { folder.files.keys.filter { $0 != "log" }.sorted() }

    private func freeName(_ choice: Int) -> String {
        dates += 1
        if choice & 1 != 0 { return "log-202606\(10 + dates)" }
        for name in numbered {
            if TailRun.number(name) >= TailRun.rotatedLimit {
                remove(name)
                continue
            }
            folder.rename(name, "log.\(TailRun.number(name) + 1)" + name.dropFirst("log.1".count))
        }
        return "log.1"
    }

    private func remove(_ name: String) {
        guard let file = folder.files[name] else { return }
        if file.names.count == 1 {
            if reader.holdsOpen(file) { unnamed.append(file) } else { ledger.vanish(file, others: readable, reader) }
        }
        folder.remove(name)
    }

    private func rotate(_ choice: Int) {
        guard let log else { return }
        folder.rename("log", freeName(choice))
        if choice & 2 != 0 { stale = log } else { finishLine(log) }
        if choice & 4 != 0 { _ = create("log") }
    }

    private func copyAndTruncate(_ choice: Int) throws(FuzzFailure) {
        guard let log, !log.lines.isEmpty else { return }
        finishLine(log)
        let copy = create(freeName(choice))
        folder.append(log.content, to: copy)
        copy.lines = log.lines
        // Lines that only the log has. A copy of less than what is hashed of a log cannot be known by that after a start.
        let isLate = choice & 8 != 0 && reader.isRunning && reader.hasLooked && copy.content.count >= ByteStream.prefixLength
        if isLate { append(lines: choice >> 4 & 3 + 1, to: log) }
        // A first look takes two files of one content for two logs, unless one is named after the other.
        let maySee = reader.hasLooked || !setting.isPattern
        if choice & 2 != 0 && maySee { _ = reader.step() }
        if choice & 4 != 0 && maySee { try reader.drain() }
        ledger.vanish(log, others: readable, reader)
        folder.truncate(log)
        guard isLate else { return }
        // After a start whose copy it is could not be said before that is stored.
        reader.look()
        try reader.drain()
        commit()
    }

    private func truncateAndRefill(_ choice: Int) {
        guard let log, !log.content.isEmpty else { return }
        ledger.vanish(log, others: readable, reader)
        folder.truncate(log)
        if choice & 1 != 0 { append(lines: choice >> 1 & 7 + 1, to: log) }
    }

    private func pack(_ choice: Int) throws(FuzzFailure) {
        let plain = numbered.filter { FilePath.unpacked($0) == nil && folder.files[$0]?.names.count == 1 }
        guard !plain.isEmpty else { return }
        let name = plain[choice % plain.count]
        guard let file = folder.files[name], !file.lines.isEmpty else { return }
        finishLine(file)
        if file === stale { stale = nil }
        let packing: ArchivePacking = choice & 4 != 0 ? .zstd : .gzip
        let bytes = folder.packed(file.content, packing)
        let archive = create(name + packing.suffix)
        let half = choice & 8 != 0 ? bytes.count / 2 : bytes.count
        folder.write(Array(bytes[..<half]), to: archive, O_APPEND)
        if choice & 16 != 0 { try reader.drain() }
        if choice & 32 != 0 { try pass(choice & 64 != 0 ? 3100 : 300) }
        folder.write(Array(bytes[half...]), to: archive, O_APPEND)
        archive.content = file.content
        archive.lines = file.lines
        if choice & 128 != 0 { try reader.drain() }
        remove(name)
    }

    private func deleteRotated(_ choice: Int) {
        guard !rotated.isEmpty else { return }
        remove(rotated[choice % rotated.count])
    }

    private func deleteLog(_ choice: Int) {
        guard let log else { return }
        if choice & 2 != 0 { stale = log }
        remove("log")
        if choice & 1 != 0 { _ = create("log") }
    }

    /// One more file, under a name with a date.
    private func addFile(_ choice: Int) {
        let file = create(freeName(1))
        if choice & 1 != 0 { append(lines: choice >> 2 & 3 + 1, to: file) }
        if choice & 2 != 0 { stale = file }
    }

    private func replaceLog(_ choice: Int) {
        let old = log
        let name = ".new"
        let file = create(name)
        append(lines: choice % 8 + 1, to: file)
        if old != nil { remove("log") }
        folder.rename(name, "log")
    }

    private func link(_ choice: Int) {
        let names = folder.files.keys.sorted().filter { FilePath.unpacked($0) == nil }
        guard !names.isEmpty else { return }
        folder.link(names[choice % names.count], as: freeName(1))
    }

    // MARK: The end

    /// Lets so much time pass that everything is looked at, settled and finished, and compares. Once more after a restart, which must not
    /// bring anything again.
    func finish() throws(FuzzFailure) {
        let ends: [(name: String, times: [Int64])] = [
            ("at the end", [600, 1000, 3100, 6200, 61_000, 61_000]), ("after one more start", [600, 6200, 61_000]),
        ]
        for end in ends {
            start()
            reader.look()
            try reader.drain()
            for time in end.times {
                try pass(time)
                reader.look()
                try reader.drain()
            }
            if let fault = ledger.fault(reader, unfinished: log?.part?.number) {
                throw FuzzFailure("\(end.name): \(fault)\(story)")
            }
            stop()
        }
    }

    private var story: String {
        let files = folder.files.sorted { $0.key < $1.key }.map { "\($0.key): inode \($0.value.inode), lines \($0.value.lines)" }
        let told = reader.troubles.map { "\($0.counter): \($0.message)" }
        return (["", "done: \(deeds.joined(separator: ", "))", "came: \(reader.rows)"] + files + told).joined(separator: "\n")
    }
}

private enum TailSeed {
    /// Lives of a log, as rotation by name and by copy, packing, restarts and mishaps make them.
    static let all: [[UInt8]] = [
        [0, 0, 0, 4, 16, 0, 3, 4, 0, 3, 16, 0, 3, 6, 12, 2, 0, 5, 17, 4, 7, 0, 0, 1],
        [4, 1, 0, 9, 15, 0, 19, 0, 3, 4, 0, 3, 6, 0, 21, 0, 22, 0, 18, 1, 0, 2, 16, 0, 6, 248, 20, 0, 22, 0],
        [1, 2, 0, 11, 16, 0, 0, 3, 4, 6, 0, 2, 16, 0, 5, 7, 16, 0, 20, 0, 0, 3, 4, 0, 0, 2, 22, 0],
        [32, 4, 0, 3, 2, 9, 16, 0, 3, 6, 13, 0, 8, 1, 0, 4, 20, 0, 8, 0, 23, 0, 0, 7, 22, 0],
        [12, 10, 0, 9, 16, 0, 9, 3, 12, 3, 10, 4, 11, 0, 3, 5, 16, 0, 23, 2, 12, 1, 23, 1, 18, 0],
        [2, 5, 0, 9, 3, 4, 0, 2, 3, 4, 0, 4, 15, 2, 6, 1, 6, 4, 19, 0, 16, 0, 21, 0, 3, 4, 0, 1],
    ]
}
