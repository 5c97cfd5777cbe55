// weir
// SPDX-License-Identifier: Apache-2.0

import ContentScan
import EventModel
import RollingStatistics

/// D21: what a machine wrote holds personal data.
public struct PersonalDataDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D21", name: "personal-data-in-ai-content", family: "synthetic-movement",
        sees: "values with a valid checksum (cards, IBANs, national numbers) or secrets in texts that a machine made, from the first on; "
            + "e-mail addresses, telephone numbers and the like from five a quarter hour on where the account usually has fewer",
        misses: "names and addresses in running text; what the log does not hold; reserved test values, on purpose",
        warmUp: "none for values with a checksum",
        options: [],
        nextSteps: [
            "Find the prompt or the training record that the value came from.",
            "Have the answer withdrawn, and the person told where the law asks for it.",
        ])
    public static let subject = "personal data in machine-made texts"
    private static let minimum: UInt64 = 5

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let tally = bucket.access.tally?.movement, tally.personal.count > 0 else { return .nothing }
        let usual = account.access?.facts.movement.personal
        let mean = usual?.mean ?? 0
        let count = Double(tally.personal.count)
        if tally.personal.certain > 0 { return AccessLook(.fired, observed: count, expected: mean, variant: 1) }
        let needed = max(Double(PersonalDataDetector.minimum), mean + 3 * max(usual?.deviation ?? 0, 1))
        return AccessLook(count >= needed ? .fired : .excess, observed: count, expected: mean, score: count, needed: needed)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let tally = bucket.access.tally?.movement ?? MovementTally()
        let kinds = PersonalDataType.allCases.filter { PersonalDataTypes(rawValue: tally.personal.kinds).contains($0) }.map(\.name)
            .joined(separator: ", ")
        let phrase =
            "showed \(NumberText.grouped(look.observed)) piece\(look.observed == 1 ? "" : "s") of personal data "
            + "in \(tally.texts) machine-made text"
            + "\(tally.texts == 1 ? "" : "s"): \(kinds) (\(bucket.access.values.words(tally.personal.route))). Usual "
            + "\(NumberText.decimal(look.expected, places: 1)) a quarter hour."
        return finding(look, bucket, of: account, measure: nil, severity: .high, score: look.variant == 1 ? 6 : 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "personal data in what a machine wrote"
        case .excess: "personal data without a checksum, no more of it than the account usually shows, or fewer than five"
        default:
            bucket.access.tally?.movement.map { "\($0.texts) machine-made texts without personal data" }
                ?? "no machine-made text in the log"
        }
    }
}

extension PersonalDataDetector {
    public static var selfTests: [SelfTest] {
        func answers(count: UInt16, certain: UInt16) -> SelfTest.Activity {
            SelfTest.Activity(rows: 1).with {
                $0.operation = .query
                $0.moves = .init { movement in
                    movement.flow.dataClass = .aiContent
                    movement.personal.count = count
                    movement.personal.certain = certain
                    movement.personal.kinds = 1
                }
            }
        }
        let day = SelfTest.Stretch(days: 1, [answers(count: 1, certain: 0)])
        return [
            SelfTest(
                "one value with a checksum", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [answers(count: 1, certain: 1)])),
            SelfTest("nine addresses at once", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [answers(count: 9, certain: 0)])),
            SelfTest("two", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [answers(count: 2, certain: 0)])),
        ]
    }
}
