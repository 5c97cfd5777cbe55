// weir
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import GRDB
import Pipeline
import Testing

@testable import Journal

@Suite struct OpeningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open() throws(JournalFailure) -> SQLiteJournal { try SQLiteJournal.open(directory: folder.state, sinks: []) }

    private func overwrite(at offset: UInt64, _ bytes: [UInt8]) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: folder.database))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    @Test func `the folder and all its files are for weir's user alone`() throws {
        let journal = try open()
        try journal.commit(commit(accounts: [account(1)]), now: noon)
        #expect(try folder.rights(folder.state) == 0o700)
        #expect(try folder.names == ["weir.lock", "weir.sqlite", "weir.sqlite-shm", "weir.sqlite-wal"])
        for name in try folder.names { #expect(try folder.rights(folder.state + "/" + name) == 0o600, "\(name)") }
        #expect(journal.isFresh)
        #expect(journal.notices == [])
    }

    @Test func `a database that others could read is closed to them`() throws {
        try open().close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.database)
        try open().close()
        #expect(try folder.rights(folder.database) == 0o600)
    }

    @Test func `a folder that others may write to is refused and left as it is`() throws {
        try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.state)
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.reason == .folder)
        #expect(failure?.message.contains("chmod 700") == true)
        #expect(try folder.rights(folder.state) == 0o777)
    }

    @Test func `a state folder that is a file is refused`() throws {
        try Data().write(to: URL(fileURLWithPath: folder.state))
        #expect(throws: JournalFailure.self) { try open() }
    }

    @Test func `a database that is a symbolic link is refused`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try FileManager.default.createSymbolicLink(atPath: folder.database, withDestinationPath: folder.path + "/elsewhere")
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.message.contains("symbolic link") == true)
    }

    @Test func `two daemons on one state folder refuse each other and say who holds it`() throws {
        let first = try open()
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.reason == .inUse(process: getpid()))
        #expect(failure?.message.contains("Another weir (process \(getpid())) uses \(folder.state)") == true)
        try first.close()
        try open().close()
    }

    @Test func `who holds a state folder, and why nothing can be stored, is seen from outside`() throws {
        #expect(StateHolder.of(directory: folder.state) == nil)
        let journal = try open()
        #expect(StateHolder.of(directory: folder.state) == StateHolder(process: getpid(), isRunning: true, trouble: nil))
        // Looking takes nothing away from a weir that starts at the same moment.
        #expect(throws: JournalFailure.self) { try open() }
        journal.note(trouble: "the disk is full: free some\nspace.", now: noon)
        let trouble = StateHolder.Trouble(since: noon, message: "the disk is full: free somespace.")
        #expect(StateHolder.of(directory: folder.state)?.trouble == trouble)
        try journal.close()
        #expect(StateHolder.of(directory: folder.state) == StateHolder(process: getpid(), isRunning: false, trouble: trouble))
        let next = try open()
        #expect(StateHolder.of(directory: folder.state) == StateHolder(process: getpid(), isRunning: true, trouble: nil))
        try next.close()
    }

    @Test func `a garbled database is set aside, and weir starts fresh and says so`() throws {
        let first = try open()
        try first.commit(commit(accounts: [account(1)]), now: noon)
        try first.close()
        try overwrite(at: 0, [UInt8](repeating: 0, count: 4096))
        let second = try open()
        #expect(second.isFresh)
        #expect(second.notices.map(\.kind) == [.damagedStateSetAside])
        #expect(second.notices.first?.message.contains("weir.sqlite.corrupt-1") == true)
        #expect(try second.resume(lane: "gateway") == nil)
        #expect(try folder.names.contains("weir.sqlite.corrupt-1"))
        try second.commit(commit(), now: noon)
    }

    @Test func `a damaged page is found at the opening, and the second damaged file gets the next number`() throws {
        for number in 1...2 {
            let journal = try open()
            try journal.commit(commit(accounts: (0..<50).map { account($0, 1, bytes: 3600) }), now: noon)
            try journal.close()
            let size = try #require(
                try FileManager.default.attributesOfItem(atPath: folder.database)[.size] as? NSNumber
            ).uint64Value
            for page in stride(from: 4096 * 20, to: size, by: 4096) {
                try overwrite(at: page, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
            }
            let again = try open()
            #expect(again.notices.map(\.kind) == [.damagedStateSetAside])
            #expect(try folder.names.contains("weir.sqlite.corrupt-\(number)"))
            try again.close()
        }
    }

    @Test func `a truncated database is set aside`() throws {
        let first = try open()
        try first.commit(commit(accounts: (0..<50).map { account($0, 1, bytes: 3600) }), now: noon)
        try first.close()
        let file = try #require(FileHandle(forUpdatingAtPath: folder.database))
        try file.truncate(atOffset: 4096 * 10)
        try file.close()
        #expect(try open().notices.map(\.kind) == [.damagedStateSetAside])
    }

    @Test func `a database of a newer weir is refused and not touched`() throws {
        let first = try open()
        try first.tamper("INSERT INTO grdb_migrations VALUES ('999-from-the-future')")
        try first.close()
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.reason == .newerSchema)
        #expect(throws: JournalFailure.self) { try JournalView.open(directory: folder.state) }
        #expect(try folder.names.filter { $0.contains("corrupt") } == [])
    }

    @Test func `positions of an older weir are taken over`() throws {
        let journal = try open()
        try journal.commit(commit(positions: [position(1, knownSize: 7)]), now: noon)
        try journal.tamper("ALTER TABLE positions DROP COLUMN known_size; DELETE FROM grdb_migrations WHERE identifier = '6-known-sizes'")
        try journal.close()
        let next = try open()
        #expect(try next.resume(lane: "gateway")?.positions == [position(1)])
        try next.close()
    }

    @Test func `another program's database is refused`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let other = try DatabaseQueue(path: folder.database)
        try other.write { db in try db.execute(sql: "CREATE TABLE shopping(item TEXT)") }
        try other.close()
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.reason == .foreign)
    }

    @Test func `a planted trigger is refused`() throws {
        let first = try open()
        try first.tamper("CREATE TRIGGER hide AFTER INSERT ON alerts BEGIN DELETE FROM outbox; END")
        try first.close()
        let failure = #expect(throws: JournalFailure.self) { try open() }
        #expect(failure?.reason == .foreign)
        #expect(failure?.message.contains("\"hide\"") == true)
    }

    @Test func `status reads while a daemon runs, and after it has stopped`() throws {
        let journal = try open()
        try journal.commit(commit(alerts: [record("a1")]), now: noon)
        let beside = try JournalView.open(directory: folder.state)
        #expect(try beside.alerts(.open()).count == 1)
        try journal.commit(commit(alerts: [record("a2")]), now: noon)
        #expect(try beside.alerts(.open()).count == 2)
        try journal.close()
        #expect(try JournalView.open(directory: folder.state).alerts(.open()).count == 2)
    }

    @Test func `status without a state folder says that weir has not run`() throws {
        let failure = #expect(throws: JournalFailure.self) { try JournalView.open(directory: folder.state) }
        #expect(failure?.reason == .absent)
        #expect(!FileManager.default.fileExists(atPath: folder.state))
    }

    @Test func `a value that weir never writes is an error and not a crash`() throws {
        let journal = try open()
        try journal.commit(commit(positions: [position(1)]), now: noon)
        try journal.tamper("UPDATE positions SET stream = -5")
        let failure = #expect(throws: JournalFailure.self) { try journal.resume(lane: "gateway") }
        #expect(failure?.message.contains("never writes") == true)
    }
}
