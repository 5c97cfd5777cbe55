// weir
// SPDX-License-Identifier: Apache-2.0

import Digest
import EventModel

/// The stretches of event time in which people's names are hidden under one key: 90 days each, counted from 1970.
///
/// An event's own time says which epoch it belongs to, so that a replay of next year names people as the daemon does today. An epoch begins
/// at midnight (UTC), and with it a quarter hour: a bucket belongs to one epoch.
package enum KeyEpoch {
    package static let length = EventDuration.days(90)

    /// The epoch of a moment.
    package static func number(of time: EventTime) -> Int64 {
        let (quotient, rest) = time.milliseconds.quotientAndRemainder(dividingBy: length.milliseconds)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// The first moment of an epoch. Saturates for epochs that no event can have.
    package static func start(of epoch: Int64) -> EventTime {
        let (milliseconds, isTooLarge) = epoch.multipliedReportingOverflow(by: length.milliseconds)
        return EventTime(milliseconds: isTooLarge ? (epoch < 0 ? .min : .max) : milliseconds)
    }
}

/// The keys under which people's names become pseudonyms, one for each ``KeyEpoch``.
///
/// An epoch whose key is deleted is forgotten: its pseudonyms are then nobody's. So keys MUST NOT be derivable from anything that stays.
package protocol EpochKeys: Sendable {
    /// The key of an epoch: the same whenever it is asked for, in this process and in any other, for as long as it is not deleted.
    func key(of epoch: Int64) -> [UInt8]
    /// The keys of other epochs that are there, the nearest first, of which there are few: a person who is met for the first time in an
    /// epoch may be known under one of them.
    func others(than epoch: Int64) -> [[UInt8]]
}

/// One key for all times: for replays without an installation, whose pseudonyms need not outlive them.
package struct LoneKey: EpochKeys {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func key(of epoch: Int64) -> [UInt8] { bytes }
    package func others(than epoch: Int64) -> [[UInt8]] { [] }
}

/// The key of an epoch that has none of its own: whose key was deleted, or that lies where no honest event does.
///
/// Made of the installation's key, so that a replay after a deletion tells people apart as before, and says the same each time. What it
/// calls them leads nowhere: the pseudonyms of before the deletion were made under a random key that nobody has any more.
package enum SubstituteKey {
    package static func of(epoch: Int64, installation: [UInt8]) -> [UInt8] {
        HMACSHA256.code(for: Array("weir epoch without a key \(epoch)".utf8), key: installation)
    }
}

/// What an account is called in an epoch, from the reader to the core.
package struct Naming: Equatable, Sendable {
    package var account: AccountID
    package var epoch: Int64
    package var name: String

    package init(account: AccountID, epoch: Int64, name: String) {
        self.account = account
        self.epoch = epoch
        self.name = name
    }
}
