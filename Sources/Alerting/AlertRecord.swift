// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// One transition of one alert, rendered: what the journal stores, what every sink sends and what a replay prints.
///
/// The JSON is made once, in the core, so that a webhook, a file and a replay cannot differ by a byte.
package struct AlertRecord: Equatable, Sendable {
    /// Stable across replay, restart and shard count. At most 40 printable ASCII characters, no dot.
    package var id: String
    package var status: Status
    package var severity: Severity
    /// `D01` …
    package var detector: String
    /// The detector's name, `export-volume`.
    package var name: String
    package var account: String
    /// When the alert opened, in event time.
    package var opened: EventTime
    /// The event time of this transition.
    package var time: EventTime
    /// How many transitions of this alert came before this one.
    package var sequence: UInt32
    /// The one sentence, safe for a terminal: no control characters.
    package var summary: String
    /// The whole record in schema `weir.alert/1`, one line, no line end.
    package var json: String

    package enum Status: UInt8, Sendable, CaseIterable {
        case open = 0
        case update, resolved

        package var name: String {
            switch self {
            case .open: "open"
            case .update: "update"
            case .resolved: "resolved"
            }
        }
    }

    package init(
        id: String, status: Status, severity: Severity, detector: String, name: String, account: String, opened: EventTime, time: EventTime,
        sequence: UInt32, summary: String, json: String
    ) {
        self.id = id
        self.status = status
        self.severity = severity
        self.detector = detector
        self.name = name
        self.account = account
        self.opened = opened
        self.time = time
        self.sequence = sequence
        self.summary = summary
        self.json = json
    }
}
