// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import Detection
import EventModel
import Pipeline
import Settings

/// `weir why`: why an alert fired, or did not.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Why an alert fired, or did not: what every detector says of one account in one quarter hour.",
        discussion: """
            Replays the archives up to the quarter hour that holds TIME, and says what each detector observed and expected, how it scored
            that, which gate stopped it, and how much more would have fired. Never touches the daemon's state. Exits 1 when the account had
            no events by then, or TIME lies outside the data.
            Example: weir why svc-orders-sync 2026-06-03T14:05 --format combined /var/log/nginx/access.log*
            """)

    @Argument(help: ArgumentHelp("The account's name, as alerts show it or as the log does.", valueName: "account")) var account: String
    @Argument(help: ArgumentHelp("A moment in the quarter hour; UTC unless it says otherwise.", valueName: "time")) var time: TimeArgument
    @OptionGroup var archives: ArchiveArguments
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        guard time.time.milliseconds >= 0 else { throw CommandFailure.wrongUse("there is no data from before 1970: choose a later TIME.") }
        var reports: [WhyReport] = []
        var answers: [Replay.Answer] = []
        let lanes = try archives.lanes()
        let people = try archives.people()
        let inquiry = LaneInquiry(
            account: account, pseudonym: people.pseudonym(of: account, at: time.time), bucket: BucketGrid.number(of: time.time))
        for lane in lanes {
            let meter = ProgressMeter()
            let answer = Replay(lane: lane, people: people).explain(inquiry, progress: { meter.show($0) })
            meter.clear()
            for message in answer.outcome.messages.prefix(20) {
                System.write("weir: \(message.counter): \(DisplayText.safe(message.message, limit: 400))\n", to: 2)
            }
            if let explanation = answer.explanation {
                reports.append(WhyReport(source: lane.options.name, explanation: explanation))
            }
            answers.append(answer)
        }
        guard !reports.isEmpty else { throw CommandFailure.badNews(WhyCommand.silence(account, inquiry.bucket, answers)) }
        System.write(json ? WhyReport.json(reports) + "\n" : reports.map(\.text).joined(separator: "\n"), to: 1)
    }

    /// Why there is nothing to explain, in one sentence.
    private static func silence(_ account: String, _ bucket: Int64, _ answers: [Replay.Answer]) -> String {
        let name = DisplayText.safe(account)
        let firsts = answers.compactMap(\.outcome.firstEvent)
        guard let first = firsts.min(), let last = answers.compactMap(\.outcome.newestEvent).max() else {
            return "there are no events to explain: check the paths and the --format."
        }
        if BucketGrid.start(of: bucket + 1) <= first {
            return "the data begin at \(CivilTime(first).rfc3339): choose a later TIME."
        }
        if BucketGrid.start(of: bucket) > last {
            return "the data end at \(CivilTime(last).rfc3339): choose an earlier TIME."
        }
        if let seen = answers.compactMap(\.firstSeen).min(), seen >= BucketGrid.start(of: bucket + 1) {
            return "\(name) had no events by then: its first came at \(CivilTime(seen).rfc3339) or soon after; choose a later TIME."
        }
        let known = Array(Set(answers.flatMap(\.accounts)))
        let near = NearestName.near(account, among: known, limit: 3).map { DisplayText.safe($0) }
        let count = NumberText.count(known.count, "account")
        let hint = near.isEmpty ? "none of the \(count) in the data has a name like it" : "did you mean \(near.joined(separator: ", "))?"
        return "there is no account \(name): \(hint)\(near.isEmpty ? "." : "")"
    }
}
