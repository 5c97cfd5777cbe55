// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Daemon
import EventModel

/// Where a replay's alerts go: a file or standard output, one line each.
final class ReplayOutput {
    private let descriptor: Int32
    private let sentences: Bool
    private(set) var hasFailed = false

    init(path: String?, sentences: Bool) throws {
        self.sentences = sentences
        descriptor = try path.map { try ReplayOutput.create($0) } ?? 1
    }

    deinit { if descriptor > 2 { System.close(descriptor) } }

    func write(_ record: AlertRecord) {
        guard !hasFailed else { return }
        let line = sentences ? AlertPage.line(record) : record.json
        hasFailed = !System.write(line + "\n", to: descriptor)
    }

    static func save(_ text: String, to path: String) throws {
        let descriptor = try create(path)
        defer { System.close(descriptor) }
        guard System.write(text, to: descriptor) else { throw CommandFailure.badNews("\(path) cannot be written: is the disk full?") }
    }

    private static func create(_ path: String) throws -> Int32 {
        let (descriptor, reason) = System.create(path)
        guard descriptor >= 0 else { throw CommandFailure.wrongUse("\(path) cannot be written (\(reason)): choose another path.") }
        return descriptor
    }
}

/// Where a replay stands: one line that renews itself on a terminal, a line every ten seconds elsewhere.
final class ProgressMeter {
    private let isTerminal = System.isTerminal(2)
    private var shown = EventDuration.seconds(0)

    func show(_ progress: Replay.Progress) {
        guard isTerminal || progress.elapsed - shown >= .seconds(10) else { return }
        shown = progress.elapsed
        let rate = Double(progress.events) / max(Double(progress.elapsed.milliseconds) / 1000, 0.001)
        var line = "replay: \(NumberText.count(progress.events, "event")), \(NumberText.bytes(Double(progress.bytes)))"
        line += ", \(NumberText.grouped(rate)) a second"
        if let share = progress.share { line += ", \(Int(share * 100)) % read" }
        if let remaining = progress.remaining {
            line += remaining < .minutes(1) ? ", \(remaining.milliseconds / 1000) s left" : ", \(NumberText.span(remaining)) left"
        }
        if let time = progress.newestEvent { line += ", at \(CivilTime(time).rfc3339)" }
        System.write(isTerminal ? "\r\u{1B}[K" + line : line + "\n", to: 2)
    }

    func clear() { if isTerminal { System.write("\r\u{1B}[K", to: 2) } }
}
