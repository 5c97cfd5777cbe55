// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D16: synthetic records go where only real ones belong.
public struct SyntheticEscapeDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D16", name: "synthetic-escape", family: "synthetic-movement",
        sees: "records known as synthetic that move into production, or to a system that no settings name, on a flow that none declares; "
            + "the first record is enough",
        misses: "synthetic records that nothing marks; destinations that the log does not name",
        warmUp: "none",
        options: [],
        nextSteps: [
            "Stop the job, and find what it has written: the evidence names the first call.",
            "If the flow is meant to be, declare it under estate.flows with an owner.",
        ])
    public static let subject = "flows of synthetic records"

    public init(options: DetectorOptions) {}

    private func escape(_ bucket: borrowing ClosedBucket) -> MovementTally.Edge? {
        guard let tally = bucket.access.tally?.movement else { return nil }
        let declares = bucket.access.values.declaresFlows
        return tally.undeclared.first { edge in
            guard edge.key.dataClass == .synthetic else { return false }
            return edge.key.toEnvironment == .production
                || (declares && edge.key.to != .unknown && edge.known == 0 && edge.key.toEnvironment == .unknown)
        }
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        escape(bucket).map { AccessLook(.fired, observed: Double($0.records)) } ?? .nothing
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let phrase = escape(bucket).map { FlowWords.moved($0, bucket) } ?? "moved synthetic records."
        return finding(look, bucket, of: account, measure: .rows, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        if look.gate == .fired { return "synthetic records on a flow that is not declared" }
        return FlowWords.nothing(bucket, "no synthetic records moved into production or to an unknown system")
    }
}

/// What detectors of flows say.
enum FlowWords {
    /// `moved 40 synthetic records from … to …, at first by …; no flow of the settings declares that.`
    static func moved(_ edge: MovementTally.Edge, _ bucket: borrowing ClosedBucket) -> String {
        let values = bucket.access.values
        let known = values.flows.records[edge.key]
        let before =
            known.map { "It was seen before, since \(CivilTime(BucketGrid.start(of: $0.firstBucket)).rfc3339.prefix(10))." }
            ?? "It was never seen before."
        let register =
            edge.expired > 0
            ? "The declaration of that flow has expired."
            : values.declaresFlows ? "No flow of the settings declares that." : "No flow is declared."
        return "moved \(NumberText.grouped(Double(edge.records))) \(values.words(edge.key)), in \(calls(edge.calls)) "
            + "(first: \(values.words(edge.route))). \(register) \(before)"
    }

    static func calls(_ count: UInt64) -> String { count == 1 ? "one call" : "\(NumberText.grouped(Double(count))) calls" }

    static func nothing(_ bucket: borrowing ClosedBucket, _ otherwise: String) -> String {
        guard let tally = bucket.access.tally?.movement else { return "no event says anything of records" }
        let count = tally.undeclared.count + tally.declared.count
        return count == 0 ? "no event names a destination" : "\(otherwise) (\(count) flows, \(tally.undeclared.count) not declared)"
    }
}

extension SyntheticEscapeDetector {
    public static var selfTests: [SelfTest] {
        let usual = SelfTest.Activity(rows: 40).moving(
            .init(from: "lab", to: "training") {
                $0.flow.dataClass = .synthetic
                $0.flow.toEnvironment = .training
            })
        let escape = SelfTest.Activity(rows: 1).moving(
            .init(from: "lab", to: "shop") {
                $0.flow.dataClass = .synthetic
                $0.flow.toEnvironment = .production
            })
        let declared = SelfTest.Activity(rows: 1).moving(
            .init(from: "lab", to: "shop") {
                $0.flow.dataClass = .synthetic
                $0.flow.toEnvironment = .production
                $0.traits = .declared
            })
        let day = SelfTest.Stretch(days: 1, [usual])
        return [
            SelfTest("one synthetic record into production", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [escape])),
            SelfTest("the same on a declared flow", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [declared])),
        ]
    }
}
