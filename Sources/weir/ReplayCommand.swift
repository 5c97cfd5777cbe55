// weir
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import LogFormats
import Pipeline
import Settings

/// `weir replay`: archived logs through the daemon's own pipeline.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs archived logs through the same pipeline as the daemon, in event time.",
        discussion: """
            Reads plain, .gz and .zst files, folders, patterns, or standard input (-). Never touches the daemon's state. Alerts go to
            standard output as NDJSON, a summary to standard error. Exits 1 when input was missing, broken or not understood.
            Example: weir replay --format combined /var/log/nginx/access.log*
            """)

    @Option(help: ArgumentHelp("Settings whose sources and detector options are used.", valueName: "file")) var settings: String?
    @Option(help: ArgumentHelp("The source of the settings that PATH belongs to.", valueName: "name")) var source: String?
    @Option(help: "The log format; `weir formats` lists them.") var format: String?
    @Option(help: ArgumentHelp("Only events from here on.", valueName: "time")) var from: TimeArgument?
    @Option(help: ArgumentHelp("Only events before this moment.", valueName: "time")) var to: TimeArgument?
    @Option(help: ArgumentHelp("Write the alerts to this file instead of standard output.", valueName: "file")) var alerts: String?
    @Option(help: ArgumentHelp("Write the summary as JSON to this file.", valueName: "file")) var summary: String?
    @Flag(help: "Print each alert as a sentence instead of JSON.") var sentences = false
    @Argument(help: ArgumentHelp("Files, folders, patterns, or - for standard input.", valueName: "path")) var paths: [String] = []

    func run() throws {
        let lanes = try self.lanes()
        let output = try ReplayOutput(path: alerts, sentences: sentences)
        var outcomes: [Replay.Outcome] = []
        for lane in lanes {
            let meter = ProgressMeter()
            outcomes.append(Replay(lane: lane).run(alert: { output.write($0) }, progress: { meter.show($0) }))
            meter.clear()
        }
        let report = ReplaySummary(outcomes: outcomes)
        System.write(report.text, to: 2)
        if let summary { try ReplayOutput.save(report.json + "\n", to: summary) }
        if output.hasFailed { throw CommandFailure.badNews("not all alerts could be written: is the disk full, or the reader gone?") }
        if let news = report.badNews { throw CommandFailure.badNews(news) }
    }

    private func lanes() throws -> [LaneSpecification] {
        var lanes = try settings.map { try self.lanes(of: SettingsLoading.load($0, for: .reading)) } ?? [plainLane()]
        for index in lanes.indices {
            if let from { lanes[index].options.from = from.time }
            if let to { lanes[index].options.to = to.time }
        }
        return lanes
    }

    /// The lanes of the settings; with paths, the one lane they belong to.
    private func lanes(of settings: WeirSettings) throws -> [LaneSpecification] {
        let wanted = settings.sources.filter { (source == nil || $0.name == source) && (format == nil || $0.format == format) }
        guard !wanted.isEmpty else { throw CommandFailure.wrongUse("the settings have no such source; leave --source and --format out.") }
        var lanes = try wanted.map { try LaneAssembly.lane($0, settings) }
        guard !paths.isEmpty else { return lanes }
        guard lanes.count == 1 else { throw CommandFailure.wrongUse("name the source that the paths belong to: --source NAME.") }
        lanes[0].paths = try checkedPaths()
        return lanes
    }

    private func checkedPaths() throws -> [String] {
        guard !paths.isEmpty else { throw CommandFailure.wrongUse("name at least one file, folder or pattern, or - for standard input.") }
        guard !paths.contains("-") || paths.count == 1 else {
            throw CommandFailure.wrongUse("- stands alone: standard input cannot be combined with files.")
        }
        return paths
    }

    private func plainLane() throws -> LaneSpecification {
        let name = format ?? "json"
        guard let type = FormatCatalog.format(named: name) else {
            throw CommandFailure.wrongUse("there is no format \(name): use one of \(FormatCatalog.names.joined(separator: ", ")).")
        }
        let options = LaneOptions(name: "replay", format: name, lateness: type.descriptor.defaultLateness)
        return LaneSpecification(options: options, format: try type.init(options: FormatOptions()), paths: try checkedPaths())
    }
}
