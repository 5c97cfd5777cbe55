// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D19: synthetic records are written without saying what they were made from.
public struct LineageGapDetector: ShareDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D19", name: "lineage-gap", family: "provenance",
        sees:
            "an hour in which more of the labelled synthetic records that an account writes lack the hash of their parent than chance and "
            + "habit explain; where all accounts of a source lack it at once, one alert for all; a job that moved synthetic records and that no "
            + "line of an audit or lineage log named within half an hour, where the account's other jobs are named",
        misses: "accounts whose log never states a parent, or whose jobs are never audited; jobs whose half hour the source was away",
        warmUp: "fifty records with a parent; five jobs with an audit",
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

    /// A job's time for an audit may end when the account rests.
    public static var judged: JudgedBuckets { .all }

    public init(options: DetectorOptions) {}

    private static let ofJob = 1

    private func unaudited(_ bucket: borrowing ClosedBucket, _ account: borrowing AccountProfile) -> [JobTrail] {
        guard bucket.isClosed, let access = account.access, access.hasAuditedJobs else { return [] }
        return access.facts.movement.trails.due(bucket.number, bucket.access.tally?.movement)
    }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        // Asked about every account at rest too: nearly all end here.
        guard bucket.access.tally?.hasMovement == true || account.access?.hasAuditedJobs == true else { return .nothing }
        let look = Self.rule.look(bucket, of: account)
        guard look.gate != .fired else { return look }
        let jobs = unaudited(bucket, account)
        guard !jobs.isEmpty else { return look }
        return AccessLook(
            .fired, observed: jobs.reduce(0.0) { $0 + Double($1.records) }, variant: LineageGapDetector.ofJob)
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        guard look.variant == LineageGapDetector.ofJob else {
            return finding(
                look, bucket, of: account, measure: Self.rule.measure, severity: Self.rule.severity, score: Self.rule.score,
                phrase: Self.rule.phrase(bucket, of: account))
        }
        let jobs = unaudited(bucket, account)
        let audited = account.access?.facts.movement.trails.audited ?? 0
        let phrase =
            "moved \(NumberText.grouped(look.observed)) synthetic record\(look.observed == 1 ? "" : "s") in \(jobs.count) "
            + "job\(jobs.count == 1 ? "" : "s") that no audit or lineage log named within half an hour"
            + "\(jobs.first.map { " (\(bucket.access.values.words($0.route)))" } ?? ""). "
            + "\(NumberText.count(Double(audited), "job")) of the account had an audit."
        return finding(look, bucket, of: account, measure: .rows, severity: .medium, score: 4, phrase: phrase)
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        look.variant == LineageGapDetector.ofJob ? "a job without an audit, where the account's jobs have one" : Self.rule.reason(look)
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
        // The first call of a job, and the line that audits it: endpoints are taken in turn.
        func job(_ number: UInt64, _ endpoints: [String]) -> SelfTest.Activity {
            writes(UInt64(endpoints.count), parent: 9).with {
                $0.calls = endpoints.count
                $0.endpoints = endpoints
                $0.detail.job = number
            }
        }
        let audited = (1...6).map { SelfTest.Stretch(buckets: 1, [job($0, ["/sync", "/audit/{id}"])]) }
        let rest = SelfTest.Stretch(buckets: 4, [nil])
        let jobs = audited.flatMap { [$0, rest] }
        func story(_ name: String, _ expectation: SelfTest.Expectation, _ history: [SelfTest.Stretch], _ endpoints: [String]) -> SelfTest {
            SelfTest(
                name, expectation, history: history + [SelfTest.Stretch(buckets: 1, [job(77, endpoints)])],
                last: SelfTest.Stretch(buckets: 3, [nil]))
        }
        return [
            story("a job without an audit, where the others have one", .fires, jobs, ["/sync", "/sync"]),
            story("one more with its audit", .staysSilent, jobs, ["/sync", "/audit/{id}"]),
            story("a job without an audit, where none has one", .staysSilent, [day], ["/sync", "/sync"]),
            SelfTest("sixty records without a parent", .fires, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(60, parent: 0)])),
            SelfTest("two of them", .staysSilent, history: [day], last: SelfTest.Stretch(buckets: 1, [writes(2, parent: 0)])),
        ]
    }
}
