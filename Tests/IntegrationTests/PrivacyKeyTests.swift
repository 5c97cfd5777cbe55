// weir
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Keys of people's names through the release binary: over the border of two epochs, live and in replay, before a deletion and after it.
@Suite struct PrivacyKeyTests {
    /// Epoch 229 begins on 6 June 2026.
    private static let border: Int64 = 1_780_704_000_000

    /// Twelve days before the border and twelve after it; two people take much more now and then, once across the border.
    private func log() -> String {
        var text = ""
        for bucket in -12 * 96..<12 * 96 {
            for (place, name) in ["mara.lund", "kim.park", "svc-sync"].enumerated() {
                let peak = -254 + place * 20
                let isMuch = place < 2 && (peak...(peak + 3) ~= bucket || -3...2 ~= bucket || 330...333 ~= bucket)
                let time = PrivacyKeyTests.border + Int64(bucket) * 900_000 + Int64((bucket * 7919 + place * 101) & 0x7FFFF)
                let rows = (40 + (bucket * 31 + place * 7) & 15) * (isMuch ? 90 : 1)
                text += #"{"ts":\#(time),"account":"\#(name)","kind":"\#(place < 2 ? "human" : "service")","action":"export","#
                text += #""rows":\#(rows)}"# + "\n"
            }
        }
        return text
    }

    private func settings(_ bench: Workbench) throws {
        try bench.write(
            """
            state_directory: state
            checkpoint_interval_seconds: 0.2
            sources: [ { name: gateway, format: json, paths: ["access.json"] } ]
            alerts: { sinks: [ { type: ndjson, path: alerts.ndjson } ] }
            """, to: "weir.yaml")
    }

    private func live(_ bench: Workbench, events: Int) throws -> [String] {
        let daemon = try bench.start(Workbench.binary, ["run", "--settings", bench.path("weir.yaml")], name: "daemon")
        let isRead = try bench.wait(atMost: 60) {
            let status = try bench.weir("status", "--settings", bench.path("weir.yaml"), "--json")
            return status.code == 0 ? try bench.numbers(in: status.output, "sources").first?["events"] == events : false
        }
        #expect(isRead, "\(bench.text("daemon.log").suffix(2000))")
        #expect(bench.end(daemon, signal: SIGTERM) == 0)
        return Workbench.comparable(bench.text("alerts.ndjson"))
    }

    private func replay(_ bench: Workbench) throws -> [String] {
        let result = try bench.weir("replay", "--settings", bench.path("weir.yaml"))
        #expect(result.code == 0, "\(result.errors)")
        return Workbench.comparable(result.output)
    }

    private func pseudonyms(_ alerts: [String], before: Bool) -> Set<String> {
        let old = alerts.filter { alert in
            alert.firstMatch(of: /"opened":"([^"]+)"/).map { ($0.1 < "2026-06-06") == before } ?? false
        }
        return Set(old.compactMap { $0.firstMatch(of: /"account":"(u-[0-9a-f]{12})"/).map { String($0.1) } })
    }

    /// Without pseudonyms and ids, which are made of them.
    private func masked(_ alerts: [String]) -> [String] {
        alerts.map { $0.replacing(/u-[0-9a-f]{12}/, with: "u").replacing(/A-[0-9a-f]{20}/, with: "A") }.sorted()
    }

    @Test func `people are called alike live and in replay, until the key of their epoch is deleted, and nothing else changes`() throws {
        let bench = try Workbench()
        let log = log()
        try bench.write(log, to: "access.json")
        try settings(bench)
        let alerts = try live(bench, events: log.count { $0 == "\n" })
        #expect(pseudonyms(alerts, before: true).count == 2 && pseudonyms(alerts, before: false).count == 2)
        #expect(try replay(bench) == alerts)

        let listed = try bench.weir("privacy", "keys", "--settings", bench.path("weir.yaml"))
        #expect(listed.code == 0 && listed.output.contains("228  2026-03-08 to 2026-06-05  kept\n"), "\(listed.output)\(listed.errors)")
        let shred = try bench.weir("privacy", "shred", "228", "--yes", "--settings", bench.path("weir.yaml"))
        #expect(shred.code == 0, "\(shred.errors)")

        let after = try replay(bench)
        #expect(pseudonyms(after, before: true).isDisjoint(with: pseudonyms(alerts, before: true)))
        #expect(pseudonyms(after, before: false) == pseudonyms(alerts, before: false))
        #expect(masked(after) == masked(alerts))
        #expect(try replay(bench) == after)
    }

    @Test func `the state holds no key, and the keys are closed to others`() throws {
        let bench = try Workbench()
        try bench.write(log(), to: "access.json")
        try settings(bench)
        _ = try live(bench, events: log().count { $0 == "\n" })
        let keys = try FileManager.default.contentsOfDirectory(atPath: bench.path("state-keys")).sorted()
        #expect(keys == ["epoch-228.key", "epoch-229.key", "installation.key"])
        #expect(try bench.mode("state-keys") == 0o700)
        let state = try FileManager.default.contentsOfDirectory(atPath: bench.path("state")).compactMap { name in
            FileManager.default.contents(atPath: bench.path("state/\(name)"))
        }
        for name in keys {
            let key = try #require(FileManager.default.contents(atPath: bench.path("state-keys/\(name)")))
            #expect(key.count == 32 && state.allSatisfy { $0.range(of: key) == nil })
            #expect(try bench.mode("state-keys/\(name)") == 0o600)
        }
        for name in ["mara.lund", "kim.park"] { #expect(state.allSatisfy { $0.range(of: Data(name.utf8)) == nil }) }
    }

    @Test func `a key is deleted once, not by mistake, and not while nobody says so`() throws {
        let bench = try Workbench()
        let nothing = try bench.weir("privacy", "keys", "--keys", bench.path("keys"))
        #expect(nothing.code == 1 && nothing.errors.contains("no weir has run"))
        try FileManager.default.createDirectory(
            atPath: bench.path("keys"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for name in ["installation", "epoch-228", "epoch-229"] {
            _ = FileManager.default.createFile(
                atPath: bench.path("keys/\(name).key"), contents: Data(repeating: 7, count: 32), attributes: [.posixPermissions: 0o600])
        }
        func shred(_ arguments: String...) throws -> Int32 {
            try bench.run(Workbench.binary, ["privacy", "shred", "--keys", bench.path("keys")] + arguments).code
        }
        #expect(try shred("228") == 2, "nobody was there to be asked")
        #expect(try shred("227", "--yes") == 1, "it has no key")
        #expect(FileManager.default.fileExists(atPath: bench.path("keys/epoch-228.key")))
        #expect(try shred("228", "--yes") == 0)
        #expect(try shred("228", "--yes") == 1, "it is deleted already")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bench.path("keys")).sorted() == [
                "epoch-228.deleted", "epoch-229.key", "installation.key",
            ])
    }
}
