// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel

/// What an alert shows beside its finding: what the account touched, where the lines stand, and how complete the input was.
package struct AlertDetails: Equatable, Sendable {
    package var contributions: [Contribution] = []
    package var evidence: [Evidence] = []
    package var completeness = Completeness()
    package var related: [String] = []
    /// How the account stands with all that was found of it.
    package var standing = RiskLedger.Standing()

    package init() {}

    /// A part of the account's bucket: which endpoint, object or operation, and how much of the measure.
    package struct Contribution: Equatable, Sendable {
        package var kind: String
        package var value: String
        /// The part of the whole, 0 to 1; the parts of a kind sum to 1.
        package var share: Double

        package init(kind: String, value: String, share: Double) {
            self.kind = kind
            self.value = value
            self.share = share
        }
    }

    /// Where one line of the matter stands. Never the line itself.
    package struct Evidence: Equatable, Sendable {
        package var source: String
        package var file: String
        package var offset: UInt64
        package var time: EventTime

        package init(source: String, file: String, offset: UInt64, time: EventTime) {
            self.source = source
            self.file = file
            self.offset = offset
            self.time = time
        }
    }

    /// Whether the numbers can be trusted.
    package struct Completeness: Equatable, Sendable {
        /// How far the newest event of the source was ahead of this alert's last event.
        package var lag: EventDuration = .seconds(0)
        /// Events of the source that came after their bucket had closed, so far.
        package var late: UInt64 = 0
        /// Lines of the source that could not be read, so far.
        package var malformed: UInt64 = 0
        /// The account had no baseline of its own yet.
        package var isLearning = false

        package init() {}
    }
}

/// The model that judged: its name, and a hash of everything that a decision depends on.
package struct ModelStamp: Equatable, Sendable {
    package var name: String
    package var hash: String

    package init(name: String, hash: String) {
        self.name = name
        self.hash = hash
    }
}
