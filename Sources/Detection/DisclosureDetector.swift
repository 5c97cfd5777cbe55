// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D29: answers of a machine lack their disclosure.
public struct DisclosureDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D29", name: "disclosure-missing", family: "provenance",
        sees: "an hour in which more of an account's machine-made answers lack the disclosure than chance and habit explain",
        misses: "answers that the log does not show; accounts whose log never states a disclosure",
        warmUp: "fifty answers with a disclosure",
        options: [],
        nextSteps: [
            "Compare the release of the assistant or the gateway with the time of the first answer without it.",
            "Keep the alert: it says from when to when customers were not told.",
        ])
    public static let subject = "disclosures of answers"

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard bucket.isClosed, let tally = bucket.access.tally?.movement, tally.disclosed | tally.undisclosed > 0 else { return .nothing }
        let known = account.access?.facts.movement.disclosures ?? MovementMemory.Share()
        let hour = known.hour(bucket.number, with: UInt64(tally.disclosed), without: UInt64(tally.undisclosed))
        guard known.with >= Shares.needed else { return AccessLook(.learning, observed: Double(hour.without)) }
        let expected = known.usual * Double(hour.with &+ hour.without)
        let isUnusual = Shares.isUnusual(
            UInt64(tally.disclosed), UInt64(tally.undisclosed), known, bucket: bucket.number, atLeast: 50)
        return AccessLook(isUnusual ? .fired : hour.without > 0 ? .excess : .nothing, observed: Double(hour.without), expected: expected)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let tally = bucket.access.tally?.movement
        let known = account.access?.facts.movement.disclosures ?? MovementMemory.Share()
        let hour = known.hour(bucket.number, with: UInt64(tally?.disclosed ?? 0), without: UInt64(tally?.undisclosed ?? 0))
        let share = 100 * Double(hour.without) / max(Double(hour.with &+ hour.without), 1)
        let phrase =
            "gave \(NumberText.grouped(Double(hour.without))) of \(NumberText.grouped(Double(hour.with &+ hour.without))) machine-made answers "
            + "without their disclosure within the hour (\(NumberText.decimal(share, places: 1)) %). Usual "
            + "\(NumberText.decimal(100 * known.usual, places: 1)) %."
        return finding(look, bucket, of: account, measure: .calls, severity: .medium, score: 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "more answers without a disclosure than chance and habit explain"
        case .learning: "the account has not given fifty answers with a disclosure yet, so its log may not state them"
        case .excess: "answers without a disclosure, no more than chance or habit explains, or of fewer than fifty"
        default: "no machine-made answer lacks its disclosure"
        }
    }
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
