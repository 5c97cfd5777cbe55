// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LogFormats
import Testing

/// Every real log beside the package, given to the detection: what it is read as and how much of it, or why it is not.
///
/// `WEIR_GOLDEN=rewrite` stores what is found instead of comparing, and writes the table of `benchmarks/formats.md`.
struct SampleDetectionTests {
    private static let here = URL(filePath: #filePath).deletingLastPathComponent()
    private static let golden = here.appending(path: "Golden/samples.tsv")
    private static let table = here.deletingLastPathComponent().deletingLastPathComponent().appending(path: "benchmarks/formats.md")
    private static let isRewriting = ProcessInfo.processInfo.environment["WEIR_GOLDEN"] == "rewrite"

    /// What a file gave.
    struct Finding {
        var path: String
        var detection: FormatDetection

        /// `path`, `format`, `wrapper`, `map`, `events`, `ignored`, `refused`, with tabs between.
        var line: String {
            guard let best = detection.best else {
                let first = detection.trials.first
                let lacks = first.map { $0.lacks.map { ", nothing is named like \($0)" }.joined() } ?? ""
                let reason = first.map { "\($0.format): \($0.mainReason?.name ?? "no lines")\(lacks)" } ?? "no lines"
                return "\(path)\trefused\t\(detection.remark ?? reason)"
            }
            let map = best.options.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            let refused = best.refused.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.name)=\($0.value)" }
            return [
                path, best.format, best.options.wrapper?.rawValue ?? "-", map.isEmpty ? "-" : map, "events=\(best.events)",
                "ignored=\(best.ignored)", refused.isEmpty ? "refused=0" : refused.joined(separator: " "),
            ].joined(separator: "\t")
        }
    }

    private static func findings() throws -> [Finding] {
        let root = GoldenSampleTests.samples.resolvingSymlinksInPath().path
        let all = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }.sorted()
        return try all.compactMap { path -> Finding? in
            let url = URL(filePath: root).appending(path: path)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true, path != "SOURCES.md" else { return nil }
            let whole = try Data(contentsOf: url)
            let sample = Array(whole.prefix(FormatDetection.sampleLength))
            return Finding(path: path, detection: FormatDetection(sample, isWhole: sample.count == whole.count))
        }
    }

    @Test(.enabled(if: GoldenSampleTests.arePresent)) func `every real log is read as it was, or refused for the same reason`() throws {
        let findings = try Self.findings()
        let lines = findings.map(\.line)
        if Self.isRewriting {
            try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: Self.golden)
            try Data(Self.table(findings).utf8).write(to: Self.table)
        }
        let stored = String(decoding: try Data(contentsOf: Self.golden), as: UTF8.self).split(separator: "\n").map(String.init)
        let missing = Set(stored).subtracting(lines).sorted()
        let new = Set(lines).subtracting(stored).sorted()
        #expect(missing.isEmpty && new.isEmpty, "was: \(missing.prefix(8))\nis: \(new.prefix(8))")
        #expect(lines.count > 100)
    }

    /// A table for people: a line for each folder of the samples.
    private static func table(_ findings: [Finding]) -> String {
        var text = """
            # What weir understands of real logs

            The first 256 KiB of each file, read as `weir formats detect` proposes; written by `WEIR_GOLDEN=rewrite swift test --filter
            SampleDetectionTests`. Understood lines are events and lines that are rightly none (they name no account, or move no data).
            A file is read when half of its lines are understood. Most of the files that are not have no time, or nobody, under a known
            name.

            | source | files | read | lines of those | understood | events | ignored | refused | as |
            |---|---|---|---|---|---|---|---|---|

            """
        for (source, group) in Dictionary(grouping: findings, by: { source(of: $0.path) }).sorted(by: { $0.key < $1.key }) {
            let best = group.compactMap(\.detection.best)
            let total = best.reduce(0) { $0 + $1.total }
            let understood = best.reduce(0) { $0 + $1.events + $1.ignored }
            let formats = Set(best.map { trial in trial.options.wrapper.map { "\(trial.format) in \($0.rawValue)" } ?? trial.format })
                .sorted()
            let share = total == 0 ? "–" : String(format: "%.1f %%", Double(understood) * 100 / Double(total))
            text += "| \(source) | \(group.count) | \(best.count) | \(total) | \(share) | \(best.reduce(0) { $0 + $1.events })"
            text +=
                " | \(best.reduce(0) { $0 + $1.ignored }) | \(best.reduce(0) { $0 + $1.refusedTotal }) | \(formats.joined(separator: ", ")) |\n"
        }
        return text
    }

    private static func source(of path: String) -> String {
        let parts = path.split(separator: "/")
        let isDeep = ["elastic-beats", "crowdsec-hub", "appomni-event-maturity-matrix", "ocsf-examples"].contains(parts.first ?? "")
        return parts.prefix(isDeep && parts.count > 2 ? 2 : 1).joined(separator: "/")
    }
}
