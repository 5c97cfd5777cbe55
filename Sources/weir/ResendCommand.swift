// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import Journal
import Pipeline

/// `weir resend`: alerts that were given up for a sink, once more.
struct ResendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend", abstract: "Sends the alerts once more that were given up for a sink.",
        discussion: """
            What a sink refuses, or has not taken in ten attempts over three days, is given up and kept for ninety days; weir status counts
            it. A running weir takes it up within half a minute. Exits 1 when nothing was given up for the sink.
            Example: weir resend webhook:hooks.example.com --settings /etc/weir/weir.yaml
            """)

    @Argument(help: ArgumentHelp("The sink's name, as weir status shows it.", valueName: "sink")) var sink: String
    @OptionGroup var place: StateArguments

    func run() throws {
        let directory = try place.directory()
        do {
            let journal = try SQLiteJournal.administer(directory: directory)
            let count = try journal.replayDeadLetters(sink: sink, now: System.wallClock())
            try journal.close()
            guard count > 0 else {
                throw CommandFailure.badNews("nothing is given up for a sink \(DisplayText.safe(sink)): weir status lists the sinks.")
            }
            System.write("\(NumberText.count(count, "alert")) for \(DisplayText.safe(sink)) will be sent again\n", to: 1)
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        } catch let failure as OutletFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}
