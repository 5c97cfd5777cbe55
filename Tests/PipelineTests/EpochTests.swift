// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import LogFormats
import TestSupport
import Testing

@testable import Pipeline

/// A key an epoch, some of them deleted.
struct TestKeys: EpochKeys {
    var deleted: Set<Int64> = []

    func key(of epoch: Int64) -> [UInt8] { Array("epoch \(epoch)\(deleted.contains(epoch) ? " deleted" : "")".utf8) }
    func others(than epoch: Int64) -> [[UInt8]] { [epoch - 1, epoch + 1, epoch - 2, epoch + 2].map { key(of: $0) } }
}

@Suite struct EpochTests {
    /// Five days after the start of ``GeneratedFleet``.
    private static let border = KeyEpoch.start(of: 229)

    @Test func `an epoch is ninety days, and begins with its first millisecond`() {
        #expect(KeyEpoch.number(of: EpochTests.border) == 229)
        #expect(KeyEpoch.number(of: EpochTests.border - EventDuration(milliseconds: 1)) == 228)
        #expect(KeyEpoch.start(of: 229) - KeyEpoch.start(of: 228) == .days(90))
        #expect(KeyEpoch.number(of: EventTime(milliseconds: -1)) == -1 && KeyEpoch.start(of: .max) == EventTime(milliseconds: .max))
    }

    // MARK: Accounts

    /// What a reader gives out for lines of (days from the border, name, whether it is a person's).
    private func read(_ lines: [(Int64, String, Bool)], _ keys: TestKeys = TestKeys(), known: [String] = []) throws -> EventBatch {
        let text = lines.map { day, name, isPerson in
            let time = (EpochTests.border + .days(day)).milliseconds
            return #"{"ts":\#(time),"account":"\#(name)","kind":"\#(isPerson ? "human" : "service")","action":"export","rows":1}"#
        }
        var attribution = Attribution(pseudonymKey: [7], epochs: keys, hashKey: 5)
        if !known.isEmpty { attribution.resume(accountNames: known, valueNames: [], gate: AdmissionGate()) }
        let format = try JSONFormat(options: FormatOptions())
        let file = MemorySource.File("x", Array((text.joined(separator: "\n") + "\n").utf8))
        var reader = LaneReader(source: MemorySource([file]), attribution: attribution) { format }
        var batch = EventBatch()
        while !batch.isLast { _ = reader.fill(&batch) }
        return batch
    }

    @Test func `a person keeps the account over a border and gets another name, an address as well, a program neither`() throws {
        let names = [("mara", true), ("kim@example.com", false), ("svc-sync", false)]
        let batch = try read([-1, 1, 2].flatMap { day in names.map { (day, $0.0, $0.1) } })
        #expect(batch.events.map(\.account.rawValue) == [1, 2, 3, 1, 2, 3, 1, 2, 3])
        #expect(batch.newAccounts.count == 3 && batch.newAccounts[2] == "svc-sync")
        #expect(batch.namings.map(\.account.rawValue) == [1, 2, 1, 2] && batch.namings.map(\.epoch) == [228, 228, 229, 229])
        #expect(Set(batch.namings.map(\.name)).count == 4)
    }

    @Test func `a late event of the older epoch belongs to the same account`() throws {
        let batch = try read([(1, "mara", true), (-1, "mara", true), (1, "mara", true)])
        #expect(batch.events.map(\.account.rawValue) == [1, 1, 1])
        #expect(batch.namings.map(\.epoch) == [229, 228])
    }

    @Test func `after a restart in the next epoch a person is known, and is not once the key is deleted`() throws {
        let before = try read([(-1, "mara", true), (-1, "svc-sync", false)])
        let known = [Attribution.overflowName] + before.newAccounts
        let after = try read([(1, "mara", true), (1, "svc-sync", false)], known: known)
        #expect(after.events.map(\.account.rawValue) == [1, 2] && after.newAccounts.isEmpty)
        let shredded = try read([(1, "mara", true), (1, "svc-sync", false)], TestKeys(deleted: [228]), known: known)
        #expect(shredded.events.map(\.account.rawValue) == [3, 2] && shredded.newAccounts.count == 1)
        #expect(shredded.newAccounts[0] == after.namings[0].name, "the name in the new epoch does not depend on what was deleted")
    }

    @Test func `one who dates lines anywhere leaves few names to come`() throws {
        var namings = AccountNamings()
        for epoch in (1...40).reversed() { namings.add(Naming(account: AccountID(rawValue: 1), epoch: Int64(epoch), name: "u-\(epoch)")) }
        #expect(namings.all.map(\.epoch) == [1, 2, 3, 4])
    }

    // MARK: Laws

    private func plan(shards: Int = 1) -> LaneRunPlan {
        var plan = LaneRunPlan(shards: shards)
        plan.epochs = TestKeys()
        return plan
    }

    /// When something was found, and how much: without names and what is made of them.
    private func findings(_ run: LaneRun) -> [String] {
        run.alerts.map { alert in
            ["status", "detector", "opened", "last", "observed", "expected", "buckets"].map { key in
                alert.firstRange(of: "\"\(key)\":").map { String(alert[$0.upperBound...].prefix { $0 != "," && $0 != "}" }) } ?? "none"
            }.joined(separator: " ")
        }
    }

