// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Journal
import Pipeline
import Settings

/// The keys that hide names and other texts of logs, as lanes are given them.
package struct PeopleKeys: Sendable {
    /// Hashes what stays in the state and is no name of a person.
    var installation: [UInt8]
    /// Makes pseudonyms of people's names.
    var epochs: any EpochKeys

    /// No secret at all: a replay without an installation. Whoever reads its alerts can try names against the pseudonyms.
    package static let none = PeopleKeys(installation: Array("weir".utf8), epochs: LoneKey(Array("weir".utf8)))

    /// The keys of the installation, made where they are missing.
    static func opened(_ settings: WeirSettings, report: @escaping @Sendable (String) -> Void) throws(JournalFailure) -> PeopleKeys {
        PeopleKeys(
            try InstallationKeys(
                directory: settings.keyDirectory, state: settings.stateDirectory, now: System.wallClock(),
                random: { System.randomBytes($0) }, report: report))
    }

    /// The keys of the installation for a command beside the daemon, so that it calls people what the daemon calls them; no secret where
    /// there is no installation.
    package static func existing(_ settings: WeirSettings, report: @escaping @Sendable (String) -> Void) throws(JournalFailure)
        -> PeopleKeys
    {
        let keys = try InstallationKeys.existing(
            directory: settings.keyDirectory, state: settings.stateDirectory, now: System.wallClock(), random: { System.randomBytes($0) },
            report: report)
        return keys.map { PeopleKeys($0) } ?? .none
    }

    /// What alerts call a person whom a log names so, at a moment.
    package func pseudonym(of name: String, at time: EventTime) -> String {
        Pseudonym.text(Array(name.utf8), key: epochs.key(of: KeyEpoch.number(of: time)))
    }

    private init(_ keys: InstallationKeys) { self.init(installation: keys.installation, epochs: keys) }

    private init(installation: [UInt8], epochs: any EpochKeys) {
        self.installation = installation
        self.epochs = epochs
    }
}
