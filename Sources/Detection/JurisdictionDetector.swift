// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D28: records cross a border, or go to somebody unknown, and no flow declares it.
public struct JurisdictionDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D28", name: "jurisdiction-crossing", family: "synthetic-movement",
        sees: "a flow from one jurisdiction to another that is not declared (or, where none are, that the source's first two weeks did not "
            + "show), and customers' records that go to a system which the estate does not name",
        misses: "jurisdictions that neither log nor estate names; what passes through a system in between",
        warmUp: "none where flows are declared, else two weeks of the source",
        options: [],
        nextSteps: [
            "Ask the privacy office whether the transfer has a basis; stop it until they know.",
            "Declare it under estate.flows with its assessment, or take away the account's way out.",
        ])
    public static let subject = "flows across borders"
    private static let ofBorder = 0
    private static let ofStranger = 1

    public init(options: DetectorOptions) {}

    private func edge(_ bucket: borrowing ClosedBucket) -> (edge: MovementTally.Edge, variant: Int)? {
        guard let tally = bucket.access.tally?.movement else { return nil }
        let values = bucket.access.values
        for edge in tally.undeclared where edge.key.dataClass != .product && edge.key.dataClass != .other {
            if edge.key.crossesBorder {
                let isLearnt = values.flows.firstBucket >= 0 && bucket.number - values.flows.firstBucket >= 14 * Int64(BucketGrid.perDay)
                if values.declaresFlows || (isLearnt && !values.flows.isKnown(edge.key)) { return (edge, JurisdictionDetector.ofBorder) }
            }
            if values.declaresFlows && edge.key.dataClass.isOfPeople && edge.key.to != .unknown && edge.known == 0
                && !edge.key.toEnvironment.isForMadeUpData
            {
                return (edge, JurisdictionDetector.ofStranger)
            }
        }
        return nil
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        edge(bucket).map { AccessLook(.fired, observed: Double($0.edge.records), variant: $0.variant) } ?? .nothing
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        var phrase = edge(bucket).map { FlowWords.moved($0.edge, bucket) } ?? "moved records across a border."
        phrase += look.variant == JurisdictionDetector.ofBorder ? " It crosses a border." : " The estate does not name that system."
        return finding(look, bucket, of: account, measure: .rows, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        if look.gate == .fired { return look.variant == 0 ? "a border is crossed on no declared flow" : "an unknown system gets records" }
        return FlowWords.nothing(bucket, "every flow stays in its jurisdiction, is declared, or was there before")
    }
}

extension JurisdictionDetector {
    public static var selfTests: [SelfTest] {
        func send(to system: String, _ region: String, _ traits: DataMovement.Traits = []) -> SelfTest.Activity {
            SelfTest.Activity(rows: 30).moving(
                .init(from: "crm", to: system, fromRegion: "EU", toRegion: region) {
                    $0.flow.dataClass = .customer
                    $0.traits = traits.union(.knownDestination)
                })
        }
        let weeks = SelfTest.Stretch(days: 15, [send(to: "lake", "EU", .declared)])
        let abroad = SelfTest.Stretch(buckets: 1, [send(to: "vendor", "US")])
        let first = SelfTest.Stretch(buckets: 1, [send(to: "lake", "EU", .declared)])
        return [
            SelfTest("a first flow abroad after two weeks", .fires, history: [weeks], last: abroad),
            SelfTest("a flow abroad where flows are declared", .fires, history: [first], last: abroad, declaresFlows: true),
            SelfTest(
                "a declared one", .staysSilent, history: [weeks],
                last: SelfTest.Stretch(buckets: 1, [send(to: "vendor", "US", .declared)])),
            SelfTest(
                "a first flow abroad on the second day", .staysSilent,
                history: [SelfTest.Stretch(days: 1, [send(to: "lake", "EU")])], last: abroad),
        ]
    }
}
