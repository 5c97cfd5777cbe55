// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// D12: traces of an export are removed, or what is logged is changed.
public struct CoverUpDetector: AccessDetector {
    public static let descriptor = DetectorDescriptor(
        id: "D12", name: "cover-up", family: "sequence",
        sees: "an account that deletes its own export or query job, or a job, report or log, within a day of an export; one that changes "
            + "what is logged: an audit's or a log's settings, by a write, a deletion or an administrative call; one that deletes a log while "
            + "an alert about another account's volume is open",
        misses: "settings of logs whose path does not say so; "
            + "deletions that the log does not show; an account that has deleted such things within the last month",
        warmUp: "none for jobs that the log names and for logging itself; 7 days for the rest",
        options: [
            DetectorOption(
                name: "critical_rows", defaultValue: 10_000, range: 1...1e12,
                reason: "a job of that many rows that is deleted within a day is critical")
        ],
        nextSteps: [
            "Keep the logs named in the evidence where the account cannot reach them.",
            "Ask who ordered the export and who ordered the deletion; if nobody did, revoke the credential.",
        ])
    public static let subject = "deletions"

    private let criticalRows: Double

    public static var judged: JudgedBuckets { .detailed }

    public init(options: DetectorOptions) { criticalRows = options["critical_rows"] }

    public func look(_ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> AccessLook {
        guard let deed = bucket.access.tally?.coverUp else { return .nothing }
        return AccessLook(.fired, observed: Double(deed.jobRows))
    }

    public func finding(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> Finding {
        let deed = bucket.access.tally?.coverUp
        let what = deed.map { bucket.access.values.words($0.route) } ?? "deletion"
        let rows = NumberText.amount(look.observed, of: .rows)
        var phrase = "removed traces within a day of exporting \(rows): \(what), which it had not done for a month."
        if deed?.isAuditSetting == true {
            phrase = "changed what is logged: \(what), which it had not done for a month."
        } else if let minutes = deed?.jobMinutes {
            phrase = "deleted its own job of \(rows) \(NumberText.span(.minutes(Int64(minutes)))) after it ran: \(what)."
        }
        if deed?.isForAnother == true { phrase = "removed a log: \(what), which it had not done for a month." }
        let hidesOthers = deed?.isAuditSetting == true || deed?.isForAnother == true
        let isCritical = hidesOthers || look.observed >= criticalRows
        var finding = finding(
            look, bucket, of: account, measure: .rows, severity: isCritical ? .critical : .high, score: isCritical ? 5 : 4, phrase: phrase)
        finding.hidesOthers = hidesOthers
        return finding
    }

    public func reason(_ look: AccessLook, _ bucket: borrowing ClosedBucket, of account: borrowing AccountProfile) -> String {
        look.gate == .fired
            ? "traces were removed within a day of an export, or what is logged was changed or removed"
            : "no job, report or log of the last day was deleted, and nothing that sets what is logged was changed"
    }
}

extension CoverUpDetector {
    public static var selfTests: [SelfTest] {
        let export = SelfTest.Activity(rows: 5000).with {
            $0.endpoints = ["/bulk"]
            $0.operation = .bulk
            $0.detail.job = 71
        }
        let deletion = SelfTest.Activity().with {
            $0.endpoints = ["/bulk/jobs/{id}"]
            $0.operation = .delete
            $0.detail.job = 71
        }
        let history = [SelfTest.Stretch(buckets: 4, [export])]
        let other = deletion.with { $0.detail.job = 72 }
        let logging = deletion.with {
            $0.endpoints = ["/settings/audit-log"]
            $0.detail.job = 0
        }
        let clerk = [
            SelfTest.Stretch(
                days: 8,
                [
                    SelfTest.Activity(rows: 5000).with {
                        $0.endpoints = ["/api/v2/candidates/export"]
                        $0.operation = .export
                    }
                ])
        ]
        func record(_ endpoint: String) -> SelfTest.Activity {
            SelfTest.Activity().with {
                $0.endpoints = [endpoint]
                $0.operation = .delete
            }
        }
        func written(_ endpoint: String) -> SelfTest.Stretch {
            .init(
                buckets: 1,
                [
                    logging.with {
                        $0.operation = .write
                        $0.endpoints = [endpoint]
                    }
                ])
        }
        return [
            SelfTest("an account deletes its own job an hour after it ran", .fires, history: history, last: .init(buckets: 1, [deletion])),
            SelfTest("an account deletes what sets the audit log", .fires, history: history, last: .init(buckets: 1, [logging])),
            SelfTest(
                "an account stops what is logged", .fires, history: history, last: written("cloudtrail.amazonaws.com/StopLogging")),
            SelfTest("an account writes to a log", .staysSilent, history: history, last: written("/api/logs")),
            SelfTest(
                "an account deletes a record that is called a job", .staysSilent, history: clerk,
                last: .init(buckets: 1, [record("/api/v2/jobs/{id}")])),
            SelfTest(
                "an account deletes a bulk job that the log does not number", .fires, history: clerk,
                last: .init(buckets: 1, [record("/services/data/v61.0/jobs/query/{id}")])),
            SelfTest(
                "an account deletes a job where it exports by jobs", .fires,
                history: [.init(days: 8, [export.with { $0.endpoints = ["/api/v2/jobs/{id}/results"] }])],
                last: .init(buckets: 1, [record("/api/v2/jobs/{id}")])),
            SelfTest("an account deletes another job", .staysSilent, history: history, last: .init(buckets: 1, [other])),
            SelfTest(
                "an account deletes its own job two days later", .staysSilent,
                history: history + [.init(days: 2, [SelfTest.Activity()])], last: .init(buckets: 1, [deletion])),
        ]
    }
}
