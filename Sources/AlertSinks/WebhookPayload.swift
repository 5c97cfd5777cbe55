// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel

/// The body of a webhook's request.
///
/// Source: Standard Webhooks 1.0.0, "Payload structure": `type`, `timestamp` of the matter, `data`; less than 20 kB.
enum WebhookPayload {
    /// Octets of a body.
    static let sizeLimit = 20_000

    /// The same bytes at each attempt: the time is the alert's own.
    static func body(of record: AlertRecord) -> [UInt8] {
        let body = body(of: record, data: record.json)
        // Only file names of many hundreds of characters get there. An alert without its details is better than none.
        return body.count < sizeLimit ? body : self.body(of: record, data: shortened(record))
    }

    static func type(of record: AlertRecord) -> String {
        switch record.status {
        case .open: "anomaly.opened"
        case .update: "anomaly.updated"
        case .resolved: "anomaly.resolved"
        }
    }

    private static func body(of record: AlertRecord, data: String) -> [UInt8] {
        Array("{\"type\":\"\(type(of: record))\",\"timestamp\":\"\(CivilTime(record.time).rfc3339)\",\"data\":\(data)}".utf8)
    }

    /// Who, what and when, with the rest left out and marked so.
    private static func shortened(_ record: AlertRecord) -> String {
        var json = JSONText()
        json.beginObject()
        json.field("schema", "weir.alert/1")
        json.field("id", record.id)
        json.field("status", record.status.name)
        json.field("severity", record.severity.name)
        json.field("detector", record.detector)
        json.field("name", record.name)
        json.field("account", DisplayText.safe(record.account, limit: 512))
        json.field("opened", CivilTime(record.opened).rfc3339)
        json.field("last", CivilTime(record.time).rfc3339)
        json.field("summary", DisplayText.safe(record.summary, limit: 1024))
        json.field("shortened", true)
        json.endObject()
        return json.text
    }
}
