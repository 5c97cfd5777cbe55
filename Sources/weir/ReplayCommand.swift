// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
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
            Reads plain and packed files (gzip, zstd, bzip2, xz), tars of them, folders, patterns, or standard input (-). Never touches
            the daemon's state. Alerts come in order of event time, those of several sources when all are read. With the settings of an installation people get the pseudonyms that its daemon gives them. Alerts go to
            standard output as NDJSON, a summary to standard error. Exits 1 when input was missing, broken or not understood.
            With --labels, the labels.ndjson of weir generate or weir inject or the labels.json of the exfiltration benchmark, the summary
            ends with precision, recall, the share of rows gone before the alert, false alerts an account-week and the median time to the
            alert: in all, by detector and by class of incident.
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
    @Option(help: ArgumentHelp("Score the alerts against the incidents of this file.", valueName: "file")) var labels: String?
    @Flag(help: "Print each alert as a sentence instead of JSON.") var sentences = false

    func run() throws {
        let lanes = try self.lanes()
        let people = try archives.people()
        let output = try ReplayOutput(path: alerts, sentences: sentences)
        let known = try labels.map(ReplayCommand.incidents)
        let watch = known.map { IncidentWatch($0, people: people) }
        var opened: [AlertRecord] = []
        // One source's alerts go out as they are found; of several, no order is known before the last was read.
        var held: [AlertRecord] = []
        var outcomes: [Replay.Outcome] = []
        for lane in lanes {
            let meter = ProgressMeter()
            let replay = Replay(lane: lane, people: people, watch: watch)
            let outcome = replay.run(
                alert: { record in
                    if lanes.count > 1 { held.append(record) } else { output.write(record) }
                    if known != nil && record.status == .open { opened.append(record) }
                }, progress: { meter.show($0) })
            outcomes.append(outcome)
            watch?.endLane(warmUpEnd: known?.warmUpEnd)
            meter.clear()
        }
        for record in AlertOrder.sorted(held) { output.write(record) }
        var report = ReplaySummary(outcomes: outcomes)
        if let known, let watch { report.score = ScoreReport(score: IncidentScore(known, watch: watch, opened: opened)) }
        System.write(report.text, to: 2)
        if let summary { try ReplayOutput.save(report.json + "\n", to: summary) }
        if output.hasFailed { throw CommandFailure.badNews("not all alerts could be written: is the disk full, or the reader gone?") }
        if let news = report.badNews { throw CommandFailure.badNews(news) }
    }

    private static func incidents(_ path: String) throws -> KnownIncidents {
        do throws(SettingsFailure) {
            return try KnownIncidents.read(path)
        } catch {
            throw CommandFailure.wrongUse("--labels: " + error.problems.map(\.message).joined(separator: " "))
        }
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
