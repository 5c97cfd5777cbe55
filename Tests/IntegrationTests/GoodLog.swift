// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A generated log in which something happens, and what weir says of it while nothing else is wrong.
struct GoodLog {
    static let name = "good.log"
    /// Bytes of its own that a replay may have where memory is measured. An undamaged log takes a third of them.
    static let memoryLimit = 100_000_000

    let bytes: Data
    let alerts: [String]

    /// Writes the log into the folder and replays it.
    init(_ bench: Workbench, format: String) throws {
        let made = try bench.weir(
            "generate", "--accounts", "8", "--days", "21", "--seed", "3", "--events", "12000", "--format", format, "--output",
            bench.path("made"))
        try #require(made.code == 0, "\(made.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: bench.path("made")).filter { $0 != "labels.ndjson" }
        try FileManager.default.moveItem(atPath: bench.path("made/\(try #require(files.first))"), toPath: bench.path(GoodLog.name))
        bytes = try Data(contentsOf: bench.folder.appendingPathComponent(GoodLog.name))
        let replay = try DamagedReplay(bench, format: format, [GoodLog.name])
        try #require(replay.code == 0 && replay.malformed.isEmpty && replay.alerts.count > 2, "\(replay.errors)")
        alerts = replay.alerts
    }

    /// The log in pieces of whole lines.
    func parts(_ count: Int) -> [Data] {
        var parts: [Data] = []
        var start = 0
        for part in 1...count {
            let wanted = bytes.count / count * part
            let end = part == count ? bytes.count : (bytes[wanted...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1
            parts.append(bytes[start..<end])
            start = end
        }
        return parts
    }
}

/// What a replay of damaged input came to.
struct DamagedReplay {
    let code: Int32
    let errors: String
    let alerts: [String]
    let events: Int
    /// Refused lines by their reasons.
    let malformed: [String: Int]
    /// Troubles with files by their counters.
    let troubles: [String: Int]

    init(_ bench: Workbench, format: String, _ names: [String]) throws {
        let arguments = ["replay", "--format", format, "--summary", bench.path("summary.json")] + names.map { bench.path($0) }
        let result = try bench.run(Workbench.binary, arguments)
        let summary = try JSONSerialization.jsonObject(with: Data(bench.text("summary.json").utf8)) as? [String: Any]
        let lane = try #require((summary?["lanes"] as? [[String: Any]])?.first, "no summary: \(result.errors)")
        code = result.code
        errors = result.errors
        alerts = Workbench.comparable(result.output)
        events = lane["events"] as? Int ?? -1
        malformed = lane["malformed"] as? [String: Int] ?? [:]
        let messages = lane["messages"] as? [[String: String]] ?? []
        troubles = Dictionary(grouping: messages) { $0["counter"] ?? "" }.mapValues(\.count)
    }
}

/// Compares alerts one by one: a failure names the first difference instead of two lists.
func expectSame(_ found: [String], _ wanted: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(found.count == wanted.count, sourceLocation: sourceLocation)
    for (one, other) in zip(found, wanted) where one != other {
        Issue.record("found  \(one)\nwanted \(other)", sourceLocation: sourceLocation)
        return
    }
}
