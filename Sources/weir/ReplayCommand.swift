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
            Reads plain, .gz and .zst files, folders, patterns, or standard input (-). Never touches the daemon's state. With the
            settings of an installation people get the pseudonyms that its daemon gives them. Alerts go to
            standard output as NDJSON, a summary to standard error. Exits 1 when input was missing, broken or not understood.
            Example: weir replay --format combined /var/log/nginx/access.log*
            """)

    @OptionGroup var archives: ArchiveArguments
    @Option(
        help: ArgumentHelp("Judge by this model: a folder, or the name of one in models, instead of the settings' own.", valueName: "name"))
    var model: String?
    @Option(help: ArgumentHelp("Only events from here on.", valueName: "time")) var from: TimeArgument?
    @Option(help: ArgumentHelp("Only events before this moment.", valueName: "time")) var to: TimeArgument?
    @Option(help: ArgumentHelp("Write the alerts to this file instead of standard output.", valueName: "file")) var alerts: String?
    @Option(help: ArgumentHelp("Write the summary as JSON to this file.", valueName: "file")) var summary: String?
    @Flag(help: "Print each alert as a sentence instead of JSON.") var sentences = false

    func run() throws {
        let lanes = try self.lanes()
        let people = try archives.people()
        let output = try ReplayOutput(path: alerts, sentences: sentences)
        var outcomes: [Replay.Outcome] = []
        for lane in lanes {
            let meter = ProgressMeter()
            outcomes.append(Replay(lane: lane, people: people).run(alert: { output.write($0) }, progress: { meter.show($0) }))
            meter.clear()
        }
        let report = ReplaySummary(outcomes: outcomes)
        System.write(report.text, to: 2)
        if let summary { try ReplayOutput.save(report.json + "\n", to: summary) }
        if output.hasFailed { throw CommandFailure.badNews("not all alerts could be written: is the disk full, or the reader gone?") }
        if let news = report.badNews { throw CommandFailure.badNews(news) }
    }

    private func lanes() throws -> [LaneSpecification] {
        var lanes = try archives.lanes(model: model)
        for index in lanes.indices {
            if let from { lanes[index].options.from = from.time }
            if let to { lanes[index].options.to = to.time }
        }
        return lanes
    }
}
