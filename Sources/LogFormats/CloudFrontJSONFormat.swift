// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// `cloudfront_json`: standard logs of Amazon CloudFront as JSON, which its second version writes, and real-time logs that were made JSON.
typealias CloudFrontJSONFormat = RecordFormat<CloudFrontJSONDialect>

/// The keys are the columns' names of ``CloudFrontFormat``; numbers stand in quotes. The time is `date` and `time`, or `timestamp(ms)`,
/// where that was chosen. The log names no account: every line is ignored unless the field map takes a key for one, `fields: {account:
/// c-ip}` say. Source: AWS, "Configure standard logging (v2)"; "Use real-time access logs".
struct CloudFrontJSONDialect: RecordDialect {
    static let descriptor = CloudFrontJSONFormat.descriptor(
        "cloudfront_json", "standard logs of Amazon CloudFront as JSON; a field map says which key is the account", lateness: .hours(2),
        marks: [["x-edge-location", "x-edge-request-id", "x-edge-result-type"], ["cs-method", "cs-uri-stem", "sc-status"]],
        example: #"{"date":"2026-06-01","time":"02:05:00","x-edge-location":"FRA50-C1","sc-bytes":"51200","c-ip":"192.0.2.7","#
            + #""cs-method":"GET","cs-uri-stem":"/api/contacts","sc-status":"200","cs(User-Agent)":"sync/2.1","account":"svc-bi"}"#)
    static let folds = true

    static let places = [
        RecordPlace(.ts, "timestamp(ms)", "timestamp"), RecordPlace(.date, "date"), RecordPlace(.clock, "time"),
        RecordPlace(.eventID, "x-edge-request-id"), RecordPlace(.account, "account"), RecordPlace(.method, "cs-method"),
        RecordPlace(.endpoint, "cs-uri-stem"), RecordPlace(.status, "sc-status"), RecordPlace(.bytes, "sc-bytes"),
        RecordPlace(.ip, "c-ip"), RecordPlace(.agent, "cs(User-Agent)", "cs-user-agent"),
        RecordPlace(.env, "environment", "x-host-header", "cs(Host)", "cs-host"), RecordPlace(.tls, "ssl-protocol"),
        RecordPlace(.scheme, "cs-protocol"),
    ]

    func read(_ record: RecordView, into draft: inout RecordDraft, _ scratch: inout [UInt8]) -> RecordVerdict {
        AccessRecord.read(record, into: &draft, &scratch)
    }
}
