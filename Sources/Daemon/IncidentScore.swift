// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline
import Settings

/// How alerts stand to the incidents that are known to lie in a log.
///
/// Alerts above `low` count, when they open. Those of one account within a day of each other are one case for somebody to look at: right
/// when one of them lies in an incident of the account, wrong otherwise. An incident is found by its first right alert. Source: the
/// evaluation of the exfiltration benchmark (`exfil_bench.py`), so that both come to the same figures.
package struct IncidentScore: Sendable {
    /// What a class of incidents, or a detector, came to.
    package struct Row: Equatable, Sendable {
        package var name: String
        /// Incidents of the class; of a detector, those that it should tell.
        package var incidents = 0
        package var found = 0
        /// Cases; of a detector, its alerts.
        package var right = 0
        package var wrong = 0
        /// Nobody should speak of these.
        package var isHarmless = false
        /// Of each incident with rows: the share that had gone when it was found, 1 where it never was.
        package var gone: [Double] = []
        /// Of each found incident: milliseconds from its start to the alert.
        package var delays: [Int64] = []

        package var precision: Double? { right + wrong == 0 ? nil : Double(right) / Double(right + wrong) }
        package var recall: Double? { incidents == 0 ? nil : Double(found) / Double(incidents) }
        package var meanGone: Double? { gone.isEmpty ? nil : gone.reduce(0, +) / Double(gone.count) }
        package var medianDelay: EventDuration? {
            guard !delays.isEmpty else { return nil }
            let sorted = delays.sorted()
            return EventDuration(milliseconds: (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2)
        }
    }

    package private(set) var total = Row(name: "all")
    package private(set) var detectors: [Row] = []
    package private(set) var classes: [Row] = []
    /// Weeks that accounts were watched, from their first event or the end of the warm-up on.
    package private(set) var accountWeeks = 0.0
    /// Alerts that count for nothing: `low`, in the warm-up, or tolerated.
    package private(set) var uncounted = 0

    /// False alerts an account-week.
    package func wrongPerAccountWeek(_ row: Row) -> Double { accountWeeks > 0 ? Double(row.wrong) / accountWeeks : 0 }

    /// An alert that opened, as far as it counts.
    private struct Case {
        var detector: String
        var account: String
        var time: EventTime
        /// The incidents that it lies in, by their number.
        var incidents: [Int] = []
    }

    package init(_ known: KnownIncidents, watch: IncidentWatch, opened: [AlertRecord]) {
        accountWeeks = watch.accountWeeks(from: known.warmUpEnd)
        var cases: [Case] = []
        for alert in opened where alert.status == .open {
            guard alert.severity > .low, alert.opened >= known.warmUpEnd ?? alert.opened else {
                uncounted += 1
                continue
            }
            var found = Case(detector: alert.detector, account: alert.account, time: alert.opened)
            found.incidents = known.incidents.indices.filter { IncidentScore.covers(known.incidents[$0], watch.names[$0], alert) }
            cases.append(found)
        }
        let byDetector = IncidentScore.isTolerated(known)
        score(cases, known, byDetector)
        find(cases, known, watch)
    }

    private static func covers(_ incident: KnownIncident, _ names: Set<String>, _ alert: AlertRecord) -> Bool {
        !incident.isHarmless && names.contains(alert.account) && alert.opened + .minutes(1) > incident.start
            && alert.opened < incident.until
    }

    private static func isTolerated(_ known: KnownIncidents) -> (Case) -> Bool {
        { alert in known.tolerated.contains { $0.account == alert.account && alert.time >= $0.start && alert.time < $0.until } }
    }

    // MARK: Right and wrong

    private mutating func score(_ cases: [Case], _ known: KnownIncidents, _ isTolerated: (Case) -> Bool) {
        var rows: [String: Row] = [:]
        for alert in cases {
            var row = rows[alert.detector] ?? Row(name: alert.detector)
            if !alert.incidents.isEmpty { row.right += 1 } else if !isTolerated(alert) { row.wrong += 1 }
            rows[alert.detector] = row
        }
        for (number, incident) in known.incidents.enumerated() {
            guard let detector = incident.detector else { continue }
            var row = rows[detector] ?? Row(name: detector)
            row.incidents += 1
            if let time = cases.filter({ $0.detector == detector && $0.incidents.contains(number) }).map(\.time).min() {
                row.found += 1
                row.delays.append(max((time - incident.start).milliseconds, 0))
            }
            rows[detector] = row
        }
        detectors = rows.values.sorted { $0.name < $1.name }
        for episode in IncidentScore.episodes(cases) {
            if episode.contains(where: { !$0.incidents.isEmpty }) {
                total.right += 1
            } else if episode.contains(where: isTolerated) {
                uncounted += episode.count
            } else {
                total.wrong += 1
            }
        }
    }

    /// The alerts of each account, split where a day passes without one.
    private static func episodes(_ cases: [Case]) -> [[Case]] {
        var result: [[Case]] = []
        for alert in cases.sorted(by: { ($0.account, $0.time) < ($1.account, $1.time) }) {
            if let last = result.last?.last, last.account == alert.account, quarter(alert.time) - quarter(last.time) <= 96 {
                result[result.count - 1].append(alert)
            } else {
                result.append([alert])
            }
        }
        return result
    }

    private static func quarter(_ time: EventTime) -> Int64 { time.milliseconds / 900_000 }

    // MARK: Found and gone

    private mutating func find(_ cases: [Case], _ known: KnownIncidents, _ watch: IncidentWatch) {
        var rows: [String: Row] = [:]
        for (number, incident) in known.incidents.enumerated() {
            var row = rows[incident.kind] ?? Row(name: incident.kind)
            row.isHarmless = incident.isHarmless
            if incident.isHarmless {
                row.wrong += cases.count { alert in
                    alert.incidents.isEmpty && watch.names[number].contains(alert.account) && alert.time + .minutes(1) > incident.start
                        && alert.time < incident.until
                }
                rows[incident.kind] = row
                continue
            }
            let alerts = cases.filter { $0.incidents.contains(number) }
            row.right += alerts.count
            let time = IncidentScore.foundTime(alerts, needing: incident.neededAccounts)
            let gone = watch.gone(number, at: time)
            for pass in 0..<2 {
                var changed = pass == 0 ? row : total
                changed.incidents += 1
                if let time {
                    changed.found += 1
                    changed.delays.append(max((time - incident.start).milliseconds, 0))
                }
                if let gone { changed.gone.append(gone) }
                if pass == 0 { row = changed } else { total = changed }
            }
            rows[incident.kind] = row
        }
        classes = rows.values.sorted { $0.name < $1.name }
    }

    /// When an incident was told: by its first alert, or by the account that completes the needed number, or by one about the source.
    private static func foundTime(_ alerts: [Case], needing needed: Int) -> EventTime? {
        var first: [String: EventTime] = [:]
        for alert in alerts { first[alert.account] = min(first[alert.account] ?? alert.time, alert.time) }
        let ofSource = first.removeValue(forKey: "*")
        let times = first.values.sorted()
        let ofAccounts = times.count >= needed ? times[needed - 1] : nil
        return [ofSource, ofAccounts].compactMap { $0 }.min()
    }
}

/// Watches a replay for what its score needs: when accounts began, and when the rows of incidents left.
///
/// A class, because it is fed by one closure and asked by another. State: 8 bytes an account, 16 bytes a minute of an incident in which
/// something left.
package final class IncidentWatch {
    private let incidents: [KnownIncident]
    /// What the accounts of each incident are called in alerts.
    let names: [Set<String>]
    private var byName: [String: [Int]] = [:]
    private var byAccount: [[Int]] = [[]]
    private var first: [Int64] = [.max]
    private var newest = EventTime(milliseconds: -1)
    /// Minutes of each incident, with the rows and the bytes that left in them.
    private var left: [[Int64: (rows: Double, bytes: Double)]]
    private var finished = 0.0

    package init(_ known: KnownIncidents, people: PeopleKeys = .none) {
        incidents = known.incidents
        left = Array(repeating: [:], count: known.incidents.count)
        // People are told of under pseudonyms, and nobody knows of a label whether it names one.
        names = known.incidents.map { incident in
            Set(incident.accounts.flatMap { $0 == "*" ? [$0] : [$0, people.pseudonym(of: $0, at: incident.start)] })
        }
        for (number, set) in names.enumerated() { for name in set { byName[name, default: []].append(number) } }
    }

    /// Takes what a lane is about to take.
    package func note(_ batch: borrowing EventBatch) {
        for name in batch.newAccounts {
            byAccount.append(byName[name] ?? [])
            first.append(.max)
        }
        for naming in batch.namings {
            let account = Int(naming.account.rawValue)
            if account < byAccount.count { byAccount[account] = Array(Set(byAccount[account] + (byName[naming.name] ?? []))).sorted() }
        }
        for index in batch.events.indices { note(batch.events[index]) }
    }

    private func note(_ event: AccessEvent) {
        let account = Int(event.account.rawValue)
        guard account < byAccount.count else { return }
        first[account] = min(first[account], event.time.milliseconds)
        newest = max(newest, event.time)
        guard event.operation.movesDataOut else { return }
        for number in byAccount[account] where event.time >= incidents[number].start && event.time <= incidents[number].end {
            left[number][event.time.milliseconds / 60_000, default: (0, 0)].rows += Double(event.rows)
            left[number][event.time.milliseconds / 60_000, default: (0, 0)].bytes += Double(event.bytes)
        }
    }

    /// A lane is at its end: the next one begins with accounts of its own.
    package func endLane(warmUpEnd: EventTime?) {
        finished += weeks(from: warmUpEnd)
        (byAccount, first, newest) = ([[]], [.max], EventTime(milliseconds: -1))
    }

    private func weeks(from warmUpEnd: EventTime?) -> Double {
        let begin = warmUpEnd?.milliseconds ?? 0
        return first.dropFirst().reduce(0) { $0 + Double(max(newest.milliseconds - max($1, begin), 0)) } / 604_800_000
    }

    func accountWeeks(from warmUpEnd: EventTime?) -> Double { finished + weeks(from: warmUpEnd) }

    /// The share of what the accounts of an incident moved while it lasted that had left by an alert, its minute included; 1 where there
    /// was none, nil where nothing left.
    func gone(_ number: Int, at time: EventTime?) -> Double? {
        let minutes = left[number]
        let rows = minutes.values.reduce(0) { $0 + $1.rows }
        let bytes = minutes.values.reduce(0) { $0 + $1.bytes }
        guard rows + bytes > 0 else { return nil }
        guard let time else { return 1 }
        let before = minutes.filter { $0.key <= time.milliseconds / 60_000 }.values
        return rows > 0 ? before.reduce(0) { $0 + $1.rows } / rows : before.reduce(0) { $0 + $1.bytes } / bytes
    }
}
