// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D29: answers of a machine lack their disclosure.
public struct DisclosureDetector: ShareDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D29", name: "disclosure-missing", family: "provenance",
        sees: "an hour in which more of an account's machine-made answers lack the disclosure than chance and habit explain; where all "
            + "accounts of a source lack it at once, one alert for all",
        misses: "answers that the log does not show; accounts whose log never states a disclosure",
        warmUp: "fifty answers with a disclosure",
        options: [],
        nextSteps: [
            "Compare the release of the assistant or the gateway with the time of the first answer without it.",
            "Keep the alert: it says from when to when customers were not told.",
        ],
        collapsesWhenShared: true)
    public static let subject = "disclosures of answers"

    public static let rule = LackRule(
        lack: .disclosure, severity: .medium, score: 4, measure: .calls, verb: "gave", things: "machine-made answers",
        without: "without their disclosure", lacking: "answers without a disclosure",
        learning: "the account has not given fifty answers with a disclosure yet, so its log may not state them",
        nothing: "no machine-made answer lacks its disclosure")

    public init(options: DetectorOptions) {}
}

extension DisclosureDetector {
    public static var selfTests: [SelfTest] {
        func answers(_ calls: Int, _ disclosed: Marker) -> SelfTest.Activity {
            SelfTest.Activity(rows: 0, calls: calls).with {
                $0.operation = .query
                $0.moves = .init { movement in
                    movement.flow.dataClass = .aiContent
                    movement.disclosed = disclosed
                    movement.traits = .answer
                }
            }
        }
        let day = SelfTest.Stretch(days: 1, [answers(60, .yes)])
        return [
            SelfTest("an hour's answers without it", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [answers(60, .no)])),
            SelfTest("one such answer", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [answers(1, .no)])),
        ]
    }
}
