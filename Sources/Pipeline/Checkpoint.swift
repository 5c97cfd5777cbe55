// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel

/// Everything of one lane that changed since the last commit: alerts, statistics and positions, all as of the same event.
///
/// An outlet stores it in one transaction or not at all.
package struct LaneCommit: Sendable {
    package var lane: String
    /// The lane's own state (watermark, open buckets, open alerts, counters), versioned bytes.
    package var header: [UInt8]
    /// Accounts whose statistics changed.
    package var accounts: [AccountState]
    /// Streams whose position changed.
    package var positions: [StreamPosition]
    /// Transitions since the last commit, in order.
    package var alerts: [AlertRecord]
    /// Where in event time decisions of the journal's were applied.
    package var applied: [AppliedDecision]
    /// Edges on which records moved since the last commit, each with its running day.
    package var flows: [FlowDay]
    /// Pages of filters that changed.
    package var pages: [IdentifierRegister.Page]
    /// Numbers for `weir status`, by name, sorted.
    package var counters: [Counter]

    package struct Counter: Equatable, Sendable {
        package var name: String
        package var value: Int64
        package init(name: String, value: Int64) {
            self.name = name
            self.value = value
        }
    }

    package init(
        lane: String, header: [UInt8], accounts: [AccountState], positions: [StreamPosition], alerts: [AlertRecord],
        applied: [AppliedDecision] = [], flows: [FlowDay] = [], pages: [IdentifierRegister.Page] = [], counters: [Counter]
    ) {
        self.lane = lane
        self.header = header
        self.accounts = accounts
        self.positions = positions
        self.alerts = alerts
        self.applied = applied
        self.flows = flows
        self.pages = pages
        self.counters = counters
    }
}

/// One account's statistics as versioned bytes.
package struct AccountState: Equatable, Sendable {
    package var id: AccountID
    /// The name as alerts show it: a service account in the clear, a person as a pseudonym.
    package var name: String
    package var bytes: [UInt8]

    package init(id: AccountID, name: String, bytes: [UInt8]) {
        self.id = id
        self.name = name
        self.bytes = bytes
    }
}

/// What a lane resumes from.
package struct LaneResume: Sendable {
    package var header: [UInt8]
    /// In ascending order of id.
    package var accounts: [AccountState]
    package var positions: [StreamPosition]
    /// Pages of filters.
    package var pages: [IdentifierRegister.Page]

    package init(header: [UInt8], accounts: [AccountState], positions: [StreamPosition], pages: [IdentifierRegister.Page] = []) {
        self.pages = pages
        self.header = header
        self.accounts = accounts
        self.positions = positions
    }
}
