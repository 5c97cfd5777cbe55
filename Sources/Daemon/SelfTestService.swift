// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import Dispatch
import EventModel
import Pipeline
import Synchronization

/// The detectors' self-tests, once, on a thread of their own: on a busy host they take many seconds, in which signals must be answered.
final class SelfTestService: Sendable {
    private let isStopping = Atomic<Bool>(false)

    /// A failure ends nothing: what still works is worth having.
    init(log: DaemonLog) {
        DispatchQueue(label: "weir.selftest", qos: .utility).async { [self] in run(log) }
    }

    /// Ends it after the case under way.
    func stop() { isStopping.store(true, ordering: .relaxed) }

    private func run(_ log: DaemonLog) {
        let cases = SelfTestRunner.cases
        var failures = 0
        for selfTest in cases {
            guard !isStopping.load(ordering: .relaxed) else { return }
            let verdict = SelfTestRunner.run(selfTest)
            guard !selfTest.isPassed(by: verdict) else { continue }
            failures += 1
            log.error(
                "the self-test of \(selfTest.detector.id) \(selfTest.detector.name) failed (\(selfTest.test.name): "
                    + "\(verdict.words), expected: \(selfTest.expected.words)). weir goes on, but do not trust this detector: run weir "
                    + "selftest, install this release again, and report it if it still fails")
        }
        if failures == 0 { log.info("the self-tests of the detectors passed (\(NumberText.count(cases.count, "case")))") }
    }
}
