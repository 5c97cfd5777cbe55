// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel

/// Records that wait to leave the process, one queue for each sink: filled by the commit that made them, emptied by delivery.
///
/// At least once: a message is forgotten only after ``settle(_:_:)`` was stored. Records of one alert leave in order; those of other alerts
/// do not wait for them.
package protocol Outbox: Sendable {
    /// Messages of a sink that may be tried now, oldest first: due, and not behind an earlier undelivered record of the same alert.
    func due(sink: String, now: EventTime, limit: Int) throws(OutletFailure) -> [OutboxMessage]

    /// The earliest moment at which something of the sink becomes due; nil when nothing waits.
    func nextDue(sink: String) throws(OutletFailure) -> EventTime?

    /// Stores what became of an attempt.
    func settle(_ message: OutboxMessage, _ settlement: DeliverySettlement) throws(OutletFailure)
}

/// One record on its way to one sink.
package struct OutboxMessage: Equatable, Sendable {
    /// The row of the outbox.
    package var row: Int64
    package var sink: String
    /// Constant over all attempts, so that a receiver can drop repetitions: alert id, transition number and sink. No dot.
    package var messageID: String
    package var record: AlertRecord
    /// Attempts made so far.
    package var attempts: Int

    package init(row: Int64, sink: String, messageID: String, record: AlertRecord, attempts: Int) {
        self.row = row
        self.sink = sink
        self.messageID = messageID
        self.record = record
        self.attempts = attempts
    }
}

/// What is stored after an attempt.
package enum DeliverySettlement: Equatable, Sendable {
    case delivered(at: EventTime)
    /// Try again at `due`.
    case retry(due: EventTime, reason: String)
    /// Kept for a person to look at; not tried again by itself.
    case deadLetter(reason: String)
}
