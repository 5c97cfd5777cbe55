// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D18: the same content is synthetic here and real there.
public struct ProvenanceConflictDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D18", name: "provenance-conflict", family: "provenance",
        sees:
            "records whose content hash bore the label of synthetic ones before and does not now, or the reverse; a bucket in which most of "
            + "the content hashes are none; one hash under thirty and more different records, where the account's hashes had few; an hour in "
            + "which more hashes of synthetic records than chance and habit explain were never written by a generator or from a parent",
        misses:
            "hashes outside the sample that is kept (all of them up to 16,384, of a bucket 64 an account); contents that changed on the "
            + "way; hashes of data sets, which many records share, where the account always used them",
        warmUp: "none for flips; 7 days and fifty hashes of known makers for unknown ones, twenty buckets with numbered records for shared "
            + "ones",
        options: [],
        nextSteps: [
            "Find out who or what took the label away between the two calls.",
            "Treat the records as synthetic until it is known.",
        ])
    public static let subject = "labels by content hash"
    private static let ofFlip = 0
    private static let ofHashes = 1
    private static let ofCrowd = 2
    private static let ofOrigin = 3
    /// Different records under one hash from which on it is looked at, and buckets that must have shown what is usual.
    private static let crowd = 30.0
    private static let crowdBuckets: UInt16 = 20

    static let rule = LackRule(
        lack: .origin, severity: .medium, score: 4, measure: .calls, verb: "stated", things: "content hashes of synthetic records",
        without: "that nobody was seen to make", lacking: "content hashes of unknown makers",
        learning: "a week with fifty hashes of known makers was not seen yet, so the log may not show generators",
        nothing: "every content hash of synthetic records was seen when it was made")

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
        if isBroken {
            return AccessLook(.fired, observed: Double(tally.malformedHashes), variant: ProvenanceConflictDetector.ofHashes)
        }
        if let look = crowd(tally, account) { return look }
        var look = ProvenanceConflictDetector.rule.look(bucket, of: account)
        // In an account's first week nobody can have been seen to make what it reads: it was made before the log begins.
        if look.gate == .fired && !account.isMature { look.gate = .learning }
        look.variant = ProvenanceConflictDetector.ofOrigin
        return look
    }

    /// One hash for many records, where the account's hashes had few each.
    private func crowd(_ tally: MovementTally, _ account: borrowing AccountProfile) -> AccessLook? {
        guard let items = tally.crowd?.items.estimate, items >= ProvenanceConflictDetector.crowd else { return nil }
        let usual = account.access?.facts.movement.crowds ?? RunningMean()
        guard usual.count >= ProvenanceConflictDetector.crowdBuckets else { return nil }
        let needed = max(ProvenanceConflictDetector.crowd, 3 * usual.mean + 4 * usual.deviation)
        guard items >= needed else { return nil }
        return AccessLook(
            .fired, observed: items.rounded(), expected: usual.mean, score: items, needed: needed,
            variant: ProvenanceConflictDetector.ofCrowd)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let tally = bucket.access.tally?.movement ?? MovementTally()
        switch look.variant {
        case ProvenanceConflictDetector.ofHashes:
            let phrase =
                "stated \(NumberText.grouped(Double(tally.malformedHashes))) content hashes that are none, of \(tally.hashes): they prove nothing."
            return finding(look, bucket, of: account, measure: nil, severity: .medium, score: 4, phrase: phrase)
        case ProvenanceConflictDetector.ofCrowd:
            let phrase =
                "stated one content hash for about \(NumberText.grouped(look.observed)) different records"
                + "\(tally.crowd.map { " (\(bucket.access.values.words($0.route)))" } ?? ""): it cannot be of their contents. Usual "
                + "\(NumberText.decimal(look.expected, places: 1))."
            return finding(look, bucket, of: account, measure: nil, severity: .medium, score: 4, phrase: phrase)
        case ProvenanceConflictDetector.ofOrigin:
            let rule = ProvenanceConflictDetector.rule
            return finding(
                look, bucket, of: account, measure: rule.measure, severity: rule.severity, score: rule.score,
                phrase: rule.phrase(bucket, of: account))
        default: break
        }
        let flips = flips(bucket)
        let isStripped = flips.contains { $0.said & MovementTally.HashLabel.real != 0 }
        let phrase =
            "\(isStripped ? "moved as real" : "moved as synthetic") the contents of \(flips.count) hash\(flips.count == 1 ? "" : "es") that bore the "
            + "opposite label before\(flips.first.map { " (\(bucket.access.values.words($0.route)))" } ?? ""). The hashes are the same."
        return finding(look, bucket, of: account, measure: nil, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        switch (look.gate, look.variant) {
        case (.fired, ProvenanceConflictDetector.ofFlip): return "a content hash with the opposite label"
        case (.fired, ProvenanceConflictDetector.ofHashes): return "most content hashes are none"
        case (.fired, ProvenanceConflictDetector.ofCrowd): return "one content hash for many records"
        case (.fired, _), (.learning, _), (.excess, _): return ProvenanceConflictDetector.rule.reason(look)
        default: break
        }
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
        func made(_ parent: UInt64, each: Bool = true, _ calls: Int = 30) -> SelfTest.Activity {
            SelfTest.Activity(rows: UInt64(calls), calls: calls).with {
                $0.operation = .write
                $0.items = calls
                $0.hasHashOfEachCall = each
                $0.moves = .init { movement in
                    movement.synthetic = .yes
                    movement.parent = parent
                    movement.provenance = 1 << 40
                    movement.traits = .write
                }
            }
        }
        let numbered = SelfTest.Stretch(days: 1, [made(9)])
        let week = SelfTest.Stretch(days: 8, [made(9)])
        return [
            SelfTest(
                "one hash for sixty records", .fires, history: [numbered],
                last: SelfTest.Stretch(buckets: 1, [made(9, each: false, 60)])),
            SelfTest(
                "one hash for ten records", .staysSilent, history: [numbered],
                last: SelfTest.Stretch(buckets: 1, [made(9, each: false, 10)])),
            SelfTest("hashes that nobody made", .fires, history: [week], last: SelfTest.Stretch(buckets: 1, [made(0)])),
            SelfTest(
                "hashes that were made before the account was watched", .staysSilent, history: [numbered],
                last: SelfTest.Stretch(buckets: 1, [made(0)])),
            SelfTest(
                "two hashes that nobody made", .staysSilent, history: [week],
                last: SelfTest.Stretch(buckets: 1, [made(0, each: true, 2)])),
            SelfTest("the same content as real", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(.no, hash: 77)])),
            SelfTest("another content as real", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(.no, hash: 78)])),
        ]
    }
}
