// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `weir why` on the sample logs: it agrees with the replay, and its answers can be acted on.
@Suite struct WhyTests {
    private static let account = "svc-crm-warehouse-export"
    private let demo = Workbench.root.appendingPathComponent("deploy/demo").path
    private let settings = Workbench.root.appendingPathComponent("deploy/demo.yaml").path

    private func why(_ bench: Workbench, _ arguments: String...) throws -> Workbench.Result {
        try bench.run(Workbench.binary, ["why"] + arguments)
    }

    @Test func `an alert of the replay is explained with its own id, and the sentence comes first`() throws {
        let bench = try Workbench()
        let replay = try bench.weir("replay", demo)
        let line = try #require(
            replay.output.split(separator: "\n").first { $0.contains(WhyTests.account) && $0.contains(#""detector":"D01""#) })
        let alert = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let (id, opened) = (try #require(alert["id"] as? String), try #require(alert["opened"] as? String))
        let result = try why(bench, WhyTests.account, opened, demo)
        #expect(result.code == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].hasPrefix("D01 fired at \(opened.dropFirst(11).prefix(5)): \(WhyTests.account) exported"), "\(lines[0])")
        #expect(result.output.contains(id))
        #expect(lines.contains("The rows are made of") && lines.contains { $0.hasPrefix("  operation ") && $0.contains(" %") })
        let before = alert["similar"] as? [[String: Any]] ?? []
        #expect(before.allSatisfy { past in lines.contains { $0.contains(past["id"] as? String ?? "?") && $0.hasSuffix(": nobody said") } })
        let report = try why(bench, WhyTests.account, opened, "--json", demo).output
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
        let source = try #require((object["sources"] as? [[String: Any]])?.first)
        let parts = try #require(source["contributions"] as? [[String: Any]])
        #expect(source["contributions_of"] as? String == "rows" && !parts.isEmpty)
        for kind in Set(parts.compactMap { $0["kind"] as? String }) {
            let shares = parts.filter { $0["kind"] as? String == kind }.compactMap { $0["share"] as? Double }
            #expect(abs(shares.reduce(0, +) - 1) < 1e-3, "\(kind): \(shares)")
        }
        for word in ["level (EWMA)", "hour-of-week baseline", "fleet factor", "z-score", "D13 new-source", "D32 silence", "D37"] {
            #expect(result.output.contains(word), "\(word)")
        }
    }

    @Test func `the JSON has every detector, measure and span, and the distance`() throws {
        let bench = try Workbench()
        let result = try why(bench, WhyTests.account, "2026-06-24T13:20", "--settings", settings, "--json")
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(report["schema"] as? String == "weir.why/1")
        let source = try #require((report["sources"] as? [[String: Any]])?.first)
        #expect((source["answer"] as? String)?.hasPrefix("Nothing fired for \(WhyTests.account) in 2026-06-24 13:15–13:30 UTC") == true)
        let detectors = try #require(source["detectors"] as? [[String: Any]])
        let listed = try bench.weir("detectors", "--json").output.matches(of: /"id":"([DH]\d+)"/).map { String($0.1) }
        #expect(listed.count > 20 && detectors.compactMap { $0["detector"] as? String } == listed)
        #expect(detectors.allSatisfy { $0["similar"] is [Any] })
        // It did nothing then.
        #expect(source["contributions_of"] is NSNull && (source["contributions"] as? [Any])?.isEmpty == true)
        let volumes = try #require(detectors.first?["verdicts"] as? [[String: Any]])
        #expect(volumes.compactMap { $0["subject"] as? String } == ["rows", "bytes", "calls"])
        for volume in volumes {
            #expect((volume["spans"] as? [Any])?.count == 4)
            let facts = try #require(volume["facts"] as? [String: Double])
            #expect(Set(["level_ewma", "hour_of_week_baseline", "fleet_factor"]).isSubset(of: facts.keys))
        }
        #expect((volumes.first?["distance"] as? String)?.hasSuffix("more rows in this bucket would have fired") == true)
    }

    @Test func `an unknown account and times outside the data are one sentence and exit code 1`() throws {
        let bench = try Workbench()
        for (account, time, said) in [
            ("svc-crm-warehouse", "2026-06-24T13:20", "did you mean \(WhyTests.account)"), ("nobody", "2026-06-24", "has a name like it"),
            (WhyTests.account, "2026-01-01", "the data begin at"), (WhyTests.account, "2027-01-01", "the data end at"),
            ("svc-data-migration", "2026-06-10", "had no events by then"),
        ] {
            let result = try why(bench, account, time, demo)
            #expect(result.code == 1 && result.output.isEmpty, "\(account) \(time): \(result.output)")
            #expect(result.errors.contains(said) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
        #expect(try why(bench, WhyTests.account, "yesterday", demo).code == 2)
    }
}
