// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `weir alerts` on the state of a daemon that has read three weeks with an incident.
@Suite struct AlertsCommandTests {
    /// Runs a daemon until its sink has the records that a replay of the same log has.
    private func state(_ bench: Workbench) throws -> [[String: Any]] {
        try bench.prepareFleet(sinks: ["type: ndjson, path: alerts.ndjson"])
        let expected = try bench.transitions()
        let daemon = try bench.follow()
        let isComplete = bench.wait(atMost: 120) { bench.lines("alerts.ndjson").count >= expected }
        #expect(isComplete, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        return try bench.lines("alerts.ndjson").compactMap { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }
    }

    private func run(_ bench: Workbench, _ arguments: [String]) throws -> Workbench.Result { try bench.run(Workbench.binary, arguments) }

    private func text(_ record: [String: Any], _ key: String) -> String { record[key] as? String ?? "" }

    @Test func `alerts are listed, shown whole, judged and found again`() throws {
        let bench = try Workbench()
        let records = try state(bench)
        let settings = ["--settings", bench.path("weir.yaml")]

        let list = try run(bench, ["alerts", "list", "--limit", "1000"] + settings)
        #expect(list.code == 0)
        #expect(list.output.split(separator: "\n").count == Set(records.map { text($0, "id") }).count)

        let alert = try #require(records.last { text($0, "detector") == "D01" && text($0, "severity") == "critical" })
        let id = text(alert, "id")
        let one = try run(bench, ["alerts", "--account", text(alert, "account"), "--detector", "export-volume", "--json"] + settings)
        #expect(one.output.contains("\"id\":\"\(id)\""))
        #expect(!one.output.contains("\"detector\":\"D13\""))

        let page = try run(bench, ["alerts", "show", id] + settings).output
        for words in [
            "CRITICAL page, D01 export-volume: \(text(alert, "account")) in gateway", text(alert, "summary"), "made of   endpoint",
            "lines     gateway \(bench.path("logs/access.json")) at byte", "beside    A-", "next      1. ",
            "sent      ndjson:alerts.ndjson: \(records.count { text($0, "id") == id }) of",
            "weir label \(id) benign|incident|unknown --reason",
        ] {
            #expect(page.contains(words), "\(words) is not in\n\(page)")
        }

        #expect(try run(bench, ["label", id, "incident", "--reason", "token was stolen"] + settings).code == 0)
        let judged = try run(bench, ["alerts", "show", id] + settings).output
        #expect(judged.contains("judged    incident by "))
        #expect(judged.contains(": \"token was stolen\""))
        #expect(!judged.contains("judge it"))
        let file = try run(bench, ["alerts", "show", id, "--json"] + settings).output
        let object = try #require(try JSONSerialization.jsonObject(with: Data(file.utf8)) as? [String: Any])
        #expect((object["transitions"] as? [[String: Any]])?.count == records.count { text($0, "id") == id })
        #expect((object["judgements"] as? [[String: Any]])?.first?["verdict"] as? String == "incident")
        #expect((object["deliveries"] as? [[String: Any]])?.allSatisfy { $0["state"] as? String == "delivered" } == true)
    }

    @Test func `what is not there is said so`() throws {
        let bench = try Workbench()
        try bench.write("state_directory: state\nsources:\n  - { name: a, format: json, paths: [\"a.json\"] }\n", to: "weir.yaml")
        let none = try run(bench, ["alerts", "show", "A-0"] + ["--settings", bench.path("weir.yaml")])
        #expect(none.code == 1 && none.errors.contains("run"), "\(none.errors)")
        #expect(try run(bench, ["alerts", "list"]).code == 2)
        #expect(try run(bench, ["alerts", "list", "--limit", "0", "--state", bench.path("state")]).code == 2)
        #expect(try run(bench, ["alerts", "tail", "--lines", "-1", "--state", bench.path("state")]).code == 2)
    }
}
