// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D15: synthetic records are written without label or origin.
public struct UnlabelledDetector: ShareDetector {
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

    public static let rule = LackRule(
        lack: .label, severity: .high, score: 5, measure: .rows, verb: "wrote", things: "synthetic records",
        without: "without label or content hash", lacking: "unlabelled records",
        learning: "the account has not labelled fifty records yet, so its log may not have the field",
        nothing: "nothing was written where made-up records belong")

    public init(options: DetectorOptions) {}
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
