// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection

/// Runs the self-tests that the detectors ship.
package enum SelfTestRunner {
    /// One self-test and the detector that it belongs to.
    package struct Case: Sendable {
        package let detector: DetectorDescriptor
        package let test: SelfTest

        package init(detector: DetectorDescriptor, test: SelfTest) {
            self.detector = detector
            self.test = test
        }
    }

    /// What a detector did.
    package enum Verdict: Equatable, Sendable {
        case fired
        case silent
        /// It alerted in the history already, in which nothing happens.
        case firedEarly
    }

    /// All of them, in the order of the catalogue.
    package static var cases: [Case] {
        DetectorCatalog.all.flatMap { type in type.selfTests.map { Case(detector: type.descriptor, test: $0) } }
    }

    /// Runs one with the detectors' default options. Complexity: O(buckets × accounts), some tens of milliseconds.
    package static func run(_ selfTest: Case) -> Verdict {
        var lane = RehearsalLane(
            canaries: selfTest.test.canaries, inventory: selfTest.test.inventory, declaresFlows: selfTest.test.declaresFlows,
            stores: selfTest.test.stores, series: selfTest.test.series)
        for stretch in selfTest.test.history where opens(selfTest, in: &lane, stretch) { return .firedEarly }
        return opens(selfTest, in: &lane, selfTest.test.last) ? .fired : .silent
    }

    private static func opens(_ selfTest: Case, in lane: inout RehearsalLane, _ stretch: SelfTest.Stretch) -> Bool {
        lane.live(stretch).contains { $0.detector == selfTest.detector.id && $0.status == .open }
    }
}

extension SelfTestRunner.Case {
    /// Whether the detector did what the test asks for.
    package func isPassed(by verdict: SelfTestRunner.Verdict) -> Bool { verdict == expected }

    /// What the detector must do.
    package var expected: SelfTestRunner.Verdict {
        switch test.expectation {
        case .fires: .fired
        case .staysSilent: .silent
        }
    }
}

extension SelfTestRunner.Verdict {
    /// In a table.
    package var words: String {
        switch self {
        case .fired: "alerts"
        case .silent: "silent"
        case .firedEarly: "alerts early"
        }
    }
}
