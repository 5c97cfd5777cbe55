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
