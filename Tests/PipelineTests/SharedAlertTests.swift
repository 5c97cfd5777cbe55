// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import TestSupport
import Testing

@testable import Pipeline

/// What one cause took from many accounts at once is one alert.
@Suite struct SharedAlertTests {
    /// A mark that records or answers usually carry, and the detector that notices its absence.
    enum Mark: String, CaseIterable, CustomTestStringConvertible {
        case label = "D15"
        case parent = "D19"
        case disclosure = "D29"

        var testDescription: String { rawValue }

        func activity(isMarked: Bool) -> Activity {
            switch self {
            case .label, .parent:
                Activity(rows: 60).with {
                    $0.operation = .write
                    $0.moves = .init { movement in
                        movement.environment = .synthetic
                        movement.synthetic = self == .label && !isMarked ? .unstated : .yes
                        movement.parent = self == .parent && !isMarked ? 0 : 9
                        movement.traits = .write
                    }
                }
            case .disclosure:
                Activity(rows: 0, calls: 60).with {
                    $0.operation = .query
                    $0.moves = .init { movement in
                        movement.flow.dataClass = .aiContent
                        movement.disclosed = isMarked ? .yes : .no
                        movement.traits = .answer
                    }
                }
            }
        }

        /// The alerts of this detector that open when the first accounts of so many lose the mark, after days on which all had it.
        func opened(losing: Int, of accounts: Int) -> [AlertRecord] {
            var lane = RehearsalLane()
            _ = lane.live(Stretch(days: 2, Array(repeating: activity(isMarked: true), count: accounts)))
            let now = (0..<accounts).map { activity(isMarked: $0 >= losing) }
            return lane.live(Stretch(buckets: 1, now)).filter { $0.detector == rawValue && $0.status == .open }
        }
    }

    @Test(arguments: Mark.allCases)
    func `a mark that all accounts lose at once is one alert, of the first of them, that counts the others`(mark: Mark) throws {
        let alerts = mark.opened(losing: 5, of: 5)
        #expect(alerts.map(\.account) == ["account-1"])
        #expect(try #require(alerts.first).summary.contains("The same happened to 4 other accounts at once"))
    }

    @Test(arguments: Mark.allCases)
    func `a mark that fewer than half of the accounts lose is an alert for each of them`(mark: Mark) {
        let alerts = mark.opened(losing: 3, of: 7)
        #expect(alerts.map(\.account) == ["account-1", "account-2", "account-3"])
        #expect(alerts.allSatisfy { !$0.summary.contains("The same happened") })
    }

    @Test(arguments: Mark.allCases)
    func `two accounts that are all there are lose a mark by two alerts: two are no crowd`(mark: Mark) {
        #expect(mark.opened(losing: 2, of: 2).map(\.account) == ["account-1", "account-2"])
    }
}
