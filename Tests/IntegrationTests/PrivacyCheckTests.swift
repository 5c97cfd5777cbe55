// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Testing

/// What weir keeps of a log full of personal data, looked at with `weir privacy check`; and the check itself, with data that was planted.
@Suite struct PrivacyCheckTests {
    /// Values that must not come out of weir, wherever a log has them. All are made up, and no scanner takes them for test values.
    private static let values = [
        "nora.vogel81@posteo.de", "5369 2847 1093 7743", "DE78500105178231947732", "+49 171 8392746", "93.184.216.77",
        "2a02:8109:9a3f:1c00:4d2e:77ff:fe31:9b0c", "nora%2Evogel81%40posteo.de", "AKIAQ3EGRT5YHNBV7Z2K",
    ]

    private func line(_ minute: Int, _ fields: String) -> String {
        #"{"ts":\#(1_780_531_200_000 + minute * 60_000),"action":"export","rows":40,"ip":"93.184.216.77",\#(fields)}"#
    }

    /// Every value in every place that a line has, and bursts so that alerts tell of the accounts.
    private func log() -> String {
        var lines: [String] = []
        for minute in stride(from: 0, to: 9 * 1440, by: 20) {
            lines.append(line(minute, #""account":"svc-sync","endpoint":"/crm/contacts","object":"Contact""#))
            lines.append(line(minute, #""account":"nora.vogel81@posteo.de","endpoint":"/crm/leads","object":"Lead""#))
            lines.append(line(minute, #""account":"Nora Vogel","kind":"human","endpoint":"/crm/cases","object":"Case""#))
        }
        for (place, value) in PrivacyCheckTests.values.enumerated() {
            for minute in 0..<40 {
                let at = 7 * 1440 + place * 60 + minute
                lines.append(line(at, #""account":"\#(value)","endpoint":"/crm/contacts","object":"Contact""#))
                lines.append(line(at, #""account":"svc-sync","endpoint":"/crm/\#(value)/notes?mail=\#(value)","object":"\#(value)""#))
                lines.append(
                    line(
                        at,
                        #""account":"svc-ai","endpoint":"/ai","class":"ai_content","env":"\#(value)","text":"Write to \#(value) now","#
                            + #""query":"find \#(value)","item":"\#(value)","agent":"\#(value)","session":"\#(value)","job":"\#(value)","#
                            + #""dest":"\#(value)","dest_region":"\#(value)","region":"\#(value)","provenance":"\#(value)""#))
                for _ in 0..<20 { lines.append(line(at, #""account":"nora.vogel81@posteo.de","endpoint":"/crm/leads","object":"Lead""#)) }
            }
            lines.append("broken \(value) {")
            lines.append(#"{"account":"\#(value)","rows":1}"#)
        }
        return lines.sorted { ($0.firstMatch(of: /"ts":\d+/)?.0 ?? "") < ($1.firstMatch(of: /"ts":\d+/)?.0 ?? "") }.joined(separator: "\n")
            + "\n"
    }

    /// The bytes of a model, read as text, hold colons between digits now and then.
    @Test func `two colons among numbers are no address, and an address among them is one`() throws {
        let bench = try Workbench()
        try daemon(bench, line(0, #""account":"svc-sync","endpoint":"/crm""#) + "\n")
        try bench.write("\u{1}r;6::f;q;q\u{1}", to: "chance")
        try bench.write("\u{1}r;2a02:8109:9a3f:1c00:4d2e:77ff:fe31:9b0c;q\u{1}", to: "address")
        for (file, code) in [("chance", Int32(0)), ("address", 3)] {
            let check = try bench.weir("privacy", "check", "--settings", bench.path("weir.yaml"), bench.path(file))
            #expect(check.code == code, "\(file): \(check)")
        }
    }

    private func daemon(_ bench: Workbench, _ log: String, settings more: String = "") throws {
        try bench.write(log, to: "access.json")
        try bench.write(
            """
            state_directory: state
            checkpoint_interval_seconds: 0.2
            sources: [ { name: gateway, format: json, paths: ["access.json"] } ]
            alerts: { sinks: [ { type: ndjson, path: alerts.ndjson }, { type: syslog, address: "unix:/nowhere/log" } ] }
            \(more)
            """, to: "weir.yaml")
        let daemon = try bench.start(Workbench.binary, ["run", "--settings", bench.path("weir.yaml")], name: "daemon")
        let isRead = try bench.wait(atMost: 90) {
            let status = try bench.weir("status", "--settings", bench.path("weir.yaml"), "--json")
            return status.code == 0 ? try bench.numbers(in: status.output, "sources").first?["bytes"] ?? 0 >= log.utf8.count : false
        }
        #expect(isRead, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
    }

    private func check(_ bench: Workbench, _ more: String...) throws -> Workbench.Result {
        try bench.run(Workbench.binary, ["privacy", "check", "--settings", bench.path("weir.yaml")] + more)
    }

    @Test func `nothing of what a log says of people is in the state, the alerts, the messages or a replay's alerts`() throws {
        let bench = try Workbench()
        try daemon(bench, log())
        #expect(bench.lines("alerts.ndjson").count > 3)
        let replay = try bench.weir(
            "replay", "--settings", bench.path("weir.yaml"), "--alerts", bench.path("replay.ndjson"), "--summary",
            bench.path("summary.json"))
        #expect(replay.code <= 1)
        try bench.write(replay.errors, to: "replay.txt")
        let files = ["daemon.log", "replay.ndjson", "summary.json", "replay.txt"].map { bench.path($0) }
        let result = try bench.run(Workbench.binary, ["privacy", "check", "--settings", bench.path("weir.yaml")] + files)
        #expect(result.code == 0, "\(result.output)\(result.errors)")
        // Not by the scanner alone: the very texts.
        let kept =
            try FileManager.default.contentsOfDirectory(atPath: bench.path("state")).map { "state/\($0)" } + [
                "alerts.ndjson", "daemon.log",
            ]
        for name in kept {
            let bytes = FileManager.default.contents(atPath: bench.path(name)) ?? Data()
            for value in PrivacyCheckTests.values + ["Nora Vogel", "nora.vogel81"] {
                #expect(bytes.range(of: Data(value.utf8)) == nil, "\(value) in \(name)")
            }
        }
    }

    @Test func `a declared program's address is nobody's, and shown as it is`() throws {
        let bench = try Workbench()
        let log =
            ["export@shop-mail.de", "nora.vogel81@posteo.de"].map { name in
                line(0, #""account":"\#(name)","kind":"human","object":"Vip__c""#) + "\n"
            }.joined() + (1...40).map { line($0, #""account":"svc-sync","object":"Contact""#) + "\n" }.joined()
        let settings = "service_accounts: [export@shop-mail.de]\ndetection: { canaries: [Vip__c] }"
        try daemon(bench, log, settings: settings)
        #expect(bench.text("alerts.ndjson").contains(#""export@shop-mail.de""#))
        #expect(!bench.text("alerts.ndjson").contains("posteo"))
        #expect(try check(bench).code == 0)
        try bench.write(bench.text("weir.yaml").replacing("export@shop-mail.de", with: "import@shop-mail.de"), to: "weir.yaml")
        #expect(try check(bench).code == 3)
    }

    @Test func `nothing is found in what an estate leaves behind`() throws {
        let bench = try Workbench()
        let made = try bench.weir("generate", "--estate", "--days", "5", "--seed", "3", "--output", bench.path("estate"))
        #expect(made.code == 0, "\(made.errors)")
        let log = bench.text("estate/estate.json.log")
        #expect(log.contains("@") && log.contains("card"))
        let estate = bench.text("estate/estate.yaml")
        let block = try #require(estate.firstRange(of: "\nestate:"))
        let end = estate[block.upperBound...].firstRange(of: "\nalerts:")?.lowerBound ?? estate.endIndex
        try daemon(bench, log, settings: String(estate[block.lowerBound..<end]))
        #expect(bench.lines("alerts.ndjson").count > 5)
        let result = try check(bench, bench.path("daemon.log"))
        #expect(result.code == 0, "\(result.output)\(result.errors)")
    }

    @Test func `what is planted is found, in a table, in the log behind it and in a file, and is not repeated`() throws {
        let bench = try Workbench()
        try daemon(bench, line(0, #""account":"svc-sync""#) + "\n")
        #expect(try check(bench).code == 0)
        let planted = "Wrote to nora.vogel81@posteo.de, paid by 5369 2847 1093 7743 today"
        var configuration = Configuration()
        configuration.journalMode = .wal
        let database = try DatabaseQueue(path: bench.path("state/weir.sqlite"), configuration: configuration)
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO labels(verdict, account, alert, reason, author, written)
                    VALUES (1, 'svc-sync', '', 'fine', 'me', 0), (1, 'svc-sync', '', ?, 'me', 0)
                    """, arguments: [planted])
        }
        // Open still: nothing has been written back from the log behind the database.
        let found = try check(bench, "--json")
        #expect(found.code == 3)
        let findings = try #require(
            (try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])?["findings"] as? [[String: Any]])
        let email = try #require(findings.first { $0["place"] as? String == "labels.reason" && $0["type"] as? String == "email" })
        #expect(email["count"] as? Int == 1 && email["row"] as? Int == 2 && email["offset"] as? Int == 9)
        #expect(findings.contains { $0["place"] as? String == "labels.reason" && $0["type"] as? String == "card" })
        #expect(findings.contains { ($0["place"] as? String)?.hasSuffix("weir.sqlite-wal") == true && $0["type"] as? String == "card" })
        #expect(!found.output.contains("nora") && !found.output.contains("7743"))
        try database.close()

        try bench.write(String(repeating: "nothing here\n", count: 60_000) + planted + "\n", to: "report.txt")
        let text = try bench.weir("privacy", "check", bench.path("report.txt"))
        #expect(text.code == 3 && text.output.contains("email  ") && text.output.contains("the first at byte \(13 * 60_000 + 9)\n"))
        #expect(!text.output.contains("nora") && !text.errors.contains("nora"))
    }

    @Test func `what cannot be read is bad news and no clean bill`() throws {
        let bench = try Workbench()
        #expect(try bench.weir("privacy", "check", bench.path("absent.txt")).code == 1)
        #expect(try bench.weir("privacy", "check", "--state", bench.path("absent")).code == 1)
        #expect(try bench.weir("privacy", "check").code == 2)
    }
}
