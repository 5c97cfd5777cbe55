// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Daemon
import EventModel
import Journal
import Pipeline
import Settings

/// `weir privacy`: the keys under which people are hidden.
struct PrivacyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy", abstract: "What weir keeps of people: keys of pseudonyms, and a check that nothing else is there.",
        subcommands: [PrivacyKeysCommand.self, PrivacyShredCommand.self, PrivacyCheckCommand.self])
}

/// Where the keys lie.
struct KeyArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The settings file, for its key directory.", valueName: "file")) var settings: String?
    @Option(help: ArgumentHelp("The key directory itself.", valueName: "folder")) var keys: String?

    func directory() throws -> String {
        if let keys { return keys }
        guard let settings else { throw CommandFailure.wrongUse("name the settings file (--settings) or the key directory (--keys).") }
        return try SettingsLoading.load(settings, for: .reading).keyDirectory
    }
}

/// `weir privacy keys`: the epochs.
struct PrivacyKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Every epoch that has a key or had one.",
        discussion: """
            People's names become pseudonyms under the key of the event's epoch, 90 days of event time. Whoever has the key can try names
            against pseudonyms; when it is deleted, nobody can. Exits 1 when there are no keys yet.
            Example: weir privacy keys --settings /etc/weir/weir.yaml
            """)

    @OptionGroup var place: KeyArguments
    @Flag(help: "One JSON object an epoch.") var json = false

    func run() throws {
        let now = System.wallClock()
        do {
            let epochs = try KeyFolder.epochs(in: try place.directory(), now: now)
            for standing in epochs {
                System.write(json ? EpochLines.json(standing) : EpochLines.text(standing, now: now), to: 1)
            }
            if epochs.isEmpty && !json { System.write("no epoch has a key yet: nothing that leads to a person was met.\n", to: 1) }
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }
}

/// `weir privacy shred`: the end of an epoch's pseudonyms.
struct PrivacyShredCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shred", abstract: "Deletes the key of an epoch, so that its pseudonyms are nobody's any more.",
        discussion: """
            What was told of people in those 90 days stays, and whom it was told of can no longer be found out by anyone who lacks the logs
            themselves. It cannot be undone; copies of the key in backups have to go as well. A running daemon keeps the key in its memory
            until it is reloaded (SIGHUP) or restarted. Deleting the key of the present epoch needs --present: people who worked in it then
            start without history. Exits 1 when the epoch had no key.
            Example: weir privacy shred 227 --settings /etc/weir/weir.yaml
            """)

    @Argument(help: ArgumentHelp("The epoch's number, as `weir privacy keys` lists it.", valueName: "epoch")) var epoch: Int64
    @OptionGroup var place: KeyArguments
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Delete the key of the present epoch or a later one.") var present = false

    func run() throws {
        let directory = try place.directory()
        let now = System.wallClock()
        do {
            let known = try KeyFolder.epochs(in: directory, now: now).first { $0.epoch == epoch }
            guard let known else { throw CommandFailure.badNews("epoch \(epoch) has no key: weir privacy keys lists those that have.") }
            if case .deleted(let time) = known.key {
                throw CommandFailure.badNews("the key of epoch \(epoch) was deleted on \(CivilTime(time).rfc3339.prefix(10)) already.")
            }
            guard present || epoch < KeyEpoch.number(of: now) else {
                let end = CivilTime(KeyEpoch.start(of: epoch + 1)).rfc3339.prefix(10)
                throw CommandFailure.wrongUse("epoch \(epoch) lasts until \(end), and its key is in use: wait, or say --present.")
            }
            try confirm()
            _ = try KeyFolder.shred(epoch, in: directory)
            System.write(
                "the key of epoch \(epoch) (\(EpochLines.span(epoch))) is deleted. Reload or restart a running weir, and delete the key in "
                    + "backups.\n", to: 1)
        } catch let failure as JournalFailure {
            throw CommandFailure.badNews(failure.message)
        }
    }

    private func confirm() throws {
        guard !yes else { return }
        guard System.isTerminal(0) else { throw CommandFailure.wrongUse("nobody is there to be asked: say --yes.") }
        System.write("Delete the key of epoch \(epoch) (\(EpochLines.span(epoch))) for ever? Type yes: ", to: 2)
        guard readLine() == "yes" else { throw CommandFailure.badNews("nothing was deleted.") }
    }
}

/// Epochs in words.
enum EpochLines {
    /// `2026-08-08 to 2026-11-05`, both days included.
    static func span(_ epoch: Int64) -> String {
        "\(day(KeyEpoch.start(of: epoch))) to \(day(KeyEpoch.start(of: epoch + 1) - EventDuration(milliseconds: 1)))"
    }

    private static func day(_ time: EventTime) -> String { String(CivilTime(time).rfc3339.prefix(10)) }

    static func text(_ standing: EpochStanding, now: EventTime) -> String {
        let state =
            switch standing.key {
            case .kept: standing.epoch == KeyEpoch.number(of: now) ? "kept, in use" : "kept"
            case .deleted(let time): "deleted on \(day(time))"
            }
        return "\(standing.epoch)  \(span(standing.epoch))  \(state)\n"
    }

    static func json(_ standing: EpochStanding) -> String {
        var json = JSONText()
        json.beginObject()
        json.field("epoch", standing.epoch)
        json.field("start", CivilTime(KeyEpoch.start(of: standing.epoch)).rfc3339)
        json.field("end", CivilTime(KeyEpoch.start(of: standing.epoch + 1)).rfc3339)
        if case .deleted(let time) = standing.key {
            json.field("key", "deleted")
            json.field("deleted", CivilTime(time).rfc3339)
        } else {
            json.field("key", "kept")
        }
        json.endObject()
        return json.text + "\n"
    }
}
