// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D15: synthetic records are written without label or origin.
public struct UnlabelledDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D15", name: "unlabelled-synthetic", family: "provenance",
        sees: "an hour in which more of the records that an account writes into synthetic or training stores lack label and content hash "
            + "than chance and habit explain; where all accounts of a source lack them at once, one alert for all",
        misses: "accounts that never label, whose log may not have the field: weir report coverage names them",
        warmUp: "fifty labelled records of the account",
        options: [],
        nextSteps: [
            "Look at what changed in the job that writes: a release, a mapping, a parser.",
            "Have the unlabelled records labelled or removed: nobody can tell them from real ones later.",
        ],
        collapsesWhenShared: true)
    public static let subject = "labels of records written"

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        // Whether all accounts are concerned is known when the bucket has closed.
        guard bucket.isClosed, let tally = bucket.access.tally?.movement, tally.labelled | tally.unlabelled > 0 else { return .nothing }
        let known = account.access?.facts.movement.labels ?? MovementMemory.Share()
        let hour = known.hour(bucket.number, with: tally.labelled, without: tally.unlabelled)
        let total = hour.with &+ hour.without
        guard known.with >= Shares.needed else { return AccessLook(.learning, observed: Double(hour.without), expected: 0) }
        let expected = known.usual * Double(total)
        guard Shares.isUnusual(tally.labelled, tally.unlabelled, known, bucket: bucket.number, atLeast: 20) else {
            return AccessLook(hour.without > 0 ? .excess : .nothing, observed: Double(hour.without), expected: expected)
        }
        return AccessLook(.fired, observed: Double(hour.without), expected: expected)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let tally = bucket.access.tally?.movement
        let known = account.access?.facts.movement.labels ?? MovementMemory.Share()
        let hour = known.hour(bucket.number, with: tally?.labelled ?? 0, without: tally?.unlabelled ?? 0)
        let phrase =
            "wrote \(NumberText.grouped(Double(hour.without))) of \(NumberText.grouped(Double(hour.without &+ hour.with))) synthetic records "
            + "without label or content hash within the hour. Usual \(NumberText.decimal(100 * known.usual, places: 1)) %."
        return finding(look, bucket, of: account, measure: .rows, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "more unlabelled records than chance and habit explain"
        case .learning: "the account has not labelled fifty records yet, so its log may not have the field"
        case .excess: "unlabelled records, no more than chance or habit explains"
        default: "nothing was written where made-up records belong"
        }
    }
}

extension UnlabelledDetector {
    public static var selfTests: [SelfTest] {
        func writes(_ rows: UInt64, _ synthetic: Marker) -> SelfTest.Activity {
            SelfTest.Activity(rows: rows).with {
                $0.operation = .write
                $0.moves = .init { movement in
                    movement.environment = .synthetic
                    movement.synthetic = synthetic
                    movement.traits = .write
                }
            }
        }
        let day = SelfTest.Stretch(days: 1, [writes(40, .yes)])
        return [
            SelfTest("forty records without a label", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(40, .unstated)])),
            SelfTest("two of them", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(2, .unstated)])),
            SelfTest(
                "an account that never labels", .staysSilent, history: [SelfTest.Stretch(days: 2, [writes(40, .unstated)])],
                last: SelfTest.Stretch(buckets: 1, [writes(40, .unstated)])),
        ]
    }
}
