// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Replays of what the settings name.
@Suite struct SettingsReplayTests {
    private func event(_ minute: Int, _ account: String, _ path: String = "/contacts") -> String {
        let time = "2026-06-01T\(10 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00Z"
        return #"{"ts":"\#(time)","account":"\#(account)","action":"read","endpoint":"\#(path)","rows":1}"# + "\n"
    }

    private func settings(_ bench: Workbench, _ sources: String) throws -> String {
        let before = "state_directory: state\ndetection: { canaries: [svc-bait] }\nsources:\n"
        try bench.write(before + sources + "alerts: { sinks: [ { type: ndjson, path: a } ] }\n", to: "weir.yaml")
        return bench.path("weir.yaml")
    }

    private func ids(_ text: String) -> [String] { text.matches(of: /"id":"([^"]+)"/).map { String($0.1) } }

    @Test func `sources of one format do not share an alert's id, and one of its own has that of a replay without settings`() throws {
        let bench = try Workbench()
        try bench.write(event(0, "svc") + event(1, "svc-bait") + event(2, "svc"), to: "crm.json")
        try bench.write(event(0, "svc") + event(1, "svc-bait", "/orders") + event(2, "svc"), to: "shop.json")
        let crm = "  - { name: crm, format: json, paths: [crm.json] }\n"
        let shop = "  - { name: shop, format: json, paths: [shop.json] }\n"
        let other = "  - { name: other, format: combined, paths: [other.log] }\n"
        try bench.write("", to: "other.log")
        let plain = ids(try bench.weir("replay", bench.path("crm.json")).output)
        let both = ids(try bench.weir("replay", "--settings", try settings(bench, crm + shop)).output)
        let turned = ids(try bench.weir("replay", "--settings", try settings(bench, shop + crm)).output)
        let alone = ids(try bench.weir("replay", "--settings", try settings(bench, crm + other)).output)
        #expect(plain.isEmpty && both.count == 2 && Set(both).count == 2)
        #expect(Set(turned) == Set(both), "whatever their order")
        let canary = ids(try bench.weir("replay", "--settings", try settings(bench, crm)).output)
        #expect(canary.count == 1 && alone == canary)
    }

    @Test func `the settings' own paths mean what rotation made of them, as the daemon reads them`() throws {
        let bench = try Workbench()
        try bench.write((0..<30).map { event($0, "svc") }.joined(), to: "crm.json.1")
        try bench.write((30..<50).map { event($0, "svc") }.joined(), to: "crm.json")
        let path = try settings(bench, "  - { name: crm, format: json, paths: [crm.json] }\n")
        #expect(try bench.weir("replay", "--settings", path).errors.contains("crm: 50 events"))
        #expect(try bench.weir("replay", "--settings", path, bench.path("crm.json")).errors.contains("crm: 20 events"))
    }

    @Test func `why knows a person by the name in the log`() throws {
        let bench = try Workbench()
        try bench.write((0..<30).map { event($0, "maria@example.com") }.joined(), to: "crm.json")
        let shown = try bench.weir("why", "maria@example.com", "2026-06-01T10:05", bench.path("crm.json"))
        #expect(shown.code == 0 && shown.output.contains("u-") && !shown.output.contains("maria"), "\(shown.output) \(shown.errors)")
        let pseudonym = try #require(shown.output.firstMatch(of: /u-[0-9a-f]{12}/)).output
        #expect(try bench.weir("why", String(pseudonym), "2026-06-01T10:05", bench.path("crm.json")).output == shown.output)
    }
}
