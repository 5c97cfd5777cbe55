// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D19: synthetic records are written without saying what they were made from.
public struct LineageGapDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D19", name: "lineage-gap", family: "provenance",
        sees:
            "an hour in which more of the labelled synthetic records that an account writes lack the hash of their parent than chance and "
            + "habit explain",
        misses: "sync jobs without audit lines; accounts whose log never states a parent",
        warmUp: "fifty records with a parent",
        options: [],
        nextSteps: [
            "Find the job's run, and run it again with its lineage.",
            "Keep its records out of training until their origin is known.",
        ])
    public static let subject = "parents of records written"

    public init(options: DetectorOptions) {}

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard bucket.isClosed, let tally = bucket.access.tally?.movement, tally.descended | tally.orphaned > 0 else { return .nothing }
        let known = account.access?.facts.movement.lineage ?? MovementMemory.Share()
        let hour = known.hour(bucket.number, with: tally.descended, without: tally.orphaned)
        guard known.with >= Shares.needed else { return AccessLook(.learning, observed: Double(hour.without)) }
        let isUnusual = Shares.isUnusual(tally.descended, tally.orphaned, known, bucket: bucket.number, atLeast: 50)
        return AccessLook(
            isUnusual ? .fired : hour.without > 0 ? .excess : .nothing, observed: Double(hour.without),
            expected: known.usual * Double(hour.with &+ hour.without))
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let tally = bucket.access.tally?.movement
        let known = account.access?.facts.movement.lineage ?? MovementMemory.Share()
        let hour = known.hour(bucket.number, with: tally?.descended ?? 0, without: tally?.orphaned ?? 0)
        let phrase =
            "wrote \(NumberText.grouped(Double(hour.without))) of \(NumberText.grouped(Double(hour.without &+ hour.with))) synthetic records "
            + "without the hash of their parent within the hour. Usual \(NumberText.decimal(100 * known.usual, places: 1)) %."
        return finding(look, bucket, of: account, measure: .rows, severity: .medium, score: 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch look.gate {
        case .fired: "more records without a parent than chance and habit explain"
        case .learning: "the account has not written fifty records with a parent yet, so its log may not have the field"
        case .excess: "records without a parent, no more than chance or habit explains, or of fewer than fifty"
        default: "no labelled synthetic record was written without a parent"
        }
    }
}

extension LineageGapDetector {
    public static var selfTests: [SelfTest] {
        func writes(_ rows: UInt64, parent: UInt64) -> SelfTest.Activity {
            SelfTest.Activity(rows: rows).with {
                $0.operation = .write
                $0.moves = .init { movement in
                    movement.environment = .synthetic
                    movement.synthetic = .yes
                    movement.parent = parent
                    movement.traits = .write
                }
            }
        }
        let day = SelfTest.Stretch(days: 1, [writes(60, parent: 9)])
        return [
            SelfTest("sixty records without a parent", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(60, parent: 0)])),
            SelfTest("two of them", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(2, parent: 0)])),
        ]
    }
}
