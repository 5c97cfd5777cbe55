// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import EventModel
import LogFormats
import RollingStatistics
import Testing

@testable import Pipeline

/// What is hashed of people beside their names: under which key, and what is left when that is deleted.
@Suite struct EpochShredTests {
    private static let border = KeyEpoch.start(of: 229)

    /// A person looks at a customer's record, in a session and for a job; everything that is hashed is stated.
    private func line(day: Int64, minute: Int64 = 0, dataClass: String = "customer", account: String = "mara", kind: String = "human")
        -> String
    {
        let time = (EpochShredTests.border + .days(day) + .minutes(minute)).milliseconds
        return #"{"ts":\#(time),"account":"\#(account)","kind":"\#(kind)","action":"export","rows":1,"env":"production","#
            + #""class":"\#(dataClass)","job":"750A","item":"0035g00000AbCdEAAX","agent":"Firefox/140","session":"s-17","#
            + #""query":"find red shoes for ada","provenance":"\#(String(repeating: "ab", count: 32))","#
            + #""text":"write to ada.l@corp-mail.de, kim.p@corp-mail.de or jo.q@corp-mail.de"}"# + "\n"
    }

    private func read(_ text: String, _ keys: TestKeys, accounts: [String] = [], coming: [Naming] = [], values: [String] = []) throws
        -> EventBatch
    {
        let format = try JSONFormat(options: FormatOptions())
        var attribution = Attribution(pseudonymKey: [7], epochs: keys, hashKey: 5)
        if !accounts.isEmpty {
            attribution.resume(accountNames: accounts, comingNames: coming, valueNames: values, gate: AdmissionGate())
        }
        var reader = LaneReader(source: MemorySource([MemorySource.File("x", Array(text.utf8))]), attribution: attribution) { format }
        var batch = EventBatch()
        while !batch.isLast { _ = reader.fill(&batch) }
        return batch
    }

    /// Every hash of a line, by what it is of.
    private func hashes(_ text: String, _ keys: TestKeys) throws -> [String: UInt64] {
        let batch = try read(text, keys)
        let (detail, movement) = (try #require(batch.details.first), try #require(batch.movements.first))
        #expect(movement.identifiers.count == 3)
        return [
            "job": detail.job, "item": detail.item, "query": detail.query, "shape": detail.queryShape, "session": movement.session,
            "record": movement.record, "person 1": movement.identifiers[0], "person 2": movement.identifiers[1],
            "person 3": movement.identifiers[2], "name": try #require(batch.admissions.first).name, "agent": detail.agent,
            "version": UInt64(detail.agentVersion), "provenance": movement.provenance,
        ]
    }

    private static let things: Set<String> = ["agent", "version", "provenance"]

    @Test func `what leads to a person has the key of the event's epoch, and only what names a thing has one for all times`() throws {
        let kept = try hashes(line(day: -1), TestKeys())
        let deleted = try hashes(line(day: -1), TestKeys(deleted: [228]))
        let later = try hashes(line(day: 1), TestKeys(deleted: [228]))
        #expect(kept.values.allSatisfy { $0 != 0 } && Set(kept.values).count == kept.count)
        for (name, hash) in kept {
            let isThing = EpochShredTests.things.contains(name)
            #expect((deleted[name] == hash) == isThing, "\(name) of an epoch whose key is deleted")
            #expect((later[name] == hash) == isThing, "\(name) of the next epoch")
        }
        #expect(try hashes(line(day: -1), TestKeys(deleted: [229])) == kept, "another epoch's key has no part in it")
    }

    @Test func `lines dated to and fro find their own epoch's key each time`() throws {
        let days = [-1, 1, -200, 1, -1] + (0..<40).map { Int64($0) * 90 } + [-1]
        let batch = try read(days.map { line(day: $0) }.joined(), TestKeys())
        let sessions = batch.movements.map(\.session)
        #expect(sessions[0] == sessions[4] && sessions[0] == sessions[sessions.count - 1] && sessions[1] == sessions[3])
        #expect(Set(sessions).count == 42)
    }

    /// The state of a lane that has read a text and whose last bucket is open.
    private func state(of text: String, _ keys: TestKeys) throws -> LaneCommit {
        var core = LaneCore(options: LaneOptions(name: "x", format: "json", lateness: .seconds(120)))
        var batch = try read(text, keys)
        batch.isLast = false
        core.process(batch)
        return core.takeCommit()
    }

    @Test func `with the deleted key nothing that leads to a person can be found in the state`() throws {
        let commit = try state(of: line(day: -1, dataClass: "customer") + line(day: -1, minute: 1), TestKeys())
        let bytes = commit.header + commit.accounts.flatMap(\.bytes)
        func isFound(_ hash: UInt64) -> Bool {
            let word = (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64($0 * 8)) }
            return bytes.indices.dropLast(7).contains { bytes[$0] == word[0] && Array(bytes[$0..<$0 + 8]) == word }
        }
        // Of a search only what near-duplicates have in common is kept.
        let kept = ["job", "shape", "session", "record", "person 1", "person 2", "person 3"]
        let (with, without) = (try hashes(line(day: -1), TestKeys()), try hashes(line(day: -1), TestKeys(deleted: [228])))
        for name in kept {
            #expect(isFound(try #require(with[name])), "\(name) is not in the state: that it cannot be found would say nothing")
            #expect(!isFound(try #require(without[name])), "\(name)")
        }
    }

