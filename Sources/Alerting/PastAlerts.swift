// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// What a person said of an alert.
package enum AlertLabel: UInt8, CaseIterable, Sendable {
    case benign = 0
    case incident, unknown

    package var name: String {
        switch self {
        case .benign: "benign"
        case .incident: "incident"
        case .unknown: "unknown"
        }
    }
}

/// An alert that was opened before, for whoever reads the next one like it.
package struct PastAlert: Equatable, Sendable {
    package var id: String
    package var opened: EventTime
    /// Nil while nobody has said.
    package var label: AlertLabel?

    package init(id: String, opened: EventTime, label: AlertLabel?) {
        self.id = id
        self.opened = opened
        self.label = label
    }
}

/// The last alerts of every detector and account: four of each, so that an open alert can show the three before it.
///
/// Bounded: beyond 4,096 pairs of detector and account the one whose last alert is the oldest is forgotten. State: about 250 bytes a pair.
package struct PastAlerts: Equatable, Sendable {
    static let pairLimit = 4096
    static let shown = 3

    private var alerts: [AlertKey: [PastAlert]] = [:]

    package init() {}

    /// The latest alerts of a pair, latest first, at most three; only those before the alert `id`, if it is given.
    package func latest(of key: AlertKey, before id: String? = nil) -> [PastAlert] {
        Array((alerts[key] ?? []).prefix { $0.id != id }.suffix(PastAlerts.shown).reversed())
    }

    /// Complexity: O(1), O(pairs) when there is no room.
    mutating func remember(_ alert: PastAlert, of key: AlertKey) {
        alerts[key, default: []].append(alert)
        if alerts[key, default: []].count > PastAlerts.shown + 1 { alerts[key]?.removeFirst() }
        guard alerts.count > PastAlerts.pairLimit else { return }
        // Ties go to the larger key, so that the choice is everywhere the same.
        let oldest = alerts.min { ($0.value.last?.opened.milliseconds ?? 0, $1.key) < ($1.value.last?.opened.milliseconds ?? 0, $0.key) }
        if let oldest { alerts[oldest.key] = nil }
    }

    mutating func label(_ label: AlertLabel, account: AccountID, alerts ids: Set<String>) {
        for key in alerts.keys where key.account == account {
            for index in (alerts[key] ?? []).indices where ids.contains(alerts[key]?[index].id ?? "") { alerts[key]?[index].label = label }
        }
    }

    /// The alerts of an account, of all detectors, in their order.
    func all(of account: AccountID) -> [PastAlert] {
        alerts.keys.filter { $0.account == account }.sorted().flatMap { alerts[$0] ?? [] }
    }

    /// Forgets the alerts of an account, all detectors together.
    mutating func forget(_ account: AccountID) {
        for key in alerts.keys where key.account == account { alerts[key] = nil }
    }

    func encode(into writer: inout StateWriter) {
        writer.write(UInt32(alerts.count))
        for (key, list) in alerts.sorted(by: { $0.key < $1.key }) {
            key.encode(into: &writer)
            writer.write(UInt8(list.count))
            for alert in list {
                writer.write(alert.id)
                writer.write(alert.opened.milliseconds)
                writer.write(alert.label?.rawValue ?? .max)
            }
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let key = try AlertKey(from: &reader)
            for _ in 0..<(try reader.read(UInt8.self)) {
                let id = try reader.readString()
                let opened = try reader.readTime()
                let code = try reader.read(UInt8.self)
                let label = AlertLabel(rawValue: code)
                guard label != nil || code == .max else { throw StateError.implausible("alert label") }
                alerts[key, default: []].append(PastAlert(id: id, opened: opened, label: label))
            }
        }
    }
}
