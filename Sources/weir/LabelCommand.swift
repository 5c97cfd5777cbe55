// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import Journal
import Pipeline
import Settings

/// Where a command that writes down a decision finds the state, and what it must say.
struct DecisionArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Why; it is kept with your name.", valueName: "text")) var reason: String
    @OptionGroup var place: StateArguments

    func directory() throws -> String {
        guard !reason.allSatisfy(\.isWhitespace) else { throw CommandFailure.wrongUse("say why: --reason must not be empty.") }
        return try place.directory()
    }

    /// Writes the decision down.
    func record(_ verdict: LaneDecision.Verdict, account: String, alert: String, in directory: String) throws(JournalFailure) {
        let journal = try SQLiteJournal.administer(directory: directory)
        try journal.record(
            WrittenDecision(
                verdict, account: account, alert: alert, reason: String(reason.prefix(2000)), author: System.userName(),
                written: System.wallClock()))
        try journal.close()
    }
}

/// `weir label`: what a person says of an alert.
struct LabelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Writes down what an alert was: incident, benign or unknown.",
        discussion: """
            What stood under an alert is learnt only in part. A benign one is learnt after all; an incident never is. The daemon takes the
            label up at its next checkpoint, or at its next start. Labels are only ever added; the last one of an alert holds.
            Exits 1 when there is no such alert. Example: weir label A-0a1b2c3d4e5f60718293 benign --reason "yearly export" --settings weir.yaml
            """)

    enum Judgement: String, ExpressibleByArgument, CaseIterable { case incident, benign, unknown }

    @Argument(help: ArgumentHelp("The alert's id.", valueName: "alert")) var alert: String
    @Argument(help: "incident, benign or unknown.") var judgement: Judgement
    @OptionGroup var arguments: DecisionArguments

    func run() throws {
        let directory = try arguments.directory()
        do {
            let transitions = try JournalView.open(directory: directory).transitions(of: alert)
            guard let record = transitions.last?.record else {
                throw CommandFailure.badNews("there is no alert \(DisplayText.safe(alert)): weir alerts list shows them.")
            }
            let verdict: LaneDecision.Verdict =
                switch judgement {
                case .incident: .incident
                case .benign: .benign
                case .unknown: .unknown
                }
            try arguments.record(verdict, account: record.account, alert: record.id, in: directory)
            System.write("\(record.id) is labelled \(judgement.rawValue): \(record.summary)\n", to: 1)
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}

/// `weir baseline accept`: what an account does now is as it should be.
struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline", abstract: "What is usual of an account, where a person knows better.", subcommands: [Accept.self])

    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes what an account does now as usual.",
            discussion: """
                What stood under its alerts of the last fortnight is learnt, its present level becomes the usual one, its open alerts about
                volume close as benign, and slow-drain begins its sum anew. The daemon does so at its next checkpoint, or at its next start.
                Exits 1 when no source knows the account. Example: weir baseline accept svc-bi --reason "new report" --settings weir.yaml
                """)

        @Argument(help: ArgumentHelp("The account's name, as alerts show it.", valueName: "account")) var account: String
        @OptionGroup var arguments: DecisionArguments

        func run() throws {
            let directory = try arguments.directory()
            do {
                guard try JournalView.open(directory: directory).knows(account: account) else {
                    throw CommandFailure.badNews("no source knows an account \(DisplayText.safe(account)): write it as alerts show it.")
                }
                try arguments.record(.accept, account: account, alert: "", in: directory)
                System.write("what \(DisplayText.safe(account)) does now will be taken as usual\n", to: 1)
            } catch let failure as JournalFailure {
                throw CommandFailure.badNews(failure.message)
            }
        }
    }
}
