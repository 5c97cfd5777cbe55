// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D18: the same content is synthetic here and real there.
public struct ProvenanceConflictDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D18", name: "provenance-conflict", family: "provenance",
        sees:
            "records whose content hash bore the label of synthetic ones before and does not now, or the reverse; an hour in which most of "
            + "the content hashes are none",
        misses: "flips outside the sample of hashes that is kept (all of them up to 16,384); contents that changed on the way",
        warmUp: "none",
        options: [],
        nextSteps: [
            "Find out who or what took the label away between the two calls.",
            "Treat the records as synthetic until it is known.",
        ])
    public static let subject = "labels by content hash"
    private static let ofFlip = 0
    private static let ofHashes = 1

    public init(options: DetectorOptions) {}

    private func flips(_ bucket: borrowing ClosedBucket) -> [MovementTally.HashLabel] {
        guard let labels = bucket.access.tally?.movement?.labels, !labels.isEmpty else { return [] }
        let registry = bucket.access.values.provenance
        return labels.filter { label in
            let known = registry.said(of: label.hash)
            // A conflict that is on record was told when it came up.
            return known & 3 != 3 && (label.said | known) & 3 == 3
        }
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let tally = bucket.access.tally?.movement, tally.hashes > 0 else { return .nothing }
        let flips = flips(bucket)
        if !flips.isEmpty { return AccessLook(.fired, observed: Double(flips.count), variant: ProvenanceConflictDetector.ofFlip) }
        let isBroken = tally.hashes >= 20 && tally.malformedHashes &* 2 > tally.hashes
        return AccessLook(
            isBroken ? .fired : .nothing, observed: Double(tally.malformedHashes), variant: ProvenanceConflictDetector.ofHashes)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let tally = bucket.access.tally?.movement ?? MovementTally()
        guard look.variant == ProvenanceConflictDetector.ofFlip else {
            let phrase =
                "stated \(NumberText.grouped(Double(tally.malformedHashes))) content hashes that are none, of \(tally.hashes): they prove nothing."
            return finding(look, bucket, of: account, measure: nil, severity: .medium, score: 4, phrase: phrase)
        }
        let flips = flips(bucket)
        let isStripped = flips.contains { $0.said & MovementTally.HashLabel.real != 0 }
        let phrase =
            "\(isStripped ? "moved as real" : "moved as synthetic") the contents of \(flips.count) hash\(flips.count == 1 ? "" : "es") that bore the "
            + "opposite label before\(flips.first.map { " (\(bucket.access.values.words($0.route)))" } ?? ""). The hashes are the same."
        return finding(look, bucket, of: account, measure: nil, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        if look.gate == .fired { return look.variant == 0 ? "a content hash with the opposite label" : "most content hashes are none" }
        guard let tally = bucket.access.tally?.movement, tally.hashes > 0 else { return "no event states a content hash" }
        return "\(tally.hashes) content hashes, none with another label than before"
    }
}

extension ProvenanceConflictDetector {
    public static var selfTests: [SelfTest] {
        func writes(_ synthetic: Marker, hash: UInt64) -> SelfTest.Activity {
            SelfTest.Activity(rows: 1).with {
                $0.operation = .write
                $0.moves = .init { movement in
                    movement.synthetic = synthetic
                    movement.provenance = hash
                    movement.traits = .write
                }
            }
        }
        let day = SelfTest.Stretch(days: 1, [writes(.yes, hash: 77)])
        return [
            SelfTest("the same content as real", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(.no, hash: 77)])),
            SelfTest("another content as real", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(.no, hash: 78)])),
        ]
    }
}
