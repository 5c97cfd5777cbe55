// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Something that takes alerts out of the process: a webhook, syslog, a file.
///
/// A sink is called by one delivery thread at a time and may block up to its own time limit; it never sees the detector's threads.
package protocol AlertSink: AnyObject, Sendable {
    /// The name in settings, metrics and `status`: `webhook:hooks.example.com`, without secrets, paths or queries.
    var name: String { get }

    /// Sends one record once. It does not retry: the delivery schedule does.
    /// - Parameter now: the wall clock, for signatures and time stamps that must be new on each attempt.
    func deliver(_ record: AlertRecord, messageID: String, now: EventTime) -> DeliveryOutcome
}

/// What one attempt to deliver came to.
package enum DeliveryOutcome: Equatable, Sendable {
    case delivered
    /// Try again later; `after` when the receiver said how long to wait.
    case retry(reason: String, after: EventDuration?)
    /// The receiver will never take this message; keep it in the dead-letter list.
    case refused(reason: String)
    /// The receiver is gone for good (HTTP 410): stop using the sink until somebody looks.
    case disabled(reason: String)
}