    private func pseudonyms(_ run: LaneRun, after: Bool) -> Set<String> {
        let border = CivilTime(EpochTests.border).rfc3339
        return Set(
            run.alerts.compactMap { alert in
                guard let account = alert.firstRange(of: #""account":"u-"#), let opened = alert.firstRange(of: #""opened":""#) else {
                    return nil
                }
                let time = alert[opened.upperBound...].prefix(border.count)
                return (time >= border) == after ? String(alert[account.upperBound...].prefix(12)) : nil
            })
    }

    /// Twelve days before the border and twelve after it: three people and a program at work every quarter hour, and a person who takes
    /// much more three days before the border, across it, and three days after it.
    private func watch() -> MemorySource.File {
        var random = SeededRandom(seed: 3)
        var text = ""
        for bucket in -12 * 96..<12 * 96 {
            for (place, name) in ["mara", "kim", "jo@example.com", "svc-sync"].enumerated() {
                let isMuch = place == 0 && (-254...(-251) ~= bucket || -3...2 ~= bucket || 330...333 ~= bucket)
                let time = EpochTests.border.milliseconds + Int64(bucket) * 900_000 + Int64.random(in: 0..<900_000, using: &random)
                let rows = Int.random(in: 40...60, using: &random) * (isMuch ? 90 : 1)
                text += #"{"ts":\#(time),"account":"\#(name)","kind":"\#(place < 2 ? "human" : "service")","action":"export","#
                text += #""rows":\#(rows)}"# + "\n"
            }
        }
        return MemorySource.File("/logs/watch", Array(text.utf8))
    }

    @Test func `a border changes what people are called, and nothing of what was learnt of them`() throws {
        let one = try run([watch()])
        let two = try run([watch()], plan())
        #expect(findings(one) == findings(two))
        #expect(one.accounts.count == two.accounts.count)
        let (before, after) = (pseudonyms(two, after: false), pseudonyms(two, after: true))
        #expect(before.count == 1 && after.count == 1 && before.isDisjoint(with: after), "\(before) \(after)")
    }

    @Test func `no alert leads from one name to the other, and one that is open goes on under its own`() throws {
        let alerts = try run([watch()], plan()).alerts
        let border = CivilTime(EpochTests.border).rfc3339
        func field(_ key: String, of alert: String) -> String {
            alert.firstRange(of: "\"\(key)\":\"").map { String(alert[$0.upperBound...].prefix { $0 != "\"" }) } ?? ""
        }
        let old = alerts.filter { field("opened", of: $0) < border }
        #expect(old.contains { field("last", of: $0) > border }, "an alert is open over the border")
        #expect(Set(old.map { field("account", of: $0) }).count == 1)
        let ids = Set(old.map { field("id", of: $0) })
        let new = alerts.filter { field("opened", of: $0) >= border }
        #expect(!new.isEmpty && new.allSatisfy { alert in ids.allSatisfy { !alert.contains($0) } })
        let newIDs = Set(new.map { field("id", of: $0) })
        #expect(old.allSatisfy { alert in newIDs.allSatisfy { !alert.contains($0) } })
    }

    @Test func `a label on an alert of before the border teaches the person what it would have taught without one`() throws {
        func decided(_ plan: LaneRunPlan, _ verdict: LaneDecision.Verdict?) throws -> LaneRun {
            let alerts = try run([watch()], plan).alerts
            // The alert of three days before the border, which ended long before it.
            let told = try #require(alerts.first { $0.contains("\"D01\"") && $0.contains("\"resolved\"") })
            func field(_ key: String) -> String {
                told.firstRange(of: "\"\(key)\":\"").map { String(told[$0.upperBound...].prefix { $0 != "\"" }) } ?? ""
            }
            #expect(field("last") < CivilTime(EpochTests.border).rfc3339 && !field("id").isEmpty)
            var plan = plan
            if let verdict {
                plan.decisions = [
                    LaneDecision(verdict, account: field("account"), alert: field("id"), time: EpochTests.border + .days(1))
                ]
            }
            return try run([watch()], plan)
        }
        let (without, with) = (try decided(LaneRunPlan(), .benign), try decided(plan(), .benign))
        #expect(try findings(with) != findings(decided(plan(), nil)), "the label changes nothing: that it is kept would say nothing")
        #expect(findings(without) == findings(with))
        let newer = with.alerts.filter { $0.contains("\"opened\":\"2026-06-0[6-9]") }
        #expect(newer.allSatisfy { !$0.contains("benign") }, "nothing is told of what was said under the former name")
    }

    @Test(arguments: [4, 9, 12]) func `chunks, batches, shards and stops change no name`(seed: UInt64) throws {
        let files = GeneratedFleet(seed: seed).files() + [watch()]
        let whole = try run(files, plan())
        var other = plan(shards: 3)
        (other.largestRead, other.batchLimit, other.restarts, other.seed) = (4096, 50, 0.05, seed)
        other.shardsAfterRestart = [2, 1, 5]
        let stopped = try run(files, other)
        #expect(stopped.restarts > 5 && stopped.difference(from: whole) == nil, "seed \(seed): \(stopped.difference(from: whole) ?? "")")
        other = plan(shards: 2)
        (other.batchLimit, other.restarts, other.captureStep, other.seed) = (100, 0.05, 1, seed + 1)
        let captured = try run(files, other)
        #expect(captured.difference(from: whole) == nil, "seed \(seed): \(captured.difference(from: whole) ?? "")")
    }
}
