// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Exit codes and messages of the release binary: what scripts and people rely on when something is wrong.
@Suite struct CommandTests {
    private func lines(_ count: Int) -> String {
        (0..<count).map { #"{"ts":"2026-06-01T00:00:\#(10 + $0 % 50)Z","account":"svc","action":"export","rows":5}"# + "\n" }.joined()
    }

    @Test func `a good log is replayed with exit code 0`() throws {
        let bench = try Workbench()
        try bench.write(lines(10), to: "log")
        let result = try bench.weir("replay", bench.path("log"))
        #expect(result.code == 0 && result.output.isEmpty)
        #expect(result.errors.contains("10 events of 1 account"))
    }

    @Test func `a replay judges by the model that it is given, and says so in every alert`() throws {
        let bench = try Workbench()
        let good = try GoodLog(bench, format: "json")
        let isVolume = { (alert: String) in alert.contains(#""detector":"D01""#) }
        try #require(good.alerts.contains(where: isVolume))
        try FileManager.default.createDirectory(atPath: bench.path("deaf"), withIntermediateDirectories: true)
        try bench.write(
            #"{"name":"deaf","detectors":{"D01":{"minimum_rows":1e9,"minimum_bytes":1e15,"minimum_calls":1e9}}}"#, to: "deaf/model.json")
        let deaf = try bench.weir("replay", "--model", bench.path("deaf"), bench.path(GoodLog.name))
        let alerts = deaf.output.split(separator: "\n").map(String.init)
        #expect(deaf.code == 0 && !alerts.isEmpty && !alerts.contains(where: isVolume), "\(deaf.errors)")
        #expect(alerts.allSatisfy { $0.contains(#""model":{"name":"deaf""#) })
        let unknown = try bench.weir("replay", "--model", "nobody", bench.path(GoodLog.name))
        #expect(unknown.code == 1 && unknown.output.isEmpty && unknown.errors.contains("models/nobody/model.json"), "\(unknown.errors)")
    }

    @Test func `a coverage report of nothing says what is missing, and proves and denies nothing`() throws {
        let bench = try Workbench()
        let report = try bench.weir("report", "coverage", "--format", "json", bench.path("nowhere.log"))
        #expect(report.code == 1 && report.output.isEmpty && report.errors.contains("nowhere.log is not there"), "\(report)")
        try bench.write("\n", to: "empty.log")
        let empty = try bench.weir("report", "coverage", "--format", "json", bench.path("empty.log"))
        #expect(empty.code == 1 && empty.output.isEmpty && empty.errors.contains("no event was read"), "\(empty)")
    }

    @Test func `who may not look at a state is not told that there is none`() throws {
        guard getuid() == 0 else { return }
        let bench = try Workbench()
        try FileManager.default.createDirectory(
            atPath: bench.path("state"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let stranger = ["--reuid=65534", "--clear-groups", Workbench.binary, "status", "--state", bench.path("state")]
        let status = try bench.run("/usr/bin/setpriv", stranger)
        #expect(status.code == 1 && status.errors.contains("(Permission denied): run this command as weir's user."), "\(status)")
    }

    @Test func `a check counts in the singular, too`() throws {
        let bench = try Workbench()
        try bench.write("state_directory: state\nsources: [{ name: a, format: json, paths: [log] }]\n", to: "weir.yaml")
        let check = try bench.weir("check", "--settings", bench.path("weir.yaml"))
        #expect(check.code == 0 && check.output.hasSuffix("weir.yaml: usable; 1 source, 0 sinks.\n"), "\(check)")
    }

    @Test func `wrong use is exit code 2 and says what is right`() throws {
        let bench = try Workbench()
        for arguments in [["replay"], ["bogus"], ["replay", "--format", "jsn", "x"], ["run"], ["status"], ["replay", "-", "x"]] {
            let result = try bench.run(Workbench.binary, arguments)
            #expect(result.code == 2, "\(arguments): \(result.errors)")
            #expect(!result.errors.isEmpty && result.output.isEmpty)
        }
        #expect(try bench.weir("--help").code == 0)
        #expect(try bench.weir("--version").output.contains("0."))
    }

    @Test func `a host without libcurl replays logs, and is told what webhooks need`() throws {
        let bench = try Workbench()
        // The loader takes this file for the library, and gives up.
        try FileManager.default.createDirectory(atPath: bench.path("lib"), withIntermediateDirectories: true)
        try bench.write("no library", to: "lib/libcurl.so.4")
        let weir = ["LD_LIBRARY_PATH=" + bench.path("lib"), Workbench.binary]
        try bench.write(lines(10), to: "log")
        let replay = try bench.run("/usr/bin/env", weir + ["replay", bench.path("log")])
        #expect(replay.code == 0 && replay.errors.contains("10 events of 1 account"), "\(replay.errors)")
        let settings = """
            state_directory: state
            sources:
              - { name: crm, format: json, paths: ["log"] }
            alerts:
              sinks:
                - { type: webhook, url: "https://hooks.example.com/weir", secret_file: secret }
            """
        try bench.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bench.path("secret"))
        try bench.write(settings, to: "weir.yaml")
        let check = try bench.run("/usr/bin/env", weir + ["check", "--settings", bench.path("weir.yaml")])
        #expect(check.code == 1 && check.output.contains("webhooks need libcurl.so.4"), "\(check.output)")
        let whole = try bench.weir("check", "--settings", bench.path("weir.yaml"))
        #expect(whole.code == 0, "\(whole.output)")
    }

    @Test func `a log that nobody understood, or that names nobody, is bad news`() throws {
        let bench = try Workbench()
        try bench.write("garbage\nmore\n", to: "garbage")
        let garbage = try bench.weir("replay", bench.path("garbage"))
        #expect(garbage.code == 1 && garbage.errors.contains("no line was understood"), "\(garbage.errors)")
        try bench.write("10.0.0.1 - - [01/Jun/2026:00:00:01 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"\n", to: "anonymous")
        let anonymous = try bench.weir("replay", "--format", "combined", bench.path("anonymous"))
        #expect(anonymous.code == 1 && anonymous.errors.contains("every line was ignored"), "\(anonymous.errors)")
    }

    @Test func `a replay is told of a wrapper and of columns on the command line`() throws {
        let bench = try Workbench()
        let line =
            "Jun  1 02:05:00 lb haproxy[7]: 192.0.2.7:44740 [01/Jun/2026:02:05:00.726] in~ crm/n 0/0/1/0/2 200 512 - - ---- 6/6/0/0/0 0/0"
        try bench.write(line + " \"GET /api HTTP/1.1\"\n", to: "log")
        let told = try bench.weir(
            "replay", "--format", "haproxy", "--wrapper", "syslog", "--field", "account=client", bench.path("log"))
        #expect(told.code == 0 && told.errors.contains("1 event of 1 account"), "\(told.errors)")
        #expect(
            try bench.weir("replay", "--format", "haproxy", "--wrapper", "syslog", bench.path("log")).errors.contains(
                "every line was ignored"))
        for wrong in [["--wrapper", "podman"], ["--field", "account"], ["--field", "account=nobody"], ["--field", "nobody=client"]] {
            let result = try bench.run(Workbench.binary, ["replay", "--format", "haproxy"] + wrong + [bench.path("log")])
            #expect(result.code == 2, "\(wrong): \(result.errors)")
        }
    }

    @Test func `a format is detected, and the block that is printed passes the check and reads the log`() throws {
        let bench = try Workbench()
        let line =
            #"{"started":"x","time":"2026-06-01T02:05:00Z","client":{"id":"alice.miller"},"client_id":"svc: 1","bytes_sent":5,"status":"done"}"#
        let wrapped = (0..<40).map { _ in "Jun  1 02:05:00 host gateway[7]: \(line)\n" }.joined()
        try bench.write(wrapped, to: "gateway.log")
        #expect(try bench.run("/bin/gzip", ["-k", bench.path("gateway.log")]).code == 0)
        for name in ["gateway.log", "gateway.log.gz"] {
            let found = try bench.weir("formats", "detect", bench.path(name))
            #expect(found.code == 0 && found.output.contains("json inside of syslog, 100 % of 40 lines"), "\(found.output)\(found.errors)")
            #expect(!found.output.contains("alice") && !found.output.contains("svc: 1"))
            let block = found.output.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "sources:" }.prefix {
                !$0.isEmpty
            }
            try bench.write("state_directory: \(bench.path("state"))\n" + block.joined(separator: "\n") + "\n", to: "weir.yaml")
            let check = try bench.weir("check", "--settings", bench.path("weir.yaml"))
            #expect(check.code == 0, "\(check.output)\(block)")
            let replay = try bench.weir("replay", "--settings", bench.path("weir.yaml"))
            #expect(replay.errors.contains("40 events of 1 account"), "\(replay.errors)")
        }
        let machine = try bench.weir("formats", "detect", "--json", bench.path("gateway.log"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(machine.output.utf8)) as? [String: Any])
        #expect(object["format"] as? String == "json" && object["wrapper"] as? String == "syslog")
        #expect((object["fields"] as? [String: String])?["account"] == "client_id")
    }

    @Test func `a log that no format reads says why for each of them, with exit code 1`() throws {
        let bench = try Workbench()
        try bench.write("once upon a time\nthere was a log\n", to: "tale")
        let result = try bench.weir("formats", "detect", bench.path("tale"))
        #expect(result.code == 1 && result.errors.contains("no format reads"))
        for name in ["json", "combined", "alb", "csv", "w3c"] { #expect(result.output.contains("\n  \(name): 0 % of")) }
        let missing = try bench.weir("formats", "detect", bench.path("nowhere"))
        #expect(missing.code == 1 && missing.errors.contains("cannot be read"))
        #expect(try bench.weir("formats", "detect").code == 2)
        let list = try bench.weir("formats").output
        #expect(list.contains("salesforce_elf") && list.contains("\n  csv     a table with a header"))
        #expect(try bench.weir("formats", "detect", "-", input: bench.path("tale")).code == 1)
    }

    @Test func `a missing file and a torn archive make the result incomplete, and the rest counts`() throws {
        let bench = try Workbench()
        try bench.write(lines(5000), to: "log")
        #expect(try bench.run("/bin/gzip", ["-k", bench.path("log")]).code == 0)
        let whole = try Data(contentsOf: URL(fileURLWithPath: bench.path("log.gz")))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: bench.path("torn.gz")))
        let torn = try bench.weir("replay", bench.path("torn.gz"))
        #expect(torn.code == 1 && torn.errors.contains("truncated_archive") && torn.errors.contains("incomplete"), "\(torn.errors)")
        let missing = try bench.weir("replay", bench.path("log"), bench.path("nowhere"))
        #expect(missing.code == 1 && missing.errors.contains("missing_file"), "\(missing.errors)")
        #expect(missing.errors.contains("5,000 events"), "\(missing.errors)")
    }

    @Test func `a pattern that matches nothing and a folder without a file are missing input`() throws {
        let bench = try Workbench()
        try bench.write(lines(10), to: "log")
        try FileManager.default.createDirectory(atPath: bench.path("empty"), withIntermediateDirectories: true)
        for path in ["nothing*.log", "empty", "empty/*"] {
            let result = try bench.weir("replay", bench.path("log"), bench.path(path))
            #expect(result.code == 1 && result.errors.contains("missing_file") && result.errors.contains("10 events"), "\(result.errors)")
        }
        #expect(try bench.weir("replay", bench.path("log"), bench.path("l*"), bench.path(".")).code == 0)
    }

    @Test func `what is said again and again does not push out what is said once`() throws {
        let bench = try Workbench()
        try bench.write(lines(100), to: "log")
        let packing = "cd '\(bench.folder.path)' && (cat log; head -c 300000000 /dev/zero) | gzip -1 > bomb.gz"
        #expect(try bench.run("/bin/sh", ["-c", packing]).code == 0)
        let bomb = try bench.weir("replay", "--archive-ratio-max", "100", bench.path("bomb.gz"))
        let said = bomb.errors.split(separator: "\n")
        #expect(bomb.code == 1 && bomb.errors.contains("100 events"), "\(bomb.errors)")
        #expect(said.count { $0.contains("nul_hole") } == 1, "\(bomb.errors)")
        #expect(said.count { $0.contains("decompression_bomb") } == 1, "\(bomb.errors)")
    }

    @Test func `a replay says how many alerts opened, by which detectors, and what that is a week`() throws {
        let bench = try Workbench()
        let made = try bench.weir(
            "generate", "--accounts", "20", "--days", "15", "--events", "60000", "--format", "json", "--output", bench.path("made"))
        #expect(made.code == 0)
        let replay = try bench.weir("replay", bench.path("made/access.json"), "--summary", bench.path("summary.json"))
        var opened: [String: Int] = [:]
        for line in replay.output.split(separator: "\n") where line.contains(#""status":"open""#) {
            let alert = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            opened[try #require(alert["detector"] as? String), default: 0] += 1
        }
        let all = opened.values.reduce(0, +)
        #expect(all > 2)
        let told = opened.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let line = try #require(replay.errors.split(separator: "\n").first { $0.contains("opened: ") })
        #expect(line.contains("opened: \(all), ") && line.contains(" a week: ") && line.hasSuffix(told), "\(replay.errors)")
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data(bench.text("summary.json").utf8)) as? [String: Any])
        let lane = try #require((summary["lanes"] as? [[String: Any]])?.first)
        #expect(lane["alerts_opened"] as? [String: Int] == opened)
    }

    @Test func `settings that are wrong start nothing, and all problems are listed`() throws {
        let bench = try Workbench()
        try bench.write("sources: [{ name: a, format: jsn, paths: [x] }]\nalrts: {}\n", to: "weir.yaml")
        for command in ["check", "run"] {
            let result = try bench.weir(command, "--settings", bench.path("weir.yaml"))
            let said = result.output + result.errors
            #expect(result.code == 1)
            #expect(said.contains("did you mean json") || said.contains("Did you mean json"), "\(said)")
            #expect(said.contains("alerts") && said.contains("state_directory"), "\(said)")
        }
        #expect(try bench.weir("status", "--state", bench.path("none")).code == 1)
    }

    /// Root may read everything; without its capabilities it is anybody.
    @Test func `the check says which logs this user may not read`() throws {
        let bench = try Workbench()
        let settings = """
            state_directory: state
            sources:
              - { name: shop, format: combined, paths: ["open/*.log"] }
              - { name: crm, format: json, paths: ["closed/crm.json"] }
              - { name: lake, format: json, paths: ["closed/*.json"] }
              - { name: later, format: json, paths: ["open/*.json"] }
              - { name: unlisted, format: json, paths: ["unlisted/*.json"] }
            """
        for folder in ["open", "closed", "unlisted"] {
            try FileManager.default.createDirectory(atPath: bench.path(folder), withIntermediateDirectories: true)
        }
        try bench.write(settings, to: "weir.yaml")
        for file in ["open/a.log", "open/b.log", "closed/crm.json"] { try bench.write("", to: file) }
        for (path, mode) in [("open/b.log", 0), ("closed", 0), ("unlisted", 0o111)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: bench.path(path))
        }
        let drop = getuid() == 0 ? ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all"] : ["/usr/bin/env"]
        let arguments = Array(drop.dropFirst()) + [Workbench.binary, "check", "--settings", bench.path("weir.yaml")]
        let check = try bench.run(drop[0], arguments)
        for path in ["closed", "unlisted"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: bench.path(path))
        }
        #expect(check.code == 0, "\(check.output)\(check.errors)")
        let warnings = check.output.split(separator: "\n").filter { $0.contains("sources[") }
        #expect(warnings.count == 5, "\(check.output)")
        for (source, said) in [
            ("[0]", "open/b.log\""), ("[1]", "closed\""), ("[2]", "closed\""), ("[3]", "Nothing is at"), ("[4]", "unlisted\""),
        ] {
            #expect(warnings.contains { $0.contains("sources\(source)") && $0.contains(said) }, "\(said): \(check.output)")
        }
    }

