// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import Testing

@testable import Pipeline

/// The self-tests that the detectors ship, and that they can fail.
@Suite struct SelfTestRunnerTests {
    @Test(arguments: SelfTestRunner.cases.indices)
    func `every detector does what its self-tests ask for`(index: Int) {
        let selfTest = SelfTestRunner.cases[index]
        let verdict = SelfTestRunner.run(selfTest)
        #expect(selfTest.isPassed(by: verdict), "\(selfTest.detector.id), \(selfTest.test.name): \(verdict.words)")
    }

    @Test func `a positive that stays silent and a near miss that alerts are found out`() throws {
        for selfTest in [SelfTestRunner.cases.first { $0.expected == .fired }, SelfTestRunner.cases.first { $0.expected == .silent }] {
            let right = try #require(selfTest)
            let opposite: SelfTest.Expectation = right.test.expectation == .fires ? .staysSilent : .fires
            let test = SelfTest("opposite", opposite, history: right.test.history, last: right.test.last)
            let wrong = SelfTestRunner.Case(detector: right.detector, test: test)
            #expect(!wrong.isPassed(by: SelfTestRunner.run(wrong)))
        }
    }

    @Test func `an alert in the history is no pass, whatever comes after it`() throws {
        let right = try #require(SelfTestRunner.cases.first { $0.expected == .fired })
        let test = SelfTest("early", .fires, history: right.test.history + [right.test.last], last: right.test.last)
        let early = SelfTestRunner.Case(detector: right.detector, test: test)
        #expect(SelfTestRunner.run(early) == .firedEarly)
        #expect(!early.isPassed(by: .firedEarly))
    }

    @Test func `a rehearsal is the same every time, and its events come in order`() {
        func alerts() -> [String] {
            var lane = RehearsalLane()
            let usual = SelfTest.Activity(rows: 500, bytes: 9000, calls: 7, spread: 0.4)
            let history = lane.live(SelfTest.Stretch(days: 14, [usual, usual]))
            return (history + lane.live(SelfTest.Stretch(buckets: 3, [usual, usual.moving(rows: 90_000)]))).map(\.json)
        }
        let first = alerts()
        #expect(!first.isEmpty && first.allSatisfy { $0.contains("\"late\":0") })
        #expect(alerts() == first)
    }
}