    /// D20's alerts where made-up content shows three customers an hour after production did, the same day before the border, read by a
    /// lane that was stopped in between and has other keys since.
    private func overlaps(_ keys: TestKeys, dataClass: String = "ai_content") throws -> Int {
        let options = LaneOptions(name: "x", format: "json", lateness: .seconds(120))
        var core = LaneCore(options: options)
        var first = try read(line(day: -2) + line(day: -2, minute: 40), TestKeys())
        first.isLast = false
        core.process(first)
        let commit = core.takeCommit()
        var resumed = try LaneCore(
            options: options,
            resume: LaneResume(
                header: commit.header, accounts: commit.accounts.sorted { $0.id < $1.id }, positions: [], pages: commit.pages))
        let quiet = #"{"ts":\#((EpochShredTests.border - .days(1)).milliseconds),"account":"svc-sync","rows":1}"# + "\n"
        let more = line(day: -2, minute: 60, dataClass: dataClass, account: "svc-bot", kind: "service")
        let second = try read(
            more + quiet, keys, accounts: resumed.accountNames, coming: resumed.comingNames,
            values: resumed.endpointAndObjectNames)
        resumed.process(second)
        return resumed.takeAlerts().filter { $0.detector == "D20" && $0.status == .open }.count
    }

    @Test func `after a deletion nobody can try values against the filters of that epoch`() throws {
        #expect(try overlaps(TestKeys()) == 1)
        #expect(try overlaps(TestKeys(deleted: [229])) == 1)
        #expect(try overlaps(TestKeys(deleted: [228])) == 0)
    }

    @Test func `items are counted for as long as their key is used, and the number before stands until it is passed`() {
        #expect(ValueTable.catalogueBuckets * BucketGrid.milliseconds == KeyEpoch.length.milliseconds)
        let values = ValueTable()
        func show(_ count: Int, salt: UInt64, bucket: Int64) -> Double {
            var items = DistinctSketch()
            for number in 0..<UInt64(count) {
                let mixed = (number &+ salt) &* 0x9E37_79B9_7F4A_7C15
                items.insert((mixed ^ (mixed >> 31)) &* 0xBF58_476D_1CE4_E5B9)
            }
            values.note(items: items)
            values.countNoted(bucket: bucket)
            return values.catalogueSize
        }
        let start = 228 * ValueTable.catalogueBuckets
        let whole = show(2000, salt: 1, bucket: start)
        #expect(abs(whole - 2000) < 500)
        #expect(show(200, salt: 9_000_000, bucket: start + ValueTable.catalogueBuckets) == whole)
        let grown = show(4000, salt: 8_000_000, bucket: start + ValueTable.catalogueBuckets + 1)
        #expect(grown > 3000 && grown < 5200, "the same items under another key are not counted beside the first: \(grown)")
    }
}