    @Test func `every detector passes its self-tests in the release binary, and soon`() throws {
        let bench = try Workbench()
        let table = try bench.weir("selftest")
        #expect(table.code == 0 && table.errors.isEmpty, "\(table.output)\(table.errors)")
        #expect(table.output.contains("D01 export-volume") && !table.output.contains("FAIL"), "\(table.output)")
        let json = try bench.weir("selftest", "--json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let cases = try #require(object["cases"] as? [[String: Any]])
        #expect(object["failed"] as? Int == 0 && object["passed"] as? Int == cases.count && cases.count >= 8)
        // Four seconds on an idle machine, in the background of a daemon that starts.
        #expect(try #require(object["elapsed_ms"] as? Int) < 15_000)
    }

    @Test func `the daemon tries its detectors when it starts`() throws {
        let bench = try Workbench()
        try bench.write(lines(10), to: "log")
        try bench.write(
            "state_directory: \(bench.path("state"))\nsources: [{ name: a, format: json, paths: [\(bench.path("log"))] }]\n",
            to: "weir.yaml")
        let daemon = try bench.start(Workbench.binary, ["run", "--settings", bench.path("weir.yaml")], name: "daemon")
        let hasTried = bench.wait(atMost: 20) { bench.text("daemon.log").contains("the self-tests of the detectors passed (") }
        #expect(hasTried, "\(bench.text("daemon.log"))")
        #expect(bench.end(daemon, signal: 15) == 0)
    }
}
