// weir
// SPDX-License-Identifier: Apache-2.0

import Alerting
import EventModel
import Foundation
import Pipeline
import Testing

@testable import Journal

/// The second copy of the state, and what becomes of it when the first is damaged.
@Suite struct SnapshotTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var snapshot: String { folder.database + ".snapshot" }
    private func open() throws(JournalFailure) -> SQLiteJournal { try SQLiteJournal.open(directory: folder.state, sinks: ["hook"]) }

    private func damage(_ path: String) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.write(contentsOf: Data(repeating: 0, count: 4096))
        try file.close()
    }

    @Test func `a snapshot holds what is committed, is private, and is made beside a journal that commits on`() throws {
        let journal = try open()
        try journal.commit(commit(accounts: [account(1)], positions: [position(3, offset: 500)], alerts: [record("A-1")]), now: noon)
        #expect(try StateSnapshot.make(directory: folder.state) > 4096)
        try journal.commit(commit(accounts: [account(2)], positions: [position(3, offset: 900)]), now: noon)
        #expect(try folder.rights(snapshot) == 0o600)
        #expect(try folder.names.filter { $0.contains("snapshot") } == ["weir.sqlite.snapshot"])
        try journal.close()
        try damage(folder.database)
        let restored = try open()
        #expect(restored.notices.map(\.kind) == [.snapshotRestored])
        #expect(!restored.isFresh)
        let resume = try #require(try restored.resume(lane: "gateway"))
        #expect(resume.accounts.map(\.id.rawValue) == [1])
        #expect(resume.positions.map(\.offset) == [500])
        // The alert waits for the sink once more, under the same id.
        #expect(try restored.due(sink: "hook", now: noon + .days(1), limit: 10).map(\.record.id) == ["A-1"])
        #expect(try folder.names.contains("weir.sqlite.corrupt-1"))
        try restored.commit(commit(accounts: [account(3)]), now: noon)
    }

    @Test func `where the snapshot is damaged too both are set aside, and weir starts fresh`() throws {
        let journal = try open()
        try journal.commit(commit(accounts: [account(1)]), now: noon)
        _ = try StateSnapshot.make(directory: folder.state)
        try journal.close()
        try damage(folder.database)
        try damage(snapshot)
        let fresh = try open()
        #expect(fresh.isFresh && fresh.notices.map(\.kind) == [.damagedStateSetAside])
        #expect(try folder.names.filter { $0.contains("corrupt") || $0.contains("snapshot") }.count == 2)
    }

    @Test func `a snapshot that cannot be made leaves the one before as it was`() throws {
        let journal = try open()
        try journal.commit(commit(accounts: [account(1)]), now: noon)
        _ = try StateSnapshot.make(directory: folder.state)
        let before = try Data(contentsOf: URL(filePath: snapshot))
        try journal.commit(commit(accounts: [account(2)]), now: noon)
        try journal.close()
        try damage(folder.database)
        #expect(throws: JournalFailure.self) { try StateSnapshot.make(directory: folder.state) }
        #expect(try Data(contentsOf: URL(filePath: snapshot)) == before)
        #expect(try folder.names.filter { $0.contains("snapshot-new") } == [])
    }

    @Test func `what a broken attempt left is no obstacle, and no snapshot`() throws {
        let journal = try open()
        try journal.commit(commit(accounts: [account(1)]), now: noon)
        try Data("half a copy".utf8).write(to: URL(filePath: snapshot + "-new"))
        _ = try StateSnapshot.make(directory: folder.state)
        #expect(try folder.names.filter { $0.contains("snapshot") } == ["weir.sqlite.snapshot"])
    }

    @Test func `a snapshot is due where there is none, after a day, and where its time is of the future`() throws {
        _ = try open()
        #expect(StateSnapshot.isDue(directory: folder.state, now: noon))
        _ = try StateSnapshot.make(directory: folder.state)
        let made = try #require(StateFolder.modified(snapshot))
        #expect(!StateSnapshot.isDue(directory: folder.state, now: made + .minutes(60 * 23)))
        #expect(StateSnapshot.isDue(directory: folder.state, now: made + .days(1)))
        #expect(StateSnapshot.isDue(directory: folder.state, now: made - .minutes(1)))
    }

    @Test func `the privacy check looks at snapshots as well`() throws {
        let journal = try open()
        _ = try StateSnapshot.make(directory: folder.state)
        #expect(JournalView.files(directory: folder.state).contains(snapshot))
        try journal.close()
    }
}
