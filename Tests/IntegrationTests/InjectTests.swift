// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `weir inject` with the release binary: the log goes through unharmed, and what is added is found.
@Suite struct InjectTests {
    private func estate(_ bench: Workbench) throws -> [String] {
        let made = try bench.weir(
            "generate", "--estate", "--days", "4", "--seed", "6", "--incidents", "none", "--output", bench.path("estate"))
        #expect(made.code == 0, "\(made.errors)")
        return bench.lines("estate/estate.json.log")
    }

    private func inject(_ bench: Workbench, _ arguments: String..., input: String? = nil) throws -> Workbench.Result {
        try bench.run(Workbench.binary, ["inject"] + arguments, input: input)
    }

    @Test func `every line of the log comes out as it was, in its order, and the incident lies between them in time`() throws {
        let bench = try Workbench()
        let log = try estate(bench)
        let result = try inject(
            bench, "--scenario", "unlabelled_burst", "--labels", bench.path("labels.ndjson"), bench.path("estate/estate.json.log"))
        #expect(result.code == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map(String.init)
        let own = Set(log)
        #expect(lines.filter { own.contains($0) } == log)
        #expect(lines.count == log.count + 90)
        // Without the Z: a time without a fraction is written without one, and comes before those of its second.
        let times = lines.compactMap { $0.split(separator: "\"").dropFirst(3).first.map { String($0.dropLast()) } }
        #expect(times == times.sorted())
        #expect(
            bench.lines("labels.ndjson").count == 1
                && bench.text("labels.ndjson").contains("\"detector\":\"D15\",\"account\":\"svc-synth-gen\""))
    }

    @Test func `a file and standard input give the same bytes, every time`() throws {
        let bench = try Workbench()
        _ = try estate(bench)
        let path = bench.path("estate/estate.json.log")
        let arguments = ["inject", "--scenario", "burst", "--scenario", "label_flip", "--seed", "7"]
        let file = try bench.run(Workbench.binary, arguments + [path])
        let input = try bench.run(Workbench.binary, arguments + ["-"], input: path)
        #expect(file.code == 0 && input.code == 0 && file.output == input.output && file.errors == input.errors)
        #expect(try bench.run(Workbench.binary, arguments + ["--output", bench.path("out"), path]).code == 0)
        #expect(bench.text("out") == file.output)
    }

    @Test func `lines that are no event go on where they stood, the last one without its end as well`() throws {
        let bench = try Workbench()
        let lines = (0..<48).map { #"{"ts":\#(1_780_272_000_000 + $0 * 3_600_000),"account":"svc-a","action":"export","rows":50}"# }
        let log = "# a remark\n\n" + lines[..<30].joined(separator: "\n") + "\nnot json\n" + lines[30...].joined(separator: "\n")
        try bench.write(log, to: "log.json")
        let result = try inject(bench, "--scenario", "burst", bench.path("log.json"))
        #expect(result.code == 0 && result.errors.contains("3 lines of the log are no events"), "\(result.errors)")
        let out = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let old = log.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(out.filter { !$0.contains("\"method\"") } == old)
        #expect(out.count > old.count + 30)
    }

    @Test func `who, when and how much can be said, and what cannot be is refused`() throws {
        let bench = try Workbench()
        let log = Set(try estate(bench))
        let path = bench.path("estate/estate.json.log")
        let result = try inject(
            bench, "--scenario", "catalogue_sweep", "--account", "svc-search", "--at", "2026-06-03T08:00", "--size", "20", path)
        let added = result.output.split(separator: "\n").map(String.init).filter { !log.contains($0) }
        #expect(added.count == 20 && added.allSatisfy { $0.contains("\"account\":\"svc-search\"") })
        #expect(added.allSatisfy { $0.contains("\"ts\":\"2026-06-03T08:0") })
        #expect(try inject(bench, "--scenario", "no_such", path).code == 2)
        #expect(try inject(bench, "--scenario", "burst", "--scenario", "drip", "--size", "3", path).code == 2)
        #expect(try inject(bench, "--scenario", "burst", "--account", "nobody", path).code == 1)
        #expect(try inject(bench, "--scenario", "drip", path).code == 1, "five days do not fit into four")
        #expect(try inject(bench, "--scenario", "burst", bench.path("absent")).code == 1)
    }

    /// The generated fleet in a format, or made of it: a table and objects under other names.
    private func fleet(_ bench: Workbench, _ format: String) throws -> (lines: [String], arguments: [String]) {
        let isMade = format == "csv" || format == "json"
        let made = try bench.weir(
            "generate", "--days", "16", "--accounts", "8", "--seed", "3", "--incidents", "none", "--format", isMade ? "json" : format,
            "--output", bench.path("fleet"))
        #expect(made.code == 0, "\(made.errors)")
        guard isMade else {
            let name = format == "combined" ? "access.log" : "RestApi.csv"
            return (bench.lines("fleet/\(name)"), ["--format", format])
        }
        func value(_ key: String, of line: String) -> String {
            line.firstRange(of: "\"\(key)\":").map { line[$0.upperBound...].prefix { !",}".contains($0) }.filter { $0 != "\"" } } ?? ""
        }
        let rows = bench.lines("fleet/access.json").map { line in
            ["ts", "account", "action", "rows", "ip"].map { value($0, of: line) }
        }
        let fields = ["--field", "ts=when", "--field", "account=who", "--field", "action=what", "--field", "rows=n", "--field", "ip=from"]
        if format == "csv" {
            let table = rows.map { "\"\($0[0])\",\($0[1]),\"a \"\"note\"\",\nin two lines\",\($0[2]),\($0[3]),\($0[4])" }
            return (["when,who,note,what,n,from"] + table, ["--format", "csv"] + fields)
        }
        let objects = rows.map { row in
            #"{"when":"\#(row[0])","who":"\#(row[1])","trace":{"id":7},"what":"\#(row[2])","n":\#(row[3].isEmpty ? "0" : row[3]),"from":"\#(row[4])"}"#
        }
        return (objects, ["--format", "json"] + fields)
    }

    @Test(arguments: ["combined", "salesforce_elf", "csv", "json"])
    func `a log in another format comes out as it was, with lines of its own kind between, in which the burst is found`(
        format: String
    ) throws {
        let bench = try Workbench()
        let (lines, arguments) = try fleet(bench, format)
        try bench.write(lines.joined(separator: "\n") + "\n", to: "log")
        let injecting = ["inject", "--scenario", "burst", "--size", "400", "--labels", bench.path("labels"), "--output", bench.path("out")]
        let result = try bench.run(Workbench.binary, injecting + arguments + [bench.path("log")])
        #expect(result.code == 0, "\(result.errors)")
        // What is between the log's own lines, by walking along both.
        let old = lines.joined(separator: "\n").split(separator: "\n").map(String.init)
        let out = bench.lines("out")
        var place = 0
        for line in out where place < old.count && line == old[place] { place += 1 }
        #expect(place == old.count, "a line of the log is gone, or stands elsewhere")
        #expect(format != "salesforce_elf" && format != "csv" || out.first == old.first, "the header is first")
        #expect(out.count >= old.count + 45)
        let replay = try bench.run(Workbench.binary, ["replay"] + arguments + ["--labels", bench.path("labels"), bench.path("out")])
        #expect(!replay.errors.contains("malformed"), "\(replay.errors)")
        let account = try #require(bench.text("labels").firstMatch(of: /"account":"([^"]+)"/)).1
        #expect(
            replay.output.split(separator: "\n").contains {
                $0.contains("\"detector\":\"D01\"") && $0.contains("\"account\":\"\(account)\"")
            }, "\(replay.errors)")
        let again = try bench.run(Workbench.binary, injecting.dropLast() + [bench.path("again")] + arguments + [bench.path("log")])
        #expect(again.code == 0 && bench.text("again") == bench.text("out"), "the same arguments give the same bytes")
    }

    @Test func `what a format cannot carry is refused before anything is written`() throws {
        let bench = try Workbench()
        let (lines, arguments) = try fleet(bench, "combined")
        try bench.write(lines.joined(separator: "\n") + "\n", to: "log")
        let label = try bench.run(Workbench.binary, ["inject", "--scenario", "label_flip"] + arguments + [bench.path("log")])
        #expect(label.code == 1 && label.output.isEmpty && label.errors.contains("no place for the content hash"), "\(label.errors)")
        let kind = try inject(bench, "--scenario", "burst", "--format", "haproxy", bench.path("log"))
        #expect(kind.code == 1 && kind.output.isEmpty && kind.errors.contains("can be read and not written"), "\(kind.errors)")
        #expect(try inject(bench, "--scenario", "burst", "--format", "no_such", bench.path("log")).code == 2)
        #expect(try inject(bench, "--scenario", "burst", "--format", "csv", "--field", "nothing=1", bench.path("log")).code == 2)
        try bench.write("ts,account,rows\n1780272000,a,1\naccount,ts,rows\na,1780272060,1\n", to: "two.csv")
        let two = try inject(bench, "--scenario", "burst", "--format", "csv", bench.path("two.csv"))
        #expect(two.code == 1 && two.errors.contains("more than one header"), "\(two.errors)")
    }

    @Test func `what was added to a log is found in it, and nothing else is`() throws {
        let bench = try Workbench()
        _ = try estate(bench)
        for (scenario, detector) in [("customer_to_training", "D17"), ("new_jurisdiction", "D28"), ("checkout_pull", "D25")] {
            try FileManager.default.copyItem(atPath: bench.path("estate/estate.json.log"), toPath: bench.path("before.log"))
            let added = try inject(
                bench, "--scenario", scenario, "--output", bench.path("estate/estate.json.log"), bench.path("before.log"))
            #expect(added.code == 0)
            let replay = try bench.weir("replay", "--settings", bench.path("estate/estate.yaml"))
            #expect(replay.output.contains("\"detector\":\"\(detector)\""), "\(scenario)")
            try FileManager.default.removeItem(atPath: bench.path("estate/estate.json.log"))
            try FileManager.default.moveItem(atPath: bench.path("before.log"), toPath: bench.path("estate/estate.json.log"))
            #expect(try bench.weir("replay", "--settings", bench.path("estate/estate.yaml")).output.isEmpty)
        }
    }
}
