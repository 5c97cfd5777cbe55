// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import Glibc
import Journal

/// `weir alerts`: what was told, for whoever has to decide about it or to prove it.
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Alerts of the state: a list, everything about one, or new ones as they come.",
        subcommands: [AlertsListCommand.self, AlertsShowCommand.self, AlertsTailCommand.self], defaultSubcommand: AlertsListCommand.self)
}

/// `weir alerts list`: a line each.
struct AlertsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Alerts as they stand, the latest first: a line each.",
        discussion: """
            Times are event times. Exits 1 when there is no state yet.
            Example: weir alerts list --open --since 2026-11-27 --settings /etc/weir/weir.yaml
            """)

    @OptionGroup var place: StateArguments
    @Flag(help: "Only those that are not resolved.") var open = false
    @Option(help: ArgumentHelp("Only those about this account, as alerts show it.", valueName: "name")) var account: String?
    @Option(help: ArgumentHelp("Only those of this detector: D01 or export-volume.", valueName: "detector")) var detector: String?
    @Option(help: ArgumentHelp("Only those of which something was told since.", valueName: "time")) var since: TimeArgument?
    @Option(help: ArgumentHelp("Only those opened before.", valueName: "time")) var until: TimeArgument?
    @Option(help: ArgumentHelp("How many at most.", valueName: "count")) var limit = 50
    @Flag(help: "The last record of each as it was sent, one JSON object a line.") var json = false

    func run() throws {
        guard limit > 0 else { throw CommandFailure.wrongUse("--limit \(limit) would show nothing: give a number from 1 on.") }
        do {
            var filter = AlertFilter()
            (filter.isOpen, filter.account, filter.detector) = (open, account, detector)
            // One more than is shown says whether there are more.
            (filter.since, filter.until, filter.limit) = (since?.time, until?.time, min(limit, Int.max - 1) + 1)
            let found = try JournalView.open(directory: try place.directory()).alerts(filter)
            for entry in found.prefix(limit) { System.write((json ? entry.record.json : AlertPage.line(entry.record)) + "\n", to: 1) }
            if found.isEmpty && !json { System.write("no such alerts\n", to: 1) }
            if found.count > limit { System.write("there are more: --limit shows so many, --since and --until others\n", to: 2) }
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}

/// `weir alerts show`: all about one.
struct AlertsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Everything about one alert, in the order in which a person decides.",
        discussion: """
            What it says now, what it consists of, where the lines stand, what else was told of the account, what to do next, whom it was
            sent to, and what people said of it. --json has every transition as it was sent, every attempt to send it and every judgement.
            Exits 1 when there is no such alert. Example: weir alerts show A-0a1b2c3d4e5f60718293 --settings /etc/weir/weir.yaml
            """)

    @Argument(help: ArgumentHelp("The alert's id.", valueName: "alert")) var alert: String
    @OptionGroup var place: StateArguments
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        do {
            let view = try JournalView.open(directory: try place.directory())
            guard let page = try AlertPage(of: alert, in: view) else {
                throw CommandFailure.badNews("there is no alert \(DisplayText.safe(alert)): weir alerts list shows them.")
            }
            System.write((json ? page.json : page.text) + "\n", to: 1)
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}

/// `weir alerts tail`: new transitions as the daemon stores them.
struct AlertsTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "The last transitions, then each as the daemon stores it, until interrupted.",
        discussion: "Exits 1 when there is no state yet. Example: weir alerts tail --settings /etc/weir/weir.yaml")

    @OptionGroup var place: StateArguments
    @Option(help: ArgumentHelp("How many of the last transitions to begin with.", valueName: "count")) var lines = 10
    @Flag(help: "Each as it was sent, one JSON object a line.") var json = false

    func run() throws {
        guard lines >= 0 else { throw CommandFailure.wrongUse("--lines \(lines) is no number of lines: give one from 0 on.") }
        do {
            let view = try JournalView.open(directory: try place.directory())
            var number = try view.lastTransition(before: lines)
            while true {
                let found = try view.alerts(after: number, limit: 1000)
                for entry in found {
                    guard System.write((json ? entry.record.json : AlertPage.line(entry.record)) + "\n", to: 1) else { return }
                    number = entry.number
                }
                if found.isEmpty { sleep(1) }
            }
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}
