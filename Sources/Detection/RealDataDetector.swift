// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D17: records of real people go where only made-up ones belong.
public struct RealDataDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D17", name: "real-data-in-training", family: "synthetic-movement",
        sees:
            "customers' records, or records from production, that move into a synthetic or training store on a flow that is not declared; "
            + "the first record is enough",
        misses: "stores whose environment neither the log nor the estate names; copies by way of somebody's disk",
        warmUp: "none",
        options: [],
        nextSteps: [
            "Stop the job, and have what it wrote removed before anything is trained on it.",
            "If the flow has an impact assessment, declare it under estate.flows with its number.",
        ])
    public static let subject = "flows into made-up data"

    public init(options: DetectorOptions) {}

    private func edge(_ bucket: borrowing ClosedBucket) -> MovementTally.Edge? {
        bucket.access.tally?.movement?.undeclared.first { edge in
            let isReal = edge.key.dataClass.isOfPeople || (edge.key.dataClass == .unknown && edge.key.fromEnvironment == .production)
            return isReal && edge.key.toEnvironment.isForMadeUpData
        }
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        edge(bucket).map { AccessLook(.fired, observed: Double($0.records)) } ?? .nothing
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let edge = edge(bucket)
        let isPersonal = edge.map { $0.personal > 0 } ?? false
        let phrase = edge.map { FlowWords.moved($0, bucket) } ?? "moved customer records."
        return finding(
            look, bucket, of: account, measure: .rows, severity: isPersonal ? .critical : .high, score: isPersonal ? 6 : 5,
            phrase: phrase + (isPersonal ? " Personal data was found in what moved." : ""))
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        if look.gate == .fired { return "real records into made-up data on a flow that is not declared" }
        return FlowWords.nothing(bucket, "no real records moved into a synthetic or training store")
    }
}

extension RealDataDetector {
    public static var selfTests: [SelfTest] {
        func sync(_ dataClass: DataClass, _ traits: DataMovement.Traits = []) -> SelfTest.Activity {
            SelfTest.Activity(rows: 30).moving(
                .init(from: "crm", to: "training") {
                    $0.flow.dataClass = dataClass
                    $0.flow.toEnvironment = .training
                    $0.traits = traits
                })
        }
        let day = SelfTest.Stretch(days: 1, [sync(.synthetic)])
        return [
            SelfTest("customers' records into training", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [sync(.customer)])),
            SelfTest(
                "the same on a declared flow", .staysSilent, history: [day],
                last: SelfTest.Stretch(buckets: 1, [sync(.customer, .declared)])),
            SelfTest("product records into training", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [sync(.product)])),
        ]
    }
}
