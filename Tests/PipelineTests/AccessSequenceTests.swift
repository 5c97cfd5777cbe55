// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import RollingStatistics
import Testing

@testable import Pipeline

/// Sequences that were missed: counts before an export, changes of what is logged by a write, limits exceeded by few calls.
struct AccessSequenceTests {
    private static let objects = ["/contacts", "/accounts", "/cases", "/leads", "/orders"]

    private static let reading = Activity(rows: 400, calls: 5).with { $0.endpoints = objects }
    private static let counting = reading.moving(rows: 5).with { $0.detail.traits = .counts }

    @Test func `five counts, a stop of the daemon, and an export the next day are one story with the names of what was counted`() throws {
        var lane = RehearsalLane()
        _ = lane.live([
            Stretch(days: 14, [AccessSequenceTests.reading]), Stretch(buckets: 1, [AccessSequenceTests.counting]),
            Stretch(days: 1, [AccessSequenceTests.reading]),
        ])
        _ = try lane.restart()
        let export = AccessSequenceTests.reading.moving(rows: 20_000)
        let told = lane.live([Stretch(buckets: 1, [export])]).filter { $0.detector == "D11" }
        #expect(told.count == 1)
        let names = AccessSequenceTests.objects.joined(separator: ", ")
        #expect(told.first?.summary.contains("counted \(names) from") == true, "\(told.map(\.summary))")
    }

    @Test func `a tally with counts comes back from its checkpoint, and its counts are no routes`() throws {
        let tally = AccessTally()
        for endpoint in [5, 3, 5, 4] as [UInt64] {
            let time = EventTime(milliseconds: Int64(endpoint))
            tally.note(
                count: AccessTally.NewRoute(
                    route: RouteKey(rawValue: endpoint | 1 << 32).counted, time: time, dormantDays: nil, isReconnaissance: endpoint != 4))
        }
        var writer = StateWriter()
        tally.encode(into: &writer)
        var reader = StateReader(writer.bytes)
        let restored = try AccessTally(from: &reader)
        #expect(restored.counts == tally.counts && restored.counts.map(\.route.endpoint.rawValue) == [3, 4, 5])
        #expect(restored.newReconnaissance == 2 && restored.newRoutes.isEmpty && tally.copy().counts == tally.counts)
    }

    /// What D12 says to lines of JSON after a quarter hour of other work.
    private func told(_ lines: [String]) throws -> [String] {
        let work = (0..<10).map { #"{"ts":\#(1_780_272_000 + $0),"account":"a","action":"read","endpoint":"/contacts","rows":1}"# }
        let later = lines.enumerated().map { #"{"ts":\#(1_780_273_000 + $0.offset),"account":"a",\#($0.element)}"# }
        let end = #"{"ts":1780276600,"account":"a","action":"read","endpoint":"/contacts","rows":1}"#
        let log = MemorySource.File("a", Array(((work + later + [end]).joined(separator: "\n") + "\n").utf8))
        let format = try JSONFormat(options: FormatOptions())
        var batch = EventBatch()
        var reader = LaneReader(
            source: MemorySource([log]), attribution: Attribution(pseudonymKey: [1], hashKey: 9), makeFormat: { format })
        var core = LaneCore(options: LaneOptions(name: "l", format: "json", lateness: .seconds(0)))
        while reader.fill(&batch) {}
        core.process(batch)
        return core.takeAlerts().filter { $0.detector == "D12" && $0.status == .open }.map(\.summary)
    }

    @Test(arguments: [
        ("PATCH", "/services/data/v60.0/tooling/sobjects/EventSettings", "write"), ("PUT", "/api/admin/audit/config", "admin"),
        ("PATCH", "/api/config/logging", "write"), ("POST", "/admin/log/disable", "admin"),
        ("POST", "/services/data/v60.0/tooling/sobjects/AuditTrailSettings", "write"), ("POST", "/cloudtrail/StopLogging", "write"),
    ])
    func `a change of what is logged is told, by whatever operation`(call: (method: String, endpoint: String, action: String)) throws {
        let line = #""method":"\#(call.method)","endpoint":"\#(call.endpoint)","action":"\#(call.action)""#
        let told = try told([line, line])
        #expect(told.count == 1 && told.first?.contains("changed what is logged") == true, "\(told)")
        #expect(try self.told([#""endpoint":"\#(call.endpoint)","action":"read""#]).isEmpty)
    }

    @Test func `lines that programs write to logs are no change of them`() throws {
        let endpoints = ["/api/logs", "/login", "/catalog", "/blog", "/dialogs", "/audit-events", "/logging", "/login/settings"]
        #expect(try told(endpoints.map { #""method":"POST","endpoint":"\#($0)","action":"write""# }).isEmpty)
    }
}
