// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import RollingStatistics

/// D16: synthetic records go where only real ones belong.
public struct SyntheticEscapeDetector: MovementDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D16", name: "synthetic-escape", family: "synthetic-movement",
        sees: "records known as synthetic that move into production, or to a system that no settings name, on a flow that none declares; "
            + "the first record is enough. On a declared flow of synthetic records, or of real ones into made-up data: a day with four times "
            + "the records of a usual one, a thousand at least, and far beyond how days differ",
        misses: "synthetic records that nothing marks; destinations that the log does not name; declared flows that dry up, or grow slowly",
        warmUp: "none; seven days with records for a declared flow",
        options: [],
        nextSteps: [
            "Stop the job, and find what it has written: the evidence names the first call.",
            "If the flow is meant to be, declare it under estate.flows with an owner.",
        ],
        quietBuckets: UInt8(BucketGrid.perDay))
    public static let subject = "flows of synthetic records"
    private static let ofSurge = 1

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

    /// A declared flow that carries far more today than on its other days, this account's bucket included.
    private func surge(_ bucket: borrowing ClosedBucket) -> (edge: MovementTally.Edge, records: UInt64, history: FlowHistory)? {
        guard let tally = bucket.access.tally?.movement, !tally.declared.isEmpty else { return nil }
        let flows = bucket.access.values.flows
        for edge in tally.declared {
            let isWatched =
                edge.key.dataClass == .synthetic || (edge.key.dataClass.isOfPeople && edge.key.toEnvironment.isForMadeUpData)
            guard isWatched, let known = flows.records[edge.key] else { continue }
            let (before, history) = known.asOf(day: bucket.number / Int64(BucketGrid.perDay))
            let (records, isTooMany) = before.addingReportingOverflow(edge.records)
            if let limit = history.limit, isTooMany || records >= limit { return (edge, isTooMany ? .max : records, history) }
        }
        return nil
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        if let edge = escape(bucket) { return AccessLook(.fired, observed: Double(edge.records)) }
        guard let (_, records, history) = surge(bucket) else { return .nothing }
        return AccessLook(
            .fired, observed: Double(records), expected: history.usual, score: Double(records), needed: history.limit.map { Double($0) },
            variant: SyntheticEscapeDetector.ofSurge)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        if look.variant == SyntheticEscapeDetector.ofSurge, let (edge, _, history) = surge(bucket) {
            let phrase =
                "moved \(NumberText.grouped(Double(edge.records))) of \(NumberText.grouped(look.observed)) "
                + "\(bucket.access.values.words(edge.key)) on this day, on a declared flow. Usual "
                + "\(NumberText.grouped(look.expected.rounded())) a day, by \(NumberText.count(Double(history.count), "day"))."
            return finding(look, bucket, of: account, measure: .rows, severity: .medium, score: 4, phrase: phrase)
        }
        let phrase = escape(bucket).map { FlowWords.moved($0, bucket) } ?? "moved synthetic records."
        return finding(look, bucket, of: account, measure: .rows, severity: .high, score: 5, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        if look.gate == .fired {
            return look.variant == SyntheticEscapeDetector.ofSurge
                ? "a declared flow carries far more than on its other days" : "synthetic records on a flow that is not declared"
        }
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
        func feed(_ rows: UInt64) -> SelfTest.Activity {
            SelfTest.Activity(rows: rows).moving(
                .init(from: "lab", to: "training") {
                    $0.flow.dataClass = .synthetic
                    $0.flow.toEnvironment = .training
                    $0.traits = .declared
                })
        }
        let days = SelfTest.Stretch(days: 9, [feed(40)])
        return [
            SelfTest("eight times the records on a declared flow", .fires, history: [days], last: SelfTest.Stretch(days: 1, [feed(320)])),
            SelfTest("twice the records on it", .staysSilent, history: [days], last: SelfTest.Stretch(days: 1, [feed(80)])),
            SelfTest(
                "eight times the records of a flow of four days", .staysSilent, history: [SelfTest.Stretch(days: 4, [feed(40)])],
                last: SelfTest.Stretch(days: 1, [feed(320)])),
            SelfTest("one synthetic record into production", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [escape])),
            SelfTest("the same on a declared flow", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [declared])),
        ]
    }
}
