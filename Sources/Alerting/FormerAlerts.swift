// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// Whose the alerts are that were told under a name which their account no longer has.
///
/// An account's name changes with the epoch of its key, and a person may say weeks later what an alert of before was: that teaches the
/// account. Nothing of it is told or shown. Because it leads from one name to the other it ends ``days`` after the change of name, or
/// after the alert where that ends later: what stood under an alert is kept aside no longer, so that a label could change nothing.
/// State: 40 bytes an alert, at most ``limit``: the newest.
package struct FormerAlerts: Equatable, Sendable {
    package static let limit = 4096
    /// As long as a quarantine waits for a person's word.
    package static let days: Int64 = 14

    private var alerts: [Former] = []

    private struct Former: Equatable, Sendable {
        var id: String
        var account: AccountID
        /// The change of name, or a later day on which the alert was still open.
        var since: EventTime
    }

    init() {}

    package var count: Int { alerts.count }

    /// The account of an alert; nil where it is not known, or not any more. Complexity: O(alerts), asked once a label.
    package func account(of id: String) -> AccountID? { alerts.last { $0.id == id }?.account }

    /// What opened long before the change is of no use to anybody.
    mutating func remember(_ alert: PastAlert, _ account: AccountID, at time: EventTime) {
        guard time - alert.opened <= .days(2 * FormerAlerts.days), !alerts.contains(where: { $0.id == alert.id }) else { return }
        alerts.append(Former(id: alert.id, account: account, since: time))
        alerts.sort { ($0.since, $0.id) < ($1.since, $1.id) }
        if alerts.count > FormerAlerts.limit { alerts.removeFirst(alerts.count - FormerAlerts.limit) }
    }

    /// - Parameter open: alerts that have not ended.
    mutating func forget(at time: EventTime, sparing open: Set<String>) {
        for place in alerts.indices where open.contains(alerts[place].id) { alerts[place].since = time }
        alerts.removeAll { time - $0.since > .days(FormerAlerts.days) }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt32(alerts.count))
        for alert in alerts {
            writer.write(alert.id)
            writer.write(alert.account.rawValue)
            writer.write(alert.since.milliseconds)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        let count = try reader.read(UInt32.self)
        guard count <= FormerAlerts.limit else { throw StateError.implausible("alerts under former names") }
        for _ in 0..<count {
            alerts.append(
                Former(id: try reader.readString(), account: AccountID(rawValue: try reader.read()), since: try reader.readTime()))
        }
    }
}
