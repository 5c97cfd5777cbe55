// weir
// SPDX-License-Identifier: Apache-2.0

import Detection
import EventModel
import Foundation
import Testing

@testable import Alerting

/// The record as every sink sends it: schema `weir.alert/1`.
@Suite struct AlertRecordTests {
    /// The contract of the interface, in its words.
    private static let fields = [
        "account", "change", "completeness", "contributions", "detector", "evidence", "expected", "family", "found", "high", "id", "last",
        "low", "measure", "model", "name", "next", "observed", "opened", "p", "page_withheld", "peers", "ratio", "related", "risk",
        "sample", "schema", "severity", "similar", "status", "summary", "total", "urgency", "window", "z",
    ]

    @Test(arguments: AlertRecord.Status.allCases)
    func `every field of the schema is there, with nothing beside them`(status: AlertRecord.Status) throws {
        let fields = try parsed(record(status: status))
        #expect(fields.keys.sorted() == AlertRecordTests.fields)
        #expect(fields["schema"] as? String == "weir.alert/1")
        #expect(fields["status"] as? String == status.name)
        #expect(Set(try object(fields, "window").keys) == ["start", "end"])
        #expect(Set(try object(fields, "sample").keys) == ["buckets", "since"])
        #expect(Set(try object(fields, "peers").keys) == ["count", "ratio"])
        #expect(Set(try object(fields, "completeness").keys) == ["lag_seconds", "late", "malformed", "learning"])
        #expect(Set(try object(fields, "model").keys) == ["name", "hash"])
        #expect(Set(try object(fields, "risk").keys) == ["points", "families"])
        #expect(["page", "ticket", "record"].contains(fields["urgency"] as? String))
    }

    @Test func `numbers, times and words come through as they are`() throws {
        let fields = try parsed(record())
        #expect(fields["severity"] as? String == "high")
        #expect(fields["detector"] as? String == "D01")
        #expect(fields["account"] as? String == "svc-orders-sync")
        #expect(fields["measure"] as? String == "rows")
        #expect(fields["opened"] as? String == "2026-06-01T00:05:00Z")
        #expect(fields["found"] as? String == "2026-06-01T00:45:02.500Z")
        #expect(fields["last"] as? String == "2026-06-01T00:45:00Z")
        #expect(fields["observed"] as? Double == 1_204_331)
        #expect(fields["z"] as? Double == 8.1)
        #expect(fields["p"] as? Double == 2.4e-7)
        #expect(try object(fields, "completeness")["lag_seconds"] as? Double == 2.5)
        #expect((fields["next"] as? [String])?.count == ExportVolumeDetector.descriptor.nextSteps.count)
        #expect(fields["related"] as? [String] == ["A-2"])
    }

    @Test func `what is unknown is null and stays there`() throws {
        var finding = testFinding(peers: false)
        finding.measure = nil
        let fields = try parsed(record(finding: finding))
        #expect(fields["peers"] is NSNull)
        #expect(fields["measure"] is NSNull)
    }

    @Test func `at most five places of evidence, with source, file, offset and time`() throws {
        let fields = try parsed(record(evidence: 9))
        let evidence = try #require(fields["evidence"] as? [[String: Any]])
        #expect(evidence.count == 5)
        #expect(evidence.allSatisfy { Set($0.keys) == ["source", "file", "offset", "time"] })
        #expect(evidence.first?["offset"] as? UInt64 == .max)
    }

    @Test(arguments: [0, -3.5, 0.004, 999_999_999_999, 1e12, 1.5e13, 9.1e15, -2e15, 1.8446744073709552e19, 1e300, .infinity, .nan])
    func `a number of any size is a number of JSON`(value: Double) throws {
        let fields = try parsed(record(finding: testFinding(observed: value)))
        let written = try #require(fields["observed"])
        if value.isFinite {
            let read = try #require(written as? Double)
            #expect(abs(read - value) <= max(0.5, abs(value) * 1e-12))
        } else {
            #expect(written is NSNull)
        }
    }

    @Test(arguments: [1, 0.5, 0.0131, 0.00099, 2.4e-7, 9.96e-5, 2e-300, 0])
    func `a probability is written with two digits at least and reads back near itself`(value: Double) throws {
        let written = try #require(Double(JSONText.probabilityText(value)))
        #expect(abs(written - value) <= 0.06 * value)
        #expect((0...1).contains(written))
    }

    @Test func `characters that could deceive a reader or a terminal are escaped`() throws {
        let name = "svc\u{1B}[31m\u{202E}evil\u{200B}\u{0}\n\"\\\u{E0041}\u{85}end"
        let record = record(account: name)
        #expect(try parsed(record)["account"] as? String == name)
        for text in [record.json, record.summary] {
            let hazards = text.unicodeScalars.filter { DisplayText.isHazardous($0) }
            #expect(hazards.isEmpty)
        }
        #expect(!record.json.contains("\n"))
    }

    @Test func `every control, bidirectional and invisible character is hazardous, letters are not`() {
        let hazards: [UInt32] = [0, 7, 0x1B, 0x7F, 0x80, 0x9F, 0xAD, 0x61C, 0x200B, 0x200F, 0x2028, 0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF]
        #expect(hazards.compactMap(Unicode.Scalar.init).allSatisfy { DisplayText.isHazardous($0) })
        #expect("abcÄß漢字😀 -_.".unicodeScalars.allSatisfy { !DisplayText.isHazardous($0) })
    }

    @Test func `a long name is cut in the sentence, not in its field`() throws {
        let name = String(repeating: "n", count: 500)
        let record = record(account: name)
        #expect(record.summary.unicodeScalars.count < 300)
        #expect(try parsed(record)["account"] as? String == name)
    }

    @Test func `the sentence of a resolved alert says how long it took`() {
        #expect(record(status: .resolved).summary.hasPrefix("svc-orders-sync is back to usual after 40 min."))
        #expect(record(status: .open).summary == "svc-orders-sync exported 1,204,331 rows in 45 min.")
    }

    private func record(
        status: AlertRecord.Status = .open, finding: Finding = testFinding(), account: String = "svc-orders-sync", evidence: Int = 2
    ) -> AlertRecord {
        let opened = EventTime(milliseconds: 1_780_272_300_000)
        let alert = OpenAlert(
            id: "A-1", severity: finding.severity, opened: opened, openedBucket: 1, isProvisional: false, sequence: 0, quietBuckets: 0,
            finding: finding)
        var details = AlertDetails()
        details.completeness.lag = EventDuration(milliseconds: 2500)
        details.related = ["A-2"]
        details.contributions = [AlertDetails.Contribution(kind: "endpoint", value: "/api", share: 1)]
        details.evidence = (0..<evidence).map { AlertDetails.Evidence(source: "s", file: "/f\($0)", offset: .max, time: opened) }
        let transition = AlertLifecycle.Transition(
            key: AlertKey(detector: 0, account: AccountID(rawValue: 1)), status: status, alert: alert, time: opened + .minutes(40))
        return AlertRecord(
            transition, account: account, descriptor: ExportVolumeDetector.descriptor, details: details,
            model: ModelStamp(name: "default", hash: "00ff"))
    }

    private func parsed(_ record: AlertRecord) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(record.json.utf8)) as? [String: Any])
    }

    private func object(_ fields: [String: Any], _ key: String) throws -> [String: Any] {
        try #require(fields[key] as? [String: Any])
    }
}
