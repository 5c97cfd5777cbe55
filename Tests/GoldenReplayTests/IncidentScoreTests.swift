// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Pipeline
import Settings
import Testing

@testable import Daemon

/// How alerts are held against known incidents: small cases, counted by hand.
@Suite struct IncidentScoreTests {
    private let start = EventTime(milliseconds: 1_780_272_000_000)

    private func alert(_ account: String, _ detector: String, hours: Double, _ severity: Severity = .high) -> AlertRecord {
        let time = start + EventDuration(milliseconds: Int64(hours * 3_600_000))
        return AlertRecord(
            id: "A", status: .open, severity: severity, detector: detector, name: "", account: account, opened: time, time: time,
            sequence: 0,
            summary: "", json: "{}")
    }

    private func incident(
        _ account: String, _ kind: String = "burst", hours: ClosedRange<Int64>, detector: String? = "D01", isHarmless: Bool = false
    ) -> KnownIncident {
        var incident = KnownIncident(
            kind: kind, accounts: [account], detector: detector, start: start + .hours(hours.lowerBound),
            end: start + .hours(hours.upperBound))
        incident.isHarmless = isHarmless
        return incident
    }

    private func known(_ incidents: [KnownIncident]) -> KnownIncidents {
        var known = KnownIncidents()
        known.incidents = incidents
        return known
    }

    /// Accounts `a`, `b` and `c`, each moving ten rows an hour for four weeks.
    private func watch(_ known: KnownIncidents, hours: Int64 = 672) -> IncidentWatch {
        let watch = IncidentWatch(known)
        var batch = EventBatch()
        batch.newAccounts = ["a", "b", "c"]
        for hour in 0...hours {
            for account in 1...3 as ClosedRange<UInt32> {
                batch.events.append(
                    AccessEvent(
                        time: start + .hours(hour), rows: 10, bytes: 0, offset: 0, rowKey: 0, account: AccountID(rawValue: account),
                        stream: 0,
                        endpoint: .unknown, object: .unknown, network: .unknown, status: 200, operation: .export, presence: .rows))
            }
        }
        watch.note(batch)
        return watch
    }

    private func score(_ known: KnownIncidents, _ alerts: [AlertRecord]) -> IncidentScore {
        IncidentScore(known, watch: watch(known), opened: alerts)
    }

    @Test func `precision, recall, rows gone, rate and time are those of a small example`() {
        let known = known([incident("a", hours: 100...109), incident("b", "drip", hours: 200...209)])
        let score = score(known, [alert("a", "D01", hours: 104), alert("c", "D13", hours: 50), alert("c", "D13", hours: 55, .low)])
        #expect(score.total.right == 1 && score.total.wrong == 1 && score.total.found == 1 && score.total.incidents == 2)
        #expect(score.total.precision == 0.5 && score.total.recall == 0.5)
        // Five of ten hours of the first, all of the second.
        #expect(score.total.meanGone == 0.75 && score.total.medianDelay == .hours(4))
        #expect(abs(score.accountWeeks - 12) < 1e-9 && abs(score.wrongPerAccountWeek(score.total) - 1.0 / 12) < 1e-9)
        #expect(score.uncounted == 1)
        #expect(score.classes.map(\.name) == ["burst", "drip"] && score.classes.map(\.recall) == [1, 0])
        #expect(score.classes.map(\.meanGone) == [0.5, 1])
    }

    @Test func `a detector's own row counts its alerts and the incidents that it should tell`() throws {
        let known = known([
            incident("a", hours: 100...109), incident("b", hours: 200...209), incident("c", "walk", hours: 1...2, detector: "D05"),
        ])
        let score = score(
            known,
            [alert("a", "D09", hours: 101), alert("a", "D01", hours: 103), alert("b", "D09", hours: 201), alert("c", "D01", hours: 300)])
        #expect(score.detectors.map(\.name) == ["D01", "D05", "D09"])
        #expect(score.detectors.map(\.right) == [1, 0, 2] && score.detectors.map(\.wrong) == [1, 0, 0])
        #expect(score.detectors.map(\.incidents) == [2, 1, 0] && score.detectors.map(\.found) == [1, 0, 0])
        #expect(score.detectors[0].medianDelay == .hours(3))
        #expect(score.total.found == 2)
    }

    @Test func `alerts of an account within a day are one case, right when one of them is`() {
        let known = known([incident("a", hours: 100...109)])
        let score = score(
            known,
            [
                alert("a", "D01", hours: 90), alert("a", "D01", hours: 104), alert("a", "D01", hours: 127), alert("b", "D01", hours: 10),
                alert("b", "D01", hours: 33), alert("b", "D01", hours: 58),
            ])
        #expect(score.total.right == 1 && score.total.wrong == 2)
    }

    @Test func `an alert counts from the minute of the start until an hour after the end`() {
        let known = known([incident("a", hours: 100...109)])
        for (hours, found) in [(99.97, 0), (100, 1), (109.9, 1), (110.02, 0)] {
            #expect(score(known, [alert("a", "D01", hours: hours)]).total.found == found, "\(hours)")
        }
        #expect(score(known, [alert("b", "D01", hours: 104)]).total.found == 0)
    }

    @Test func `an alert where nobody should speak is false, and counted for its class`() {
        let known = known([incident("a", "release", hours: 100...109, detector: nil, isHarmless: true)])
        let score = score(known, [alert("a", "D09", hours: 104)])
        #expect(score.total.incidents == 0 && score.total.wrong == 1 && score.classes.first?.wrong == 1)
    }

    @Test func `of many accounts at once three must be told of, or the source`() {
        var fan = incident("a", "i", hours: 100...109, detector: nil)
        (fan.accounts, fan.neededAccounts) = (["a", "b", "c", "*"], 3)
        let two = [alert("a", "D13", hours: 101), alert("b", "D13", hours: 102)]
        #expect(score(known([fan]), two).total.found == 0)
        let three = score(known([fan]), two + [alert("c", "D13", hours: 106)])
        #expect(three.total.found == 1 && three.total.medianDelay == .hours(6))
        #expect(score(known([fan]), [alert("*", "D38", hours: 103)]).total.medianDelay == .hours(3))
    }

    @Test func `what comes in the warm-up or is to be expected is neither right nor wrong`() {
        var known = known([incident("a", hours: 400...409)])
        known.warmUpEnd = start + .days(14)
        known.tolerated = [KnownIncidents.Tolerated(account: "b", start: start + .hours(350), until: start + .hours(360))]
        let score = score(known, [alert("a", "D01", hours: 100), alert("b", "D01", hours: 355)])
        #expect(score.total.right == 0 && score.total.wrong == 0 && score.uncounted == 2)
        #expect(abs(score.accountWeeks - 6) < 1e-9)
    }

    @Test func `a person is found under the pseudonym that alerts have`() {
        let known = known([incident("jonas.weber", hours: 100...109)])
        let pseudonym = PeopleKeys.none.pseudonym(of: "jonas.weber", at: start)
        #expect(score(known, [alert(pseudonym, "D01", hours: 104)]).total.found == 1)
    }
}
