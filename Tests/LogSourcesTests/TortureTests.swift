// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import TestSupport
import Testing

@testable import LogSources

/// What happens to a log in its life, chosen at random; every written line has to come exactly once.
private final class Torture {
    let folder: TemporaryFolder
    let rig: LaneRig
    private var random: SeededRandom
    private var writer: Writer
    /// Writers that go on with files that were renamed under them, and the start of a line that each may have left.
    private var stale: [(writer: Writer, unfinished: String)] = []
    private var unfinished = ""
    private(set) var next = 0
    private(set) var deeds: [String] = []
    /// Names of rotated files that nobody writes any more.
    private let allowsLoss: Bool

    /// - Parameter erases: whether lines may vanish from the disk once they were read, as truncation without a copy makes them.
    init(seed: UInt64, erases: Bool) throws {
        random = SeededRandom(seed: seed)
        folder = try TemporaryFolder()
        rig = LaneRig([folder.at("app.log")])
        writer = try Writer(folder.at("app.log"))
        allowsLoss = erases
        try rig.start()
    }

    private func line() -> String {
        defer { next += 1 }
        let padding = String(repeating: "p", count: Int.random(in: 0..<200, using: &random))
        return #"{"ts":\#(LaneRig.epoch + next),"account":"svc-a","rows":\#(next),"pad":"\#(padding)"}"# + "\n"
    }

    private func lines() -> String { (0..<Int.random(in: 1...30, using: &random)).map { _ in line() }.joined() }

    func step() throws {
        let choice = Int.random(in: 0..<100, using: &random)
        switch choice {
        case ..<30: try append()
        case ..<38: try appendPart()
        case ..<46: try rotate()
        case ..<52: try copyAndTruncate()
        case ..<60: try pack()
        case ..<65: try goOnStale()
        case ..<69: if allowsLoss { try erase() }
        case ..<72: restart()
        case ..<80:
            note("step")
            _ = rig.step()
        case ..<90:
            note("drain")
            rig.drain()
        case ..<96:
            note("pass")
            try finishLines()
            rig.pass(Int64.random(in: 1...200, using: &random))
        default:
            note("pass long")
            try finishLines()
            rig.pass(4000)
        }
    }

    private func note(_ deed: String) { deeds.append(deed) }

    private func append() throws {
        note("append \(next)")
        try writer.write(unfinished + lines())
        unfinished = ""
    }

    private func appendPart() throws {
        if !unfinished.isEmpty { return }
        note("append part of \(next)")
        let whole = line()
        let cut = whole.index(whole.startIndex, offsetBy: Int.random(in: 1..<whole.count, using: &random))
        try writer.write(String(whole[..<cut]))
        unfinished = String(whole[cut...])
    }

    private func shift() throws {
        let rotated = try folder.names().filter { $0.hasPrefix("app.log.") }
        func number(_ name: String) -> Int { Int(name.split(separator: ".")[2]) ?? 0 }
        for name in rotated.sorted(by: { number($0) > number($1) }) {
            try folder.rename(name, "app.log.\(number(name) + 1)" + name.dropFirst("app.log.\(number(name))".count))
        }
    }

    private func rotate() throws {
        note("rotate at \(next)")
        try shift()
        try folder.rename("app.log", "app.log.1")
        if Bool.random(using: &random) || !unfinished.isEmpty {
            stale.append((writer, unfinished))
        }
        unfinished = ""
        writer = try Writer(folder.at("app.log"))
    }

    /// With a quiet moment: nothing is written between copy and truncation.
    private func copyAndTruncate() throws {
        note("copytruncate at \(next)")
        if !unfinished.isEmpty { try append() }
        try shift()
        try folder.copy("app.log", "app.log.1")
        if Bool.random(using: &random) { _ = rig.step() }
        try folder.truncate("app.log")
    }

    private func goOnStale() throws {
        guard let index = stale.indices.randomElement(using: &random) else { return }
        note("go on in a rotated file at \(next)")
        try stale[index].writer.write(stale[index].unfinished + lines())
        stale[index].unfinished = ""
        if Bool.random(using: &random) { stale.remove(at: index) }
    }

    /// A rotated file that is quiet for `rotateWait` is finished, and the start of a line in it counts as a line.
    private func finishLines() throws {
        for index in stale.indices {
            try stale[index].writer.write(stale[index].unfinished)
            stale[index].unfinished = ""
        }
    }

    private func finishStale() throws {
        try finishLines()
        stale.removeAll()
    }

    private func pack() throws {
        try finishStale()
        let plain = try folder.names().filter { $0.hasPrefix("app.log.") && FilePath.unpacked($0) == nil }
        guard let name = plain.randomElement(using: &random) else { return }
        note("pack \(name)")
        try (Bool.random(using: &random) ? Packing.gzip : .zstd).pack(name, in: folder)
    }

