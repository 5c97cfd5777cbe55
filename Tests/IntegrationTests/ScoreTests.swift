// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `weir replay --labels` and sinks that choose their alerts, by the release binary.
@Suite struct ScoreTests {
    private func fleet(_ bench: Workbench) throws {
        let sinks = ["path: pages.ndjson, only: pages", "path: tickets.ndjson, only: tickets", "path: all.ndjson"]
        try bench.prepareFleet(days: 35, sinks: sinks.map { "type: ndjson, \($0)" })
    }

    private func number(_ row: [String: Any], _ key: String) -> Double? { (row[key] as? NSNumber)?.doubleValue }

    @Test func `a replay with labels ends with a score, for people and as JSON, and the alerts are the same`() throws {
        let bench = try Workbench()
        try fleet(bench)
        let plain = try bench.weir("replay", bench.path("logs/access.json"))
        let scored = try bench.weir(
            "replay", "--labels", bench.path("logs/labels.ndjson"), "--summary", bench.path("summary.json"), bench.path("logs/access.json"))
        #expect(scored.code == 0 && scored.output == plain.output, "\(scored.errors.suffix(2000))")
        for words in ["score against the labels", "precision", "rows gone", "false/account-week", "time to alert", "burst", "D01"] {
            #expect(scored.errors.contains(words), "\(words): \(scored.errors)")
        }
        #expect(!plain.errors.contains("score against"))
        let summary = try #require(try JSONSerialization.jsonObject(with: Data(bench.text("summary.json").utf8)) as? [String: Any])
        let score = try #require(summary["score"] as? [String: Any])
        let all = try #require(score["all"] as? [String: Any])
        let labels = bench.lines("logs/labels.ndjson").filter { !$0.contains("\"detector\":null") }.count
        #expect(number(all, "incidents") == Double(labels) && (number(all, "found") ?? 0) >= 4, "\(all)")
        #expect(number(all, "recall").map { $0 > 0.5 && $0 <= 1 } == true && number(all, "precision") != nil, "\(all)")
        #expect(number(all, "rows_gone").map { (0...1).contains($0) } == true && number(all, "median_seconds_to_alert") != nil, "\(all)")
        let classes = try #require(score["classes"] as? [[String: Any]])
        let burst = try #require(classes.first { $0["class"] as? String == "burst" })
        #expect(number(burst, "found") == 1 && (number(burst, "rows_gone") ?? 1) < 1, "\(burst)")
        let detectors = try #require(score["detectors"] as? [[String: Any]])
        #expect(detectors.contains { $0["detector"] as? String == "D01" && (number($0, "found") ?? 0) >= 1 }, "\(detectors)")
    }

    @Test func `labels that are none are wrong use`() throws {
        let bench = try Workbench()
        try bench.write("{\"kind\":\"burst\"}\n", to: "labels")
        try bench.write(#"{"ts":"2026-06-01T00:00:10Z","account":"svc","rows":5}"# + "\n", to: "log")
        let result = try bench.weir("replay", "--labels", bench.path("labels"), bench.path("log"))
        #expect(result.code == 2 && result.output.isEmpty && result.errors.contains("line 1 is no label"), "\(result.errors)")
        #expect(try bench.weir("replay", "--labels", bench.path("nowhere"), bench.path("log")).code == 2)
    }

    @Test func `pages go to the sink for pages, tickets to that for tickets, and each alert ends where it began`() throws {
        let bench = try Workbench()
        try fleet(bench)
        #expect(try bench.weir("check", "--settings", bench.path("weir.yaml")).code == 0)
        let expected = try bench.weir("replay", "--settings", bench.path("weir.yaml")).output.split(separator: "\n").count
        try #require(expected > 10)
        let daemon = try bench.follow()
        #expect(bench.wait(atMost: 60) { bench.lines("all.ndjson").count >= expected }, "\(bench.text("daemon.log").suffix(2000))")
        let isDelivered = try bench.wait(atMost: 30) {
            try !bench.weir("status", "--settings", bench.path("weir.yaml")).output.contains(/[1-9][0-9]* waiting/)
        }
        #expect(isDelivered)
        #expect(bench.end(daemon, signal: SIGTERM) == 0)

        func alerts(_ name: String) throws -> [[String: Any]] {
            try bench.lines(name).map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
        }
        func ids(_ alerts: [[String: Any]], _ urgency: String? = nil) -> Set<String> {
            Set(alerts.filter { urgency == nil || $0["urgency"] as? String == urgency }.compactMap { $0["id"] as? String })
        }
        let (pages, tickets, all) = (try alerts("pages.ndjson"), try alerts("tickets.ndjson"), try alerts("all.ndjson"))
        #expect(!pages.isEmpty && !tickets.isEmpty && pages.count < all.count && tickets.count < all.count)
        #expect(ids(pages) == ids(all, "page") && ids(tickets) == ids(all, "ticket"))
        for (name, told) in [("pages", pages), ("tickets", tickets)] {
            let ended = ids(all.filter { $0["status"] as? String == "resolved" }).intersection(ids(told))
            #expect(ended == ids(told.filter { $0["status"] as? String == "resolved" }), "\(name)")
        }
    }
}
