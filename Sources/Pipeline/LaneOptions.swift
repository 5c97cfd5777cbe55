// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

/// What a lane's core is told at its start; every value that a decision depends on is in ``ModelStamp``'s hash.
package struct LaneOptions: Sendable {
    /// The source's name: in evidence, status and messages.
    package var name: String
    /// The format's name.
    package var format: String
    /// What the lane adds to an alert's id, so that no two lanes have one: the format's name, so that a replay without settings finds the
    /// same ids; with the source's own where another source of the settings has that format.
    package var identity: String
    /// How long an event may come after a later one.
    package var lateness: EventDuration
    /// Parts into which accounts are divided. No result depends on it.
    package var shards = 1
    /// Values for detector options, by detector id.
    package var detectorOptions: [String: [String: Double]] = [:]
    package var modelName = "default"
    /// How many alerts the operator wants of this lane; nil sets no limit.
    package var budget: AlertBudget?
    /// Accounts, endpoints, objects and items that nobody has a reason to touch.
    package var canaries: [String] = []
    /// The endpoints there should be, as templates; empty where there is no inventory.
    package var inventory: [String] = []
    /// Whether the settings declare flows of records.
    package var declaresFlows = false
    /// The stores of the settings, where some state their size; else empty.
    package var stores: [Estate.Store] = []
    /// Text that stands for the estate and the lexicon of the settings, for the model's hash; empty where nothing is said.
    package var estateDigest = ""
    /// Networks that are the operator's own: no account is new there.
    package var knownNetworks: [NetworkRange] = []
    /// Endpoint groups and accounts that are series of their own.
    package var series = SeriesSelection()
    /// When people expect more of every account than usual.
    package var calendar: [ExpectedRise] = []
    /// Only events from here on, and before there, are taken.
    package var from = EventTime(milliseconds: 0)
    package var to = EventTime(milliseconds: .max)

    /// An event this far ahead of the newest one is not believed until others agree. Lines of a source that are out of order within its
    /// lateness need nobody's word.
    package var leap: EventDuration { max(lateness, LaneOptions.shortestLeap) }
    /// Two quarter hours: logs that are written a quarter hour at a time, in any order, must not leap. Clocks of hosts differ by less, or
    /// by a zone.
    package static let shortestLeap = EventDuration.minutes(30)

    package init(name: String, format: String, lateness: EventDuration) {
        self.name = name
        self.format = format
        identity = format
        self.lateness = lateness
    }
}

/// Counts of what a lane took in, by name in ``list``.
package struct LaneCounters: Equatable, Sendable {
    package var events: UInt64 = 0
    package var bytes: UInt64 = 0
    /// Events whose bucket had closed before they came, and which count nowhere.
    package var late: UInt64 = 0
    /// Events dated too far ahead to be believed, which count when they came.
    package var future: UInt64 = 0
    /// Events whose bucket had closed, which count when they came because they are few; see ``LateGauge``.
    package var moved: UInt64 = 0
    /// Rows delivered a second time.
    package var duplicates: UInt64 = 0
    /// Exports of which two rows told, and which were counted once.
    package var joined: UInt64 = 0
    /// Lines that are none of the format's business: comments, headers, requests without a user.
    package var ignored: UInt64 = 0
    package var malformed = Array(repeating: UInt64(0), count: 32)
    /// Events of names beyond the directory's maximum.
    package var overflow: UInt64 = 0
    package var troubles: [String: UInt64] = [:]
    package var lostBytes: UInt64 = 0
    /// What the events stated.
    package var fields = FieldCoverage()
    /// Whether input was lost or left out.
    package var isIncomplete = false

    package init() {}

    package var malformedTotal: UInt64 { malformed.reduce(0, &+) }
}