    /// Read lines vanish: by truncation without a copy, or with the oldest file.
    private func erase() throws {
        try finishStale()
        if !unfinished.isEmpty { try append() }
        rig.drain()
        rig.passLong()
        if Bool.random(using: &random) {
            note("erase at \(next)")
            try folder.truncate("app.log")
            if Bool.random(using: &random) { try append() }
        } else if let name = try folder.names().last(where: { $0 != "app.log" }) {
            note("delete \(name)")
            try folder.remove(name)
        }
    }

    private func restart() {
        note("restart")
        rig.stop()
        do {
            try rig.start()
        } catch {
            Issue.record("the source does not start: \(error)")
        }
    }

    func finish() throws {
        try finishStale()
        if !unfinished.isEmpty { try append() }
        rig.drain()
        rig.passLong()
    }

    /// Whether a number has come twice so far.
    private var seen: Set<Int> = []
    private var checked = 0
    func hasRepeated() -> Bool {
        defer { checked = rig.rows.count }
        return rig.rows[checked...].contains { !seen.insert($0).inserted }
    }

    /// The first number that did not come exactly once, and what was done around it.
    var fault: String? {
        var counts = [Int](repeating: 0, count: next)
        for row in rig.rows { counts[row] += 1 }
        guard let first = counts.firstIndex(where: { $0 != 1 }) else { return nil }
        let wrong = counts.count { $0 != 1 }
        let listing = (rig.opened.suffix(8) + rig.troubles.suffix(8).map { "\($0.counter): \($0.message)" }).joined(separator: "\n")
        let places = zip(rig.rows, rig.places).filter { $0.0 == first }.map { row, place in
            "\(place) \(rig.positions[place.stream].map { "\($0)" } ?? "-")"
        }
        return
            "\(listing)\n\(places.joined(separator: "\n"))\n\(wrong) of \(next) numbers wrong; \(first) came \(counts[first]) times\n"
            + "\(deeds.suffix(40).joined(separator: "\n"))"
    }
}

@Suite(.enabled(if: Tool.isThere(Tool.zstd) && Tool.isThere(Tool.gzip))) struct TortureTests {
    /// How many seeds to try; more when somebody looks for trouble.
    private static let seeds = Int(ProcessInfo.processInfo.environment["WEIR_TORTURE_SEEDS"] ?? "") ?? 10

    @Test(arguments: 1...seeds) func `whatever happens to a log, every line comes exactly once`(seed: Int) throws {
        print("torture seed \(seed)")
        let torture = try Torture(seed: UInt64(seed), erases: true)
        for _ in 0..<300 {
            try torture.step()
            if torture.hasRepeated() { break }
        }
        try torture.finish()
        #expect(torture.fault == nil, "seed \(seed)")
        #expect(torture.rig.malformed.isEmpty, "seed \(seed)")
    }

    @Test(arguments: 1...max(seeds / 2, 1)) func `what was read live is what the finished files hold, in order of time`(seed: Int) throws {
        print("torture seed \(seed)")
        let torture = try Torture(seed: 1_000_000 + UInt64(seed), erases: false)
        for _ in 0..<200 {
            try torture.step()
            if torture.hasRepeated() { break }
        }
        try torture.finish()
        #expect(torture.fault == nil, "seed \(seed)")
        let archive = LaneRig([torture.folder.path], follows: false)
        try archive.start()
        archive.drain()
        #expect(archive.isOver && archive.troubles.isEmpty)
        #expect(archive.rows == Array(0..<torture.next), "seed \(seed)")
        #expect(torture.rig.rows.sorted() == archive.rows, "seed \(seed)")
    }

    @Test(arguments: 1...max(seeds / 2, 1)) func `events read live come in the order of a replay`(seed: Int) throws {
        print("torture seed \(seed)")
        var random = SeededRandom(seed: UInt64(seed))
        let folder = try TemporaryFolder()
        let live = LaneRig([folder.at("app.log")])
        try live.start()
        var next = 0
        for round in 1...60 {
            let count = Int.random(in: 1...40, using: &random)
            try folder.append(LaneRig.lines(next..<next + count), to: "app.log")
            next += count
            if Bool.random(using: &random) { live.drain() }
            if Int.random(in: 0..<3, using: &random) == 0 { try folder.rename("app.log", "app.log.\(1000 - round)") }
            if Int.random(in: 0..<8, using: &random) == 0 { live.passLong() }
        }
        live.drain()
        live.passLong()
        let replay = LaneRig([folder.path], follows: false)
        try replay.start()
        replay.drain()
        #expect(live.rows == replay.rows, "seed \(seed)")
        #expect(replay.rows == Array(0..<next), "seed \(seed)")
    }
}
