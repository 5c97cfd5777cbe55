// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import RollingStatistics

/// What has been found of each account lately, all detectors together: the ground on which an alert becomes a page.
///
/// Each alert adds points by its severity; a day halves them. One critical alert is a page, or two of different families within a day, of
/// which one is more than `low`: independent detectors are hardly ever wrong together. Source: the risk-based alerting of other products
/// (design/detectors.md section 2), which count sources and tactics likewise. State: about 60 bytes for each account with an alert of the
/// last days. Complexity: O(alerts of the account) a look, O(accounts) once a day.
package struct RiskLedger: Sendable {
    /// Points of an alert of each severity, `low` first: a page takes ``pagePoints`` at least.
    private static let points: [Double] = [1, 3, 6, 10]
    private static let pagePoints = 6.0
    private static let halfLife = EventDuration.days(1)
    /// Alerts of an account that are remembered as siblings of later ones.
    private static let siblings = 8

    private var accounts: [AccountID: Account] = [:]

    private struct Account {
        var points: Double
        var time: EventTime
        var alerts: [Sibling]
    }

    private struct Sibling {
        var id: String
        var family: String
        var severity: Severity
        var time: EventTime
    }

    package init() {}

    /// How an account stands.
    package struct Standing: Equatable, Sendable {
        package var points = 0.0
        /// Families of the last day's alerts, sorted.
        package var families: [String] = []
        /// The other alerts of the last day, sorted.
        package var siblings: [String] = []
        /// Whether somebody must look now.
        package var isPage = false

        package init() {}
    }

    /// Adds an alert that has opened or become more severe, and says how its account stands with it.
    package mutating func add(id: String, family: String, severity: Severity, account: AccountID, at time: EventTime) -> Standing {
        var entry = accounts[account] ?? Account(points: 0, time: time, alerts: [])
        entry.points = RiskLedger.decayed(entry.points, from: entry.time, to: time)
        entry.time = max(entry.time, time)
        let before = entry.alerts.first { $0.id == id }.map { RiskLedger.points[Int($0.severity.rawValue)] } ?? 0
        entry.points += max(RiskLedger.points[Int(severity.rawValue)] - before, 0)
        entry.alerts.removeAll { $0.id == id }
        entry.alerts.append(Sibling(id: id, family: family, severity: severity, time: time))
        if entry.alerts.count > RiskLedger.siblings { entry.alerts.removeFirst() }
        accounts[account] = entry
        var standing = self.standing(of: account, besides: id, at: time)
        let isTogether = standing.families.count >= 2 && standing.points >= RiskLedger.pagePoints && severity > .low
        standing.isPage = severity == .critical || isTogether
        return standing
    }

    /// How an account stands at a time, with its alerts besides one.
    package func standing(of account: AccountID, besides id: String, at time: EventTime) -> Standing {
        var standing = Standing()
        guard let entry = accounts[account] else { return standing }
        standing.points = RiskLedger.decayed(entry.points, from: entry.time, to: time)
        let recent = entry.alerts.filter { time - $0.time <= RiskLedger.halfLife }
        standing.families = Set(recent.map(\.family)).sorted()
        let isNamed = !id.hasPrefix(RiskLedger.formerMark)
        standing.siblings = isNamed ? recent.map(\.id).filter { $0 != id && !$0.hasPrefix(RiskLedger.formerMark) }.sorted() : []
        return standing
    }

    /// What stands before the id of an alert that was opened under another name of its account. It counts, and is named to nobody.
    private static let formerMark = "-"

    /// What an alert is called in here.
    package static func name(of alert: OpenAlert) -> String { alert.former == nil ? alert.id : formerMark + alert.id }

    /// The account is called otherwise from now on.
    package mutating func rename(_ account: AccountID) {
        guard var entry = accounts[account] else { return }
        for index in entry.alerts.indices where !entry.alerts[index].id.hasPrefix(RiskLedger.formerMark) {
            entry.alerts[index].id = RiskLedger.formerMark + entry.alerts[index].id
        }
        accounts[account] = entry
    }

    /// Forgets accounts of which nothing is left. To be called once a day.
    package mutating func forget(before time: EventTime) {
        accounts = accounts.filter { RiskLedger.decayed($0.value.points, from: $0.value.time, to: time) >= 0.25 }
    }

    private static func decayed(_ points: Double, from: EventTime, to: EventTime) -> Double {
        let days = Double(max((to - from).milliseconds, 0)) / Double(halfLife.milliseconds)
        return points * exponential(-0.6931471805599453 * days)
    }
}

// MARK: - State

extension RiskLedger {
    package func encode(into writer: inout StateWriter) {
        writer.write(UInt32(accounts.count))
        for (account, entry) in accounts.sorted(by: { $0.key < $1.key }) {
            writer.write(account.rawValue)
            writer.write(entry.points)
            writer.write(entry.time.milliseconds)
            writer.write(UInt8(entry.alerts.count))
            for alert in entry.alerts {
                writer.write(alert.id)
                writer.write(alert.family)
                writer.write(alert.severity.rawValue)
                writer.write(alert.time.milliseconds)
            }
        }
    }

    package init(from reader: inout StateReader) throws(StateError) {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let account = AccountID(rawValue: try reader.read())
            var entry = Account(points: try reader.readDouble(in: 0...1e15, "risk"), time: try reader.readTime(), alerts: [])
            for _ in 0..<(try reader.read(UInt8.self)) {
                let id = try reader.readString()
                let family = try reader.readString()
                guard let severity = Severity(rawValue: try reader.read()) else { throw StateError.implausible("severity") }
                entry.alerts.append(Sibling(id: id, family: family, severity: severity, time: try reader.readTime()))
            }
            accounts[account] = entry
        }
    }
}
