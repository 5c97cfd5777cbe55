// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D19: synthetic records are written without saying what they were made from.
public struct LineageGapDetector: ShareDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D19", name: "lineage-gap", family: "provenance",
        sees:
            "an hour in which more of the labelled synthetic records that an account writes lack the hash of their parent than chance and "
            + "habit explain; where all accounts of a source lack it at once, one alert for all",
        misses: "sync jobs without audit lines; accounts whose log never states a parent",
        warmUp: "fifty records with a parent",
        options: [],
        nextSteps: [
            "Find the job's run, and run it again with its lineage.",
            "Keep its records out of training until their origin is known.",
        ],
        collapsesWhenShared: true)
    public static let subject = "parents of records written"

    public static let rule = LackRule(
        lack: .parent, severity: .medium, score: 4, measure: .rows, verb: "wrote", things: "synthetic records",
        without: "without the hash of their parent", lacking: "records without a parent",
        learning: "the account has not written fifty records with a parent yet, so its log may not have the field",
        nothing: "no labelled synthetic record was written without a parent")

    public init(options: DetectorOptions) {}
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
